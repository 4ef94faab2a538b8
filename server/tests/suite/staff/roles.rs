//! Roles, scopes and disabled accounts.

use backend::{
    Actor, Error, accounts, jobs, mail, staff,
    verification::{
        self,
        settings::{self, Change},
    },
};
use domain::{
    issues::{Field, Problem, conflict::Conflict},
    permission::StaffRole,
    role::Role,
    status::Verdict,
};
use time::macros::date;
use uuid::Uuid;

use super::*;
use crate::support::{verdicts::form_for, *};

on_both! {
    async fn only_administrators_administer(world) {
        let (siti, verifier, boss) = (world.siti().await, world.verifier().await, admin(&world).await);
        let hendra = world.verifier2().await.user_id;
        appoint(&world, hendra, StaffRole::Supervisor, &[]).await;
        let supervisor = world.verifier2().await;
        let (events, mails) = (world.count("audit_events").await, world.count("outbox").await);
        let backend = &world.backend;
        for stranger in [&siti, &verifier, &supervisor] {
            forbidden(staff::members(backend, stranger).await);
            forbidden(staff::invite(backend, stranger, &invitation(NEWCOMER, StaffRole::Admin, &[])).await);
            forbidden(staff::withdraw_invitation(backend, stranger, Uuid::nil()).await);
            forbidden(staff::proposals(backend, stranger).await);
            forbidden(staff::has_second(backend, stranger).await);
            forbidden(staff::confirm(backend, stranger, Uuid::nil()).await);
            forbidden(staff::withdraw_proposal(backend, stranger, Uuid::nil()).await);
            forbidden(staff::set_role(backend, stranger, stranger.user_id, Some(StaffRole::Admin), &[]).await);
            forbidden(staff::set_disabled(backend, stranger, boss.user_id, true).await);
            forbidden(settings::reasons(backend, stranger).await);
            forbidden(settings::checks(backend, stranger).await);
            forbidden(settings::holidays(backend, stranger).await);
            let change = Change::RemoveHoliday { day: date!(2026 - 12 - 24) };
            forbidden(settings::change(backend, stranger, &change).await);
            forbidden(mail::parked(backend, stranger).await);
            forbidden(mail::resend(backend, stranger, Uuid::nil()).await);
            forbidden(jobs::overview(backend, stranger));
        }
        assert_eq!((world.count("audit_events").await, world.count("outbox").await), (events, mails));
    }

    async fn the_last_administrator_stays(world) {
        dismiss_second(&world).await;
        let boss = admin(&world).await;
        let (backend, id) = (&world.backend, boss.user_id);
        let lost = |outcome: backend::Result<()>| {
            assert_eq!(conflict(outcome.err().unwrap()), Conflict::LastAdministrator);
        };
        lost(staff::set_role(backend, &boss, id, Some(StaffRole::Supervisor), &[]).await.map(drop));
        lost(staff::set_role(backend, &boss, id, None, &[]).await.map(drop));
        lost(staff::set_disabled(backend, &boss, id, true).await);
        lost(staff::invite(backend, &boss, &invitation(ADMIN, StaffRole::Verifier, &[])).await.map(drop));
        assert!(staff::members(backend, &boss).await.is_ok());

        // One who is disabled does not count.
        let ratna = world.verifier().await.user_id;
        staff::set_staff_role(backend, "verifikator@contoh.go.id", Some(StaffRole::Admin)).await.unwrap();
        staff::set_disabled(backend, &boss, ratna, true).await.unwrap();
        lost(staff::set_disabled(backend, &boss, id, true).await);
        staff::set_disabled(backend, &boss, ratna, false).await.unwrap();
        // Enabling does not give the role back.
        lost(staff::set_disabled(backend, &boss, id, true).await);
        staff::set_staff_role(backend, "verifikator@contoh.go.id", Some(StaffRole::Admin)).await.unwrap();
        staff::set_disabled(backend, &boss, id, true).await.unwrap();
    }

    async fn two_administrators_cannot_remove_each_other_at_once(world) {
        const TWO: &str = "UPDATE users SET staff_role = 'admin', disabled_at = NULL
                           WHERE email IN ('admin@contoh.go.id', 'verifikator@contoh.go.id')";
        dismiss_second(&world).await;
        world.sql(TWO).await.unwrap();
        let (boss, ratna) = (admin(&world).await, world.verifier().await);
        let strike = |by: &Actor, on: &Actor, disables: bool| {
            let (backend, by, on) = (world.backend.clone(), by.clone(), on.user_id);
            tokio::spawn(async move {
                if disables {
                    staff::set_disabled(&backend, &by, on, true).await
                } else {
                    staff::set_role(&backend, &by, on, None, &[]).await.map(drop)
                }
            })
        };
        for round in 0..12 {
            // First each removes the other, then each themselves; by either way, and by both.
            let (hers, his) = if round < 6 { (&ratna, &boss) } else { (&boss, &ratna) };
            let (a, b) = (strike(&boss, hers, round % 2 == 1), strike(&ratna, his, round % 3 == 2));
            let failures: Vec<Error> = [a.await.unwrap().err(), b.await.unwrap().err()].into_iter().flatten().collect();
            // Who was removed may no more; who would go as the last stays.
            let one = match failures[..] {
                [Error::Forbidden] => round < 6,
                [Error::Conflict(Conflict::LastAdministrator)] => round >= 6,
                _ => false,
            };
            assert!(one, "round {round}: {failures:?}");
            let left = "SELECT email FROM users WHERE staff_role = 'admin' AND disabled_at IS NULL";
            assert_eq!(outside(&world).await.texts(left).await.len(), 1, "round {round}");
            world.sql(TWO).await.unwrap();
        }
    }

    /// Requests that began before it and waited for their transaction.
    async fn removed_administrator_changes_nothing(world) {
        let (boss, backend) = (admin(&world).await, &world.backend);
        let (ratna, hendra) = (world.verifier().await.user_id, world.verifier2().await.user_id);
        appoint(&world, ratna, StaffRole::Admin, &[]).await;
        let second = world.verifier().await;
        staff::invite(backend, &boss, &invitation(NEWCOMER, StaffRole::Verifier, &[])).await.unwrap();
        let invited = staff::members(backend, &boss).await.unwrap().1[0].id;
        staff::invite(backend, &boss, &invitation("wulan@contoh.go.id", StaffRole::Admin, &[])).await.unwrap();
        let proposed = staff::proposals(backend, &boss).await.unwrap()[0].id;
        let changes_nothing = async || {
            let events = world.count("audit_events").await;
            forbidden(staff::set_role(backend, &second, hendra, Some(StaffRole::Admin), &[]).await);
            forbidden(staff::set_disabled(backend, &second, boss.user_id, true).await);
            forbidden(staff::invite(backend, &second, &invitation(NEWCOMER, StaffRole::Admin, &[])).await);
            forbidden(staff::withdraw_invitation(backend, &second, invited).await);
            forbidden(staff::confirm(backend, &second, proposed).await);
            forbidden(staff::withdraw_proposal(backend, &second, proposed).await);
            assert_eq!(world.count("audit_events").await, events);
        };
        staff::set_role(backend, &boss, ratna, Some(StaffRole::Verifier), &[]).await.unwrap();
        changes_nothing().await;
        staff::set_staff_role(backend, "verifikator@contoh.go.id", Some(StaffRole::Admin)).await.unwrap();
        staff::set_disabled(backend, &boss, ratna, true).await.unwrap();
        changes_nothing().await;
    }

    async fn disabling_ends_sessions_and_leases_at_once(world) {
        let (siti, boss, hendra) = (world.siti().await, admin(&world).await, world.verifier2().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let email = "verifikator@contoh.go.id";
        let token = session(&world, email).await;
        let ratna = world.actor_of(&token).await.unwrap();
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();

        staff::set_disabled(&world.backend, &boss, ratna.user_id, true).await.unwrap();
        assert!(world.actor_of(&token).await.is_none());
        let again = accounts::sign_in(&world.backend, email, &PASSWORD.into(), &origin()).await;
        assert_eq!(problem_at(again.err().unwrap(), Field::Form), Problem::SignInFailed);
        // A request of hers that was under way comes too late.
        forbidden(verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Approve, "")).await);
        verification::claim(&world.backend, &hendra, id).await.unwrap();

        staff::set_disabled(&world.backend, &boss, ratna.user_id, false).await.unwrap();
        assert!(world.actor_of(&token).await.is_none(), "the old session stays over");
        session(&world, email).await;
        let written = (trail(&world, "account_disabled").await.len(), trail(&world, "account_enabled").await.len());
        assert_eq!(written, (1, 1));
        not_found(staff::set_disabled(&world.backend, &boss, siti.user_id, true).await);
    }

    async fn narrowed_scope_applies_at_once(world) {
        let (siti, boss) = (world.siti().await, admin(&world).await);
        let (here, elsewhere) = institutions(&world);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let token = session(&world, "verifikator@contoh.go.id").await;
        let ratna = world.actor_of(&token).await.unwrap();
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        verification::claim(&world.backend, &ratna, id).await.unwrap();

        staff::set_role(&world.backend, &boss, ratna.user_id, Some(StaffRole::Verifier), &[elsewhere]).await.unwrap();
        let narrowed = world.actor_of(&token).await.expect("still signed in");
        assert!(queue(&world, &narrowed).await.is_empty());
        not_found(verification::case_file(&world.backend, &narrowed, id).await);
        not_found(verification::claim(&world.backend, &narrowed, id).await);
        not_found(verification::decide(&world.backend, &narrowed, id, &form_for(&case, Verdict::Approve, "")).await);
        assert_eq!(verification::claim_next(&world.backend, &narrowed).await.unwrap(), None);
        // Nor is it to be found for what was under way with the old scope.
        not_found(verification::decide(&world.backend, &ratna, id, &form_for(&case, Verdict::Approve, "")).await);

        let twice = [elsewhere, here, here];
        staff::set_role(&world.backend, &boss, ratna.user_id, Some(StaffRole::Verifier), &twice).await.unwrap();
        let both = world.actor_of(&token).await.unwrap();
        assert_eq!(queue(&world, &both).await, [id]);
        let listed = staff::members(&world.backend, &boss).await.unwrap().0;
        let listed = listed.into_iter().find(|member| member.id == ratna.user_id).unwrap();
        assert_eq!(listed.institutions.len(), 2, "said twice, kept once");

        staff::set_role(&world.backend, &boss, ratna.user_id, None, &[]).await.unwrap();
        let nobody = world.actor_of(&token).await.expect("an account like any other");
        forbidden(verification::case_file(&world.backend, &nobody, id).await);
        assert_eq!(trail(&world, "staff_role_changed").await.len(), 3);
        not_found(staff::set_role(&world.backend, &boss, Uuid::nil(), Some(StaffRole::Admin), &[]).await);
    }
}
