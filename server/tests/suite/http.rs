//! The HTTP surface of the running server: who gets which page, what is refused and how, what every answer carries, and
//! the whole journey as a visitor without script makes it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use bytes::Bytes;
use domain::role::Role;
use futures::{StreamExt, stream};
use reqwest::{Body, Method, header};
use rstest::rstest;
use serde_json::{Value, json};
use time::macros::date;
use uuid::Uuid;

use crate::{
    support::{
        browser::{Answer, Fields, Site, Visitor, changed, streamed},
        outside::Outside,
        platform::request as platform_request,
        process::Host,
        *,
    },
    verification::{approve, reject},
};

const SITI: &str = "siti.pa@contoh.go.id";
const SIRUP_PASSWORD: &str = devtools::development::SIRUP_PASSWORD;
const REASON: &str = "Surat tidak memuat masa berlaku sebagai PA.";
/// What breaks out of a page that writes it as it came.
const ATTACK: &str = "</textarea><script>alert(1)</script><img src=x onerror=alert(2)> \"'---> Jakarta";

/// Every row of every table of a site.
async fn everything(site: &Site) -> BTreeMap<String, Vec<String>> {
    let url = secrecy::ExposeSecret::expose_secret(&site.world.config.database_url).to_owned();
    Outside::of(&url).await.everything().await
}

fn page(id: Uuid, step: &str) -> String {
    format!("/akses/pengajuan/{id}/{step}")
}

/// For whom a page is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Anybody,
    Applicant,
    Verifier,
    Administrator,
}
use Reader::{Administrator, Anybody, Applicant, Verifier};

/// Every page: its pattern among the routes, an address, for whom. `{draft}` and `{sent}` are applications of Siti's,
/// `{access}` an access of hers that ends soon, `{confirm}`, `{reset}` and `{invited}` the secrets of mails.
const PAGES: &[(&str, &str, Reader)] = &[
    ("/masuk", "/masuk", Anybody),
    ("/daftar", "/daftar", Anybody),
    ("/daftar/terkirim", "/daftar/terkirim", Anybody),
    ("/daftar/konfirmasi", "/daftar/konfirmasi?token={confirm}", Anybody),
    ("/lupa-kata-sandi", "/lupa-kata-sandi", Anybody),
    ("/lupa-kata-sandi/terkirim", "/lupa-kata-sandi/terkirim", Anybody),
    ("/atur-ulang-kata-sandi", "/atur-ulang-kata-sandi?token={reset}", Anybody),
    ("/bantuan", "/bantuan?langkah=formulir&pengajuan={draft}", Anybody),
    ("/bantuan/terkirim", "/bantuan/terkirim?tiket=PB-26-000001-7", Anybody),
    ("/ketentuan", "/ketentuan", Anybody),
    ("/privasi", "/privasi", Anybody),
    ("/akses", "/akses", Applicant),
    ("/akses/baru", "/akses/baru", Applicant),
    ("/akses/perpanjang/{id}", "/akses/perpanjang/{access}", Applicant),
    ("/akses/pengajuan/{id}/sirup", "/akses/pengajuan/{draft}/sirup?baru", Applicant),
    ("/akses/pengajuan/{id}/formulir", "/akses/pengajuan/{draft}/formulir", Applicant),
    ("/akses/pengajuan/{id}/instansi", "/akses/pengajuan/{draft}/instansi?q=kesehatan", Applicant),
    ("/akses/pengajuan/{id}/satker", "/akses/pengajuan/{draft}/satker?q=biro", Applicant),
    ("/akses/pengajuan/{id}/tinjau", "/akses/pengajuan/{draft}/tinjau", Applicant),
    ("/akses/pengajuan/{id}/status", "/akses/pengajuan/{sent}/status", Applicant),
    ("/akses/pengajuan/{id}/rincian", "/akses/pengajuan/{sent}/rincian", Applicant),
    ("/pengaturan/instansi", "/pengaturan/instansi", Applicant),
    ("/profil", "/profil", Applicant),
    ("/profil/kata-sandi", "/profil/kata-sandi", Applicant),
    ("/profil/sesi", "/profil/sesi", Applicant),
    ("/verifikasi", "/verifikasi", Verifier),
    ("/verifikasi/{id}", "/verifikasi/{sent}", Verifier),
    ("/verifikasi/riwayat", "/verifikasi/riwayat?cari=siti", Verifier),
    ("/verifikasi/statistik", "/verifikasi/statistik", Verifier),
    ("/admin", "/admin", Administrator),
    ("/admin/alasan", "/admin/alasan", Administrator),
    ("/admin/libur", "/admin/libur", Administrator),
    ("/admin/surel", "/admin/surel", Administrator),
    ("/admin/tugas", "/admin/tugas", Administrator),
    ("/admin/platform", "/admin/platform", Administrator),
    ("/admin/platform/{id}", "/admin/platform/{platform}", Administrator),
    ("/platform", "/platform", Applicant),
    ("/platform/{slug}", "/platform/daftar-hitam", Applicant),
    ("/platform/{slug}/ketentuan", "/platform/daftar-hitam/ketentuan?akses={access}", Applicant),
    ("/platform/lanjut/{id}", "/platform/lanjut/{request}", Applicant),
    ("/undangan", "/undangan?token={invited}", Anybody),
    ("/oidc/keluar", "/oidc/keluar?client_id=daftar-hitam&state=x", Anybody),
];

/// Routes that show nothing themselves: they lead on, or say that there is nothing.
const SIGNPOSTS: &[&str] = &["/", "/akses/pengajuan/{id}", "/{*any}"];

/// Every route that takes a post, with fields that would change something if Siti sent them from a page of ours.
const POSTS: &[(&str, &[(&str, &str)])] = &[
    ("/masuk", &[("email", SITI), ("password", PASSWORD)]),
    ("/keluar", &[]),
    ("/daftar", &[("name", "Rina"), ("email", "rina@contoh.go.id"), ("password", "kuda lari di pantai")]),
    ("/daftar/konfirmasi", &[("token", "{confirm}"), ("password", "kuda lari di pantai")]),
    ("/lupa-kata-sandi", &[("email", SITI)]),
    ("/atur-ulang-kata-sandi", &[("token", "{reset}"), ("password", "kuda lari di pantai")]),
    ("/profil", &[("name", "Siti R."), ("employee_number_kind", "nip"), ("zone", "wit")]),
    ("/profil/kata-sandi", &[("current_password", PASSWORD), ("password", "kuda lari di pantai")]),
    ("/profil/sesi", &[("sesi", "lain")]),
    ("/akses/baru", &[("profile_type", "non_penyedia"), ("role", "kpa")]),
    ("/akses/perpanjang/{access}", &[]),
    ("/akses/pengajuan/{draft}/sirup", &[("sirup_username", "pa.lama"), ("sirup_password", SIRUP_PASSWORD)]),
    ("/akses/pengajuan/{draft}/formulir", &[("version", "{version}"), ("address", "Jalan yang lain, nomor 7")]),
    ("/akses/pengajuan/{draft}/instansi", &[("version", "{version}"), ("pilih", "{institution}")]),
    ("/akses/pengajuan/{draft}/satker", &[("version", "{version}"), ("pilih", "{unit}")]),
    ("/akses/pengajuan/{draft}/surat", &[]),
    ("/akses/pengajuan/{draft}/tinjau", &[("version", "{version}"), ("letter", "{letter}"), ("confirmation", "ya")]),
    ("/akses/pengajuan/{sent}/status", &[]),
    ("/verifikasi", &[]),
    ("/verifikasi/{sent}", &[("version", "4"), ("verdict", "approve")]),
    ("/verifikasi/{sent}/ambil", &[]),
    ("/verifikasi/{sent}/perpanjang", &[]),
    ("/verifikasi/{sent}/lepas", &[]),
    ("/verifikasi/{sent}/ambil-alih", &[("reason", REASON)]),
    ("/verifikasi/{sent}/pratinjau", &[("version", "4"), ("verdict", "approve")]),
    ("/verifikasi/{sent}/urungkan", &[]),
    ("/verifikasi/{sent}/buka-kembali", &[("reason", REASON)]),
    ("/admin", &[("aksi", "undang"), ("email", "baru@contoh.go.id"), ("staff_role", "admin"), ("scope", "nasional")]),
    ("/admin/alasan", &[("aksi", "tambah"), ("title", "Surat tidak terbaca")]),
    ("/admin/libur", &[("aksi", "tambah"), ("title", "Cuti bersama")]),
    ("/admin/surel", &[]),
    ("/admin/platform", &[("platform_name", "SPSE"), ("slug", "spse")]),
    ("/admin/platform/{platform}", &[("tindak", "nonaktifkan")]),
    ("/admin/platform/{platform}/rahasia", &[("rahasia", "{access}")]),
    ("/admin/platform/{platform}/persetujuan", &[]),
    ("/platform/daftar-hitam", &[("access", "{access}")]),
    ("/platform/daftar-hitam/ketentuan", &[("access", "{access}")]),
    ("/platform/lanjut/{request}", &[("access", "{access}")]),
    ("/undangan", &[("token", "{invited}"), ("name", "Wulan"), ("password", "kuda lari di pantai")]),
    ("/oidc/keluar", &[("client_id", "daftar-hitam")]),
    ("/bantuan", &[("message", "Bagaimana cara mengganti surat?")]),
    ("/tema", &[("tema", "dark")]),
    ("/api/pengajuan/simpan", &[]),
    ("/api/pengajuan/hapus-surat", &[]),
];

/// A site with a complete draft and an application that was sent, both Siti's, and mails with secrets.
struct Town {
    site: Site,
    draft: Uuid,
    sent: Uuid,
    /// What the names in braces of [`PAGES`] and [`POSTS`] stand for.
    names: Vec<(&'static str, String)>,
}

impl Town {
    async fn new(database: Database) -> Self {
        let site = Site::new(database).await;
        let (draft, sent) = (site.draft("Inspektorat").await, site.sent("Sekretariat").await);
        let backend = &site.world.backend;
        let rina = backend::accounts::SignUp {
            name: "Rina Marpaung".into(),
            email: "rina@contoh.go.id".into(),
            password: "kuda lari di pantai".into(),
        };
        backend::accounts::sign_up(backend, &rina).await.unwrap();
        backend::accounts::forgot_password(backend, SITI).await.unwrap();
        let wulan = backend::staff::Invitation {
            email: "wulan@contoh.go.id".into(),
            role: Some(domain::staff::StaffRole::Verifier),
            institutions: vec![],
        };
        backend::staff::invite(backend, &site.world.actor("admin@contoh.go.id").await, &wulan).await.unwrap();
        let stored = backend::applications::draft(backend, &site.world.siti().await, draft).await.unwrap();
        let (institution, unit) = site.world.place("Provinsi Bali", "Dinas Kesehatan");
        let names = vec![
            ("draft", draft.to_string()),
            ("sent", sent.to_string()),
            ("confirm", site.world.secret_for("rina@contoh.go.id").await.expose().to_owned()),
            ("reset", site.world.secret_for(SITI).await.expose().to_owned()),
            ("invited", site.world.secret_for("wulan@contoh.go.id").await.expose().to_owned()),
            ("version", stored.version.to_string()),
            ("letter", stored.draft.letter.unwrap().id.to_string()),
            ("institution", institution.to_string()),
            ("unit", unit.to_string()),
        ];
        Self { site, draft, sent, names }
    }

