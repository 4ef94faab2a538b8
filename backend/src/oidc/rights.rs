//! Ends grants in the transaction that ends the right behind them, and writes notices for their platforms.
//!
//! Tokens stop working at once anyway, because every use asks [`super::grant::live`]. Here the grant is marked as ended for
//! good, with a notice for the worker of [`super::logout`]. Whoever writes a grant holds [`Tx::lock_user`], as does whoever
//! ends a right, so that neither misses the other.

use domain::{
    role::Role,
    time::{Timestamp, Zone},
};
use time::Date;
use uuid::Uuid;

use super::grant;
use crate::{
    Backend,
    audit::{Action, Who},
    db::{Tx, execute, fetch_optional},
    error::Result,
};

/// Why a grant ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The person signed out of Gerbang.
    SignedOut,
    /// The person signed out at the platform.
    LoggedOut,
    /// The person ended the session in their list.
    SessionEnded,
    /// The person ended it in their list of platforms.
    Disconnected,
    PasswordChanged,
    AccountDisabled,
    AccessRevoked,
    AccessExpired,
    /// The grant is older than [`grant::LONGEST`].
    GrantExpired,
    /// The platform no longer admits the role.
    NotAdmitted,
    PlatformDisabled,
    /// A code was used twice (RFC 6749, section 4.1.2).
    CodeReplayed,
    /// A refresh token was used twice (RFC 9700, section 4.14.2).
    TokenReplayed,
    /// The platform revoked a refresh token (RFC 7009).
    Revoked,
}

impl Why {
    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::LoggedOut => "logged_out",
            Self::SessionEnded => "session_ended",
            Self::Disconnected => "disconnected",
            Self::PasswordChanged => "password_changed",
            Self::AccountDisabled => "account_disabled",
            Self::AccessRevoked => "access_revoked",
            Self::AccessExpired => "access_expired",
            Self::GrantExpired => "grant_expired",
            Self::NotAdmitted => "not_admitted",
            Self::PlatformDisabled => "platform_disabled",
            Self::CodeReplayed => "code_replayed",
            Self::TokenReplayed => "token_replayed",
            Self::Revoked => "revoked",
        }
    }

    /// True if the platform gets a notice. It needs none about its own action.
    const fn notifies(self) -> bool {
        !matches!(self, Self::LoggedOut | Self::Revoked)
    }

    /// True if the transaction writes no other audit event for it.
    const fn needs_audit(self) -> bool {
        matches!(
            self,
            Self::AccessExpired | Self::GrantExpired | Self::CodeReplayed | Self::TokenReplayed | Self::Revoked
        )
    }
}

/// A set of grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantsOf {
    /// Of this access.
    Access(Uuid),
    /// Of this person.
    User(Uuid),
    /// Made in this session.
    Session(Uuid),
    /// Of this person, but not made in this session.
    OthersOf {
        user_id: Uuid,
        session_id: Uuid,
    },
    /// Of this person at this platform.
    UserAt {
        user_id: Uuid,
        platform_id: Uuid,
    },
    /// At this platform.
    Platform(Uuid),
    /// At this platform, of an access with this role.
    RoleAt {
        platform_id: Uuid,
        role: Role,
    },
    Grant(Uuid),
}

impl GrantsOf {
    /// The subject of the audit event.
    const fn subject(self) -> Uuid {
        match self {
            Self::Access(id) | Self::User(id) | Self::Session(id) | Self::Platform(id) | Self::Grant(id) => id,
            Self::OthersOf { user_id, .. } => user_id,
            Self::UserAt { platform_id, .. } | Self::RoleAt { platform_id, .. } => platform_id,
        }
    }
}

/// Ends the grants that meet a condition. `$1` is now, `$2` is why.
macro_rules! end {
    ($condition:literal) => {
        concat!("UPDATE oidc_grants SET ended_at = $1, ended_why = $2 WHERE ended_at IS NULL AND ", $condition)
    };
}

/// Rights that may have ended without their grants, by the row that records it.
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
/// Grants of expired accesses. `$3` to `$5` are the dates of today in WIB, WITA and WIT.
const EXPIRED: &str = end!(
    "EXISTS (SELECT 1 FROM accesses a WHERE a.id = oidc_grants.access_id
               AND a.last_day < CASE a.zone WHEN 'wib' THEN $3 WHEN 'wita' THEN $4 ELSE $5 END)"
);

/// Grants that were made at `$3` or before.
const OLD: &str = end!("created_at <= $3");

/// Ends the grants of a right that ends in `tx`. Returns how many ended. Platforms with a back channel are notified after
/// `tx` is committed.
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
        GrantsOf::UserAt { user_id, platform_id } => {
            execute!(tx, end!("user_id = $3 AND platform_id = $4"), now, word, user_id, platform_id)?
        }
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

/// Writes the notices and the audit event for grants that ended at `now`.
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
    if why.notifies() {
        // A notice has the id of its grant, so that a platform gets one per grant.
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
    if why.needs_audit() {
        backend.record(tx, Who::nobody(), Action::EntryEnded, subject, (why.as_str(), ended))?;
    }
    Ok(())
}

/// The next instant at which an access can expire: midnight in one of the zones.
pub(crate) fn next_end(now: Timestamp) -> Timestamp {
    Zone::ALL
        .map(|zone| Timestamp::start_of(now.date(zone).next_day().unwrap_or(Date::MAX), zone))
        .into_iter()
        .fold(Timestamp::from_micros(i64::MAX), Timestamp::min)
}

/// Ends every grant that is over or whose right expired, or ended without ending the grant. Returns how many ended. Runs at [`next_end`] and
/// from time to time.
///
/// # Errors
/// If the database refuses.
pub async fn end_over(backend: &Backend) -> Result<usize> {
    let now = backend.world.now();
    let [wib, wita, wit] = Zone::ALL.map(|zone| now.date(zone));
    let old = now.minus(grant::LONGEST).micros();
    // Look first with a reader, so that the writer is free while there is nothing to do.
    let mut conn = backend.db.read().await?;
    let any: Option<(i64,)> = fetch_optional!(
        conn,
        (i64,),
        "SELECT g.created_at FROM oidc_grants g
         JOIN accesses a ON a.id = g.access_id
         JOIN users u ON u.id = g.user_id
         JOIN platforms p ON p.id = g.platform_id
         WHERE g.ended_at IS NULL
           AND (a.last_day < CASE a.zone WHEN 'wib' THEN $1 WHEN 'wita' THEN $2 ELSE $3 END
                OR a.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL OR p.disabled_at IS NOT NULL
                OR g.created_at <= $4) LIMIT 1",
        wib,
        wita,
        wit,
        old
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
    let why = Why::GrantExpired;
    let ended = execute!(tx, OLD, at, why.as_str(), old)?;
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
    fn accesses_expire_at_three_instants_a_day(#[case] now: time::OffsetDateTime, #[case] next: time::OffsetDateTime) {
        assert_eq!(next_end(at(now)), at(next));
    }

    #[test]
    fn a_platform_gets_no_notice_of_its_own_action() {
        assert!(Why::SignedOut.notifies() && Why::AccessExpired.notifies() && Why::TokenReplayed.notifies());
        assert!(!Why::LoggedOut.notifies() && !Why::Revoked.notifies());
    }
}
