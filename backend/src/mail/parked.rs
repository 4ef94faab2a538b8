//! Parked and expired mails: an administrator lists and resends them.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    issues::{Field, Problem},
    mail::{ParkedCause, ParkedGroup, ParkedMail},
    permission::Permission,
    time::Timestamp,
};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::message::Mail;
use crate::{
    Actor, Backend,
    audit::Action,
    db::{execute, fetch_all, fetch_optional},
    error::{Error, Result},
};

/// The list holds at most this many mails.
const LIMIT: i64 = 200;
/// Expired mails are listed for this long: nothing can be done about them.
const EXPIRED_LISTED: Duration = Duration::from_secs(30 * 24 * 3600);

/// The parked and expired mails, newest first, at most [`LIMIT`].
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn parked(backend: &Backend, actor: &Actor) -> Result<Vec<ParkedMail>> {
    actor.require(Permission::Administer)?;
    #[derive(sqlx::FromRow)]
    struct Row {
        id: Uuid,
        recipient: String,
        content: Json<Value>,
        attempts: i64,
        cause: Option<String>,
        last_error: Option<String>,
        created_at: i64,
        expires_at: Option<i64>,
    }
    let now = backend.world.now();
    let mut conn = backend.db.read().await?;
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT id, recipient, content, attempts, cause, last_error, created_at, expires_at FROM outbox
         WHERE status IN ('parked', 'expired') AND (status = 'parked' OR created_at > $1)
         ORDER BY created_at DESC, id DESC LIMIT $2",
        now.minus(EXPIRED_LISTED).micros(),
        LIMIT
    )?;
    let mails = rows.into_iter().map(|row| ParkedMail {
        over: is_over(&row.content, row.expires_at, now),
        subject: subject(backend, row.content.0),
        id: row.id,
        recipient: row.recipient,
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        cause: row.cause.unwrap_or_default().into(),
        last_error: row.last_error,
        created_at: Timestamp::from_micros(row.created_at),
    });
    Ok(mails.collect())
}

/// The parked and expired mails by cause: the cause of the most mails first, with the newest of [`parked`].
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn parked_groups(backend: &Backend, actor: &Actor) -> Result<Vec<ParkedGroup>> {
    let mut newest: BTreeMap<ParkedCause, Vec<ParkedMail>> = BTreeMap::new();
    for mail in parked(backend, actor).await? {
        newest.entry(mail.cause.clone()).or_default().push(mail);
    }
    let now = backend.world.now();
    let mut conn = backend.db.read().await?;
    let counted: Vec<(String, i64, i64)> = fetch_all!(
        conn,
        (String, i64, i64),
        "SELECT COALESCE(cause, 'unknown'), count(*),
             count(CASE WHEN COALESCE(content ->> 'token', 'none') <> '' AND (expires_at IS NULL OR expires_at > $2)
                 THEN 1 END)
         FROM outbox WHERE status IN ('parked', 'expired') AND (status = 'parked' OR created_at > $1)
         GROUP BY 1 ORDER BY 2 DESC, 1",
        now.minus(EXPIRED_LISTED).micros(),
        now.micros()
    )?;
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    let groups = counted.into_iter().map(|(cause, count, resendable)| {
        let cause = ParkedCause::from(cause);
        let mails = newest.remove(&cause).unwrap_or_default();
        ParkedGroup { cause, count: number(count), resendable: number(resendable), mails }
    });
    Ok(groups.collect())
}

fn subject(backend: &Backend, content: Value) -> Option<String> {
    let mail: Mail = serde_json::from_value(content).ok()?;
    Some(mail.render(&backend.settings).ok()?.subject)
}

/// True if the link has expired. Its token is removed some time after that.
fn is_over(content: &Value, expires_at: Option<i64>, now: Timestamp) -> bool {
    content.get("token").is_some_and(|token| token.as_str() == Some(""))
        || expires_at.is_some_and(|end| end <= now.micros())
}

/// Puts a parked mail back into the queue, due now and with no attempt counted.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] if the mail is not parked; [`Problem::LinkExpired`].
pub async fn resend(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    let found: Option<(Json<Value>, Option<i64>)> = fetch_optional!(
        tx,
        (Json<Value>, Option<i64>),
        "SELECT content, expires_at FROM outbox WHERE id = $1 AND status IN ('parked', 'expired')",
        id
    )?;
    let (Json(content), expires_at) = found.ok_or(Error::NotFound)?;
    let now = backend.world.now();
    if is_over(&content, expires_at, now) {
        return Err(Error::invalid(Field::Form, Problem::LinkExpired));
    }
    let changed = execute!(
        tx,
        "UPDATE outbox SET status = 'pending', attempts = 0, due_at = $2, last_error = NULL, cause = NULL,
             failing_since = NULL, server_failed = FALSE
         WHERE id = $1 AND status IN ('parked', 'expired')",
        id,
        now.micros()
    )?;
    if changed == 0 {
        return Err(Error::NotFound); // another administrator has resent it
    }
    backend.record(&mut tx, actor, Action::MailResent, Some(id), ())?;
    tx.ring(&backend.outbox_bell);
    tx.commit().await
}

/// Puts all parked mails of a cause back into the queue, except those whose link has expired.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] if there is none.
pub async fn resend_all(backend: &Backend, actor: &Actor, cause: &ParkedCause) -> Result<()> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    let changed = execute!(
        tx,
        "UPDATE outbox SET status = 'pending', attempts = 0, due_at = $2, last_error = NULL, cause = NULL,
             failing_since = NULL, server_failed = FALSE
         WHERE status IN ('parked', 'expired') AND COALESCE(cause, 'unknown') = $1
             AND COALESCE(content ->> 'token', 'none') <> '' AND (expires_at IS NULL OR expires_at > $2)",
        cause.to_string(),
        backend.world.now().micros()
    )?;
    if changed == 0 {
        return Err(Error::NotFound); // another administrator has resent them
    }
    backend.record(&mut tx, actor, Action::MailResent, None, (cause.to_string(), changed))?;
    tx.ring(&backend.outbox_bell);
    tx.commit().await
}
