//! Revocation (RFC 7009): a platform ends a token of its own.

use domain::oidc::{OAuthError, Parameters};

use super::{
    client::Client,
    error::EndpointError,
    introspect::{presented, stored},
    rights::{GrantsOf, Why, end_grants},
};
use crate::{Backend, db::execute, error::Result, secrets::Token};

/// Ends an access token, or with a refresh token the whole grant (RFC 7009, section 2.1). Does nothing for an unknown or
/// foreign token (section 2.2).
///
/// # Errors
/// [`domain::oidc::ErrorCode::InvalidRequest`] without a token.
pub async fn revoke(
    backend: &Backend,
    client: &Client,
    parameters: &Parameters,
) -> std::result::Result<(), OAuthError> {
    end(backend, client, presented(parameters)?).await.map_err(|error| EndpointError::from(error).into_oauth())
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
