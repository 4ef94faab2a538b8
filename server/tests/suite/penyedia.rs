//! Suppliers: from the profile type to the access of a company, by forms without script and with a real proof.

use std::collections::BTreeSet;

use backend::{
    Actor, accesses,
    applications::{self, renewals},
    documents::receipt::receipt,
    platforms::launch,
    verification::{self, VerdictForm},
};
use bytes::Bytes;
use devtools::development;
use domain::{
    accesses::AccessState,
    applications::{answers::Answers, company::CompanyInput},
    issues::{Field, Problem, conflict::Conflict},
    role::{ProfileType, Role},
    status::{Status, Verdict},
    validity::Validity,
    verification::{QueueFilter, UNDO},
};
use lopdf::Document;
use rstest::rstest;
use time::macros::date;
use uuid::Uuid;

use crate::{
    desk_queue::bound,
    support::{
        browser::{Answer, Fields, Site, Visitor, changed},
        verdicts::{approve, form_for},
        *,
    },
};

const TOKO: &str = "toko@contoh.co.id";
const ADDRESS: &str = "Jalan Raya Bogor Kilometer 26 Nomor 8, Jakarta Timur";
const NIB: &str = "9120001234567";
const NPWP: &str = "012345678901000";
const OTHER_NIB: &str = "9120007654321";

/// The text of the mail with this subject.
async fn mail(world: &World, subject: &str) -> String {
    let mails = world.mails().await;
    let (_, _, text) = mails.into_iter().find(|(_, known, _)| known == subject).expect("the mail was written");
    text
}

fn page(id: Uuid, step: &str) -> String {
    format!("/akses/pengajuan/{id}/{step}")
}

fn company(nib: &str) -> CompanyInput {
    CompanyInput {
        name: "PT Sinar Jaya Abadi".into(),
        npwp: "01.234.567.8-901.000".into(),
        nib: nib.into(),
        address: ADDRESS.into(),
    }
}

/// A proof that names the company, and who speaks for it.
fn proof() -> Bytes {
    let facts = vec![
        ("Nama", "PT SINAR JAYA ABADI".to_owned()),
        ("NPWP", "01.234.567.8-901.000".to_owned()),
        ("NIB", NIB.to_owned()),
        ("Alamat", "JL. RAYA BOGOR KM 26 NO. 8, JAKARTA TIMUR".to_owned()),
        ("Direktur", "Toko Sinar Jaya".to_owned()),
    ];
    receipt("Perizinan Berusaha", &facts, "Diterbitkan oleh sistem OSS.").unwrap().into()
}

/// A draft of a supplier with all that is required.
async fn draft(world: &World, actor: &Actor, company: CompanyInput) -> Uuid {
    let backend = &world.backend;
    let id = applications::start(backend, actor, ProfileType::Penyedia, Role::Penyedia).await.unwrap();
    let version = applications::draft(backend, actor, id).await.unwrap().version;
    let answers = Answers { company, ..Answers::default() };
    applications::save(backend, actor, id, version, answers).await.unwrap();
    applications::attach_letter(backend, actor, id, "nib.pdf", proof()).await.unwrap();
    id
}

/// An application of a supplier that waits.
async fn sent(world: &World, actor: &Actor, nib: &str) -> Uuid {
    let id = draft(world, actor, company(nib)).await;
    world.submit(actor, id).await.unwrap();
    id
}

/// An access for the company of a NIB, given today.
async fn granted(world: &World, actor: &Actor, nib: &str) -> Uuid {
    let id = sent(world, actor, nib).await;
    approve(world, &world.verifier().await, id).await.unwrap();
    let list = accesses::list(&world.backend, actor).await.unwrap();
    list.iter().find(|access| access.application_id == id).expect("an access came of it").id
}

/// Opens a draft by the form of step 2, as somebody without script: the roles on screen are those of the other type.
async fn begin(visitor: &Visitor) -> (Uuid, Answer) {
    let start = visitor.get("/akses/baru").await.expect(200);
    let fields = changed(start.form("/akses/baru"), &[("profile_type", "penyedia"), ("role", "pa")]);
    let form = visitor.send("/akses/baru", &fields).await.expect(200);
    let id = form.path.split('/').nth(3).unwrap().parse().unwrap();
    assert_eq!(form.path, page(id, "formulir"), "without the step of SiRUP");
    (id, form)
}

/// The fields of the form, filled in.
fn filled(form: Fields, nib: &str) -> Fields {
    let typed = [
        ("company_name", " PT  Sinar Jaya Abadi"),
        ("npwp", "01.234.567.8-901.000"),
        ("nib", nib),
        ("company_address", ADDRESS),
        ("aksi", "ajukan"),
    ];
    changed(form, &typed)
}

