//! What the desk does, as the applicant meets it: an application that comes back for repair, its timeline, a decision
//! that is opened again.

use std::time::Duration;

use backend::{
    Actor, accesses,
    applications::{self, Saved},
    notice::Notice,
    staff,
    verification::{self, VerdictForm},
};
use domain::{
    accesses::AccessState,
    applications::answers::Answers,
    issues::{Field, conflict::Conflict},
    master_data::institution::InstitutionType,
    role::Role,
    staff::StaffRole,
    status::{Status, Verdict},
    validity::DateInput,
    verification::{Part, QueueFilter, UNDO},
};
use reqwest::Method;
use rstest::rstest;
use time::macros::date;
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Site, changed},
    verdicts::{approve, form_for, reject},
    *,
};

const SECOND: Duration = Duration::from_secs(1);
const LAST_DAY: &str = "Samakan hari terakhir dengan surat.";
const LETTER: &str = "Halaman 2 tidak ada. Pindai seluruh halaman.";
const REASON: &str = "Surat ternyata milik orang lain.";

fn page(id: Uuid, step: &str) -> String {
    format!("/akses/pengajuan/{id}/{step}")
}

/// Ratna sends it back with these marks; the verdict stands from then on.
async fn returned(world: &World, id: Uuid, marks: &[(Field, &str)]) {
    let ratna = world.verifier().await;
    let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
    verification::claim(&world.backend, &ratna, id).await.unwrap();
    let marks = marks.iter().map(|(field, note)| (*field, (*note).to_owned())).collect();
    let form = VerdictForm { marks, ..form_for(&case, Verdict::Return, "Mohon dilengkapi.") };
    verification::decide(&world.backend, &ratna, id, &form).await.unwrap();
    world.advance(UNDO + SECOND);
}

/// The person chooses an office of another institution for what came back; gives what was saved, and the answers.
async fn moved(world: &World, person: &Actor, id: Uuid) -> (Saved, Answers) {
    let (institution, work_unit) = world.place("Provinsi Bali", "Dinas Kesehatan");
    let stored = applications::draft(&world.backend, person, id).await.unwrap();
    let answers = Answers {
        institution_type: Some(InstitutionType::Provinsi),
        institution: Some(institution),
        work_unit: Some(work_unit),
        ..stored.draft.answers
    };
    let saved = applications::save(&world.backend, person, id, stored.version, answers.clone()).await.unwrap();
    (saved, answers)
}

/// A supervisor opens a decided case again.
async fn reopened(world: &World, id: Uuid) {
    world.advance(MINUTE);
    let made = world.actor("penyelia@contoh.go.id").await;
    verification::reopen(&world.backend, &made, id, REASON).await.unwrap();
}

/// Whether a link of the page leads there.
fn links(answer: &Answer, to: &str) -> bool {
    answer.tags().iter().any(|tag| tag.name == "a" && tag.get("href") == Some(to))
}

/// The ids that describe the control with this id.
fn described_by(answer: &Answer, id: &str) -> String {
    let tags = answer.tags();
    let control = tags.iter().find(|tag| tag.get("id") == Some(id)).unwrap_or_else(|| panic!("no {id}"));
    control.get("aria-describedby").unwrap_or_default().to_owned()
}

