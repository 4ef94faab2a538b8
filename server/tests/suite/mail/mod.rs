//! The outbox against a real SMTP server that accepts, refuses, stalls, goes away and comes back.

mod conversations;
mod links;
mod page;
mod workers;

use std::time::{Duration, Instant};

use backend::{
    accounts::{self, sessions},
    mail::{Delivery, Limits, Status, Transport, recent, send_due},
};

use crate::support::{
    outside::Outside,
    smtp::{Manner, Smtp},
    *,
};

async fn outside(world: &World) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await
}

fn smtp(server: &Smtp) -> Transport {
    Transport::smtp(&server.url().into()).unwrap()
}

/// Waits 400 ms for each answer.
fn impatient(server: &Smtp) -> Transport {
    let short = Duration::from_millis(400);
    let limits = Limits { connect: short, command: short, data: short, block: short, end: short, slow: short };
    Transport::smtp_within(&server.url().into(), limits).unwrap()
}

async fn status(world: &World) -> Status {
    recent(&world.backend, 1).await.unwrap().remove(0).status
}

/// Writes a mail to an address, of anybody, however many it got lately.
async fn post(world: &World, address: &str) {
    world.sql("DELETE FROM throttles").await.unwrap();
    accounts::forgot_password(&world.backend, address).await.unwrap();
}

/// The statuses of all mails to an address, oldest first.
async fn statuses(world: &World, address: &str) -> Vec<String> {
    let sql = format!("SELECT status FROM outbox WHERE recipient = '{address}' ORDER BY created_at, id");
    outside(world).await.texts(&sql).await
}

/// Looks again and again until it is so.
async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !so().await {
        assert!(began.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

on_both! {
    async fn sent_mail_is_not_sent_again_and_loses_its_token(world) {
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(smtp(&server));
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        let secret = world.secret_for("siti.pa@contoh.go.id").await;
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing);
        let mails = server.mails();
        assert_eq!(mails.len(), 1);
        let mail = mails[0].replace("=\n", "").replace("=3D", "=");
        assert!(mail.contains("To: siti.pa@contoh.go.id") && mail.contains("From: Gerbang <gerbang@contoh.go.id>"), "{mail}");
        assert!(mail.contains("text/plain") && mail.contains("text/html") && mail.contains(secret.expose()));
        assert!(mail.contains("Auto-Submitted: auto-generated\n"), "nobody's absence is answered to it: {mail}");
        assert_eq!(status(&world).await, Status::Sent);
        assert!(!world.mails().await[0].2.contains(secret.expose()), "a sent mail keeps no token");
    }

    async fn unreachable_server_is_retried_with_backoff(world) {
        let server = Smtp::start(Manner::Takes).await;
        let port = server.stop();
        let mailbox = world.mailbox(Transport::smtp(&format!("smtp://127.0.0.1:{port}").into()).unwrap());
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(NOW.plus(Duration::from_secs(5))));
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing, "no attempt before the mail is due");
        world.advance(Duration::from_secs(5));
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(NOW.plus(Duration::from_secs(15))));
        let server = Smtp::start_at(port, Manner::Takes).await;
        world.advance(Duration::from_secs(10));
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(server.mails().len(), 1);
    }

    async fn refusal_with_4xx_is_retried_and_with_5xx_is_parked(world) {
        let server = Smtp::start(Manner::Refuses(451)).await;
        let mailbox = world.mailbox(smtp(&server));
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
        assert_eq!(status(&world).await, Status::Pending);
        server.set(Manner::Refuses(550));
        world.advance(MINUTE);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        assert_eq!(status(&world).await, Status::Parked);
        // A parked mail does not block the next one.
        server.set(Manner::Takes);
        accounts::forgot_password(&world.backend, "budi.kpa@contoh.go.id").await.unwrap();
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing);
    }

    /// Another version of the program may have written the mail.
    async fn unreadable_mail_is_parked_and_does_not_block_others(world) {
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(smtp(&server));
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        let mut outside = outside(&world).await;
        outside.texts(r#"UPDATE outbox SET content = '{"template": "lain"}' RETURNING status"#).await;
        world.advance(MINUTE);
        accounts::forgot_password(&world.backend, "budi.kpa@contoh.go.id").await.unwrap();
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(server.mails().len(), 1);
        let kept = outside.texts("SELECT status FROM outbox WHERE CAST(content AS TEXT) LIKE '%lain%'").await;
        assert_eq!(kept, ["parked"], "the content stays, so that an administrator can look at it");
        assert_eq!(recent(&world.backend, 10).await.unwrap().len(), 1);
    }

    async fn parked_mail_loses_its_token_once_the_link_has_expired(world) {
        let server = Smtp::start(Manner::Refuses(550)).await;
        let mailbox = world.mailbox(smtp(&server));
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        let secret = world.secret_for("siti.pa@contoh.go.id").await;
        let holds_token = async || world.mails().await[0].2.contains(secret.expose());
        world.advance(7 * DAY - HOUR);
        sessions::sweep(&world.backend).await.unwrap();
        assert!(holds_token().await, "it may still be resent: the link of an invitation is valid for a week");
        world.advance(HOUR);
        sessions::sweep(&world.backend).await.unwrap();
        assert!(!holds_token().await);
        assert_eq!(world.mails().await[0].1, "Atur ulang kata sandi", "only the token is removed");
    }

    async fn mail_being_sent_is_leased_to_one_worker(world) {
        let server = Smtp::start(Manner::Stalls).await;
        let stalled = world.mailbox(smtp(&server));
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        let backend = world.backend.clone();
        let first = tokio::spawn(async move { send_due(&backend, &stalled).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        let other = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(smtp(&other));
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing);
        // If the worker dies, another one takes the mail once the lease has expired.
        first.abort();
        world.advance(2 * MINUTE);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(other.mails().len(), 1);
    }
}

/// Once the workers run, a commit is all that a mail needs.
#[tokio::test(flavor = "multi_thread")]
async fn workers_send_as_soon_as_the_cause_is_committed() {
    let world = World::new(Database::Sqlite).await;
    let server = Smtp::start(Manner::Takes).await;
    tokio::spawn(backend::mail::run(world.backend.clone(), world.mailbox(smtp(&server)), std::future::pending()));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = std::time::Instant::now();
    accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
    while server.mails().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
