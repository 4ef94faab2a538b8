//! The OpenID Connect provider: how a person arrives at a platform, signed in, with the one access that they chose (guide
//! steps 16 to 19).
//!
//! - [`authorize`]: a platform asks for a person, who signs in, chooses an access, accepts terms, and returns with a code.
//! - [`client`]: client authentication. [`token`]: a code or a refresh token becomes tokens (`exchange`).
//! - [`userinfo`], [`introspect`], [`revoke`]: the uses of an access token.
//! - [`logout`]: signing out, begun at a platform or here, and the notices to platforms.
//! - [`reach`]: which addresses of platforms we connect to.
//! - [`rights`]: a grant ends in the transaction that ends the right behind it.
//! - [`keys`]: the keys that sign, and the names by which platforms know people.
//!
//! A *grant* is the session of a person at a platform, bound to one access. Its id is the claim `sid`. Codes and tokens are
//! 256 random bits, stored as a hash. Access tokens are looked up at every use, so that they end at once with the rights
//! behind them: nothing here trusts what was true when a token was made.

pub mod authorize;
pub mod client;
pub mod discovery;
pub mod endpoints;
pub mod grant;
pub mod introspect;
pub mod keys;
pub mod logout;
pub mod reach;
pub mod revoke;
pub mod rights;
pub mod token;
pub mod userinfo;

mod audience;
mod error;
mod exchange;
mod hint;
mod next;
mod provider;

pub(crate) mod pairwise;

use std::time::Duration;

use crate::{Backend, db::execute, error::Result};

pub use provider::Provider;
pub use reach::Reach;

/// How long an ended grant is kept, so that a late code or token is still recognised.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);

/// Prepares the provider at the start: makes the first keys, and opens those that sign.
///
/// # Errors
/// If the database refuses, or its keys were sealed with another secret.
pub async fn ready(backend: &Backend) -> Result<()> {
    keys::rotate(backend).await?;
    for algorithm in keys::Algorithm::ALL {
        keys::signer(backend, algorithm).await?;
    }
    Ok(())
}

/// Deletes expired requests, assertions and access tokens, and grants a month after their end with all that belongs to
/// them. Returns the number of deleted rows. Runs from time to time.
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
