//! Mails whose link ends, and due times of clocks that ran ahead.

use backend::mail;
use domain::{
    issues::{Field, Problem},
    mail::ParkedCause,
    role::Role,
};

use super::*;

on_both! {
    async fn link_that_ended_during_an_outage_is_not_sent_and_is_seen(world) {
        let server = Smtp::start(Manner::Refuses(451)).await;
        let mailbox = world.mailbox(smtp(&server));
        post(&world, SITI).await;
        let secret = world.secret_for(SITI).await;
        assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
        server.set(Manner::Takes);
        world.advance(HOUR);
        assert!(accounts::reset_of(&world.backend, &secret).await.is_err(), "the link is dead by now");
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Expired);
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing);
        assert!(server.mails().is_empty(), "a dead link helps nobody");
        assert_eq!(status(&world).await, Status::Expired);

        let admin = world.actor("admin@contoh.go.id").await;
        let groups = mail::parked_groups(&world.backend, &admin).await.unwrap();
        let [group] = &groups[..] else { panic!("{groups:?}") };
        assert_eq!((&group.cause, group.count, group.resendable), (&ParkedCause::Expired, 1, 0));
        assert!(group.mails[0].over && group.mails[0].last_error.as_deref().is_some_and(|error| error.contains("451")));
        let refused = mail::resend(&world.backend, &admin, group.mails[0].id).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Form), Problem::LinkExpired);
        not_found(mail::resend_all(&world.backend, &admin, &ParkedCause::Expired).await);
        world.advance(7 * DAY);
        sessions::sweep(&world.backend).await.unwrap();
        assert!(!world.mails().await[0].2.contains(secret.expose()), "its token goes as that of a parked mail");
        world.advance(30 * DAY);
        let admin = world.actor("admin@contoh.go.id").await;
        assert!(mail::parked_groups(&world.backend, &admin).await.unwrap().is_empty(), "nothing can be done about it");
    }

    async fn parked_mail_whose_link_ended_is_not_resent(world) {
        let server = Smtp::start(Manner::Refuses(550)).await;
        let mailbox = world.mailbox(smtp(&server));
        post(&world, SITI).await;
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        world.advance(HOUR);
        let admin = world.actor("admin@contoh.go.id").await;
        let parked = mail::parked(&world.backend, &admin).await.unwrap().remove(0);
        assert!(parked.over);
        let refused = mail::resend(&world.backend, &admin, parked.id).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Form), Problem::LinkExpired);
        not_found(mail::resend_all(&world.backend, &admin, &parked.cause).await);
    }

    async fn mail_with_a_link_goes_before_older_mails(world) {
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(smtp(&server));
        let siti = world.siti().await;
        world.submitted(&siti, Role::Pa, "Sekretariat").await;
        world.advance(MINUTE);
        post(&world, "budi.kpa@contoh.go.id").await;
        for _ in 0..2 {
            assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        }
        assert!(server.mails()[0].contains("To: budi.kpa@contoh.go.id"));
        assert!(server.mails()[1].contains("To: siti.pa@contoh.go.id"));
    }

    async fn mail_with_a_link_is_retried_every_five_minutes_at_least(world) {
        let server = Smtp::start(Manner::Refuses(451)).await;
        let mailbox = world.mailbox(smtp(&server));
        post(&world, SITI).await;
        for _ in 0..11 {
            assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
            world.advance(5 * MINUTE);
        }
    }

    /// The clock was two days ahead when the mail failed, or was leased by a server that then died.
    async fn due_time_of_a_clock_that_ran_ahead_counts_as_due(world) {
        let server = Smtp::start(Manner::Refuses(451)).await;
        let mailbox = world.mailbox(smtp(&server));
        let siti = world.siti().await;
        world.submitted(&siti, Role::Pa, "Sekretariat").await;
        assert!(matches!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Again(_)));
        server.set(Manner::Takes);
        world.sql("UPDATE outbox SET due_at = due_at + 3500000000").await.unwrap();
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing, "no longer than a backoff");
        world.sql("UPDATE outbox SET due_at = due_at + 172800000000").await.unwrap();
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        assert_eq!(server.mails().len(), 1);
    }

    /// The promised day in the mail is the one on the page, counted in the applicant's zone.
    async fn mail_promises_the_day_that_the_page_shows(world) {
        world.sql("UPDATE users SET zone = 'wit' WHERE email = 'siti.pa@contoh.go.id'").await.unwrap();
        world.advance(12 * HOUR + 30 * MINUTE); // 22.30 in Jakarta, 0.30 of the next day in Jayapura
        let siti = world.siti().await;
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let text = world.mails().await.remove(0).2;
        let shown = backend::applications::detail(&world.backend, &siti, id).await.unwrap();
        let due = shown.summary.promise.expect("a day is promised").deadline.due;
        assert!(text.contains(&domain::indonesian::date_with_weekday(due)), "{due} in {text}");
    }
}
