//! One attempt to send a mail: its lease, its conversation, and what becomes of it.

use std::time::Duration;

use domain::{mail::ParkedCause, time::Timestamp};
use lettre::message::Mailbox as Sender;
use uuid::Uuid;

use super::{
    backoff::{is_given_up, mail_wait},
    failure::{Failure, Progress},
    message::Mail,
    outbox,
    queue::{self, DueMail, LEASE, Next},
    transport::Transport,
};
use crate::{
    Backend,
    error::Result,
    panics::{caught, kept_up},
};

/// How often a conversation looks whether its lease must be renewed, which is when a quarter of it is over.
const TICK: Duration = Duration::from_millis(200);
/// The longest error that is kept, in characters.
const LONGEST_ERROR: usize = 1000;

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
    /// Not sent, because its link has expired.
    Expired,
}

/// An attempt that is over, and not noted yet.
pub(super) struct Attempt {
    due: DueMail,
    /// `None` if this version of the program cannot read it.
    mail: Option<Mail>,
    pub outcome: Result<(), Failure>,
}

/// Leases the next due mail and tries to send it. For tests; [`run`](super::run) sends many at a time.
///
/// # Errors
/// If the database fails. A refusal by the mail server is a [`Delivery`], not an error.
pub async fn send_due(backend: &Backend, mailbox: &Mailbox) -> Result<Delivery> {
    let Some(due) = queue::claim(backend, 1, |_, _| true).await?.pop() else {
        return Ok(Delivery::Nothing);
    };
    let attempt = attempt(backend, mailbox, due, &Progress::default()).await;
    let noted = note(backend, mailbox, std::slice::from_ref(&attempt)).await?;
    Ok(noted.into_iter().next().unwrap_or(Delivery::Nothing))
}

/// Tries to send a mail, and renews its lease meanwhile.
pub(super) async fn attempt(backend: &Backend, mailbox: &Mailbox, due: DueMail, progress: &Progress) -> Attempt {
    let read = outbox::read(backend, due.id, due.content.0.clone());
    let sending = without_panic(send(backend, mailbox, &due, &read, progress));
    let outcome = tokio::select! {
        outcome = sending => outcome,
        () = keep_lease(backend, due.id, due.attempts, progress) => Err(Failure::Abandoned),
    };
    Attempt { due, mail: read.ok().flatten(), outcome }
}

/// Sends one mail. One that this version of the program cannot read, or whose token does not open, is parked, so that it
/// does not block the mails behind it.
async fn send(
    backend: &Backend,
    mailbox: &Mailbox,
    due: &DueMail,
    mail: &Result<Option<Mail>>,
    progress: &Progress,
) -> Result<(), Failure> {
    if due.expires_at.is_some_and(|end| end <= backend.world.now().micros()) {
        return Err(Failure::Expired);
    }
    let unreadable = || Failure::Unsendable("this version cannot read the stored mail".to_owned());
    let mail = mail.as_ref().map_err(|error| Failure::Unsendable(error.to_string()))?.as_ref();
    let mail = mail.ok_or_else(unreadable)?;
    let rendered = mail.render(&backend.settings).map_err(|error| Failure::Unsendable(error.to_string()))?;
    let message_id = format!("<{}@{}>", due.id, mailbox.from.email.domain());
    let to = &due.recipient;
    mailbox.transport.send(&message_id, &mailbox.from, to, mail.reply_to(), &rendered, progress).await
}

/// Turns a panic into a failure for good. It would occur again at each attempt; a parked mail is seen by an administrator
/// instead.
async fn without_panic(sending: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    caught("sending a mail", sending).await.unwrap_or_else(|panic| Err(Failure::Unsendable(panic.to_string())))
}

/// Renews the lease of a mail for as long as this is awaited, whatever the clock does. Ends if the mail was cancelled or is
/// another worker's, unless its content is being sent already.
async fn keep_lease(backend: &Backend, id: Uuid, attempts: i64, progress: &Progress) {
    kept_up("keeping the lease of a mail", || renew_lease(backend, id, attempts, progress)).await;
}

