//! The queue of the desk: order, leases, filters and what they count, search, scope, pages, other servers.

use std::{sync::Arc, time::Duration};

use backend::{
    Actor, Backend, applications, staff,
    verification::{self, Cursor, DecidedVerdict, Queue, QueueRow, VerdictForm},
};
use devtools::development::SIRUP_PASSWORD;
use domain::{
    issues::Field,
    permission::StaffRole,
    role::{ProfileType, Role},
    status::{Status, Verdict},
    verification::{Age, LEASE, Part, QueueFilter},
};
use secrecy::ExposeSecret;
use server::application::open_backend;
use uuid::Uuid;

use crate::support::{outside::Outside, *};

/// A reason that is long enough.
pub const REASON: &str = "Surat tidak memuat masa berlaku sebagai PA.";

/// Takes a case and decides it.
pub async fn decide(world: &World, actor: &Actor, id: Uuid, verdict: Verdict) -> DecidedVerdict {
    verification::claim(&world.backend, actor, id).await.unwrap();
    let case = verification::case_file(&world.backend, actor, id).await.unwrap();
    let form = VerdictForm {
        version: case.version,
        verdict,
        reason: Some(case.reasons[0].id).filter(|_| verdict == Verdict::Reject),
        text: if verdict == Verdict::Approve { String::new() } else { REASON.to_owned() },
        marks: if verdict == Verdict::Return { vec![(Field::Letter, "Pindai ulang suratnya.".into())] } else { vec![] },
        checks: case.checks.iter().map(|item| item.id).collect(),
    };
    verification::decide(&world.backend, actor, id, &form).await.unwrap()
}

/// Binds a verifier to institutions and signs them in anew.
pub async fn bound(world: &World, email: &str, institutions: &[Uuid]) -> Actor {
    let admin = world.actor("admin@contoh.go.id").await;
    let user = world.actor(email).await.user_id;
    staff::set_role(&world.backend, &admin, user, Some(StaffRole::Verifier), institutions).await.unwrap();
    world.actor(email).await
}

/// An application that waits, for a work unit of an institution.
pub async fn sent_to(world: &World, actor: &Actor, role: Role, institution: &str, unit: &str) -> Uuid {
    let (institution, work_unit) = world.place(institution, unit);
    let answers = domain::applications::answers::Answers {
        institution: Some(institution),
        work_unit: Some(work_unit),
        ..world.answers("Sekretariat")
    };
    let id = world.filled_draft(actor, role, answers).await;
    world.submit(actor, id).await.unwrap();
    id
}

/// Puts copies of a case that waits beside it, each for another work unit and a second later; gives their ids, oldest
/// first. `from` tells several sets apart. Past the product, since hundreds of letters take their time.
pub async fn copies(world: &World, id: Uuid, from: u32, count: u32) -> Vec<Uuid> {
    const SQL: &str = "INSERT INTO applications (id, user_id, status, version, profile_type, role, without_sirup, answers,
             document_id, reference, institution_id, work_unit_id, first_day, last_day, address, submitted_at,
             created_at, updated_at, applicant_name, employee_number_kind, employee_number, first_submitted_at)
         SELECT $2, user_id, status, version, profile_type, role, without_sirup, answers, document_id, $3, institution_id,
             $4, first_day, last_day, address, submitted_at + $5, created_at, updated_at, applicant_name,
             employee_number_kind, employee_number, first_submitted_at + $5
         FROM applications WHERE id = $1";
    const SENT: &str =
        "INSERT INTO submissions (application_id, submitted_at, institution_id, work_unit_id, document_id, answers)
         SELECT id, submitted_at, institution_id, work_unit_id, document_id, answers FROM applications WHERE id = $1";
    let (institution, own) = world.place("Kementerian Kesehatan", "Sekretariat");
    let snapshot = world.backend.master_data.snapshot();
    let units = snapshot.work_units(institution, "", usize::MAX).hits.into_iter().map(|((unit, ..), _)| unit);
    // A person has at most one open for a role and a work unit.
    let units: Vec<Uuid> = units.filter(|unit| *unit != own).collect();
    let mut outside = Outside::of(world.config.database.url.expose_secret()).await;
    let mut made = Vec::new();
    for nth in 0..count {
        let number = from + nth;
        let copy = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number));
        let (reference, unit) = (format!("GB-26-{:06}-0", 500_000 + number), units[nth as usize]);
        let later = i64::from(number + 1) * 1_000_000;
        match &mut outside {
            Outside::Sqlite(conn) => {
                let query = sqlx::query(SQL).bind(id).bind(copy).bind(reference).bind(unit).bind(later);
                query.execute(&mut **conn).await.unwrap();
                sqlx::query(SENT).bind(copy).execute(&mut **conn).await.unwrap();
            }
            Outside::Postgres(conn) => {
                let query = sqlx::query(SQL).bind(id).bind(copy).bind(reference).bind(unit).bind(later);
                query.execute(&mut **conn).await.unwrap();
                sqlx::query(SENT).bind(copy).execute(&mut **conn).await.unwrap();
            }
        }
        made.push(copy);
    }
    made
}

