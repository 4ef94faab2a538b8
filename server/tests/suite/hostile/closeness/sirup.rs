//! Somebody who wears down linking with SiRUP for others: a username, the circuit breaker, a whole network.

use axum::{
    Json, Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use backend::{Actor, applications};
use domain::{
    issues::{Field, Problem, link_failure::LinkFailure},
    role::{ProfileType, Role},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::*;

const SIRUP_PASSWORD: &str = devtools::development::SIRUP_PASSWORD;
const STAFF: [&str; 3] = ["verifikator@contoh.go.id", "verifikator2@contoh.go.id", "penyelia@contoh.go.id"];
const PEOPLE: [&str; 4] =
    ["siti.pa@contoh.go.id", "budi.kpa@contoh.go.id", "dewi@contoh.go.id", "wayan.pa@contoh.go.id"];

/// A person with a draft, at an address.
struct Person {
    actor: Actor,
    draft: Uuid,
}

async fn person(world: &World, email: &str, address: &str) -> Person {
    let actor = Actor { address: address.parse().unwrap(), ..world.actor(email).await };
    let draft = applications::start(&world.backend, &actor, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
    Person { actor, draft }
}

impl Person {
    async fn links(&self, world: &World, username: &str, password: &str) -> Result<(), LinkFailure> {
        let outcome =
            applications::link_sirup(&world.backend, &self.actor, self.draft, username, &password.into()).await;
        outcome.map_err(|error| match problem_at(error, Field::SirupUsername) {
            Problem::Sirup(failure) => failure,
            other => panic!("{other:?}"),
        })
    }
}

/// An adapter that opens the account `baik` and answers the status that the username names for any other.
async fn adapter() -> String {
    async fn answer(Json(question): Json<Value>) -> Response {
        let username = question["username"].as_str().unwrap();
        match username.split('.').next().and_then(|status| status.parse::<u16>().ok()) {
            Some(status) => StatusCode::from_u16(status).unwrap().into_response(),
            None => Json(json!({
                "username": username, "name": "Budi", "role": "PA", "registered_at": "2023-02-01",
            }))
            .into_response(),
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/credentials/verify", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[track_caller]
fn paused<T: std::fmt::Debug>(outcome: Result<T, LinkFailure>) -> domain::time::Timestamp {
    match outcome {
        Err(LinkFailure::Paused { until }) => until,
        other => panic!("not paused: {other:?}"),
    }
}

on_both! {
    async fn strangers_tries_do_not_keep_the_owner_out(world) {
        let stranger = person(&world, PEOPLE[0], "203.0.113.1").await;
        for _ in 0..5 {
            stranger.links(&world, "pa.lama", "salah").await.unwrap_err();
        }
        // The stranger is out for half an hour, the owner not for an instant.
        assert_eq!(paused(stranger.links(&world, "kpa.lama", "salah").await), NOW.plus(30 * MINUTE));
        let owner = person(&world, PEOPLE[1], "203.0.113.2").await;
        owner.links(&world, "pa.lama", SIRUP_PASSWORD).await.unwrap();
    }

    async fn owner_who_mistyped_waits_a_minute_at_most(world) {
        let (stranger, other) = (person(&world, PEOPLE[0], "203.0.113.1").await, person(&world, PEOPLE[1], "203.0.113.1").await);
        for stranger in [&stranger, &other] {
            for _ in 0..5 {
                let _ = stranger.links(&world, "pa.lama", "salah").await;
            }
        }
        let owner = person(&world, PEOPLE[2], "203.0.113.9").await;
        assert_eq!(owner.links(&world, "pa.lama", "salah").await, Err(LinkFailure::WrongCredentials { left: 4 }));
        let until = paused(owner.links(&world, "pa.lama", SIRUP_PASSWORD).await);
        assert!(until <= NOW.plus(MINUTE), "{until:?}");
        // What was not tried is not counted.
        world.advance(MINUTE);
        owner.links(&world, "pa.lama", SIRUP_PASSWORD).await.unwrap();
    }

    /// Whoever goes on after the short pauses, from one network, waits longer.
    async fn a_network_that_goes_on_with_a_username_is_paused_longer(world) {
        let mut tried = 0;
        for email in PEOPLE {
            let stranger = person(&world, email, "203.0.113.1").await;
            for _ in 0..4 {
                tried += u32::from(!matches!(stranger.links(&world, "pa.lama", "salah").await, Err(LinkFailure::Paused { .. })));
            }
            world.advance(MINUTE);
        }
        // Ten, and the first one of a person.
        assert_eq!(tried, 11);
        let stranger = person(&world, PEOPLE[0], "203.0.113.1").await;
        assert!(paused(stranger.links(&world, "pa.lama", "salah").await) > world.backend.world.now().plus(MINUTE));
    }

    async fn a_network_has_thirty_tries_an_hour(world) {
        let mut nth = 0;
        for email in PEOPLE.into_iter().chain(STAFF.into_iter().take(2)) {
            // One line has all of these addresses.
            let person = person(&world, email, &format!("2001:db8:1:2:{nth}::1")).await;
            for _ in 0..5 {
                nth += 1;
                let outcome = person.links(&world, &format!("orang.{nth}"), "salah").await;
                assert!(matches!(outcome, Err(LinkFailure::WrongCredentials { .. })), "{nth}: {outcome:?}");
            }
        }
        let last = person(&world, STAFF[2], "2001:db8:1:2:ffff::9").await;
        // Nobody loses their own first try to the others of an office.
        let first = last.links(&world, "orang.31", "salah").await;
        assert_eq!(first, Err(LinkFailure::WrongCredentials { left: 0 }));
        assert_eq!(paused(last.links(&world, "pa.lama", SIRUP_PASSWORD).await), NOW.plus(HOUR));
        let elsewhere = Person { actor: Actor { address: "2001:db8:1:3::9".parse().unwrap(), ..last.actor }, ..last };
        elsewhere.links(&world, "pa.lama", SIRUP_PASSWORD).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn input_that_sirup_cannot_process_is_that_persons_refusal() {
    let world = World::with(Database::Sqlite, &[("sirup_url", &adapter().await)]).await;
    let attacker = person(&world, PEOPLE[0], "203.0.113.1").await;
    for (left, status) in [(4, 400), (3, 413), (2, 422)] {
        let outcome = attacker.links(&world, &format!("{status}.x"), "x").await;
        assert_eq!(outcome, Err(LinkFailure::WrongCredentials { left }), "{status}");
    }
    // Others are as before: refused, and no outage either.
    for status in [403, 404, 429] {
        let outcome = attacker.links(&world, &format!("{status}.x"), "x").await;
        assert!(matches!(outcome, Err(LinkFailure::Unavailable | LinkFailure::Paused { .. })), "{status}");
    }
    let other = person(&world, PEOPLE[1], "203.0.113.2").await;
    other.links(&world, "baik", "x").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_does_not_open_the_breaker_for_all() {
    let world = World::with(Database::Sqlite, &[("sirup_url", &adapter().await)]).await;
    let attacker = person(&world, PEOPLE[0], "203.0.113.1").await;
    for nth in 0..20 {
        // From many networks, with many usernames.
        let address = format!("203.0.113.{nth}").parse().unwrap();
        let moved = Person { actor: Actor { address, ..attacker.actor.clone() }, draft: attacker.draft };
        assert_eq!(moved.links(&world, &format!("503.{nth}"), "x").await, Err(LinkFailure::Unavailable));
    }
    let other = person(&world, PEOPLE[1], "198.51.100.2").await;
    other.links(&world, "baik", "x").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_username_or_network_does_not_open_the_breaker_for_all() {
    let world = World::with(Database::Sqlite, &[("sirup_url", &adapter().await)]).await;
    for (nth, email) in PEOPLE.into_iter().chain(STAFF).enumerate() {
        let person = person(&world, email, &format!("203.0.113.{nth}")).await;
        assert_eq!(person.links(&world, "503.lambat", "x").await, Err(LinkFailure::Unavailable));
        let here = Actor { address: "203.0.113.77".parse().unwrap(), ..person.actor };
        let here = Person { actor: here, draft: person.draft };
        assert_eq!(here.links(&world, &format!("503.{nth}"), "x").await, Err(LinkFailure::Unavailable));
    }
    let other = person(&world, "dewi@contoh.go.id", "198.51.100.2").await;
    other.links(&world, "baik", "x").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn outage_that_several_people_see_opens_the_breaker() {
    let world = World::with(Database::Sqlite, &[("sirup_url", &adapter().await)]).await;
    for (nth, email) in PEOPLE.into_iter().take(3).enumerate() {
        let person = person(&world, email, &format!("203.0.113.{nth}")).await;
        assert_eq!(person.links(&world, &format!("503.{nth}"), "x").await, Err(LinkFailure::Unavailable));
    }
    let other = person(&world, PEOPLE[3], "198.51.100.2").await;
    assert_eq!(other.links(&world, "baik", "x").await, Err(LinkFailure::Unavailable), "not asked");
    world.advance(MINUTE / 4);
    other.links(&world, "baik", "x").await.unwrap();
}
