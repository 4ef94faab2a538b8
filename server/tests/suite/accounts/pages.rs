//! Registration, sign-in, sessions and the own profile over HTTP.

use std::{collections::BTreeMap, time::Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::{
    browser::{Answer, Site, changed},
    forms::{ATTACK, TYPED, WrongForm, page, wrong},
    scenario::Scenario,
    *,
};

const SIGN_IN_FAILED: &str = "Alamat surel atau kata sandi tidak cocok, atau akun belum dikonfirmasi.";

/// Forms of somebody who is not signed in.
const OF_STRANGERS: &[WrongForm] = &[
    wrong("/masuk", &[("email", ""), ("password", "")], &["Alamat surel belum diisi.", "Kata sandi belum diisi."], &[]),
    wrong("/masuk", &[("email", SITI), ("password", TYPED)], &[SIGN_IN_FAILED], &["email"]),
    wrong("/masuk", &[("email", "tidak.ada@contoh.go.id"), ("password", TYPED)], &[SIGN_IN_FAILED], &["email"]),
    wrong("/masuk", &[("email", "siti"), ("password", TYPED)], &["Alamat surel tidak lengkap."], &["email"]),
    wrong(
        "/daftar",
        &[("name", ""), ("email", "rina@"), ("password", "pendek")],
        &["Nama belum diisi.", "Alamat surel tidak lengkap.", "Kata sandi kurang dari 10 karakter."],
        &["name", "email"],
    ),
    wrong(
        "/daftar",
        &[("name", "Rina"), ("email", "rina@contoh.go.id"), ("password", "password123")],
        &["Kata sandi ini mudah ditebak."],
        &["name", "email"],
    ),
    wrong(
        "/daftar",
        &[("name", ATTACK), ("email", ATTACK), ("password", TYPED)],
        &["Isian memuat karakter yang tidak dapat dipakai."],
        &["name", "email"],
    ),
    wrong("/lupa-kata-sandi", &[("email", "siti@contoh")], &["Alamat surel tidak lengkap."], &["email"]),
    wrong(
        "/bantuan",
        &[("name", ""), ("email", "x"), ("message", "tolong")],
        &["Nama belum diisi.", "Alamat surel tidak lengkap.", "Isian kurang dari 10 huruf."],
        &["name", "email", "message"],
    ),
];

/// Forms of Siti.
const OF_SITI: &[WrongForm] = &[
    wrong(
        "/profil",
        &[
            ("name", "S"),
            ("employee_number_kind", "nip"),
            ("employee_number", "1978"),
            ("phone", "12"),
            ("zone", "wita"),
        ],
        &["Isian kurang dari 2 huruf.", "NIP berisi 18 angka. Baru terisi 4.", "Nomor telepon tidak dikenali."],
        &["name", "employee_number_kind", "employee_number", "phone", "zone"],
    ),
    wrong(
        "/profil/kata-sandi",
        &[("current_password", TYPED), ("password", "kuda lari di pantai")],
        &["Kata sandi saat ini tidak cocok."],
        &[],
    ),
    wrong(
        "/profil/kata-sandi",
        &[("current_password", PASSWORD), ("password", "rahmawati2026")],
        &["Kata sandi ini mudah ditebak."],
        &[],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_a_cookie_that_scripts_do_not_see() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.visitor();
    let fields = [("email", SITI), ("password", PASSWORD)];
    let first = siti.post("/masuk", &fields).await.expect(303).header("set-cookie").to_owned();
    let (token, attributes) = first.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=604800; SameSite=Lax; HttpOnly");
    assert_eq!(token.strip_prefix("gerbang=").map(str::len), Some(43));
    // A cookie that the client made up never becomes a session; every sign-in makes a new one.
    let fixed = site.visitor();
    let request = fixed.request(Method::POST, "/masuk").header("cookie", "gerbang=pilihan-orang-lain").form(&fields);
    let second = Answer::of("/masuk", request).await.expect(303);
    assert!(second.header("set-cookie") != first && !second.header("set-cookie").contains("pilihan-orang-lain"));
    // After signing out, a copy of the cookie is worthless.
    siti.get("/akses").await.expect(200);
    let out = siti.post("/keluar", &[("", "")]).await.expect(303);
    assert_eq!(out.header("set-cookie"), "gerbang=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly");
    let thief = site.visitor();
    let kept = Answer::of("/akses", thief.request(Method::GET, "/akses").header("cookie", token)).await;
    assert_eq!(kept.location(), Some("/masuk?lanjut=/akses"));
    for strange in ["gerbang=", "gerbang=%00%ff", "gerbang=\"; DROP TABLE sessions", "gerbang==;;=;gerbang"] {
        let request = thief.request(Method::GET, "/akses").header("cookie", strange);
        Answer::of("/akses", request).await.expect(302);
    }
    let scheme = siti.post("/tema", &[("kembali", "/bantuan?langkah=formulir")]).await.expect(303);
    assert_eq!(scheme.header("set-cookie"), "tema=dark; Path=/; Max-Age=31536000; SameSite=Lax");
    assert_eq!(scheme.location(), Some("/bantuan?langkah=formulir"));
    assert!(siti.get("/bantuan").await.html().contains("data-scheme=\"dark\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_wrong_comes_back_with_what_was_typed() {
    let scenario = Scenario::new(Database::Sqlite).await;
    scenario.expect_back(&scenario.site.visitor(), OF_STRANGERS).await;
    scenario.expect_back(&scenario.site.siti().await, OF_SITI).await;
}

/// The query of the first page survives when the form comes back without script.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_comes_back_still_knows_where_it_came_from() {
    let scenario = Scenario::new(Database::Sqlite).await;
    let stranger = scenario.site.visitor();
    let page = stranger.open(&format!("/akses/pengajuan/{}/tinjau", scenario.draft)).await.expect(200);
    let form = changed(page.form("/masuk"), &[("email", SITI), ("password", TYPED)]);
    let back = stranger.post("/masuk", &form).await.expect(422);
    let form = changed(back.form("/masuk"), &[("password", PASSWORD)]);
    assert_eq!(
        stranger.send("/masuk", &form).await.expect(200).path,
        format!("/akses/pengajuan/{}/tinjau", scenario.draft)
    );

    let help = scenario.site.visitor();
    let address = format!("/bantuan?langkah=gagal-sirup&pengajuan={}", scenario.draft);
    let form = changed(help.get(&address).await.form("/bantuan"), &[("name", "Rina"), ("email", "rina@contoh.go.id")]);
    let back = help.post("/bantuan", &form).await.expect(422).expect_says("Tentang: Gagal masuk ke SiRUP");
    assert_eq!(back.value("/bantuan", "langkah").as_deref(), Some("gagal-sirup"));
    assert_eq!(back.value("/bantuan", "pengajuan"), Some(scenario.draft.to_string()));
    let form = changed(back.form("/bantuan"), &[("message", "Kata sandi SiRUP saya benar, tetapi ditolak.")]);
    let sent = help.send("/bantuan", &form).await.expect(200).expect_says("Nomor tiket");
    let mails = scenario.site.world.mails().await;
    let (_, _, text) = mails.iter().find(|(recipient, ..)| recipient == "bantuan@contoh.go.id").unwrap();
    let ticket = sent.path.split_once("tiket=").unwrap().1.to_owned();
    assert!(text.contains("Gagal masuk ke SiRUP") && text.contains(&ticket), "{text}");
}

/// After the session ended, the person signs in in another tab and sends the same form again, without script.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_takes_nothing_that_was_typed() {
    let scenario = Scenario::new(Database::Sqlite).await;
    let (siti, path) = (scenario.site.siti().await, page(scenario.draft, "formulir"));
    let form = siti.get(&path).await.form(&path);
    siti.post("/keluar", &[("", "")]).await.expect(303);
    let form = changed(form, &[("address", ATTACK), ("aksi", "simpan")]);
    let lost = siti.post(&path, &form).await.expect(401).expect_says("Sesi Anda sudah berakhir");
    assert!(!lost.html().contains("<script>alert"));
    assert_eq!(lost.value(&path, "address").as_deref(), Some(ATTACK));
    siti.sign_in(SITI).await;
    siti.post(&path, &lost.form(&path)).await.expect(303);
    assert_eq!(siti.get(&path).await.value(&path, "address").as_deref(), Some(ATTACK));
    // The page holds no passwords.
    let visitor = scenario.site.visitor();
    let form = [("current_password", TYPED), ("password", "kuda lari di pantai")];
    let lost = visitor.post("/profil/kata-sandi", &form).await.expect(401);
    assert!(!lost.html().contains(TYPED) && !lost.html().contains("kuda lari"));
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_stay_on_our_site() {
    let site = Site::new(Database::Sqlite).await;
    let strange = [
        "https://jahat.example/",
        "//jahat.example",
        "/\\jahat.example",
        "\\\\jahat.example",
        "/\t/jahat.example",
        "/akses\r\nX-Injected: 1",
        "javascript:alert(1)",
        "jahat.example",
        "/jahat\u{e9}",
        "",
    ];
    for to in strange {
        let visitor = site.visitor();
        let form = visitor.get(&format!("/masuk?lanjut={}", query(to))).await.form("/masuk");
        let form = changed(form, &[("email", SITI), ("password", PASSWORD), ("lanjut", to)]);
        let answer = visitor.post("/masuk", &form).await.expect(303);
        assert_eq!((answer.location(), answer.header("x-injected")), (Some("/akses"), ""), "{to:?}");
        // A link behaves alike for somebody who is signed in.
        let answer = visitor.get(&format!("/masuk?lanjut={}", query(to))).await.expect(302);
        assert_eq!(answer.location(), Some("/akses"), "{to:?}");
        let reply = visitor.post_by_script("/masuk", &form).await.json();
        assert_eq!(reply, json!({ "Go": { "to": "/akses", "session": true } }));
        let answer = visitor.post("/tema", &[("kembali", to)]).await.expect(303);
        assert_eq!((answer.location(), answer.header("x-injected")), (Some("/akses"), ""), "{to:?}");
    }
    let visitor = site.visitor();
    let form = visitor.get("/masuk?lanjut=/profil/sesi").await.form("/masuk");
    let form = changed(form, &[("email", SITI), ("password", PASSWORD)]);
    assert_eq!(visitor.post("/masuk", &form).await.location(), Some("/profil/sesi"));
}

/// Everything a client sees of an answer, except its date and request id.
fn seen(answer: &Answer) -> (u16, BTreeMap<String, String>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (answer.status, headers, answer.html().into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_do_not_reveal_whether_an_address_is_known() {
    let site = Site::new(Database::Sqlite).await;
    let visitor = site.visitor();
    let unknown = "tidak.ada@contoh.go.id";
    let sign_up = |email: &str| {
        vec![
            ("name", "Rina Marpaung".to_owned()),
            ("email", email.to_owned()),
            ("password", "kuda lari di pantai".to_owned()),
        ]
    };
    let forgot = |email: &str| vec![("email", email.to_owned())];
    for (path, form) in
        [("/daftar", &sign_up as &dyn Fn(&str) -> Vec<(&'static str, String)>), ("/lupa-kata-sandi", &forgot)]
    {
        let plain = [visitor.post(path, &form(SITI)).await, visitor.post(path, &form(unknown)).await];
        assert_eq!(seen(&plain[0]), seen(&plain[1]));
        assert_eq!(plain[0].location(), Some(format!("{path}/terkirim").as_str()));
        let scripted =
            [visitor.post_by_script(path, &form(SITI)).await, visitor.post_by_script(path, &form(unknown)).await];
        assert_eq!(seen(&scripted[0]), seen(&scripted[1]));
    }
    // A wrong password takes as long as an unknown account. Medians, with room for a busy machine.
    let time = async |email: &str| {
        let mut times = Vec::new();
        for _ in 0..7 {
            let began = Instant::now();
            visitor.post("/masuk", &[("email", email), ("password", TYPED)]).await.expect(422);
            times.push(began.elapsed());
        }
        times.sort();
        times[3]
    };
    let (known, unknown) = (time("budi.kpa@contoh.go.id").await, time("siapa@contoh.go.id").await);
    assert!(known < 3 * unknown && unknown < 3 * known, "known {known:?}, unknown {unknown:?}");
}
