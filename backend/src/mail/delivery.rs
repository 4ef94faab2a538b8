//! Sending what is due in the outbox, with retries.

use std::{sync::Arc, time::Duration};

use domain::time::Timestamp;
use lettre::message::Mailbox as Sender;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    message::Mail,
    outbox::{self, Status},
    transport::{Failure, Transport},
};
use crate::{
    Backend,
    db::{Dialect, execute, fetch_optional},
    error::Result,
    panics::caught,
};

/// Mails sent at the same time. Several, so that a stalled one does not block the others.
const WORKERS: usize = 4;
/// The backoff after the first failure. Each further failure doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest backoff.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// A mail is parked after this many attempts, about half a day after it was written.
pub(crate) const MOST_ATTEMPTS: i64 = 20;
/// How long a worker may keep one mail. Longer than the longest SMTP conversation, so that no mail is sent twice.
const LEASE: Duration = Duration::from_secs(120);
/// How often a worker polls the outbox. A new mail of this process wakes it at once.
const POLL: Duration = Duration::from_secs(2);

/// How mails are sent, and from whom.
#[derive(Clone)]
pub struct Mailbox {
    pub transport: Transport,
    /// With the display name.
    pub from: Sender,
    /// Keeps the tokens of links in the outbox after sending. Only for development.
    pub keeps_secrets: bool,
}

/// The outcome of one attempt.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// No mail was due.
    Nothing,
    Sent,
    /// Failed; the next attempt is at this instant.
    Again(Timestamp),
    /// Failed for good.
    Parked,
}

#[derive(sqlx::FromRow)]
struct DueMail {
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
                        let _ = tokio::time::timeout(POLL, backend.outbox_bell.notified()).await;
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(%error, "the outbox cannot be read");
                        tokio::time::sleep(POLL).await;
                    }
                }
            }
        })
    });
    futures::future::join_all(workers).await;
}

/// Leases the mail that has been due longest and tries to send it.
///
/// # Errors
/// If the database fails. A refusal by the mail server is a [`Delivery`], not an error.
pub async fn send_due(backend: &Backend, mailbox: &Mailbox) -> Result<Delivery> {
    let Some(due) = claim(backend).await? else {
        return Ok(Delivery::Nothing);
    };
    let mail = outbox::read(backend, due.id, due.content.0.clone());
    let outcome = without_panic(send(backend, mailbox, &due, &mail)).await;
    let now = backend.world.now();
    let delivery = match &outcome {
        Ok(()) => Delivery::Sent,
        Err(Failure::Transient(_)) if due.attempts < MOST_ATTEMPTS => Delivery::Again(now.plus(wait(due.attempts))),
        Err(_) => Delivery::Parked,
    };
    let (status, due_at, label) = match delivery {
        Delivery::Sent => (Status::Sent, now, "sent"),
        Delivery::Again(at) => (Status::Pending, at, "again"),
        _ => (Status::Parked, now, "parked"),
    };
    metrics::counter!("gerbang_mails_total", "outcome" => label).increment(1);
    if let Err(failure) = &outcome {
        tracing::warn!(mail = %due.id, attempts = due.attempts, error = %failure, "a mail was not taken");
    }
    let emptied =
        mail.ok().flatten().filter(|_| status == Status::Sent && !mailbox.keeps_secrets).map(Mail::without_secret);
    let mut tx = backend.db.begin().await?;
    // A mail that was cancelled during the attempt stays cancelled, unless it was sent.
    execute!(
        tx,
        "UPDATE outbox SET status = $2, due_at = $3, last_error = $4, content = COALESCE($5, content),
             sent_at = $6 WHERE id = $1 AND (status = 'pending' OR $2 = 'sent')",
        due.id,
        status,
        due_at.micros(),
        outcome.err().map(|failure| failure.to_string()),
        emptied.as_ref().map(Json),
        (status == Status::Sent).then_some(now.micros())
    )?;
    tx.commit().await?;
    Ok(delivery)
}

/// Sends one mail. One that this version of the program cannot read, or whose token does not open, is parked, so that it
/// does not block the mails behind it.
async fn send(backend: &Backend, mailbox: &Mailbox, due: &DueMail, mail: &Result<Option<Mail>>) -> Result<(), Failure> {
    let mail = mail.as_ref().map_err(|error| Failure::Permanent(error.to_string()))?.as_ref();
    let mail = mail.ok_or_else(|| Failure::Permanent("this version cannot read the stored mail".to_owned()))?;
    let rendered = mail.render(&backend.settings).map_err(|error| Failure::Permanent(error.to_string()))?;
    let message_id = format!("<{}@{}>", due.id, mailbox.from.email.domain());
    mailbox.transport.send(&message_id, &mailbox.from, &due.recipient, mail.reply_to(), &rendered).await
}

/// Turns a panic into a permanent failure. It would occur again at each attempt and stop one worker after the other; a
/// parked mail is seen by an administrator instead.
async fn without_panic(sending: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    caught("sending a mail", sending).await.unwrap_or_else(|panic| Err(Failure::Permanent(panic.to_string())))
}

/// The backoff after this many attempts: 5 s, 10 s, 20 s … an hour.
pub(crate) fn wait(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

/// Leases the mail that has been due longest, and counts the attempt.
async fn claim(backend: &Backend) -> Result<Option<DueMail>> {
    let now = backend.world.now();
    // Polls with a reader: SQLite has one writer, and mostly no mail is due.
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
    let due: Option<DueMail> = fetch_optional!(tx, DueMail, sql, now.micros(), now.plus(LEASE).micros())?;
    tx.commit().await?;
    Ok(due)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_an_hour() {
        let waits: Vec<u64> = (1..=12).map(|n| wait(n).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
    }

    #[tokio::test]
    async fn panic_while_sending_is_a_permanent_failure() {
        async fn panicking() -> Result<(), Failure> {
            panic!("templat rusak")
        }
        let outcome = without_panic(panicking()).await;
        assert!(matches!(&outcome, Err(Failure::Permanent(text)) if text == "panicked: templat rusak"), "{outcome:?}");
        assert!(matches!(
            without_panic(async { Err(Failure::Transient(String::new())) }).await,
            Err(Failure::Transient(_))
        ));
    }
}
