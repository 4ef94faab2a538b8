//! The outbox as a queue: takes due mails under a lease, and notes what became of them.

use std::time::Duration;

use domain::{mail::ParkedCause, time::Timestamp};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{backoff::LONGEST_WAIT, message::Mail};
use crate::{
    Backend,
    db::{Dialect, Tx, execute, fetch_all, fetch_optional},
    error::Result,
};

/// How long a mail is held before another worker may take it. It is renewed while the conversation lasts.
pub(super) const LEASE: Duration = Duration::from_secs(120);

/// A mail under a lease.
#[derive(sqlx::FromRow)]
pub(super) struct DueMail {
    pub id: Uuid,
    pub recipient: String,
    pub domain: String,
    /// A [`Mail`], unless another version of the program wrote it.
    pub content: Json<Value>,
    /// With the one that begins. Guards the row: who overran the lease finds another number.
    pub attempts: i64,
    pub urgent: bool,
    pub expires_at: Option<i64>,
    pub failing_since: Option<i64>,
}

/// What becomes of a mail after an attempt.
#[derive(Debug)]
pub(super) enum Next {
    /// `emptied`: without the secret of its link, if that is to be forgotten.
    Sent {
        emptied: Option<Mail>,
    },
    Again {
        due: Timestamp,
        error: String,
        server_failed: bool,
    },
    /// Given up before its content was sent.
    Back {
        due: Timestamp,
    },
    Parked {
        cause: ParkedCause,
        error: String,
    },
    Expired,
}

/// True if a mail may be due: asked of a reader, because SQLite has one writer and mostly no mail is due.
async fn is_any_due(backend: &Backend, now: Timestamp) -> Result<bool> {
    let mut conn = backend.db.read().await?;
    let any: Option<(i64,)> = fetch_optional!(
        conn,
        (i64,),
        "SELECT due_at FROM outbox WHERE status = 'pending' AND (due_at <= $1 OR due_at > $2) LIMIT 1",
        now.micros(),
        now.plus(LONGEST_WAIT).micros()
    )?;
    Ok(any.is_some())
}

/// Leases at most `most` due mails: those with links first, then those that have been due longest. `may` is asked for each
/// with its id and domain; a domain that it refuses is left out.
pub(super) async fn claim(
    backend: &Backend,
    most: usize,
    mut may: impl FnMut(Uuid, &str) -> bool,
) -> Result<Vec<DueMail>> {
    let now = backend.world.now();
    if most == 0 || !is_any_due(backend, now).await? {
        return Ok(Vec::new());
    }
    let mut tx = backend.db.begin().await?;
    pull_in(&mut tx, now).await?;
    let (mut claimed, mut refused) = (Vec::new(), Vec::new());
    loop {
        let found = due(&mut tx, now, &refused, most - claimed.len()).await?;
        let full = refused.len();
        for mail in found {
            if refused.contains(&mail.domain) {
                continue;
            }
            if !may(mail.id, &mail.domain) {
                refused.push(mail.domain);
                continue;
            }
            execute!(
                tx,
                "UPDATE outbox SET attempts = attempts + 1, due_at = $2, server_failed = FALSE WHERE id = $1",
                mail.id,
                now.plus(LEASE).micros()
            )?;
            claimed.push(DueMail { attempts: mail.attempts + 1, ..mail });
        }
        if refused.len() == full || claimed.len() == most {
            break;
        }
    }
    tx.commit().await?;
    Ok(claimed)
}

/// Makes mails due whose time is further ahead than any backoff: it was written by a clock that ran ahead.
async fn pull_in(tx: &mut Tx, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "UPDATE outbox SET due_at = $1 WHERE status = 'pending' AND due_at > $2",
        now.micros(),
        now.plus(LONGEST_WAIT).micros()
    )?;
    Ok(())
}

