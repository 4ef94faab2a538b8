//! Invitations of staff.

use backend::{
    Error,
    accounts::{self, SignUp, sessions},
    secrets::Token,
    staff::{self, Invitation},
};
use domain::{
    accounts::email::Email,
    issues::{Field, Problem, conflict::Conflict},
    permission::StaffRole,
};
use uuid::Uuid;

use super::*;
use crate::support::*;

on_both! {
    async fn an_unknown_address_is_invited_and_makes_its_account_once(world) {
        let (here, _) = institutions(&world);
        let users = world.count("users").await;
        let token = invited(&world, &[here]).await;
        let (recipient, subject, text) = world.mails().await.remove(0);
        assert_eq!((recipient.as_str(), subject.as_str()), (NEWCOMER, "Undangan menjadi Verifikator Gerbang"));
        assert!(text.contains("Agus Setiawan mengundang Anda") && text.contains("/undangan?token="), "{text}");
        assert_eq!(world.count("users").await, users, "nothing is there before it is accepted");
        let (_, waiting) = staff::members(&world.backend, &admin(&world).await).await.unwrap();
        assert_eq!((waiting[0].email.as_str(), waiting[0].role), (NEWCOMER, StaffRole::Verifier));
        assert_eq!(waiting[0].expires_at, NOW.plus(7 * DAY));
        let link = staff::invitation(&world.backend, &token).await.unwrap();
        assert_eq!((link.email, link.role), (Email::parse(NEWCOMER).unwrap(), StaffRole::Verifier));

        let session = accept(&world, &token).await.unwrap();
        let fitri = world.actor_of(&session).await.expect("signed in");
        assert_eq!((fitri.name.as_str(), fitri.email.as_str()), ("Fitri Hasan", NEWCOMER));
        assert_eq!(fitri.staff_role, Some(StaffRole::Verifier));
        assert!(queue(&world, &fitri).await.is_empty());
        let (members, waiting) = staff::members(&world.backend, &admin(&world).await).await.unwrap();
        let listed = members.iter().find(|member| member.id == fitri.user_id).unwrap();
        assert_eq!(listed.institutions, [(here, "Kementerian Kesehatan".to_owned())]);
        assert!(waiting.is_empty());

        let again = accept(&world, &token).await.err().unwrap();
        assert_eq!(problem_at(again, Field::Form), Problem::LinkExpired);
        assert_eq!(world.count("users").await, users + 1);
    }

    async fn a_known_address_gets_the_role_at_once(world) {
        let (token, boss) = (session(&world, "siti.pa@contoh.go.id").await, admin(&world).await);
        let invited = invitation(" Siti.PA@contoh.go.id ", StaffRole::Verifier, &[]);
        staff::invite(&world.backend, &boss, &invited).await.unwrap();
        let role = world.actor_of(&token).await.unwrap().staff_role;
        assert_eq!(role, Some(StaffRole::Verifier), "in the open session, too");
        let (recipient, subject, text) = world.mails().await.remove(0);
        assert_eq!((recipient.as_str(), subject.as_str()), ("siti.pa@contoh.go.id", "Anda menjadi Verifikator Gerbang"));
        assert!(!text.contains("token="), "{text}");
        assert_eq!(world.count("invitations").await, 0);
    }

    async fn an_invitation_ends_when_it_is_over_withdrawn_or_written_anew(world) {
        let boss = admin(&world).await;
        let expired = |error: Option<Error>| assert_eq!(problem_at(error.unwrap(), Field::Form), Problem::LinkExpired);

        let late = invited(&world, &[]).await;
        world.advance(7 * DAY - MINUTE);
        sessions::sweep(&world.backend).await.unwrap();
        staff::invitation(&world.backend, &late).await.unwrap();
        world.advance(MINUTE);
        expired(staff::invitation(&world.backend, &late).await.err());
        expired(accept(&world, &late).await.err());
        assert!(staff::members(&world.backend, &boss).await.unwrap().1.is_empty());
        sessions::sweep(&world.backend).await.unwrap();
        assert_eq!(world.count("invitations").await, 0);

        let first = invited(&world, &[]).await;
        world.advance(MINUTE);
        let second = invited(&world, &[]).await;
        expired(accept(&world, &first).await.err());
        let waiting = staff::members(&world.backend, &boss).await.unwrap().1;
        assert_eq!(waiting.len(), 1);
        staff::withdraw_invitation(&world.backend, &boss, waiting[0].id).await.unwrap();
        expired(accept(&world, &second).await.err());
        not_found(staff::withdraw_invitation(&world.backend, &boss, waiting[0].id).await);
        expired(accept(&world, &Token::presented("tidak pernah ada")).await.err());
    }

    async fn accepting_says_everything_that_is_wrong_and_the_link_still_holds(world) {
        let token = invited(&world, &[]).await;
        let wrong = staff::accept(&world.backend, &token, " ", &"password123".into(), &origin()).await;
        let Err(Error::Invalid(issues)) = wrong else { panic!("taken") };
        let found: Vec<_> = issues.into_iter().map(|issue| (issue.field, issue.problem)).collect();
        assert_eq!(found, [(Field::Name, Problem::Missing), (Field::Password, Problem::CommonPassword)]);
        accept(&world, &token).await.unwrap();
    }

    async fn invitation_link_works_once_for_two_simultaneous_visitors(world) {
        let users = world.count("users").await;
        let token = invited(&world, &[]).await;
        let (a, b) = tokio::join!(accept(&world, &token), accept(&world, &token));
        let failures: Vec<Error> = [a.err(), b.err()].into_iter().flatten().collect();
        assert_eq!((failures.len(), world.count("users").await), (1, users + 1));
        let told = matches!(&failures[0], Error::Conflict(Conflict::AlreadyConfirmed))
            || matches!(&failures[0], Error::Invalid(issues) if issues[0].problem == Problem::LinkExpired);
        assert!(told, "{failures:?}");
    }

    async fn invitation_fails_if_the_address_registered_meanwhile(world) {
        let invitation_link = invited(&world, &[]).await;
        world.advance(MINUTE);
        let sign_up = SignUp { name: "Fitri".into(), email: NEWCOMER.into(), password: STRONG.into() };
        accounts::sign_up(&world.backend, &sign_up, origin().address).await.unwrap();
        let link = world.secret_for(NEWCOMER).await;
        let session = accounts::confirm(&world.backend, &link, &STRONG.into(), &origin()).await.unwrap();
        assert_eq!(conflict(accept(&world, &invitation_link).await.err().unwrap()), Conflict::AlreadyConfirmed);
        assert_eq!(world.actor_of(&session).await.unwrap().staff_role, None);
        // Invited once more, it is a known address.
        let boss = admin(&world).await;
        staff::invite(&world.backend, &boss, &invitation(NEWCOMER, StaffRole::Verifier, &[])).await.unwrap();
        assert_eq!(world.actor_of(&session).await.unwrap().staff_role, Some(StaffRole::Verifier));
    }

    async fn a_wrong_invitation_writes_nothing(world) {
        let boss = admin(&world).await;
        let events = world.count("audit_events").await;
        let empty = Invitation { email: "fitri".into(), role: None, institutions: Vec::new() };
        let Err(Error::Invalid(issues)) = staff::invite(&world.backend, &boss, &empty).await else { panic!("taken") };
        let found: Vec<_> = issues.into_iter().map(|issue| (issue.field, issue.problem)).collect();
        assert_eq!(found, [(Field::Email, Problem::NotAnEmail), (Field::StaffRole, Problem::Missing)]);
        let nowhere = invitation(NEWCOMER, StaffRole::Verifier, &[Uuid::from_u128(7)]);
        let refused = staff::invite(&world.backend, &boss, &nowhere).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Scope), Problem::NotOffered);
        let rows = (world.count("invitations").await, world.count("outbox").await, world.count("audit_events").await);
        assert_eq!(rows, (0, 0, events));
    }
}