/// Sends what was reviewed; gives the answer itself.
async fn send(visitor: &Visitor, id: Uuid) -> Answer {
    let path = page(id, "tinjau");
    let fields = changed(visitor.get(&path).await.expect(200).form(&path), &[("confirmation", "ya")]);
    visitor.post(&path, &fields).await
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

    // The desk: found by name and by either number, compared with the proof, approved by its own list.
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
async fn what_is_wrong_is_said_beside_its_field(
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
async fn one_company_is_applied_for_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let (world, toko) = (&site.world, site.signed_in(TOKO).await);
    let actor = world.actor(TOKO).await;
    let first = sent(world, &actor, NIB).await;
    let again = draft(world, &actor, company("9120-0012-3456-7")).await;
    let refused = send(&toko, again).await.expect(409);
    refused.expect_says("Anda masih memiliki pengajuan GB-26-000001-3 untuk perusahaan dengan NIB yang sama.");
    // Another company of the same person, and the same company of another person, are other matters.
    sent(world, &actor, OTHER_NIB).await;
    sent(world, &world.siti().await, NIB).await;
    approve(world, &world.verifier().await, first).await.unwrap();
    let refused = send(&toko, again).await.expect(409);
    refused.shows(&[
        "Anda sudah memiliki akses untuk perusahaan dengan NIB ini",
        "22 November 2026 sampai 21 November 2027",
        "Perpanjang akses itu",
    ]);
    assert_eq!(world.count("accesses").await, 1);
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

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_access_of_a_company_goes_on(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let world = &site.world;
    let access = granted(world, &world.actor(TOKO).await, NIB).await;
    let renew = format!("/akses/perpanjang/{access}");
    let toko = site.signed_in(TOKO).await;
    toko.post(&renew, &[("", "")]).await.expect(409).expect_says("Perpanjangan dibuka pada 22 September 2027");

    // Thirty days before its end.
    world.advance(334 * DAY);
    renewals::remind(&world.backend).await.unwrap();
    let (to, subject, text) = world.mails().await.remove(0);
    assert_eq!((to.as_str(), subject.as_str()), (TOKO, "Berakhir 30 hari lagi: akses Penyedia PT Sinar Jaya Abadi"));
    assert!(text.contains("bukti badan usaha yang terbaru") && text.contains(&renew), "{text}");
    let toko = site.signed_in(TOKO).await;
    toko.get(&renew).await.expect(200).shows(&["Perpanjang akses", "PT Sinar Jaya Abadi", "NIB 9120001234567"]);
    let form = toko.send(&renew, &[("", "")]).await.expect(200);
    let id: Uuid = form.path.split('/').nth(3).unwrap().parse().unwrap();
    let path = page(id, "formulir");
    form.shows(&[
        "Perpanjangan Akses Penyedia",
        "Akses sekarang berlaku 22 November 2026 sampai 21 November 2027",
        "Sama dengan akses yang dilanjutkan.",
    ]);
    // The name may have changed since; the number is that of the access, whatever is sent.
    let fields = changed(form.form(&path), &[("company_name", "PT Sinar Jaya Abadi Tbk"), ("nib", OTHER_NIB)]);
    let fields = changed(fields, &[("aksi", "ajukan")]);
    let review = toko.upload(&path, &fields, "nib 2027.pdf", proof()).await.expect(303);
    assert_eq!(review.location(), Some(&*page(id, "tinjau")));
    let review = toko.get(&page(id, "tinjau")).await.expect(200);
    review.shows(&["Melanjutkan akses", "PT Sinar Jaya Abadi Tbk", NIB]);
    assert!(!review.says(OTHER_NIB) && !review.says("Mulai ulang"), "{}", review.text());
    send(&toko, id).await.expect(303);
    let overview = toko.get("/akses").await.expect(200);
    overview.shows(&["Perpanjangan GB-27-000001", ": Menunggu Verifikasi."]);

    // Its number is not to be repaired.
    let ratna = world.verifier().await;
    let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
    verification::claim(&world.backend, &ratna, id).await.unwrap();
    let marks = vec![(Field::Nib, "NIB pada bukti lain.".to_owned())];
    let form = VerdictForm { marks, ..form_for(&case, Verdict::Return, "") };
    let refused = verification::decide(&world.backend, &ratna, id, &form).await;
    assert_eq!(problem_at(refused.err().unwrap(), Field::Nib), Problem::NotOffered);
    approve(world, &ratna, id).await.unwrap();
    let list = accesses::list(&world.backend, &world.actor(TOKO).await).await.unwrap();
    let periods: Vec<_> = list.iter().map(|access| (access.validity.first(), access.validity.last())).collect();
    let (old, new) = ((date!(2026 - 11 - 22), date!(2027 - 11 - 21)), (date!(2027 - 11 - 22), date!(2028 - 10 - 21)));
    assert_eq!(periods, [new, old], "without a gap, and a year from the day of the look");
    toko.get("/akses").await.expect(200).shows(&["Belum Berlaku", "Berlanjut sampai 21 Oktober 2028."]);
    assert_eq!(renewals::remind(&world.backend).await.unwrap(), 0, "who has renewed is left in peace");
}

on_both! {
    async fn one_person_holds_accesses_of_both_profile_types(world) {
        let siti = world.siti().await;
        world.granted(&siti, Role::Pa, "Sekretariat", TODAY, date!(2027 - 12 - 31)).await;
        let supplier = granted(&world, &siti, NIB).await;
        let list = accesses::list(&world.backend, &siti).await.unwrap();
        let states: Vec<_> = list.iter().map(|access| (access.role, access.state)).collect();
        assert_eq!(states, [(Role::Pa, AccessState::Active), (Role::Penyedia, AccessState::Active)]);
        // Each is usable where its profile type is admitted.
        let (_, both) = launch::accesses_for(&world.backend, &siti, development::DEMO_CLIENT).await.unwrap();
        assert_eq!(both.len(), 2);
        let (_, one) = launch::accesses_for(&world.backend, &siti, "toko-daring").await.unwrap();
        let one: Vec<_> = one.iter().map(|choice| (choice.id, choice.place.as_str())).collect();
        assert_eq!(one, [(supplier, "PT Sinar Jaya Abadi")]);
        // Neither is in the way of the other's renewal, nor of another application.
        sent(&world, &siti, OTHER_NIB).await;
        world.submitted(&siti, Role::Pa, "Inspektorat").await;
    }

    async fn of_two_at_one_instant_one_is_sent(world) {
        let toko = world.actor(TOKO).await;
        let (one, two) = (draft(&world, &toko, company(NIB)).await, draft(&world, &toko, company(NIB)).await);
        assert_ne!(one, two);
        let (first, second) = tokio::join!(world.submit(&toko, one), world.submit(&toko, two));
        let refused = match (first, second) {
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
            other => panic!("{other:?}"),
        };
        assert!(matches!(conflict(refused), Conflict::OpenForCompany { .. }));
        assert_eq!(world.count("companies").await, 1);
    }

    async fn another_who_speaks_for_the_company_is_shown(world) {
        granted(&world, &world.siti().await, NIB).await;
        let id = sent(&world, &world.actor(TOKO).await, NIB).await;
        let case = verification::case_file(&world.backend, &world.verifier().await, id).await.unwrap();
        let others: Vec<_> = case.others.iter().map(|other| (other.name.as_str(), other.same_person)).collect();
        assert_eq!(others, [("Siti Rahmawati", false)]);
        assert_eq!(case.same_letter.len(), 1);
    }

    async fn what_is_approved_anew_holds_a_year_from_then(world) {
        let toko = world.actor(TOKO).await;
        let id = sent(&world, &toko, NIB).await;
        let ratna = world.verifier().await;
        approve(&world, &ratna, id).await.unwrap();
        world.advance(MINUTE);
        let made = world.actor("penyelia@contoh.go.id").await;
        verification::reopen(&world.backend, &made, id, "Bukti ternyata milik perusahaan lain.").await.unwrap();
        let detail = applications::detail(&world.backend, &toko, id).await.unwrap();
        assert_eq!((detail.summary.status, detail.validity), (Status::Submitted, None));
        world.advance(DAY);
        approve(&world, &world.verifier().await, id).await.unwrap();
        let access = accesses::list(&world.backend, &toko).await.unwrap().remove(0);
        let period = Validity::new(date!(2026 - 11 - 23), date!(2027 - 11 - 22)).unwrap();
        assert_eq!((access.validity, access.state, access.revoked_at), (period, AccessState::Active, None));
    }

    async fn the_supplier_of_development_has_an_access_and_waits_for_another(world) {
        development::fill_supplier(&world.backend).await.unwrap();
        development::fill_supplier(&world.backend).await.unwrap();
        let toko = world.actor(TOKO).await;
        let list = accesses::list(&world.backend, &toko).await.unwrap();
        assert_eq!(list.iter().map(|access| access.state).collect::<Vec<_>>(), [AccessState::Active]);
        let open = applications::open(&world.backend, &toko).await.unwrap();
        assert_eq!(open.iter().map(|item| item.status).collect::<Vec<_>>(), [Status::Submitted]);
        let found = verification::findings(&world.backend, &world.verifier().await, open[0].id).await.unwrap();
        let verification::Findings::Text(found) = found else { panic!("no text") };
        assert!(found.iter().all(|finding| finding.pages == [1]), "{found:?}");
    }
}
