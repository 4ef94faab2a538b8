//! Hands mails to an SMTP server, over connections that are kept only after a clean conversation.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::time::Timestamp;
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use secrecy::SecretString;

use super::{
    failure::{Failure, Progress},
    smtp::{Conversation, Limits, Server},
    templates::RenderedMail,
};
use crate::error::Result;

/// Connections that are kept idle.
const MOST_IDLE: usize = 8;
/// The shortest time between two releases of the mails that wait for the server: those that fail again and again do not
/// run in circles while others are taken.
const RELEASE_PACE: Duration = Duration::from_secs(5);

/// Where mails go.
#[derive(Clone)]
pub enum Transport {
    Smtp(Arc<Smtp>),
    /// Sends nothing: in development, mails are only shown.
    Shown,
}

/// A mail server with its idle connections.
pub struct Smtp {
    server: Server,
    limits: Limits,
    idle: Mutex<Vec<Conversation>>,
    released_at: Mutex<Option<Timestamp>>,
}

impl Transport {
    /// Connects to `url` when the first mail is sent: `smtp://user:password@host:587?tls=required`, `smtps://host:465`,
    /// or plain `smtp://host:25`.
    ///
    /// # Errors
    /// If `url` has none of these forms.
    pub fn smtp(url: &SecretString) -> Result<Self> {
        Self::smtp_within(url, Limits::default())
    }

    /// As [`smtp`](Self::smtp), with other limits.
    ///
    /// # Errors
    /// As there.
    pub fn smtp_within(url: &SecretString, limits: Limits) -> Result<Self> {
        let server = Server::parse(url)?;
        Ok(Self::Smtp(Arc::new(Smtp { server, limits, idle: Mutex::default(), released_at: Mutex::default() })))
    }

    /// Sends one mail. `message_id` is the same for all attempts, so that a receiver can recognise a duplicate.
    ///
    /// # Errors
    /// A [`Failure`], which says what becomes of the mail.
    pub(super) async fn send(
        &self,
        message_id: &str,
        from: &Mailbox,
        to: &str,
        reply_to: Option<&str>,
        mail: &RenderedMail,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let unsendable = |error: &dyn std::fmt::Display| Failure::Unsendable(error.to_string());
        let to: Mailbox = to.parse().map_err(|error: lettre::address::AddressError| unsendable(&error))?;
        let mut builder = Message::builder()
            .message_id(Some(message_id.to_owned()))
            .from(from.clone())
            .to(to.clone())
            .subject(mail.subject.clone())
            .raw_header(auto_submitted());
        if let Some(address) = reply_to.and_then(|address| address.parse().ok()) {
            builder = builder.reply_to(address);
        }
        let message = builder
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| unsendable(&error))?;
        match self {
            Self::Shown => Ok(()),
            Self::Smtp(smtp) => smtp.send((&from.email, &to.email), &message.formatted(), progress).await,
        }
    }

    /// How long a conversation may last before it is slow.
    pub(super) fn slow_after(&self) -> Duration {
        match self {
            Self::Smtp(smtp) => smtp.limits.slow,
            Self::Shown => Limits::default().slow,
        }
    }

    /// Says goodbye over connections that were idle for long.
    pub(super) fn tidy(&self) {
        if let Self::Smtp(smtp) = self {
            let mut idle = smtp.idle();
            let (kept, over) = mem::take(&mut *idle).into_iter().partition(Conversation::is_reusable);
            *idle = kept;
            over.into_iter().for_each(Conversation::close);
        }
    }

    /// True if a mail that was taken `now` may release those that wait for the server.
    pub(super) fn may_release(&self, now: Timestamp) -> bool {
        let Self::Smtp(smtp) = self else { return true };
        let mut released_at = smtp.released_at.lock().unwrap_or_else(PoisonError::into_inner);
        let apart = |before: Timestamp| now.since(before).max(before.since(now)); // the clock may be set
        if released_at.is_some_and(|before| apart(before) < RELEASE_PACE) {
            return false;
        }
        *released_at = Some(now);
        true
    }
}

impl Smtp {
    async fn send(
        &self,
        envelope: (&lettre::Address, &lettre::Address),
        content: &[u8],
        progress: &Progress,
    ) -> Result<(), Failure> {
        let mut conversation = self.conversation().await?;
        // Dropped after an error.
        conversation.send(envelope, content, &self.limits, progress).await?;
        let mut idle = self.idle();
        if idle.len() < MOST_IDLE && conversation.is_reusable() {
            idle.push(conversation);
        } else {
            conversation.close();
        }
        Ok(())
    }

    /// A kept connection that still answers, or a new one.
    async fn conversation(&self) -> Result<Conversation, Failure> {
        loop {
            let Some(kept) = self.idle().pop() else { break };
            if !kept.is_reusable() {
                kept.close();
            } else if let Some(ready) = kept.reset().await {
                return Ok(ready);
            }
        }
        self.server.open(&self.limits).await
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Conversation>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells other programs not to answer (RFC 3834, section 5).
fn auto_submitted() -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned())
}