async fn look(backend: &Backend, actor: &Actor, filter: QueueFilter) -> Queue {
    verification::queue(backend, actor, &filter, None).await.unwrap()
}

async fn part(world: &World, actor: &Actor, part: Part) -> Vec<Uuid> {
    let queue = look(&world.backend, actor, QueueFilter { part, ..QueueFilter::default() }).await;
    queue.rows.iter().map(|row| row.id).collect()
}

fn counts<T: Copy>(counts: &[(T, u32)]) -> Vec<u32> {
    counts.iter().map(|(_, count)| *count).collect()
}

on_both! {
    async fn oldest_first_with_all_that_a_row_shows(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let first = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        world.advance(HOUR);
        let second = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        let queue = look(&world.backend, &verifier, QueueFilter::default()).await;
        assert_eq!((queue.total, queue.next), (2, None));
        let [row, other] = &queue.rows[..] else { panic!("{:?}", queue.rows) };
        assert_eq!((row.id, row.name.as_str(), row.role), (first, "Siti Rahmawati", Role::Pa));
        assert_eq!((row.institution.as_str(), row.work_unit.as_str()), ("Kementerian Kesehatan", "Sekretariat Jenderal"));
        assert_eq!((row.status, row.submitted_at, row.linked, row.for_me), (Status::Submitted, NOW, false, false));
        assert_eq!((row.deadline.left, row.deadline.overdue, row.holder.clone()), (3, 0, None));
        assert!(row.reference.starts_with("GB-26-"));
        assert_eq!((other.id, other.name.as_str(), other.role), (second, "Budi Santoso", Role::Kpa));
        // Everybody's, waiting; own, free, held, returned.
        assert_eq!(counts(&queue.counts.parts), [2, 0, 2, 0, 0]);
        assert_eq!((counts(&queue.counts.roles), queue.counts.linked, queue.counts.fresh), (vec![1, 1, 0], 0, 2));
    }

    async fn the_queue_is_the_desks_alone(world) {
        let (siti, admin) = (world.siti().await, world.actor("admin@contoh.go.id").await);
        for stranger in [&siti, &admin] {
            forbidden(verification::queue(&world.backend, stranger, &QueueFilter::default(), None).await);
            forbidden(verification::institutions(&world.backend, stranger, &QueueFilter::default()).await);
        }
    }

    async fn every_change_is_there_for_whoever_looks_next(world) {
        let (siti, ratna, hendra) = (world.siti().await, world.verifier().await, world.verifier2().await);
        assert_eq!(look(&world.backend, &ratna, QueueFilter::default()).await.total, 0, "read before anything is there");
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        assert_eq!(part(&world, &ratna, Part::Free).await, [id]);

        verification::claim(&world.backend, &ratna, id).await.unwrap();
        let queue = look(&world.backend, &ratna, QueueFilter::default()).await;
        let holder = queue.rows[0].holder.clone().unwrap();
        assert_eq!((holder.name.as_str(), holder.mine, holder.until), ("Ratna Wulandari", true, NOW.plus(LEASE)));
        assert_eq!((queue.rows[0].status, counts(&queue.counts.parts)), (Status::InReview, vec![1, 1, 0, 0, 0]));
        let queue = look(&world.backend, &hendra, QueueFilter::default()).await;
        assert!(!queue.rows[0].holder.as_ref().unwrap().mine);
        assert_eq!(counts(&queue.counts.parts), [1, 0, 0, 1, 0]);

        verification::release(&world.backend, &ratna, id).await.unwrap();
        assert_eq!(part(&world, &hendra, Part::Free).await, [id]);

        // Sent back for repair, it waits for the applicant; sent again, it is the same verifier's to take.
        decide(&world, &ratna, id, Verdict::Return).await;
        assert_eq!((part(&world, &ratna, Part::Waiting).await, part(&world, &ratna, Part::Returned).await), (vec![], vec![id]));
        world.advance(HOUR);
        world.submit(&siti, id).await.unwrap();
        let queue = look(&world.backend, &ratna, QueueFilter { part: Part::Mine, ..QueueFilter::default() }).await;
        assert_eq!((queue.rows[0].id, queue.rows[0].for_me, queue.rows[0].submitted_at), (id, true, NOW.plus(HOUR)));
        assert!(part(&world, &hendra, Part::Mine).await.is_empty());
        let theirs = look(&world.backend, &hendra, QueueFilter::default()).await;
        assert!(!theirs.rows[0].for_me);

        applications::withdraw(&world.backend, &siti, id).await.unwrap();
        assert_eq!(look(&world.backend, &hendra, QueueFilter::default()).await.total, 0);
    }

    async fn a_verdict_leaves_the_queue_and_comes_back_when_undone(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        decide(&world, &verifier, id, Verdict::Approve).await;
        assert_eq!(look(&world.backend, &verifier, QueueFilter::default()).await.total, 0);
        verification::undo(&world.backend, &verifier, id).await.unwrap();
        assert_eq!(part(&world, &verifier, Part::Mine).await, [id]);
    }

    async fn a_lease_that_is_over_holds_nothing(world) {
        let (siti, ratna, hendra) = (world.siti().await, world.verifier().await, world.verifier2().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        assert_eq!(part(&world, &hendra, Part::Held).await, [id]);
        world.advance(3 * MINUTE);
        // A page that is open renews, which nobody is told of; the queue knows some minutes later.
        verification::renew(&world.backend, &ratna, id).await.unwrap();
        world.advance(12 * MINUTE);
        assert_eq!(part(&world, &hendra, Part::Held).await, [id]);
        // No job ran: only time has passed.
        world.advance(LEASE - MINUTE);
        let queue = look(&world.backend, &hendra, QueueFilter { part: Part::Free, ..QueueFilter::default() }).await;
        assert_eq!((queue.rows[0].id, queue.rows[0].status, queue.rows[0].holder.clone()), (id, Status::Submitted, None));
        assert!(part(&world, &ratna, Part::Mine).await.is_empty());
        assert_eq!(verification::end_leases(&world.backend).await.unwrap(), 1);
        // A lease of before the clock was set back by an hour.
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        world.sql("UPDATE applications SET lease_ends_at = lease_ends_at + 3600000000 WHERE lease_holder IS NOT NULL").await.unwrap();
        assert_eq!(verification::end_leases(&world.backend).await.unwrap(), 1);
        assert_eq!(part(&world, &hendra, Part::Free).await, [id]);
    }

    async fn a_lease_renewed_at_the_last_moment_is_not_shown_as_over(world) {
        let (siti, ratna, hendra) = (world.siti().await, world.verifier().await, world.verifier2().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        world.advance(LEASE - Duration::from_secs(30));
        assert_eq!(part(&world, &hendra, Part::Held).await, [id], "read just now, with the old end");
        // The page had slept, so that nobody renewed until now.
        world.advance(Duration::from_secs(20));
        verification::renew(&world.backend, &ratna, id).await.unwrap();
        world.advance(Duration::from_secs(20));
        assert_eq!(part(&world, &hendra, Part::Held).await, [id]);
    }

    async fn filters_and_what_each_choice_would_show(world) {
        let (siti, budi, dewi) = (world.siti().await, world.budi().await, world.actor("dewi@contoh.go.id").await);
        // Sunday: due on Wednesday.
        let first = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        world.advance(DAY);
        // Monday: due on Thursday.
        let second = world.submitted(&budi, Role::Kpa, "Sekretariat").await;
        world.advance(2 * DAY);
        // Wednesday, linked with SiRUP.
        let third = {
            let backend = &world.backend;
            let id = applications::start(backend, &dewi, ProfileType::NonPenyedia, Role::Kpa).await.unwrap();
            applications::link_sirup(backend, &dewi, id, "kpa.lama", &SIRUP_PASSWORD.into()).await.unwrap();
            let version = applications::draft(backend, &dewi, id).await.unwrap().version;
            applications::save(backend, &dewi, id, version, world.answers("Inspektorat")).await.unwrap();
            applications::attach_letter(backend, &dewi, id, "surat.pdf", letter()).await.unwrap();
            world.submit(&dewi, id).await.unwrap();
            id
        };
        world.advance(DAY);
        // Thursday.
        let verifier = world.verifier().await;
        verification::claim(&world.backend, &verifier, second).await.unwrap();

        let all = QueueFilter::default();
        let ids = async |filter: &QueueFilter| {
            look(&world.backend, &verifier, filter.clone()).await.rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&QueueFilter { role: Some(Role::Kpa), ..all.clone() }).await, [second, third]);
        assert_eq!(ids(&QueueFilter { age: Some(Age::Overdue), ..all.clone() }).await, [first]);
        assert_eq!(ids(&QueueFilter { age: Some(Age::DueToday), ..all.clone() }).await, [second]);
        assert_eq!(ids(&QueueFilter { age: Some(Age::InTime), ..all.clone() }).await, [third]);
        assert_eq!(ids(&QueueFilter { linked: Some(true), ..all.clone() }).await, [third]);
        assert_eq!(ids(&QueueFilter { linked: Some(false), ..all.clone() }).await, [first, second]);
        let health = world.place("Kementerian Kesehatan", "Sekretariat").0;
        assert_eq!(ids(&QueueFilter { institution: Some(health), ..all.clone() }).await, [first, second, third]);
        assert!(ids(&QueueFilter { institution: Some(Uuid::nil()), ..all.clone() }).await.is_empty());

        // Each choice is counted with the other filters as they are, and without its own.
        let narrowed = QueueFilter { role: Some(Role::Kpa), part: Part::Free, ..all.clone() };
        let queue = look(&world.backend, &verifier, narrowed).await;
        assert_eq!(queue.total, 1);
        assert_eq!(counts(&queue.counts.parts), [2, 1, 1, 0, 0], "of KPA");
        assert_eq!(counts(&queue.counts.roles), [1, 1, 0], "of what is free");
        assert_eq!(counts(&queue.counts.ages), [1, 0, 0], "of KPA that are free");
        assert_eq!((queue.counts.linked, queue.counts.fresh), (1, 0));
        for (nth, role) in Role::ALL.iter().enumerate() {
            let chosen = QueueFilter { role: Some(*role), part: Part::Free, ..all.clone() };
            assert_eq!(look(&world.backend, &verifier, chosen).await.total, queue.counts.roles[nth].1);
        }
    }

    async fn words_find_names_numbers_units_and_references(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let hers = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        world.advance(MINUTE);
        let his = sent_to(&world, &budi, Role::Kpa, "Kementerian Keuangan", "Inspektorat").await;
        let reference = look(&world.backend, &verifier, QueueFilter::default()).await.rows[0].reference.clone();
        let found = async |words: &str| {
            let filter = QueueFilter { words: words.to_owned(), ..QueueFilter::default() };
            look(&world.backend, &verifier, filter).await.rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        for words in ["siti", "RAHMA siti", "197804122003122003", "19780412 200312 2 003", "setjen", "kemenkes"] {
            assert_eq!(found(words).await, [hers], "{words}");
        }
        for words in [reference.as_str(), &reference.to_lowercase(), &reference.replace('-', "")] {
            assert_eq!(found(words).await, [hers], "{words}");
        }
        assert_eq!(found("itjen keuangan").await, [his]);
        assert_eq!(found("jenderal").await, [hers, his]);
        assert!(found("siti keuangan").await.is_empty());
        assert_eq!(found(" \"'%_\\ ").await, [hers, his], "no word at all");
    }

    async fn a_verifier_bound_to_institutions_sees_those_alone(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let his = sent_to(&world, &budi, Role::Kpa, "Kementerian Keuangan", "Sekretariat").await;
        let health = world.place("Kementerian Kesehatan", "Sekretariat").0;
        let finance = world.place("Kementerian Keuangan", "Sekretariat").0;
        let national = world.verifier().await;
        let named = |list: Vec<(Uuid, String, u32)>| list.into_iter().map(|(id, _, count)| (id, count)).collect::<Vec<_>>();
        let offered = async |actor: &Actor, filter: QueueFilter| {
            named(verification::institutions(&world.backend, actor, &filter).await.unwrap())
        };
        let institutions = async |actor: &Actor| offered(actor, QueueFilter::default()).await;
        assert_eq!(institutions(&national).await, [(health, 1), (finance, 1)], "by name");
        let kpa = QueueFilter { role: Some(Role::Kpa), ..QueueFilter::default() };
        assert_eq!(offered(&national, kpa.clone()).await, [(finance, 1)], "as many as the choice would show");
        let chosen = QueueFilter { institution: Some(health), ..kpa };
        assert_eq!(offered(&national, chosen).await, [(health, 0), (finance, 1)], "and the one that is chosen");
        let siti = QueueFilter { words: "siti".into(), ..QueueFilter::default() };
        assert_eq!(offered(&national, siti).await, [(health, 1)]);

        let verifier = bound(&world, "verifikator2@contoh.go.id", &[finance]).await;
        let queue = look(&world.backend, &verifier, QueueFilter::default()).await;
        assert_eq!((queue.rows.iter().map(|row| row.id).collect::<Vec<_>>(), queue.total), (vec![his], 1));
        assert_eq!(counts(&queue.counts.parts), [1, 0, 1, 0, 0]);
        assert_eq!(institutions(&verifier).await, [(finance, 1)]);
        let filter = QueueFilter { institution: Some(health), ..QueueFilter::default() };
        assert_eq!(look(&world.backend, &verifier, filter).await.total, 0);
        let words = QueueFilter { words: "siti".into(), ..QueueFilter::default() };
        assert_eq!(look(&world.backend, &verifier, words).await.total, 0);
    }

    async fn pages_follow_each_other_while_cases_come_and_go(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        for (from, role) in [(0, Role::Kpa), (100, Role::Pa)] {
            let id = world.submitted(&siti, role, "Sekretariat").await;
            copies(&world, id, from, 30).await;
        }
        let all = QueueFilter::default();
        let first = look(&world.backend, &verifier, all.clone()).await;
        let second = verification::queue(&world.backend, &verifier, &all, first.next).await.unwrap();
        assert_eq!((first.rows.len(), second.rows.len(), first.total, second.next), (50, 12, 62, None));
        let place = |row: &QueueRow| (row.submitted_at, row.id);
        let places: Vec<_> = first.rows.iter().chain(&second.rows).map(place).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "in order, each once");

        // Between two pages one of the first page goes, one of the second goes, and one arrives.
        let (gone_before, gone_after) = (first.rows[10].id, second.rows[5].id);
        decide(&world, &verifier, gone_before, Verdict::Reject).await;
        decide(&world, &verifier, gone_after, Verdict::Reject).await;
        world.advance(HOUR);
        let arrived = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        // The place of a page survives its address.
        let after: Cursor = first.next.unwrap().to_string().parse().unwrap();
        let next = verification::queue(&world.backend, &verifier, &all, Some(after)).await.unwrap();
        let stayed = second.rows.iter().map(|row| row.id).filter(|id| *id != gone_after);
        let expected: Vec<Uuid> = stayed.chain([arrived]).collect();
        assert_eq!(next.rows.iter().map(|row| row.id).collect::<Vec<_>>(), expected);
        assert_eq!((next.total, next.next), (61, None));
        assert!("x.y".parse::<Cursor>().is_err() && "1795316400000000".parse::<Cursor>().is_err());
    }

    async fn many_readers_at_once_all_see_what_was_committed(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        for round in 0..20 {
            if round % 2 == 0 {
                verification::claim(&world.backend, &verifier, id).await.unwrap();
            } else {
                verification::release(&world.backend, &verifier, id).await.unwrap();
            }
            let looks = (0..20).map(|_| {
                let (backend, verifier) = (world.backend.clone(), verifier.clone());
                tokio::spawn(async move { look(&backend, &verifier, QueueFilter::default()).await.rows[0].holder.is_some() })
            });
            for held in futures::future::join_all(looks).await {
                assert_eq!(held.unwrap(), round % 2 == 0, "round {round}");
            }
        }
    }
}

/// A second server on the database of a world, with the same clock.
async fn beside(world: &World) -> Arc<Backend> {
    let base_url = "http://gerbang.test".parse().unwrap();
    Arc::new(open_backend(&world.config, base_url, program(), world.clock.world()).await.unwrap())
}

/// Waits until a condition holds; for some seconds at most.
async fn soon(mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("within five seconds");
}

async fn free(backend: &Backend, actor: &Actor) -> u32 {
    look(backend, actor, QueueFilter { part: Part::Free, ..QueueFilter::default() }).await.total
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_on_postgres_is_told() {
    let world = World::new(Database::Postgres).await;
    let other = beside(&world).await;
    for backend in [&world.backend, &other] {
        let relay = backend.clone();
        tokio::spawn(async move { relay.db.relay_notices().await });
    }
    world.hears_notices(2).await;
    let (siti, verifier) = (world.siti().await, world.verifier().await);
    assert_eq!(free(&other, &verifier).await, 0);
    let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
    soon(async || free(&other, &verifier).await == 1).await;
    verification::claim(&other, &verifier, id).await.unwrap();
    assert_eq!(free(&other, &verifier).await, 0, "at once where it was committed");
    soon(async || free(&world.backend, &verifier).await == 0).await;

    // A connection that is lost takes notices with it: everything is read anew when it is back.
    let mut outside = Outside::of(world.config.database.url.expose_secret()).await;
    let cut = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
               WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(outside.texts(cut).await.len(), 2);
    verification::release(&other, &verifier, id).await.unwrap();
    soon(async || free(&world.backend, &verifier).await == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_notice_is_seen_within_five_minutes() {
    let world = World::new(Database::Sqlite).await;
    let other = beside(&world).await;
    let (siti, verifier) = (world.siti().await, world.verifier().await);
    assert_eq!(free(&other, &verifier).await, 0);
    world.submitted(&siti, Role::Pa, "Sekretariat").await;
    assert_eq!((free(&world.backend, &verifier).await, free(&other, &verifier).await), (1, 0));
    world.advance(5 * MINUTE);
    assert_eq!(free(&other, &verifier).await, 1);
}
