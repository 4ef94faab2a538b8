//! Hubungkan Akses SiRUP (guide steps 3 to 9), over a real HTTP call.

use backend::{Actor, Error, applications};
use domain::{
    applications::{
        answers::Answers,
        sirup::CUTOFF,
        wizard::{Link, Step, next_step},
    },
    issues::{Field, Problem, conflict::Conflict, link_failure::LinkFailure},
    role::{ProfileType, Role},
    status::Verdict,
};
use uuid::Uuid;

use crate::{
    support::{verdicts::decide, *},
    verification::queue::sent_to,
};

const SIRUP_PASSWORD: &str = devtools::development::SIRUP_PASSWORD;

async fn start(world: &World, actor: &Actor, role: Role) -> Uuid {
    applications::start(&world.backend, actor, ProfileType::NonPenyedia, role).await.unwrap()
}

async fn link(world: &World, actor: &Actor, id: Uuid, username: &str, password: &str) -> Result<(), LinkFailure> {
    match applications::link_sirup(&world.backend, actor, id, username, &password.into()).await {
        Ok(()) => Ok(()),
        Err(error) => match problem_at(error, Field::SirupUsername) {
            Problem::Sirup(failure) => Err(failure),
            other => panic!("{other:?}"),
        },
    }
}

on_both! {
    async fn a_linked_account_fills_in_what_it_knows(world) {
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        link(&world, &siti, id, " PA.Lama ", SIRUP_PASSWORD).await.unwrap();
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        let Link::Linked(account) = &stored.draft.link else { panic!("not linked") };
        assert_eq!(account.username, "pa.lama");
        assert_eq!(stored.draft.institution.as_ref().unwrap().kd_klpd.as_deref(), Some("K34"));
        assert!(stored.draft.work_unit.as_ref().unwrap().name.starts_with("Sekretariat"));
        assert_eq!(next_step(&stored.draft, TODAY), Step::Form);
        assert_eq!(stored.draft.differing_sirup_role(), None);
        assert_eq!(applications::known_accounts(&world.backend, &siti).await.unwrap(), ["pa.lama"]);
    }

    async fn a_differing_role_is_noticed(world) {
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        link(&world, &siti, id, "kpa.lama", SIRUP_PASSWORD).await.unwrap();
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        assert_eq!(stored.draft.differing_sirup_role(), Some("KPA"));
    }

    async fn each_failure_is_its_own(world) {
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        assert_eq!(link(&world, &siti, id, "pa.lama", "salah").await, Err(LinkFailure::WrongCredentials { left: 4 }));
        assert_eq!(link(&world, &siti, id, "tidak.ada", "salah").await, Err(LinkFailure::WrongCredentials { left: 3 }));
        assert_eq!(link(&world, &siti, id, "pa.baru", SIRUP_PASSWORD).await, Err(LinkFailure::RegisteredTooLate { cutoff: CUTOFF }));
        assert_eq!(link(&world, &siti, id, "pa.terpakai", SIRUP_PASSWORD).await, Err(LinkFailure::AlreadyLinked));
        assert_eq!(link(&world, &siti, id, "pa.gangguan", SIRUP_PASSWORD).await, Err(LinkFailure::Unavailable));
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        assert_eq!(stored.draft.link, Link::Undecided);
        assert_eq!(world.count("sirup_links").await, 1, "only the one of the development data");
    }

    async fn guessing_is_paused_per_person_and_per_username(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let (mine, his) = (start(&world, &siti, Role::Pa).await, start(&world, &budi, Role::Kpa).await);
        for left in (0..5).rev() {
            assert_eq!(link(&world, &siti, mine, "pa.lama", "salah").await, Err(LinkFailure::WrongCredentials { left }));
        }
        let until = NOW.plus(30 * MINUTE);
        assert_eq!(link(&world, &siti, mine, "kpa.lama", SIRUP_PASSWORD).await, Err(LinkFailure::Paused { until }), "the person");
        // Whoever has failed too is paused for the username, and not for long.
        assert_eq!(link(&world, &budi, his, "tidak.ada", "salah").await, Err(LinkFailure::WrongCredentials { left: 4 }));
        let until = NOW.plus(MINUTE);
        assert_eq!(link(&world, &budi, his, "pa.lama", SIRUP_PASSWORD).await, Err(LinkFailure::Paused { until }), "the username");
        link(&world, &budi, his, "kpa.lama", SIRUP_PASSWORD).await.unwrap();
        world.advance(30 * MINUTE);
        link(&world, &siti, mine, "pa.lama", SIRUP_PASSWORD).await.unwrap();
    }

    async fn an_outage_is_no_guess(world) {
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        for _ in 0..4 {
            assert_eq!(link(&world, &siti, id, "pa.gangguan", SIRUP_PASSWORD).await, Err(LinkFailure::Unavailable));
        }
        assert_eq!(link(&world, &siti, id, "pa.lama", "salah").await, Err(LinkFailure::WrongCredentials { left: 4 }));
    }

    /// Who has to see an outage before SiRUP is left alone: `hostile::closeness::sirup`.
    async fn after_outages_of_one_person_sirup_is_still_asked(world) {
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        for _ in 0..5 {
            assert_eq!(link(&world, &siti, id, "pa.gangguan", SIRUP_PASSWORD).await, Err(LinkFailure::Unavailable));
        }
        link(&world, &siti, id, "pa.lama", SIRUP_PASSWORD).await.unwrap();
    }

    async fn an_own_account_gives_no_tries_at_others(world) {
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        for (nth, username) in ["satu", "dua", "tiga", "empat"].into_iter().enumerate() {
            let left = 4 - nth as u32;
            assert_eq!(link(&world, &siti, id, username, "salah").await, Err(LinkFailure::WrongCredentials { left }));
        }
        link(&world, &siti, id, "pa.lama", SIRUP_PASSWORD).await.unwrap();
        assert_eq!(link(&world, &siti, id, "lima", "salah").await, Err(LinkFailure::WrongCredentials { left: 0 }));
        let until = NOW.plus(30 * MINUTE);
        assert_eq!(link(&world, &siti, id, "enam", "salah").await, Err(LinkFailure::Paused { until }));
    }

    async fn a_zero_byte_is_no_username(world) {
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        not_found(applications::reuse_account(&world.backend, &siti, id, "pa\0lama").await);
    }

    async fn empty_fields_are_said_without_asking(world) {
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        let outcome = applications::link_sirup(&world.backend, &siti, id, " ", &"".into()).await;
        let Err(Error::Invalid(issues)) = outcome else { panic!("asked") };
        assert_eq!(issues.len(), 2);
        assert_eq!(link(&world, &siti, id, "pa.lama", "salah").await, Err(LinkFailure::WrongCredentials { left: 4 }));
    }

    async fn two_people_cannot_link_one_account_at_once(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let (mine, his) = (start(&world, &siti, Role::Pa).await, start(&world, &budi, Role::Pa).await);
        let (a, b) = tokio::join!(
            link(&world, &siti, mine, "pa.lama", SIRUP_PASSWORD),
            link(&world, &budi, his, "PA.LAMA", SIRUP_PASSWORD),
        );
        assert!(matches!((&a, &b), (Ok(()), Err(LinkFailure::AlreadyLinked)) | (Err(LinkFailure::AlreadyLinked), Ok(()))), "{a:?} {b:?}");
        assert_eq!(world.count("sirup_links").await, 2);
    }

    async fn the_same_person_may_use_it_again(world) {
        let siti = world.siti().await;
        let first = start(&world, &siti, Role::Pa).await;
        link(&world, &siti, first, "pa.lama", SIRUP_PASSWORD).await.unwrap();
        let second = start(&world, &siti, Role::Kpa).await;
        link(&world, &siti, second, "pa.lama", SIRUP_PASSWORD).await.unwrap();
        let third = start(&world, &siti, Role::Pa).await;
        applications::reuse_account(&world.backend, &siti, third, "pa.lama").await.unwrap();
        let stored = applications::draft(&world.backend, &siti, third).await.unwrap();
        assert!(matches!(stored.draft.link, Link::Linked(_)));
        // Not one of somebody else's.
        let budi = world.budi().await;
        let his = start(&world, &budi, Role::Pa).await;
        not_found(applications::reuse_account(&world.backend, &budi, his, "pa.lama").await);
    }

    async fn answers_already_chosen_are_not_overwritten(world) {
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        applications::confirm_new_access(&world.backend, &siti, id).await.unwrap();
        let answers = world.answers("Sekretariat");
        let version = applications::draft(&world.backend, &siti, id).await.unwrap().version;
        applications::save(&world.backend, &siti, id, version, answers.clone()).await.unwrap();
        link(&world, &siti, id, "pa.lama", SIRUP_PASSWORD).await.unwrap();
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        assert_eq!(stored.draft.answers, answers);
    }

    /// What is back for repair counts as open.
    async fn an_account_fills_in_no_work_unit_for_which_another_is_open(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        // The one that the account names.
        let other = sent_to(&world, &siti, Role::Pa, "Kementerian Ketenagakerjaan", "Sekretariat").await;
        let id = world.submitted(&siti, Role::Pa, "Inspektorat").await;
        decide(&world, &ratna, id, Verdict::Return, "Mohon dilengkapi.").await.unwrap();
        let version = applications::draft(&world.backend, &siti, id).await.unwrap().version;
        applications::save(&world.backend, &siti, id, version, Answers::default()).await.unwrap();
        let refused = applications::link_sirup(&world.backend, &siti, id, "pa.lama", &SIRUP_PASSWORD.into()).await;
        assert!(matches!(conflict(refused.err().unwrap()), Conflict::OpenApplication { .. }));
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        assert_eq!((stored.draft.link, stored.draft.answers), (Link::New, Answers::default()));
        assert!(applications::known_accounts(&world.backend, &siti).await.unwrap().is_empty());

        applications::withdraw(&world.backend, &siti, other).await.unwrap();
        link(&world, &siti, id, "pa.lama", SIRUP_PASSWORD).await.unwrap();
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        assert!(stored.draft.work_unit.is_some_and(|unit| unit.name.starts_with("Sekretariat")));
    }
}

