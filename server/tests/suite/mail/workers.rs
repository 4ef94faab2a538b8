//! Many mails at a time: leases, domains that stall, and a polite stop.

use backend::mail;
use tokio::{sync::oneshot, task::JoinHandle};

use super::*;
use crate::support::smtp::{Answer, Gate, Stage};

/// Runs the workers; the sender stops them.
fn begin(world: &World, transport: Transport) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel();
    let workers = mail::run(world.backend.clone(), world.mailbox(transport), async move {
        let _ = stopped.await;
    });
    (stop, tokio::spawn(workers))
}

/// A server that answers the content of a mail once the gate is open.
async fn waiting_after_the_dot(gate: &Gate, answer: &'static str) -> Smtp {
    let gate = gate.clone();
    Smtp::hooked(move |stage, _| match stage {
        Stage::Content => Answer::Late(gate.clone(), answer),
        _ => Answer::Usual,
    })
    .await
}

/// A server that never answers the recipients of domains that begin with `lambat`.
async fn stalling_for_slow_domains() -> Smtp {
    Smtp::hooked(|stage, line| match stage {
        Stage::RcptTo if line.contains("@lambat") => Answer::Silent,
        _ => Answer::Usual,
    })
    .await
}

async fn due_at(world: &World) -> i64 {
    outside(world).await.texts("SELECT CAST(max(due_at) AS TEXT) FROM outbox").await[0].parse().unwrap()
}

on_both! {
    async fn ten_minutes_of_silence_after_the_dot_send_one_copy(world) {
        let gate = Gate::closed();
        let server = waiting_after_the_dot(&gate, "250 taken").await;
        let (backend, slow) = (world.backend.clone(), world.mailbox(smtp(&server)));
        post(&world, SITI).await;
        let first = tokio::spawn(async move { send_due(&backend, &slow).await });
        until("the dot", async || server.count(Stage::Content) == 1).await;
        let other = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(smtp(&other));
        for _ in 0..20 {
            world.advance(MINUTE / 2);
            let leased = world.backend.world.now().plus(MINUTE).micros();
            until("the lease is renewed", async || due_at(&world).await > leased).await;
            assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing);
        }
        gate.open();
        assert_eq!(first.await.unwrap().unwrap(), Delivery::Sent);
        assert_eq!((server.mails().len(), other.mails().len()), (1, 0));
        assert_eq!(status(&world).await, Status::Sent);
    }

    /// A worker that is cut off from the database loses its lease, and then must not send its copy.
    async fn mail_whose_lease_was_lost_is_given_up_before_its_content(world) {
        let gate = Gate::closed();
        let late = gate.clone();
        let server = Smtp::hooked(move |stage, _| match stage {
            Stage::RcptTo => Answer::Late(late.clone(), "250 ok"),
            _ => Answer::Usual,
        })
        .await;
        let (backend, slow) = (world.backend.clone(), world.mailbox(smtp(&server)));
        post(&world, SITI).await;
        let first = tokio::spawn(async move { send_due(&backend, &slow).await });
        until("the recipient", async || server.count(Stage::RcptTo) == 1).await;
        world.sql("UPDATE outbox SET due_at = created_at, attempts = attempts + 1").await.unwrap();
        world.advance(MINUTE / 2);
        assert!(matches!(first.await.unwrap().unwrap(), Delivery::Again(_)));
        gate.open();
        let other = Smtp::start(Manner::Takes).await;
        assert_eq!(send_due(&world.backend, &world.mailbox(smtp(&other))).await.unwrap(), Delivery::Sent);
        assert_eq!((server.mails().len(), other.mails().len()), (0, 1));
    }

    async fn stalling_domain_does_not_hold_up_another(world) {
        let server = stalling_for_slow_domains().await;
        for nth in 0..8 {
            post(&world, &format!("a{nth}@lambat.go.id")).await;
        }
        post(&world, SITI).await;
        let (_stop, _workers) = begin(&world, smtp(&server));
        until("the other mail", async || server.mails().len() == 1).await;
        assert!(server.mails()[0].contains("To: siti.pa@contoh.go.id"));
        assert!(server.count(Stage::RcptTo) <= 7, "the domain takes six places of sixteen at most");
    }

    /// More stalling domains than there are places: those who wait get the places of the slow ones.
    async fn slow_conversations_hold_no_places(world) {
        let server = stalling_for_slow_domains().await;
        for nth in 0..32 {
            post(&world, &format!("a{nth}@lambat{}.go.id", nth % 4)).await;
        }
        world.advance(MINUTE);
        post(&world, SITI).await;
        let limits = Limits { slow: Duration::from_millis(500), ..Limits::default() };
        let (_stop, _workers) = begin(&world, Transport::smtp_within(&server.url().into(), limits).unwrap());
        until("the other mail", async || server.mails().len() == 1).await;
        assert!(server.mails()[0].contains("To: siti.pa@contoh.go.id"));
        let begun = server.count(Stage::RcptTo);
        assert!(begun <= 17, "a domain with slow conversations begins no others: {begun}");
    }

    async fn stop_waits_for_the_answer_and_notes_it(world) {
        for (answer, noted) in [("250 taken", "sent"), ("451 later", "pending")] {
            let gate = Gate::closed();
            let server = waiting_after_the_dot(&gate, answer).await;
            post(&world, SITI).await;
            let (stop, workers) = begin(&world, smtp(&server));
            until("the dot", async || server.count(Stage::Content) == 1).await;
            stop.send(()).unwrap();
            post(&world, "budi.kpa@contoh.go.id").await;
            tokio::task::yield_now().await;
            gate.open();
            workers.await.unwrap();
            assert_eq!(statuses(&world, SITI).await, [noted], "{answer}");
            assert_eq!(server.count(Stage::Content), 1, "nothing is begun after the stop");
            world.sql("DELETE FROM outbox").await.unwrap();
        }
    }

    async fn stop_gives_back_what_was_not_sent_yet(world) {
        let server = stalling_for_slow_domains().await;
        post(&world, "a@lambat.go.id").await;
        let (stop, workers) = begin(&world, smtp(&server));
        until("the recipient", async || server.count(Stage::RcptTo) == 1).await;
        stop.send(()).unwrap();
        workers.await.unwrap();
        assert_eq!(status(&world).await, Status::Pending);
        let other = Smtp::start(Manner::Takes).await;
        assert_eq!(send_due(&world.backend, &world.mailbox(smtp(&other))).await.unwrap(), Delivery::Sent);
        assert_eq!((server.mails().len(), other.mails().len()), (0, 1));
    }

    /// Not a test of speed: every mail leaves once, however many workers and conversations there are.
    async fn two_servers_send_every_mail_once(world) {
        let server = Smtp::start(Manner::Takes).await;
        for nth in 0..120 {
            post(&world, &format!("a{nth}@domain{}.go.id", nth % 7)).await;
        }
        let (first, second) = (begin(&world, smtp(&server)), begin(&world, smtp(&server)));
        until("all mails", async || {
            outside(&world).await.texts("SELECT status FROM outbox WHERE status <> 'sent'").await.is_empty()
        })
        .await;
        for (stop, workers) in [first, second] {
            stop.send(()).unwrap();
            workers.await.unwrap();
        }
        let mut recipients: Vec<String> =
            server.mails().iter().flat_map(|mail| mail.lines().find(|line| line.starts_with("To: ")).map(str::to_owned)).collect();
        assert_eq!(recipients.len(), 120);
        recipients.sort();
        recipients.dedup();
        assert_eq!(recipients.len(), 120);
    }
}
