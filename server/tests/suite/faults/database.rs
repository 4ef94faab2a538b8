//! The database is gone or busy; several servers share it; the server is asked to stop.

use std::time::Duration;

use axum::{Router, http::StatusCode, routing::post};
use reqwest::Method;
use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, postgres::PgConnectOptions};
use tokio::sync::mpsc;

use super::*;
use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    outside::Outside,
    process::Host,
    *,
};

/// Pages, forms and scripts get an answer that says so; what needs no database works.
async fn everything_says_unavailable(siti: &Visitor, stranger: &Visitor, id: Uuid) {
    for path in [
        "/akses".to_owned(),
        page(id, "formulir"),
        page(id, "surat"),
        "/api/akses".to_owned(),
        "/akses/peristiwa".to_owned(),
    ] {
        let answer = siti.get(&path).await.expect(503);
        assert_eq!(answer.header("retry-after"), "5");
        answer.expect_says(UNAVAILABLE);
    }
    // Not "signed out": the form says what it is, and keeps what was typed.
    let refused = stranger.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(503);
    let refused = refused.expect_says(UNAVAILABLE);
    assert_eq!(refused.value("/masuk", "email").as_deref(), Some(SITI));
    let reply = stranger.post_by_script("/lupa-kata-sandi", &[("email", SITI)]).await.expect(200).json();
    assert_eq!(reply, json!({ "Stay": [{ "field": "form", "problem": { "kind": "unavailable" } }] }));
    stranger.get("/daftar/konfirmasi?token=x").await.expect(303);
    assert_eq!(stranger.ask("/api/daftar/tautan").await.expect(503).json(), json!("Unavailable"));
    stranger.get("/bantuan").await.expect(200);
    stranger.get("/health/live").await.expect(200);
    stranger.get("/health/ready").await.expect(503);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_database_is_reported_and_recovers() {
    let site = Site::new(Database::Postgres).await;
    let (siti, stranger) = (site.siti().await, site.visitor());
    let id = site.draft("Sekretariat").await;
    let url = secrecy::ExposeSecret::expose_secret(&site.world.config.database.url).to_owned();
    let options: PgConnectOptions = url.parse().unwrap();
    let name = options.get_database().unwrap().to_owned();
    let mut admin = options.database("postgres").connect().await.unwrap();
    let mut run = async |sql: String| {
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
    };
    run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    run(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")).await;

    everything_says_unavailable(&siti, &stranger, id).await;

    run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
    until("ready again", async || stranger.get("/health/ready").await.status == 200).await;
    siti.get("/akses").await.expect(200);
    // Open pages are told again, too.
    let mut events = siti.events().await;
    let told = async {
        loop {
            match events.next().await {
                Some(event) => break event,
                None => events = siti.events().await, // notices were missed: the page opens another stream
            }
        }
    };
    let telling = async {
        loop {
            let draft = siti.start("pa").await;
            siti.post(&page(draft, "status"), &[("", "")]).await.expect(303);
            // A person may open so many drafts in a day.
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::select! {
        event = tokio::time::timeout(Duration::from_secs(20), told) => assert_eq!(event.unwrap().0, "application"),
        () = telling => {}
    }
}

/// PostgreSQL was restarted: connections that are broken are not lent again, also where everybody only reads.
#[tokio::test(flavor = "multi_thread")]
async fn readers_alone_recover_from_a_restart() {
    let site = Site::new(Database::Postgres).await;
    let siti = site.siti().await;
    siti.get("/akses").await.expect(200);
    let Outside::Postgres(mut other) = outside(&site).await else { panic!("no PostgreSQL") };
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    other.execute(others).await.unwrap();
    let mut refused = 0;
    while siti.get("/akses").await.status != 200 {
        refused += 1;
        assert!(refused < 20, "the pool should have tested its connections by now");
    }
    for _ in 0..20 {
        siti.get("/akses").await.expect(200);
    }
}

/// Somebody else holds the one writer of SQLite for too long.
#[tokio::test(flavor = "multi_thread")]
async fn busy_database_is_reported_and_still_read() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let id = site.draft("Sekretariat").await;
    let path = page(id, "tinjau");
    let form = changed(siti.get(&path).await.form(&path), &[("confirmation", "ya")]);
    let Outside::Sqlite(mut other) = outside(&site).await else { panic!("no SQLite") };
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    siti.post(&path, &form).await.expect(503).expect_says(UNAVAILABLE);
    siti.get("/akses").await.expect(200);
    other.execute("ROLLBACK").await.unwrap();
    siti.send(&path, &form).await.expect(200).expect_says("GB-26-000001-3");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_share_one_database() {
    let one = Site::new(Database::Postgres).await;
    let two = one.beside().await;
    let id = one.sent("Sekretariat").await;
    // Signed in at one, and sent to the other.
    let siti = one.siti().await;
    let token = format!("gerbang={}", sign_in_token(&one).await);
    let elsewhere = two.visitor();
    let at_two =
        async |path: &str| Answer::of(path, elsewhere.request(Method::GET, path).header("cookie", &token)).await;
    at_two(&page(id, "status")).await.expect(200).expect_says("Menunggu Verifikasi");
    let siti_at_two = two.siti().await;
    let (mut here, mut there) = (siti.events().await, siti_at_two.events().await);
    let verifier = one.verifier().await;
    let path = format!("/verifikasi/{id}");
    let told = Some(("application".to_owned(), id.to_string()));
    verifier.take(id).await;
    assert_eq!((here.soon().await, there.soon().await), (told.clone(), told.clone()));
    let form = verifier.verdict(id, "approve", "").await;
    verifier.post(&path, &form).await.expect(303);
    assert_eq!((here.soon().await, there.soon().await), (told.clone(), told));
    at_two(&page(id, "status")).await.expect(200).expect_says("Akses Anda disetujui");
    // Of two verdicts at two servers, one counts.
    let late = two.verifier2().await.post(&path, &form).await.expect(409);
    late.expect_says("Sudah diputus orang lain: Ratna Wulandari");
    // Guesses are counted together.
    for nth in 0..10 {
        let server = if nth % 2 == 0 { &one } else { &two };
        server.visitor().post("/masuk", &[("email", "budi.kpa@contoh.go.id"), ("password", "salah")]).await.expect(422);
    }
    let right = [("email", "budi.kpa@contoh.go.id"), ("password", PASSWORD)];
    two.visitor().post("/masuk", &right).await.expect(429);
    // Signed out at one is signed out at both.
    let request = one.visitor().request(Method::POST, "/keluar").header("cookie", &token);
    Answer::of("/keluar", request.form(&[("", "")])).await.expect(303);
    at_two("/akses").await.expect(302);
}

/// The token of a new session of Siti's.
async fn sign_in_token(site: &Site) -> String {
    let answer = site.visitor().post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(303);
    let cookie = answer.header("set-cookie").strip_prefix("gerbang=").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_finishes_requests_and_ends_streams() {
    // A SiRUP that takes a second, and tells when it was asked.
    let (asked, mut was_asked) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = move || async move {
        asked.send(()).unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        StatusCode::UNAUTHORIZED
    };
    let router = Router::new().route("/v1/credentials/verify", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });

    let host = Host::new(Database::Sqlite, &[("log", "info"), ("sirup_url", &url)]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    let id = siti.start("pa").await;
    let mut events = siti.events().await;
    let path = page(id, "sirup");
    let linking = siti.post(&path, &[("sirup_username", "pa.lama"), ("sirup_password", "salah")]);
    let ending = async {
        was_asked.recv().await.unwrap();
        process.terminate();
        let ended = tokio::time::timeout(Duration::from_secs(5), events.next()).await.expect("the stream ends");
        assert_eq!(ended, None);
    };
    let (answer, ()) = tokio::join!(linking, ending);
    answer.expect(422).expect_says("Gagal masuk ke SiRUP");
    let status = tokio::time::timeout(Duration::from_secs(10), process.ended()).await.expect("it ends");
    assert!(status.success(), "{status}\n{}", host.log());
    siti.request(Method::GET, "/health/live").send().await.unwrap_err();
    assert!(host.log().contains("stopping"), "{}", host.log());
}
