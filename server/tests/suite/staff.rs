//! Administration: invitations, roles and scopes, disabled accounts, the lists of the desk, holidays, parked mails,
//! jobs.

use backend::{
    Actor, Error,
    accounts::{self, SignUp, sessions},
    audit::{self, Broken, Fault, Verified},
    jobs,
    mail::{self, Delivery, Transport},
    master_data::Directory,
    secrets::Token,
    staff::{self, Invitation},
    verification::{
        self,
        settings::{self, Change},
    },
};
use domain::{
    accounts::email::Email,
    indonesian::date_time,
    issues::{Field, Problem, conflict::Conflict},
    master_data::institution::InstitutionType,
    role::Role,
    staff::StaffRole,
    status::Verdict,
    time::{Timestamp, Zone},
    verification::QueueFilter,
};
use rstest::rstest;
use time::macros::date;
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Site, changed},
    outside::Outside,
    process::Host,
    smtp::{Manner, Smtp},
    verdicts::{form_for, reject},
    *,
};

const ADMIN: &str = "admin@contoh.go.id";
const NEWCOMER: &str = "fitri@contoh.go.id";
const STRONG: &str = "kuda lari di pantai";

async fn admin(world: &World) -> Actor {
    world.actor(ADMIN).await
}

/// Signs in; gives the session.
async fn session(world: &World, email: &str) -> Token {
    accounts::sign_in(&world.backend, email, &PASSWORD.into(), &origin()).await.unwrap()
}

fn invitation(email: &str, role: StaffRole, institutions: &[Uuid]) -> Invitation {
    Invitation { email: email.into(), role: Some(role), institutions: institutions.to_vec() }
}

/// Invites the newcomer as a verifier; gives the secret of the link.
async fn invited(world: &World, institutions: &[Uuid]) -> Token {
    let admin = admin(world).await;
    staff::invite(&world.backend, &admin, &invitation(NEWCOMER, StaffRole::Verifier, institutions)).await.unwrap();
    world.secret_for(NEWCOMER).await
}

async fn accept(world: &World, token: &Token) -> backend::Result<Token> {
    staff::accept(&world.backend, token, "Fitri Hasan", &STRONG.into(), &origin()).await
}

async fn outside(world: &World) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await
}

/// What the trail says of an action, oldest first.
async fn trail(world: &World, action: &str) -> Vec<String> {
    let sql = format!("SELECT detail FROM audit_events WHERE action = '{action}' ORDER BY seq");
    outside(world).await.texts(&sql).await
}

/// The institutions of the tests: the one whose applications are sent, and another.
fn institutions(world: &World) -> (Uuid, Uuid) {
    let here = world.place("Kementerian Kesehatan", "Sekretariat").0;
    let provinces = world.backend.master_data.snapshot().institutions(InstitutionType::Provinsi, "", 1).hits;
    (here, provinces[0].0.id)
}

async fn queue(world: &World, actor: &Actor) -> Vec<Uuid> {
    let queue = verification::queue(&world.backend, actor, &QueueFilter::default(), None).await.unwrap();
    queue.rows.into_iter().map(|row| row.id).collect()
}

