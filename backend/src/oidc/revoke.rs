//! Revocation (RFC 7009): a platform gives back a token of its own.

use domain::oidc::{OAuthError, Parameters};

use super::{
    Refusal,
    client::Client,
    introspect::{presented, stored},
    rights::{GrantsOf, Why, end_grants},
};
use crate::{Backend, db::execute, error::Result, secrets::Token};

/// Ends an access token, or with a refresh token all that came of the same sign-in (RFC 7009, section 2.1). What is not
/// known, or another's, is as good as revoked (section 2.2).
///
/// # Errors
/// [`domain::oidc::ErrorCode::InvalidRequest`] without a token.
pub async fn revoke(
    backend: &Backend,
    client: &Client,
    parameters: &Parameters,
) -> std::result::Result<(), OAuthError> {
    end(backend, client, presented(parameters)?).await.map_err(|error| Refusal::from(error).told())
}

async fn end(backend: &Backend, client: &Client, token: &str) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let Some(stored) = stored(&mut tx, client, token).await? else { return Ok(()) };
    if stored.scope.is_some() {
        execute!(tx, "DELETE FROM oidc_access_tokens WHERE token_hash = $1", Token::presented(token).timed_hash())?;
    } else {
        end_grants(backend, &mut tx, Why::Revoked, GrantsOf::Grant(stored.grant_id)).await?;
    }
    tx.commit().await
}
