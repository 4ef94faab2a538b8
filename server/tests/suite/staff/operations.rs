//! Parked mails, jobs and the audit trail.

use backend::{
    accounts::{self, sessions},
    audit::{self, Broken, Fault, Verified},
    jobs,
    mail::{self, Delivery, Transport},
    verification,
};
use domain::{
    indonesian::date_time,
    issues::{Field, Problem},
    role::Role,
    time::{Timestamp, Zone},
};
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::support::{
    process::Host,
    smtp::{Manner, Smtp},
    *,
};

on_both! {
    async fn a_parked_mail_is_seen_without_its_secret_and_sent_again(world) {
        let boss = admin(&world).await;
        let server = Smtp::start(Manner::Refuses(550)).await;
        let mailbox = world.mailbox(Transport::smtp(&server.url().into()).unwrap());
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        let secret = world.secret_for("siti.pa@contoh.go.id").await;
        assert!(mail::parked(&world.backend, &boss).await.unwrap().is_empty(), "it was not tried yet");
        assert_eq!(mail::send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        let parked = mail::parked(&world.backend, &boss).await.unwrap();
        let [mail] = &parked[..] else { panic!("{parked:?}") };
        let listed = (mail.recipient.as_str(), mail.subject.as_deref());
        assert_eq!(listed, ("siti.pa@contoh.go.id", Some("Atur ulang kata sandi")));
        assert_eq!((mail.attempts, mail.created_at, mail.over), (1, NOW, false));
        assert!(mail.last_error.as_deref().is_some_and(|error| error.contains("550")), "{mail:?}");
        assert!(!format!("{parked:?}").contains(secret.expose()));

        let id = mail.id;
        server.set(Manner::Takes);
        world.advance(MINUTE);
        mail::resend(&world.backend, &boss, id).await.unwrap();
        assert!(mail::parked(&world.backend, &boss).await.unwrap().is_empty());
        assert_eq!(mail::send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        let sent = server.mails()[0].replace("=\n", "").replace("=3D", "=");
        assert!(sent.contains(secret.expose()), "with its link");
        not_found(mail::resend(&world.backend, &boss, id).await);
        assert_eq!(trail(&world, "mail_resent").await.len(), 1);
    }

    async fn a_parked_mail_whose_link_is_over_is_not_sent_again(world) {
        let server = Smtp::start(Manner::Refuses(550)).await;
        let mailbox = world.mailbox(Transport::smtp(&server.url().into()).unwrap());
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        assert_eq!(mail::send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        world.advance(8 * DAY);
        sessions::sweep(&world.backend).await.unwrap();
        let boss = admin(&world).await;
        let parked = mail::parked(&world.backend, &boss).await.unwrap().remove(0);
        assert!(parked.over);
        let refused = mail::resend(&world.backend, &boss, parked.id).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Form), Problem::LinkExpired);
        assert!(server.mails().is_empty());
    }

    async fn a_parked_mail_of_another_version_is_listed(world) {
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(Transport::smtp(&server.url().into()).unwrap());
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        outside(&world).await.texts(r#"UPDATE outbox SET content = '{"template": "lain"}' RETURNING status"#).await;
        assert_eq!(mail::send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        let parked = mail::parked(&world.backend, &admin(&world).await).await.unwrap().remove(0);
        assert_eq!((parked.subject, parked.recipient.as_str()), (None, "siti.pa@contoh.go.id"));
    }

    /// Somebody with the database in their hands needs to take nothing away to add it, and timelines show what is there.
    async fn an_event_beside_the_chain_is_a_fault(world) {
        const OLD: &str = "INSERT INTO audit_events (id, at, action, detail)
             SELECT $1, at - 1, 'signed_in', 'null' FROM audit_events WHERE seq = 1 RETURNING at";
        const UNNUMBERED: &str = "INSERT INTO audit_events (id, at, action, detail)
             SELECT $1, at + 1, 'signed_in', 'null' FROM audit_events WHERE seq = 1 RETURNING at";
        const HASHED: &str = "INSERT INTO audit_events (id, at, action, detail, hash)
             SELECT $1, at - 1, 'signed_in', 'null', hash FROM audit_events WHERE seq = 1 RETURNING at";
        const BEFORE: &str = "INSERT INTO audit_events (id, at, action, detail, seq)
             SELECT $1, at - 1, 'signed_in', 'null', seq - 1 FROM audit_events WHERE seq = 1 RETURNING at";
        const AFTER: &str = "INSERT INTO audit_events (id, at, action, detail, seq)
             SELECT $1, at + 1, 'signed_in', 'null', seq + 1000 FROM audit_events WHERE seq = 1 RETURNING at";
        admin(&world).await; // the chain begins
        let verify = async || audit::verify(&world.backend).await.unwrap();
        let mut outside = outside(&world).await;
        outside.number(OLD, Uuid::from_u128(1)).await;
        let Verified::Whole(events) = verify().await else { panic!("an event from before the chain is none") };
        world.without_triggers().await; // so that each can be taken away again
        for (sql, seq, fault) in [
            (UNNUMBERED, 0, Fault::Unnumbered),
            (HASHED, 0, Fault::Unnumbered),
            (BEFORE, 0, Fault::Beside),
            (AFTER, 1001, Fault::Beside),
        ] {
            let at = Timestamp::from_micros(outside.number(sql, Uuid::from_u128(2)).await);
            let event = Some((at, "signed_in".to_owned()));
            assert_eq!(verify().await, Verified::Broken(Broken { seq, fault, event }));
            outside.number("DELETE FROM audit_events WHERE id = $1 RETURNING at", Uuid::from_u128(2)).await;
            assert_eq!(verify().await, Verified::Whole(events));
        }
    }

    async fn every_job_is_listed(world) {
        let listed = jobs::overview(&world.backend, &admin(&world).await).unwrap();
        let names: Vec<_> = listed.iter().map(|job| job.name.as_str()).collect();
        assert_eq!(names, jobs::Job::ALL.map(jobs::Job::label));
        assert!(listed.iter().all(|job| job.last.is_none()), "nothing runs by itself here");
        for job in jobs::Job::ALL {
            job.run(&world.backend).await.unwrap();
        }
    }
}

/// The job looks at the real age of files; the clock of the test runs ahead of it.
#[tokio::test(flavor = "multi_thread")]
async fn old_page_images_are_deleted_with_stray_files() {
    let world = World::new(Database::Sqlite).await;
    let (siti, verifier) = (world.siti().await, world.verifier().await);
    let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
    let letter = verification::case_file(&world.backend, &verifier, id).await.unwrap().document;
    let draw = async || {
        let drawn = verification::letter_page(&world.backend, &verifier, id, letter.id, letter.version, 0, 900).await;
        drawn.unwrap()
    };
    let page = draw().await;
    let pages = world.config.server.data_dir.join("documents/pages");
    assert_eq!(files_below(&pages).len(), 1);
    world.advance(400 * DAY);
    assert_eq!(jobs::Job::CollectStrays.run(&world.backend).await.unwrap(), 1);
    assert!(files_below(&pages).is_empty());
    assert_eq!(draw().await, page, "its letter stays, and it is drawn again");
}

/// The trail of the real program, looked through by its own command while it serves.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_verified_on_the_command_line(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let host = Host::new(database, &[("log", "error")]).await;
    let process = host.serve().await;
    for email in [ADMIN, "siti.pa@contoh.go.id", "verifikator@contoh.go.id", "budi.kpa@contoh.go.id"] {
        process.visitor().sign_in(email).await;
    }
    let mut outside = host.outside().await;
    let events = outside.texts("SELECT action FROM audit_events ORDER BY seq").await;
    assert!(events.len() >= 4, "{events:?}");
    let mut told = Vec::new();
    for at in outside.texts("SELECT CAST(at AS TEXT) FROM audit_events ORDER BY seq").await {
        let at = date_time(Timestamp::from_micros(at.parse().unwrap()), Zone::Wib);
        told.push(format!("{at}, {}", events[told.len()]));
    }
    let verify = async || {
        let (status, said) = host.run(&["admin", "audit", "verify"], &[]).await;
        (status.code(), said)
    };
    let whole = format!("Jejak audit utuh: {} peristiwa berurutan.\n", events.len());
    assert_eq!(verify().await, (Some(0), whole.clone()));

    let broken = |what: String| (Some(1), format!("gerbang-dev: Jejak audit terputus: {what}\n"));
    outside.texts("UPDATE audit_chain SET hash = (SELECT hash FROM audit_events WHERE seq = 1) RETURNING 'x'").await;
    let end = events.len();
    let other = format!("sesudah peristiwa nomor {end} ({}), ujung rantai tidak cocok.", told[end - 1]);
    assert_eq!(verify().await, broken(other));
    let back = "UPDATE audit_chain SET hash = (SELECT hash FROM audit_events e WHERE e.seq = audit_chain.seq)";
    outside.texts(&format!("{back} RETURNING 'x'")).await;
    assert_eq!(verify().await, (Some(0), whole));

    // As somebody with the database in their hands could.
    let guards: &[&str] = match database {
        Database::Sqlite => &["audit_events_stay", "audit_events_stay_as_they_are"],
        Database::Postgres => &["audit_events_stay ON audit_events"],
    };
    for guard in guards {
        outside.texts(&format!("DROP TRIGGER {guard}")).await;
    }
    const BESIDE: &str = "INSERT INTO audit_events (id, at, action, detail)
         SELECT $1, at + 1, 'signed_in', 'null' FROM audit_events WHERE seq = 1 RETURNING at";
    let at = outside.number(BESIDE, Uuid::from_u128(7)).await;
    let event = format!("{}, signed_in", date_time(Timestamp::from_micros(at), Zone::Wib));
    let beside = |which: &str| {
        let what = format!("peristiwa {which} ({event}) bukan bagian dari rantai.");
        (Some(1), format!("gerbang-dev: Jejak audit tidak utuh: {what}\n"))
    };
    assert_eq!(verify().await, beside("tanpa nomor"));
    outside.number("UPDATE audit_events SET seq = -3 WHERE id = $1 RETURNING at", Uuid::from_u128(7)).await;
    assert_eq!(verify().await, beside("nomor -3"));
    outside.number("DELETE FROM audit_events WHERE id = $1 RETURNING at", Uuid::from_u128(7)).await;
    outside.texts("UPDATE audit_events SET actor_id = NULL WHERE seq = 3 RETURNING action").await;
    let changed = format!("peristiwa nomor 3 ({}) berubah setelah dicatat.", told[2]);
    assert_eq!(verify().await, broken(changed));
    outside.texts("DELETE FROM audit_events WHERE seq = 2 RETURNING action").await;
    let gone = format!("peristiwa nomor 2 tidak ada lagi. Sebelumnya: {}.", told[0]);
    assert_eq!(verify().await, broken(gone));
    outside.texts("DELETE FROM audit_events RETURNING action").await;
    assert_eq!(verify().await, broken("peristiwa nomor 1 tidak ada lagi.".to_owned()));
}
