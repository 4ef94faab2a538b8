//! What the desk sees of an application under repair.

use backend::{Actor, accesses, applications, notice::Notice, staff, verification};
use domain::{
    accesses::AccessState,
    applications::answers::Answers,
    issues::{Field, conflict::Conflict},
    permission::StaffRole,
    role::Role,
    status::{Status, Verdict},
    validity::DateInput,
    verification::{Part, QueueFilter},
};
use rstest::rstest;
use time::macros::date;
use uuid::Uuid;

use super::*;
use crate::support::{
    browser::{Site, Visitor},
    verdicts::{approve, form_for, reject},
    *,
};

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

    async fn unsubmitted_changes_are_invisible_to_the_desk(world) {
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

    async fn application_withdrawn_during_repair_stays_with_the_applicant(world) {
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

    async fn second_approval_grants_what_was_submitted_last(world) {
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

/// Dashboard, status and settings say that the access is revoked until there is a new decision.
async fn revocation_is_explained(siti: &Visitor, id: Uuid) {
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

    revocation_is_explained(&siti, id).await;
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
