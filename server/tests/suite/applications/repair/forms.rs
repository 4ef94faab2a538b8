//! The applicant repairs a returned application and sends it again.

use backend::{applications, verification};
use domain::{applications::answers::Answers, issues::Field, role::Role};
use reqwest::Method;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    *,
};

/// Dashboard, status, settings and mail say what to repair; one step leads to the first mark.
async fn repair_is_offered_everywhere(world: &World, siti: &Visitor, id: Uuid) {
    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&[
        "Satu pengajuan perlu perbaikan.",
        "Perlu Perbaikan",
        "Mohon dilengkapi.",
        "Masa Berlaku Peran, hari terakhir: Samakan hari terakhir dengan surat.",
        "Surat Tanda Jabatan sebagai PA: Halaman 2 tidak ada.",
    ]);
    assert!(links(&overview, &format!("/akses/pengajuan/{id}")));
    let first = format!("{}#last_day", page(id, "formulir"));
    assert_eq!(siti.get(&format!("/akses/pengajuan/{id}")).await.expect(302).location(), Some(&*first));
    let status = siti.get(&page(id, "status")).await.expect(200);
    status.shows(&["Pengajuan Anda perlu diperbaiki", LAST_DAY, LETTER, "Mohon dilengkapi.", "GB-26-000001-3"]);
    assert!(links(&status, &first), "{}", status.html());
    siti.get("/pengaturan/instansi").await.expect(200).shows(&["Perlu Perbaikan", LETTER]);
    let (_, subject, text) = world.mails().await.remove(0);
    assert!(subject.starts_with("Perlu perbaikan"), "{subject}");
    assert!(text.contains(&format!("/akses/pengajuan/{id}\n")), "{text}");
    // What is being changed is not shown as what was sent.
    siti.get(&page(id, "bukti.pdf")).await.expect(404);
    assert_eq!(siti.get(&page(id, "rincian")).await.location(), Some(&*page(id, "status")));
}

/// The form shows each note beside its field and keeps everything else. Returns the page.
async fn marks_stand_beside_their_fields(world: &World, siti: &Visitor, id: Uuid) -> Answer {
    let form = page(id, "formulir");
    let drawn = siti.get(&form).await.expect(200);
    drawn.shows(&[
        "Perbaiki Pengajuan Akses PA",
        &format!("Perlu perbaikan: {LAST_DAY}"),
        &format!("Perlu perbaikan: {LETTER}"),
    ]);
    for (field, marked) in [("last_day", true), ("letter", true), ("first_day", false), ("work_unit", false)] {
        let note = format!("{field}-m");
        assert_eq!(described_by(&drawn, field).split(' ').any(|id| id == note), marked, "{field}");
        assert_eq!(drawn.tags().iter().any(|tag| tag.get("id") == Some(note.as_str())), marked, "{field}");
    }
    assert!(links(&drawn, "#last_day") && links(&drawn, "#letter"));
    let answers = world.answers("Sekretariat");
    assert_eq!(drawn.value(&form, "work_unit"), answers.work_unit.map(|id| id.to_string()));
    assert_eq!(drawn.value(&form, "address"), Some(answers.address));
    drawn
}

