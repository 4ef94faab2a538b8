//! Sign-up, sign-in, forgotten passwords, sessions, profile.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use backend::{
    Error, Origin,
    accounts::{self, ProfileForm, SignUp, sessions},
    actor::Scope,
    help,
    notice::Notice,
    secrets::Token,
    staff, verification,
};
use domain::{
    accounts::person::EmployeeNumberKind,
    issues::{Field, Problem, conflict::Conflict},
    permission::StaffRole,
    role::Role,
    time::Zone,
};

use crate::{
    support::{outside::Outside, *},
    verification::queue::bound,
};

async fn outside(world: &World) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await
}

fn sign_up(email: &str) -> SignUp {
    SignUp { name: "Rina Marpaung".into(), email: email.into(), password: "kuda lari di pantai".into() }
}

on_both! {
    async fn a_person_signs_up_confirms_and_is_signed_in(world) {
        let email = "rina@dinkes.sumutprov.go.id";
        accounts::sign_up(&world.backend, &sign_up(" Rina@DINKES.sumutprov.go.id "), origin().address).await.unwrap();
        let before = accounts::sign_in(&world.backend, email, &"kuda lari di pantai".into(), &origin()).await;
        assert_eq!(problem_at(before.err().unwrap(), Field::Form), Problem::SignInFailed);

        let link = world.secret_for(email).await;
        assert_eq!(accounts::registration(&world.backend, &link).await.unwrap().as_str(), email);
        let wrong = accounts::confirm(&world.backend, &link, &"kuda lari di gunung".into(), &origin()).await;
        assert_eq!(problem_at(wrong.err().unwrap(), Field::Password), Problem::WrongPassword);
        let token = accounts::confirm(&world.backend, &link, &"kuda lari di pantai".into(), &origin()).await.unwrap();
        let actor = world.actor_of(&token).await.unwrap();
        assert_eq!((actor.name.as_str(), actor.email.as_str()), ("Rina Marpaung", email));

        let again = accounts::confirm(&world.backend, &link, &"kuda lari di pantai".into(), &origin()).await;
        assert_eq!(problem_at(again.err().unwrap(), Field::Form), Problem::LinkExpired);
    }

    async fn two_links_of_one_address_make_one_account(world) {
        let email = "rina@contoh.go.id";
        accounts::sign_up(&world.backend, &sign_up(email), origin().address).await.unwrap();
        let first = world.secret_for(email).await;
        world.advance(MINUTE);
        accounts::sign_up(&world.backend, &sign_up(email), origin().address).await.unwrap();
        let second = world.secret_for(email).await;
        let password = "kuda lari di pantai".into();
        let (origin_a, origin_b) = (origin(), origin());
        let (a, b) = tokio::join!(
            accounts::confirm(&world.backend, &first, &password, &origin_a),
            accounts::confirm(&world.backend, &second, &password, &origin_b),
        );
        let failures: Vec<Error> = [a.err(), b.err()].into_iter().flatten().collect();
        assert_eq!(failures.len(), 1, "exactly one link makes the account");
        let told = matches!(&failures[0], Error::Conflict(Conflict::AlreadyConfirmed))
            || matches!(&failures[0], Error::Invalid(issues) if issues[0].problem == Problem::LinkExpired);
        assert!(told, "{failures:?}");
    }

    async fn a_link_ends_after_a_day(world) {
        accounts::sign_up(&world.backend, &sign_up("rina@contoh.go.id"), origin().address).await.unwrap();
        let link = world.secret_for("rina@contoh.go.id").await;
        world.advance(DAY);
        let late = accounts::registration(&world.backend, &link).await;
        assert_eq!(problem_at(late.err().unwrap(), Field::Form), Problem::LinkExpired);
        sessions::sweep(&world.backend).await.unwrap();
        assert_eq!(world.count("registrations").await, 0);
    }

    async fn a_known_address_is_told_only_by_mail(world) {
        let rows = async || (world.count("registrations").await, world.count("outbox").await, world.count("users").await);
        let (registrations, mails, users) = rows().await;
        accounts::sign_up(&world.backend, &sign_up("baru@contoh.go.id"), origin().address).await.unwrap();
        assert_eq!(rows().await, (registrations + 1, mails + 1, users));
        accounts::sign_up(&world.backend, &sign_up("siti.pa@contoh.go.id"), origin().address).await.unwrap();
        assert_eq!(rows().await, (registrations + 2, mails + 2, users), "the same is written for both");
        let mails = world.mails().await;
        let to = |email: &str| mails.iter().find(|mail| mail.0 == email).unwrap().1.clone();
        assert_eq!(to("baru@contoh.go.id"), "Konfirmasi alamat surel Anda");
        assert_eq!(to("siti.pa@contoh.go.id"), "Alamat surel ini sudah terdaftar");
    }

    async fn a_sign_up_says_everything_that_is_wrong(world) {
        let form = SignUp { name: " ".into(), email: "rina".into(), password: "password123".into() };
        let Err(Error::Invalid(issues)) = accounts::sign_up(&world.backend, &form, origin().address).await else { panic!("taken") };
        let found: Vec<_> = issues.into_iter().map(|issue| (issue.field, issue.problem)).collect();
        assert_eq!(found, [
            (Field::Name, Problem::Missing),
            (Field::Email, Problem::NotAnEmail),
            (Field::Password, Problem::CommonPassword),
        ]);
        assert_eq!(world.count("outbox").await, 0);
    }

    async fn nobody_can_flood_an_address_with_mail(world) {
        for _ in 0..9 {
            accounts::sign_up(&world.backend, &sign_up("korban@contoh.go.id"), origin().address).await.unwrap();
        }
        assert_eq!(world.count("outbox").await, 6, "five, and one late");
        world.advance(HOUR);
        accounts::sign_up(&world.backend, &sign_up("korban@contoh.go.id"), origin().address).await.unwrap();
        assert_eq!(world.count("outbox").await, 7);
    }

    async fn unknown_wrong_and_disabled_look_alike(world) {
        let attempt = async |email: &str, password: &str| {
            let outcome = accounts::sign_in(&world.backend, email, &password.into(), &origin()).await;
            problem_at(outcome.err().unwrap(), Field::Form)
        };
        assert_eq!(attempt("siti.pa@contoh.go.id", "bukan kata sandinya").await, Problem::SignInFailed);
        assert_eq!(attempt("tidak.ada@contoh.go.id", PASSWORD).await, Problem::SignInFailed);
        assert_eq!(attempt("pemilik.lama@contoh.go.id", PASSWORD).await, Problem::SignInFailed);
        assert_eq!(attempt("siti.pa@contoh.go.id", &"x".repeat(5000)).await, Problem::SignInFailed);
    }

    async fn guessing_ends_for_known_and_unknown_addresses_alike(world) {
        for email in ["siti.pa@contoh.go.id", "tidak.ada@contoh.go.id"] {
            for _ in 0..10 {
                let _ = accounts::sign_in(&world.backend, email, &"salah salah salah".into(), &origin()).await;
            }
            let right = accounts::sign_in(&world.backend, email, &PASSWORD.into(), &origin()).await;
            assert!(matches!(right, Err(Error::Throttled(until)) if until == NOW.plus(15 * MINUTE)), "{email}");
        }
        world.advance(15 * MINUTE);
        accounts::sign_in(&world.backend, "siti.pa@contoh.go.id", &PASSWORD.into(), &origin()).await.unwrap();
    }

    async fn who_guesses_locks_only_themselves_out(world) {
        let email = "siti.pa@contoh.go.id";
        let from = |nth: u8| Origin { address: IpAddr::V4(Ipv4Addr::new(198, 51, 100, nth)), ..origin() };
        let guess = async |nth: u8| accounts::sign_in(&world.backend, email, &"salah salah salah".into(), &from(nth)).await;
        for _ in 0..10 {
            let _ = guess(1).await;
        }
        assert!(matches!(guess(1).await, Err(Error::Throttled(_))));
        world.siti().await;
        // Guesses from many devices are bounded all the same.
        for nth in 2..=10 {
            for _ in 0..10 {
                assert_eq!(problem_at(guess(nth).await.err().unwrap(), Field::Form), Problem::SignInFailed);
            }
        }
        assert!(matches!(guess(11).await, Err(Error::Throttled(_))), "they share a network");
        accounts::sign_in(&world.backend, email, &PASSWORD.into(), &origin()).await.unwrap();
        // A new password, by a link to the person's own mailbox, opens the account again.
        accounts::forgot_password(&world.backend, email).await.unwrap();
        let link = world.secret_for(email).await;
        accounts::reset_password(&world.backend, &link, &"kuda lari di pantai".into(), &origin()).await.unwrap();
        accounts::sign_in(&world.backend, email, &"kuda lari di pantai".into(), &origin()).await.unwrap();
    }

    /// Verifying takes a while: whoever began with the old password may find it replaced at the end.
    async fn an_old_password_opens_nothing_once_it_is_replaced(world) {
        let (siti, here) = (world.siti().await, origin());
        let reset = async |password: &str| {
            world.advance(HOUR); // so many mails to one address are allowed again
            accounts::forgot_password(&world.backend, &siti.email).await.unwrap();
            let link = world.secret_for(&siti.email).await;
            (link, password.to_owned().into())
        };
        let (old, (link, new)) = (PASSWORD.into(), reset("kuda lari di pantai").await);
        let (done, _) = tokio::join!(
            accounts::reset_password(&world.backend, &link, &new, &here),
            accounts::sign_in(&world.backend, &siti.email, &old, &here),
        );
        done.unwrap();
        assert_eq!(world.count("sessions").await, 0, "whichever came first");

        let (old, (link, new)) = (new, reset("burung di atas awan").await);
        let other = "ikan di dalam sungai".into();
        let (done, _) = tokio::join!(
            accounts::reset_password(&world.backend, &link, &new, &here),
            accounts::change_password(&world.backend, &siti, &old, &other),
        );
        done.unwrap();
        accounts::sign_in(&world.backend, &siti.email, &new, &here).await.unwrap();
    }

    async fn the_desks_roles_leave_a_trail(world) {
        let siti = world.siti().await;
        let trail = async || outside(&world).await.texts("SELECT CAST(detail AS TEXT) FROM audit_events WHERE action = 'staff_role_changed' AND actor_id IS NULL AND address IS NULL ORDER BY at").await;
        assert!(staff::set_staff_role(&world.backend, &siti.email, Some(StaffRole::Verifier)).await.unwrap());
        world.advance(MINUTE);
        assert!(staff::set_staff_role(&world.backend, &siti.email, None).await.unwrap());
        assert!(!staff::set_staff_role(&world.backend, "tidak.ada@contoh.go.id", None).await.unwrap());
        assert_eq!(trail().await, ["\"verifier\"", "null"]);
    }

    async fn a_role_that_the_operator_sets_frees_what_was_held_and_tells_open_pages(world) {
        const EMAIL: &str = "verifikator@contoh.go.id";
        let (siti, hendra) = (world.siti().await, world.verifier2().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let here = world.place("Kementerian Kesehatan", "Sekretariat").0;
        let ratna = bound(&world, EMAIL, &[here]).await;
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        // Notices of PostgreSQL come by way of the database.
        let relay = world.backend.clone();
        tokio::spawn(async move { relay.db.relay_notices().await });
        world.hears_notices(1).await;
        let mut notices = world.backend.db.notices();

        let (her, scope) = (ratna.user_id, ratna.scope);
        staff::set_staff_role(&world.backend, EMAIL, Some(StaffRole::Supervisor)).await.unwrap();
        let told = async {
            while !matches!(notices.recv().await.unwrap(), Notice::Person { user_id } if user_id == her) {}
        };
        tokio::time::timeout(Duration::from_secs(5), told).await.expect("her pages are told");
        verification::claim(&world.backend, &hendra, id).await.unwrap();
        let above = world.verifier().await;
        assert_eq!((above.staff_role, above.scope), (Some(StaffRole::Supervisor), scope), "hers, as before");

        staff::set_staff_role(&world.backend, EMAIL, None).await.unwrap();
        assert_eq!(world.verifier().await.staff_role, None);
        staff::set_staff_role(&world.backend, EMAIL, Some(StaffRole::Verifier)).await.unwrap();
        assert_eq!(world.verifier().await.scope, Scope::National, "nothing old comes back");
        assert_eq!(world.count("staff_institutions").await, 0);
    }

    /// "Last seen" is written now and then; that it cannot be written keeps nobody from reading.
    async fn a_session_is_known_though_nothing_can_be_written(world) {
        let token = accounts::sign_in(&world.backend, "siti.pa@contoh.go.id", &PASSWORD.into(), &origin()).await.unwrap();
        world.advance(10 * MINUTE);
        let mut other = outside(&world).await;
        for sql in match other {
            Outside::Sqlite(_) => ["BEGIN IMMEDIATE", "SELECT ''"],
            Outside::Postgres(_) => ["BEGIN", "LOCK TABLE sessions IN EXCLUSIVE MODE"],
        } {
            other.texts(sql).await;
        }
        assert!(world.actor_of(&token).await.is_some());
        other.texts("ROLLBACK").await;
        assert!(world.actor_of(&token).await.is_some());
    }

    async fn help_is_counted_by_person_and_names_only_their_own_application(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let (sent, draft) = (
            world.submitted(&siti, Role::Pa, "Sekretariat").await,
            world.filled_draft(&siti, Role::Kpa, world.answers("Sekretariat")).await,
        );
        let ask = async |actor, id, message: &str| {
            world.advance(Duration::from_millis(1)); // the newest mail is this one
            let question = help::Question {
                name: "Rina".into(),
                email: "rina@contoh.go.id".into(),
                message: message.into(),
                context: "Menunggu keputusan".into(),
                application_id: Some(id),
            };
            help::ask(&world.backend, actor, origin().address, &question).await
        };
        let told = async || {
            let mails = world.mails().await;
            mails.into_iter().find(|mail| mail.0 == "bantuan@contoh.go.id").unwrap().2
        };
        const MESSAGE: &str = "Kapan saya mendapat jawaban?";
        ask(Some(&siti), sent, MESSAGE).await.unwrap();
        assert!(told().await.contains("Menunggu keputusan · GB-26-000001-3"), "{}", told().await);
        ask(Some(&siti), draft, MESSAGE).await.unwrap();
        assert!(told().await.contains("Menunggu keputusan · draf yang belum dikirim"), "{}", told().await);
        for stranger in [Some(&budi), None] {
            ask(stranger, sent, MESSAGE).await.unwrap();
            let text = told().await;
            assert!(!text.contains("GB-26") && !text.contains(&sent.to_string()) && !text.contains(" · "), "{text}");
        }
        let zero = ask(Some(&siti), sent, "Kapan saya\0 mendapat jawaban?").await;
        assert_eq!(problem_at(zero.err().unwrap(), Field::Message), Problem::BadCharacters);
        // One person's messages are not their office's.
        while ask(Some(&siti), sent, MESSAGE).await.is_ok() {}
        assert!(matches!(ask(Some(&siti), sent, MESSAGE).await, Err(Error::Throttled(_))));
        ask(Some(&budi), sent, MESSAGE).await.unwrap();
        ask(None, sent, MESSAGE).await.unwrap();
    }

    async fn a_success_forgets_failures(world) {
        for _ in 0..3 {
            for _ in 0..9 {
                let _ = accounts::sign_in(&world.backend, "siti.pa@contoh.go.id", &"salah".into(), &origin()).await;
            }
            world.siti().await;
        }
    }

    async fn a_forgotten_password_is_set_anew_once(world) {
        let email = "siti.pa@contoh.go.id";
        let old = accounts::sign_in(&world.backend, email, &PASSWORD.into(), &origin()).await.unwrap();
        accounts::forgot_password(&world.backend, email).await.unwrap();
        let link = world.secret_for(email).await;
        assert_eq!(accounts::reset_of(&world.backend, &link).await.unwrap().as_str(), SITI);
        let weak = accounts::reset_password(&world.backend, &link, &"rahmawati2026".into(), &origin()).await;
        assert_eq!(problem_at(weak.err().unwrap(), Field::Password), Problem::CommonPassword);
        accounts::reset_password(&world.backend, &link, &"kuda lari di pantai".into(), &origin()).await.unwrap();

        assert!(world.actor_of(&old).await.is_none(), "sessions end");
        accounts::sign_in(&world.backend, email, &"kuda lari di pantai".into(), &origin()).await.unwrap();
        let old = accounts::sign_in(&world.backend, email, &PASSWORD.into(), &origin()).await;
        assert_eq!(problem_at(old.err().unwrap(), Field::Form), Problem::SignInFailed);
        let again = accounts::reset_password(&world.backend, &link, &"burung di atas awan".into(), &origin()).await;
        assert_eq!(problem_at(again.err().unwrap(), Field::Form), Problem::LinkExpired);
        assert!(world.mails().await.iter().any(|mail| mail.1 == "Kata sandi Anda telah diganti"));
    }

    async fn an_unknown_address_gets_a_mail_too_and_no_link(world) {
        let before = world.count("password_resets").await;
        accounts::forgot_password(&world.backend, "siapa@contoh.go.id").await.unwrap();
        assert_eq!(world.count("password_resets").await, before + 1);
        let (recipient, subject, text) = world.mails().await.remove(0);
        assert_eq!((recipient.as_str(), subject.as_str()), ("siapa@contoh.go.id", "Alamat surel ini belum terdaftar"));
        assert!(!text.contains("token="));
    }

    async fn a_reset_link_ends_after_an_hour(world) {
        accounts::forgot_password(&world.backend, "siti.pa@contoh.go.id").await.unwrap();
        let link = world.secret_for("siti.pa@contoh.go.id").await;
        world.advance(HOUR);
        let late = accounts::reset_of(&world.backend, &link).await;
        assert_eq!(problem_at(late.err().unwrap(), Field::Form), Problem::LinkExpired);
    }

    async fn changing_the_password_ends_other_sessions(world) {
        let (here, elsewhere) = (world.siti().await, world.siti().await);
        let change = async |current: &str, new: &str| {
            accounts::change_password(&world.backend, &here, &current.into(), &new.into()).await
        };
        let wrong = change("bukan kata sandinya", "kuda lari di pantai").await.err().unwrap();
        assert_eq!(problem_at(wrong, Field::CurrentPassword), Problem::WrongPassword);
        assert_eq!(sessions::list(&world.backend, &here).await.unwrap().len(), 2);
        change(PASSWORD, "kuda lari di pantai").await.unwrap();
        let left = sessions::list(&world.backend, &here).await.unwrap();
        assert_eq!(left.iter().map(|session| (session.id, session.current)).collect::<Vec<_>>(), [(here.session_id, true)]);
        assert_ne!(elsewhere.session_id, here.session_id);
    }

    async fn sessions_end_idle_and_absolutely(world) {
        let token = accounts::sign_in(&world.backend, "siti.pa@contoh.go.id", &PASSWORD.into(), &origin()).await.unwrap();
        world.advance(sessions::IDLE - MINUTE);
        assert!(world.actor_of(&token).await.is_some(), "being used keeps it alive");
        world.advance(sessions::IDLE - MINUTE);
        assert!(world.actor_of(&token).await.is_some());
        world.advance(sessions::IDLE);
        assert!(world.actor_of(&token).await.is_none(), "idle");

        let token = accounts::sign_in(&world.backend, "siti.pa@contoh.go.id", &PASSWORD.into(), &origin()).await.unwrap();
        for _ in 0..(sessions::ABSOLUTE.as_secs() / HOUR.as_secs() - 1) {
            world.advance(HOUR);
            assert!(world.actor_of(&token).await.is_some());
        }
        world.advance(HOUR);
        assert!(world.actor_of(&token).await.is_none(), "a week is the longest");
        sessions::sweep(&world.backend).await.unwrap();
        assert_eq!(world.count("sessions").await, 0);
    }

    async fn only_own_sessions_can_be_ended(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let ended = sessions::end(&world.backend, &siti, sessions::Which::One(budi.session_id)).await.unwrap();
        assert_eq!(ended, 0);
        assert_eq!(sessions::list(&world.backend, &budi).await.unwrap().len(), 1);
        sessions::sign_out(&world.backend, &budi).await.unwrap();
        assert_eq!(sessions::list(&world.backend, &budi).await.unwrap().len(), 0);
        assert_eq!(sessions::list(&world.backend, &siti).await.unwrap().len(), 1);
    }

    async fn a_made_up_token_is_nobody(world) {
        for text in ["", "x", "' OR 1=1 --", &"a".repeat(100_000)] {
            assert!(world.actor_of(&Token::presented(text)).await.is_none());
        }
    }

    async fn a_profile_is_checked_and_kept(world) {
        let siti = world.siti().await;
        let form = |number: &str, phone: &str| ProfileForm {
            name: "Siti Rahmawati, S.E.".into(),
            employee_number_kind: EmployeeNumberKind::Nip,
            employee_number: number.into(),
            phone: phone.into(),
            zone: Zone::Wita,
        };
        let wrong = accounts::change_profile(&world.backend, &siti, &form("1978", "12")).await;
        let Err(Error::Invalid(issues)) = wrong else { panic!("taken") };
        let fields: Vec<_> = issues.iter().map(|issue| issue.field).collect();
        assert_eq!(fields, [Field::EmployeeNumber, Field::Phone]);
        accounts::change_profile(&world.backend, &siti, &form("19780412 200312 2 003", "0812-3456-7890")).await.unwrap();
        let profile = accounts::profile(&world.backend, &siti).await.unwrap();
        assert_eq!(profile.employee_number.as_deref(), Some("197804122003122003"));
        assert_eq!(profile.phone.as_deref(), Some("+6281234567890"));
        assert_eq!(world.siti().await.zone, Zone::Wita);
        accounts::change_profile(&world.backend, &siti, &form("", "")).await.unwrap();
        assert_eq!(accounts::profile(&world.backend, &siti).await.unwrap().employee_number, None);
    }
}
