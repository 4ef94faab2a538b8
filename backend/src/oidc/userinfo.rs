//! The userinfo endpoint (OpenID Connect Core 1.0, section 5.3): current claims for the scopes of an access token.

use domain::oidc::{ErrorCode, OAuthError, Scopes};

use super::{
    error::EndpointError,
    grant::{Grant, PersonClaims, select},
};
use crate::{Backend, db::fetch_optional, secrets::Token};

/// The claims about the person behind an access token.
///
/// # Errors
/// [`ErrorCode::InvalidToken`] if the token or a right behind it has ended (RFC 6750, section 3.1).
pub async fn userinfo(backend: &Backend, access_token: &str) -> Result<PersonClaims, OAuthError> {
    claims(backend, access_token).await.map_err(EndpointError::into_oauth)
}

#[derive(sqlx::FromRow)]
struct AccessTokenRow {
    token_scope: String,
    #[sqlx(flatten)]
    grant: Grant,
}

async fn claims(backend: &Backend, access_token: &str) -> Result<PersonClaims, EndpointError> {
    let invalid = || EndpointError::new(ErrorCode::InvalidToken, "The access token does not hold (any more).");
    let mut conn = backend.db.read().await?;
    let found: Option<AccessTokenRow> = fetch_optional!(
        conn,
        AccessTokenRow,
        select!(
            "t.scope AS token_scope,",
            "oidc_access_tokens t JOIN oidc_grants g ON g.id = t.grant_id",
            "WHERE t.token_hash = $1 AND t.expires_at > $2"
        ),
        Token::presented(access_token).timed_hash(),
        backend.world.now().micros()
    )?;
    drop(conn);
    let AccessTokenRow { token_scope, grant } = found.ok_or_else(invalid)?;
    let grant = grant.if_live(backend)?.ok_or_else(invalid)?;
    Ok(grant.claims(backend, &Scopes::parse(&token_scope).common(&grant.scopes())))
}
