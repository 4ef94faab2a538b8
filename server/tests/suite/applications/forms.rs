//! Applications over HTTP: their forms, letters and live pages.

use std::time::Duration;

use domain::role::Role;
use reqwest::Method;
use rstest::rstest;
use uuid::Uuid;

use crate::support::{
    browser::{Site, changed},
    forms::{TYPED, WrongForm, page, wrong},
    scenario::Scenario,
    verdicts::reject,
    *,
};

pub const REASON: &str = "Surat tidak memuat masa berlaku sebagai PA.";

const WRONG_FORMS: &[WrongForm] = &[
    wrong("/akses/baru", &[("profile_type", "non_penyedia")], &["Role belum dipilih."], &["profile_type"]),
    wrong(
        "/akses/baru",
        &[("profile_type", "non_penyedia"), ("role", "penyedia")],
        &["Pilihan ini tidak tersedia."],
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
    wrong(
        "/akses/pengajuan/{fresh}/formulir",
        &[
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
        &[
            "Ada 5 isian yang perlu diperbaiki",
            "Nama Instansi belum dipilih.",
            "Satuan Kerja belum dipilih.",
            "Tanggal ini tidak ada dalam kalender.",
            "Tanggal belum lengkap.",
            "Surat belum diunggah.",
        ],
        &[
            "institution_type",
            "first_day",
            "first_day_month",
            "first_day_year",
            "last_day",
            "last_day_month",
            "last_day_year",
        ],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_wrong_comes_back_with_what_was_typed() {
    let mut scenario = Scenario::new(Database::Sqlite).await;
    let siti = scenario.site.siti().await;
    scenario.set("fresh", siti.start("pa").await);
    scenario.expect_back(&siti, WRONG_FORMS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_any_more_is_a_conflict() {
    let scenario = Scenario::new(Database::Sqlite).await;
    let (site, draft, sent) = (&scenario.site, scenario.draft, scenario.sent);
    let siti = site.siti().await;
    // Two tabs on one draft.
    let path = page(draft, "formulir");
    let (first, second) = (siti.get(&path).await.form(&path), siti.get(&path).await.form(&path));
    siti.post(&path, &changed(first, &[("address", "Alamat dari tab pertama"), ("aksi", "simpan")])).await.expect(303);
    let typed =
        [("address", "Alamat dari tab kedua"), ("last_day", "30"), ("last_day_month", "11"), ("aksi", "simpan")];
    let stale = siti.post(&path, &changed(second, &typed)).await.expect(409);
    let stale = stale.expect_says("Draf ini berubah di tab atau perangkat lain");
    // The second tab shows what it typed; the first tab's answers are stored.
    for (name, value) in &typed[..3] {
        assert_eq!(stale.value(&path, name).as_deref(), Some(*value), "{name}");
    }
    let stored = siti.get(&path).await;
    assert_eq!(stored.value(&path, "address").as_deref(), Some("Alamat dari tab pertama"));
    // A review from before the change cannot be submitted.
    let review = scenario.fields(&[("version", "{version}"), ("letter", "{letter}"), ("confirmation", "ya")]);
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
    // The person cannot withdraw any more, and the page says why.
    siti.post(&page(sent, "status"), &[("", "")]).await.expect(409).expect_says("kini berstatus Disetujui");
    // An access in the same period exists now.
    let overlapping = siti.post(&page(again, "tinjau"), &review).await.expect(409);
    overlapping.expect_says("Anda sudah memiliki akses untuk role dan satuan kerja ini");

    // Nobody decides their own application.
    let own = site.world.submitted(&site.world.verifier().await, Role::Kpa, "Inspektorat").await;
    let path = format!("/verifikasi/{own}");
    ratna.get(&path).await.expect(200).expect_says("Pengajuan Anda sendiri");
    ratna.post(&format!("{path}/ambil"), &[("", "")]).await.expect(409).expect_says("Pengajuan Anda sendiri");
    hendra.take(own).await;
    let form = hendra.verdict(own, "approve", "").await;
    ratna.post(&path, &form).await.expect(409);
    assert_eq!(site.world.count("verdicts").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn sending_twice_gives_one_application(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let siti = site.siti().await;
    // Double clicks on the first and the last button.
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
    // The browser's back button leads to forms that no longer apply.
    for step in ["sirup", "formulir", "instansi", "satker", "tinjau", ""] {
        let path = page(id, step).trim_end_matches('/').to_owned();
        assert_eq!(siti.get(&path).await.location(), Some(&*page(id, "status")), "{path}");
    }
    let before = site.world.everything().await;
    let late = siti.post(&page(id, "formulir"), &[("version", "3"), ("address", "Jalan lain nomor 7")]).await;
    assert_eq!(late.location(), Some(&*page(id, "status")));
    siti.upload_alone(id, "lain.pdf", letter()).await.expect(409);
    assert_eq!(site.world.everything().await, before);
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
    // A forged form does not skip a step either.
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
    // Closing a tab makes room for another.
    open.pop();
    let again = || siti.bare(Method::GET, "/akses/peristiwa").send();
    while again().await.unwrap().status() != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
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
