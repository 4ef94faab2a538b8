//! The outbox: a table of mails, written in the transaction of their cause.

use std::time::Duration;

use domain::{accounts::email::Email, time::Timestamp};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{message::Mail, templates::RenderedMail};
use crate::{
    Backend,
    db::{Tx, execute, fetch_all},
    error::{Error, Result},
    vault::{Purpose, TEXT_HEADER},
};

/// The longest time for which the link of any mail is valid: that of an invitation.
pub(crate) const LONGEST_LINK: Duration = Duration::from_secs(7 * 24 * 3600);
/// Mails older than this were emptied long ago, so [`forget_secrets`] does not look at them.
const LOOKED_THROUGH: Duration = Duration::from_secs(60 * 24 * 3600);

/// The state of a mail in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Status {
    /// To be sent at its due time, for the first time or again.
    Pending,
    /// Accepted by the mail server.
    Sent,
    /// Failed for good. An administrator may resend it.
    Parked,
    /// Withdrawn together with its cause, and never sent.
    Cancelled,
    /// Not sent in time: its link has expired.
    Expired,
}

impl Backend {
    /// Writes a mail into the outbox. It is sent only if `tx` commits.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn post(&self, tx: &mut Tx, recipient: &Email, mail: &Mail) -> Result<()> {
        self.post_at(tx, recipient, mail, self.world.now()).await?;
        Ok(())
    }

    /// Writes the mail that answers a request for a link. It goes before other mails, and is not sent once the link has
    /// ended.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn post_link(&self, tx: &mut Tx, recipient: &Email, mail: &Mail, ends: Timestamp) -> Result<()> {
        self.write_mail(tx, recipient, mail, self.world.now(), Some(ends)).await?;
        Ok(())
    }

    /// Writes a mail that is sent at `due` at the earliest. Returns its id in the outbox, for
    /// [`cancel_mail`](Self::cancel_mail).
    ///
    /// `due` must not be further ahead than the longest backoff: it would be taken for the time of a clock that ran ahead.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn post_at(&self, tx: &mut Tx, recipient: &Email, mail: &Mail, due: Timestamp) -> Result<Uuid> {
        self.write_mail(tx, recipient, mail, due, None).await
    }

    async fn write_mail(
        &self,
        tx: &mut Tx,
        recipient: &Email,
        mail: &Mail,
        due: Timestamp,
        link_ends: Option<Timestamp>,
    ) -> Result<Uuid> {
        let id = self.world.id();
        let mut content = serde_json::to_value(mail)?;
        if let Some(token) = token_of(&mut content) {
            *token = self.vault.seal_text(&self.world, Purpose::MailToken, &id.to_string(), token)?;
        }
        let (_, domain) = recipient.as_str().rsplit_once('@').unwrap_or_default();
        execute!(
            tx,
            "INSERT INTO outbox (id, recipient, language, content, status, attempts, due_at, created_at, domain, urgent,
                 expires_at)
             VALUES ($1, $2, 'id', $3, 'pending', 0, $4, $5, $6, $7, $8)",
            id,
            recipient.as_str(),
            Json(content),
            due.micros(),
            self.world.now().micros(),
            domain,
            link_ends.is_some(),
            link_ends.map(Timestamp::micros)
        )?;
        tx.ring(&self.outbox_bell);
        Ok(id)
    }

    /// Cancels a mail that no worker has tried yet. Returns false if one has.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn cancel_mail(&self, tx: &mut Tx, id: Uuid) -> Result<bool> {
        let changed = execute!(
            tx,
            "UPDATE outbox SET status = 'cancelled' WHERE id = $1 AND status = 'pending' AND attempts = 0",
            id
        )?;
        Ok(changed > 0)
    }

    /// Cancels a mail whose cause no longer holds, also after failed attempts. An attempt that is running may still
    /// succeed; there is no further one.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn overrule_mail(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        execute!(tx, "UPDATE outbox SET status = 'cancelled' WHERE id = $1 AND status IN ('pending', 'parked')", id)?;
        Ok(())
    }
}

/// The token in the link of a stored mail. Every mail that has one calls the field `token`; it is sealed, because a copy
/// of the outbox must let nobody in.
fn token_of(content: &mut Value) -> Option<&mut String> {
    match content.get_mut("token") {
        Some(Value::String(token)) if !token.is_empty() => Some(token),
        _ => None,
    }
}

