//! Introspection (RFC 7662): a platform asks about a token of its own. Unknown tokens, foreign ones and ended ones get the same
//! answer (section 2.2).

use domain::{
    oidc::{ErrorCode, OAuthError, Parameters, Scopes},
    time::Timestamp,
};
use serde::Serialize;
use uuid::Uuid;

use super::{client::Client, error::EndpointError, grant};
use crate::{
    Backend,
    db::{Conn, fetch_optional},
    error::Result,
    secrets::Token,
};

/// An answer (RFC 7662, section 2.2).
#[derive(Debug, Serialize)]
pub struct Introspection {
    pub active: bool,
    #[serde(flatten)]
    facts: Option<Facts>,
}

/// The claims of an active token. Times are in seconds.
#[derive(Debug, Serialize)]
struct Facts {
    client_id: String,
    scope: String,
    sub: String,
    sid: Uuid,
    iss: String,
    exp: i64,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
}

/// An access token or a refresh token as stored.
#[derive(sqlx::FromRow)]
pub(super) struct StoredToken {
    pub grant_id: Uuid,
    /// Of an access token. A refresh token has all that was granted.
    pub scope: Option<String>,
    pub created_at: i64,
    pub expires_at: i64,
    /// Of a refresh token.
    pub used_at: Option<i64>,
}

/// The parameter `token`.
pub(super) fn presented(parameters: &Parameters) -> std::result::Result<&str, OAuthError> {
    parameters.get("token").ok_or_else(|| OAuthError::new(ErrorCode::InvalidRequest, "token is missing."))
}

/// A token of this client, of either kind, active or not.
pub(super) async fn stored(conn: &mut Conn, client: &Client, token: &str) -> Result<Option<StoredToken>> {
    Ok(fetch_optional!(
        conn,
        StoredToken,
        "SELECT t.grant_id, t.scope, t.created_at, t.expires_at, t.used_at
         FROM (SELECT grant_id, scope, created_at, expires_at, NULL AS used_at FROM oidc_access_tokens
               WHERE token_hash = $1
               UNION ALL
               SELECT grant_id, NULL, created_at, expires_at, used_at FROM oidc_refresh_tokens
               WHERE token_hash = $1) t
         JOIN oidc_grants g ON g.id = t.grant_id
         WHERE g.platform_id = $2",
        Token::presented(token).timed_hash(),
        client.id
    )?)
}

/// Answers whether a token is active.
///
/// # Errors
/// [`ErrorCode::InvalidRequest`] without a token.
pub async fn introspect(
    backend: &Backend,
    client: &Client,
    parameters: &Parameters,
) -> std::result::Result<Introspection, OAuthError> {
    let token = presented(parameters)?;
    let facts = facts(backend, client, token).await.map_err(|error| EndpointError::from(error).into_oauth())?;
    Ok(Introspection { active: facts.is_some(), facts })
}

async fn facts(backend: &Backend, client: &Client, token: &str) -> Result<Option<Facts>> {
    let mut conn = backend.db.read().await?;
    let now = backend.world.now().micros();
    let stored = stored(&mut conn, client, token).await?;
    let Some(stored) = stored.filter(|stored| stored.expires_at > now && stored.used_at.is_none()) else {
        return Ok(None);
    };
    let Some(grant) = grant::live(&mut conn, backend, stored.grant_id).await? else { return Ok(None) };
    let token_type = stored.scope.is_some().then_some("Bearer");
    let of_token = stored.scope.map(|scope| Scopes::parse(&scope).common(&grant.scopes()));
    Ok(Some(Facts {
        client_id: client.client_id.clone(),
        scope: of_token.unwrap_or_else(|| grant.scopes()).to_string(),
        sub: grant.subject(backend),
        sid: grant.id,
        iss: backend.issuer(),
        exp: Timestamp::from_micros(stored.expires_at).seconds(),
        iat: Timestamp::from_micros(stored.created_at).seconds(),
        token_type,
    }))
}
