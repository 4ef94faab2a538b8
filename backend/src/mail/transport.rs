//! Handing a mail to an SMTP server.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp::PoolConfig,
};
use secrecy::{ExposeSecret, SecretString};

use super::message::Rendered;
use crate::error::{Error, Result};

/// How long a whole conversation with the server may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where mails go.
#[derive(Clone)]
pub enum Transport {
    /// To an SMTP server, over pooled connections.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Nowhere: in development they are only shown.
    Shown,
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It may be taken later: no connection, a refusal for now (4xx), our own credentials refused.
    #[error("{0}")]
    Passing(String),
    /// It never will be: refused for good (5xx), or no valid mail.
    #[error("{0}")]
    Permanent(String),
}

impl Transport {
    /// To the server at `url`: `smtp://user:password@host:587?tls=required`, `smtps://host:465`, or plain
    /// `smtp://host:25`.
    ///
    /// # Errors
    /// If the address is none of these.
    pub fn smtp(url: &SecretString) -> Result<Self> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(Error::internal)?;
        let pool = PoolConfig::new().max_size(4).idle_timeout(Duration::from_secs(30));
        Ok(Self::Smtp(builder.timeout(Some(Duration::from_secs(20))).pool_config(pool).build()))
    }

    /// Sends one mail. `message_id` stays the same over tries, so that a receiver can tell a repetition.
    ///
    /// # Errors
    /// A [`Failure`] that says whether to try again.
    pub async fn send(
        &self,
        message_id: &str,
        from: &Mailbox,
        to: &str,
        reply_to: Option<&str>,
        mail: &Rendered,
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
            Self::Smtp(smtp) => match tokio::time::timeout(PATIENCE, smtp.send(message)).await {
                Err(_) => Err(Failure::Passing(format!("no answer within {} s", PATIENCE.as_secs()))),
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(sort(&error)),
            },
        }
    }
}

/// Tells passing from permanent. Refused credentials (530, 534, 535, 538; RFC 4954) are ours to mend, not the mail's.
fn sort(error: &lettre::transport::smtp::Error) -> Failure {
    let code = error.status().map(u16::from);
    if error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538)) {
        Failure::Permanent(error.to_string())
    } else {
        Failure::Passing(error.to_string())
    }
}