#[track_caller]
fn names_no_verifier(answer: &Answer) {
    for name in ["Ratna", "Hendra", "Made Suardana"] {
        assert!(!answer.html().contains(name), "{} names {name}", answer.path);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_is_repaired_and_sent_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let site = Site::new(database).await;
    let (world, siti) = (&site.world, site.siti().await);
    let id = site.sent("Sekretariat").await;
    world.advance(MINUTE);
    returned(world, id, &[(Field::Letter, LETTER), (Field::LastDay, LAST_DAY)]).await;

    // Everywhere it says what to do, and one step leads to the first mark.
    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&[
        "Satu pengajuan perlu perbaikan.",
        "Perlu Perbaikan",
        "Mohon dilengkapi.",
        "Masa Berlaku Peran, hari terakhir: Samakan hari terakhir dengan surat.",
        "Surat Tanda Jabatan sebagai PA: Halaman 2 tidak ada.",
    ]);
    assert!(links(&overview, &format!("/akses/pengajuan/{id}")));
    let form = page(id, "formulir");
    let first = format!("{form}#last_day");
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

    // The notes stand beside their fields, and belong to them; everything else is kept.
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

    // Nobody else gets at it.
    let budi = site.budi().await;
    for step in ["formulir", "tinjau", "status"] {
        budi.get(&page(id, step)).await.expect(404);
        budi.post(&page(id, step), &[("version", "1")]).await.expect(404);
    }

    world.advance(HOUR);
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
    assert!(links(&review, &first));
    let fields = changed(review.form(&page(id, "tinjau")), &[("confirmation", "ya")]);
    let status = siti.send(&page(id, "tinjau"), &fields).await.expect(200);
    assert_eq!(status.path, page(id, "status"));
    status.shows(&["Pengajuan Anda sudah kami terima", "GB-26-000001-3"]);

    // The timeline says what happened and when, in order, and nothing of who.
    world.advance(MINUTE);
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
async fn what_came_back_can_be_taken_back(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
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

on_both! {
    async fn a_verdict_stands_once_the_applicant_repairs(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Return, "")).await.unwrap();
        world.advance(SECOND);
        // Within the seconds of Urungkan, what the verdict was given on is changed.
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        let answers = Answers { address: "Jalan Merdeka Barat 7, Jakarta".into(), ..stored.draft.answers };
        applications::save(&world.backend, &siti, id, stored.version, answers).await.unwrap();
        let late = verification::undo(&world.backend, &ratna, id).await;
        assert!(matches!(conflict(late.err().unwrap()), Conflict::StatusChanged { status: Status::Returned, .. }));
        // Without its letter, the desk could not even show it.
        applications::remove_letter(&world.backend, &siti, id).await.unwrap();
        assert!(verification::undo(&world.backend, &ratna, id).await.is_err());
        assert_eq!(applications::open(&world.backend, &siti).await.unwrap()[0].status, Status::Returned);
    }

    async fn a_case_without_its_letter_is_said_to_be_repaired(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        returned(&world, id, &[(Field::Letter, LETTER)]).await;
        applications::remove_letter(&world.backend, &siti, id).await.unwrap();
        let gone = verification::case_file(&world.backend, &ratna, id).await.err().unwrap();
        assert!(matches!(conflict(gone), Conflict::StatusChanged { status: Status::Returned, .. }));
        let admin = world.actor("admin@contoh.go.id").await;
        let (elsewhere, _) = world.place("Kementerian Keuangan", "Sekretariat");
        staff::set_role(&world.backend, &admin, ratna.user_id, Some(StaffRole::Verifier), &[elsewhere]).await.unwrap();
        not_found(verification::case_file(&world.backend, &world.verifier().await, id).await);
    }

    async fn what_is_not_sent_yet_is_no_desks(world) {
        let (siti, hendra) = (world.siti().await, world.verifier2().await);
        let admin = world.actor("admin@contoh.go.id").await;
        let (here, _) = world.place("Kementerian Kesehatan", "Sekretariat");
        let (there, _) = world.place("Provinsi Bali", "Dinas Kesehatan");
        let bound = async |user_id, to: Uuid| {
            staff::set_role(&world.backend, &admin, user_id, Some(StaffRole::Verifier), &[to]).await.unwrap();
        };
        bound(world.verifier().await.user_id, here).await;
        bound(hendra.user_id, there).await;
        let (ratna, hendra) = (world.verifier().await, world.verifier2().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        returned(&world, id, &[(Field::WorkUnit, "Satuan kerja pada surat lain.")]).await;
        let seen = async |actor: &Actor| {
            let filter = QueueFilter { part: Part::Returned, ..QueueFilter::default() };
            let queue = verification::queue(&world.backend, actor, &filter, None).await.unwrap();
            queue.rows.into_iter().map(|row| (row.institution, row.work_unit)).collect::<Vec<_>>()
        };
        assert!(seen(&ratna).await[0].1.starts_with("Sekretariat"));
        verification::case_file(&world.backend, &ratna, id).await.unwrap();

        let relay = world.backend.clone();
        tokio::spawn(async move { relay.db.relay_notices().await });
        world.hears_notices(1).await;
        let mut notices = world.backend.db.notices();
        let mut told = async || loop {
            let notice = tokio::time::timeout(5 * SECOND, notices.recv()).await.expect("within five seconds");
            if let Notice::Application { institution_id, .. } = notice.unwrap() {
                return institution_id;
            }
        };
        let (saved, answers) = moved(&world, &siti, id).await;
        assert_eq!(told().await, Some(here), "the desk that returned it");
        world.advance(MINUTE);
        let answers = Answers { address: "Jalan Melati 20, Denpasar".into(), ..answers };
        applications::save(&world.backend, &siti, id, saved.version, answers).await.unwrap();
        let repairing = verification::case_file(&world.backend, &ratna, id).await.err().unwrap();
        assert!(matches!(conflict(repairing), Conflict::StatusChanged { status: Status::Returned, .. }));
        not_found(verification::case_file(&world.backend, &hendra, id).await);
        assert_eq!(seen(&ratna).await, [("Kementerian Kesehatan".to_owned(), String::new())]);
        assert_eq!(seen(&hendra).await, []);

        world.submit(&siti, id).await.unwrap();
        // Of the second change nobody was told.
        assert_eq!([told().await, told().await], [Some(there), Some(here)], "both desks");
        not_found(verification::case_file(&world.backend, &ratna, id).await);
        verification::case_file(&world.backend, &hendra, id).await.unwrap();
        assert_eq!(seen(&ratna).await, []);
    }

    async fn what_is_withdrawn_in_a_repair_stays_its_persons(world) {
        let (siti, ratna, hendra) = (world.siti().await, world.verifier().await, world.verifier2().await);
        let admin = world.actor("admin@contoh.go.id").await;
        let (there, _) = world.place("Provinsi Bali", "Dinas Kesehatan");
        staff::set_role(&world.backend, &admin, hendra.user_id, Some(StaffRole::Verifier), &[there]).await.unwrap();
        let hendra = world.verifier2().await;
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        world.advance(MINUTE);
        returned(&world, id, &[(Field::WorkUnit, "Satuan kerja pada surat lain.")]).await;
        moved(&world, &siti, id).await;
        let other = world.submitted(&siti, Role::Kpa, "Sekretariat").await;
        let earlier = async |actor: &Actor| {
            let file = verification::case_file(&world.backend, actor, other).await.unwrap();
            file.earlier.into_iter().map(|earlier| (earlier.status, earlier.work_unit, earlier.in_scope)).collect::<Vec<_>>()
        };
        assert_eq!(earlier(&ratna).await, [(Status::Returned, None, true)], "where it is going nobody is told");
        applications::withdraw(&world.backend, &siti, id).await.unwrap();
        not_found(verification::case_file(&world.backend, &hendra, id).await);
        let withdrawn = verification::case_file(&world.backend, &ratna, id).await.err().unwrap();
        assert!(matches!(conflict(withdrawn), Conflict::StatusChanged { status: Status::Withdrawn, .. }));
        assert_eq!(earlier(&ratna).await, [(Status::Withdrawn, None, true)]);
    }

    async fn a_repair_that_left_its_verifiers_scope_waits_for_nobody(world) {
        let (siti, ratna, hendra) = (world.siti().await, world.verifier().await, world.verifier2().await);
        let admin = world.actor("admin@contoh.go.id").await;
        let (here, _) = world.place("Kementerian Kesehatan", "Sekretariat");
        staff::set_role(&world.backend, &admin, ratna.user_id, Some(StaffRole::Verifier), &[here]).await.unwrap();
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        returned(&world, id, &[(Field::WorkUnit, "Satuan kerja pada surat lain.")]).await;
        let (saved, answers) = moved(&world, &siti, id).await;
        // What was typed for the other place is not this one's.
        let answers = Answers { address: "Jalan Melati 20, Denpasar".into(), ..answers };
        applications::save(&world.backend, &siti, id, saved.version, answers).await.unwrap();
        world.submit(&siti, id).await.unwrap();
        assert_eq!(verification::claim_next(&world.backend, &world.verifier().await).await.unwrap(), None);
        assert_eq!(verification::claim_next(&world.backend, &hendra).await.unwrap(), Some(id), "at once");
    }

    async fn what_is_approved_anew_is_the_access_that_was_sent_last(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        approve(&world, &ratna, id).await.unwrap();
        let before = accesses::list(&world.backend, &siti).await.unwrap().remove(0);
        reopened(&world, id).await;
        returned(&world, id, &[(Field::LastDay, LAST_DAY), (Field::WorkUnit, "Satuan kerja pada surat lain.")]).await;
        let (_, work_unit) = world.place("Kementerian Kesehatan", "Direktorat");
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        let answers = Answers {
            work_unit: Some(work_unit),
            last_day: DateInput::from_date(date!(2027 - 06 - 30)),
            ..stored.draft.answers
        };
        let saved = applications::save(&world.backend, &siti, id, stored.version, answers.clone()).await.unwrap();
        let answers = Answers { address: "Jalan Percetakan Negara 29, Jakarta Pusat".into(), ..answers };
        applications::save(&world.backend, &siti, id, saved.version, answers).await.unwrap();
        world.submit(&siti, id).await.unwrap();
        approve(&world, &ratna, id).await.unwrap();
        let after = accesses::list(&world.backend, &siti).await.unwrap().remove(0);
        assert_eq!((after.id, after.state, after.revoked_at), (before.id, AccessState::Upcoming, None));
        assert_eq!(after.validity.last(), date!(2027 - 06 - 30));
        assert_eq!(before.validity.last(), date!(2027 - 12 - 31));
        assert_ne!(after.work_unit, before.work_unit);
        assert!(after.work_unit.starts_with("Direktorat"), "{}", after.work_unit);
        // What was given back for good is free again, what was given now is taken.
        world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let again = world.filled_draft(&siti, Role::Pa, Answers { address: String::new(), ..world.answers("Direktorat") }).await;
        let refused = world.submit(&siti, again).await.err().unwrap();
        assert!(matches!(conflict(refused), Conflict::OverlappingAccess { .. }));
    }

    async fn an_undone_verdict_leaves_no_step_in_the_timeline(world) {
        let (siti, budi, ratna) = (world.siti().await, world.budi().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Return, "")).await.unwrap();
        verification::undo(&world.backend, &ratna, id).await.unwrap();
        approve(&world, &ratna, id).await.unwrap();
        reopened(&world, id).await;
        let timeline = applications::timeline(&world.backend, &siti, id).await.unwrap();
        let told: Vec<&str> = timeline.iter().map(|(_, action)| action.as_str()).collect();
        let expected =
            ["draft_started", "application_submitted", "case_claimed", "application_approved", "case_reopened"];
        assert_eq!(told, expected, "all at one instant, and in order");
        not_found(applications::timeline(&world.backend, &budi, id).await);
        not_found(applications::timeline(&world.backend, &ratna, id).await);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_is_opened_again_is_told(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let (world, siti) = (&site.world, site.siti().await);
    let id = site.sent("Sekretariat").await;
    let ratna = world.verifier().await;
    approve(world, &ratna, id).await.unwrap();
    siti.get("/akses").await.expect(200).expect_says("Belum Berlaku");
    reopened(world, id).await;

    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&[
        "Dicabut",
        "Dicabut pada 22 November 2026",
        "Keputusannya dibuka kembali. Akses tidak dapat dipakai sampai ada keputusan baru.",
        "Menunggu Verifikasi",
        "Keputusan sebelumnya dibuka kembali pada 22 November 2026",
        REASON,
    ]);
    let status = siti.get(&page(id, "status")).await.expect(200);
    status.shows(&[
        "Pengajuan Anda ditinjau kembali",
        "Akses yang pernah diberikan dicabut sampai ada keputusan baru.",
        "Tidak ada yang perlu Anda lakukan sekarang.",
        REASON,
        "Keputusan dibuka kembaliMinggu, 22 November 2026",
    ]);
    assert!(!status.says("hari kerja lagi") && !status.says("Paling lambat"), "nothing is promised: {}", status.text());
    names_no_verifier(&status);
    siti.get("/pengaturan/instansi").await.expect(200).shows(&[
        "Menunggu Verifikasi",
        "dicabut sampai ada keputusan baru",
        REASON,
    ]);
    let access = accesses::list(&world.backend, &world.siti().await).await.unwrap().remove(0);
    let refused = siti.post(&format!("/akses/perpanjang/{}", access.id), &[("", "")]).await.expect(409);
    refused.expect_says("Akses ini dicabut, sehingga tidak dapat diperpanjang.");

    // Back for repair: still without the access, and now there is something to do.
    returned(world, id, &[(Field::Letter, LETTER)]).await;
    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&["Keputusannya dibuka kembali, dan pengajuannya perlu Anda perbaiki.", LETTER, REASON]);
    assert!(!siti.get(&page(id, "status")).await.says("Tidak ada yang perlu Anda lakukan"));
    world.advance(MINUTE);
    world.submit(&world.siti().await, id).await.unwrap();
    // Sent anew, a decision is promised as for every other.
    siti.get(&page(id, "status")).await.expect(200).shows(&["Paling lambat", REASON]);

    // Refused: the access is gone for good.
    reject(world, &world.verifier().await, id, "Surat bukan atas nama Anda.").await.unwrap();
    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&["Keputusannya dibuka kembali, lalu pengajuannya ditolak.", "Surat bukan atas nama Anda."]);
    let status = siti.get(&page(id, "status")).await.expect(200);
    status.shows(&["Pengajuan Anda ditolak", "Akses yang pernah diberikan atas pengajuan ini dicabut."]);
    assert!(!status.says(REASON), "the new decision has the word");
    siti.get("/pengaturan/instansi").await.expect(200).shows(&["Rejected", "dicabut."]);

    // And once more: what was refused is opened again, and granted.
    reopened(world, id).await;
    approve(world, &world.verifier().await, id).await.unwrap();
    let access = accesses::list(&world.backend, &world.siti().await).await.unwrap().remove(0);
    assert_eq!((access.state, access.revoked_at), (AccessState::Upcoming, None));
    let overview = siti.get("/akses").await.expect(200);
    assert!(!overview.says("Dicabut") && !overview.says(REASON), "{}", overview.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_text_wherever_it_stands() {
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
