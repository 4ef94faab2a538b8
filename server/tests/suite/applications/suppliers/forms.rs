//! The supplier's form: what it asks for and what it refuses.

use std::collections::BTreeSet;

use backend::{accesses, applications, verification};
use devtools::development;
use domain::{
    accesses::AccessState,
    applications::answers::Answers,
    issues::conflict::Conflict,
    role::Role,
    status::Status,
    validity::Validity,
    verification::{QueueFilter, UNDO},
};
use lopdf::Document;
use rstest::rstest;
use time::macros::date;
use uuid::Uuid;

use super::*;
use crate::{
    support::{
        browser::{Site, Visitor, changed},
        verdicts::approve,
        *,
    },
    verification::queue::bound,
};

/// The desk finds the case by name and by either number, compares it with the proof, and approves it by its own list.
async fn desk_finds_and_approves(ratna: &Visitor, id: Uuid) {
    for words in ["sinar+abadi", NIB, NPWP, "01.234.567.8-901.000", "toko"] {
        let queue = ratna.get(&format!("/verifikasi?cari={words}")).await.expect(200);
        queue.shows(&["Toko Sinar Jaya", "PT Sinar Jaya Abadi", "NIB 9120001234567"]);
    }
    assert!(!ratna.get("/verifikasi?cari=sinar+makmur").await.expect(200).says("PT Sinar Jaya Abadi"));
    let case = ratna.take(id).await;
    case.shows(&[
        "Pemohon Toko Sinar Jaya hal. 1",
        "Perusahaan PT Sinar Jaya Abadi hal. 1",
        "NPWP 01.234.567.8-901.000 hal. 1",
        "NIB 9120001234567 hal. 1",
        &format!("Alamat {ADDRESS} hal. 1"),
        "22 November 2026 sampai 21 November 2027, bila disetujui hari ini",
        "Daftar periksa Penyedia",
        "NPWP sama dengan bukti",
    ]);
    assert!(!case.says("tanpa hubungan SiRUP") && !case.says("Satker"), "{}", case.text());
    let fields = ratna.verdict(id, "approve", "").await;
    let without = changed(fields.clone(), &[("check", "")]);
    ratna.post(&format!("/verifikasi/{id}"), &without).await.expect(422).expect_says("Masih 5 butir");
    ratna.send(&format!("/verifikasi/{id}"), &fields).await.expect(200).expect_says("Disetujui oleh Ratna Wulandari");
    ratna.get(&format!("/verifikasi/riwayat?cari={NIB}")).await.expect(200).expect_says("PT Sinar Jaya Abadi");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_supplier_comes_to_an_access(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let (world, toko, ratna) = (&site.world, site.signed_in(TOKO).await, site.verifier().await);
    let (id, form) = begin(&toko).await;
    let path = page(id, "formulir");
    form.shows(&[
        "Formulir Pendaftaran Akses Penyedia",
        "Tidak diperlukan",
        "Nama Perusahaan",
        "NPWP",
        "NIB",
        "Alamat Perusahaan",
        "Bukti Badan Usaha",
        "Akses berlaku satu tahun sejak disetujui.",
    ]);
    assert!(!form.says("Jenis Instansi") && !form.says("Hari terakhir"), "{}", form.text());
    assert_eq!(toko.get(&page(id, "sirup")).await.expect(302).location(), Some(&*path));
    assert_eq!(toko.get(&page(id, "tinjau")).await.expect(302).location(), Some(&*path));

    let fields = filled(form.form(&path), "9120 0012 3456 7");
    toko.post(&path, &fields).await.expect(422).shows(&["Surat belum diunggah"]);
    let fields = filled(toko.get(&path).await.expect(200).form(&path), "9120 0012 3456 7");
    let review = toko.upload(&path, &fields, "nib.pdf", proof()).await.expect(303);
    assert_eq!(review.location(), Some(&*page(id, "tinjau")));
    let typed = toko.get(&path).await.expect(200);
    assert_eq!(typed.value(&path, "nib").as_deref(), Some("9120 0012 3456 7"), "kept as typed");
    let review = toko.get(&page(id, "tinjau")).await.expect(200);
    review.shows(&["PT Sinar Jaya Abadi", "01.234.567.8-901.000", NIB, ADDRESS, "nib.pdf"]);
    review.shows(&["Penyedia · Pelaku Usaha", "Satu tahun sejak disetujui"]);
    assert!(!review.says("Satuan Kerja") && !review.says("Jenis Instansi"), "{}", review.text());

    let mut events = ratna.events_at("/verifikasi/peristiwa").await;
    send(&toko, id).await.expect(303);
    assert_eq!(events.soon().await, Some(("case".to_owned(), id.to_string())), "the national desk hears of it");
    let status = toko.get(&page(id, "status")).await.expect(200);
    status.shows(&["GB-26-000001-3", "Perusahaan", "PT Sinar Jaya Abadi", "NIB 9120001234567", "Paling lambat"]);
    toko.get("/akses").await.expect(200).shows(&["PT Sinar Jaya Abadi", "NIB 9120001234567", "Menunggu Verifikasi"]);
    toko.get("/pengaturan/instansi").await.expect(200).shows(&["PT Sinar Jaya Abadi", "NIB 9120001234567"]);
    let (to, subject, text) = world.mails().await.remove(0);
    assert_eq!((to.as_str(), subject.as_str()), (TOKO, "Diterima: pengajuan akses Penyedia PT Sinar Jaya Abadi"));
    assert!(text.contains("NIB 9120001234567") && text.contains("satu tahun sejak disetujui"), "{text}");
    let receipt = toko.get(&page(id, "bukti.pdf")).await.expect(200);
    let receipt = Document::load_mem(&receipt.body).unwrap().extract_text(&[1]).unwrap();
    for words in ["PT Sinar Jaya Abadi", "01.234.567.8-901.000", NIB, "Bukti Badan Usaha"] {
        assert!(receipt.contains(words), "{words}: {receipt}");
    }

    desk_finds_and_approves(&ratna, id).await;

    let period = Validity::new(date!(2026 - 11 - 22), date!(2027 - 11 - 21)).unwrap();
    let access = accesses::list(&world.backend, &world.actor(TOKO).await).await.unwrap().remove(0);
    assert_eq!((access.role, access.state, access.validity), (Role::Penyedia, AccessState::Active, period));
    assert_eq!((access.work_unit.as_str(), access.institution.as_str()), ("PT Sinar Jaya Abadi", "NIB 9120001234567"));
    let overview = toko.get("/akses").await.expect(200);
    overview.shows(&["Aktif", "PT Sinar Jaya Abadi", "Berlaku sampai 21 November 2027", "Pilih Platform"]);
    let given = "22 November 2026 sampai 21 November 2027";
    toko.get(&page(id, "status")).await.expect(200).shows(&["Akses Anda disetujui", given]);
    toko.get(&page(id, "rincian")).await.expect(200).shows(&[given, "01.234.567.8-901.000"]);
    let text = mail(world, "Disetujui: akses Penyedia PT Sinar Jaya Abadi").await;
    assert!(text.contains(&format!("Akses ini berlaku {given}")), "{text}");
}

#[rstest]
#[case::short_npwp(&[("npwp", "12.345.678.9-012.34")], &["NPWP berisi 15 atau 16 angka. Terisi 14."])]
#[case::long_npwp(&[("npwp", "0123 4567 8901 2345 6")], &["NPWP berisi 15 atau 16 angka. Terisi 17."])]
#[case::letters_in_npwp(&[("npwp", "NPWP 012345678901000")], &["Nomor hanya berisi angka."])]
#[case::short_nib(&[("nib", "912000123456")], &["NIB berisi 13 angka. Terisi 12."])]
#[case::long_nib(&[("nib", "91200012345678")], &["NIB berisi 13 angka. Terisi 14."])]
#[case::markup(&[("company_name", "PT <b>Sinar</b>")], &["Isian memuat karakter yang tidak dapat dipakai."])]
#[case::nothing(
    &[("company_name", ""), ("npwp", " "), ("nib", ""), ("company_address", "")],
    &[
        "Nama perusahaan belum diisi.",
        "NPWP belum diisi. Tulis 15 atau 16 angka.",
        "NIB belum diisi. Tulis 13 angka.",
        "Alamat perusahaan belum diisi.",
    ]
)]
#[case::short_address(&[("company_address", "Jl. A")], &["Alamat kurang dari 10 huruf."])]
#[tokio::test(flavor = "multi_thread")]
async fn wrong_answers_are_named_beside_their_fields(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] typed: &[(&str, &str)],
    #[case] said: &[&str],
) {
    let site = Site::new(database).await;
    let toko = site.signed_in(TOKO).await;
    let (id, form) = begin(&toko).await;
    let path = page(id, "formulir");
    let fields = changed(filled(form.form(&path), NIB), typed);
    let refused = toko.upload(&path, &fields, "nib.pdf", proof()).await.expect(422);
    refused.shows(said);
    for (name, value) in typed {
        assert_eq!(refused.value(&path, name).as_deref(), Some(*value), "what was typed is kept");
        let tags = refused.tags();
        let control = tags.iter().find(|tag| tag.get("id") == Some(*name)).unwrap();
        assert_eq!(control.get("aria-invalid"), Some("true"), "{name}");
    }
    assert_eq!(toko.get(&page(id, "tinjau")).await.expect(302).location(), Some(&*path));
    // Put right, it goes on.
    let right = filled(refused.form(&path), NIB);
    assert_eq!(toko.post(&path, &right).await.expect(303).location(), Some(&*page(id, "tinjau")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_company_has_no_place_for_an_institution(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let (world, toko) = (&site.world, site.signed_in(TOKO).await);
    let (id, form) = begin(&toko).await;
    let (institution, unit) = world.place("Kementerian Kesehatan", "Sekretariat");
    let path = page(id, "formulir");
    let (institution, unit) = (institution.to_string(), unit.to_string());
    let smuggled = [
        ("institution_type", "kementerian"),
        ("institution", &*institution),
        ("work_unit", &*unit),
        ("aksi", "simpan"),
    ];
    toko.post(&path, &changed(filled(form.form(&path), NIB), &smuggled)).await.expect(303);
    let stored = applications::draft(&world.backend, &world.actor(TOKO).await, id).await.unwrap();
    assert_eq!(stored.draft.answers, Answers { company: stored.draft.answers.company.clone(), ..Answers::default() });
    let version = stored.version.to_string();
    toko.post(&page(id, "instansi"), &[("version", &*version), ("pilih", &*institution)]).await.expect(303);
    for step in ["instansi", "satker"] {
        assert_eq!(toko.get(&page(id, step)).await.expect(302).location(), Some(&*path));
    }
    // Nor does SiRUP fill one in.
    let account = [("sirup_username", "pa.lama"), ("sirup_password", development::SIRUP_PASSWORD)];
    for fields in [&account[..], &[("aksi", "baru")], &[("aksi", "akun"), ("akun", "pa.lama")]] {
        let refused = toko.post(&page(id, "sirup"), fields).await;
        assert!(matches!(refused.status, 302 | 404 | 422), "{} {}", refused.status, refused.text());
    }
    let stored = applications::draft(&world.backend, &world.actor(TOKO).await, id).await.unwrap();
    assert_eq!((stored.draft.institution, stored.draft.answers.institution), (None, None));
    assert_eq!(world.count("sirup_links").await, 1, "that of the development data");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_regional_verifier_does_not_see_it(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let world = &site.world;
    let (here, _) = world.place("Kementerian Kesehatan", "Sekretariat");
    bound(world, "verifikator2@contoh.go.id", &[here]).await;
    let (id, siti) = (sent(world, &world.actor(TOKO).await, NIB).await, world.siti().await);
    let theirs = world.submitted(&siti, Role::Pa, "Sekretariat").await;
    let hendra = site.verifier2().await;
    hendra.get("/verifikasi").await.expect(200).expect_says("Siti Rahmawati");
    let looks = ["/verifikasi".to_owned(), format!("/verifikasi?cari={NIB}"), "/verifikasi?role=penyedia".to_owned()];
    for path in looks {
        assert!(!hendra.get(&path).await.expect(200).says("Toko Sinar Jaya"), "{path}");
    }
    hendra.get(&format!("/verifikasi/{id}")).await.expect(404);
    let actor = world.verifier2().await;
    let case = verification::case_file(&world.backend, &world.verifier().await, id).await.unwrap();
    let (document, version) = (case.document.id, case.document.version);
    not_found(verification::letter(&world.backend, &actor, id, document, version).await);
    not_found(verification::findings(&world.backend, &actor, id).await);
    for action in ["ambil", "lepas", "urungkan"] {
        hendra.post(&format!("/verifikasi/{id}/{action}"), &[("", "")]).await.expect(404);
    }
    assert_eq!(verification::claim_next(&world.backend, &actor).await.unwrap(), Some(theirs));
    assert_eq!(verification::claim_next(&world.backend, &actor).await.unwrap(), None);
    approve(world, &world.verifier().await, id).await.unwrap();
    for path in ["/verifikasi/riwayat".to_owned(), format!("/verifikasi/riwayat?cari={NIB}")] {
        assert!(!hendra.get(&path).await.expect(200).says("Sinar Jaya"), "{path}");
    }
    // One of no institution is not found through that of another, nor in a list of institutions.
    let queue =
        verification::queue(&world.backend, &world.verifier().await, &QueueFilter::default(), None).await.unwrap();
    let roles: Vec<_> = queue.counts.roles.iter().map(|(role, count)| (*role, *count)).collect();
    assert_eq!(roles, [(Role::Pa, 1), (Role::Kpa, 0), (Role::Penyedia, 0)]);
    let everything = QueueFilter::default();
    let named = verification::institutions(&world.backend, &world.verifier().await, &everything).await.unwrap();
    assert_eq!(named.len(), 1, "{named:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_repair_of_the_npwp_is_sent_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let (world, toko, ratna) = (&site.world, site.signed_in(TOKO).await, site.verifier().await);
    let id = sent(world, &world.actor(TOKO).await, NIB).await;
    let case = format!("/verifikasi/{id}");
    ratna.take(id).await;
    let asked = ratna.get(&format!("{case}?tindak=perbaikan")).await.expect(200);
    asked.shows(&["Nama Perusahaan", "NPWP", "NIB", "Alamat Perusahaan", "Bukti Badan Usaha"]);
    let marks: BTreeSet<_> = asked
        .tags()
        .iter()
        .filter(|tag| tag.get("name") == Some("mark"))
        .filter_map(|tag| tag.get("value").map(str::to_owned))
        .collect();
    let expected = ["company_address", "company_name", "letter", "nib", "npwp"].map(str::to_owned);
    assert_eq!(marks, BTreeSet::from(expected));
    let note = "NPWP pada bukti berakhiran 902.000.";
    let form = changed(asked.form(&case), &[("verdict", "return")]);
    // A field of the other form cannot be marked.
    let elsewhere = changed(form.clone(), &[("mark", "work_unit"), ("note_work_unit", "Pilih satuan kerja lain.")]);
    ratna.post(&case, &elsewhere).await.expect(422);
    let form = changed(form, &[("mark", "npwp"), ("note_npwp", note)]);
    ratna.send(&case, &form).await.expect(200).expect_says("Perbaikan diminta oleh Ratna Wulandari");
    world.advance(UNDO + MINUTE);
    let text = mail(world, "Perlu perbaikan: pengajuan akses Penyedia PT Sinar Jaya Abadi").await;
    assert!(text.contains(&format!("NPWP: {note}")), "{text}");

    let path = page(id, "formulir");
    let first = format!("{path}#npwp");
    assert_eq!(toko.get(&format!("/akses/pengajuan/{id}")).await.expect(302).location(), Some(&*first));
    let drawn = toko.get(&path).await.expect(200);
    drawn.shows(&["Perbaiki Pengajuan Akses Penyedia", &format!("Perlu perbaikan: {note}")]);
    let tags = drawn.tags();
    let described = |name: &str| {
        let control = tags.iter().find(|tag| tag.get("id") == Some(name)).unwrap();
        control.get("aria-describedby").unwrap_or_default().split(' ').any(|id| id == format!("{name}-m"))
    };
    assert!(described("npwp") && !described("nib") && !described("company_name"));
    // While it is changed, it is not the desk's.
    let fields = changed(drawn.form(&path), &[("npwp", "01.234.567.8-902.000"), ("aksi", "ajukan")]);
    assert_eq!(toko.post(&path, &fields).await.expect(303).location(), Some(&*page(id, "tinjau")));
    let seen = async || {
        let case = verification::case_file(&world.backend, &world.verifier().await, id).await?;
        backend::Result::Ok(case.company.unwrap().npwp.as_str().to_owned())
    };
    let changing = conflict(seen().await.err().unwrap());
    assert!(matches!(changing, Conflict::StatusChanged { status: Status::Returned, .. }), "{changing:?}");
    send(&toko, id).await.expect(303);
    toko.get(&page(id, "status")).await.expect(200).shows(&["GB-26-000001-3", "Pengajuan dikirim kembali"]);
    assert_eq!(seen().await.unwrap(), "012345678902000");
    assert_eq!(world.count("companies").await, 1);
    // The proof still says the old one; the verifier who asked gets it again.
    let again = ratna.send("/verifikasi", &[("", "")]).await.expect(200);
    assert_eq!(again.path, case);
    again.expect_says("NPWP 01.234.567.8-902.000 tidak ditemukan");
}
