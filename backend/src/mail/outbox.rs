//! The outbox and its workers.

use std::{sync::Arc, time::Duration};

use domain::time::Timestamp;
use lettre::message::Mailbox as Sender;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Failure, Mail, Rendered, Transport};
use crate::{
    Backend,
    db::{Dialect, Tx, execute, fetch_all, fetch_optional},
    error::{Error, Result},
    jobs::caught,
    staff,
};

/// Mails sent at the same time, so that one that stalls does not hold up the others.
const WORKERS: usize = 4;
/// The wait after the first failure; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// Tries after which a mail is parked, about half a day after it was written.
pub(crate) const MOST_ATTEMPTS: i64 = 20;
/// How long a worker has for one mail before another may take it up: longer than a conversation may take.
const LEASE: Duration = Duration::from_secs(120);
/// How long the link of a mail may hold: that of an invitation does.
const LONGEST_LINK: Duration = staff::INVITED_FOR;
/// How old mails may be among which secrets that are over are looked for; older ones were emptied long ago.
const LOOKED_THROUGH: Duration = Duration::from_secs(60 * 24 * 3600);
/// How often a worker looks by itself.
const ROUND: Duration = Duration::from_secs(2);

/// How mails leave.
#[derive(Clone)]
pub struct Mailbox {
    /// The way out.
    pub transport: Transport,
    /// The sender, with its display name.
    pub from: Sender,
    /// Whether links stay readable in the outbox after sending: only in development.
    pub keeps_secrets: bool,
}

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Status {
    /// To be sent, for the first time or again.
    Pending,
    /// Taken by the server.
    Sent,
    /// Given up; an administrator looks at it.
    Parked,
    /// Never to be sent: its cause was taken back.
    Cancelled,
}

/// What became of one mail.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// No mail was due.
    Nothing,
    /// One was sent.
    Sent,
    /// One failed and is tried again at this instant.
    Again(Timestamp),
    /// One failed for good.
    Parked,
}

#[derive(sqlx::FromRow)]
struct Due {
    id: Uuid,
    recipient: String,
    /// A [`Mail`], unless another version of the program wrote it.
    content: Json<serde_json::Value>,
    attempts: i64,
}

/// Sends mails until the process ends.
pub async fn run(backend: Arc<Backend>, mailbox: Mailbox) {
    let workers = (0..WORKERS).map(|_| {
        let (backend, mailbox) = (backend.clone(), mailbox.clone());
        tokio::spawn(async move {
            loop {
                match caught("a worker of the outbox", send_due(&backend, &mailbox)).await.flatten() {
                    Ok(Delivery::Nothing) => {
                        let _ = tokio::time::timeout(ROUND, backend.outbox_bell.notified()).await;
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(%error, "the outbox cannot be read");
                        tokio::time::sleep(ROUND).await;
                    }
                }
            }
        })
    });
    futures::future::join_all(workers).await;
}

/// Takes the mail that has been due longest and tries to send it.
///
/// # Errors
/// If the database refuses; a mail that the server refuses is no error.
pub async fn send_due(backend: &Backend, mailbox: &Mailbox) -> Result<Delivery> {
    let Some(Due { id, recipient, content: Json(content), attempts }) = claim(backend).await? else {
        return Ok(Delivery::Nothing);
    };
    let mail = serde_json::from_value::<Mail>(content).ok();
    let sending = async {
        match mail.as_ref().map(|mail| (mail, mail.render(&backend.settings))) {
            Some((mail, Ok(rendered))) => {
                let host = mailbox.from.email.domain();
                let message_id = format!("<{id}@{host}>");
                mailbox.transport.send(&message_id, &mailbox.from, &recipient, mail.reply_to(), &rendered).await
            }
            Some((_, Err(error))) => Err(Failure::Permanent(error.to_string())),
            // Parked alone: the mails behind it are not held up.
            None => Err(Failure::Permanent("this version cannot read the stored mail".to_owned())),
        }
    };
    let outcome = tried(sending).await;
    let now = backend.world.now();
    let delivery = match &outcome {
        Ok(()) => Delivery::Sent,
        Err(Failure::Passing(_)) if attempts < MOST_ATTEMPTS => Delivery::Again(now.plus(wait(attempts))),
        Err(_) => Delivery::Parked,
    };
    let (status, due_at) = match delivery {
        Delivery::Again(at) => (Status::Pending, at),
        Delivery::Sent => (Status::Sent, now),
        _ => (Status::Parked, now),
    };
    metrics::counter!("gerbang_mails_total", "outcome" => match delivery {
        Delivery::Sent => "sent",
        Delivery::Again(_) => "again",
        _ => "parked",
    })
    .increment(1);
    if let Err(failure) = &outcome {
        tracing::warn!(mail = %id, attempts, error = %failure, "a mail was not taken");
    }
    let emptied = mail.filter(|_| status == Status::Sent && !mailbox.keeps_secrets).map(Mail::without_secret);
    let mut tx = backend.db.begin().await?;
    // What was cancelled meanwhile stays so, unless it left.
    execute!(
        tx,
        "UPDATE outbox SET status = $2, due_at = $3, last_error = $4, content = COALESCE($5, content),
             sent_at = $6 WHERE id = $1 AND (status = 'pending' OR $2 = 'sent')",
        id,
        status,
        due_at.micros(),
        outcome.err().map(|failure| failure.to_string()),
        emptied.as_ref().map(Json),
        (status == Status::Sent).then_some(now.micros())
    )?;
    tx.commit().await?;
    Ok(delivery)
}