async fn renew_lease(backend: &Backend, id: Uuid, attempts: i64, progress: &Progress) {
    let mut renewed = backend.world.now();
    loop {
        tokio::time::sleep(TICK).await;
        let now = backend.world.now();
        if now.since(renewed).max(renewed.since(now)) < LEASE / 4 {
            continue;
        }
        match queue::renew(backend, id, attempts).await {
            Ok(true) => renewed = now,
            Ok(false) if progress.abandon() => return,
            Ok(false) => std::future::pending().await,
            Err(error) => tracing::warn!(mail = %id, %error, "the lease of a mail is not renewed"),
        }
    }
}

/// Notes the outcomes of attempts in one transaction. If that fails, none is noted.
///
/// # Errors
/// If the database fails.
pub(super) async fn note(backend: &Backend, mailbox: &Mailbox, attempts: &[Attempt]) -> Result<Vec<Delivery>> {
    let now = backend.world.now();
    let mut deliveries = Vec::new();
    let mut tx = backend.db.begin().await?;
    for attempt in attempts {
        let next = attempt.next(mailbox, now, backend.world.random::<1>()[0]);
        queue::note(&mut tx, attempt.due.id, attempt.due.attempts, now, &next).await?;
        deliveries.push(match next {
            Next::Sent { .. } => Delivery::Sent,
            Next::Again { due, .. } | Next::Back { due } => Delivery::Again(due),
            Next::Parked { .. } => Delivery::Parked,
            Next::Expired => Delivery::Expired,
        });
    }
    if deliveries.contains(&Delivery::Sent) && mailbox.transport.may_release(now) {
        queue::release(&mut tx, now).await?;
    }
    tx.commit().await?;
    for (attempt, delivery) in attempts.iter().zip(&deliveries) {
        attempt.report(delivery);
    }
    Ok(deliveries)
}

impl Attempt {
    /// `dice` is random, 0 to 255.
    fn next(&self, mailbox: &Mailbox, now: Timestamp, dice: u8) -> Next {
        let due = &self.due;
        let failing_since = due.failing_since.map_or(now, Timestamp::from_micros);
        let said = self.outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let error: String = said.chars().take(LONGEST_ERROR).collect();
        match &self.outcome {
            Ok(()) => {
                let emptied = self.mail.clone().filter(|_| !mailbox.keeps_secrets).map(Mail::without_secret);
                Next::Sent { emptied }
            }
            Err(Failure::Expired) => Next::Expired,
            Err(Failure::Abandoned) => Next::Back { due: now },
            Err(Failure::Refused(cause, _)) => Next::Parked { cause: cause.clone(), error },
            Err(Failure::Unsendable(_)) => Next::Parked { cause: ParkedCause::Unsendable, error },
            Err(Failure::Server(_) | Failure::Later(_)) if is_given_up(due.attempts, failing_since, now) => {
                Next::Parked { cause: ParkedCause::TooLong, error }
            }
            Err(failure @ (Failure::Server(_) | Failure::Later(_))) => Next::Again {
                due: now.plus(mail_wait(due.attempts, due.urgent, dice)),
                error,
                server_failed: matches!(failure, Failure::Server(_)),
            },
        }
    }

    fn report(&self, delivery: &Delivery) {
        let label = match delivery {
            Delivery::Sent => "sent",
            Delivery::Parked => "parked",
            Delivery::Expired => "expired",
            Delivery::Again(_) | Delivery::Nothing => "again",
        };
        metrics::counter!("gerbang_mails_total", "outcome" => label).increment(1);
        if let Err(failure) = &self.outcome {
            tracing::warn!(mail = %self.due.id, attempts = self.due.attempts, error = %failure, "a mail was not taken");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn panic_while_sending_is_a_permanent_failure() {
        async fn panicking() -> Result<(), Failure> {
            panic!("templat rusak")
        }
        let outcome = without_panic(panicking()).await;
        assert!(matches!(&outcome, Err(Failure::Unsendable(text)) if text == "panicked: templat rusak"), "{outcome:?}");
        assert!(matches!(without_panic(async { Err(Failure::Later(String::new())) }).await, Err(Failure::Later(_))));
    }
}
