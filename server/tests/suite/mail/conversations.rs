//! What becomes of a mail by the stage at which its conversation fails.

use backend::mail;
use domain::mail::ParkedCause;
use rstest::rstest;

use super::*;
use crate::support::smtp::{Answer, Gate, Stage};

/// A server that gives this answer at a stage, and the usual ones elsewhere.
async fn saying(at: Stage, answer: &'static str) -> Smtp {
    Smtp::hooked(move |stage, _| if stage == at { Answer::Says(answer) } else { Answer::Usual }).await
}

async fn causes(world: &World) -> Vec<ParkedCause> {
    let admin = world.actor("admin@contoh.go.id").await;
    let parked = mail::parked(&world.backend, &admin).await.unwrap();
    parked.into_iter().map(|mail| mail.cause).collect()
}

on_both! {
    /// The answer to a conversation that was given up comes when the next mail is sent. It must not be taken for an answer
    /// about that one.
    async fn late_answer_is_not_taken_for_one_about_the_next_mail(world) {
        let gate = Gate::closed();
        let late = gate.clone();
        let server = Smtp::hooked(move |stage, _| match stage {
            Stage::Content => Answer::Late(late.clone(), "250 taken"),
            _ => Answer::Usual,
        })
        .await;
        let mailbox = world.mailbox(impatient(&server));
        post(&world, SITI).await;
        assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
        server.set(Manner::Refuses(550));
        gate.open();
        until("the late answer", async || server.mails().len() == 1).await;
        post(&world, "budi.kpa@contoh.go.id").await;
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        assert_eq!(statuses(&world, "budi.kpa@contoh.go.id").await, ["parked"], "the server refused it");
        assert_eq!(statuses(&world, SITI).await, ["pending"], "nobody heard that it was taken");
        assert_eq!(server.count(Stage::Greeting), 2, "each over a connection of its own");
    }

    async fn refusal_before_a_recipient_is_heard_of_never_parks(world) {
        let stages = [
            (Stage::Greeting, "554 5.3.2 closed"),
            (Stage::Ehlo, "550 5.7.1 who are you"),
            (Stage::StartTls, "554 5.3.3 broken"),
            (Stage::Auth, "535 5.7.8 wrong"),
            (Stage::MailFrom, "553 5.1.8 unknown sender"),
            (Stage::Data, "554 5.5.1 not now"),
        ];
        for (stage, answer) in stages {
            let server = saying(stage, answer).await;
            let (user, query) = match stage {
                Stage::StartTls => ("", "?tls=required"),
                Stage::Auth => ("gerbang:sandi@", ""),
                _ => ("", ""),
            };
            let url = format!("smtp://{user}127.0.0.1:{}{query}", server.port);
            let mailbox = world.mailbox(Transport::smtp(&url.into()).unwrap());
            post(&world, SITI).await;
            let outcome = send_due(&world.backend, &mailbox).await.unwrap();
            assert!(matches!(outcome, Delivery::Again(_)), "{stage:?}: {outcome:?}");
            assert_eq!(server.count(stage), 1, "{stage:?} should have been reached");
            let error = outside(&world).await.texts("SELECT last_error FROM outbox WHERE status = 'pending'").await;
            assert!(error[0].contains(&answer[..3]), "{stage:?}: {error:?}");
            let healed = world.mailbox(Transport::Shown);
            world.advance(HOUR / 2);
            assert_eq!(send_due(&world.backend, &healed).await.unwrap(), Delivery::Sent);
        }
        assert!(causes(&world).await.is_empty());
    }

    async fn refusal_of_recipient_or_content_parks_with_its_codes(world) {
        let refusals = [
            (Stage::RcptTo, "550 5.1.1 no such user", ParkedCause::Recipient("550 5.1.1".to_owned())),
            (Stage::RcptTo, "551 no", ParkedCause::Recipient("551".to_owned())),
            (Stage::Content, "554 5.7.1 spam", ParkedCause::Content("554 5.7.1".to_owned())),
        ];
        for (stage, answer, cause) in refusals {
            let server = saying(stage, answer).await;
            let mailbox = world.mailbox(smtp(&server));
            post(&world, SITI).await;
            assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked, "{answer}");
            assert_eq!(causes(&world).await[0], cause);
            world.advance(MINUTE);
        }
    }

    async fn passing_failure_is_retried_for_three_days(world) {
        let server = Smtp::start(Manner::Refuses(451)).await;
        let mailbox = world.mailbox(smtp(&server));
        let siti = world.siti().await;
        world.submitted(&siti, domain::role::Role::Pa, "Sekretariat").await;
        for hour in 0..72 {
            assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)), "hour {hour}");
            world.advance(HOUR);
        }
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        assert_eq!(causes(&world).await, [ParkedCause::TooLong]);
    }

    async fn first_success_makes_mails_due_that_wait_for_the_server(world) {
        let server = saying(Stage::MailFrom, "451 4.3.0 disk full").await;
        let mailbox = world.mailbox(smtp(&server));
        let waiting = ["a@satu.go.id", "b@dua.go.id", "c@tiga.go.id"];
        for address in waiting {
            post(&world, address).await;
        }
        for _ in 0..6 {
            for _ in waiting {
                assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
            }
            world.advance(5 * MINUTE);
        }
        for _ in waiting {
            send_due(&world.backend, &mailbox).await.unwrap();
        }
        // A recipient that is put off waits for itself.
        server.set(Manner::Refuses(450));
        post(&world, "d@empat.go.id").await;
        assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing, "all wait");
        server.set(Manner::Takes);
        post(&world, SITI).await;
        for _ in 0..4 {
            assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        }
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing);
        assert_eq!(statuses(&world, "d@empat.go.id").await, ["pending"]);
        assert_eq!(server.mails().len(), 4);
    }

    /// One mail that the server itself refuses, while it takes others, does not run in circles.
    async fn mails_are_released_once_in_five_seconds(world) {
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(smtp(&server));
        let fail = async || {
            let refusing = saying(Stage::MailFrom, "451 no").await;
            let refused = world.mailbox(smtp(&refusing));
            assert!(matches!(send_due(&world.backend, &refused).await.unwrap(), Delivery::Again(_)));
        };
        post(&world, "a@satu.go.id").await;
        fail().await;
        for released in [true, false] {
            post(&world, SITI).await;
            assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
            if released {
                fail().await;
            }
        }
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing);
    }

    async fn connection_is_used_again_after_a_clean_conversation_only(world) {
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(smtp(&server));
        for _ in 0..3 {
            post(&world, SITI).await;
            assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
            world.advance(HOUR);
        }
        assert_eq!((server.count(Stage::Greeting), server.count(Stage::Reset)), (1, 2));
        server.set(Manner::Refuses(451));
        post(&world, SITI).await;
        assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
        server.set(Manner::Takes);
        world.advance(MINUTE);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(server.count(Stage::Greeting), 2, "the refused conversation is not gone on with");
        // The server closes what is idle; nobody notices.
        let port = server.stop();
        let server = Smtp::start_at(port, Manner::Takes).await;
        world.advance(HOUR);
        post(&world, SITI).await;
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(server.mails().len(), 1);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn silence_or_a_lost_connection_is_a_failed_attempt_at_every_stage(
    #[values(Stage::Greeting, Stage::Ehlo, Stage::MailFrom, Stage::RcptTo, Stage::Data, Stage::Content)] at: Stage,
    #[values(true, false)] silent: bool,
) {
    let world = World::new(Database::Sqlite).await;
    let server = Smtp::hooked(move |stage, _| match stage {
        stage if stage != at => Answer::Usual,
        _ if silent => Answer::Silent,
        _ => Answer::HangsUp,
    })
    .await;
    let mailbox = world.mailbox(impatient(&server));
    post(&world, SITI).await;
    assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
    server.set(Manner::Takes);
    world.advance(MINUTE);
    assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
    assert_eq!((server.mails().len(), server.count(Stage::Greeting)), (1, 2));
}

/// RFC 5321, section 4.5.3.2.
#[test]
fn answers_are_awaited_as_long_as_the_standard_asks() {
    let Limits { command, data, block, end, slow, .. } = Limits::default();
    assert_eq!((command, data, block, end), (5 * MINUTE, 2 * MINUTE, 3 * MINUTE, 10 * MINUTE));
    assert!(slow < MINUTE / 2, "nobody waits longer for another domain");
}
