//! The OpenID Connect provider: how a person arrives at a platform, signed in, with the one access that they chose
//! (guide steps 16 to 19 and what follows).
//!
//! - [`authorize`]: a platform asks for a person; they sign in, choose an access, accept terms, and go back with a code.
//! - [`client`]: which platform speaks; [`token`]: a code, or a refresh token, becomes tokens (`exchange`).
//! - [`userinfo`], [`introspect`], [`revoke`]: what becomes of an access token.
//! - [`logout`]: the way out, begun at a platform or here; platforms are told over the back channel.
//! - [`rights`]: a grant ends in the transaction in which the right ends that it stands on.
//! - [`keys`]: what signs, and what is derived from the one secret of the installation.
//!
//! A *grant* is the session of a person at a platform, bound to one access; its id is the claim `sid`. Codes and tokens
//! are 256 random bits, stored as a hash. Access tokens are looked up at every use, so that a right that ended ends them
//! at once; nothing here trusts what was true when a token was made.

pub mod authorize;
pub mod client;
pub mod discovery;
mod exchange;
pub mod grant;
pub mod introspect;
pub mod keys;
pub mod logout;
pub mod revoke;
pub mod rights;
pub mod token;
pub mod userinfo;

use std::{sync::Arc, time::Duration};

use domain::oidc::{ErrorCode, OAuthError};
use tokio::sync::Notify;

use crate::{
    Backend,
    db::{batcher::Batcher, execute},
    error::{Error, Result},
};

pub use keys::Secret;

/// How long a platform has to answer a notice over the back channel.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long what is over is kept, so that a code or a token that comes late is still known for what it is.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);

/// What the provider keeps in memory.
pub struct Provider {
    /// Keys: those that sign, and those derived from the secret.
    pub(crate) keys: keys::Keys,
    /// Exchanges that wait to be carried out together.
    exchanges: Batcher<exchange::Exchange, exchange::Outcome>,
    /// Wakes the worker of the back channel when a notice was written.
    pub(crate) bell: Arc<Notify>,
    /// Carries the notices.
    pub(crate) http: reqwest::Client,
}

impl Provider {
    /// With the secret of the installation.
    ///
    /// # Errors
    /// If no HTTPS client can be made on this machine.
    pub fn new(secret: &Secret) -> Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none()) // a notice goes where the administrator said, nowhere else
            .build()
            .map_err(Error::internal)?;
        Ok(Self { keys: keys::Keys::new(secret)?, exchanges: Batcher::default(), bell: Arc::default(), http })
    }
}

impl Backend {
    /// Our name as an issuer (OpenID Connect Discovery 1.0, section 3): the base address without a slash at the end.
    pub fn issuer(&self) -> String {
        self.settings.link("")
    }
}

/// Why a request of a platform is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// In the words of the specifications.
    WireCode(OAuthError),
    /// By a fault of ours, or for want of a part that is needed.
    Fault(Error),
}

impl Refusal {
    /// A refusal with its code and an explanation for developers.
    pub fn new(code: ErrorCode, description: &'static str) -> Self {
        Self::WireCode(OAuthError::new(code, description))
    }

    /// What the platform is told; the text of a fault stays in the log.
    pub fn told(self) -> OAuthError {
        match self {
            Self::WireCode(error) => error,
            Self::Fault(Error::Unavailable(cause)) => {
                tracing::warn!(%cause, "a platform could not be answered");
                OAuthError::new(ErrorCode::TemporarilyUnavailable, "Try again shortly.")
            }
            Self::Fault(error) => {
                tracing::error!(%error, "a platform could not be answered");
                OAuthError::new(ErrorCode::ServerError, "The fault is ours and is in our log.")
            }
        }
    }
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::WireCode(error)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// Gets ready at the start: the first keys are made, and those that sign are opened.
///
/// # Errors
/// If the database refuses, or the keys in it were sealed with another secret.
pub async fn ready(backend: &Backend) -> Result<()> {
    keys::rotate(backend).await?;
    for algorithm in keys::Algorithm::ALL {
        keys::signer(backend, algorithm).await?;
    }
    Ok(())
}

/// Clears away what is over: requests, assertions, tokens, and grants with all that they gave, a month after their end.
/// Run from time to time.
///
/// # Errors
/// If the database refuses.
pub async fn sweep(backend: &Backend) -> Result<usize> {
    let now = backend.world.now();
    let (now, long_over) = (now.micros(), now.minus(REMEMBERED).micros());
    let mut tx = backend.db.begin().await?;
    let mut cleared = execute!(tx, "DELETE FROM oidc_requests WHERE expires_at <= $1", now)?;
    cleared += execute!(tx, "DELETE FROM oidc_jtis WHERE expires_at <= $1", now)?;
    cleared += execute!(tx, "DELETE FROM oidc_access_tokens WHERE expires_at <= $1", now)?;
    // A grant of which nothing can come any more is over by itself: its code was not fetched, or its last token is past.
    execute!(
        tx,
        "UPDATE oidc_grants SET ended_at = $1, ended_why = 'unused'
         WHERE ended_at IS NULL AND session_id IS NULL AND created_at <= $2
           AND NOT EXISTS (SELECT 1 FROM oidc_refresh_tokens r
                           WHERE r.grant_id = oidc_grants.id AND r.used_at IS NULL AND r.expires_at > $1)",
        now,
        long_over
    )?;
    for sql in [
        "DELETE FROM oidc_codes WHERE grant_id IN (SELECT id FROM oidc_grants WHERE ended_at <= $1)",
        "DELETE FROM oidc_refresh_tokens WHERE grant_id IN (SELECT id FROM oidc_grants WHERE ended_at <= $1)",
        "DELETE FROM oidc_access_tokens WHERE grant_id IN (SELECT id FROM oidc_grants WHERE ended_at <= $1)",
        "DELETE FROM logout_notices WHERE grant_id IN (SELECT id FROM oidc_grants WHERE ended_at <= $1)
           AND (sent_at IS NOT NULL OR parked_at IS NOT NULL)",
        "DELETE FROM oidc_grants WHERE ended_at <= $1
           AND NOT EXISTS (SELECT 1 FROM logout_notices n WHERE n.grant_id = oidc_grants.id)",
    ] {
        cleared += execute!(tx, sql, long_over)?;
    }
    tx.commit().await?;
    Ok(usize::try_from(cleared).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_ours_is_not_told() {
        let told = Refusal::from(Error::internal("the table oidc_codes is gone")).told();
        assert_eq!(told.code, ErrorCode::ServerError);
        assert!(!told.description.contains("oidc_codes"));
        let told = Refusal::from(Error::Unavailable("no free connection".into())).told();
        assert_eq!(told.code, ErrorCode::TemporarilyUnavailable);
    }
}
