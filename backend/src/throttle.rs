//! Limits of what a person or a device may do in a time. Attempts are counted in the database, so that nobody can guess
//! for long: the counts survive a restart and hold for all servers together. [`Writes`] are counted in memory.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::time::Timestamp;
use uuid::Uuid;

use crate::{
    Backend,
    db::{execute, fetch_one},
    error::{Error, Result},
    secrets::sha256,
};

/// The attempts that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Sign-in, by e-mail address and network address: guessing locks out the device that guesses.
    SignIn,
    /// Sign-in, by e-mail address alone: limits guessing from many devices.
    SignInAnywhere,
    /// Mails that anybody can trigger (confirmation, reset), by recipient.
    MailTo,
    /// The current password, asked while signed in, by person.
    Confirm,
    /// Sign-in at SiRUP, by person.
    SirupPerson,
    /// Sign-in at SiRUP, by SiRUP username.
    SirupUsername,
    /// Messages to the help desk in an hour, by person, or by network address without a session.
    Help,
    /// The same in a day.
    HelpDay,
    /// Uploaded letters in an hour, by person.
    Letter,
    /// The same in a day.
    LetterDay,
    /// Mails that tell administrators of an empty check list, by role.
    EmptyCheckList,
}

impl Scope {
    /// The name in the table, the attempts allowed, and the period in which they are counted.
    const fn rule(self) -> (&'static str, u32, Duration) {
        const MINUTE: u64 = 60;
        match self {
            Self::SignIn => ("sign_in", 10, Duration::from_secs(15 * MINUTE)),
            Self::SignInAnywhere => ("sign_in_anywhere", 100, Duration::from_secs(15 * MINUTE)),
            Self::MailTo => ("mail_to", 5, Duration::from_secs(60 * MINUTE)),
            Self::Confirm => ("confirm", 10, Duration::from_secs(15 * MINUTE)),
            Self::SirupPerson => ("sirup_person", domain::applications::sirup::ATTEMPTS, SIRUP_PAUSE),
            Self::SirupUsername => ("sirup_username", domain::applications::sirup::ATTEMPTS, SIRUP_PAUSE),
            Self::Help => ("help", 10, Duration::from_secs(60 * MINUTE)),
            Self::HelpDay => ("help_day", 30, DAY),
            Self::Letter => ("letter", 40, Duration::from_secs(60 * MINUTE)),
            Self::LetterDay => ("letter_day", 60, DAY),
            Self::EmptyCheckList => ("empty_check_list", 1, DAY),
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 3600);
const SIRUP_PAUSE: Duration = Duration::from_secs(domain::applications::sirup::PAUSE_MINUTES * 60);

/// The most writes of a person in a [`WRITES_WITHIN`]. Saving while typing takes at most 85.
const MOST_WRITES: u32 = 120;
const WRITES_WITHIN: Duration = Duration::from_secs(60);

/// The writes of each person who is signed in, of this server and this minute.
#[derive(Default)]
pub struct Writes(Mutex<CurrentMinute>);

#[derive(Default)]
struct CurrentMinute {
    ends_at: Option<Timestamp>,
    counts: HashMap<Uuid, u32>,
}

impl Writes {
    /// Counts a write before it is made. Costs no query.
    ///
    /// # Errors
    /// [`Error::Throttled`] with the end of the minute, after too many.
    pub fn count(&self, person: Uuid, now: Timestamp) -> Result<()> {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back begins a new minute too.
        let current = minute.ends_at.filter(|ends_at| now < *ends_at && *ends_at <= now.plus(WRITES_WITHIN));
        let ends_at = current.unwrap_or_else(|| {
            minute.counts.clear();
            now.plus(WRITES_WITHIN)
        });
        minute.ends_at = Some(ends_at);
        let count = minute.counts.entry(person).or_default();
        *count = count.saturating_add(1);
        if *count > MOST_WRITES { Err(Error::Throttled(ends_at)) } else { Ok(()) }
    }
}

impl Backend {
    /// Counts an attempt before it is made, so that parallel attempts cannot exceed the limit. Returns how many are left.
    /// The key is stored as a hash.
    ///
    /// # Errors
    /// [`Error::Throttled`] with the end of the period if none was left.
    pub(crate) async fn count_attempt(&self, scope: Scope, key: &str) -> Result<u32> {
        let (name, allowed, over) = scope.rule();
        let now = self.world.now();
        let mut tx = self.db.begin().await?;
        let (failures, ends_at): (i64, i64) = fetch_one!(
            tx,
            (i64, i64),
            "INSERT INTO throttles (scope, key, failures, ends_at) VALUES ($1, $2, 1, $4)
             ON CONFLICT (scope, key) DO UPDATE SET
                 failures = CASE WHEN throttles.ends_at <= $3 THEN 1 ELSE throttles.failures + 1 END,
                 ends_at = CASE WHEN throttles.ends_at <= $3 THEN $4 ELSE throttles.ends_at END
             RETURNING failures, ends_at",
            name,
            sha256(key.as_bytes()),
            now.micros(),
            now.plus(over).micros()
        )?;
        tx.commit().await?;
        let used = u32::try_from(failures).unwrap_or(u32::MAX);
        allowed.checked_sub(used).ok_or(Error::Throttled(Timestamp::from_micros(ends_at)))
    }

    /// Resets the count, after a successful attempt.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn forget_attempts(&self, scope: Scope, key: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        execute!(tx, "DELETE FROM throttles WHERE scope = $1 AND key = $2", scope.rule().0, sha256(key.as_bytes()))?;
        tx.commit().await
    }

    /// Takes one attempt back, because it was not a guess.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn uncount_attempt(&self, scope: Scope, key: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        execute!(
            tx,
            "UPDATE throttles SET failures = failures - 1 WHERE scope = $1 AND key = $2 AND failures > 0",
            scope.rule().0,
            sha256(key.as_bytes())
        )?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(1_795_316_400_000_000).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn each_person_has_their_own_writes_and_new_ones_every_minute() {
        let (writes, siti, budi) = (Writes::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        for _ in 0..MOST_WRITES {
            writes.count(siti, at(10)).unwrap();
        }
        assert!(matches!(writes.count(siti, at(69)), Err(Error::Throttled(until)) if until == at(70)));
        writes.count(budi, at(69)).unwrap();
        writes.count(siti, at(70)).unwrap();
        assert_eq!(writes.0.lock().unwrap().counts.len(), 1, "people of earlier minutes are forgotten");
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody() {
        let (writes, siti) = (Writes::default(), Uuid::from_u128(1));
        for _ in 0..=MOST_WRITES {
            let _ = writes.count(siti, at(3600));
        }
        writes.count(siti, at(0)).unwrap();
    }
}