/// An answer that never ends is given up on, and said to be one.
#[tokio::test(flavor = "multi_thread")]
async fn sirup_that_hangs_is_given_up_on() {
    let world = World::new(Database::Sqlite).await;
    let siti = world.siti().await;
    let id = start(&world, &siti, Role::Pa).await;
    let began = std::time::Instant::now();
    assert_eq!(link(&world, &siti, id, "pa.lambat", SIRUP_PASSWORD).await, Err(LinkFailure::Unavailable));
    assert!(began.elapsed().as_secs() < 30, "well before the minute that it takes");
}

/// An adapter that answers something else is no account.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_the_contract_is_an_outage() {
    use axum::{Router, http::StatusCode, routing::post};
    for answer in
        ["", "{}", "[1]", "{\"username\":\"\",\"name\":\"x\",\"role\":\"PA\",\"registered_at\":\"2023-01-01\"}"]
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router =
            Router::new().route("/v1/credentials/verify", post(move || async move { (StatusCode::OK, answer) }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let world = World::with(Database::Sqlite, &[("sirup_url", &url)]).await;
        let siti = world.siti().await;
        let id = start(&world, &siti, Role::Pa).await;
        assert_eq!(link(&world, &siti, id, "pa.lama", SIRUP_PASSWORD).await, Err(LinkFailure::Unavailable), "{answer}");
    }
}

