//! Rights that end: what was granted on them ends in the same transaction, and the platforms are told.
//!
//! A token is refused from the very moment, since each use asks [`super::grant::live`]. What is written here besides is
//! that the grant is over, for good, and a notice for the worker of [`super::logout`]. Who writes a grant holds
//! [`Tx::lock_user`], as do those who take a right away: neither passes the other by unseen.

use domain::{
    role::Role,
    time::{Timestamp, Zone},
};
use time::Date;
use uuid::Uuid;

use crate::{
    Backend,
    audit::{Action, Who},
    db::{Tx, execute, fetch_optional},
    error::Result,
};

/// Why a grant ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The person signed out here.
    SignedOut,
    /// The person signed out at the platform itself.
    LoggedOut,
    /// The person ended the session from their list.
    SessionEnded,
    /// The password was changed or set anew.
    PasswordChanged,
    /// The account was disabled.
    AccountDisabled,
    /// The access was taken away.
    AccessRevoked,
    /// The last day of the access is over.
    AccessExpired,
    /// The platform admits the role of the access no more.
    NotAdmitted,
    /// Nobody can enter the platform any more.
    PlatformDisabled,
    /// A code came twice (RFC 6749, section 4.1.2).
    CodeReplayed,
    /// A refresh token came twice (RFC 9700, section 4.14.2).
    TokenReplayed,
    /// The platform gave a token back (RFC 7009).
    Revoked,
}

impl Why {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::LoggedOut => "logged_out",
            Self::SessionEnded => "session_ended",
            Self::PasswordChanged => "password_changed",
            Self::AccountDisabled => "account_disabled",
            Self::AccessRevoked => "access_revoked",
            Self::AccessExpired => "access_expired",
            Self::NotAdmitted => "not_admitted",
            Self::PlatformDisabled => "platform_disabled",
            Self::CodeReplayed => "code_replayed",
            Self::TokenReplayed => "token_replayed",
            Self::Revoked => "revoked",
        }
    }

    /// Whether the platform is told: it knows what it did itself.
    const fn is_told(self) -> bool {
        !matches!(self, Self::LoggedOut | Self::Revoked)
    }

    /// Whether nothing else in the transaction leaves a trail of it.
    const fn leaves_a_trail(self) -> bool {
        matches!(self, Self::AccessExpired | Self::CodeReplayed | Self::TokenReplayed | Self::Revoked)
    }
}

/// Which grants end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantsOf {
    /// Those that stand on this access.
    Access(Uuid),
    /// All of this person.
    User(Uuid),
    /// Those that were made in this session.
    Session(Uuid),
    /// Those of this person that were not made in this session.
    OthersOf { user_id: Uuid, session_id: Uuid },
    /// All at this platform.
    Platform(Uuid),
    /// Those at this platform that stand on an access of this role.
    RoleAt { platform_id: Uuid, role: Role },
    /// This one.
    Grant(Uuid),
}

impl GrantsOf {
    /// What the trail says that it is about.
    const fn subject(self) -> Uuid {
        match self {
            Self::Access(id) | Self::User(id) | Self::Session(id) | Self::Platform(id) | Self::Grant(id) => id,
            Self::OthersOf { user_id, .. } => user_id,
            Self::RoleAt { platform_id, .. } => platform_id,
        }
    }
}

/// The end of the grants of which this is so: `$1` is now, `$2` is why.
macro_rules! end {
    ($condition:literal) => {
        concat!("UPDATE oidc_grants SET ended_at = $1, ended_why = $2 WHERE ended_at IS NULL AND ", $condition)
    };
}

/// Rights that may have ended without their grants, by the row that says so.
const GONE: [(Why, &str); 3] = [
    (
        Why::AccountDisabled,
        end!("EXISTS (SELECT 1 FROM users u WHERE u.id = oidc_grants.user_id AND u.disabled_at IS NOT NULL)"),
    ),
    (
        Why::PlatformDisabled,
        end!("EXISTS (SELECT 1 FROM platforms p WHERE p.id = oidc_grants.platform_id AND p.disabled_at IS NOT NULL)"),
    ),
    (
        Why::AccessRevoked,
        end!("EXISTS (SELECT 1 FROM accesses a WHERE a.id = oidc_grants.access_id AND a.revoked_at IS NOT NULL)"),
    ),
];
/// Those of accesses whose last day is over: `$3` to `$5` are the dates of today from west to east.
const EXPIRED: &str = end!(
    "EXISTS (SELECT 1 FROM accesses a JOIN users u ON u.id = a.user_id WHERE a.id = oidc_grants.access_id
               AND a.last_day < CASE u.zone WHEN 'wib' THEN $3 WHEN 'wita' THEN $4 ELSE $5 END)"
);