/// Reads a stored mail and opens its token; `None` if another version of the program wrote the mail.
///
/// # Errors
/// If the token does not open.
pub(super) fn read(backend: &Backend, id: Uuid, mut content: Value) -> Result<Option<Mail>> {
    if let Some(token) = token_of(&mut content) {
        *token = backend.vault.open_text(Purpose::MailToken, &id.to_string(), token)?;
    }
    Ok(serde_json::from_value(content).ok())
}

/// Seals again the tokens of mails that may still be sent, where that was not done with the current secret. Returns how
/// many, at most `most`.
///
/// # Errors
/// If the database fails.
pub(crate) async fn reseal(backend: &Backend, most: usize) -> Result<usize> {
    let rows: Vec<(Uuid, Json<Value>)> = {
        let mut conn = backend.db.read().await?;
        fetch_all!(
            conn,
            (Uuid, Json<Value>),
            // Each half is found by a partial index. Without a token, the beginning is NULL.
            "SELECT id, content FROM (
                 SELECT id, content FROM outbox WHERE status = 'pending' AND due_at > 0
                 UNION ALL
                 SELECT id, content FROM outbox WHERE status IN ('parked', 'expired') AND status = 'parked' AND created_at > 0
             ) AS waiting
             WHERE content ->> 'token' <> '' AND substr(content ->> 'token', 1, $1) <> $2 LIMIT $3",
            TEXT_HEADER as i32,
            backend.vault.text_header(),
            most as i64
        )?
    };
    let mut done = 0;
    for (id, Json(mut content)) in rows {
        let Some(token) = token_of(&mut content) else { continue };
        let (place, stored) = (id.to_string(), token.clone());
        let opened = match backend.vault.open_text(Purpose::MailToken, &place, token) {
            Ok(opened) => opened,
            Err(error) => {
                tracing::warn!(mail = %id, %error, "the token of a mail does not open");
                continue;
            }
        };
        *token = backend.vault.seal_text(&backend.world, Purpose::MailToken, &place, &opened)?;
        let mut tx = backend.db.begin().await?;
        // A mail that was sent meanwhile has lost its token.
        let sql = "UPDATE outbox SET content = $2 WHERE id = $1 AND content ->> 'token' = $3";
        done += execute!(tx, sql, id, Json(content), stored)?;
        tx.commit().await?;
    }
    Ok(usize::try_from(done).unwrap_or(usize::MAX))
}

/// Removes the tokens from parked and expired mails whose links have expired. Until then an administrator may resend them.
///
/// # Errors
/// If the database fails.
pub(crate) async fn forget_secrets(backend: &Backend, tx: &mut Tx) -> Result<()> {
    let now = backend.world.now();
    let sql = tx.dialect().pick(
        "UPDATE outbox SET content = json_set(content, '$.token', '')
         WHERE created_at <= $1 AND created_at > $2 AND status IN ('parked', 'expired')
             AND content ->> 'token' <> ''",
        "UPDATE outbox SET content = jsonb_set(content, '{token}', '\"\"')
         WHERE created_at <= $1 AND created_at > $2 AND status IN ('parked', 'expired')
             AND content ->> 'token' <> ''",
    );
    execute!(tx, sql, now.minus(LONGEST_LINK).micros(), now.minus(LOOKED_THROUGH).micros())?;
    Ok(())
}

/// A mail as the development mailbox shows it, sent or not.
pub struct SentMail {
    pub id: Uuid,
    pub recipient: String,
    pub created_at: Timestamp,
    pub status: Status,
    pub rendered: RenderedMail,
}

/// The newest `limit` mails, newest first, without those that this version of the program cannot read. Only for the
/// development mailbox: the mails hold valid links.
///
/// # Errors
/// If the database fails.
pub async fn recent(backend: &Backend, limit: i64) -> Result<Vec<SentMail>> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Uuid, String, i64, Status, Json<serde_json::Value>)> = fetch_all!(
        conn,
        (Uuid, String, i64, Status, Json<serde_json::Value>),
        "SELECT id, recipient, created_at, status, content FROM outbox ORDER BY created_at DESC, id DESC LIMIT $1",
        limit
    )?;
    rows.into_iter()
        .filter_map(|(id, recipient, created_at, status, Json(content))| {
            let mail = read(backend, id, content).ok()??;
            Some((id, recipient, created_at, status, mail))
        })
        .map(|(id, recipient, created_at, status, mail)| {
            let rendered = mail.render(&backend.settings)?;
            Ok(SentMail { id, recipient, created_at: Timestamp::from_micros(created_at), status, rendered })
        })
        .collect::<Result<_, Error>>()
}
