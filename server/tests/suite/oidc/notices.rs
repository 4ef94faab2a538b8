//! Logout notices to platforms: retried while a platform is down, and given up in the end.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use backend::oidc::logout::{Delivery, deliver_due};
use futures::future::join_all;
use jsonwebtoken::jwk::JwkSet;
use serde_json::json;

use super::*;
use crate::support::{browser::Site, outside::Outside, platform::*, *};

on_both_sites! {
    async fn logout_notice_is_retried_until_the_platform_is_back(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let ear = Ear::new().await;
        let client = world.platform("kabar", |form| form.backchannel_logout_uri = ear.url.clone()).await;
        let siti = site.siti().await;
        let tokens = site.tokens(&siti, &client).await;
        ear.answers(StatusCode::SERVICE_UNAVAILABLE);
        siti.send("/keluar", &[("", "")]).await.expect(200);
        ear.hears(1).await;
        // The clock stands: the next attempt is due in 5 seconds, the one after it 10 seconds later.
        let mut outside = Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await;
        let mut noted = async |wait: u64| {
            let due = world.clock.world().now().plus(Duration::from_secs(wait)).micros();
            let noted = format!("SELECT 'noted' FROM logout_notices WHERE due_at = {due} AND last_error IS NOT NULL");
            while outside.texts(&noted).await.is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        noted(5).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        ear.hears(1).await;
        world.advance(Duration::from_secs(5));
        ear.hears(2).await;
        noted(10).await;
        ear.answers(StatusCode::OK);
        world.advance(Duration::from_secs(10));
        ear.hears(3).await;
        world.advance(HOUR);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        ear.hears(3).await;

        let keys: JwkSet = serde_json::from_value(site.visitor().get("/oidc/jwks").await.expect(200).json()).unwrap();
        let known = claims(&keys, tokens["id_token"].as_str().unwrap(), "JWT", &client.client_id);
        let mut names = BTreeSet::new();
        for token in ear.heard() {
            let said = claims(&keys, &token, "logout+jwt", &client.client_id);
            assert_eq!((&said["iss"], &said["sub"], &said["sid"]), (&known["iss"], &known["sub"], &known["sid"]));
            assert_eq!(said["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
            assert!(said.get("nonce").is_none(), "{said}");
            assert!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap() <= 120, "{said}");
            names.insert(said["jti"].as_str().unwrap().to_owned());
        }
        assert_eq!(names.len(), 3, "each attempt is a token of its own");
    }

    async fn unreachable_platform_does_not_delay_others(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let (deaf, ear) = (Ear::new().await, Ear::new().await);
        let down = world.platform("mati", |form| form.backchannel_logout_uri = deaf.url.clone()).await;
        let up = world.platform("hidup", |form| form.backchannel_logout_uri = ear.url.clone()).await;
        let siti = site.siti().await;
        for _ in 0..6 {
            site.tokens(&siti, &down).await;
        }
        site.tokens(&siti, &up).await;
        deaf.is_silent();
        let began = Instant::now();
        siti.send("/keluar", &[("", "")]).await.expect(200);
        ear.hears(1).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

/// The back channel of a platform: hears logout tokens, and answers as it is told.
struct Ear {
    url: String,
    state: Arc<Mutex<Hearing>>,
}

struct Hearing {
    heard: Vec<String>,
    /// No answer at all if there is none.
    answer: Option<StatusCode>,
}

impl Ear {
    async fn new() -> Self {
        let state = Arc::new(Mutex::new(Hearing { heard: Vec::new(), answer: Some(StatusCode::OK) }));
        let router = Router::new().route("/kabar", post(hear)).with_state(state.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/kabar", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    fn answers(&self, status: StatusCode) {
        self.state.lock().unwrap().answer = Some(status);
    }

    fn is_silent(&self) {
        self.state.lock().unwrap().answer = None;
    }

    fn heard(&self) -> Vec<String> {
        self.state.lock().unwrap().heard.clone()
    }

    /// Waits until it has heard just so many.
    async fn hears(&self, times: usize) {
        let began = Instant::now();
        while self.heard().len() < times {
            assert!(began.elapsed() < Duration::from_secs(5), "{} of {times} were heard", self.heard().len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(self.heard().len(), times);
    }
}

async fn hear(State(state): State<Arc<Mutex<Hearing>>>, form: String) -> StatusCode {
    let answer = {
        let mut hearing = state.lock().unwrap();
        hearing.heard.push(form.strip_prefix("logout_token=").unwrap().to_owned());
        hearing.answer
    };
    match answer {
        Some(status) => status,
        None => std::future::pending().await,
    }
}

/// Tried as often as a mail, by one worker at a time, then given up.
async fn undelivered_logout_notice_is_given_up(database: Database) {
    let site = Site::new(database).await;
    let world = &site.world;
    world.active("Sekretariat").await;
    let ear = Ear::new().await;
    let client = world.platform("tuli", |form| form.backchannel_logout_uri = ear.url.clone()).await;
    let siti = site.siti().await;
    site.tokens(&siti, &client).await;
    // One that sends us elsewhere has not heard, and nobody is told there.
    ear.answers(StatusCode::TEMPORARY_REDIRECT);
    siti.send("/keluar", &[("", "")]).await.expect(200);
    let mut wait = 5;
    for attempt in 1..20 {
        // Of several workers at one moment, one takes it up.
        let at_once = join_all((0..4).map(|_| deliver_due(&world.backend, client.id))).await;
        let (some, none): (Vec<_>, Vec<_>) =
            at_once.into_iter().map(Result::unwrap).partition(|delivery| *delivery != Delivery::Nothing);
        let due = world.backend.world.now().plus(Duration::from_secs(wait));
        assert_eq!((some, none.len()), (vec![Delivery::Again(due)], 3), "attempt {attempt}");
        world.advance(Duration::from_secs(wait));
        wait = (2 * wait).min(3600);
    }
    assert_eq!(deliver_due(&world.backend, client.id).await.unwrap(), Delivery::Parked);
    world.advance(DAY);
    assert_eq!(deliver_due(&world.backend, client.id).await.unwrap(), Delivery::Nothing);
    assert_eq!(ear.heard().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn undelivered_logout_notice_is_given_up_on_sqlite() {
    undelivered_logout_notice_is_given_up(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn undelivered_logout_notice_is_given_up_on_postgres() {
    undelivered_logout_notice_is_given_up(Database::Postgres).await;
}