/// Due mails whose domain is not among the `refused`, in the order in which they are sent.
async fn due(tx: &mut Tx, now: Timestamp, refused: &[String], most: usize) -> Result<Vec<DueMail>> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => {
            "SELECT id, recipient, domain, content, attempts, urgent, expires_at, failing_since FROM outbox
             WHERE status = 'pending' AND due_at <= $1 AND domain NOT IN (SELECT value FROM json_each($2))
             ORDER BY urgent DESC, due_at LIMIT $3"
        }
        Dialect::Postgres => {
            "SELECT id, recipient, domain, content, attempts, urgent, expires_at, failing_since FROM outbox
             WHERE status = 'pending' AND due_at <= $1
                 AND domain NOT IN (SELECT jsonb_array_elements_text($2::jsonb))
             ORDER BY urgent DESC, due_at LIMIT $3 FOR UPDATE SKIP LOCKED"
        }
    };
    let (refused, most) = (serde_json::to_string(refused)?, i64::try_from(most).unwrap_or(i64::MAX));
    Ok(fetch_all!(tx, DueMail, sql, now.micros(), refused.as_str(), most)?)
}

/// Renews the lease of a mail. Returns false if the mail was cancelled, or another worker has taken it.
pub(super) async fn renew(backend: &Backend, id: Uuid, attempts: i64) -> Result<bool> {
    let mut tx = backend.db.begin().await?;
    let changed = execute!(
        tx,
        "UPDATE outbox SET due_at = $3 WHERE id = $1 AND attempts = $2 AND status = 'pending'",
        id,
        attempts,
        backend.world.now().plus(LEASE).micros()
    )?;
    tx.commit().await?;
    Ok(changed > 0)
}

/// Notes what became of a mail. Who lost the lease, or whose mail was cancelled meanwhile, changes nothing, unless the mail
/// was sent.
pub(super) async fn note(tx: &mut Tx, id: Uuid, attempts: i64, now: Timestamp, next: &Next) -> Result<()> {
    match next {
        Next::Sent { emptied } => {
            execute!(
                tx,
                "UPDATE outbox SET status = 'sent', due_at = $2, sent_at = $2, last_error = NULL, cause = NULL,
                     content = COALESCE($3, content) WHERE id = $1",
                id,
                now.micros(),
                emptied.as_ref().map(Json)
            )?;
        }
        Next::Again { due, error, server_failed } => {
            execute!(
                tx,
                "UPDATE outbox SET due_at = $3, last_error = $4, server_failed = $5,
                     failing_since = COALESCE(failing_since, $6)
                 WHERE id = $1 AND attempts = $2 AND status = 'pending'",
                id,
                attempts,
                due.micros(),
                error,
                *server_failed,
                now.micros()
            )?;
        }
        Next::Back { due } => {
            execute!(
                tx,
                "UPDATE outbox SET due_at = $3 WHERE id = $1 AND attempts = $2 AND status = 'pending'",
                id,
                attempts,
                due.micros()
            )?;
        }
        Next::Parked { cause, error } => put_away(tx, (id, attempts), "parked", cause, Some(error), now).await?,
        Next::Expired => put_away(tx, (id, attempts), "expired", &ParkedCause::Expired, None, now).await?,
    }
    Ok(())
}

async fn put_away(
    tx: &mut Tx,
    (id, attempts): (Uuid, i64),
    status: &str,
    cause: &ParkedCause,
    error: Option<&String>,
    now: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "UPDATE outbox SET status = $3, cause = $4, last_error = COALESCE($5, last_error), due_at = $6
         WHERE id = $1 AND attempts = $2 AND status = 'pending'",
        id,
        attempts,
        status,
        cause.to_string(),
        error,
        now.micros()
    )?;
    Ok(())
}

/// Makes the mails due that wait because the mail server talked to nobody.
pub(super) async fn release(tx: &mut Tx, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "UPDATE outbox SET due_at = $1 WHERE status = 'pending' AND server_failed AND due_at > $1",
        now.micros()
    )?;
    Ok(())
}
