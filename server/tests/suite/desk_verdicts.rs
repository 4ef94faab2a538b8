//! Leases and verdicts: taking and giving back, three verdicts, Urungkan, reopening, the trail.

use std::time::Duration;

use backend::{
    accesses, applications,
    audit::{self, Verified},
    jobs::Job,
    staff,
    verification::{self, VerdictForm},
};
use domain::{
    access::AccessState,
    application::{Status, Verdict},
    conflict::Conflict,
    desk::{LEASE, UNDO},
    issue::{Field, Problem},
    permission::StaffRole,
    role::Role,
};

use crate::{
    support::*,
    verification::{approve, decide, form_for, reject},
};

const REASON: &str = "Surat tidak memuat masa berlaku sebagai PA.";
const SECOND: Duration = Duration::from_secs(1);

/// Makes the second verifier a supervisor, and signs them in.
async fn supervisor(world: &World) -> backend::Actor {
    let admin = world.actor("admin@contoh.go.id").await;
    let hendra = world.verifier2().await;
    staff::set_role(&world.backend, &admin, hendra.user_id, Some(StaffRole::Supervisor), &[]).await.unwrap();
    world.verifier2().await
}

on_both! {
    async fn ambil_berikutnya_gives_the_oldest_and_never_the_same_to_two(world) {
        let (siti, budi, dewi) = (world.siti().await, world.budi().await, world.actor("dewi@contoh.go.id").await);
        let mut sent = Vec::new();
        for (person, unit) in [(&siti, "Sekretariat"), (&budi, "Inspektorat"), (&dewi, "Biro Umum")] {
            sent.push(world.submitted(person, Role::Pa, unit).await);
            world.advance(MINUTE);
        }
        let (ratna, hendra) = (world.verifier().await, world.verifier2().await);
        let (a, b) = tokio::join!(
            verification::claim_next(&world.backend, &ratna),
            verification::claim_next(&world.backend, &hendra),
        );
        let mut taken = vec![a.unwrap().unwrap(), b.unwrap().unwrap()];
        taken.sort();
        let mut oldest = sent[..2].to_vec();
        oldest.sort();
        assert_eq!(taken, oldest);
        assert_eq!(verification::claim_next(&world.backend, &ratna).await.unwrap(), Some(sent[2]));
        assert_eq!(verification::claim_next(&world.backend, &hendra).await.unwrap(), None);
    }

    async fn ones_own_is_passed_over(world) {
        let verifier = world.verifier().await;
        let own = world.submitted(&verifier, Role::Pa, "Sekretariat").await;
        assert_eq!(verification::claim_next(&world.backend, &verifier).await.unwrap(), None);
        let refused = verification::claim(&world.backend, &verifier, own).await;
        assert_eq!(conflict(refused.err().unwrap()), Conflict::OwnApplication);
    }

    async fn a_held_case_is_nobody_elses_until_the_lease_ends(world) {
        let (siti, ratna, hendra) = (world.siti().await, world.verifier().await, world.verifier2().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let until = verification::claim(&world.backend, &ratna, id).await.unwrap().until;
        assert_eq!(until, world.backend.world.now().plus(LEASE));
        let held = Conflict::HeldBy { by: "Ratna Wulandari".into(), until };
        assert_eq!(conflict(verification::claim(&world.backend, &hendra, id).await.err().unwrap()), held);
        assert_eq!(conflict(verification::renew(&world.backend, &hendra, id).await.err().unwrap()), held);
        let case = verification::case_file(&world.backend, &hendra, id).await.unwrap();
        assert_eq!(case.holder.as_ref().map(|holder| (holder.mine, holder.until)), Some((false, until)));
        let verdict = verification::decide(&world.backend, &hendra, id, &form_for(&case, Verdict::Approve, "")).await;
        assert_eq!(conflict(verdict.err().unwrap()), held);

        world.advance(LEASE - SECOND);
        verification::renew(&world.backend, &ratna, id).await.unwrap();
        world.advance(LEASE + SECOND);
        let over = verification::renew(&world.backend, &ratna, id).await;
        assert!(matches!(conflict(over.err().unwrap()), Conflict::LeaseEnded { at: Some(_) }));
        let late = verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Approve, "")).await;
        assert!(matches!(conflict(late.err().unwrap()), Conflict::LeaseEnded { at: Some(_) }));
        assert_eq!(world.count("verdicts").await, 0);
        // Whoever comes next need not wait for the job.
        verification::claim(&world.backend, &hendra, id).await.unwrap();
        assert_eq!(Job::EndLeases.run(&world.backend).await.unwrap(), 0);
    }

    async fn a_lease_that_ends_puts_the_case_back(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        assert_eq!(applications::open(&world.backend, &siti).await.unwrap()[0].status, Status::InReview);
        world.advance(LEASE);
        assert_eq!(Job::EndLeases.run(&world.backend).await.unwrap(), 1);
        assert_eq!(Job::EndLeases.run(&world.backend).await.unwrap(), 0);
        assert_eq!(applications::open(&world.backend, &siti).await.unwrap()[0].status, Status::Submitted);
        applications::withdraw(&world.backend, &siti, id).await.unwrap();
    }

    async fn a_case_is_given_back_and_taken_over(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        verification::release(&world.backend, &ratna, id).await.unwrap();
        verification::release(&world.backend, &ratna, id).await.unwrap();
        assert!(verification::case_file(&world.backend, &ratna, id).await.unwrap().holder.is_none());

        verification::claim(&world.backend, &ratna, id).await.unwrap();
        let above = supervisor(&world).await;
        let without = verification::take_over(&world.backend, &above, id, " ").await;
        assert_eq!(problem_at(without.err().unwrap(), Field::Reason), Problem::Missing);
        verification::take_over(&world.backend, &above, id, "Ratna sedang cuti sejak siang.").await.unwrap();
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        assert!(!case.holder.unwrap().mine);
    }

    async fn an_approval_needs_the_whole_check_list(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        let mut form = form_for(&case, Verdict::Approve, "");
        form.checks.truncate(3);
        let refused = verification::decide(&world.backend, &ratna, id, &form).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Checks), Problem::ChecksLeft { count: 2 });
        assert_eq!((world.count("verdicts").await, world.count("outbox").await), (0, 1));
    }

    async fn a_repair_marks_fields_and_comes_back_to_the_same_verifier(world) {
        let (siti, budi, ratna, hendra) =
            (world.siti().await, world.budi().await, world.verifier().await, world.verifier2().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        world.advance(MINUTE);
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        let form = |marks: Vec<(Field, String)>| VerdictForm { marks, ..form_for(&case, Verdict::Return, "Mohon dilengkapi.") };
        let nothing = verification::decide(&world.backend, &ratna, id, &form(vec![])).await.err().unwrap();
        assert_eq!(problem_at(nothing, Field::Marks), Problem::NothingMarked);
        let bare = verification::decide(&world.backend, &ratna, id, &form(vec![(Field::Letter, String::new())])).await;
        assert_eq!(problem_at(bare.err().unwrap(), Field::Letter), Problem::Missing);
        let marks = vec![(Field::LastDay, "Samakan dengan surat.".to_owned()), (Field::Letter, "Halaman 2 tidak ada.".to_owned())];
        verification::decide(&world.backend, &ratna, id, &form(marks)).await.unwrap();
        world.advance(UNDO + SECOND);

        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        let repair = stored.repair.unwrap();
        assert_eq!(repair.marks.iter().map(|mark| mark.field).collect::<Vec<_>>(), [Field::LastDay, Field::Letter]);
        assert_eq!(stored.draft.answers, world.answers("Sekretariat"), "everything else is kept");
        let (_, subject, text) = world.mails().await.remove(0);
        assert_eq!(subject, "Perlu perbaikan: pengajuan akses PA Sekretariat Jenderal");
        assert!(text.contains("Masa Berlaku Peran, hari terakhir: Samakan dengan surat."), "{text}");

        let other = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        world.advance(MINUTE);
        world.submit(&siti, id).await.unwrap();
        // It waits behind, but it is hers; for another it is passed over.
        assert_eq!(verification::claim_next(&world.backend, &hendra).await.unwrap(), Some(other));
        verification::release(&world.backend, &hendra, other).await.unwrap();
        assert_eq!(verification::claim_next(&world.backend, &ratna).await.unwrap(), Some(id));
        verification::release(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, other).await.unwrap();
        assert_eq!(verification::claim_next(&world.backend, &hendra).await.unwrap(), None, "reserved for a day");
        world.advance(DAY);
        let hendra = world.verifier2().await;
        assert!(verification::claim_next(&world.backend, &hendra).await.unwrap().is_some());
    }

    async fn a_verdict_can_be_taken_back_within_its_seconds(world) {
        let (siti, ratna, hendra) = (world.siti().await, world.verifier().await, world.verifier2().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Approve, "")).await.unwrap();
        assert_eq!(accesses::list(&world.backend, &siti).await.unwrap().len(), 1);
        not_found(verification::undo(&world.backend, &hendra, id).await);
        world.advance(UNDO - SECOND);
        verification::undo(&world.backend, &ratna, id).await.unwrap();
        assert!(accesses::list(&world.backend, &siti).await.unwrap().is_empty());
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        assert_eq!((case.status, case.holder.map(|holder| holder.mine), case.decision), (Status::InReview, Some(true), None));
        // Its mail never leaves.
        let mailbox = world.mailbox(backend::mail::Transport::Shown);
        world.advance(HOUR);
        while backend::mail::send_due(&world.backend, &mailbox).await.unwrap() != backend::mail::Delivery::Nothing {}
        let subjects: Vec<String> = world.sent_subjects().await;
        assert!(subjects.iter().all(|subject| !subject.starts_with("Disetujui")), "{subjects:?}");

        let ratna = world.verifier().await;
        assert_eq!(reject(&world, &ratna, id, REASON).await.unwrap(), Status::Rejected);
        let late = verification::undo(&world.backend, &ratna, id).await;
        assert_eq!(conflict(late.err().unwrap()), Conflict::UndoTooLate);
    }

    async fn what_was_tried_again_at_once_is_not_taken_back(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Reject, REASON)).await.unwrap();
        let again = applications::start_again(&world.backend, &siti, id).await.unwrap();
        let reference = world.submit(&siti, again).await.unwrap();
        let refused = verification::undo(&world.backend, &ratna, id).await.err().unwrap();
        assert_eq!(conflict(refused), Conflict::OpenApplication { reference });
    }

    async fn a_mail_on_its_way_cannot_be_taken_back(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Reject, REASON)).await.unwrap();
        let mailbox = world.mailbox(backend::mail::Transport::Shown);
        while backend::mail::send_due(&world.backend, &mailbox).await.unwrap() != backend::mail::Delivery::Nothing {}
        let early = world.sent_subjects().await;
        assert!(early.iter().all(|subject| !subject.starts_with("Ditolak")), "held for its seconds: {early:?}");
        world.advance(UNDO);
        assert_eq!(backend::mail::send_due(&world.backend, &mailbox).await.unwrap(), backend::mail::Delivery::Sent);
        assert!(world.sent_subjects().await.iter().any(|subject| subject.starts_with("Ditolak")));
    }

    async fn a_supervisor_reopens_and_the_access_goes_and_comes(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        approve(&world, &ratna, id).await.unwrap();
        forbidden(verification::reopen(&world.backend, &ratna, id, REASON).await);
        world.advance(MINUTE);
        let above = supervisor(&world).await;
        verification::reopen(&world.backend, &above, id, "Surat ternyata milik orang lain.").await.unwrap();
        assert_eq!(accesses::list(&world.backend, &siti).await.unwrap()[0].state, AccessState::Revoked);
        let (_, subject, text) = world.mails().await.remove(0);
        assert_eq!(subject, "Ditinjau kembali: pengajuan akses PA Sekretariat Jenderal");
        assert!(text.contains("Surat ternyata milik orang lain."), "{text}");
        let twice = verification::reopen(&world.backend, &above, id, REASON).await;
        assert!(matches!(conflict(twice.err().unwrap()), Conflict::StatusChanged { status: Status::Submitted, .. }));
        approve(&world, &ratna, id).await.unwrap();
        assert_eq!(accesses::list(&world.backend, &siti).await.unwrap()[0].state, AccessState::Upcoming, "restored");
        assert_eq!(world.count("verdicts").await, 2, "the trail is kept");
    }

    async fn reopening_what_was_tried_again_is_refused(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        reject(&world, &ratna, id, REASON).await.unwrap();
        let again = applications::start_again(&world.backend, &siti, id).await.unwrap();
        let reference = world.submit(&siti, again).await.unwrap();
        let above = supervisor(&world).await;
        let refused = verification::reopen(&world.backend, &above, id, REASON).await;
        assert_eq!(conflict(refused.err().unwrap()), Conflict::OpenApplication { reference });
    }

    async fn a_narrowed_scope_acts_at_once(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        let admin = world.actor("admin@contoh.go.id").await;
        let (elsewhere, _) = world.place("Kementerian Keuangan", "Sekretariat");
        staff::set_role(&world.backend, &admin, ratna.user_id, Some(StaffRole::Verifier), &[elsewhere]).await.unwrap();
        // The page is still open with the old scope.
        let late = verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Approve, "")).await;
        assert!(late.is_err(), "{late:?}");
        let ratna = world.verifier().await;
        not_found(verification::case_file(&world.backend, &ratna, id).await);
        not_found(verification::claim(&world.backend, &ratna, id).await);
        assert_eq!(verification::claim_next(&world.backend, &ratna).await.unwrap(), None);
        assert_eq!(world.count("verdicts").await, 0);
    }

    async fn a_preview_shows_the_mail_and_writes_nothing(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        let mail = verification::preview(&world.backend, &ratna, id, &form_for(&case, Verdict::Reject, REASON)).await.unwrap();
        assert!(mail.text.contains(REASON) && mail.text.contains("Masa berlaku tidak disebut"), "{}", mail.text);
        assert_eq!((world.count("verdicts").await, world.count("outbox").await), (0, 1));
    }

    async fn the_trail_is_a_chain_that_tells_where_it_breaks(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        decide(&world, &ratna, id, Verdict::Return, "Mohon dilengkapi.").await.unwrap();
        let Verified::Whole(events) = audit::verify(&world.backend).await.unwrap() else { panic!("broken") };
        assert!(events >= 8, "{events}");
        let timeline = verification::timeline(&world.backend, &ratna, id).await.unwrap();
        let told: Vec<_> = timeline.iter().map(|entry| (entry.action, entry.by.as_deref())).collect();
        assert!(told.contains(&(audit::Action::ApplicationReturned, Some("Ratna Wulandari"))), "{told:?}");
        let own = applications::timeline(&world.backend, &siti, id).await.unwrap();
        assert!(own.iter().any(|(_, action)| *action == audit::Action::ApplicationReturned));

        assert!(world.sql("UPDATE audit_events SET action = 'signed_in' WHERE seq = 5").await.is_err(), "append-only");
        assert!(world.sql("DELETE FROM audit_events WHERE seq = 5").await.is_err(), "append-only");
        world.without_triggers().await;
        world.sql("UPDATE audit_events SET detail = '\"lain\"' WHERE seq = 5").await.unwrap();
        let Verified::Broken(broken) = audit::verify(&world.backend).await.unwrap() else { panic!("whole") };
        assert_eq!((broken.seq, broken.fault), (5, audit::Fault::Changed));
    }
}
