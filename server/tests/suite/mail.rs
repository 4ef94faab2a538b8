//! The outbox over a real SMTP conversation: a server that takes, refuses, stalls, is gone and comes back.

use std::time::Duration;

use backend::{
    accounts,
    mail::{Delivery, Status, Transport, recent, send_due},
    sessions,
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

async fn status(world: &World) -> Status {
    recent(&world.backend, 1).await.unwrap().remove(0).status
}

on_both! {
    async fn a_mail_is_sent_once_and_its_secret_forgotten(world) {
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
        assert_eq!(status(&world).await, Status::Sent);
        assert!(!world.mails().await[0].2.contains(secret.expose()), "the stored mail no longer opens anything");
    }

    async fn a_server_that_is_gone_gets_the_mail_when_it_is_back(world) {
        let server = Smtp::start(Manner::Takes).await;
        let port = server.stop();
        let mailbox = world.mailbox(Transport::smtp(&format!("smtp://127.0.0.1:{port}").into()).unwrap());
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(NOW.plus(Duration::from_secs(5))));
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing, "not before it is due");
        world.advance(Duration::from_secs(5));
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(NOW.plus(Duration::from_secs(15))));
        let server = Smtp::start_at(port, Manner::Takes).await;
        world.advance(Duration::from_secs(10));
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(server.mails().len(), 1);
    }

    async fn refused_for_now_is_tried_again_and_for_good_is_parked(world) {
        let server = Smtp::start(Manner::Refuses(451)).await;
        let mailbox = world.mailbox(smtp(&server));
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
        assert_eq!(status(&world).await, Status::Pending);
        server.set(Manner::Refuses(550));
        world.advance(MINUTE);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        assert_eq!(status(&world).await, Status::Parked);
        // The next one is not held up.
        server.set(Manner::Takes);
        accounts::forgot_password(&world.backend, "budi.kpa@contoh.go.id").await.unwrap();
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing);
    }

    /// Another version of the program may have written it.
    async fn a_mail_that_cannot_be_read_holds_nothing_up(world) {
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
        assert_eq!(kept, ["parked"], "as it was, for an administrator to look at");
        assert_eq!(recent(&world.backend, 10).await.unwrap().len(), 1);
    }

    async fn a_mail_that_was_given_up_forgets_its_secret_once_the_link_is_over(world) {
        let server = Smtp::start(Manner::Refuses(550)).await;
        let mailbox = world.mailbox(smtp(&server));
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        let secret = world.secret_for("siti.pa@contoh.go.id").await;
        let knows = async || world.mails().await[0].2.contains(secret.expose());
        world.advance(7 * DAY - HOUR);
        sessions::sweep(&world.backend).await.unwrap();
        assert!(knows().await, "it may still be sent: the link of an invitation holds for a week");
        world.advance(HOUR);
        sessions::sweep(&world.backend).await.unwrap();
        assert!(!knows().await);
        assert_eq!(world.mails().await[0].1, "Atur ulang kata sandi", "the rest is as it was");
    }

    async fn a_mail_under_way_is_nobody_elses(world) {
        let server = Smtp::start(Manner::Stalls).await;
        let stalled = world.mailbox(smtp(&server));
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        let backend = world.backend.clone();
        let first = tokio::spawn(async move { send_due(&backend, &stalled).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        let other = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(smtp(&other));
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing);
        // A worker that died leaves it to another after its time.
        first.abort();
        world.advance(2 * MINUTE);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(other.mails().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stalls_is_given_up_on() {
    let world = World::new(Database::Sqlite).await;
    let server = Smtp::start(Manner::Stalls).await;
    let mailbox = world.mailbox(smtp(&server));
    accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
    let outcome = tokio::time::timeout(Duration::from_secs(70), send_due(&world.backend, &mailbox)).await;
    assert!(matches!(outcome.unwrap().unwrap(), Delivery::Again(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_half_a_day_a_mail_is_parked() {
    let world = World::new(Database::Sqlite).await;
    let server = Smtp::start(Manner::Refuses(451)).await;
    let mailbox = world.mailbox(smtp(&server));
    accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
    for _ in 0..19 {
        assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
        world.advance(HOUR);
    }
    assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
}

/// The workers of a running server send by themselves, as soon as the cause is committed.
#[tokio::test(flavor = "multi_thread")]
async fn workers_send_at_once() {
    let world = World::new(Database::Sqlite).await;
    let server = Smtp::start(Manner::Takes).await;
    tokio::spawn(backend::mail::run(world.backend.clone(), world.mailbox(smtp(&server))));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = std::time::Instant::now();
    accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
    while server.mails().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
