//! Who gets which page, file and answer.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::json;

use super::{
    REASON,
    routes::{
        FUNCTIONS, PAGES, POSTS,
        Reader::{Administrator, Anybody, Applicant, Verifier},
        SIGNPOSTS,
    },
};
use crate::support::{forms::page, scenario::Scenario, *};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_answers_whom_it_is_for() {
    let known: BTreeSet<String> =
        leptos_axum::generate_route_list(app::App).iter().map(|route| route.path().to_owned()).collect();
    let listed = PAGES.iter().map(|(pattern, ..)| *pattern).chain(SIGNPOSTS.iter().copied());
    assert_eq!(known, listed.map(str::to_owned).collect(), "every page is in the list of this test");

    let scenario = Scenario::new(Database::Sqlite).await.with_access().await;
    let (stranger, siti, verifier) =
        (scenario.site.visitor(), scenario.site.siti().await, scenario.site.verifier().await);
    let admin = scenario.site.admin().await;
    scenario.opens_links(&stranger).await;
    scenario.opens_links(&siti).await;
    for (_, address, reader) in PAGES {
        let address = scenario.resolve(address);
        let turned_away = stranger.get(&address).await;
        if *reader == Anybody {
            turned_away.expect(200);
        } else {
            let back = address.replace('?', "%3F").replace('=', "%3D");
            assert_eq!(turned_away.location(), Some(format!("/masuk?lanjut={back}").as_str()), "{address}");
        }
        match address.as_str() {
            // Redirects those who are signed in already.
            "/masuk" => assert_eq!(siti.get(&address).await.location(), Some("/akses")),
            _ => {
                siti.get(&address).await.expect(if [Verifier, Administrator].contains(reader) { 404 } else { 200 });
            }
        }
        match reader {
            Verifier => {
                verifier.get(&address).await.expect(200);
                // Administrators decide nothing, but see the statistics.
                admin.get(&address).await.expect(if address == "/verifikasi/statistik" { 200 } else { 404 });
            }
            Administrator => {
                admin.get(&address).await.expect(200);
                verifier.get(&address).await.expect(404);
            }
            Anybody | Applicant => {}
        }
    }
    assert_eq!(siti.get("/").await.location(), Some("/akses"));
    assert_eq!(
        siti.get(&format!("/akses/pengajuan/{}", scenario.draft)).await.location(),
        Some(&*page(scenario.draft, "tinjau"))
    );
    siti.get("/tidak/ada").await.expect(404).expect_says("Halaman tidak ditemukan");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_downloads_for_whom_they_are() {
    let Scenario { site, draft, sent, .. } = Scenario::new(Database::Sqlite).await;
    let (stranger, siti, verifier) = (site.visitor(), site.siti().await, site.verifier().await);
    let own = [page(draft, "surat"), page(sent, "surat"), page(sent, "bukti.pdf")];
    let case = backend::verification::case_file(&site.world.backend, &site.world.verifier().await, sent).await.unwrap();
    let at_desk = format!("/verifikasi/{sent}/surat/{}/{}", case.document.id, case.document.version);
    let desk = [format!("{at_desk}/asli"), format!("{at_desk}/0.png")];
    for path in own.iter().chain(&desk) {
        stranger.get(path).await.expect(401).expect_says("Sesi Anda sudah berakhir");
    }
    for path in &own {
        let file = siti.get(path).await.expect(200);
        assert_eq!(file.header("content-type"), "application/pdf");
        assert!(file.header("content-disposition").starts_with("attachment; "), "{path}");
        assert_eq!(file.header("content-security-policy"), "sandbox; default-src 'none'");
        assert!(file.body.starts_with(b"%PDF-"));
        verifier.get(path).await.expect(404);
    }
    assert_eq!(siti.get(&own[0]).await.body, letter());
    let picture = verifier.get(&desk[1]).await.expect(200);
    assert_eq!((picture.header("content-type"), &picture.body[1..4]), ("image/png", &b"PNG"[..]));
    assert_eq!(verifier.get(&desk[0]).await.expect(200).body, letter());
    for path in &desk {
        siti.get(path).await.expect(404);
    }
    let of_draft = backend::applications::draft(&site.world.backend, &site.world.siti().await, draft).await.unwrap();
    let letter = of_draft.draft.letter.unwrap().id;
    verifier.get(&format!("/verifikasi/{draft}/surat/{letter}/{}/asli", of_draft.version)).await.expect(404);
    verifier.get("/verifikasi/statistik.csv").await.expect(200);
    // Page and file normalise the period in the same way.
    let page = verifier.ask("/api/verifikasi/statistik?first=2026-11-20&last=2026-11-02").await.expect(200).json();
    let turned = &page["statistics"];
    assert_eq!((&turned["period"]["first"], turned["days"].as_array().unwrap().len()), (&turned["days"][0][0], 19));
    let long = verifier.get("/verifikasi/statistik.csv?dari=1900-01-01&sampai=2026-11-20").await.expect(200);
    assert!(long.header("content-disposition").contains("statistik-2025-11-20-2026-11-20.csv"));
    siti.get("/verifikasi/statistik.csv").await.expect(404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn data_of_another_person_answers_not_found(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let scenario = Scenario::new(database).await;
    let (site, draft, sent) = (&scenario.site, scenario.draft, scenario.sent);
    let (budi, siti) = (site.budi().await, site.world.siti().await);
    let before = site.world.everything().await;
    for id in [draft, sent] {
        for step in ["", "sirup", "formulir", "instansi", "satker", "tinjau", "status", "rincian", "surat", "bukti.pdf"]
        {
            let path = page(id, step).trim_end_matches('/').to_owned();
            budi.get(&path).await.expect(404);
        }
        for step in ["sirup", "formulir", "instansi", "satker", "tinjau", "status"] {
            let path = page(id, step);
            let (_, fields) = POSTS.iter().find(|(known, _)| known.ends_with(&format!("/{step}"))).unwrap();
            let fields = scenario.fields(fields);
            budi.post(&path, &fields).await.expect(404).expect_says("Halaman tidak ditemukan");
            // Script is sent to the page, which answers 404 too.
            let reply = budi.post_by_script(&path, &fields).await.expect(200).json();
            assert_eq!(reply, json!({ "Go": { "to": path, "session": false } }));
        }
        let form = scenario.fields(&[("version", "{version}")]);
        budi.upload(&page(id, "formulir"), &form, "x.pdf", letter()).await.expect(404);
        assert_eq!(budi.upload_alone(id, "x.pdf", letter()).await.expect(404).json(), json!({ "Err": "NotFound" }));
        budi.ask(&format!("/api/pengajuan/draf?id={id}&for_step=Form")).await.expect(404);
        budi.ask(&format!("/api/pengajuan/status?id={id}")).await.expect(404);
        assert_eq!(budi.save(id, 1, "Jalan lain").await.expect(404).json(), json!("NotFound"));
        budi.post("/akses/baru", &[("dari", id.to_string())]).await.expect(404);
        // Only verifiers may use the desk; applicants may not even see their own case there.
        for visitor in [&budi, &site.siti().await] {
            let path = format!("/verifikasi/{id}");
            visitor.get(&path).await.expect(404);
            visitor.post(&path, &[("version", "4"), ("verdict", "approve")]).await.expect(404);
            for part in ["kasus", "temuan", "linimasa"] {
                visitor.ask(&format!("/api/verifikasi/{part}?id={id}")).await.expect(404);
            }
            for step in ["ambil", "lepas", "ambil-alih", "urungkan", "buka-kembali"] {
                visitor.post(&format!("{path}/{step}"), &[("reason", REASON)]).await.expect(404);
            }
            for step in ["perpanjang", "pratinjau"] {
                visitor.post_by_script(&format!("{path}/{step}"), &[("verdict", "approve")]).await.expect(404);
            }
        }
    }
    budi.ask("/api/verifikasi/antrean?query=").await.expect(404);
    budi.ask("/api/verifikasi/riwayat?words=&mine=false").await.expect(404);
    budi.get("/verifikasi/peristiwa").await.expect(404);
    budi.post("/profil/sesi", &[("sesi", siti.session_id.to_string())]).await.expect(303);
    let mut after = site.world.everything().await;
    // Siti's two sign-ins in this test, and the head of the audit chain.
    after.remove("audit_chain");
    for table in ["sessions", "audit_events"] {
        assert_eq!(after.remove(table).unwrap().len(), before[table].len() + 2, "{table}");
    }
    for (table, rows) in after {
        assert_eq!(rows, before[&table], "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn server_functions_have_stable_paths_and_answer_json() {
    let mut scenario = Scenario::new(Database::Sqlite).await.with_access().await;
    let (siti, verifier, stranger) =
        (scenario.site.siti().await, scenario.site.verifier().await, scenario.site.visitor());
    let admin = scenario.site.admin().await;
    let (ministry, _) = scenario.site.world.place("Kementerian Kesehatan", "Sekretariat");
    scenario.set("ministry", ministry);
    scenario.opens_links(&stranger).await;
    let listed: BTreeSet<&str> = FUNCTIONS.iter().map(|(path, ..)| path.split('?').next().unwrap()).collect();
    let known: BTreeSet<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(known, listed, "every server function is in the list of this test");
    // Functions that change something take a post.
    let asked = FUNCTIONS.iter().filter(|(path, ..)| !path.ends_with("/simpan") && !path.ends_with("/hapus-surat"));
    for (path, reader, part, for_strangers) in asked {
        let visitor = match reader {
            Anybody => &stranger,
            Applicant => &siti,
            Verifier => &verifier,
            Administrator => &admin,
        };
        let path = scenario.resolve(path);
        let answer = visitor.ask(&path).await.expect(200);
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        assert!(answer.json().pointer(part).is_some(), "{path}: {}", answer.json());
        let refused = stranger.ask(&path).await.expect(*for_strangers);
        if *for_strangers == 401 {
            assert_eq!(refused.json(), json!("SignedOut"));
        }
    }
    assert_eq!(stranger.save(scenario.draft, 1, "x").await.expect(401).json(), json!("SignedOut"));
    let version: i64 = scenario.resolve("{version}").parse().unwrap();
    let saved = siti.save(scenario.draft, version, "Jalan Kemerdekaan Timur 17").await.expect(200).json();
    assert_eq!((saved["version"].as_i64(), &saved["address_required"]), (Some(version + 1), &json!(false)));
    let stale = siti.save(scenario.draft, version, "Jalan lain").await.expect(409).json();
    assert!(stale.pointer("/Conflict/at").is_some(), "{stale}");
    // A session ended while a form was open: the page says so and keeps the form.
    let lost = stranger.post_by_script(&page(scenario.draft, "tinjau"), &[("version", "1")]).await.expect(200).json();
    assert_eq!(lost, json!({ "Stay": [{ "field": "form", "problem": { "kind": "signed_out" } }] }));
}
