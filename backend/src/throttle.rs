//! Rate limits for attempts, so that nobody can guess for long. The counts are stored in the database: they survive a
//! restart and hold for all servers together.

use std::time::Duration;

use domain::time::Timestamp;

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
    /// Sign-in at SiRUP, by network.
    SirupNetwork,
    /// Sign-in at SiRUP, by SiRUP username. The pause is short: its owner may be waiting.
    SirupUsername,
    /// Sign-in at SiRUP, by SiRUP username and network: a longer pause for a network that goes on after the short ones.
    SirupUsernameHere,
    /// Messages to the help desk, by person, or by network address without a session.
    Help,
    /// Uploaded letters, by person.
    Letter,
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
            Self::SirupNetwork => ("sirup_network", 30, Duration::from_secs(60 * MINUTE)),
            Self::SirupUsername => {
                ("sirup_username", domain::applications::sirup::ATTEMPTS, Duration::from_secs(MINUTE))
            }
            Self::SirupUsernameHere => {
                ("sirup_username_here", 2 * domain::applications::sirup::ATTEMPTS, Duration::from_secs(10 * MINUTE))
            }
            Self::Help => ("help", 10, Duration::from_secs(60 * MINUTE)),
            Self::Letter => ("letter", 100, Duration::from_secs(60 * MINUTE)),
            Self::EmptyCheckList => ("empty_check_list", 1, Duration::from_secs(24 * 60 * MINUTE)),
        }
    }
}

const SIRUP_PAUSE: Duration = Duration::from_secs(domain::applications::sirup::PAUSE_MINUTES * 60);

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
