//! Limits of what a person or a device may do in a time, and of mails. Attempts are counted in the database, so that nobody
//! can guess for long or flood a mailbox: the counts survive a restart and hold for all servers together. [`Writes`] are
//! counted in memory.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::time::Timestamp;
use uuid::Uuid;

use crate::{
    Backend,
    db::{Tx, execute, fetch_one, fetch_optional},
    error::{Error, Result},
    refusals::{Kind, refused},
    secrets::sha256,
};

/// The attempts that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Sign-in from a device that signed in before, by device and account.
    SignInDevice,
    /// Sign-in from other devices, by account and network.
    SignIn,
    /// The same, by account and wider network.
    SignInWide,
    /// The same, by network, whatever the account.
    SignInNetwork,
    /// The same, by wider network, whatever the account.
    SignInWideNetwork,
    /// The same, by account alone. Beyond it nobody is locked out: each network waits for its turn ([`take_turn`]).
    SignInAnywhere,
    /// The turns, by account and network.
    SignInTurn,
    /// Sign-ups, by address and network.
    SignUp,
    /// Resets of a password, by address: while the link of one is young, no other is sent.
    ResetGap,
    /// Mails of one purpose, by recipient.
    Mail(Purpose),
    /// Mails with a link beyond [`Scope::Mail`], by recipient: fewer, but never none for long.
    LateMail(Purpose),
    /// The password, asked while signed in, by person; or asked by the link of a sign-up, by address.
    Confirm,
    /// New passwords, by the person who sets one.
    NewPassword,
    /// Sign-in at SiRUP, by person.
    SirupPerson,
    /// Sign-in at SiRUP, by network.
    SirupNetwork,
    /// Sign-in at SiRUP, by SiRUP username. The pause is short: its owner may be waiting.
    SirupUsername,
    /// Sign-in at SiRUP, by SiRUP username and network: a longer pause for a network that goes on after the short ones.
    SirupUsernameHere,
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

/// What a mail is for. Each purpose has a budget of its own, so that one cannot use up another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Confirmation,
    AlreadyRegistered,
    Reset,
    NoAccount,
    Invitation,
    NewDevice,
    PasswordChanged,
    SirupLinked,
    RoleLost,
}

impl Purpose {
    /// The names of [`Scope::Mail`] and [`Scope::LateMail`].
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Confirmation => ("mail_confirmation", "late_mail_confirmation"),
            Self::AlreadyRegistered => ("mail_already_registered", "late_mail_already_registered"),
            Self::Reset => ("mail_reset", "late_mail_reset"),
            Self::NoAccount => ("mail_no_account", "late_mail_no_account"),
            Self::Invitation => ("mail_invitation", "late_mail_invitation"),
            Self::NewDevice => ("mail_new_device", "late_mail_new_device"),
            Self::PasswordChanged => ("mail_password_changed", "late_mail_password_changed"),
            Self::SirupLinked => ("mail_sirup_linked", "late_mail_sirup_linked"),
            Self::RoleLost => ("mail_role_lost", "late_mail_role_lost"),
        }
    }

    /// True if the person waits for the mail, because they need its link.
    const fn carries_link(self) -> bool {
        matches!(self, Self::Confirmation | Self::Reset | Self::Invitation)
    }
}

const MINUTE: u64 = 60;
const QUARTER: Duration = Duration::from_secs(15 * MINUTE);
const HOUR: Duration = Duration::from_secs(60 * MINUTE);
const DAY: Duration = Duration::from_secs(24 * 60 * MINUTE);
const SIRUP_PAUSE: Duration = Duration::from_secs(domain::applications::sirup::PAUSE_MINUTES * 60);

