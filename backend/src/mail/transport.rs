//! Hands a mail to an SMTP server.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp::PoolConfig,
};
use secrecy::{ExposeSecret, SecretString};

use super::templates::RenderedMail;
use crate::error::{Error, Result};

/// How long one SMTP conversation may take as a whole.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where mails go.
#[derive(Clone)]
pub enum Transport {
    /// Over pooled connections.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Sends nothing: in development, mails are only shown.
    Shown,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Worth a retry: no connection, a refusal for now (4xx), or our own credentials refused.
    #[error("{0}")]
    Transient(String),
    /// Not worth a retry: refused for good (5xx), or not a valid mail.
    #[error("{0}")]
    Permanent(String),
}

impl Transport {
    /// Connects to `url` when the first mail is sent: `smtp://user:password@host:587?tls=required`, `smtps://host:465`,
    /// or plain `smtp://host:25`.
    ///
    /// # Errors
    /// If `url` has none of these forms.
    pub fn smtp(url: &SecretString) -> Result<Self> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(Error::internal)?;
        let pool = PoolConfig::new().max_size(4).idle_timeout(Duration::from_secs(30));
        Ok(Self::Smtp(builder.timeout(Some(Duration::from_secs(20))).pool_config(pool).build()))
    }

    /// Sends one mail. `message_id` is the same for all attempts, so that a receiver can recognise a duplicate.
    ///
    /// # Errors
    /// A [`Failure`], which says whether a retry makes sense.
    pub async fn send(
        &self,
        message_id: &str,
        from: &Mailbox,
        to: &str,
        reply_to: Option<&str>,
        mail: &RenderedMail,
    ) -> Result<(), Failure> {
        let permanent = |error: &dyn std::fmt::Display| Failure::Permanent(error.to_string());
        let to: Mailbox = to.parse().map_err(|error: lettre::address::AddressError| permanent(&error))?;
        let mut builder = Message::builder()
            .message_id(Some(message_id.to_owned()))
            .from(from.clone())
            .to(to)
            .subject(mail.subject.clone());
        if let Some(address) = reply_to.and_then(|address| address.parse().ok()) {
            builder = builder.reply_to(address);
        }
        let message = builder
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| permanent(&error))?;
        match self {
            Self::Shown => Ok(()),
            Self::Smtp(smtp) => match tokio::time::timeout(TIMEOUT, smtp.send(message)).await {
                Err(_) => Err(Failure::Transient(format!("no answer within {} s", TIMEOUT.as_secs()))),
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(classify(&error)),
            },
        }
    }
}

/// Refused credentials (530, 534, 535, 538; RFC 4954) are transient: our settings are wrong, not the mail.
fn classify(error: &lettre::transport::smtp::Error) -> Failure {
    let code = error.status().map(u16::from);
    if error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538)) {
        Failure::Permanent(error.to_string())
    } else {
        Failure::Transient(error.to_string())
    }
}