/// Tries to send a mail. A panic is a fault of ours that no other try mends: the mail is given up, for an administrator to
/// see, before it stops one worker after the other.
async fn tried(sending: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    caught("sending a mail", sending).await.unwrap_or_else(|panic| Err(Failure::Permanent(panic.to_string())))
}

/// The wait after this many tries: 5 s, 10 s, 20 s … an hour.
pub(crate) fn wait(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

async fn claim(backend: &Backend) -> Result<Option<Due>> {
    let now = backend.world.now();
    // Looking costs the one writer nothing while there is no mail.
    let mut conn = backend.db.read().await?;
    let any: Option<(i64,)> = fetch_optional!(
        conn,
        (i64,),
        "SELECT due_at FROM outbox WHERE status = 'pending' AND due_at <= $1 LIMIT 1",
        now.micros()
    )?;
    drop(conn);
    if any.is_none() {
        return Ok(None);
    }
    let mut tx = backend.db.begin().await?;
    let sql = match tx.dialect() {
        Dialect::Sqlite => {
            "UPDATE outbox SET attempts = attempts + 1, due_at = $2 WHERE id = (
                 SELECT id FROM outbox WHERE status = 'pending' AND due_at <= $1 ORDER BY due_at LIMIT 1
             ) RETURNING id, recipient, content, attempts"
        }
        Dialect::Postgres => {
            "UPDATE outbox SET attempts = attempts + 1, due_at = $2 WHERE id = (
                 SELECT id FROM outbox WHERE status = 'pending' AND due_at <= $1 ORDER BY due_at LIMIT 1
                 FOR UPDATE SKIP LOCKED
             ) RETURNING id, recipient, content, attempts"
        }
    };
    let due: Option<Due> = fetch_optional!(tx, Due, sql, now.micros(), now.plus(LEASE).micros())?;
    tx.commit().await?;
    Ok(due)
}

/// Empties mails that were given up of the secrets of their links, once these are over. Until then an administrator may
/// send them again.
///
/// # Errors
/// If the database refuses.
pub(crate) async fn forget_secrets(backend: &Backend, tx: &mut Tx) -> Result<()> {
    let now = backend.world.now();
    let sql = tx.dialect().pick(
        "UPDATE outbox SET content = json_set(content, '$.token', '')
         WHERE created_at <= $1 AND created_at > $2 AND status = 'parked' AND content ->> 'token' <> ''",
        "UPDATE outbox SET content = jsonb_set(content, '{token}', '\"\"')
         WHERE created_at <= $1 AND created_at > $2 AND status = 'parked' AND content ->> 'token' <> ''",
    );
    execute!(tx, sql, now.minus(LONGEST_LINK).micros(), now.minus(LOOKED_THROUGH).micros())?;
    Ok(())
}

/// A mail as the development mailbox shows it.
pub struct SentMail {
    /// Its row.
    pub id: Uuid,
    /// Who gets it.
    pub recipient: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// Where it stands.
    pub status: Status,
    /// What it says.
    pub rendered: Rendered,
}

/// The latest mails that can be read, newest first, of at most `limit`. For the mailbox of development; never served in production.
///
/// # Errors
/// If the database refuses.
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
            let mail: Mail = serde_json::from_value(content).ok()?;
            Some((id, recipient, created_at, status, mail))
        })
        .map(|(id, recipient, created_at, status, mail)| {
            let rendered = mail.render(&backend.settings)?;
            Ok(SentMail { id, recipient, created_at: Timestamp::from_micros(created_at), status, rendered })
        })
        .collect::<Result<_, Error>>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<u64> = (1..=12).map(|n| wait(n).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
    }

    #[tokio::test]
    async fn a_mail_that_panics_is_given_up() {
        async fn panicking() -> Result<(), Failure> {
            panic!("templat rusak")
        }
        let outcome = tried(panicking()).await;
        assert!(matches!(&outcome, Err(Failure::Permanent(text)) if text == "panicked: templat rusak"), "{outcome:?}");
        assert!(matches!(tried(async { Err(Failure::Passing(String::new())) }).await, Err(Failure::Passing(_))));
    }
}
