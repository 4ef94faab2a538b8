//! Input that nobody types by accident: unreadable requests, zero bytes, markup.

use reqwest::{Method, header};
use rstest::rstest;

use super::{REASON, routes::POSTS};
use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    forms::{ATTACK, page},
    scenario::Scenario,
    *,
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_no_fault_of_ours(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let scenario = Scenario::new(database).await;
    let (siti, verifier) = (scenario.site.siti().await, scenario.site.verifier().await);
    for id in ["bukan-id", "%00", "%ff%fe", "00000000-0000-0000-0000-000000000000", "..%2f..%2fetc", &"9".repeat(5000)]
    {
        expect_unknown(&siti, &verifier, id).await;
    }
    for number in ["-1", "1", "x", "0.png.png", "99999999999999999999.png", "%00.png"] {
        refused(verifier.get(&format!("/verifikasi/{}/surat/{number}", scenario.sent)).await);
    }
    for path in [
        "/api/pengajuan/draf",
        "/api/pengajuan/draf?id=x&for_step=Entah",
        "/api/instansi?kind=negara&query=x",
        "/api/instansi",
        "/api/tidak-ada",
    ] {
        refused(siti.ask(path).await);
    }
    expect_unreadable_bodies(&scenario, &siti).await;
}

/// Panics unless every address with an id that does not exist is refused.
async fn expect_unknown(siti: &Visitor, verifier: &Visitor, id: &str) {
    for step in
        ["", "/sirup", "/formulir", "/instansi", "/satker", "/tinjau", "/status", "/rincian", "/surat", "/bukti.pdf"]
    {
        refused(siti.get(&format!("/akses/pengajuan/{id}{step}")).await);
        refused(siti.post(&format!("/akses/pengajuan/{id}{step}"), &[("version", "1")]).await);
    }
    for path in ["".to_owned(), format!("/surat/{id}/1/0.png"), format!("/surat/{id}/1/asli")] {
        refused(verifier.get(&format!("/verifikasi/{id}{path}")).await);
    }
    for step in ["", "/ambil", "/lepas", "/ambil-alih", "/urungkan", "/buka-kembali"] {
        refused(verifier.post(&format!("/verifikasi/{id}{step}"), &[("verdict", "approve"), ("reason", REASON)]).await);
    }
    for path in [
        "pengajuan/draf?for_step=Form&id=",
        "pengajuan/status?id=",
        "verifikasi/kasus?id=",
        "verifikasi/temuan?id=",
        "verifikasi/linimasa?id=",
        "satker?query=&institution=",
    ] {
        let answer = verifier.ask(&format!("/api/{path}{id}")).await;
        // An unknown institution has no work units, which is no error.
        if !(path.starts_with("satker") && id.starts_with("0000")) {
            refused(answer);
        }
    }
}

/// Panics if a body that is no form, or numbers that are none, cause a fault of the server.
async fn expect_unreadable_bodies(scenario: &Scenario, siti: &Visitor) {
    let forms =
        ["\u{0}\u{1}=%", "version=abc&pilih=x", "version=99999999999999999999&dari=x&verdict=approve", "%zz=%ff&=&&"];
    let kinds = ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", ""];
    for (path, _) in POSTS {
        let path = scenario.resolve(path);
        for (body, kind) in forms.iter().flat_map(|body| kinds.map(|kind| (*body, kind))) {
            let request = siti.request(Method::POST, &path).header(header::CONTENT_TYPE, kind).body(body);
            let answer = Answer::of(&path, request).await;
            // Some actions need no fields, such as signing out.
            assert!(answer.status < 500, "{path} {kind} {body:?}: {} {}", answer.status, answer.text());
        }
        if path == "/keluar" {
            siti.sign_in(SITI).await;
        }
    }
    for body in ["", "{", "[]", "{\"id\": 1}", "{\"id\": \"x\", \"version\": 1, \"answers\": {}}", "\"\u{0}\""] {
        let request = siti.request(Method::POST, "/api/pengajuan/simpan").header(header::ACCEPT, "application/json");
        refused(Answer::of(body, request.header(header::CONTENT_TYPE, "application/json").body(body)).await);
    }
    let broken =
        "--x\r\nContent-Disposition: form-data; name=\"letter\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7 and no end";
    let request = siti.request(Method::POST, &page(scenario.draft, "formulir"));
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x").body(broken);
    refused(Answer::of("broken", request).await);
}

#[track_caller]
fn refused(answer: Answer) {
    assert!((400..500).contains(&answer.status), "{}: {} {}", answer.path, answer.status, answer.text());
}

