//! Guessing, lockouts and worn-down limits at sign-in, sign-up and reset.

mod devices;
mod mails;
mod pages;

use std::net::{IpAddr, Ipv4Addr};

use backend::{
    Error, Origin, Result,
    accounts::{self, sessions},
    secrets::Token,
};
use domain::issues::{Field, Problem};

use crate::support::*;

const ADMIN: &str = "admin@contoh.go.id";

/// A password that nobody has and that is not even hashed, so that many guesses cost a test little.
fn too_long() -> secrecy::SecretString {
    "x".repeat(200).into()
}

fn from(address: &str) -> Origin {
    Origin { address: address.parse().unwrap(), ..origin() }
}

/// A different network for each number, also in the wider sense.
fn network(nth: u16) -> Origin {
    let [high, low] = nth.to_be_bytes();
    Origin { address: IpAddr::V4(Ipv4Addr::new(100, high, low, 1)), ..origin() }
}

async fn guess(world: &World, email: &str, from: &Origin) -> Result<Token> {
    accounts::sign_in(&world.backend, email, &too_long(), from).await
}

async fn right(world: &World, email: &str, from: &Origin) -> Result<Token> {
    accounts::sign_in(&world.backend, email, &PASSWORD.into(), from).await
}

#[track_caller]
fn throttled<T>(outcome: Result<T>) -> domain::time::Timestamp {
    match outcome {
        Err(Error::Throttled(until)) => until,
        other => panic!("not throttled: {:?}", other.err()),
    }
}

#[track_caller]
fn wrong(outcome: Result<Token>) {
    assert_eq!(problem_at(outcome.err().expect("refused"), Field::Form), Problem::SignInFailed);
}