on_both! {
    async fn only_administrators_administer(world) {
        let (siti, verifier, boss) = (world.siti().await, world.verifier().await, admin(&world).await);
        let hendra = world.verifier2().await.user_id;
        staff::set_role(&world.backend, &boss, hendra, Some(StaffRole::Supervisor), &[]).await.unwrap();
        let supervisor = world.verifier2().await;
        let (events, mails) = (world.count("audit_events").await, world.count("outbox").await);
        let backend = &world.backend;
        for stranger in [&siti, &verifier, &supervisor] {
            forbidden(staff::members(backend, stranger).await);
            forbidden(staff::invite(backend, stranger, &invitation(NEWCOMER, StaffRole::Admin, &[])).await);
            forbidden(staff::withdraw_invitation(backend, stranger, Uuid::nil()).await);
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
        assert_eq!(link, (Email::parse(NEWCOMER).unwrap(), StaffRole::Verifier));

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
        let invited = invitation(" Siti.PA@contoh.go.id ", StaffRole::Supervisor, &[]);
        staff::invite(&world.backend, &boss, &invited).await.unwrap();
        let role = world.actor_of(&token).await.unwrap().staff_role;
        assert_eq!(role, Some(StaffRole::Supervisor), "in the open session, too");
        let (recipient, subject, text) = world.mails().await.remove(0);
        assert_eq!((recipient.as_str(), subject.as_str()), ("siti.pa@contoh.go.id", "Anda menjadi Penyelia Gerbang"));
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

    async fn of_two_who_open_one_link_one_gets_in(world) {
        let users = world.count("users").await;
        let token = invited(&world, &[]).await;
        let (a, b) = tokio::join!(accept(&world, &token), accept(&world, &token));
        let failures: Vec<Error> = [a.err(), b.err()].into_iter().flatten().collect();
        assert_eq!((failures.len(), world.count("users").await), (1, users + 1));
        let told = matches!(&failures[0], Error::Conflict(Conflict::AlreadyConfirmed))
            || matches!(&failures[0], Error::Invalid(issues) if issues[0].problem == Problem::LinkExpired);
        assert!(told, "{failures:?}");
    }

    async fn an_address_that_made_an_account_meanwhile_is_told(world) {
        let invitation_link = invited(&world, &[]).await;
        world.advance(MINUTE);
        let sign_up = SignUp { name: "Fitri".into(), email: NEWCOMER.into(), password: STRONG.into() };
        accounts::sign_up(&world.backend, &sign_up).await.unwrap();
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

    async fn the_last_administrator_stays(world) {
        let boss = admin(&world).await;
        let (backend, id) = (&world.backend, boss.user_id);
        let lost = |outcome: backend::Result<()>| {
            assert_eq!(conflict(outcome.err().unwrap()), Conflict::LastAdministrator);
        };
        lost(staff::set_role(backend, &boss, id, Some(StaffRole::Supervisor), &[]).await);
        lost(staff::set_role(backend, &boss, id, None, &[]).await);
        lost(staff::set_disabled(backend, &boss, id, true).await);
        lost(staff::invite(backend, &boss, &invitation(ADMIN, StaffRole::Verifier, &[])).await);
        assert!(staff::members(backend, &boss).await.is_ok());

        // One who is disabled does not count.
        let ratna = world.verifier().await.user_id;
        staff::set_role(backend, &boss, ratna, Some(StaffRole::Admin), &[]).await.unwrap();
        staff::set_disabled(backend, &boss, ratna, true).await.unwrap();
        lost(staff::set_disabled(backend, &boss, id, true).await);
        staff::set_disabled(backend, &boss, ratna, false).await.unwrap();
        staff::set_disabled(backend, &boss, id, true).await.unwrap();
    }

    async fn of_two_administrators_who_go_at_one_instant_one_stays(world) {
        const TWO: &str = "UPDATE users SET staff_role = 'admin', disabled_at = NULL
                           WHERE email IN ('admin@contoh.go.id', 'verifikator@contoh.go.id')";
        world.sql(TWO).await.unwrap();
        let (boss, ratna) = (admin(&world).await, world.verifier().await);
        let strike = |by: &Actor, on: &Actor, disables: bool| {
            let (backend, by, on) = (world.backend.clone(), by.clone(), on.user_id);
            tokio::spawn(async move {
                if disables {
                    staff::set_disabled(&backend, &by, on, true).await
                } else {
                    staff::set_role(&backend, &by, on, None, &[]).await
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
    async fn an_administrator_who_was_removed_meanwhile_changes_nothing(world) {
        let (boss, backend) = (admin(&world).await, &world.backend);
        let (ratna, hendra) = (world.verifier().await.user_id, world.verifier2().await.user_id);
        staff::set_role(backend, &boss, ratna, Some(StaffRole::Admin), &[]).await.unwrap();
        let second = world.verifier().await;
        staff::invite(backend, &boss, &invitation(NEWCOMER, StaffRole::Verifier, &[])).await.unwrap();
        let invited = staff::members(backend, &boss).await.unwrap().1[0].id;
        let changes_nothing = async || {
            let events = world.count("audit_events").await;
            forbidden(staff::set_role(backend, &second, hendra, Some(StaffRole::Admin), &[]).await);
            forbidden(staff::set_disabled(backend, &second, boss.user_id, true).await);
            forbidden(staff::invite(backend, &second, &invitation(NEWCOMER, StaffRole::Admin, &[])).await);
            forbidden(staff::withdraw_invitation(backend, &second, invited).await);
            assert_eq!(world.count("audit_events").await, events);
        };
        staff::set_role(backend, &boss, ratna, Some(StaffRole::Supervisor), &[]).await.unwrap();
        changes_nothing().await;
        staff::set_role(backend, &boss, ratna, Some(StaffRole::Admin), &[]).await.unwrap();
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

    async fn a_scope_that_was_narrowed_holds_at_once(world) {
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

    async fn reasons_are_added_worded_moved_and_retired(world) {
        let (siti, verifier, boss) = (world.siti().await, world.verifier().await, admin(&world).await);
        let change = async |change: Change| settings::change(&world.backend, &boss, &change).await;
        let titles = async || -> Vec<String> {
            let reasons = settings::reasons(&world.backend, &boss).await.unwrap();
            reasons.into_iter().map(|reason| reason.title).collect()
        };
        let before = titles().await;
        let (title, advice) = (" Cap instansi tidak ada ".to_owned(), "Lampirkan surat bercap instansi.".to_owned());
        change(Change::AddReason { title, advice }).await.unwrap();
        assert_eq!(titles().await, [before.clone(), vec!["Cap instansi tidak ada".to_owned()]].concat());
        let reasons = settings::reasons(&world.backend, &boss).await.unwrap();
        let (first, last) = (reasons[0].clone(), reasons[reasons.len() - 1].clone());
        change(Change::RaiseReason { id: first.id }).await.unwrap();
        assert_eq!(titles().await[0], first.title, "the first stays the first");
        change(Change::RaiseReason { id: last.id }).await.unwrap();
        assert_eq!(titles().await[before.len() - 1], last.title);
        let (id, advice) = (first.id, first.advice.clone());
        let worded = |title: &str| Change::EditReason { id, title: title.into(), advice: advice.clone() };
        change(worded("Masa berlaku belum disebut")).await.unwrap();

        // The desk is offered what is on the list; a verdict keeps its words when the list goes on.
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let offered = verification::case_file(&world.backend, &verifier, id).await.unwrap().reasons;
        assert_eq!(offered.iter().map(|reason| reason.title.clone()).collect::<Vec<_>>(), titles().await);
        reject(&world, &verifier, id, "Surat tidak memuat masa berlaku sebagai PA.").await.unwrap();
        assert_eq!(settings::reasons(&world.backend, &boss).await.unwrap()[0].used, 1);
        change(Change::RetireReason { id: first.id }).await.unwrap();
        assert!(!titles().await.contains(&"Masa berlaku belum disebut".to_owned()));
        let decision = verification::case_file(&world.backend, &verifier, id).await.unwrap().decision.unwrap();
        assert_eq!(decision.reason_title.as_deref(), Some("Masa berlaku belum disebut"));

        not_found(change(Change::RetireReason { id: first.id }).await);
        not_found(change(worded("Judul yang lain")).await);
        not_found(change(Change::RaiseReason { id: first.id }).await);
        let written = trail(&world, "settings_changed").await;
        assert_eq!(written.len(), 5);
        assert!(written[0].contains("add_reason") && written[4].contains("retire_reason"), "{written:?}");
    }

    async fn check_lists_hold_for_the_next_approval(world) {
        let (siti, verifier, boss) = (world.siti().await, world.verifier().await, admin(&world).await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let seen = verification::case_file(&world.backend, &verifier, id).await.unwrap();
        verification::claim(&world.backend, &verifier, id).await.unwrap();
        let change = async |change: Change| settings::change(&world.backend, &boss, &change).await;
        change(Change::AddCheck { role: Role::Pa, text: "Nomor surat terbaca".into() }).await.unwrap();
        change(Change::AddCheck { role: Role::Kpa, text: "Hanya untuk KPA".into() }).await.unwrap();
        // What was ticked on the page as it was is not enough any more.
        let early = verification::decide(&world.backend, &verifier, id, &form_for(&seen, Verdict::Approve, "")).await;
        assert_eq!(problem_at(early.err().unwrap(), Field::Checks), Problem::ChecksLeft { count: 1 });
        let now = verification::case_file(&world.backend, &verifier, id).await.unwrap();
        assert_eq!(now.checks.len(), seen.checks.len() + 1);
        let added = now.checks.last().unwrap().clone();
        assert_eq!(added.text, "Nomor surat terbaca");
        change(Change::RaiseCheck { id: added.id }).await.unwrap();
        change(Change::EditCheck { id: added.id, text: "Nomor dan tanggal surat terbaca".into() }).await.unwrap();
        let mut of_pa = settings::checks(&world.backend, &boss).await.unwrap();
        of_pa.retain(|row| row.role == Role::Pa);
        assert_eq!(of_pa[of_pa.len() - 2].text, "Nomor dan tanggal surat terbaca");
        change(Change::RetireCheck { id: added.id }).await.unwrap();
        verification::decide(&world.backend, &verifier, id, &form_for(&seen, Verdict::Approve, "")).await.unwrap();
    }

    async fn lists_say_what_is_wrong_with_words(world) {
        let boss = admin(&world).await;
        let events = world.count("audit_events").await;
        let change = async |change: Change| settings::change(&world.backend, &boss, &change).await.err().unwrap();
        let both = Change::AddReason { title: "Cap".into(), advice: " ".into() };
        let Error::Invalid(issues) = change(both).await else { panic!("not about input") };
        let found: Vec<_> = issues.into_iter().map(|issue| (issue.field, issue.problem)).collect();
        assert_eq!(found, [(Field::Title, Problem::TooShort { min: 5 }), (Field::Text, Problem::Missing)]);
        let long = Change::AddCheck { role: Role::Pa, text: "x".repeat(121) };
        assert_eq!(problem_at(change(long).await, Field::Text), Problem::TooLong { max: 120 });
        let unnamed = Change::SetHoliday { day: date!(2027 - 03 - 19), name: String::new() };
        assert_eq!(problem_at(change(unnamed).await, Field::Title), Problem::Missing);
        // Among them zero bytes, which PostgreSQL refuses; advice alone may have several lines.
        let zero = Change::AddReason { title: "Cap\0 tidak ada".into(), advice: "Lampirkan\0 surat bercap.".into() };
        let Error::Invalid(issues) = change(zero).await else { panic!("not about input") };
        let found: Vec<_> = issues.into_iter().map(|issue| (issue.field, issue.problem)).collect();
        assert_eq!(found, [(Field::Title, Problem::BadCharacters), (Field::Text, Problem::BadCharacters)]);
        let lines = Change::AddReason { title: "Cap\ntidak ada".into(), advice: "Lampirkan surat\nbercap.".into() };
        let Error::Invalid(issues) = change(lines).await else { panic!("not about input") };
        let found: Vec<_> = issues.into_iter().map(|issue| (issue.field, issue.problem)).collect();
        assert_eq!(found, [(Field::Title, Problem::BadCharacters)]);
        let check = Change::AddCheck { role: Role::Pa, text: "Nomor\0 terbaca".into() };
        assert_eq!(problem_at(change(check).await, Field::Text), Problem::BadCharacters);
        let holiday = Change::SetHoliday { day: date!(2027 - 03 - 19), name: "Hari\0 Raya Nyepi".into() };
        assert_eq!(problem_at(change(holiday).await, Field::Title), Problem::BadCharacters);
        assert_eq!(world.count("audit_events").await, events);
    }

    async fn a_holiday_moves_every_promise(world) {
        let (siti, verifier, boss) = (world.siti().await, world.verifier().await, admin(&world).await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let due = async || verification::case_file(&world.backend, &verifier, id).await.unwrap().deadline.due;
        assert_eq!(due().await, date!(2026 - 11 - 25), "sent on a Sunday");
        let day = date!(2026 - 11 - 24);
        let change = async |change: Change| {
            let outcome = settings::change(&world.backend, &boss, &change).await;
            Directory::refresh(&world.backend).await.unwrap();
            outcome
        };
        change(Change::SetHoliday { day, name: "Libur pemilihan".into() }).await.unwrap();
        assert_eq!(due().await, date!(2026 - 11 - 26));
        let queue = verification::queue(&world.backend, &verifier, &QueueFilter::default(), None).await.unwrap();
        assert_eq!(queue.rows[0].deadline.due, date!(2026 - 11 - 26));
        change(Change::SetHoliday { day, name: "Libur pemilihan umum".into() }).await.unwrap();
        let known = settings::holidays(&world.backend, &boss).await.unwrap().holidays;
        let that_day = known.iter().filter(|holiday| holiday.day == day);
        let named: Vec<_> = that_day.map(|holiday| holiday.name.as_str()).collect();
        assert_eq!(named, ["Libur pemilihan umum"], "one day, one name");
        change(Change::RemoveHoliday { day }).await.unwrap();
        assert_eq!(due().await, date!(2026 - 11 - 25));
        not_found(change(Change::RemoveHoliday { day }).await);
        assert_eq!(trail(&world, "settings_changed").await.len(), 3);
    }

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
        let names: Vec<_> = listed.iter().map(|(job, _)| *job).collect();
        assert_eq!(names, jobs::Job::ALL);
        assert!(listed.iter().all(|(_, run)| run.is_none()), "nothing runs by itself here");
        for job in jobs::Job::ALL {
            job.run(&world.backend).await.unwrap();
        }
    }
}

/// The job looks at the real age of files; the clock of the test runs ahead of it.
#[tokio::test(flavor = "multi_thread")]
async fn pages_drawn_long_ago_go_with_the_strays() {
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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_promised_is_said_everywhere() {
    let site = Site::with(Database::Sqlite, &[("promised_working_days", "5")], false).await;
    let (siti, verifier, boss) = (site.siti().await, site.verifier().await, site.signed_in(ADMIN).await);
    let id = site.draft("Sekretariat").await;
    let review = format!("/akses/pengajuan/{id}/tinjau");
    siti.get(&review).await.expect(200).shows(&["paling lama 5 hari kerja", "Paling lama 5 hari kerja"]);
    // On a Sunday.
    site.world.submit(&site.world.siti().await, id).await.unwrap();
    let mail = site.world.mails().await.remove(0).2;
    assert!(mail.contains("paling lambat Jumat, 27 November 2026"), "{mail}");
    siti.get("/akses").await.expect(200).shows(&["Tersisa 5 hari kerja", "dari janji 5 hari kerja"]);
    verifier.get("/verifikasi").await.expect(200).expect_says("5 hari kerja lagi");
    boss.get("/admin/libur").await.expect(200).expect_says("Tidak dihitung dalam janji lima hari kerja.");
    site.visitor().get("/bantuan").await.expect(200).expect_says("memutuskan paling lama 5 hari kerja");
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

    let broken = |what: String| (Some(1), format!("gerbang: Jejak audit terputus: {what}\n"));
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
        (Some(1), format!("gerbang: Jejak audit tidak utuh: {what}\n"))
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

/// The pages of administration.
const PAGES: [(&str, &str); 5] = [
    ("/admin", "Undang petugas"),
    ("/admin/alasan", "Alasan penolakan"),
    ("/admin/libur", "Tambah hari libur"),
    ("/admin/surel", "Tidak ada surel yang tertahan"),
    ("/admin/tugas", "Mengakhiri pegangan kasus"),
];

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_administration_are_there_for_administrators_only() {
    let site = Site::new(Database::Sqlite).await;
    let (boss, verifier, siti) = (site.signed_in(ADMIN).await, site.verifier().await, site.siti().await);
    for (path, words) in PAGES {
        boss.get(path).await.expect(200).expect_says(words);
        verifier.get(path).await.expect(404);
        siti.get(path).await.expect(404);
        let to = site.visitor().get(path).await;
        assert!(to.location().is_some_and(|to| to.starts_with("/masuk")), "{path} leads to {:?}", to.location());
    }
    // Nor do the forms behind them do anything.
    let posts: [(&str, &[(&str, &str)]); 4] = [
        ("/admin", &[("tindak", "undang"), ("email", NEWCOMER), ("staff_role", "admin"), ("lingkup", "nasional")]),
        ("/admin/alasan", &[("tindak", "tambah-alasan"), ("title", "Judul baru"), ("text", "Saran yang baru.")]),
        ("/admin/libur", &[("day", "1"), ("day_month", "3"), ("day_year", "2027"), ("title", "Libur")]),
        ("/admin/surel", &[("surel", "00000000-0000-0000-0000-000000000000")]),
    ];
    for (path, fields) in posts {
        verifier.post(path, fields).await.expect(404);
    }
    assert_eq!((site.world.count("invitations").await, site.world.count("outbox").await), (0, 0));
}

/// The name of the first tick box of an institution.
fn tick_box(page: &Answer) -> String {
    let tags = page.tags();
    let mut names = tags.iter().filter_map(|tag| tag.get("name"));
    names.find(|name| name.starts_with("scope_")).expect("an institution is offered").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_and_comes_without_script() {
    let site = Site::new(Database::Sqlite).await;
    let boss = site.signed_in(ADMIN).await;
    let page = boss.get("/admin?tindak=undang").await.expect(200);
    let action = "/admin?tindak=undang";
    let refused = boss.post(action, &page.form(action)).await.expect(422);
    refused.shows(&["Alamat surel belum diisi.", "Peran belum dipilih."]);

    // The search asks for the page again, with everything that was filled in.
    let search = "/admin?tindak=undang&email=fitri%40contoh.go.id&staff_role=verifier&lingkup=instansi\
                  &cari=kementerian+kesehatan";
    let found = boss.get(search).await.expect(200);
    found.shows(&["instansi cocok.", "Kementerian Kesehatan", "Belum ada yang dicentang."]);
    assert_eq!(found.value(search, "email").as_deref(), Some(NEWCOMER));
    let tick = tick_box(&found);
    // Of certain institutions at least one must be ticked: none would be all of them.
    let form = found.form(search);
    let nowhere = boss.post(search, &form).await.expect(422);
    nowhere.shows(&["Lingkup belum dipilih. Pilih nasional, atau paling sedikit satu instansi."]);
    assert_eq!(site.world.count("invitations").await, 0);
    let wrong = changed(form, &[(tick.as_str(), "ya"), ("email", "fitri")]);
    let again = boss.post(search, &wrong).await.expect(422).expect_says("Alamat surel tidak lengkap.");
    let kept = again.form(search);
    assert!(kept.iter().any(|(name, _)| *name == tick), "what was ticked stays ticked: {kept:?}");
    let done = boss.send(search, &changed(kept, &[("email", NEWCOMER)])).await.expect(200);
    done.shows(&["Undangan dikirim", NEWCOMER]);

    let link = format!("/undangan?token={}", site.world.secret_for(NEWCOMER).await.expose());
    let fitri = site.visitor();
    let page = fitri.get(&link).await.expect(200).expect_says("Anda diundang menjadi Verifikator");
    let form = changed(page.form("/undangan"), &[("name", "Fitri Hasan"), ("password", "pendek")]);
    let refused = fitri.post("/undangan", &form).await.expect(422).expect_says("Kata sandi kurang dari 10 karakter.");
    let form = changed(refused.form("/undangan"), &[("password", STRONG)]);
    assert!(form.contains(&("name".to_owned(), "Fitri Hasan".to_owned())));
    let desk = fitri.send("/undangan", &form).await.expect(200);
    assert_eq!(desk.path, "/verifikasi");
    site.visitor().get(&link).await.expect_says("Tautan tidak berlaku");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_changed_and_disabled_without_script() {
    let site = Site::new(Database::Sqlite).await;
    let (boss, ratna) = (site.signed_in(ADMIN).await, site.verifier().await);
    let (boss_id, ratna_id) = (admin(&site.world).await.user_id, site.world.verifier().await.user_id);

    let change = format!("/admin?tindak=ubah&petugas={ratna_id}");
    let page = boss.get(&change).await.expect(200);
    let (role, scope) = (page.value(&change, "staff_role"), page.value(&change, "lingkup"));
    assert_eq!((role.as_deref(), scope.as_deref()), (Some("verifier"), Some("nasional")));
    let form = changed(page.form(&change), &[("staff_role", "supervisor")]);
    boss.send(&change, &form).await.expect(200).shows(&["Tersimpan", "Penyelia"]);

    let ask = format!("/admin?tindak=nonaktifkan&petugas={ratna_id}");
    let page = boss.get(&ask).await.expect(200).expect_says("Nonaktifkan akun ini?");
    ratna.get("/verifikasi").await.expect(200);
    boss.send(&ask, &page.form(&ask)).await.expect(200).shows(&["Akun dinonaktifkan", "Nonaktif"]);
    let turned_away = ratna.get("/verifikasi").await;
    assert!(turned_away.location().is_some_and(|to| to.starts_with("/masuk")));

    let ask = format!("/admin?tindak=cabut&petugas={boss_id}");
    let page = boss.get(&ask).await.expect(200);
    let refused = boss.post(&ask, &page.form(&ask)).await.expect(409);
    refused.shows(&["Cabut peran petugas ini?", "Ini administrator terakhir."]);
    boss.get("/admin?tindak=ubah&petugas=00000000-0000-0000-0000-000000000000").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_holidays_are_changed_without_script() {
    let site = Site::new(Database::Sqlite).await;
    let boss = site.signed_in(ADMIN).await;
    let add = "/admin/alasan?tindak=tambah-alasan";
    let page = boss.get(add).await.expect(200);
    let untitled = boss.post(add, &page.form(add)).await.expect(422);
    untitled.shows(&["Judul belum diisi. Tulis dengan singkat dan jelas.", "Teks belum diisi."]);
    let short = changed(page.form(add), &[("title", "Cap"), ("text", "Lampirkan surat bercap instansi.")]);
    let refused = boss.post(add, &short).await.expect(422).expect_says("Isian kurang dari 5 huruf.");
    assert_eq!(refused.value(add, "text").as_deref(), Some("Lampirkan surat bercap instansi."), "what was typed stays");
    let markup = "</textarea><script>alert(1)</script>";
    let form = changed(refused.form(add), &[("title", markup)]);
    let done = boss.send(add, &form).await.expect(200).expect_says("Tersimpan");
    assert!(done.says(markup) && !done.html().contains("<script>alert"));

    let day = [("day", "30"), ("day_month", "2"), ("day_year", "2027"), ("title", "")];
    let refused = boss.post("/admin/libur", &day).await.expect(422);
    refused.shows(&["Tanggal ini tidak ada dalam kalender.", "Judul belum diisi. Tulis dengan singkat dan jelas."]);
    let day = [("day", "19"), ("day_month", "3"), ("day_year", "2027"), ("title", "Hari Raya Nyepi")];
    boss.send("/admin/libur", &day).await.expect(200).shows(&["Hari libur tersimpan", "Jumat, 19 Maret 2027"]);
    let gone =
        boss.send("/admin/libur", &[("hapus", "2027-03-19")]).await.expect(200).expect_says("Hari libur dihapus");
    assert!(!gone.says("19 Maret 2027"));
}