/// PostgreSQL refuses zero bytes in text; nobody types one.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn zero_bytes_do_no_harm(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let Scenario { site, draft, sent, .. } = Scenario::new(database).await;
    let (siti, verifier, stranger) = (site.siti().await, site.verifier().await, site.visitor());
    let zero = "Jalan \0 Merdeka Barat 12, Jakarta";
    let kept = siti.get(&page(draft, "formulir")).await.form(&page(draft, "formulir"));
    let posts = [
        stranger.post("/masuk", &[("email", "a\0@contoh.go.id"), ("password", "\0")]).await,
        stranger
            .post("/daftar", &[("name", zero), ("email", "\0@contoh.go.id"), ("password", "\0 kuda lari di pantai")])
            .await,
        stranger.post("/lupa-kata-sandi", &[("email", "\0")]).await,
        stranger.post("/bantuan", &[("name", "Rina"), ("email", "rina@contoh.go.id"), ("message", zero)]).await,
        siti.post(
            &page(draft, "formulir"),
            &changed(kept, &[("address", zero), ("last_day", "\0"), ("aksi", "simpan")]),
        )
        .await,
        siti.post(&page(draft, "sirup"), &[("sirup_username", zero), ("sirup_password", zero)]).await,
        siti.post(&page(draft, "sirup"), &[("aksi", "akun"), ("akun", zero)]).await,
        siti.post(
            "/profil",
            &[
                ("name", zero),
                ("employee_number_kind", "nrp"),
                ("employee_number", "\0"),
                ("phone", "\0"),
                ("zone", "wib"),
            ],
        )
        .await,
        siti.post("/profil/kata-sandi", &[("current_password", "\0"), ("password", "\0 kuda lari di pantai")]).await,
        verifier
            .post(&format!("/verifikasi/{sent}"), &[("version", "4"), ("verdict", "reject"), ("reason", zero)])
            .await,
        siti.save(draft, 9, zero).await,
        siti.upload_alone(draft, "%00surat%00.pdf", letter()).await,
        siti.get(&format!("{}?q=%00", page(draft, "satker"))).await,
    ];
    for answer in posts {
        assert!(answer.status < 500, "{}: {} {}", answer.path, answer.status, answer.text());
    }
    site.siti().await.get("/akses").await.expect(200);
}

/// Panics if a page holds the tags of [`ATTACK`].
fn harmless(page: Answer) -> Answer {
    let page = page.expect(200);
    assert!(!page.html().contains("<script>alert") && !page.html().contains("<img src=x"), "{}", page.path);
    assert_eq!(page.tags().iter().filter(|tag| tag.has("onerror")).count(), 0, "{}", page.path);
    page
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn user_input_is_escaped_everywhere(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let siti = site.siti().await;
    let id = site.draft("Sekretariat").await;
    let path = page(id, "formulir");
    let form = changed(siti.get(&path).await.form(&path), &[("address", ATTACK), ("aksi", "ajukan")]);
    let review = harmless(siti.send(&path, &form).await);
    assert_eq!(review.path, page(id, "tinjau"));
    assert!(review.says(ATTACK), "{}", review.text());
    assert_eq!(harmless(siti.get(&path).await).value(&path, "address").as_deref(), Some(ATTACK));
    // The same when the form comes back.
    let other = format!("{ATTACK} Timur");
    let back = siti.post(&path, &changed(form, &[("version", "1"), ("address", &other)])).await.expect(409);
    assert!(!back.html().contains("<script>alert"));
    assert_eq!(back.value(&path, "address"), Some(other));

    let form = changed(review.form(&page(id, "tinjau")), &[("confirmation", "ya")]);
    harmless(siti.send(&page(id, "tinjau"), &form).await);
    assert!(harmless(siti.get(&page(id, "rincian")).await).says(ATTACK));
    let verifier = site.verifier().await;
    let case = format!("/verifikasi/{id}");
    let seen = harmless(verifier.get(&case).await);
    assert!(seen.says(ATTACK), "{}", seen.text());
    harmless(verifier.get("/verifikasi").await);
    assert!(harmless(verifier.decide(id, "reject", ATTACK).await).says(ATTACK));
    harmless(verifier.get(&format!("{case}?lihat=linimasa")).await);
    harmless(verifier.get("/verifikasi/riwayat").await);
    harmless(verifier.get(&format!("/verifikasi?cari={}", query(ATTACK))).await);
    // After this the verdict cannot be undone, and its mail is due.
    site.world.advance(MINUTE);
    for path in [page(id, "status"), "/akses".to_owned(), "/pengaturan/instansi".to_owned()] {
        assert!(harmless(siti.get(&path).await).says(ATTACK), "{path}");
    }
    siti.post("/akses/baru", &[("dari", id.to_string())]).await.expect(303);
    let help = [("message", ATTACK), ("langkah", ATTACK), ("pengajuan", ATTACK)];
    siti.post("/bantuan", &help).await.expect(303);
    harmless(siti.get(&format!("/bantuan?langkah={0}&pengajuan={0}", query(ATTACK))).await);
    harmless(siti.get(&format!("/bantuan/terkirim?tiket={}", query(ATTACK))).await);
    harmless(site.visitor().get(&format!("/masuk?lanjut={}", query(ATTACK))).await);
    expect_harmless_mails(&site, &siti).await;
}

/// Panics if the HTML part of a mail holds the tags of [`ATTACK`], or a text part does not show it.
async fn expect_harmless_mails(site: &Site, siti: &Visitor) {
    let mails = backend::mail::recent(&site.world.backend, 100).await.unwrap();
    assert_eq!(mails.len(), 4, "submitted, rejected, to the help desk, to the person");
    let parts: Vec<_> = mails.iter().map(|mail| (&mail.rendered.html, &mail.rendered.text)).collect();
    assert!(parts.iter().all(|(html, _)| !html.contains("<script") && !html.contains("<img src=x")));
    assert_eq!(
        parts.iter().filter(|(html, _)| html.contains("&lt;script&gt;") || html.contains("&#60;script&#62;")).count(),
        3
    );
    assert_eq!(parts.iter().filter(|(_, text)| text.contains(ATTACK)).count(), 3);
    for mail in &mails {
        assert!(!mail.rendered.subject.contains('<'));
        harmless(siti.get(&format!("/dev/surat/{}", mail.id)).await);
    }
    harmless(siti.get("/dev/surat").await);
}