on_both! {
    /// As it was seen: 110 wrong passwords in three seconds.
    async fn guesses_keep_the_owner_out_of_no_device(world) {
        let known = Origin { device: Some(world.device(ADMIN).await), ..network(0) };
        for nth in 0..11 {
            for _ in 0..10 {
                wrong(guess(&world, ADMIN, &network(nth)).await);
            }
        }
        right(&world, ADMIN, &from("203.0.113.9")).await.expect("a fresh device, from a network of nobody else");
        right(&world, ADMIN, &known).await.expect("a known device, even from a network of the guessers");
        assert_eq!(throttled(right(&world, ADMIN, &network(0)).await), NOW.plus(15 * MINUTE), "who guesses is slowed down");
    }

    /// With networks without end, whoever comes from a new one waits a minute, and no longer.
    async fn a_flood_of_guesses_delays_a_fresh_device_by_a_minute(world) {
        let known = Origin { device: Some(world.device(ADMIN).await), ..network(0) };
        for nth in 0..20 {
            for _ in 0..10 {
                wrong(guess(&world, ADMIN, &network(nth)).await);
            }
        }
        for nth in 20..40 {
            assert_eq!(throttled(guess(&world, ADMIN, &network(nth)).await), NOW.plus(MINUTE));
        }
        right(&world, ADMIN, &known).await.expect("a known device waits for nobody");
        let fresh = from("2001:db8:77::1");
        for _ in 0..20 {
            assert_eq!(throttled(right(&world, ADMIN, &fresh).await), NOW.plus(MINUTE), "asking again costs nothing");
        }
        sessions::sweep(&world.backend).await.unwrap();
        world.advance(MINUTE);
        // The flood goes on, and uses nobody else's turn.
        for nth in 20..60 {
            let _ = guess(&world, ADMIN, &network(nth)).await;
        }
        sessions::sweep(&world.backend).await.unwrap();
        right(&world, ADMIN, &fresh).await.unwrap();
        // Each network has one guess a minute at most.
        let again = guess(&world, ADMIN, &network(20)).await;
        assert_eq!(throttled(again), NOW.plus(2 * MINUTE));
    }

    /// The clock was days ahead, and was corrected.
    async fn a_clock_that_ran_ahead_keeps_nobody_out(world) {
        for _ in 0..10 {
            wrong(guess(&world, SITI, &origin()).await);
        }
        throttled(right(&world, SITI, &origin()).await);
        world.sql("UPDATE throttles SET ends_at = ends_at + 172800000000").await.unwrap();
        right(&world, SITI, &origin()).await.unwrap();
    }

    async fn a_link_of_before_does_not_set_a_password_that_was_changed(world) {
        let siti = world.siti().await;
        accounts::forgot_password(&world.backend, SITI).await.unwrap();
        let link = world.secret_for(SITI).await;
        accounts::change_password(&world.backend, &siti, &PASSWORD.into(), &"kuda lari di pantai".into()).await.unwrap();
        let outcome = accounts::reset_password(&world.backend, &link, &"burung di atas awan".into(), &origin()).await;
        assert_eq!(problem_at(outcome.unwrap_err(), Field::Form), Problem::LinkExpired);
    }

    async fn one_network_has_one_allowance_however_many_addresses_it_has(world) {
        for nth in 0..10 {
            wrong(guess(&world, ADMIN, &from(&format!("2001:db8:1:2::{nth:x}"))).await);
        }
        throttled(right(&world, ADMIN, &from("2001:db8:1:2:ffff::1")).await);
        right(&world, ADMIN, &from("2001:db8:1:3::1")).await.unwrap();

        for _ in 0..5 {
            wrong(guess(&world, SITI, &from("203.0.113.9")).await);
            wrong(guess(&world, SITI, &from("::ffff:203.0.113.9")).await);
        }
        throttled(right(&world, SITI, &from("203.0.113.9")).await);
        throttled(right(&world, SITI, &from("::ffff:203.0.113.9")).await);
    }

    async fn a_wide_network_has_an_allowance_too(world) {
        for nth in 0..10 {
            for _ in 0..10 {
                wrong(guess(&world, ADMIN, &from(&format!("2001:db8:5:{nth:x}::1"))).await);
            }
        }
        throttled(guess(&world, ADMIN, &from("2001:db8:5:ffff::1")).await);
        right(&world, ADMIN, &from("2001:db8:6::1")).await.unwrap();
    }

    /// One guess at each of many accounts.
    async fn spraying_is_counted_by_network(world) {
        for nth in 0..200 {
            wrong(guess(&world, &format!("orang.{nth}@contoh.go.id"), &from("203.0.113.9")).await);
        }
        throttled(right(&world, ADMIN, &from("203.0.113.9")).await);
        right(&world, ADMIN, &from("203.0.113.10")).await.unwrap();
    }

    /// Whoever has an account must not clear what they did to others.
    async fn ones_own_account_buys_no_guesses_at_others(world) {
        let here = from("203.0.113.9");
        for nth in 0..20 {
            for _ in 0..10 {
                wrong(guess(&world, &format!("orang.{nth}@contoh.go.id"), &here).await);
            }
            if nth < 19 {
                right(&world, SITI, &here).await.unwrap();
            }
        }
        throttled(right(&world, SITI, &here).await);
    }

    async fn parallel_guesses_do_not_exceed_the_allowance(world) {
        let here = from("203.0.113.9");
        let guesses = futures::future::join_all((0..40).map(|_| guess(&world, ADMIN, &here))).await;
        let looked_at = guesses.iter().filter(|outcome| matches!(outcome, Err(Error::Invalid(_)))).count();
        assert_eq!(looked_at, 10);
    }

    /// A link of a sign-up is in nobody's hands but the owner's, so nobody else uses up its attempts.
    async fn guesses_at_an_address_do_not_disturb_its_confirmation(world) {
        let email = "rina@contoh.go.id";
        accounts::sign_up(&world.backend, &sign_up(email), origin().address).await.unwrap();
        let link = world.secret_for(email).await;
        while guess(&world, email, &origin()).await.is_err_and(|error| matches!(error, Error::Invalid(_))) {}
        accounts::confirm(&world.backend, &link, &STRONG.into(), &origin()).await.unwrap();
    }

    async fn the_password_is_confirmed_a_few_times_only(world) {
        let siti = world.siti().await;
        let change = async |current: &str, new: &str| {
            accounts::change_password(&world.backend, &siti, &current.into(), &new.into()).await
        };
        // What is too long or too short is refused before it is counted.
        for _ in 0..20 {
            let long = change(PASSWORD, &"x".repeat(5000)).await;
            assert_eq!(problem_at(long.err().unwrap(), Field::Password), Problem::TooLong { max: 128 });
        }
        for _ in 0..10 {
            let wrong = change(&"x".repeat(5000), STRONG).await;
            assert_eq!(problem_at(wrong.err().unwrap(), Field::CurrentPassword), Problem::WrongPassword);
        }
        throttled(change(PASSWORD, STRONG).await.map(|_| ()));
    }

    /// Each new password costs a hash and a look at lists of common ones.
    async fn a_person_tries_new_passwords_a_few_times_only(world) {
        accounts::forgot_password(&world.backend, SITI).await.unwrap();
        let link = world.secret_for(SITI).await;
        let reset = async |password: &str| accounts::reset_password(&world.backend, &link, &password.into(), &origin()).await;
        for _ in 0..30 {
            assert_eq!(problem_at(reset("password123").await.err().unwrap(), Field::Password), Problem::CommonPassword);
        }
        throttled(reset(STRONG).await);
        world.advance(15 * MINUTE);
        reset(STRONG).await.unwrap();
    }
}

const STRONG: &str = "kuda lari di pantai";

fn sign_up(email: &str) -> accounts::SignUp {
    accounts::SignUp { name: "Rina Marpaung".into(), email: email.into(), password: STRONG.into() }
}
