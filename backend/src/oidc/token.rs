//! The token endpoint (RFC 6749, sections 4.1.3 and 6; OpenID Connect Core 1.0, sections 3.1.3 and 12): a code or a refresh
//! token becomes tokens. Each works once; a second use ends the session at the platform.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    oidc::{ErrorCode, OAuthError, Parameters},
    time::Timestamp,
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    client::Client,
    error::EndpointError,
    exchange::{self, Exchange, ExchangeRequest, IssuedTokens, Outcome},
    grant::{Grant, PersonClaims},
    keys::{self, Signer},
    rights::{GrantsOf, Why, end_grants},
};
use crate::{
    Backend,
    error::Result,
    secrets::{Token, sha256},
};

/// A successful answer (RFC 6749, section 5.1).
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    id_token: String,
    scope: String,
}

/// The claims of an ID token (OpenID Connect Core 1.0, section 2). Times are in seconds.
#[derive(Serialize)]
struct IdClaims<'a> {
    iss: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    /// By password, the only way to sign in (RFC 8176, section 2).
    amr: [&'static str; 1],
    at_hash: String,
    sid: Uuid,
    #[serde(flatten)]
    person: PersonClaims,
}

/// Answers a request for tokens by an authenticated client.
///
/// # Errors
/// With the codes of RFC 6749, section 5.2.
pub async fn token(
    backend: &Backend,
    client: &Client,
    parameters: &Parameters,
) -> std::result::Result<TokenResponse, OAuthError> {
    exchange(backend, client, parameters).await.map_err(EndpointError::into_oauth)
}

async fn exchange(
    backend: &Backend,
    client: &Client,
    parameters: &Parameters,
) -> std::result::Result<TokenResponse, EndpointError> {
    let missing = |description| EndpointError::new(ErrorCode::InvalidRequest, description);
    let text = |name| parameters.get(name).map(str::to_owned);
    let (presented, request, why) = match parameters.get("grant_type") {
        Some("authorization_code") => (
            parameters.get("code").ok_or_else(|| missing("code is missing."))?,
            ExchangeRequest::Code { redirect_uri: text("redirect_uri"), verifier: text("code_verifier") },
            Why::CodeReplayed,
        ),
        Some("refresh_token") => (
            parameters.get("refresh_token").ok_or_else(|| missing("refresh_token is missing."))?,
            ExchangeRequest::Refresh { scope: text("scope") },
            Why::TokenReplayed,
        ),
        None => return Err(missing("grant_type is missing.")),
        Some(_) => {
            let said = "grant_type must be authorization_code or refresh_token.";
            return Err(EndpointError::new(ErrorCode::UnsupportedGrantType, said));
        }
    };
    // The ID token of a refresh has no nonce (OpenID Connect Core 1.0, section 12.2).
    let with_nonce = matches!(request, ExchangeRequest::Code { .. });
    // Before anything is used up: if no key can sign, the client keeps its code.
    let signer = keys::signer(backend, client.id_token_alg).await?;
    let exchange = Exchange { platform_id: client.id, presented: Token::presented(presented), request };
    match exchange::carry_out(backend, exchange).await? {
        Outcome::Issued(grant, tokens) => {
            let nonce = grant.nonce.as_deref().filter(|_| with_nonce);
            Ok(response(backend, client, &signer, &grant, tokens, nonce)?)
        }
        Outcome::Replayed(grant_id) => Err(replayed(backend, why, grant_id).await),
        Outcome::Refused(error) => Err(error),
    }
}

/// Ends the session at the platform, because two parties hold the same code or refresh token (RFC 6749, section 4.1.2; RFC
/// 9700, section 4.14.2). Returns the error for the client.
async fn replayed(backend: &Backend, why: Why, grant_id: Uuid) -> EndpointError {
    let ended = async {
        let mut tx = backend.db.begin().await?;
        end_grants(backend, &mut tx, why, GrantsOf::Grant(grant_id)).await?;
        tx.commit().await
    };
    match ended.await {
        Ok(()) => exchange::invalid_grant(),
        Err(error) => error.into(),
    }
}

fn response(
    backend: &Backend,
    client: &Client,
    signer: &Signer,
    grant: &Grant,
    tokens: IssuedTokens,
    nonce: Option<&str>,
) -> Result<TokenResponse> {
    let now = backend.world.now();
    let claims = IdClaims {
        iss: backend.issuer(),
        aud: &client.client_id,
        exp: tokens.expires_at.seconds(),
        iat: now.seconds(),
        auth_time: Timestamp::from_micros(grant.auth_time).seconds(),
        nonce,
        acr: grant.acr.as_deref(),
        amr: ["pwd"],
        at_hash: at_hash(tokens.access_token.expose()),
        sid: grant.id,
        person: grant.claims(backend, &tokens.scopes),
    };
    Ok(TokenResponse {
        id_token: signer.sign("JWT", &claims)?,
        access_token: tokens.access_token.expose().to_owned(),
        token_type: "Bearer",
        expires_in: tokens.expires_at.since(now).as_secs(),
        refresh_token: tokens.refresh_token.map(|(token, _)| token.expose().to_owned()),
        scope: tokens.scopes.to_string(),
    })
}

/// The claim `at_hash` (OpenID Connect Core 1.0, section 3.1.3.6): the left half of the hash of the access token. Both of
/// our algorithms use SHA-256.
fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(access_token.as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of OpenID Connect Core 1.0, appendix A.3.
    #[test]
    fn the_hash_of_an_access_token() {
        assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
