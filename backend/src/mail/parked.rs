//! Mails that were given up: for an administrator to look at, and to send again.

use domain::{
    issues::{Field, Problem},
    staff::Permission,
    time::Timestamp,
};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::Mail;
use crate::{
    Actor, Backend,
    audit::Action,
    db::{execute, fetch_all, fetch_optional},
    error::{Error, Result},
};

/// Most mails of the list.
const MOST: i64 = 200;

/// A mail that was given up. What it says stays closed: its link may still open an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedMail {
    /// Its row.
    pub id: Uuid,
    /// Who should have got it.
    pub recipient: String,
    /// Its subject; `None` if this version of the program cannot read the mail.
    pub subject: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// What the mail server said at last.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// Whether its link is over and was taken out; sent again, it would lead nowhere.
    pub over: bool,
}

/// The mails that were given up, latest first, at most [`MOST`].
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
        MOST
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

/// Whether the secret of its link was taken out.
fn is_over(content: &Value) -> bool {
    content.get("token").is_some_and(|token| token.as_str() == Some(""))
}

/// Sends a mail that was given up again, at once and as if for the first time.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] if it is not parked (any more); [`Problem::LinkExpired`] if its link is
/// over.
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
        return Err(Error::NotFound); // another administrator was quicker
    }
    backend.record(&mut tx, actor, Action::MailResent, Some(id), ())?;
    tx.ring(&backend.outbox_bell);
    tx.commit().await
}