impl Scope {
    /// The name in the table, the attempts allowed, and the period in which they are counted.
    const fn rule(self) -> (&'static str, u32, Duration) {
        match self {
            Self::SignInDevice => ("sign_in_device", 10, QUARTER),
            Self::SignIn => ("sign_in", 10, QUARTER),
            Self::SignInWide => ("sign_in_wide", 100, QUARTER),
            Self::SignInNetwork => ("sign_in_network", 200, QUARTER),
            Self::SignInWideNetwork => ("sign_in_wide_network", 1000, QUARTER),
            Self::SignInAnywhere => ("sign_in_anywhere", 200, QUARTER),
            Self::SignInTurn => ("sign_in_turn", 1, TURN),
            Self::SignUp => ("sign_up", 30, HOUR),
            Self::ResetGap => ("reset_gap", 1, Duration::from_secs(5 * MINUTE)),
            Self::Mail(purpose) => (purpose.names().0, 5, HOUR),
            Self::LateMail(purpose) => (purpose.names().1, 1, QUARTER),
            Self::Confirm => ("confirm", 10, QUARTER),
            Self::NewPassword => ("new_password", 30, QUARTER),
            Self::SirupPerson => ("sirup_person", domain::applications::sirup::ATTEMPTS, SIRUP_PAUSE),
            Self::SirupNetwork => ("sirup_network", 30, HOUR),
            Self::SirupUsername => {
                ("sirup_username", domain::applications::sirup::ATTEMPTS, Duration::from_secs(MINUTE))
            }
            Self::SirupUsernameHere => {
                ("sirup_username_here", 2 * domain::applications::sirup::ATTEMPTS, Duration::from_secs(10 * MINUTE))
            }
            Self::Help => ("help", 10, HOUR),
            Self::HelpDay => ("help_day", 30, DAY),
            Self::Letter => ("letter", 40, HOUR),
            Self::LetterDay => ("letter_day", 60, DAY),
            Self::EmptyCheckList => ("empty_check_list", 1, DAY),
        }
    }
}

/// How long a turn is waited for.
const TURN: Duration = Duration::from_secs(MINUTE);
/// How long a turn that came is kept for whoever waited.
const TURN_KEPT: Duration = Duration::from_secs(30 * MINUTE);

/// Counts an attempt. Returns how many are left. The key is stored as a hash. A count that ends later than its period allows
/// is of a clock that ran ahead, and begins anew.
///
/// # Errors
/// [`Error::Throttled`] with the end of the period if none was left.
pub(crate) async fn count(tx: &mut Tx, now: Timestamp, scope: Scope, key: &str) -> Result<u32> {
    let (name, allowed, over) = scope.rule();
    let (failures, ends_at): (i64, i64) = fetch_one!(
        tx,
        (i64, i64),
        "INSERT INTO throttles (scope, key, failures, ends_at) VALUES ($1, $2, 1, $4)
         ON CONFLICT (scope, key) DO UPDATE SET
             failures = CASE WHEN throttles.ends_at <= $3 OR throttles.ends_at > $4 THEN 1 ELSE throttles.failures + 1 END,
             ends_at = CASE WHEN throttles.ends_at <= $3 OR throttles.ends_at > $4 THEN $4 ELSE throttles.ends_at END
         RETURNING failures, ends_at",
        name,
        sha256(key.as_bytes()),
        now.micros(),
        now.plus(over).micros()
    )?;
    let used = u32::try_from(failures).unwrap_or(u32::MAX);
    allowed.checked_sub(used).ok_or_else(|| {
        refused(Kind::Limit, name);
        Error::Throttled(Timestamp::from_micros(ends_at))
    })
}

/// True if no attempt is left.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn is_used_up(tx: &mut Tx, now: Timestamp, scope: Scope, key: &str) -> Result<bool> {
    let (name, allowed, _) = scope.rule();
    let row: Option<(i64,)> = fetch_optional!(
        tx,
        (i64,),
        "SELECT failures FROM throttles WHERE scope = $1 AND key = $2 AND ends_at > $3",
        name,
        sha256(key.as_bytes()),
        now.micros()
    )?;
    Ok(row.is_some_and(|(failures,)| failures >= i64::from(allowed)))
}

