//! Leases and verdicts: taking and giving back, three verdicts, Urungkan, reopening, the trail.

use std::time::Duration;

use backend::{
    accesses,
    applications::{self, renewals},
    audit::{self, Verified},
    jobs::Job,
    mail::{self, Delivery, Transport},
    staff,
    verification::{self, VerdictForm},
};
use domain::{
    accesses::AccessState,
    issues::{
        Field, Problem,
        conflict::{Conflict, NotRenewable},
    },
    permission::StaffRole,
    role::Role,
    status::{Status, Verdict},
    verification::{LEASE, UNDO},
};
use time::macros::date;

use crate::support::{
    smtp::{Manner, Smtp},
    verdicts::{approve, decide, form_for, reject},
    *,
};

const REASON: &str = "Surat tidak memuat masa berlaku sebagai PA.";
const SECOND: Duration = Duration::from_secs(1);

/// Makes the second verifier a supervisor, and signs them in.
async fn supervisor(world: &World) -> backend::Actor {
    staff::set_staff_role(&world.backend, "verifikator2@contoh.go.id", Some(StaffRole::Supervisor)).await.unwrap();
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

    async fn the_text_of_a_repair_is_one_that_can_be_kept(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let zero = decide(&world, &ratna, id, Verdict::Return, "Mohon\0 dilengkapi.").await.err().unwrap();
        assert_eq!(problem_at(zero, Field::Reason), Problem::BadCharacters);
        let long = decide(&world, &ratna, id, Verdict::Return, &"x".repeat(2001)).await.err().unwrap();
        assert_eq!(problem_at(long, Field::Reason), Problem::TooLong { max: 2000 });
        assert_eq!(decide(&world, &ratna, id, Verdict::Return, "Lihat\nini.").await.unwrap(), Status::Returned);
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

    async fn an_access_that_was_reminded_of_is_taken_back_with_its_reminder(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        world.granted(&siti, Role::Pa, "Sekretariat", date!(2026 - 11 - 01), date!(2026 - 12 - 10)).await;
        let id = accesses::list(&world.backend, &siti).await.unwrap()[0].application_id;
        assert_eq!(renewals::remind(&world.backend).await.unwrap(), 1);
        verification::undo(&world.backend, &ratna, id).await.unwrap();
        assert!(accesses::list(&world.backend, &siti).await.unwrap().is_empty());
        assert_eq!(world.count("access_reminders").await, 0);
        // Another access is reminded of anew.
        approve(&world, &ratna, id).await.unwrap();
        assert_eq!(renewals::remind(&world.backend).await.unwrap(), 1);
    }

    async fn an_access_that_is_being_renewed_is_taken_back_by_revoking_it(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let access = world.granted(&siti, Role::Pa, "Sekretariat", date!(2026 - 11 - 01), date!(2026 - 12 - 10)).await;
        let id = accesses::list(&world.backend, &siti).await.unwrap()[0].application_id;
        let draft = renewals::start(&world.backend, &siti, access).await.unwrap();
        assert_eq!(renewals::remind(&world.backend).await.unwrap(), 1, "a draft is no renewal yet");
        verification::undo(&world.backend, &ratna, id).await.unwrap();
        assert_eq!(accesses::list(&world.backend, &siti).await.unwrap()[0].state, AccessState::Revoked);
        let refused = renewals::start(&world.backend, &siti, access).await.err().unwrap();
        assert_eq!(conflict(refused), Conflict::NotRenewable(NotRenewable::Revoked));
        // Approved after all, it is the same access, and its renewal goes on.
        approve(&world, &ratna, id).await.unwrap();
        let back = accesses::list(&world.backend, &siti).await.unwrap();
        assert_eq!((back.len(), back[0].id, back[0].state), (1, access, AccessState::Active));
        assert_eq!(renewals::start(&world.backend, &siti, access).await.unwrap(), draft);
    }

    async fn a_mail_on_its_way_cannot_be_taken_back(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Reject, REASON)).await.unwrap();
        let mailbox = world.mailbox(Transport::Shown);
        while mail::send_due(&world.backend, &mailbox).await.unwrap() != Delivery::Nothing {}
        let early = world.sent_subjects().await;
        assert!(early.iter().all(|subject| !subject.starts_with("Ditolak")), "held for its seconds: {early:?}");
        // A server whose clock is ahead takes it up within them, and is to try again.
        world.sql("UPDATE outbox SET due_at = created_at WHERE status = 'pending'").await.unwrap();
        let server = Smtp::start(Manner::Refuses(451)).await;
        let busy = world.mailbox(Transport::smtp(&server.url().into()).unwrap());
        assert!(matches!(mail::send_due(&world.backend, &busy).await.unwrap(), Delivery::Again(_)));
        let late = verification::undo(&world.backend, &ratna, id).await;
        assert_eq!(conflict(late.err().unwrap()), Conflict::UndoTooLate);
        let status = verification::case_file(&world.backend, &ratna, id).await.unwrap().status;
        assert_eq!(status, Status::Rejected, "what may have been told stands");
        world.advance(UNDO);
        assert_eq!(mail::send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
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

    async fn the_mail_of_a_verdict_that_was_reopened_never_leaves(world) {
        let (siti, ratna, above) = (world.siti().await, world.verifier().await, supervisor(&world).await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(Transport::smtp(&server.url().into()).unwrap());
        let send_all = async || {
            server.set(Manner::Takes);
            while mail::send_due(&world.backend, &mailbox).await.unwrap() != Delivery::Nothing {}
        };
        // Not tried yet, put off by the mail server, refused by it.
        for tried in [None, Some(451), Some(550)] {
            send_all().await;
            reject(&world, &ratna, id, REASON).await.unwrap();
            if let Some(code) = tried {
                server.set(Manner::Refuses(code));
                let delivery = mail::send_due(&world.backend, &mailbox).await.unwrap();
                assert!(matches!(delivery, Delivery::Again(_) | Delivery::Parked), "{delivery:?}");
            }
            verification::reopen(&world.backend, &above, id, REASON).await.unwrap();
        }
        world.advance(HOUR);
        send_all().await;
        let subjects = world.sent_subjects().await;
        let of = |kind: &str| subjects.iter().filter(|subject| subject.starts_with(kind)).count();
        assert_eq!((of("Ditolak"), of("Ditinjau kembali")), (0, 3), "{subjects:?}");
        let admin = world.actor("admin@contoh.go.id").await;
        assert!(mail::parked(&world.backend, &admin).await.unwrap().is_empty(), "nor can an administrator send it");
    }

    async fn nor_does_one_that_a_worker_has_in_hand_and_fails_to_send(world) {
        let (siti, ratna, above) = (world.siti().await, world.verifier().await, supervisor(&world).await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let shown = world.mailbox(Transport::Shown);
        let send_all = async || while mail::send_due(&world.backend, &shown).await.unwrap() != Delivery::Nothing {};
        send_all().await;
        reject(&world, &ratna, id, REASON).await.unwrap();
        // A mail server that is there, says nothing, and goes.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (backend, mailbox) = (world.backend.clone(), world.mailbox(Transport::smtp(&url.into()).unwrap()));
        let worker = tokio::spawn(async move { mail::send_due(&backend, &mailbox).await });
        let conversation = listener.accept().await.unwrap();
        verification::reopen(&world.backend, &above, id, REASON).await.unwrap();
        drop((conversation, listener));
        worker.await.unwrap().unwrap();
        world.advance(HOUR);
        send_all().await;
        let subjects = world.sent_subjects().await;
        assert!(subjects.iter().all(|subject| !subject.starts_with("Ditolak")), "{subjects:?}");
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
        not_found(verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Approve, "")).await);
        let ratna = world.verifier().await;
        not_found(verification::case_file(&world.backend, &ratna, id).await);
        not_found(verification::claim(&world.backend, &ratna, id).await);
        assert_eq!(verification::claim_next(&world.backend, &ratna).await.unwrap(), None);
        assert_eq!(world.count("verdicts").await, 0);
    }

    /// Requests that began before it and waited for their transaction.
    async fn what_was_taken_away_meanwhile_is_not_used(world) {
        let (siti, budi, ratna) = (world.siti().await, world.budi().await, world.verifier().await);
        let (above, admin) = (supervisor(&world).await, world.actor("admin@contoh.go.id").await);
        let backend = &world.backend;
        let held = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let decided = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        let case = verification::case_file(backend, &ratna, decided).await.unwrap();
        verification::claim(backend, &ratna, decided).await.unwrap();
        verification::decide(backend, &ratna, decided, &form_for(&case, Verdict::Reject, REASON)).await.unwrap();
        verification::claim(backend, &ratna, held).await.unwrap();

        let (elsewhere, _) = world.place("Kementerian Keuangan", "Sekretariat");
        for (actor, role) in [(&ratna, StaffRole::Verifier), (&above, StaffRole::Supervisor)] {
            staff::set_role(backend, &admin, actor.user_id, Some(role), &[elsewhere]).await.unwrap();
        }
        not_found(verification::claim(backend, &ratna, held).await);
        assert_eq!(verification::claim_next(backend, &ratna).await.unwrap(), None);
        not_found(verification::renew(backend, &ratna, held).await);
        not_found(verification::undo(backend, &ratna, decided).await);
        not_found(verification::take_over(backend, &above, held, REASON).await);
        not_found(verification::reopen(backend, &above, decided, REASON).await);

        staff::set_disabled(backend, &admin, ratna.user_id, true).await.unwrap();
        staff::set_role(backend, &admin, above.user_id, Some(StaffRole::Verifier), &[]).await.unwrap();
        forbidden(verification::claim(backend, &ratna, held).await);
        forbidden(verification::claim_next(backend, &ratna).await);
        forbidden(verification::renew(backend, &ratna, held).await);
        forbidden(verification::undo(backend, &ratna, decided).await);
        forbidden(verification::take_over(backend, &above, held, REASON).await);
        forbidden(verification::reopen(backend, &above, decided, REASON).await);
    }

    async fn two_who_decide_each_others_applications_do_not_wait_for_each_other(world) {
        let (ratna, hendra) = (world.verifier().await, world.verifier2().await);
        for (role, unit) in [(Role::Pa, "Sekretariat"), (Role::Kpa, "Inspektorat"), (Role::Kpa, "Direktorat")] {
            let hers = world.submitted(&ratna, role, unit).await;
            let his = world.submitted(&hendra, role, unit).await;
            let (one, other) = tokio::join!(approve(&world, &hendra, hers), approve(&world, &ratna, his));
            one.unwrap();
            other.unwrap();
        }
    }

    async fn a_preview_shows_the_mail_and_writes_nothing(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        let mail = verification::preview(&world.backend, &ratna, id, &form_for(&case, Verdict::Reject, REASON)).await.unwrap();
        assert!(mail.text.contains(REASON) && mail.text.contains("Masa berlaku tidak disebut"), "{}", mail.text);
        // Before the check list is ticked.
        let approval = VerdictForm { checks: Vec::new(), ..form_for(&case, Verdict::Approve, "") };
        let mail = verification::preview(&world.backend, &ratna, id, &approval).await.unwrap();
        assert!(mail.subject.starts_with("Disetujui"), "{}", mail.subject);
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
