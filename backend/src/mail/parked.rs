//! Parked mails: an administrator lists and resends them.

use domain::{
    issues::{Field, Problem},
    mail::ParkedMail,
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

/// The parked mails, newest first, at most [`LIMIT`].
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
        last_error: Option<String>,
        created_at: i64,
    }
    let mut conn = backend.db.read().await?;
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT id, recipient, content, attempts, last_error, created_at FROM outbox
         WHERE status = 'parked' ORDER BY created_at DESC, id DESC LIMIT $1",
        LIMIT
    )?;
    let mails = rows.into_iter().map(|row| ParkedMail {
        over: is_over(&row.content),
        subject: subject(backend, row.content.0),
        id: row.id,
        recipient: row.recipient,
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        last_error: row.last_error,
        created_at: Timestamp::from_micros(row.created_at),
    });
    Ok(mails.collect())
}

fn subject(backend: &Backend, content: Value) -> Option<String> {
    let mail: Mail = serde_json::from_value(content).ok()?;
    Some(mail.render(&backend.settings).ok()?.subject)
}

/// True if the token of the link was removed, which happens once the link has expired.
fn is_over(content: &Value) -> bool {
    content.get("token").is_some_and(|token| token.as_str() == Some(""))
}

/// Puts a parked mail back into the queue, due now and with no attempt counted.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] if the mail is not parked; [`Problem::LinkExpired`].
pub async fn resend(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    let content: Option<(Json<Value>,)> =
        fetch_optional!(tx, (Json<Value>,), "SELECT content FROM outbox WHERE id = $1 AND status = 'parked'", id)?;
    let (Json(content),) = content.ok_or(Error::NotFound)?;
    if is_over(&content) {
        return Err(Error::invalid(Field::Form, Problem::LinkExpired));
    }
    let changed = execute!(
        tx,
        "UPDATE outbox SET status = 'pending', attempts = 0, due_at = $2, last_error = NULL
         WHERE id = $1 AND status = 'parked'",
        id,
        backend.world.now().micros()
    )?;
    if changed == 0 {
        return Err(Error::NotFound); // another administrator has resent it
    }
    backend.record(&mut tx, actor, Action::MailResent, Some(id), ())?;
    tx.ring(&backend.outbox_bell);
    tx.commit().await
}
