//! The whole guide, from steps 1 to 15, without script.

use rstest::rstest;
use uuid::Uuid;

use super::forms::REASON;
use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    forms::{TYPED, page},
    verdicts::approve,
    *,
};

const UNIT: &str = "Biro Perencanaan dan Keuangan";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_from_nothing_to_an_access(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let rina = site.visitor();
    sign_up(&site, &rina).await;
    let (id, form) = link_sirup(&rina).await;
    let form = choose_work_unit(&rina, id, form).await;
    let review = fill_in(&rina, id, &form).await;
    let status = submit(&rina, id, &review).await;
    // Step 13.
    status.shows(&["GB-26-000001-3", "Menunggu Verifikasi", "Urutan ke-1 dari 1"]);
    assert!(status.html().contains("http-equiv=\"refresh\""), "without script, the page looks by itself");
    let receipt = rina.get(&page(id, "bukti.pdf")).await.expect(200);
    let text = lopdf::Document::load_mem(&receipt.body).unwrap().extract_text(&[1]).unwrap();
    assert!(text.contains("GB-26-000001-3"));

    let second = start_again_after_rejection(&site, &rina, id).await;
    // Step 14: approved.
    approve(&site.world, &site.world.verifier().await, second).await.unwrap();
    rina.get(&page(second, "status")).await.expect(200).expect_says("Akses Anda disetujui");
    rina.get("/akses").await.expect(200).expect_says("Akses Anda").expect_says("Berlaku mulai 1 Desember 2026");
    expect_mails(&site).await;
    // The form of a KPA asks for another letter and for no address.
    let kpa = rina.start("kpa").await;
    let form = rina.get(&page(kpa, "formulir")).await.expect(200).expect_says("Surat Pengangkatan sebagai KPA");
    assert!(!form.says("Surat Tanda Jabatan sebagai PA") && !form.says("Username pada Platform Sebelumnya"));
}

async fn sign_up(site: &Site, rina: &Visitor) {
    assert_eq!(rina.open("/akses").await.path, "/masuk?lanjut=/akses");
    let form = rina.get("/daftar").await.form("/daftar");
    let form = changed(form, &[("name", "Rina Marpaung, S.E."), ("email", "Rina@Gmail.com"), ("password", TYPED)]);
    rina.send("/daftar", &form).await.expect(200).expect_says("Periksa surel Anda");
    let token = site.world.secret_for("rina@gmail.com").await.expose().to_owned();
    let confirm =
        rina.open(&format!("/daftar/konfirmasi?token={token}")).await.expect(200).expect_says("rina@gmail.com");
    let form = changed(confirm.form("/daftar/konfirmasi"), &[("password", "bukan itu sandinya")]);
    let wrong = rina.post("/daftar/konfirmasi", &form).await.expect(422).expect_says("Kata sandi tidak cocok");
    let form = changed(wrong.form("/daftar/konfirmasi"), &[("password", TYPED)]);
    let home = rina.send("/daftar/konfirmasi", &form).await.expect(200).expect_says("Belum ada akses");
    assert_eq!(home.path, "/akses");
    rina.open(&format!("/daftar/konfirmasi?token={token}")).await.expect_says("Tautan tidak berlaku");
}

/// Steps 1 to 7; returns the new application and the page of its form.
async fn link_sirup(rina: &Visitor) -> (Uuid, Answer) {
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
    (id, step)
}

/// Step 10: SiRUP's data is filled in; the person searches and chooses another work unit.
async fn choose_work_unit(rina: &Visitor, id: Uuid, step: Answer) -> Answer {
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
    let found = found.expect_says(UNIT);
    let choices = found.select("[name=pilih]");
    let choice = choices.iter().find_map(|choice| choice.get("value")).unwrap();
    let action = page(id, "satker");
    let form = changed(found.form(&action), &[("pilih", choice)]);
    let step = rina.send(&action, &form).await.expect(200);
    assert_eq!(step.value(&path, "work_unit_query").as_deref(), Some(UNIT));
    assert_eq!(
        step.value(&path, "first_day_year").as_deref(),
        Some("2026"),
        "what was typed before the search is kept"
    );
    step
}

/// Step 11; returns the page of the review.
async fn fill_in(rina: &Visitor, id: Uuid, step: &Answer) -> Answer {
    let path = page(id, "formulir");
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
    rina.send(&path, &form).await.expect(200)
}

/// Step 12; returns the page of the status.
async fn submit(rina: &Visitor, id: Uuid, review: &Answer) -> Answer {
    assert_eq!(review.path, page(id, "tinjau"));
    review.shows(&[
        "pa.lama",
        UNIT,
        "1 Desember 2026",
        "31 Desember 2027",
        "SK.pdf",
        "Jalan Jenderal Gatot Subroto Kavling 51 Jakarta",
    ]);
    let form = review.form(&page(id, "tinjau"));
    let back = rina.post(&page(id, "tinjau"), &form).await.expect(422).expect_says("Pernyataan belum dicentang.");
    let form = changed(back.form(&page(id, "tinjau")), &[("confirmation", "ya")]);
    rina.send(&page(id, "tinjau"), &form).await.expect(200)
}

/// Step 15: rejected, and started again; returns the second application.
async fn start_again_after_rejection(site: &Site, rina: &Visitor, id: Uuid) -> Uuid {
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
    second
}

async fn expect_mails(site: &Site) {
    let mut subjects: Vec<String> = site.world.mails().await.into_iter().map(|(_, subject, _)| subject).collect();
    subjects.sort();
    let expected = [
        ("Diterima", "pengajuan akses"),
        ("Diterima", "pengajuan akses"),
        ("Disetujui", "akses"),
        ("Ditolak", "pengajuan akses"),
    ];
    let expected = expected.map(|(what, of)| format!("{what}: {of} PA {UNIT}"));
    let of_the_account = ["Konfirmasi alamat surel Anda", "Akun SiRUP dihubungkan"].map(str::to_owned);
    let mut expected = [&expected[..], &of_the_account].concat();
    expected.sort();
    assert_eq!(subjects, expected);
}
