//! The userinfo endpoint (OpenID Connect Core 1.0, section 5.3): what the scopes of an access token tell, as it is now.

use domain::oidc::{ErrorCode, OAuthError, Scopes};
use uuid::Uuid;

use super::{
    Refusal, client,
    grant::{self, PersonClaims},
};
use crate::{Backend, db::fetch_optional, secrets::sha256};

/// The person behind an access token. Changes nothing.
///
/// # Errors
/// [`ErrorCode::InvalidToken`] if it does not hold, or a right that it stands on is gone (RFC 6750, section 3.1).
pub async fn userinfo(backend: &Backend, access_token: &str) -> Result<PersonClaims, OAuthError> {
    claims(backend, access_token).await.map_err(Refusal::told)
}

async fn claims(backend: &Backend, access_token: &str) -> Result<PersonClaims, Refusal> {
    let invalid = || Refusal::new(ErrorCode::InvalidToken, "The access token does not hold (any more).");
    let mut conn = backend.db.read().await?;
    let found: Option<(Uuid, String)> = fetch_optional!(
        conn,
        (Uuid, String),
        "SELECT grant_id, scope FROM oidc_access_tokens WHERE token_hash = $1 AND expires_at > $2",
        sha256(access_token.as_bytes()),
        backend.world.now().micros()
    )?;
    let (grant_id, scope) = found.ok_or_else(invalid)?;
    let grant = grant::live(&mut conn, backend, grant_id).await?.ok_or_else(invalid)?;
    let client = client::by_id(&mut conn, grant.platform_id).await?.ok_or_else(invalid)?;
    Ok(grant.claims(backend, &client, &Scopes::parse(&scope)))
}
