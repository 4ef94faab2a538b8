//! The token endpoint (RFC 6749, sections 4.1.3 and 6; OpenID Connect Core 1.0, sections 3.1.3 and 12): a code, or a
//! refresh token, becomes tokens. Each is taken once; one that comes a second time ends the session at the platform.

use domain::{
    oidc::{ErrorCode, OAuthError, Parameters},
    time::Timestamp,
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Refusal,
    client::Client,
    exchange::{self, Exchange, Given, Outcome, Terms},
    grant::{Grant, PersonClaims},
    keys::{self, Signer},
    rights::{GrantsOf, Why, end_grants},
};
use crate::{Backend, error::Result, secrets::Token};

/// The tokens (RFC 6749, section 5.1).
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
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
    /// By password, the only way there is (RFC 8176, section 2).
    amr: [&'static str; 1],
    at_hash: String,
    sid: Uuid,
    #[serde(flatten)]
    person: PersonClaims,
}

/// Answers a request for tokens of a client that has shown who it is.
///
/// # Errors
/// In the words of RFC 6749, section 5.2.
pub async fn token(
    backend: &Backend,
    client: &Client,
    parameters: &Parameters,
) -> std::result::Result<TokenResponse, OAuthError> {
    exchange(backend, client, parameters).await.map_err(Refusal::told)
}

async fn exchange(
    backend: &Backend,
    client: &Client,
    parameters: &Parameters,
) -> std::result::Result<TokenResponse, Refusal> {
    let missing = |description| Refusal::new(ErrorCode::InvalidRequest, description);
    let text = |name| parameters.get(name).map(str::to_owned);
    let (presented, terms, why) = match parameters.get("grant_type") {
        Some("authorization_code") => (
            parameters.get("code").ok_or_else(|| missing("code is missing."))?,
            Terms::Code { redirect_uri: text("redirect_uri"), verifier: text("code_verifier") },
            Why::CodeReplayed,
        ),
        Some("refresh_token") => (
            parameters.get("refresh_token").ok_or_else(|| missing("refresh_token is missing."))?,
            Terms::Refresh { scope: text("scope") },
            Why::TokenReplayed,
        ),
        None => return Err(missing("grant_type is missing.")),
        Some(_) => {
            let said = "grant_type must be authorization_code or refresh_token.";
            return Err(Refusal::new(ErrorCode::UnsupportedGrantType, said));
        }
    };
    // An ID token that comes of refreshing has no nonce (OpenID Connect Core 1.0, section 12.2).
    let with_nonce = matches!(terms, Terms::Code { .. });
    // Before anything is taken: whoever cannot be given an ID token keeps what they have.
    let signer = keys::signer(backend, client.id_token_alg).await?;
    let exchange = Exchange { platform_id: client.id, presented: Token::presented(presented), terms };
    match exchange::carry_out(backend, exchange).await? {
        Outcome::Given(grant, given) => {
            let nonce = grant.nonce.as_deref().filter(|_| with_nonce);
            Ok(response(backend, client, &signer, &grant, given, nonce)?)
        }
        Outcome::Replayed(grant_id) => Err(replayed(backend, why, grant_id).await),
        Outcome::Refused(refusal) => Err(refusal),
    }
}

/// Ends the session at the platform, since somebody has what another used already (RFC 6749, section 4.1.2; RFC 9700,
/// section 4.14.2), and gives the refusal.
async fn replayed(backend: &Backend, why: Why, grant_id: Uuid) -> Refusal {
    let ended = async {
        let mut tx = backend.db.begin().await?;
        end_grants(backend, &mut tx, why, GrantsOf::Grant(grant_id)).await?;
        tx.commit().await
    };
    match ended.await {
        Ok(()) => exchange::invalid(),
        Err(error) => error.into(),
    }
}

fn response(
    backend: &Backend,
    client: &Client,
    signer: &Signer,
    grant: &Grant,
    given: Given,
    nonce: Option<&str>,
) -> Result<TokenResponse> {
    let now = backend.world.now();
    let claims = IdClaims {
        iss: backend.issuer(),
        aud: &client.client_id,
        exp: given.expires_at.seconds(),
        iat: now.seconds(),
        auth_time: Timestamp::from_micros(grant.auth_time).seconds(),
        nonce,
        acr: grant.acr.as_deref(),
        amr: ["pwd"],
        at_hash: keys::half_hash(given.access_token.expose()),
        sid: grant.id,
        person: grant.claims(backend, &given.scopes),
    };
    Ok(TokenResponse {
        id_token: signer.sign("JWT", &claims)?,
        access_token: given.access_token.expose().to_owned(),
        token_type: "Bearer",
        expires_in: given.expires_at.since(now).as_secs(),
        refresh_token: given.refresh_token.map(|(token, _)| token.expose().to_owned()),
        scope: given.scopes.to_string(),
    })
}