/// Lets attempts under a key through one at a time, each a minute after the one before, and the first a minute after it was
/// made and put off. Whoever comes back in time finds the turn kept. `tx` must be committed in both cases.
///
/// # Errors
/// The inner one is the instant of the turn; the outer one if the database refuses.
pub(crate) async fn take_turn(tx: &mut Tx, now: Timestamp, scope: Scope, key: &str) -> Result<Result<(), Timestamp>> {
    let name = scope.rule().0;
    // A row ends when its turn is no longer kept, so that the sweep leaves it until then. `failures` tells that this very
    // statement took the turn.
    let (taken, ends_at): (i64, i64) = fetch_one!(
        tx,
        (i64, i64),
        "INSERT INTO throttles (scope, key, failures, ends_at) VALUES ($1, $2, 0, $4)
         ON CONFLICT (scope, key) DO UPDATE SET
             failures = CASE WHEN throttles.ends_at > $3 AND throttles.ends_at - $5 <= $3 THEN 1 ELSE 0 END,
             ends_at = CASE WHEN throttles.ends_at - $5 <= $3 THEN $4 ELSE throttles.ends_at END
         RETURNING failures, ends_at",
        name,
        sha256(key.as_bytes()),
        now.micros(),
        now.plus(TURN).plus(TURN_KEPT).micros(),
        i64::try_from(TURN_KEPT.as_micros()).unwrap_or(i64::MAX)
    )?;
    if taken == 1 {
        return Ok(Ok(()));
    }
    refused(Kind::Limit, name);
    Ok(Err(Timestamp::from_micros(ends_at).minus(TURN_KEPT)))
}

/// Resets a count, after a successful attempt.
///
/// # Errors
/// If the database refuses.
pub(crate) async fn forget(tx: &mut Tx, scope: Scope, key: &str) -> Result<()> {
    execute!(tx, "DELETE FROM throttles WHERE scope = $1 AND key = $2", scope.rule().0, sha256(key.as_bytes()))?;
    Ok(())
}

/// Takes one attempt back, because it was not a guess.
///
/// # Errors
/// If the database refuses.
pub(crate) async fn uncount(tx: &mut Tx, scope: Scope, key: &str) -> Result<()> {
    execute!(
        tx,
        "UPDATE throttles SET failures = failures - 1 WHERE scope = $1 AND key = $2 AND failures > 0",
        scope.rule().0,
        sha256(key.as_bytes())
    )?;
    Ok(())
}

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
    ///
    /// # Errors
    /// [`Error::Throttled`] with the end of the period if none was left.
    pub(crate) async fn count_attempt(&self, scope: Scope, key: &str) -> Result<u32> {
        let mut tx = self.db.begin().await?;
        let left = count(&mut tx, self.world.now(), scope, key).await?;
        tx.commit().await?;
        Ok(left)
    }

    /// Resets the count, after a successful attempt.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn forget_attempts(&self, scope: Scope, key: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        forget(&mut tx, scope, key).await?;
        tx.commit().await
    }

    /// Takes one attempt back, because it was not a guess.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn uncount_attempt(&self, scope: Scope, key: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        uncount(&mut tx, scope, key).await?;
        tx.commit().await
    }

    /// Counts a mail of a purpose to a recipient. When the budget is used up, a mail with a link is still due now and
    /// then, so that a stranger who used it up keeps nobody waiting for long.
    ///
    /// # Errors
    /// [`Error::Throttled`] if none is to be sent now.
    pub(crate) async fn count_mail(&self, tx: &mut Tx, purpose: Purpose, recipient: &str) -> Result<()> {
        let now = self.world.now();
        match count(tx, now, Scope::Mail(purpose), recipient).await {
            Err(Error::Throttled(_)) if purpose.carries_link() => {
                count(tx, now, Scope::LateMail(purpose), recipient).await?;
                Ok(())
            }
            outcome => outcome.map(drop),
        }
    }
}

/// True if an attempt or a mail was within its limit; false if not. Other errors stay errors.
///
/// # Errors
/// Any but [`Error::Throttled`].
pub(crate) fn within<T>(counted: Result<T>) -> Result<bool> {
    match counted {
        Ok(_) => Ok(true),
        Err(Error::Throttled(_)) => Ok(false),
        Err(error) => Err(error),
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
