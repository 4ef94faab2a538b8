//! The desk (guide steps 13 to 15): queue, case, verdict, what comes of it.

use backend::{
    accesses, applications,
    master_data::Directory,
    verification::{self, VerdictForm},
};
use domain::{
    accesses::AccessState,
    applications::wizard::{Step, next_step},
    issues::{Field, Problem, conflict::Conflict},
    role::Role,
    status::{Status, Verdict},
    verification::QueueFilter,
};
use time::macros::date;

use crate::support::{
    verdicts::{approve, form_for, reject},
    *,
};

const REASON: &str = "Surat tidak memuat masa berlaku sebagai PA.";

on_both! {
    async fn the_queue_is_oldest_first(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let first = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        world.advance(HOUR);
        let second = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        let queue = verification::queue(&world.backend, &verifier, &QueueFilter::default(), None).await.unwrap();
        let rows: Vec<_> = queue.rows.iter().map(|row| (row.id, row.name.as_str(), row.role, row.linked)).collect();
        assert_eq!(rows, [(first, "Siti Rahmawati", Role::Pa, false), (second, "Budi Santoso", Role::Kpa, false)]);
        assert_eq!(queue.total, 2);
        let mine = applications::open(&world.backend, &budi).await.unwrap();
        let place = mine[0].place.unwrap();
        assert_eq!((place.place, place.of), (2, 2));
    }

    async fn only_verifiers_see_and_decide(world) {
        let (siti, admin) = (world.siti().await, world.actor("admin@contoh.go.id").await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        for stranger in [&siti, &admin] {
            forbidden(verification::queue(&world.backend, stranger, &QueueFilter::default(), None).await);
            forbidden(verification::case_file(&world.backend, stranger, id).await);
            forbidden(verification::letter(&world.backend, stranger, id, id, 1).await);
            forbidden(verification::letter_page(&world.backend, stranger, id, id, 1, 0, 900).await);
            forbidden(verification::findings(&world.backend, stranger, id).await);
            forbidden(verification::timeline(&world.backend, stranger, id).await);
            forbidden(verification::claim(&world.backend, stranger, id).await);
            forbidden(verification::claim_next(&world.backend, stranger).await);
            forbidden(verification::renew(&world.backend, stranger, id).await);
            forbidden(verification::release(&world.backend, stranger, id).await);
            forbidden(verification::take_over(&world.backend, stranger, id, REASON).await);
            forbidden(verification::undo(&world.backend, stranger, id).await);
            forbidden(verification::reopen(&world.backend, stranger, id, REASON).await);
            let form = VerdictForm {
                version: 3,
                verdict: Verdict::Approve,
                reason: None,
                text: String::new(),
                marks: Vec::new(),
                checks: Vec::new(),
            };
            forbidden(verification::decide(&world.backend, stranger, id, &form).await);
            forbidden(verification::preview(&world.backend, stranger, id, &form).await);
        }
        assert_eq!(world.count("verdicts").await, 0);
    }

    async fn drafts_are_not_the_desks(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let draft = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        not_found(verification::case_file(&world.backend, &verifier, draft).await);
        not_found(verification::letter(&world.backend, &verifier, draft, draft, 1).await);
        not_found(verification::claim(&world.backend, &verifier, draft).await);
        not_found(approve(&world, &verifier, draft).await);
    }

    async fn an_approval_gives_an_access_that_ends_by_itself(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        world.advance(MINUTE);
        assert_eq!(approve(&world, &verifier, id).await.unwrap(), Status::Approved);
        let state = async || {
            let siti = world.siti().await;
            accesses::list(&world.backend, &siti).await.unwrap()[0].state
        };
        assert_eq!(state().await, AccessState::Upcoming, "until the first of December");
        world.advance(9 * DAY);
        assert_eq!(state().await, AccessState::Active);
        world.advance(395 * DAY);
        assert_eq!(state().await, AccessState::Active, "31 December 2027 is the last day");
        world.advance(DAY);
        assert_eq!(state().await, AccessState::Expired);
        let (recipient, subject, text) = world.mails().await.remove(0);
        assert_eq!((recipient.as_str(), subject.as_str()), ("siti.pa@contoh.go.id", "Disetujui: akses PA Sekretariat Jenderal"));
        assert!(text.contains("berlaku 1 Desember 2026 sampai 31 Desember 2027"), "{text}");
        assert!(applications::open(&world.backend, &siti).await.unwrap().is_empty());
    }

    async fn a_refusal_needs_a_reason_and_mails_it(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let without = reject(&world, &verifier, id, "  ").await.err().unwrap();
        assert_eq!(problem_at(without, Field::Reason), Problem::Missing);
        let short = reject(&world, &verifier, id, "tidak").await.err().unwrap();
        assert_eq!(problem_at(short, Field::Reason), Problem::TooShort { min: 10 });
        let zero = reject(&world, &verifier, id, "Surat tidak\0 memuat masa berlaku.").await.err().unwrap();
        assert_eq!(problem_at(zero, Field::Reason), Problem::BadCharacters);
        assert_eq!(world.count("verdicts").await, 0);
        world.advance(MINUTE);
        reject(&world, &verifier, id, REASON).await.unwrap();
        let (_, subject, text) = world.mails().await.remove(0);
        assert_eq!(subject, "Ditolak: pengajuan akses PA Sekretariat Jenderal");
        assert!(text.contains(REASON) && text.contains("Rejected"));
        assert!(accesses::list(&world.backend, &siti).await.unwrap().is_empty());
        let shown = applications::history(&world.backend, &siti).await.unwrap().remove(0);
        let full = format!("Masa berlaku tidak disebut dalam surat. {REASON}");
        assert_eq!((shown.status, shown.reason), (Status::Rejected, Some(full)));
    }

    async fn a_new_start_has_the_old_answers_and_the_reason(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let waiting = applications::start_again(&world.backend, &siti, id).await;
        assert!(matches!(conflict(waiting.err().unwrap()), Conflict::StatusChanged { status: Status::Submitted, .. }));
        reject(&world, &verifier, id, REASON).await.unwrap();
        not_found(applications::start_again(&world.backend, &budi, id).await);

        let again = applications::start_again(&world.backend, &siti, id).await.unwrap();
        assert_eq!(applications::start_again(&world.backend, &siti, id).await.unwrap(), again, "a second click");
        let stored = applications::draft(&world.backend, &siti, again).await.unwrap();
        assert_eq!(stored.draft.answers, world.answers("Sekretariat"));
        assert_eq!(stored.previous.unwrap().reason, format!("Masa berlaku tidak disebut dalam surat. {REASON}"));
        assert_eq!(applications::letter(&world.backend, &siti, again).await.unwrap().1, letter());
        assert_eq!(next_step(&stored.draft, TODAY), Step::Review);
        let listed: Vec<_> = applications::open(&world.backend, &siti).await.unwrap().iter().map(|item| item.id).collect();
        assert_eq!(listed, [again], "the refused one gives way to the new draft");
        world.submit(&siti, again).await.unwrap();
    }

    async fn one_of_two_simultaneous_verdicts_wins(world) {
        let (siti, first) = (world.siti().await, world.verifier().await);
        let again = world.verifier().await;
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &first, id).await.unwrap();
        verification::claim(&world.backend, &first, id).await.unwrap();
        // One person, two tabs: the lease is theirs in both.
        let (yes, no) = (form_for(&case, Verdict::Approve, ""), form_for(&case, Verdict::Reject, REASON));
        let (a, b) = tokio::join!(
            verification::decide(&world.backend, &first, id, &yes),
            verification::decide(&world.backend, &again, id, &no),
        );
        let (given, lost) = match (a, b) {
            (Ok(given), Err(lost)) | (Err(lost), Ok(given)) => (given, lost),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            conflict(lost),
            Conflict::AlreadyDecided { status: given.status, by: "Ratna Wulandari".into(), at: NOW }
        );
        assert_eq!((world.count("verdicts").await, world.count("outbox").await), (1, 2));
        // And later, and by another.
        let second = world.verifier2().await;
        let late = verification::claim(&world.backend, &second, id).await;
        assert!(matches!(conflict(late.err().unwrap()), Conflict::AlreadyDecided { .. }));
    }

    async fn nobody_decides_for_themselves(world) {
        let verifier = world.verifier().await;
        let id = world.submitted(&verifier, Role::Pa, "Sekretariat").await;
        assert!(verification::case_file(&world.backend, &verifier, id).await.unwrap().own);
        assert_eq!(conflict(approve(&world, &verifier, id).await.err().unwrap()), Conflict::OwnApplication);
        assert_eq!(conflict(reject(&world, &verifier, id, REASON).await.err().unwrap()), Conflict::OwnApplication);
        let colleague = world.verifier2().await;
        approve(&world, &colleague, id).await.unwrap();
    }

    async fn a_verdict_after_withdrawal_is_told(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &verifier, id).await.unwrap();
        world.advance(MINUTE);
        applications::withdraw(&world.backend, &siti, id).await.unwrap();
        world.advance(MINUTE);
        let late = verification::decide(&world.backend, &verifier, id, &form_for(&case, Verdict::Approve, "")).await;
        let told = Conflict::StatusChanged { status: Status::Withdrawn, at: NOW.plus(MINUTE) };
        assert_eq!(conflict(late.err().unwrap()), told, "since it was withdrawn, not since it was sent");
        assert_eq!(world.count("accesses").await, 0);
    }

    async fn a_decided_application_cannot_be_withdrawn(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        approve(&world, &verifier, id).await.unwrap();
        let outcome = applications::withdraw(&world.backend, &siti, id).await;
        assert!(matches!(conflict(outcome.err().unwrap()), Conflict::StatusChanged { status: Status::Approved, .. }));
    }

    async fn an_overlapping_access_is_refused_with_its_period(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        approve(&world, &verifier, id).await.unwrap();
        let again = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let validity = world.answers("Sekretariat");
        let (first, last) = (validity.first_day.parse().unwrap(), validity.last_day.parse().unwrap());
        assert_eq!(conflict(world.submit(&siti, again).await.err().unwrap()), Conflict::OverlappingAccess { first, last });
        // Right after it, there is no overlap.
        let mut later = world.answers("Sekretariat");
        later.first_day = domain::validity::DateInput::from_date(time::macros::date!(2028 - 01 - 01));
        later.last_day = domain::validity::DateInput::from_date(time::macros::date!(2028 - 12 - 31));
        let version = applications::draft(&world.backend, &siti, again).await.unwrap().version;
        applications::save(&world.backend, &siti, again, version, later).await.unwrap();
        world.submit(&siti, again).await.unwrap();
    }

    async fn the_address_of_the_first_approved_becomes_the_units(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let mine = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let other = domain::applications::answers::Answers { address: "Alamat yang diberikan Budi, Jakarta".into(), ..world.answers("Sekretariat") };
        let his = world.filled_draft(&budi, Role::Kpa, other).await;
        world.submit(&siti, mine).await.unwrap();
        world.submit(&budi, his).await.unwrap();
        approve(&world, &verifier, his).await.unwrap();
        approve(&world, &verifier, mine).await.unwrap();
        // A third registrant is not asked, and it was his address that was recorded.
        let dewi = world.actor("dewi@contoh.go.id").await;
        let hers = world.filled_draft(&dewi, Role::Kpa, world.answers("Sekretariat")).await;
        let unit = applications::draft(&world.backend, &dewi, hers).await.unwrap().draft.work_unit.unwrap();
        assert!(!unit.address_required);
        assert_eq!(world.address_of(unit.id).await.as_deref(), Some("Alamat yang diberikan Budi, Jakarta"));
    }

    async fn holidays_on_record_move_every_promise(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let url = secrecy::ExposeSecret::expose_secret(&world.config.database.url).to_owned();
        let mut outside = outside::Outside::of(&url).await;
        outside.texts("INSERT INTO holidays (day, name) VALUES ('2026-11-24', 'Libur') RETURNING name").await;
        assert!(!Directory::refresh(&world.backend).await.unwrap(), "the master data is as it was");
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        // Sent on a Sunday; Monday, Wednesday and Thursday count.
        let due = date!(2026 - 11 - 26);
        assert!(world.mails().await[0].2.contains("Kamis, 26 November 2026"));
        let open = applications::open(&world.backend, &siti).await.unwrap();
        assert_eq!(open[0].promise.as_ref().unwrap().deadline.due, due);
        let queue = verification::queue(&world.backend, &verifier, &QueueFilter::default(), None).await.unwrap();
        assert_eq!(queue.rows[0].deadline.due, due);
        assert_eq!(verification::case_file(&world.backend, &verifier, id).await.unwrap().deadline.due, due);
        outside.texts("DELETE FROM holidays RETURNING name").await;
        Directory::refresh(&world.backend).await.unwrap();
        assert_eq!(applications::open(&world.backend, &siti).await.unwrap()[0].promise.as_ref().unwrap().deadline.due, date!(2026 - 11 - 25));
    }

    async fn open_pages_are_told_of_a_decision(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        // Notices of PostgreSQL come by way of the database.
        let relay = world.backend.clone();
        tokio::spawn(async move { relay.db.relay_notices().await });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let case = verification::case_file(&world.backend, &verifier, id).await.unwrap();
        verification::claim(&world.backend, &verifier, id).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let mut notices = world.backend.db.notices();
        verification::decide(&world.backend, &verifier, id, &form_for(&case, Verdict::Approve, "")).await.unwrap();
        let notice = tokio::time::timeout(std::time::Duration::from_secs(2), notices.recv()).await.unwrap().unwrap();
        assert!(matches!(notice, backend::notice::Notice::Application { id: told, .. } if told == id), "{notice:?}");
    }
}

/// Offices share machines: a browser keeps no page of a letter, nor does it show the old one under the same address.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_letters_are_kept_by_no_browser() {
    let site = browser::Site::new(Database::Sqlite).await;
    let id = site.sent("Sekretariat").await;
    let letter = verification::case_file(&site.world.backend, &site.world.verifier().await, id).await.unwrap().document;
    let page = format!("/verifikasi/{id}/surat/{}/{}/0.png", letter.id, letter.version);
    let page = site.verifier().await.get(&page).await.expect(200);
    assert_eq!((page.header("cache-control"), page.header("content-type")), ("no-store", "image/png"));
}
