//! Counting attempts, so that nobody guesses for long. Counts live in the database: they survive a restart and hold on
//! all servers together.

use std::time::Duration;

use domain::time::Timestamp;

use crate::{
    Backend,
    db::{execute, fetch_one},
    error::{Error, Result},
    secrets::sha256,
};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Sign-in, by e-mail address, known or not, and the address of the device: who guesses locks only themselves out.
    SignIn,
    /// Sign-in, by e-mail address alone: bounds guessing from many devices.
    SignInAnywhere,
    /// Mails that anybody can cause (confirmation, reset), by the address that gets them.
    MailTo,
    /// Confirming a password while signed in, by person.
    Confirm,
    /// SiRUP, by person.
    SirupPerson,
    /// SiRUP, by username.
    SirupUsername,
    /// Messages to the help desk, by person, or by the address of the device of somebody who is not signed in.
    Help,
    /// Letters looked into, by person.
    Letter,
    /// Mails that tell administrators of an empty check list, by role.
    EmptyCheckList,
}

impl Scope {
    /// Its name in the table, the attempts it allows, and the time over which they are counted.
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
            Self::Letter => ("letter", 100, Duration::from_secs(60 * MINUTE)),
            Self::EmptyCheckList => ("empty_check_list", 1, Duration::from_secs(24 * 60 * MINUTE)),
        }
    }
}

const SIRUP_PAUSE: Duration = Duration::from_secs(domain::applications::sirup::PAUSE_MINUTES * 60);

impl Backend {
    /// Counts one attempt before it is made, so that many at once do not slip through; gives how many are left after
    /// it. The key is stored as a hash.
    ///
    /// # Errors
    /// [`Error::Throttled`] with the end of the pause if there was none left.
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

    /// Forgets the attempts, after one that was right or was no guess.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn forget_attempts(&self, scope: Scope, key: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        execute!(tx, "DELETE FROM throttles WHERE scope = $1 AND key = $2", scope.rule().0, sha256(key.as_bytes()))?;
        tx.commit().await
    }

    /// Takes back one attempt that was no guess (the other side did not answer).
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