/// What SiRUP refuses costs a try and stops nobody else. Input that it cannot process is said like a wrong password, anything
/// else like an outage.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_refused_is_a_try_and_no_outage() {
    use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::post};
    use serde_json::{Value, json};
    let answer = async |Json(question): Json<Value>| match question["username"].as_str() {
        Some("kpa.lama") => Json(json!({
            "username": "kpa.lama", "name": "Budi", "role": "KPA", "registered_at": "2023-02-01",
        }))
        .into_response(),
        Some("rusak") => "{}".into_response(),
        Some("nol") => Json(json!({
            "username": "nol", "name": "Siti\u{0}", "role": "PA", "registered_at": "2023-02-01",
        }))
        .into_response(),
        Some("ramai") => StatusCode::TOO_MANY_REQUESTS.into_response(),
        _ => StatusCode::BAD_REQUEST.into_response(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/credentials/verify", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let world = World::with(Database::Sqlite, &[("sirup_url", &url)]).await;
    let (siti, budi) = (world.siti().await, world.budi().await);
    let (mine, his) = (start(&world, &siti, Role::Pa).await, start(&world, &budi, Role::Kpa).await);
    for username in ["rusak", "nol", "ramai", "ramai"] {
        assert_eq!(link(&world, &siti, mine, username, "x").await, Err(LinkFailure::Unavailable), "{username}");
    }
    let cannot_be_processed = link(&world, &siti, mine, "aneh", "x").await;
    assert_eq!(cannot_be_processed, Err(LinkFailure::WrongCredentials { left: 0 }));
    let until = NOW.plus(30 * MINUTE);
    assert_eq!(link(&world, &siti, mine, "kpa.lama", "x").await, Err(LinkFailure::Paused { until }));
    link(&world, &budi, his, "kpa.lama", "x").await.unwrap();
}