/// Ends what was granted on a right that ends with `tx`; gives how many grants there were. Platforms with a back channel
/// are told once `tx` is committed.
///
/// # Errors
/// If the database refuses.
pub async fn end_grants(backend: &Backend, tx: &mut Tx, why: Why, of: GrantsOf) -> Result<u64> {
    let (now, word) = (backend.world.now().micros(), why.as_str());
    let ended = match of {
        GrantsOf::Access(id) => execute!(tx, end!("access_id = $3"), now, word, id)?,
        GrantsOf::User(id) => execute!(tx, end!("user_id = $3"), now, word, id)?,
        GrantsOf::Session(id) => execute!(tx, end!("session_id = $3"), now, word, id)?,
        GrantsOf::OthersOf { user_id, session_id } => execute!(
            tx,
            end!("user_id = $3 AND (session_id IS NULL OR session_id <> $4)"),
            now,
            word,
            user_id,
            session_id
        )?,
        GrantsOf::Platform(id) => execute!(tx, end!("platform_id = $3"), now, word, id)?,
        GrantsOf::RoleAt { platform_id, role } => execute!(
            tx,
            end!("platform_id = $3 AND access_id IN (SELECT id FROM accesses WHERE role = $4)"),
            now,
            word,
            platform_id,
            role.as_str()
        )?,
        GrantsOf::Grant(id) => execute!(tx, end!("id = $3"), now, word, id)?,
    };
    follow_up(backend, tx, why, now, ended, Some(of.subject())).await?;
    Ok(ended)
}

/// What follows when grants ended at `now`: their platforms are told, and the trail says it.
async fn follow_up(
    backend: &Backend,
    tx: &mut Tx,
    why: Why,
    now: i64,
    ended: u64,
    subject: Option<Uuid>,
) -> Result<()> {
    if ended == 0 {
        return Ok(());
    }
    if why.is_told() {
        // A notice has the id of its grant: none is told twice of one end.
        execute!(
            tx,
            "INSERT INTO logout_notices (id, grant_id, platform_id, attempts, due_at)
             SELECT g.id, g.id, g.platform_id, 0, $1 FROM oidc_grants g JOIN platforms p ON p.id = g.platform_id
             WHERE g.ended_at = $1 AND g.ended_why = $2 AND p.backchannel_logout_uri IS NOT NULL
             ON CONFLICT DO NOTHING",
            now,
            why.as_str()
        )?;
        tx.ring(&backend.oidc.bell);
    }
    if why.leaves_a_trail() {
        backend.record(tx, Who::nobody(), Action::EntryEnded, subject, (why.as_str(), ended))?;
    }
    Ok(())
}

/// The next instant at which an access can end: midnight in one of the zones.
pub(crate) fn next_end(now: Timestamp) -> Timestamp {
    Zone::ALL
        .map(|zone| Timestamp::start_of(now.date(zone).next_day().unwrap_or(Date::MAX), zone))
        .into_iter()
        .fold(Timestamp::from_micros(i64::MAX), Timestamp::min)
}

/// Ends every grant whose right has ended by time, or without this being noticed; gives how many there were. Run at
/// [`next_end`], and from time to time.
///
/// # Errors
/// If the database refuses.
pub async fn end_over(backend: &Backend) -> Result<usize> {
    let now = backend.world.now();
    let [wib, wita, wit] = Zone::ALL.map(|zone| now.date(zone));
    // Looking costs the one writer nothing while there is none.
    let mut conn = backend.db.read().await?;
    let any: Option<(i64,)> = fetch_optional!(
        conn,
        (i64,),
        "SELECT g.created_at FROM oidc_grants g
         JOIN accesses a ON a.id = g.access_id
         JOIN users u ON u.id = g.user_id
         JOIN platforms p ON p.id = g.platform_id
         WHERE g.ended_at IS NULL
           AND (a.last_day < CASE u.zone WHEN 'wib' THEN $1 WHEN 'wita' THEN $2 ELSE $3 END
                OR a.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL OR p.disabled_at IS NOT NULL) LIMIT 1",
        wib,
        wita,
        wit
    )?;
    drop(conn);
    if any.is_none() {
        return Ok(0);
    }
    let (at, mut all) = (now.micros(), 0);
    let mut tx = backend.db.begin().await?;
    for (why, sql) in GONE {
        let ended = execute!(tx, sql, at, why.as_str())?;
        follow_up(backend, &mut tx, why, at, ended, None).await?;
        all += ended;
    }
    let why = Why::AccessExpired;
    let ended = execute!(tx, EXPIRED, at, why.as_str(), wib, wita, wit)?;
    follow_up(backend, &mut tx, why, at, ended, None).await?;
    all += ended;
    tx.commit().await?;
    Ok(usize::try_from(all).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use time::macros::datetime;

    use super::*;

    fn at(instant: time::OffsetDateTime) -> Timestamp {
        Timestamp::from_micros(instant.unix_timestamp() * 1_000_000)
    }

    #[rstest]
    #[case(datetime!(2026-12-31 14:59:59 UTC), datetime!(2026-12-31 15:00 UTC))] // Jayapura
    #[case(datetime!(2026-12-31 15:00 UTC), datetime!(2026-12-31 16:00 UTC))] // Makassar
    #[case(datetime!(2026-12-31 16:00 UTC), datetime!(2026-12-31 17:00 UTC))] // Jakarta
    #[case(datetime!(2026-12-31 17:00 UTC), datetime!(2027-01-01 15:00 UTC))]
    fn an_access_can_end_three_times_a_day(#[case] now: time::OffsetDateTime, #[case] next: time::OffsetDateTime) {
        assert_eq!(next_end(at(now)), at(next));
    }

    #[test]
    fn a_platform_is_not_told_what_it_did_itself() {
        assert!(Why::SignedOut.is_told() && Why::AccessExpired.is_told() && Why::TokenReplayed.is_told());
        assert!(!Why::LoggedOut.is_told() && !Why::Revoked.is_told());
    }
}
