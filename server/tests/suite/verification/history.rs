//! Decided cases: order, search, scope, pages, and what leaves the list again.

use backend::{
    Actor,
    jobs::Job,
    verification::{self, Cursor},
};
use domain::{
    permission::StaffRole,
    role::Role,
    status::{Status, Verdict},
    verification::DecidedCase,
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::{
    support::{outside::Outside, *},
    verification::queue::{REASON, bound, copies, decide, sent_to},
};

async fn history(world: &World, actor: &Actor, words: &str) -> Vec<DecidedCase> {
    verification::history(&world.backend, actor, words, false, None).await.unwrap().0
}

async fn ids(world: &World, actor: &Actor, words: &str) -> Vec<Uuid> {
    history(world, actor, words).await.into_iter().map(|ended| ended.id).collect()
}

async fn mine(world: &World, actor: &Actor, words: &str) -> Vec<Uuid> {
    let (rows, _) = verification::history(&world.backend, actor, words, true, None).await.unwrap();
    rows.into_iter().map(|ended| ended.id).collect()
}

on_both! {
    async fn newest_first_with_who_decided(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let (ratna, hendra) = (world.verifier().await, world.verifier2().await);
        let hers = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let his = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        assert!(history(&world, &ratna, "").await.is_empty(), "nothing is decided");
        decide(&world, &ratna, hers, Verdict::Approve).await;
        world.advance(MINUTE);
        decide(&world, &hendra, his, Verdict::Reject).await;
        let rows = history(&world, &ratna, "").await;
        let [newest, oldest] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((newest.id, newest.status, newest.by.as_str()), (his, Status::Rejected, "Hendra Gunawan"));
        assert_eq!((oldest.id, oldest.status, oldest.by.as_str()), (hers, Status::Approved, "Ratna Wulandari"));
        assert_eq!((oldest.name.as_str(), oldest.role, oldest.decided_at), ("Siti Rahmawati", Role::Pa, NOW));
        let place = (oldest.institution.as_str(), oldest.work_unit.as_str());
        assert_eq!(place, ("Kementerian Kesehatan", "Sekretariat Jenderal"));
        assert_eq!((mine(&world, &ratna, "").await, mine(&world, &hendra, "").await), (vec![hers], vec![his]));
        assert_eq!(mine(&world, &ratna, "siti").await, [hers]);
        assert!(mine(&world, &hendra, "siti").await.is_empty());
        for stranger in [&siti, &world.actor("admin@contoh.go.id").await] {
            forbidden(verification::history(&world.backend, stranger, "", false, None).await);
        }
    }

    async fn words_find_names_numbers_units_and_references(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let hers = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let his = sent_to(&world, &budi, Role::Kpa, "Kementerian Keuangan", "Inspektorat").await;
        decide(&world, &verifier, his, Verdict::Reject).await;
        decide(&world, &verifier, hers, Verdict::Reject).await;
        let reference = history(&world, &verifier, "siti").await[0].reference.clone();
        for words in ["siti", "RAHMA siti", "197804122003122003", "19780412 200312 2 003", "setjen", "kemenkes"] {
            assert_eq!(ids(&world, &verifier, words).await, [hers], "{words}");
        }
        for words in [reference.as_str(), &reference.to_lowercase(), &reference.replace('-', "")] {
            assert_eq!(ids(&world, &verifier, words).await, [hers], "{words}");
        }
        assert_eq!(ids(&world, &verifier, "itjen keuangan").await, [his]);
        assert_eq!(ids(&world, &verifier, "jenderal").await, [hers, his]);
        assert!(ids(&world, &verifier, "siti keuangan").await.is_empty());
    }

    async fn any_input_gets_an_answer(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        decide(&world, &verifier, id, Verdict::Approve).await;
        let long = "x".repeat(20_000);
        let typed = [
            "\"", "'", "\\", "siti\" OR \"budi", "siti' | 'budi", "*", "si*ti", "siti:*", "siti & !budi", "NEAR(siti budi)", "words:siti",
            "AND", "or not", "^siti", "(", ")", "{siti}", "-siti", "\u{0}siti", "sıtı", "ส่วนราชการ", "कार्यालय", "🙂", "é́", long.as_str(),
        ];
        for words in typed {
            for own in [false, true] {
                let outcome = verification::history(&world.backend, &verifier, words, own, None).await;
                assert!(outcome.is_ok(), "{words:?}: {outcome:?}");
            }
        }
        // What stands for a scope or a verifier opens nothing.
        let stands_for = format!("v{}", verifier.user_id.simple());
        assert_eq!(ids(&world, &verifier, &stands_for).await, [id]);
        assert_eq!(ids(&world, &verifier, "siti\" AND \"rahma").await, Vec::<Uuid>::new(), "and is a word, not a command");
    }

    async fn a_verifier_bound_to_institutions_finds_those_alone(world) {
        let (siti, budi, ratna) = (world.siti().await, world.budi().await, world.verifier().await);
        let hers = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let his = sent_to(&world, &budi, Role::Kpa, "Kementerian Keuangan", "Sekretariat").await;
        decide(&world, &ratna, hers, Verdict::Reject).await;
        decide(&world, &ratna, his, Verdict::Reject).await;
        let finance = world.place("Kementerian Keuangan", "Sekretariat").0;
        let hendra = bound(&world, "verifikator2@contoh.go.id", &[finance]).await;
        assert_eq!((ids(&world, &hendra, "").await, ids(&world, &hendra, "sekre").await), (vec![his], vec![his]));
        assert!(ids(&world, &hendra, "siti").await.is_empty());
        // Many institutions, looked at another way.
        let snapshot = world.backend.master_data.snapshot();
        let kinds = domain::master_data::institution::InstitutionType::ALL.into_iter();
        let all = kinds.flat_map(|kind| snapshot.institutions(kind, "", usize::MAX).hits);
        let others: Vec<Uuid> = all.map(|(institution, _)| institution.id).filter(|id| *id != finance).take(40).collect();
        let elsewhere = bound(&world, "verifikator2@contoh.go.id", &others).await;
        assert!(!ids(&world, &elsewhere, "").await.contains(&his));
        assert!(ids(&world, &elsewhere, "budi").await.is_empty());
        let mut most = others;
        most.push(finance);
        let most = bound(&world, "verifikator2@contoh.go.id", &most).await;
        assert_eq!(ids(&world, &most, "budi").await, [his]);
        // Narrowed since, what one decided oneself is out of sight too.
        let ratna = bound(&world, "verifikator@contoh.go.id", &[finance]).await;
        assert_eq!(mine(&world, &ratna, "").await, [his]);
    }

    async fn undone_or_reopened_case_leaves_the_history_and_returns_in_front(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let hers = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let his = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        decide(&world, &verifier, hers, Verdict::Approve).await;
        verification::undo(&world.backend, &verifier, hers).await.unwrap();
        assert!(ids(&world, &verifier, "").await.is_empty() && ids(&world, &verifier, "siti").await.is_empty());
        decide(&world, &verifier, hers, Verdict::Reject).await;
        world.advance(MINUTE);
        decide(&world, &verifier, his, Verdict::Reject).await;
        assert_eq!(ids(&world, &verifier, "").await, [his, hers]);

        let colleague = "verifikator2@contoh.go.id";
        backend::staff::set_staff_role(&world.backend, colleague, Some(StaffRole::Supervisor)).await.unwrap();
        let supervisor = world.verifier2().await;
        verification::reopen(&world.backend, &supervisor, hers, REASON).await.unwrap();
        assert_eq!((ids(&world, &verifier, "").await, ids(&world, &verifier, "siti").await), (vec![his], vec![]));
        world.advance(MINUTE);
        decide(&world, &supervisor, hers, Verdict::Approve).await;
        assert_eq!(ids(&world, &verifier, "").await, [hers, his]);
        assert_eq!((mine(&world, &verifier, "").await, mine(&world, &supervisor, "").await), (vec![his], vec![hers]));
        assert_eq!(ids(&world, &verifier, "siti").await, [hers], "once");
    }

    async fn pages_follow_each_other_while_cases_are_decided(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let mut waiting = Vec::new();
        for (from, role) in [(0, Role::Kpa), (100, Role::Pa)] {
            let id = world.submitted(&siti, role, "Sekretariat").await;
            waiting.extend(copies(&world, id, from, 30).await);
        }
        for id in &waiting {
            decide(&world, &verifier, *id, Verdict::Reject).await;
            world.advance(MINUTE / 60);
        }
        waiting.reverse();
        for words in ["", "siti", "kesehatan rahma"] {
            let page = async |after: Option<Cursor>| {
                let (rows, next) = verification::history(&world.backend, &verifier, words, false, after).await.unwrap();
                (rows.iter().map(|row| row.id).collect::<Vec<_>>(), next)
            };
            let (first, next) = page(None).await;
            // The place of a page survives its address.
            let next: Option<Cursor> = next.map(|next| next.to_string().parse().unwrap());
            let (second, end) = page(next).await;
            assert_eq!((first.len(), second.len(), end), (50, 10, None), "{words:?}");
            assert_eq!([first, second].concat(), waiting, "{words:?}");
        }
        // One more decision between two pages is on neither; the second page begins where the first ended.
        let (_, next) = verification::history(&world.backend, &verifier, "", false, None).await.unwrap();
        let his = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        decide(&world, &verifier, his, Verdict::Reject).await;
        let (rows, _) = verification::history(&world.backend, &verifier, "", false, next).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), waiting[50..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_of_sqlite_is_merged_beside_the_verdicts() {
    let world = World::new(Database::Sqlite).await;
    let (siti, ratna) = (world.siti().await, world.verifier().await);
    let first = world.submitted(&siti, Role::Pa, "Sekretariat").await;
    let all = copies(&world, first, 0, 30).await;
    for id in &all {
        decide(&world, &ratna, *id, Verdict::Reject).await;
    }
    let mut outside = Outside::of(world.config.database.url.expose_secret()).await;
    let mut parts = async || {
        let sql = "SELECT CAST(count(DISTINCT segid) AS TEXT) FROM case_words_sought_idx";
        outside.texts(sql).await[0].parse::<u32>().unwrap()
    };
    assert_eq!(parts().await, 30, "no verdict waits for it");
    assert!(Job::MergeWords.run(&world.backend).await.unwrap() > 0);
    assert!(parts().await < 12);
    assert_eq!(Job::MergeWords.run(&world.backend).await.unwrap(), 0, "and then there is nothing to do");
    assert_eq!(ids(&world, &ratna, "siti").await.len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_verdicts_come_faster_than_the_job_hundreds_of_parts_come_together_before_one_merges_them() {
    let world = World::new(Database::Sqlite).await;
    let mut outside = Outside::of(world.config.database.url.expose_secret()).await;
    let mut parts_after = async |verdicts: usize| {
        for _ in 0..verdicts {
            outside.texts("INSERT INTO case_words_sought (words) VALUES ('siti')").await;
        }
        outside.texts("SELECT CAST(count(DISTINCT segid) AS TEXT) FROM case_words_sought_idx").await[0].clone()
    };
    assert_eq!(parts_after(399).await, "399");
    assert_eq!(parts_after(1).await, "1");
}