/// The timeline says what happened and when, in order, but not who did it.
async fn timeline_is_in_order_and_names_nobody(siti: &Visitor, id: Uuid, status: &Answer) {
    let text = status.text();
    let (_, timeline) = text.split_once("Riwayat pengajuan").expect("a timeline");
    let order = [
        "Pengajuan dimulai",
        "Pengajuan dikirimMinggu, 22 November 2026, 10.00 WIB",
        "Mulai ditinjauMinggu, 22 November 2026, 10.01 WIB",
        "Perbaikan dimintaMinggu, 22 November 2026, 10.01 WIB",
        "Pengajuan dikirim kembaliMinggu, 22 November 2026, 11.01 WIB",
    ];
    order.into_iter().fold(timeline, |rest, step| {
        rest.split_once(step).unwrap_or_else(|| panic!("{step:?} comes not in turn: {timeline}")).1
    });
    for step in ["status", "formulir", "rincian"] {
        names_no_verifier(&siti.open(&page(id, step)).await.expect(200));
    }
    names_no_verifier(&siti.ask(&format!("/api/pengajuan/status?id={id}")).await.expect(200));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn returned_application_is_repaired_and_resubmitted(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let site = Site::new(database).await;
    let (world, siti) = (&site.world, site.siti().await);
    let id = site.sent("Sekretariat").await;
    world.advance(MINUTE);
    returned(world, id, &[(Field::Letter, LETTER), (Field::LastDay, LAST_DAY)]).await;

    repair_is_offered_everywhere(world, &siti, id).await;
    let drawn = marks_stand_beside_their_fields(world, &siti, id).await;

    // Nobody else gets at it.
    let budi = site.budi().await;
    for step in ["formulir", "tinjau", "status"] {
        budi.get(&page(id, step)).await.expect(404);
        budi.post(&page(id, step), &[("version", "1")]).await.expect(404);
    }

    world.advance(HOUR);
    let form = page(id, "formulir");
    let fields = changed(drawn.form(&form), &[("last_day", "30"), ("last_day_month", "11"), ("aksi", "ajukan")]);
    let review = siti.upload(&form, &fields, "surat lengkap.pdf", letter()).await.expect(303);
    assert_eq!(review.location(), Some(&*page(id, "tinjau")));
    let review = siti.get(&page(id, "tinjau")).await.expect(200);
    review.shows(&[
        "surat lengkap.pdf",
        "sampai 30 November 2027",
        LAST_DAY,
        "kembali kepada verifikator yang meminta perbaikan",
    ]);
    assert!(links(&review, &format!("{form}#last_day")));
    let fields = changed(review.form(&page(id, "tinjau")), &[("confirmation", "ya")]);
    let status = siti.send(&page(id, "tinjau"), &fields).await.expect(200);
    assert_eq!(status.path, page(id, "status"));
    status.shows(&["Pengajuan Anda sudah kami terima", "GB-26-000001-3"]);

    world.advance(MINUTE);
    timeline_is_in_order_and_names_nobody(&siti, id, &status).await;

    // It comes back to the same verifier.
    let (ratna, hendra) = (world.verifier().await, world.verifier2().await);
    assert_eq!(verification::claim_next(&world.backend, &hendra).await.unwrap(), None);
    assert_eq!(verification::claim_next(&world.backend, &ratna).await.unwrap(), Some(id));
    assert_eq!(
        verification::case_file(&world.backend, &ratna, id).await.unwrap().document.file_name,
        "surat lengkap.pdf"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn script_repairs_by_the_same_routes(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let siti = site.siti().await;
    let id = site.sent("Sekretariat").await;
    returned(&site.world, id, &[(Field::Letter, LETTER), (Field::LastDay, LAST_DAY)]).await;
    let draft = siti.ask(&format!("/api/pengajuan/draf?id={id}&for_step=Form")).await.expect(200).json();
    // In the order of the form, whatever the desk's.
    assert_eq!(draft["repair"]["marks"][0]["field"], "last_day");
    assert_eq!(draft["repair"]["marks"][1]["note"], LETTER);
    let letter = siti.upload_alone(id, "lengkap.pdf", letter()).await.expect(200).json();
    let review = page(id, "tinjau");
    let fields = siti.get(&review).await.expect(200).form(&review);
    let letter = letter["Ok"]["id"].as_str().unwrap();
    let fields = changed(fields, &[("letter", letter), ("confirmation", "ya")]);
    let reply = siti.post_by_script(&review, &fields).await.expect(200).json();
    assert_eq!(reply["Go"]["to"], page(id, "status"));
    let again = siti.post_by_script(&review, &fields).await.expect(200).json();
    assert_eq!(again["Go"]["to"], page(id, "status"), "a second click changes nothing");
    assert_eq!(site.world.count("counters").await, 1, "the number stays");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_is_told_that_it_came_back(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let siti = site.siti().await;
    let id = site.sent("Sekretariat").await;
    let mut events = siti.events().await;
    returned(&site.world, id, &[(Field::Letter, LETTER)]).await;
    assert_eq!(events.soon().await, Some(("application".to_owned(), id.to_string())));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_marked_address_is_asked_for_although_another_gave_one(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let site = Site::new(database).await;
    let (world, siti) = (&site.world, site.world.siti().await);
    // Two first registrants at the same moment.
    let mine = site.draft("Sekretariat").await;
    let his = world.filled_draft(&world.budi().await, Role::Kpa, world.answers("Sekretariat")).await;
    world.submit(&siti, mine).await.unwrap();
    world.submit(&world.budi().await, his).await.unwrap();
    returned(world, mine, &[(Field::Address, "Tulis alamat kantor, bukan kotak pos.")]).await;
    let (visitor, form) = (site.siti().await, page(mine, "formulir"));
    let drawn = visitor.get(&form).await.expect(200).expect_says("Perlu perbaikan: Tulis alamat kantor");
    assert!(described_by(&drawn, "address").contains("address-m"));
    let fields = changed(drawn.form(&form), &[("address", "Jalan Merdeka Barat 7, Jakarta"), ("aksi", "ajukan")]);
    let review = visitor.send(&form, &fields).await.expect(200);
    assert_eq!(review.path, page(mine, "tinjau"));
    review.expect_says("Jalan Merdeka Barat 7, Jakarta");
    world.submit(&siti, mine).await.unwrap();
    let ratna = world.verifier().await;
    let case = verification::case_file(&world.backend, &ratna, mine).await.unwrap();
    assert_eq!(case.address.as_deref(), Some("Jalan Merdeka Barat 7, Jakarta"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_repair_cannot_make_two_open_applications_of_one(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let site = Site::new(database).await;
    let (world, siti) = (&site.world, site.siti().await);
    let (id, _other) = (site.sent("Sekretariat").await, site.sent("Inspektorat").await);
    returned(world, id, &[(Field::WorkUnit, "Pilih satuan kerja pada surat.")]).await;
    let unit = world.answers("Inspektorat").work_unit.unwrap().to_string();
    let form = page(id, "formulir");
    let fields = changed(siti.get(&form).await.expect(200).form(&form), &[("work_unit", &unit), ("aksi", "ajukan")]);
    let refused = siti.post(&form, &fields).await.expect(409);
    refused.expect_says("Anda masih memiliki pengajuan GB-26-000002-1 untuk role dan satuan kerja yang sama.");
    let stored = applications::draft(&world.backend, &world.siti().await, id).await.unwrap();
    assert_eq!(stored.draft.answers.work_unit, world.answers("Sekretariat").work_unit);
    // Any other work unit will do.
    let unit = world.answers("Biro Umum").work_unit.unwrap().to_string();
    let fields = changed(fields, &[("work_unit", &unit), ("address", "Jalan Merdeka Barat 7, Jakarta")]);
    siti.post(&form, &fields).await.expect(303);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn returned_application_can_be_withdrawn(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let siti = site.siti().await;
    let id = site.sent("Sekretariat").await;
    returned(&site.world, id, &[(Field::Letter, LETTER)]).await;
    let asked = siti.get(&format!("{}?batalkan", page(id, "status"))).await.expect(200);
    asked.expect_says("Batalkan pengajuan?");
    assert_eq!(siti.send(&page(id, "status"), &[("", "")]).await.expect(200).path, "/akses");
    siti.get(&page(id, "status")).await.expect(200).shows(&["Pengajuan dibatalkan", "Riwayat pengajuan"]);
    let late = siti.post(&page(id, "formulir"), &[("version", "9")]).await;
    assert_eq!(late.location(), Some(&*page(id, "status")));
}

#[tokio::test(flavor = "multi_thread")]
async fn note_is_escaped_everywhere() {
    let site = Site::new(Database::Sqlite).await;
    let id = site.sent("Sekretariat").await;
    let attack = "</textarea><script>alert(1)</script>\"'&";
    returned(&site.world, id, &[(Field::Letter, attack), (Field::Address, attack)]).await;
    let siti = site.siti().await;
    for path in ["/akses".to_owned(), page(id, "status"), page(id, "formulir"), page(id, "tinjau")] {
        let answer = siti.get(&path).await.expect(200).expect_says(attack);
        assert!(!answer.html().contains("<script>alert"), "{path}");
    }
    // A draft stays one while the form is opened: reading it changes nothing.
    let read = siti.request(Method::HEAD, &page(id, "formulir")).send().await.unwrap();
    assert_eq!(read.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_refused_while_it_is_repaired_keeps_its_notes() {
    let site = Site::new(Database::Sqlite).await;
    let (siti, id) = (site.siti().await, site.sent("Sekretariat").await);
    returned(&site.world, id, &[(Field::LastDay, LAST_DAY)]).await;
    let form = page(id, "formulir");
    let fields = changed(siti.get(&form).await.form(&form), &[("last_day_year", "2020"), ("aksi", "ajukan")]);
    let refused = siti.post(&form, &fields).await.expect(422);
    refused.shows(&["Perlu perbaikan: Samakan hari terakhir dengan surat.", "mendahului hari pertama"]);
    assert_eq!(described_by(&refused, "last_day"), "last_day-m last_day-e");
    let answers = Answers::default();
    assert_ne!(
        applications::draft(&site.world.backend, &site.world.siti().await, id).await.unwrap().draft.answers,
        answers
    );
}