    /// And with an access of Siti's that ends soon.
    async fn with_access(mut self) -> Self {
        let (siti, soon) = (self.site.world.siti().await, date!(2026 - 12 - 31));
        let access = self.site.world.granted(&siti, Role::Kpa, "Biro Umum", TODAY, soon).await;
        self.names.push(("access", access.to_string()));
        let backend = &self.site.world.backend;
        let admin = self.site.world.actor("admin@contoh.go.id").await;
        let platforms = backend::platforms::admin::list(backend, &admin).await.unwrap();
        let platform = platforms.iter().find(|known| known.slug == "daftar-hitam").unwrap();
        self.names.push(("platform", platform.id.to_string()));
        // The platform asks for Siti, who has yet to choose an access.
        let back = format!("{}/masuk/kembali", devtools::DEMO_URL);
        let asked = changed(platform_request("daftar-hitam"), &[("redirect_uri", back.as_str())]);
        let next = backend::oidc::authorize::authorize(backend, Some(&siti), &asked).await.unwrap();
        let backend::oidc::authorize::Next::Wait { request, .. } = next else { panic!("{next:?}") };
        self.names.push(("request", request.to_string()));
        self
    }

    fn named(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    fn fields(&self, fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(name, value)| ((*name).to_owned(), self.named(value))).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_answers_whom_it_is_for() {
    let known: BTreeSet<String> =
        leptos_axum::generate_route_list(app::App).iter().map(|route| route.path().to_owned()).collect();
    let listed = PAGES.iter().map(|(pattern, ..)| *pattern).chain(SIGNPOSTS.iter().copied());
    assert_eq!(known, listed.map(str::to_owned).collect(), "every page is in the list of this test");

    let town = Town::new(Database::Sqlite).await.with_access().await;
    let (stranger, siti, verifier) = (town.site.visitor(), town.site.siti().await, town.site.verifier().await);
    let admin = town.site.admin().await;
    for (_, address, reader) in PAGES {
        let address = town.named(address);
        let turned_away = stranger.get(&address).await;
        if *reader == Anybody {
            turned_away.expect(200);
        } else {
            let back = address.replace('?', "%3F").replace('=', "%3D");
            assert_eq!(turned_away.location(), Some(format!("/masuk?lanjut={back}").as_str()), "{address}");
        }
        match address.as_str() {
            // Whoever is signed in already goes on.
            "/masuk" => assert_eq!(siti.get(&address).await.location(), Some("/akses")),
            _ => {
                siti.get(&address).await.expect(if [Verifier, Administrator].contains(reader) { 404 } else { 200 });
            }
        }
        match reader {
            Verifier => {
                verifier.get(&address).await.expect(200);
                // Whoever runs the product decides nothing, but sees how much is decided.
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
        siti.get(&format!("/akses/pengajuan/{}", town.draft)).await.location(),
        Some(&*page(town.draft, "tinjau"))
    );
    siti.get("/tidak/ada").await.expect(404).expect_says("Halaman tidak ditemukan");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_downloads_for_whom_they_are() {
    let Town { site, draft, sent, .. } = Town::new(Database::Sqlite).await;
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
    // The page and the file are of the days that are counted, however they were asked for.
    let turned = verifier.ask("/api/verifikasi/statistik?first=2026-11-20&last=2026-11-02").await.expect(200).json();
    assert_eq!((&turned["first"], turned["days"].as_array().unwrap().len()), (&turned["days"][0][0], 19));
    let long = verifier.get("/verifikasi/statistik.csv?dari=1900-01-01&sampai=2026-11-20").await.expect(200);
    assert!(long.header("content-disposition").contains("statistik-2025-11-20-2026-11-20.csv"));
    siti.get("/verifikasi/statistik.csv").await.expect(404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_persons_is_not_there(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let town = Town::new(database).await;
    let (site, draft, sent) = (&town.site, town.draft, town.sent);
    let (budi, siti) = (site.budi().await, site.world.siti().await);
    let before = everything(site).await;
    for id in [draft, sent] {
        for step in ["", "sirup", "formulir", "instansi", "satker", "tinjau", "status", "rincian", "surat", "bukti.pdf"]
        {
            let path = page(id, step).trim_end_matches('/').to_owned();
            budi.get(&path).await.expect(404);
        }
        for step in ["sirup", "formulir", "instansi", "satker", "tinjau", "status"] {
            let path = page(id, step);
            let (_, fields) = POSTS.iter().find(|(known, _)| known.ends_with(&format!("/{step}"))).unwrap();
            let fields = town.fields(fields);
            budi.post(&path, &fields).await.expect(404).expect_says("Halaman tidak ditemukan");
            // Script is led to the page, which says the same.
            let reply = budi.post_by_script(&path, &fields).await.expect(200).json();
            assert_eq!(reply, json!({ "Go": { "to": path, "session": false } }));
        }
        let form = town.fields(&[("version", "{version}")]);
        budi.upload(&page(id, "formulir"), &form, "x.pdf", letter()).await.expect(404);
        assert_eq!(budi.upload_alone(id, "x.pdf", letter()).await.expect(404).json(), json!({ "Err": "NotFound" }));
        budi.ask(&format!("/api/pengajuan/draf?id={id}&for_step=Form")).await.expect(404);
        budi.ask(&format!("/api/pengajuan/status?id={id}")).await.expect(404);
        assert_eq!(budi.save(id, 1, "Jalan lain").await.expect(404).json(), json!("NotFound"));
        budi.post("/akses/baru", &[("dari", id.to_string())]).await.expect(404);
        // The desk is nobody's who does not verify, not even for what is their own.
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
    let mut after = everything(site).await;
    // The two times that Siti signed in for this, and the head of the chain that they are noted in.
    after.remove("audit_chain");
    for table in ["sessions", "audit_events"] {
        assert_eq!(after.remove(table).unwrap().len(), before[table].len() + 2, "{table}");
    }
    for (table, rows) in after {
        assert_eq!(rows, before[&table], "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_ours_may_change_anything() {
    let town = Town::new(Database::Sqlite).await.with_access().await;
    let siti = town.site.siti().await;
    let before = everything(&town.site).await;
    let own = town.site.base.origin().ascii_serialization();
    let foreign: &[&[(&str, &str)]] = &[
        &[],
        &[("origin", "https://jahat.example")],
        &[("origin", "null")],
        &[("referer", "https://jahat.example/gerbang")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[("sec-fetch-site", "same-site"), ("origin", &own)],
        &[("sec-fetch-site", "none")],
    ];
    for (path, fields) in POSTS {
        let path = town.named(path);
        for headers in foreign {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let request = siti.bare(method, &path).form(&town.fields(fields));
                let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
                let answer = Answer::of(&path, request).await.expect(403);
                assert!(
                    answer.says("Permintaan ini tidak berasal dari halaman Gerbang dan ditolak."),
                    "{}",
                    answer.text()
                );
            }
        }
    }
    assert_eq!(everything(&town.site).await, before);
    // From a page of ours they are heard, and much is changed.
    for (path, fields) in POSTS {
        let request = siti.bare(Method::POST, &town.named(path)).header("origin", &own);
        assert_ne!(request.form(&town.fields(fields)).send().await.unwrap().status(), 403, "{path}");
    }
    assert_ne!(everything(&town.site).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changes_on_get() {
    let town = Town::new(Database::Sqlite).await.with_access().await;
    let siti = town.site.siti().await;
    let before = everything(&town.site).await;
    for (path, fields) in POSTS {
        let path = town.named(path);
        let has_page = PAGES.iter().any(|(_, address, _)| town.named(address).split('?').next() == Some(&*path))
            || path.ends_with("/surat");
        let fields: Vec<String> =
            town.fields(fields).iter().map(|(name, value)| format!("{name}={}", query(value))).collect();
        let with_fields = format!("{path}?{}", fields.join("&"));
        for method in [Method::GET, Method::HEAD] {
            let answer = Answer::of(&path, siti.request(method.clone(), &with_fields)).await;
            let allowed: &[u16] = match path.as_str() {
                _ if !has_page => &[404, 405],
                // Which access it is about stands in the address as `akses`.
                "/platform/daftar-hitam/ketentuan" => &[404],
                "/verifikasi" | "/admin" => &[404],
                path if path.starts_with("/verifikasi/") || path.starts_with("/admin/") => &[404],
                _ => &[200, 302],
            };
            assert!(allowed.contains(&answer.status), "{method} {path}: {}", answer.status);
        }
    }
    for (_, address, _) in PAGES {
        siti.get(&town.named(address)).await;
    }
    for page in ["/akses/pengajuan/{sent}/status?batalkan", "/akses/baru?dari={sent}"] {
        siti.get(&town.named(page)).await.expect(200);
    }
    assert_eq!(everything(&town.site).await, before);
}

fn policy(answer: &Answer) -> &str {
    answer.header("content-security-policy")
}

fn nonce(answer: &Answer) -> String {
    let (_, rest) = policy(answer).split_once("'nonce-").expect("a nonce");
    rest.split_once('\'').unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded() {
    let town = Town::new(Database::Sqlite).await.with_access().await;
    let (stranger, siti) = (town.site.visitor(), town.site.siti().await);
    let mut answers = vec![
        stranger.get("/akses").await.expect(302),
        stranger.get("/tidak/ada").await.expect(404),
        stranger.get("/fonts/tidak-ada.woff2").await.expect(404),
        stranger.get("/health/live").await.expect(200),
        stranger.ask("/api/saya").await.expect(200),
        stranger.ask("/api/akses").await.expect(401),
        stranger.post("/masuk", &[("email", "")]).await.expect(422),
        Answer::of("/masuk", stranger.bare(Method::POST, "/masuk")).await.expect(403),
        siti.get(&page(town.draft, "surat")).await.expect(200),
        siti.get(&page(town.sent, "bukti.pdf")).await.expect(200),
    ];
    let mut nonces = BTreeSet::new();
    let (verifier, admin) = (town.site.verifier().await, town.site.admin().await);
    for (_, address, reader) in PAGES {
        let visitor = match reader {
            Anybody => &stranger,
            Applicant => &siti,
            Verifier => &verifier,
            Administrator => &admin,
        };
        let page = visitor.get(&town.named(address)).await.expect(200);
        assert!(nonces.insert(nonce(&page)), "a nonce twice");
        assert!(nonce(&page).len() >= 16);
        for part in [
            "default-src 'none'",
            "'wasm-unsafe-eval'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "style-src 'self'",
        ] {
            assert!(policy(&page).contains(part), "{}", policy(&page));
        }
        assert!(!policy(&page).contains("unsafe-inline") && !policy(&page).contains("'unsafe-eval'"));
        for tag in page.tags() {
            if tag.name == "script" && !tag.has("src") {
                assert_eq!(tag.get("nonce"), Some(&*nonce(&page)), "{address}");
            }
            for link in [tag.get("src"), tag.get("href"), tag.get("action")].into_iter().flatten() {
                assert!(link.starts_with(['/', '#', '?']) || link.is_empty(), "{address} leads to {link}");
            }
            let inline = tag.attributes().find(|name| name.starts_with("on") || *name == "style");
            assert_eq!(inline, None, "{address}: {tag:?}");
        }
        answers.push(page);
    }
    for answer in &answers {
        let headers = [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ];
        for (name, value) in headers {
            assert_eq!(answer.header(name), value, "{}: {name}", answer.path);
        }
        assert!(policy(answer).contains("default-src 'none'"), "{}", answer.path);
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert!(!answer.header("x-request-id").is_empty(), "{}", answer.path);
        assert_eq!(answer.header("strict-transport-security"), "", "not over plain HTTP");
        assert_eq!((answer.header("server"), answer.header("x-powered-by")), ("", ""));
    }
}

fn cookie(answer: &Answer) -> &str {
    answer.header("set-cookie")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_a_cookie_that_scripts_do_not_see() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.visitor();
    let fields = [("email", SITI), ("password", PASSWORD)];
    let first = cookie(&siti.post("/masuk", &fields).await.expect(303)).to_owned();
    let (token, attributes) = first.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=604800; SameSite=Lax; HttpOnly");
    assert_eq!(token.strip_prefix("gerbang=").map(str::len), Some(43));
    // Nobody's guess becomes a session, and each has its own.
    let fixed = site.visitor();
    let request = fixed.request(Method::POST, "/masuk").header("cookie", "gerbang=pilihan-orang-lain").form(&fields);
    let second = Answer::of("/masuk", request).await.expect(303);
    assert!(cookie(&second) != first && !cookie(&second).contains("pilihan-orang-lain"));
    // After signing out, the cookie opens nothing, whoever kept it.
    siti.get("/akses").await.expect(200);
    let out = siti.post("/keluar", &[("", "")]).await.expect(303);
    assert_eq!(cookie(&out), "gerbang=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly");
    let thief = site.visitor();
    let kept = Answer::of("/akses", thief.request(Method::GET, "/akses").header("cookie", token)).await;
    assert_eq!(kept.location(), Some("/masuk?lanjut=/akses"));
    for strange in ["gerbang=", "gerbang=%00%ff", "gerbang=\"; DROP TABLE sessions", "gerbang==;;=;gerbang"] {
        let request = thief.request(Method::GET, "/akses").header("cookie", strange);
        Answer::of("/akses", request).await.expect(302);
    }
    let scheme = siti.post("/tema", &[("kembali", "/bantuan?langkah=formulir")]).await.expect(303);
    assert_eq!(cookie(&scheme), "tema=dark; Path=/; Max-Age=31536000; SameSite=Lax");
    assert_eq!(scheme.location(), Some("/bantuan?langkah=formulir"));
    assert!(siti.get("/bantuan").await.html().contains("data-scheme=\"dark\""));
}

/// The settings of a production that works, but for what it does not reach in a test.
pub const PRODUCTION: &[(&str, &str)] = &[
    ("env", "production"),
    ("base_url", "https://gerbang.contoh.go.id"),
    ("secret", "cmFoYXNpYS1yYWhhc2lhLXJhaGFzaWEtcmFoYXNpYTE="),
    ("sirup_token", "rahasia-bersama"),
    ("smtp_url", "smtp://127.0.0.1:1"),
    ("mail_from", "Gerbang <gerbang@contoh.go.id>"),
    ("help_url", "mailto:bantuan@contoh.go.id"),
];

#[tokio::test(flavor = "multi_thread")]
async fn production_binds_cookies_to_its_host_and_has_nothing_of_development() {
    let site = Site::with(Database::Sqlite, PRODUCTION, false).await;
    let rina = site.visitor();
    assert_eq!(rina.origin, "https://gerbang.contoh.go.id");
    assert_eq!(site.world.count("users").await, 0, "no accounts that everybody knows");
    rina.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(422);
    rina.get("/dev/surat").await.expect(404);
    let form = [("name", "Rina Marpaung"), ("email", "rina@contoh.go.id"), ("password", "kuda lari di pantai")];
    rina.post("/daftar", &form).await.expect(303);
    let (_, _, text) = site.world.mails().await.remove(0);
    assert!(text.contains("https://gerbang.contoh.go.id/daftar/konfirmasi?token="), "{text}");
    let token = site.world.secret_for("rina@contoh.go.id").await.expose().to_owned();
    let page = rina.post("/daftar/konfirmasi", &[("token", &*token), ("password", "kuda lari di pantai")]).await;
    let (session, attributes) = cookie(&page).split_once("; ").unwrap();
    assert!(session.starts_with("__Host-gerbang="), "{session}");
    assert_eq!(attributes, "Path=/; Max-Age=604800; SameSite=Lax; HttpOnly; Secure");
    assert_eq!(page.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
    // Behind its proxy, the cookie arrives.
    let request = rina.request(Method::GET, "/akses").header("cookie", session);
    Answer::of("/akses", request).await.expect(200).expect_says("Rina Marpaung");
    // Under the name of development it is nobody's.
    let plain = session.replace("__Host-", "");
    let stranger = site.visitor();
    Answer::of("/akses", stranger.request(Method::GET, "/akses").header("cookie", plain)).await.expect(302);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_has_its_limit() {
    let Town { site, draft, .. } = Town::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let much = "x".repeat(70_000);
    for path in ["/masuk".to_owned(), "/bantuan".to_owned(), page(draft, "formulir"), page(draft, "sirup")] {
        siti.post(&path, &[("message", &much)]).await.expect(413).expect_says("Isian terlalu besar.");
    }
    let fields = vec![("version".to_owned(), "3".to_owned()), ("address".to_owned(), much)];
    let form = siti.upload(&page(draft, "formulir"), &fields, "surat.pdf", letter()).await;
    form.expect(413).expect_says("Isian terlalu besar.");
    let many: Fields = (0..50).map(|nth| (format!("f{nth}"), "x".to_owned())).collect();
    siti.upload(&page(draft, "formulir"), &many, "surat.pdf", letter()).await.expect(413);
}

/// Chunks of so many bytes in all, and then nothing: the connection stays open.
fn never_ending(bytes: usize) -> Body {
    let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
    let (whole, rest) = (bytes / chunk.len(), bytes % chunk.len());
    let last = chunk.slice(..rest);
    streamed(stream::iter(vec![chunk; whole]).chain(stream::once(async move { last })).chain(stream::pending()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_too_big_is_refused_while_it_arrives() {
    let Town { site, draft, .. } = Town::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let too_big = |kind: Value| json!({ "Err": { "Invalid": [{ "field": "letter", "problem": { "kind": "letter", "of": kind } }] } });
    let began = Instant::now();
    // One byte more than is taken, and no end.
    let endless = siti.upload_alone(draft, "surat.pdf", never_ending(2_097_153)).await.expect(422);
    assert_eq!(endless.json(), too_big(json!({ "kind": "too_big" })));
    // A size that is announced is refused before its first byte.
    let path = page(draft, "surat");
    let request = siti.request(Method::POST, &path).header(header::CONTENT_LENGTH, 3_000_000).body(never_ending(0));
    assert_eq!(
        Answer::of(&path, request).await.expect(422).json(),
        too_big(json!({ "kind": "too_big", "number": 3_000_000 }))
    );
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    // In a form, what else was typed is kept, and the letter before.
    let form = siti.get(&page(draft, "formulir")).await.form(&page(draft, "formulir"));
    let form = changed(form, &[("address", "Jalan Kemerdekaan Timur 17, Jakarta"), ("aksi", "ajukan")]);
    let refused = siti.upload(&page(draft, "formulir"), &form, "surat.pdf", Bytes::from(vec![b'x'; 3_000_000])).await;
    let refused = refused.expect(422).expect_says("Berkas lebih dari 2 MB.").expect_says("Terunggah");
    let kept = refused.value(&page(draft, "formulir"), "address");
    assert_eq!(kept.as_deref(), Some("Jalan Kemerdekaan Timur 17, Jakarta"));
    assert_eq!(siti.get(&page(draft, "surat")).await.expect(200).body, letter());
    // Nor is the form read for ever.
    let form = siti.get(&page(draft, "formulir")).await.form(&page(draft, "formulir"));
    let endless = siti.upload(&page(draft, "formulir"), &form, "surat.pdf", never_ending(17 << 20)).await;
    endless.expect(422).expect_says("Berkas lebih dari 2 MB.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_kept_though_another_field_is_wrong() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let id = siti.start("pa").await;
    let path = page(id, "formulir");
    let form = changed(
        siti.get(&path).await.form(&path),
        &[("aksi", "ajukan"), ("first_day", "31"), ("first_day_month", "2"), ("first_day_year", "2027")],
    );
    let refused = siti.upload(&path, &form, "SK Menteri 2026.pdf", letter()).await.expect(422);
    assert!(
        refused.says("Tanggal ini tidak ada dalam kalender.") && refused.says("SK Menteri 2026.pdf"),
        "{}",
        refused.text()
    );
    assert_eq!(siti.get(&page(id, "surat")).await.expect(200).body, letter());
    // It can be taken off and replaced.
    let form = refused.form(&path);
    let removed = siti.send(&path, &changed(form, &[("aksi", "hapus-surat")])).await.expect(200);
    assert!(!removed.says("SK Menteri 2026.pdf"));
    siti.get(&page(id, "surat")).await.expect(404);
    let broken =
        siti.upload(&path, &changed(removed.form(&path), &[("aksi", "unggah")]), "surat.pdf", "PK\x03\x04").await;
    broken.expect(422).expect_says("Berkas ini bukan PDF, apa pun namanya.");
    let empty = siti.upload(&path, &changed(removed.form(&path), &[("aksi", "unggah")]), "surat.pdf", "").await;
    empty.expect(422).expect_says("Berkas kosong.");
}

/// Whatever arrives, it is the sender's fault that it cannot be read.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_no_fault_of_ours(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let town = Town::new(database).await;
    let (siti, verifier) = (town.site.siti().await, town.site.verifier().await);
    let ids = ["bukan-id", "%00", "%ff%fe", "00000000-0000-0000-0000-000000000000", "..%2f..%2fetc", &"9".repeat(5000)];
    for id in ids {
        for step in [
            "",
            "/sirup",
            "/formulir",
            "/instansi",
            "/satker",
            "/tinjau",
            "/status",
            "/rincian",
            "/surat",
            "/bukti.pdf",
        ] {
            refused(siti.get(&format!("/akses/pengajuan/{id}{step}")).await);
            refused(siti.post(&format!("/akses/pengajuan/{id}{step}"), &[("version", "1")]).await);
        }
        for path in ["".to_owned(), format!("/surat/{id}/1/0.png"), format!("/surat/{id}/1/asli")] {
            refused(verifier.get(&format!("/verifikasi/{id}{path}")).await);
        }
        for step in ["", "/ambil", "/lepas", "/ambil-alih", "/urungkan", "/buka-kembali"] {
            refused(
                verifier.post(&format!("/verifikasi/{id}{step}"), &[("verdict", "approve"), ("reason", REASON)]).await,
            );
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
            // A work unit's institution that is not there has none.
            if !(path.starts_with("satker") && id.starts_with("0000")) {
                refused(answer);
            }
        }
    }
    for number in ["-1", "1", "x", "0.png.png", "99999999999999999999.png", "%00.png"] {
        refused(verifier.get(&format!("/verifikasi/{}/surat/{number}", town.sent)).await);
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
    // Bodies that are no forms, and numbers that are none.
    let forms =
        ["\u{0}\u{1}=%", "version=abc&pilih=x", "version=99999999999999999999&dari=x&verdict=approve", "%zz=%ff&=&&"];
    let kinds = ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", ""];
    for (path, _) in POSTS {
        let path = town.named(path);
        for (body, kind) in forms.iter().flat_map(|body| kinds.map(|kind| (*body, kind))) {
            let request = siti.request(Method::POST, &path).header(header::CONTENT_TYPE, kind).body(body);
            let answer = Answer::of(&path, request).await;
            // Signing out needs no fields, nor does taking back.
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
    let request = siti.request(Method::POST, &page(town.draft, "formulir"));
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x").body(broken);
    refused(Answer::of("broken", request).await);
}

#[track_caller]
fn refused(answer: Answer) {
    assert!((400..500).contains(&answer.status), "{}: {} {}", answer.path, answer.status, answer.text());
}

/// A zero byte is no text to PostgreSQL; nobody types one.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn zero_bytes_do_no_harm(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let Town { site, draft, sent, .. } = Town::new(database).await;
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

/// A form that comes back: where, with what, what it then says, what of it is still there.
struct Wrong {
    path: String,
    fields: Vec<(&'static str, &'static str)>,
    sentences: Vec<&'static str>,
    kept: Vec<&'static str>,
}

/// No password that anybody types, so that it can be looked for.
const TYPED: &str = "Rahasia-yang-diketik-77";

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_wrong_comes_back_with_what_was_typed() {
    let town = Town::new(Database::Sqlite).await;
    let (stranger, siti, verifier) = (town.site.visitor(), town.site.siti().await, town.site.verifier().await);
    let fresh = siti.start("pa").await;
    let wrong = |path: &str,
                 fields: &[(&'static str, &'static str)],
                 sentences: &[&'static str],
                 kept: &[&'static str]| Wrong {
        path: town.named(path),
        fields: fields.to_vec(),
        sentences: sentences.to_vec(),
        kept: kept.to_vec(),
    };
    let failed = "Alamat surel atau kata sandi tidak cocok, atau akun belum dikonfirmasi.";
    let by_stranger = [
        wrong(
            "/masuk",
            &[("email", ""), ("password", "")],
            &["Alamat surel belum diisi.", "Kata sandi belum diisi."],
            &[],
        ),
        wrong("/masuk", &[("email", SITI), ("password", TYPED)], &[failed], &["email"]),
        wrong("/masuk", &[("email", "tidak.ada@contoh.go.id"), ("password", TYPED)], &[failed], &["email"]),
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
    let by_siti = [
        wrong("/akses/baru", &[("profile_type", "non_penyedia")], &["Role belum dipilih."], &["profile_type"]),
        wrong(
            "/akses/baru",
            &[("profile_type", "non_penyedia"), ("role", "penyedia")],
            &["Pilihan ini tidak tersedia."],
            &[],
        ),
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
        wrong(
            "/akses/pengajuan/{draft}/sirup",
            &[("sirup_username", ""), ("sirup_password", "")],
            &["Username SiRUP belum diisi.", "Kata sandi SiRUP belum diisi."],
            &[],
        ),
        wrong(
            "/akses/pengajuan/{draft}/sirup",
            &[("sirup_username", "pa.lama"), ("sirup_password", TYPED)],
            &[
                "Gagal masuk ke SiRUP",
                "Username atau kata sandi tidak cocok dengan data SiRUP.",
                "Sisa 4 dari 5 percobaan",
                "Daftar Akses Baru",
                "Pusat Bantuan",
            ],
            &["sirup_username"],
        ),
        wrong(
            "/akses/pengajuan/{draft}/sirup",
            &[("sirup_username", "pa.baru"), ("sirup_password", SIRUP_PASSWORD)],
            &["Akun SiRUP ini dibuat pada atau setelah 1 Agustus 2024", "Daftar Akses Baru"],
            &["sirup_username"],
        ),
        wrong(
            "/akses/pengajuan/{draft}/sirup",
            &[("sirup_username", "pa.terpakai"), ("sirup_password", SIRUP_PASSWORD)],
            &["Akses SiRUP ini sudah pernah dihubungkan dengan Manajemen Akun Terpusat SPSE."],
            &["sirup_username"],
        ),
        wrong(
            "/akses/pengajuan/{draft}/sirup",
            &[("sirup_username", "pa.gangguan"), ("sirup_password", SIRUP_PASSWORD)],
            &["SiRUP belum menjawab", "Coba lagi"],
            &["sirup_username"],
        ),
        wrong(
            "/akses/pengajuan/{draft}/tinjau",
            &[("version", "{version}"), ("letter", "{letter}")],
            &["Pernyataan belum dicentang."],
            &[],
        ),
        Wrong {
            path: page(fresh, "formulir"),
            fields: vec![
                ("version", "2"),
                ("institution_type", "provinsi"),
                ("first_day", "31"),
                ("first_day_month", "2"),
                ("first_day_year", "2027"),
                ("last_day", "1"),
                ("last_day_month", ""),
                ("last_day_year", "x"),
                ("aksi", "ajukan"),
            ],
            sentences: vec![
                "Ada 5 isian yang perlu diperbaiki",
                "Nama Instansi belum dipilih.",
                "Satuan Kerja belum dipilih.",
                "Tanggal ini tidak ada dalam kalender.",
                "Tanggal belum lengkap.",
                "Surat belum diunggah.",
            ],
            kept: vec![
                "institution_type",
                "first_day",
                "first_day_month",
                "first_day_year",
                "last_day",
                "last_day_month",
                "last_day_year",
            ],
        },
    ];
    let by_verifier = [
        wrong(
            "/verifikasi/{sent}",
            &[("version", "4"), ("verdict", "reject"), ("tindak", "tolak"), ("reason_title", ""), ("reason", "")],
            &["Alasan belum dipilih.", "Alasan belum diisi."],
            &[],
        ),
        wrong(
            "/verifikasi/{sent}",
            &[("version", "4"), ("verdict", "reject"), ("tindak", "tolak"), ("reason", "tidak")],
            &["Alasan belum dipilih.", "Alasan kurang dari 10 huruf."],
            &[],
        ),
        wrong(
            "/verifikasi/{sent}",
            &[
                ("version", "4"),
                ("verdict", "return"),
                ("tindak", "perbaikan"),
                ("mark", "letter"),
                ("note_letter", ""),
            ],
            &["Surat Tanda Jabatan sebagai PA"],
            &[],
        ),
        wrong(
            "/verifikasi/{sent}",
            &[("version", "4"), ("verdict", "return"), ("tindak", "perbaikan"), ("reason", ATTACK)],
            &["Tandai yang perlu diperbaiki", ATTACK],
            &[],
        ),
        wrong(
            "/verifikasi/{sent}",
            &[("version", "4"), ("verdict", "approve")],
            &["Masih 5 butir daftar periksa"],
            &[],
        ),
        wrong(
            "/verifikasi/{sent}",
            &[("version", "4"), ("verdict", "tunda"), ("reason", ATTACK)],
            &["Pilihan ini tidak tersedia."],
            &[],
        ),
    ];
    let all = by_stranger.iter().map(|each| (&stranger, each));
    let all =
        all.chain(by_siti.iter().map(|each| (&siti, each))).chain(by_verifier.iter().map(|each| (&verifier, each)));
    for (visitor, Wrong { path, fields, sentences, kept }) in all {
        let fields = town.fields(fields);
        let back = visitor.post(path, &fields).await.expect(422);
        for sentence in sentences {
            assert!(back.says(sentence), "{path} with {fields:?} does not say {sentence:?} but: {}", back.text());
        }
        for name in kept {
            let typed = fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            assert_eq!(back.value(path, name), typed, "{path}: {name}");
        }
        for secret in [TYPED, SIRUP_PASSWORD, PASSWORD, "kuda lari di pantai", "rahmawati2026"] {
            assert!(!back.html().contains(secret), "{path} echoes a password");
        }
        assert!(!back.html().contains("<script>alert"), "{path}");
        // To script, the reply says the same, and no status makes noise in its console.
        let reply = visitor.post_by_script(path, &fields).await.expect(200).json();
        assert!(reply["Stay"].as_array().is_some_and(|issues| !issues.is_empty()), "{path}: {reply}");
    }
}

/// Without script, what came with the address of the first page is not lost when the form comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_comes_back_still_knows_where_it_came_from() {
    let town = Town::new(Database::Sqlite).await;
    let stranger = town.site.visitor();
    let page = stranger.open(&format!("/akses/pengajuan/{}/tinjau", town.draft)).await.expect(200);
    let form = changed(page.form("/masuk"), &[("email", SITI), ("password", TYPED)]);
    let back = stranger.post("/masuk", &form).await.expect(422);
    let form = changed(back.form("/masuk"), &[("password", PASSWORD)]);
    assert_eq!(
        stranger.send("/masuk", &form).await.expect(200).path,
        format!("/akses/pengajuan/{}/tinjau", town.draft)
    );

    let help = town.site.visitor();
    let address = format!("/bantuan?langkah=gagal-sirup&pengajuan={}", town.draft);
    let form = changed(help.get(&address).await.form("/bantuan"), &[("name", "Rina"), ("email", "rina@contoh.go.id")]);
    let back = help.post("/bantuan", &form).await.expect(422).expect_says("Tentang: Gagal masuk ke SiRUP");
    assert_eq!(back.value("/bantuan", "langkah").as_deref(), Some("gagal-sirup"));
    assert_eq!(back.value("/bantuan", "pengajuan"), Some(town.draft.to_string()));
    let form = changed(back.form("/bantuan"), &[("message", "Kata sandi SiRUP saya benar, tetapi ditolak.")]);
    let sent = help.send("/bantuan", &form).await.expect(200).expect_says("Nomor tiket");
    let mails = town.site.world.mails().await;
    let (_, _, text) = mails.iter().find(|(recipient, ..)| recipient == "bantuan@contoh.go.id").unwrap();
    let ticket = sent.path.split_once("tiket=").unwrap().1.to_owned();
    assert!(text.contains("Gagal masuk ke SiRUP") && text.contains(&ticket), "{text}");
}

/// Without script, too, what was typed in a session that ended is sent again after signing in elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_takes_nothing_that_was_typed() {
    let town = Town::new(Database::Sqlite).await;
    let (siti, path) = (town.site.siti().await, page(town.draft, "formulir"));
    let form = siti.get(&path).await.form(&path);
    siti.post("/keluar", &[("", "")]).await.expect(303);
    let form = changed(form, &[("address", ATTACK), ("aksi", "simpan")]);
    let lost = siti.post(&path, &form).await.expect(401).expect_says("Sesi Anda sudah berakhir");
    assert!(!lost.html().contains("<script>alert"));
    assert_eq!(lost.value(&path, "address").as_deref(), Some(ATTACK));
    siti.sign_in(SITI).await;
    siti.post(&path, &lost.form(&path)).await.expect(303);
    assert_eq!(siti.get(&path).await.value(&path, "address").as_deref(), Some(ATTACK));
    // But a password is not kept in a page.
    let visitor = town.site.visitor();
    let form = [("current_password", TYPED), ("password", "kuda lari di pantai")];
    let lost = visitor.post("/profil/kata-sandi", &form).await.expect(401);
    assert!(!lost.html().contains(TYPED) && !lost.html().contains("kuda lari"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_any_more_is_a_conflict() {
    let town = Town::new(Database::Sqlite).await;
    let (site, draft, sent) = (&town.site, town.draft, town.sent);
    let siti = site.siti().await;
    // Two tabs on one draft.
    let path = page(draft, "formulir");
    let (first, second) = (siti.get(&path).await.form(&path), siti.get(&path).await.form(&path));
    siti.post(&path, &changed(first, &[("address", "Alamat dari tab pertama"), ("aksi", "simpan")])).await.expect(303);
    let typed =
        [("address", "Alamat dari tab kedua"), ("last_day", "30"), ("last_day_month", "11"), ("aksi", "simpan")];
    let stale = siti.post(&path, &changed(second, &typed)).await.expect(409);
    let stale = stale.expect_says("Draf ini berubah di tab atau perangkat lain");
    // What the second tab typed is on screen, as it is told; what is stored is the first tab's.
    for (name, value) in &typed[..3] {
        assert_eq!(stale.value(&path, name).as_deref(), Some(*value), "{name}");
    }
    let stored = siti.get(&path).await;
    assert_eq!(stored.value(&path, "address").as_deref(), Some("Alamat dari tab pertama"));
    // What was reviewed before that is not sent.
    let review = town.fields(&[("version", "{version}"), ("letter", "{letter}"), ("confirmation", "ya")]);
    siti.post(&page(draft, "tinjau"), &review).await.expect(409).expect_says("Draf ini berubah");
    assert_eq!(site.world.count("outbox").await, 4);

    // A second application for the same role and work unit.
    let again = site.draft("Sekretariat").await;
    let review = siti.get(&page(again, "tinjau")).await.form(&page(again, "tinjau"));
    let review = changed(review, &[("confirmation", "ya")]);
    let twice = siti.post(&page(again, "tinjau"), &review).await.expect(409);
    twice.expect_says("Anda masih memiliki pengajuan GB-26-000001-3 untuk role dan satuan kerja yang sama.");

    // Two verifiers on one case.
    let (ratna, hendra) = (site.verifier().await, site.verifier2().await);
    let path = format!("/verifikasi/{sent}");
    ratna.take(sent).await.expect_says("Anda pegang");
    hendra.post(&format!("{path}/ambil"), &[("", "")]).await.expect(409).expect_says("Dipegang oleh Ratna Wulandari");
    let (hers, his) = (ratna.verdict(sent, "approve", "").await, ratna.verdict(sent, "reject", REASON).await);
    ratna.send(&path, &hers).await.expect(200).expect_says("Disetujui oleh Ratna Wulandari");
    let late = hendra.post(&path, &his).await.expect(409);
    late.expect_says("Sudah diputus orang lain: Ratna Wulandari menyetujui pengajuan ini pada")
        .expect_says("Putusan Anda tidak dicatat.");
    assert_eq!((site.world.count("verdicts").await, site.world.count("accesses").await), (1, 1));
    // It cannot be taken back any more, and that is said.
    siti.post(&page(sent, "status"), &[("", "")]).await.expect(409).expect_says("kini berstatus Disetujui");
    // Now there is an access in that period.
    let overlapping = siti.post(&page(again, "tinjau"), &review).await.expect(409);
    overlapping.expect_says("Anda sudah memiliki akses untuk role dan satuan kerja ini");

    // Nobody decides for themselves.
    let own = site.world.submitted(&site.world.verifier().await, Role::Kpa, "Inspektorat").await;
    let path = format!("/verifikasi/{own}");
    ratna.get(&path).await.expect(200).expect_says("Pengajuan Anda sendiri");
    ratna.post(&format!("{path}/ambil"), &[("", "")]).await.expect(409).expect_says("Pengajuan Anda sendiri");
    hendra.take(own).await;
    let form = hendra.verdict(own, "approve", "").await;
    ratna.post(&path, &form).await.expect(409);
    assert_eq!(site.world.count("verdicts").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_by_account_and_by_address() {
    let site = Site::new(Database::Sqlite).await;
    let guesser = site.visitor();
    for email in [SITI, "tidak.ada@contoh.go.id"] {
        for _ in 0..10 {
            guesser.post("/masuk", &[("email", email), ("password", TYPED)]).await.expect(422);
        }
        let right = guesser.post("/masuk", &[("email", email), ("password", PASSWORD)]).await.expect(429);
        right.expect_says("Terlalu banyak percobaan. Coba lagi setelah 22 November 2026, 10.15 WIB.");
    }
    // From one address, some hundred more in this minute.
    let mut more = 0;
    let paused = loop {
        let answer = guesser.post("/masuk", &[("email", "")]).await;
        if answer.status == 429 {
            break answer;
        }
        answer.expect(422);
        more += 1;
        assert!(more < 500, "nothing stops this");
    };
    assert!(more >= 90, "an office of many is not stopped after {more}");
    assert_eq!(paused.header("retry-after"), "60");
    assert!(paused.html().contains("Terlalu banyak percobaan dari jaringan Anda."));
    guesser.post("/lupa-kata-sandi", &[("email", SITI)]).await.expect(429);
    // Whoever is signed in goes on, and looking is free.
    guesser.get("/masuk").await.expect(200);
    guesser.post("/tema", &[("tema", "dark")]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_to_strangers() {
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
        // Nor by a link, where one is signed in already.
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

/// Text as the value of a query.
fn query(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What a stranger sees of an answer: all but its date and number.
fn seen(answer: &Answer) -> (u16, BTreeMap<String, String>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (answer.status, headers, answer.html().into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_tells_whether_an_address_is_known() {
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
    // A wrong password takes as long as no account: the middle of several, with room for a busy machine.
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

#[tokio::test(flavor = "multi_thread")]
async fn server_functions_have_stable_paths_and_answer_json() {
    let town = Town::new(Database::Sqlite).await.with_access().await;
    let (siti, verifier, stranger) = (town.site.siti().await, town.site.verifier().await, town.site.visitor());
    let admin = town.site.admin().await;
    let (ministry, _) = town.site.world.place("Kementerian Kesehatan", "Sekretariat");
    let ministry = ministry.to_string();
    // Path and query, who asks, a part of the answer, what a stranger gets.
    let functions: &[(&str, &Visitor, &str, u16)] = &[
        ("/api/saya", &siti, "/initials", 200),
        ("/api/akses", &siti, "/applications/0/reference", 401),
        ("/api/akses/perpanjangan?id={access}", &siti, "/validity/first", 401),
        ("/api/pengaturan/instansi", &siti, "/0/work_unit", 401),
        ("/api/profil", &siti, "/employee_number", 401),
        ("/api/profil/sesi", &siti, "/0/device", 401),
        ("/api/daftar/tautan?token={confirm}", &stranger, "", 200),
        ("/api/kata-sandi/tautan?token={reset}", &stranger, "", 200),
        ("/api/pengajuan/draf?id={draft}&for_step=Review", &siti, "/draft/answers/address", 401),
        ("/api/pengajuan/status?id={sent}", &siti, "/validity/first", 401),
        ("/api/instansi?kind=kementerian&query=kesehatan", &siti, "/options/0/marks/0", 401),
        (&format!("/api/satker?institution={ministry}&query=biro"), &siti, "/options/0/code", 401),
        ("/api/verifikasi/antrean?query=role%3Dpa", &verifier, "/rows/0/deadline", 401),
        ("/api/verifikasi/kasus?id={sent}", &verifier, "/document/id", 401),
        ("/api/verifikasi/temuan?id={sent}", &verifier, "", 401),
        ("/api/verifikasi/linimasa?id={sent}", &verifier, "/0/what", 401),
        ("/api/verifikasi/riwayat?words=&mine=false", &verifier, "/0", 401),
        ("/api/verifikasi/statistik", &verifier, "/days", 401),
        ("/api/admin/petugas?query=", &admin, "/members/0/name", 401),
        ("/api/admin/instansi?words=kesehatan", &admin, "/institutions/0", 401),
        ("/api/admin/alasan", &admin, "/reasons/0", 401),
        ("/api/admin/libur", &admin, "", 401),
        ("/api/admin/surel", &admin, "", 401),
        ("/api/admin/tugas", &admin, "", 401),
        ("/api/undangan?token={invited}", &stranger, "", 200),
        ("/api/admin/platform", &admin, "/0/slug", 401),
        ("/api/admin/platform/rincian?id={platform}", &admin, "/issuer", 401),
        ("/api/platform", &siti, "/open/0/slug", 401),
        ("/api/platform/ketentuan?slug=daftar-hitam&access={access}", &siti, "/documents/0/version", 401),
        ("/api/platform/lanjut?request={request}", &siti, "/accesses/0/id", 401),
        ("/api/keluar?client=daftar-hitam", &siti, "/platform", 200),
        ("/api/pengajuan/simpan", &siti, "", 401),
        ("/api/pengajuan/hapus-surat", &siti, "", 401),
    ];
    let listed: BTreeSet<&str> = functions.iter().map(|(path, ..)| path.split('?').next().unwrap()).collect();
    let known: BTreeSet<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(known, listed, "every server function is in the list of this test");
    // Those that change something take a post.
    let asked = functions.iter().filter(|(path, ..)| !path.ends_with("/simpan") && !path.ends_with("/hapus-surat"));
    for (path, visitor, part, for_strangers) in asked {
        let path = town.named(path);
        let answer = visitor.ask(&path).await.expect(200);
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        assert!(answer.json().pointer(part).is_some(), "{path}: {}", answer.json());
        let refused = stranger.ask(&path).await.expect(*for_strangers);
        if *for_strangers == 401 {
            assert_eq!(refused.json(), json!("SignedOut"));
        }
    }
    assert_eq!(stranger.save(town.draft, 1, "x").await.expect(401).json(), json!("SignedOut"));
    let version: i64 = town.named("{version}").parse().unwrap();
    let saved = siti.save(town.draft, version, "Jalan Kemerdekaan Timur 17").await.expect(200).json();
    assert_eq!((saved["version"].as_i64(), &saved["address_required"]), (Some(version + 1), &json!(false)));
    let stale = siti.save(town.draft, version, "Jalan lain").await.expect(409).json();
    assert!(stale.pointer("/Conflict/at").is_some(), "{stale}");
    // A session that ended while a form was open: the page says so, and stays as it is.
    let lost = stranger.post_by_script(&page(town.draft, "tinjau"), &[("version", "1")]).await.expect(200).json();
    assert_eq!(lost, json!({ "Stay": [{ "field": "form", "problem": { "kind": "signed_out" } }] }));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_people_type_stays_text_everywhere(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let siti = site.siti().await;
    let id = site.draft("Sekretariat").await;
    let path = page(id, "formulir");
    let text = |page: Answer| {
        let page = page.expect(200);
        assert!(!page.html().contains("<script>alert") && !page.html().contains("<img src=x"), "{}", page.path);
        assert_eq!(page.tags().iter().filter(|tag| tag.has("onerror")).count(), 0, "{}", page.path);
        page
    };
    let form = changed(siti.get(&path).await.form(&path), &[("address", ATTACK), ("aksi", "ajukan")]);
    let review = text(siti.send(&path, &form).await);
    assert_eq!(review.path, page(id, "tinjau"));
    assert!(review.says(ATTACK), "{}", review.text());
    assert_eq!(text(siti.get(&path).await).value(&path, "address").as_deref(), Some(ATTACK));
    // And where the form comes back.
    let other = format!("{ATTACK} Timur");
    let back = siti.post(&path, &changed(form, &[("version", "1"), ("address", &other)])).await.expect(409);
    assert!(!back.html().contains("<script>alert"));
    assert_eq!(back.value(&path, "address"), Some(other));

    let form = changed(review.form(&page(id, "tinjau")), &[("confirmation", "ya")]);
    text(siti.send(&page(id, "tinjau"), &form).await);
    assert!(text(siti.get(&page(id, "rincian")).await).says(ATTACK));
    let verifier = site.verifier().await;
    let case = format!("/verifikasi/{id}");
    let seen = text(verifier.get(&case).await);
    assert!(seen.says(ATTACK), "{}", seen.text());
    text(verifier.get("/verifikasi").await);
    assert!(text(verifier.decide(id, "reject", ATTACK).await).says(ATTACK));
    text(verifier.get(&format!("{case}?lihat=linimasa")).await);
    text(verifier.get("/verifikasi/riwayat").await);
    text(verifier.get(&format!("/verifikasi?cari={}", query(ATTACK))).await);
    // The mail may go, and the verdict stands.
    site.world.advance(MINUTE);
    for path in [page(id, "status"), "/akses".to_owned(), "/pengaturan/instansi".to_owned()] {
        assert!(text(siti.get(&path).await).says(ATTACK), "{path}");
    }
    siti.post("/akses/baru", &[("dari", id.to_string())]).await.expect(303);
    let help = [("message", ATTACK), ("langkah", ATTACK), ("pengajuan", ATTACK)];
    siti.post("/bantuan", &help).await.expect(303);
    text(siti.get(&format!("/bantuan?langkah={0}&pengajuan={0}", query(ATTACK))).await);
    text(siti.get(&format!("/bantuan/terkirim?tiket={}", query(ATTACK))).await);
    text(site.visitor().get(&format!("/masuk?lanjut={}", query(ATTACK))).await);

    // In the HTML part of every mail it is text; the text part is text anyway.
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
        text(siti.get(&format!("/dev/surat/{}", mail.id)).await);
    }
    text(siti.get("/dev/surat").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_figures_are_for_the_operator() {
    let site = Site::new(Database::Sqlite).await;
    let visitor = site.visitor();
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(visitor.get(path).await.expect(200).html(), "ok");
    }
    visitor.get("/bantuan").await.expect(200);
    visitor.post("/masuk", &[("email", "")]).await.expect(422);
    let figures = visitor.get("/metrics").await.expect(200);
    let figures = figures.html();
    for line in [
        "gerbang_requests_total{route=\"/bantuan\",method=\"GET\",status=\"200\"}",
        "gerbang_requests_total{route=\"/masuk\",method=\"POST\",status=\"422\"}",
        "gerbang_request_seconds_bucket",
    ] {
        assert!(figures.contains(line), "{figures}");
    }
    // Methods that nobody knows are one figure, however many are made up.
    for made_up in ["ABC", "ABD"] {
        let method = Method::from_bytes(made_up.as_bytes()).unwrap();
        Answer::of("/masuk", visitor.bare(method, "/masuk")).await.expect(403);
    }
    let figures = visitor.get("/metrics").await.expect(200);
    assert!(figures.html().contains("method=\"other\"") && !figures.html().contains("ABC"));
    // Not for whom a proxy lets in.
    for name in ["x-forwarded-for", "forwarded"] {
        let request = visitor.request(Method::GET, "/metrics").header(name, "203.0.113.9");
        Answer::of("/metrics", request).await.expect(404);
    }
    // The mailbox of development.
    visitor.post("/lupa-kata-sandi", &[("email", SITI)]).await.expect(303);
    let mailbox = visitor.get("/dev/surat").await.expect(200).expect_says("Atur ulang kata sandi");
    let tags = mailbox.tags();
    let link = tags.iter().find_map(|tag| tag.get("href")).unwrap();
    assert!(visitor.get(link).await.expect(200).html().contains("/atur-ulang-kata-sandi?token="));
    visitor.get(&format!("/dev/surat/{}", Uuid::nil())).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_kept_as_long_as_their_names_say() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("pkg/0f1e2d/gerbang.css", b"body{}");
    write("pkg/0f1e2d/gerbang.css.br", b"packed");
    write("pkg/gerbang.js", b"export {}");
    write("fonts/huruf.woff2", b"wOF2");
    write("icons.svg", b"<svg/>");
    let site_dir = dir.path().to_str().unwrap();
    let site = Site::with(Database::Sqlite, &[("site_dir", site_dir)], false).await;
    let visitor = site.visitor();
    let forever = "public, max-age=31536000, immutable";
    for (path, kind, kept) in [
        ("/pkg/0f1e2d/gerbang.css", "text/css", forever),
        ("/pkg/gerbang.js", "text/javascript", "no-cache"),
        ("/fonts/huruf.woff2", "font/woff2", forever),
        ("/icons.svg", "image/svg+xml", "public, max-age=86400"),
    ] {
        let asset = visitor.get(path).await.expect(200);
        assert_eq!((asset.header("cache-control"), asset.header("content-type")), (kept, kind), "{path}");
        assert_eq!(asset.header("x-content-type-options"), "nosniff");
    }
    let packed = visitor.request(Method::GET, "/pkg/0f1e2d/gerbang.css").header("accept-encoding", "br, gzip");
    let packed = Answer::of("/pkg/0f1e2d/gerbang.css", packed).await.expect(200);
    assert_eq!((packed.header("content-encoding"), &packed.body[..]), ("br", &b"packed"[..]));
    // What is not there, is not kept as such.
    for path in [
        "/pkg/0f1e2d/lain.css",
        "/fonts/lain.woff2",
        "/gate.svg",
        "/pkg/..%2f..%2f..%2fetc%2fpasswd",
        "/fonts/..%2ficons.svg",
        "/pkg/",
    ] {
        assert_eq!(visitor.get(path).await.expect(404).header("cache-control"), "no-store", "{path}");
    }
    // Pages name the folder that is there.
    let page = visitor.get("/masuk").await.expect(200);
    assert!(page.tags().iter().any(|tag| tag.get("href") == Some("/pkg/0f1e2d/gerbang.css")), "{}", page.html());
    // And are packed for whoever can unpack them.
    let packed = Answer::of("/masuk", visitor.request(Method::GET, "/masuk").header("accept-encoding", "br")).await;
    assert_eq!(packed.header("content-encoding"), "br");
    assert!(packed.body.len() * 2 < page.body.len());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn sending_twice_gives_one_application(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let siti = site.siti().await;
    // Two clicks on the first button, two on the last.
    let start = [("profile_type", "non_penyedia"), ("role", "pa")];
    let (one, two) = tokio::join!(siti.post("/akses/baru", &start), siti.post("/akses/baru", &start));
    assert_eq!(one.expect(303).location(), two.expect(303).location());
    assert_eq!(site.world.count("applications").await, 1);
    let id = site.draft("Sekretariat").await;
    let path = page(id, "tinjau");
    let form = changed(siti.get(&path).await.form(&path), &[("confirmation", "ya")]);
    let (one, two) = tokio::join!(siti.post(&path, &form), siti.post(&path, &form));
    for answer in [one, two, siti.post(&path, &form).await] {
        assert_eq!(answer.expect(303).location(), Some(&*page(id, "status")));
    }
    assert_eq!((site.world.count("outbox").await, site.world.count("counters").await), (1, 1));
    let status = siti.get(&page(id, "status")).await.expect(200);
    status.expect_says("GB-26-000001-3").expect_says("Pengajuan Anda sudah kami terima");
    // Back in the browser, to forms that are gone.
    for step in ["sirup", "formulir", "instansi", "satker", "tinjau", ""] {
        let path = page(id, step).trim_end_matches('/').to_owned();
        assert_eq!(siti.get(&path).await.location(), Some(&*page(id, "status")), "{path}");
    }
    let before = everything(&site).await;
    let late = siti.post(&page(id, "formulir"), &[("version", "3"), ("address", "Jalan lain nomor 7")]).await;
    assert_eq!(late.location(), Some(&*page(id, "status")));
    siti.upload_alone(id, "lain.pdf", letter()).await.expect(409);
    assert_eq!(everything(&site).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_step_is_skipped_by_its_address() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let start = [("profile_type", "non_penyedia"), ("role", "pa")];
    let begun = siti.post("/akses/baru", &start).await;
    let id: Uuid = begun.location().unwrap().rsplit('/').next().unwrap().parse().unwrap();
    let leads = async |step: &str| siti.get(page(id, step).trim_end_matches('/')).await.location().map(str::to_owned);
    for step in ["", "formulir", "instansi", "satker", "tinjau"] {
        assert_eq!(leads(step).await, Some(page(id, "sirup")), "{step}");
    }
    for step in ["status", "rincian"] {
        assert_eq!(leads(step).await, Some(format!("/akses/pengajuan/{id}")), "{step}");
    }
    siti.get(&page(id, "bukti.pdf")).await.expect(404);
    siti.post(&page(id, "sirup"), &[("aksi", "baru")]).await.expect(303);
    for step in ["", "tinjau"] {
        assert_eq!(leads(step).await, Some(page(id, "formulir")), "{step}");
    }
    // Nor by a forged form.
    let version = siti.get(&page(id, "formulir")).await.value(&page(id, "formulir"), "version").unwrap();
    let forged = [("version", version.as_str()), ("letter", ""), ("confirmation", "ya")];
    let answer = siti.post(&page(id, "tinjau"), &forged).await.expect(303);
    assert_eq!(answer.location(), Some(&*format!("{}?periksa", page(id, "formulir"))));
    siti.open(&format!("{}?periksa", page(id, "formulir"))).await.expect(200).expect_says("Surat belum diunggah.");
    assert_eq!((site.world.count("outbox").await, site.world.count("counters").await), (0, 0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_is_told_of_a_decision(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let id = site.sent("Sekretariat").await;
    let (siti, budi, verifier) = (site.siti().await, site.budi().await, site.verifier().await);
    site.visitor().get("/akses/peristiwa").await.expect(401);
    let (mut hers, mut his) = (siti.events().await, budi.events().await);
    let path = format!("/verifikasi/{id}");
    verifier.take(id).await;
    assert_eq!(hers.soon().await, Some(("application".to_owned(), id.to_string())));
    siti.get(&page(id, "status")).await.expect(200).expect_says("Sedang Ditinjau");
    verifier.post(&path, &verifier.verdict(id, "approve", "").await).await.expect(303);
    assert_eq!(hers.soon().await, Some(("application".to_owned(), id.to_string())));
    siti.get(&page(id, "status")).await.expect(200).expect_says("Akses Anda disetujui");
    // Nobody else is told.
    let budis = site.world.filled_draft(&site.world.budi().await, Role::Kpa, site.world.answers("Inspektorat")).await;
    site.world.submit(&site.world.budi().await, budis).await.unwrap();
    assert_eq!(his.soon().await, Some(("application".to_owned(), budis.to_string())), "and not of Siti's before it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_so_many_open_streams_and_no_more() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(siti.events().await);
    }
    siti.get("/akses/peristiwa").await.expect(429);
    site.budi().await.events().await;
    // A tab that is closed makes room.
    open.pop();
    let again = || siti.bare(Method::GET, "/akses/peristiwa").send();
    while again().await.unwrap().status() != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The whole guide, from steps 1 to 15, without script.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_from_nothing_to_an_access(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let rina = site.visitor();
    assert_eq!(rina.open("/akses").await.path, "/masuk?lanjut=/akses");
    let form = rina.get("/daftar").await.form("/daftar");
    let form = changed(form, &[("name", "Rina Marpaung, S.E."), ("email", "Rina@Gmail.com"), ("password", TYPED)]);
    rina.send("/daftar", &form).await.expect(200).expect_says("Periksa surel Anda");
    let token = site.world.secret_for("rina@gmail.com").await.expose().to_owned();
    let confirm =
        rina.get(&format!("/daftar/konfirmasi?token={token}")).await.expect(200).expect_says("rina@gmail.com");
    let form = changed(confirm.form("/daftar/konfirmasi"), &[("password", "bukan itu sandinya")]);
    let wrong = rina.post("/daftar/konfirmasi", &form).await.expect(422).expect_says("Kata sandi tidak cocok");
    let form = changed(wrong.form("/daftar/konfirmasi"), &[("password", TYPED)]);
    let home = rina.send("/daftar/konfirmasi", &form).await.expect(200).expect_says("Belum ada akses");
    assert_eq!(home.path, "/akses");
    rina.get(&format!("/daftar/konfirmasi?token={token}")).await.expect_says("Tautan tidak berlaku");

    // Steps 1 to 3.
    let form = rina.get("/akses/baru").await.expect(200).form("/akses/baru");
    assert_eq!(form, [("profile_type".to_owned(), "non_penyedia".to_owned())]);
    let sirup = rina.send("/akses/baru", &changed(form, &[("role", "pa")])).await.expect(200);
    let id: Uuid = sirup.path.split('/').nth(3).unwrap().parse().unwrap();
    assert_eq!(sirup.path, page(id, "sirup"));
    // Steps 4 to 7.
    let form = changed(sirup.form(&page(id, "sirup")), &[("sirup_username", "PA.Lama"), ("sirup_password", "salah")]);
    let failed = rina.post(&page(id, "sirup"), &form).await.expect(422).expect_says("Gagal masuk ke SiRUP");
    let form = changed(failed.form(&page(id, "sirup")), &[("sirup_password", SIRUP_PASSWORD)]);
    let step = rina.send(&page(id, "sirup"), &form).await.expect(200).expect_says("Data diisi dari SiRUP");
    // Step 10: what SiRUP knows is filled in; another work unit is looked for and chosen.
    let path = page(id, "formulir");
    assert_eq!(step.path, path);
    step.shows(&["Formulir Pendaftaran Akses PA", "Alamat Satuan Kerja", "Surat Tanda Jabatan sebagai PA"]);
    let form = changed(
        step.form(&path),
        &[
            ("work_unit_query", "perencanaan biro"),
            ("aksi", "satker"),
            ("first_day", "1"),
            ("first_day_month", "12"),
            ("first_day_year", "2026"),
        ],
    );
    let found = rina.send(&path, &form).await.expect(200);
    let unit = "Biro Perencanaan dan Keuangan";
    let found = found.expect_says(unit);
    let choice = found
        .tags()
        .into_iter()
        .find_map(|tag| tag.get("value").filter(|_| tag.get("name") == Some("pilih")).map(str::to_owned));
    let action = page(id, "satker");
    let form = changed(found.form(&action), &[("pilih", &choice.unwrap())]);
    let step = rina.send(&action, &form).await.expect(200);
    assert_eq!(step.value(&path, "work_unit_query").as_deref(), Some(unit));
    assert_eq!(
        step.value(&path, "first_day_year").as_deref(),
        Some("2026"),
        "what was typed before the search is kept"
    );
    // Step 11.
    let form = changed(
        step.form(&path),
        &[("aksi", "ajukan"), ("last_day", "31"), ("last_day_month", "12"), ("last_day_year", "2025")],
    );
    let wrong = rina.upload(&path, &form, "SK.pdf", letter()).await.expect(422);
    let wrong =
        wrong.expect_says("31 Desember 2025 mendahului hari pertama.").expect_says("Alamat Satuan Kerja belum diisi.");
    let form = changed(
        wrong.form(&path),
        &[
            ("aksi", "ajukan"),
            ("last_day_year", "2027"),
            ("address", "Jalan Jenderal Gatot Subroto Kavling 51\r\nJakarta"),
        ],
    );
    let review = rina.send(&path, &form).await.expect(200);
    // Step 12.
    assert_eq!(review.path, page(id, "tinjau"));
    review.shows(&[
        "pa.lama",
        unit,
        "1 Desember 2026",
        "31 Desember 2027",
        "SK.pdf",
        "Jalan Jenderal Gatot Subroto Kavling 51 Jakarta",
    ]);
    let form = review.form(&page(id, "tinjau"));
    let back = rina.post(&page(id, "tinjau"), &form).await.expect(422).expect_says("Pernyataan belum dicentang.");
    let form = changed(back.form(&page(id, "tinjau")), &[("confirmation", "ya")]);
    let status = rina.send(&page(id, "tinjau"), &form).await.expect(200);
    // Step 13.
    status.shows(&["GB-26-000001-3", "Menunggu Verifikasi", "Urutan ke-1 dari 1"]);
    assert!(status.html().contains("http-equiv=\"refresh\""), "without script, the page looks by itself");
    let receipt = rina.get(&page(id, "bukti.pdf")).await.expect(200);
    let text = lopdf::Document::load_mem(&receipt.body).unwrap().extract_text(&[1]).unwrap();
    assert!(text.contains("GB-26-000001-3"));

    // Step 15: refused, and started again.
    let verifier = site.verifier().await;
    verifier.get("/verifikasi").await.expect(200).expect_says("1 pengajuan Rina Marpaung, S.E.");
    let refused = verifier.decide(id, "reject", REASON).await;
    refused.expect_says("Ditolak oleh Ratna Wulandari").expect_says(REASON);
    site.world.advance(MINUTE);
    let settings = rina.get("/pengaturan/instansi").await.expect(200).expect_says("Rejected").expect_says(REASON);
    let again = rina.send("/akses/baru", &settings.form("/akses/baru")).await.expect(200).expect_says(REASON);
    let second: Uuid = again.path.split('/').nth(3).unwrap().parse().unwrap();
    assert_ne!(second, id);
    assert_eq!(again.path, page(second, "formulir"));
    let form = changed(again.form(&again.path), &[("aksi", "ajukan")]);
    let review = rina.send(&again.path, &form).await.expect(200);
    let form = changed(review.form(&page(second, "tinjau")), &[("confirmation", "ya")]);
    rina.send(&page(second, "tinjau"), &form).await.expect(200).expect_says("GB-26-000002");
    // Step 14: approved.
    approve(&site.world, &site.world.verifier().await, second).await.unwrap();
    rina.get(&page(second, "status")).await.expect(200).expect_says("Akses Anda disetujui");
    rina.get("/akses").await.expect(200).expect_says("Akses Anda").expect_says("Berlaku mulai 1 Desember 2026");
    let mut subjects: Vec<String> = site.world.mails().await.into_iter().map(|(_, subject, _)| subject).collect();
    subjects.sort();
    let expected = [
        ("Diterima", "pengajuan akses"),
        ("Diterima", "pengajuan akses"),
        ("Disetujui", "akses"),
        ("Ditolak", "pengajuan akses"),
    ];
    let expected = expected.map(|(what, of)| format!("{what}: {of} PA {unit}"));
    let mut expected = [&expected[..], &["Konfirmasi alamat surel Anda".to_owned()]].concat();
    expected.sort();
    assert_eq!(subjects, expected);
    // A KPA is asked for another letter, and not for the address.
    let kpa = rina.start("kpa").await;
    let form = rina.get(&page(kpa, "formulir")).await.expect(200).expect_says("Surat Pengangkatan sebagai KPA");
    assert!(!form.says("Surat Tanda Jabatan sebagai PA") && !form.says("Username pada Platform Sebelumnya"));
}

/// The queries in the log of a process that logs nothing else, but for those of its workers and the frame of theirs.
fn queries(log: &str) -> Vec<&str> {
    let kinds = ["SELECT", "INSERT", "UPDATE", "DELETE"].map(|kind| format!("summary=\"{kind}"));
    let by_workers = ["outbox", "master_data", "registrations", "logout_notices", "oidc_grants"];
    log.lines()
        .filter(|line| {
            kinds.iter().any(|kind| line.contains(kind)) && by_workers.iter().all(|mark| !line.contains(mark))
        })
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn manajemen_akses_takes_three_queries(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let host = Host::new(database, &[("log", "off,sqlx::query=debug")]).await;
    let process = host.serve().await;
    let (siti, verifier, stranger) = (process.visitor(), process.visitor(), process.visitor());
    siti.sign_in(SITI).await;
    verifier.sign_in("verifikator@contoh.go.id").await;
    // An access, an application that waits and a draft.
    let waiting = send_application(&siti, "Kesehatan", 0).await;
    let approved = send_application(&siti, "Kesehatan", 1).await;
    verifier.decide(approved, "approve", "").await;
    siti.start("kpa").await;
    // A query that nothing else makes, of nobody who is signed in: once it is in the log, all before it are.
    let marked = async |from: usize| {
        stranger.ask("/api/daftar/tautan?token=penanda").await;
        loop {
            if let Some(at) = host.log()[from..].find("registrations") {
                break from + at;
            }
            tokio::task::yield_now().await;
        }
    };
    let counted = async |path: &str| {
        // The first visit opens connections.
        let before = host.log().len();
        siti.get(path).await.expect(200);
        let from = marked(before).await;
        siti.get(path).await.expect(200);
        let line = host.log()[from..].find('\n').map_or(from, |end| from + end);
        let to = marked(line).await;
        let log = host.log();
        let whole_lines = log[from..to].rfind('\n').map_or(from, |end| from + end);
        queries(&log[from..whole_lines]).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let found = counted("/akses").await;
    assert!((2..=3).contains(&found.len()), "{found:#?}");
    for path in
        ["/akses/baru".to_owned(), page(waiting, "status"), "/pengaturan/instansi".to_owned(), "/profil".to_owned()]
    {
        let found = counted(&path).await;
        assert!((1..=4).contains(&found.len()), "{path}: {found:#?}");
    }
}

/// Fills in and sends an application for the `nth` work unit of a ministry, all by forms.
pub async fn send_application(visitor: &Visitor, ministry: &str, nth: usize) -> Uuid {
    let id = fill_draft(visitor, "pa", ministry, nth).await;
    let path = page(id, "tinjau");
    let form = changed(visitor.get(&path).await.form(&path), &[("confirmation", "ya")]);
    visitor.send(&path, &form).await.expect(200).expect_says("Pengajuan Anda sudah kami terima");
    id
}

/// Fills in a draft for the `nth` work unit of a ministry, all by forms.
pub async fn fill_draft(visitor: &Visitor, role: &str, ministry: &str, nth: usize) -> Uuid {
    let found = visitor.ask(&format!("/api/instansi?kind=kementerian&query={ministry}")).await.expect(200).json();
    let institution = found["options"][0]["id"].as_str().unwrap().to_owned();
    let found = visitor.ask(&format!("/api/satker?institution={institution}&query=")).await.expect(200).json();
    let unit = found["options"][nth]["id"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned();
    let id = visitor.start(role).await;
    let path = page(id, "formulir");
    let form = visitor.get(&path).await.expect(200).form(&path);
    let answers = [
        ("institution_type", "kementerian"),
        ("institution", &institution),
        ("work_unit", &unit),
        ("address", "Jalan H.R. Rasuna Said Blok X-5 Kavling 4-9, Jakarta"),
        ("first_day", "1"),
        ("first_day_month", "1"),
        ("first_day_year", "2026"),
        ("last_day", "31"),
        ("last_day_month", "12"),
        ("last_day_year", "2099"),
        ("aksi", "ajukan"),
    ];
    let review = visitor.upload(&path, &changed(form, &answers), "surat.pdf", letter()).await.expect(303);
    assert_eq!(review.location(), Some(&*page(id, "tinjau")));
    id
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_nowhere_to_be_found(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let sirup = new_sirup().await;
    let host = Host::new(database, &[("log", "trace"), ("sirup_url", &sirup)]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    let signed_in = siti.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(303);
    let token = cookie(&signed_in).strip_prefix("gerbang=").unwrap().split(';').next().unwrap().to_owned();
    let id = siti.start("pa").await;
    let path = page(id, "sirup");
    let wrong = "Sirup-yang-salah-41";
    let new = "kuda lari di pantai 88";
    let answers = [
        signed_in,
        siti.post("/masuk", &[("email", SITI), ("password", TYPED)]).await.expect(422),
        siti.post(&path, &[("sirup_username", "pa.lama"), ("sirup_password", wrong)]).await.expect(422),
        siti.post_by_script(&path, &[("sirup_username", "pa.gangguan"), ("sirup_password", SIRUP_PASSWORD)])
            .await
            .expect(200),
        siti.post(&path, &[("sirup_username", "pa.baru"), ("sirup_password", SIRUP_PASSWORD)]).await.expect(422),
        siti.post(&path, &[("sirup_username", "pa.lama"), ("sirup_password", SIRUP_PASSWORD)]).await.expect(303),
        siti.get(&path).await.expect(200),
        siti.get(&page(id, "formulir")).await.expect(200),
        siti.post("/profil/kata-sandi", &[("current_password", TYPED), ("password", new)]).await.expect(422),
        siti.post("/profil/kata-sandi", &[("current_password", PASSWORD), ("password", new)]).await.expect(303),
        // Sent by mistake, as the address of a page or with another name.
        siti.post("/masuk", &[("email", SITI), ("sirup_password", wrong)]).await.expect(422),
    ];
    process.terminate();
    assert!(process.ended().await.success());

    let mut haystacks: Vec<(String, Vec<u8>)> =
        answers.iter().map(|answer| (answer.path.clone(), answer.body.to_vec())).collect();
    let log = host.log();
    assert!(log.contains("SELECT") && log.contains("/sirup"), "the log says something");
    haystacks.push(("the log".to_owned(), log.into_bytes()));
    for entry in files_below(host.dir()) {
        haystacks.push((entry.display().to_string(), std::fs::read(&entry).unwrap()));
    }
    // After the files, since looking into the database makes and removes some.
    for (table, rows) in host.outside().await.everything().await {
        haystacks.push((table, rows.join("\n").into_bytes()));
    }
    let haystacks: Vec<(String, String)> =
        haystacks.into_iter().map(|(place, bytes)| (place, String::from_utf8_lossy(&bytes).into_owned())).collect();
    for secret in [PASSWORD, TYPED, wrong, SIRUP_PASSWORD, new, &token] {
        let encoded: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for (place, text) in &haystacks {
            for needle in [secret, &encoded, &encoded.to_uppercase(), &secret.replace(' ', "+")] {
                assert!(!text.contains(needle), "{secret:?} is in {place}");
            }
        }
    }
}

/// All files in a folder and the folders in it.
pub fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_application_is_shown_to_its_person_alone() {
    let site = Site::new(Database::Sqlite).await;
    let id = site.sent("Sekretariat").await;
    reject(&site.world, &site.world.verifier().await, id, REASON).await.unwrap();
    let (siti, budi) = (site.siti().await, site.budi().await);
    let status = siti.get(&page(id, "status")).await.expect(200);
    status.expect_says("Pengajuan Anda ditolak").expect_says(REASON).expect_says("Daftar Ulang");
    assert!(!budi.get("/pengaturan/instansi").await.expect(200).says(REASON));
    budi.post("/akses/baru", &[("dari", id.to_string())]).await.expect(404);
    assert_eq!(site.world.count("applications").await, 1);
}
