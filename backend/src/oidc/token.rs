//! The token endpoint (RFC 6749, sections 4.1.3 and 6; OpenID Connect Core 1.0, sections 3.1.3 and 12): a code, or a
//! refresh token, becomes tokens. Each is taken once; one that comes a second time ends the session at the platform.

use std::time::Duration;

use domain::{
    oidc::{Challenge, ErrorCode, OAuthError, Parameters, Scope, Scopes},
    time::Timestamp,
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Refusal,
    client::Client,
    exchange::{self, Exchange, Kind},
    grant::{Grant, PersonClaims, select},
    keys::{self, Signer},
    rights::{GrantsOf, Why, end_grants},
};
use crate::{
    Backend,
    db::fetch_optional,
    error::Result,
    secrets::{Token, hex},
};

/// How long an access token and an ID token hold.
const ACCESS_HOLDS: Duration = Duration::from_secs(300);
/// How long a refresh token holds from when it was given.
const REFRESH_HOLDS: Duration = Duration::from_secs(30 * 24 * 3600);

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
    let given = match parameters.get("grant_type") {
        Some("authorization_code") => redeem(backend, client, parameters).await,
        Some("refresh_token") => refresh(backend, client, parameters).await,
        None => Err(missing("grant_type is missing.")),
        Some(_) => Err(Refusal::new(
            ErrorCode::UnsupportedGrantType,
            "grant_type must be authorization_code or refresh_token.",
        )),
    };
    given.map_err(Refusal::told)
}

fn missing(description: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, description)
}

/// One answer for all that is wrong with a code or a refresh token: who tries learns nothing.
fn invalid() -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, "What was presented does not hold, is of another client, or was used.")
}

#[derive(sqlx::FromRow)]
struct Code {
    redirect_uri: String,
    challenge: Option<String>,
    expires_at: i64,
    used_at: Option<i64>,
    #[sqlx(flatten)]
    grant: Grant,
}

impl Code {
    /// Whether a request shows what the code is bound to (RFC 6749, section 4.1.3; RFC 7636, section 4.6). Proof that
    /// was not promised is refused too: the code is then of somebody else's request (RFC 9700, section 4.8.2).
    fn is_asked_rightly(&self, parameters: &Parameters) -> bool {
        let proved = match (&self.challenge, parameters.get("code_verifier")) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => {
                Challenge::parse(challenge).is_some_and(|challenge| challenge.verify(verifier))
            }
            _ => false,
        };
        proved && parameters.get("redirect_uri") == Some(self.redirect_uri.as_str())
    }
}

async fn redeem(
    backend: &Backend,
    client: &Client,
    parameters: &Parameters,
) -> std::result::Result<TokenResponse, Refusal> {
    let hash = Token::presented(parameters.get("code").ok_or_else(|| missing("code is missing."))?).timed_hash();
    let signer = keys::signer(backend, client.id_token_alg).await?;
    let now = backend.world.now();
    // What can be seen without the one writer is seen before it is asked for.
    let mut conn = backend.db.read().await?;
    let code: Option<Code> = fetch_optional!(
        conn,
        Code,
        select!(
            "c.redirect_uri, c.challenge, c.expires_at, c.used_at,",
            "oidc_codes c JOIN oidc_grants g ON g.id = c.grant_id",
            "WHERE c.code_hash = $1"
        ),
        &hash
    )?;
    drop(conn);
    let code = code.filter(|code| code.grant.platform_id == client.id).ok_or_else(invalid)?;
    if code.used_at.is_some() {
        return Err(replayed(backend, Why::CodeReplayed, code.grant.id).await);
    }
    if code.expires_at <= now.micros() || !code.is_asked_rightly(parameters) {
        return Err(invalid()); // the code stays for whoever asks rightly while it holds
    }
    let grant = code.grant.if_live(backend)?.ok_or_else(invalid)?;
    let given = Given::new(backend, &grant, grant.scopes(), now);
    if !exchange::carry_out(backend, given.exchange(Kind::Code, &hash, &grant)).await? {
        // Of two at one instant, the second comes here, like one whose right ended meanwhile.
        return Err(replayed(backend, Why::CodeReplayed, grant.id).await);
    }
    Ok(given.response(backend, client, &signer, &grant, grant.nonce.as_deref(), now)?)
}

/// A refresh token as stored.
#[derive(sqlx::FromRow)]
struct RefreshToken {
    expires_at: i64,
    used_at: Option<i64>,
    #[sqlx(flatten)]
    grant: Grant,
}

async fn refresh(
    backend: &Backend,
    client: &Client,
    parameters: &Parameters,
) -> std::result::Result<TokenResponse, Refusal> {
    let presented = parameters.get("refresh_token").ok_or_else(|| missing("refresh_token is missing."))?;
    let hash = Token::presented(presented).timed_hash();
    let signer = keys::signer(backend, client.id_token_alg).await?;
    let now = backend.world.now();
    let mut conn = backend.db.read().await?;
    let found: Option<RefreshToken> = fetch_optional!(
        conn,
        RefreshToken,
        select!(
            "r.expires_at, r.used_at,",
            "oidc_refresh_tokens r JOIN oidc_grants g ON g.id = r.grant_id",
            "WHERE r.token_hash = $1"
        ),
        &hash
    )?;
    drop(conn);
    let RefreshToken { expires_at, used_at, grant } =
        found.filter(|token| token.grant.platform_id == client.id).ok_or_else(invalid)?;
    if used_at.is_some() {
        return Err(replayed(backend, Why::TokenReplayed, grant.id).await);
    }
    let grant = grant.if_live(backend)?.filter(|_| expires_at > now.micros()).ok_or_else(invalid)?;
    let scopes = match parameters.get("scope") {
        None => grant.scopes(),
        Some(asked) => narrowed(asked, &grant.scopes())?,
    };
    let given = Given::new(backend, &grant, scopes, now);
    if !exchange::carry_out(backend, given.exchange(Kind::Refresh, &hash, &grant)).await? {
        // Of two at one instant, the second comes here, like one whose right ended meanwhile.
        return Err(replayed(backend, Why::TokenReplayed, grant.id).await);
    }
    // An ID token that comes of refreshing has no nonce (OpenID Connect Core 1.0, section 12.2).
    Ok(given.response(backend, client, &signer, &grant, None, now)?)
}

/// The scopes of a refresh, which go no further than what was granted (RFC 6749, section 6).
fn narrowed(asked: &str, granted: &Scopes) -> std::result::Result<Scopes, Refusal> {
    let scopes = Scopes::parse(asked);
    let all_known = asked.split(' ').all(|word| word.is_empty() || word.parse::<Scope>().is_ok());
    if all_known && scopes.has(Scope::Openid) && scopes.within(granted) {
        Ok(scopes)
    } else {
        Err(Refusal::new(ErrorCode::InvalidScope, "scope goes beyond what was granted, or lacks openid."))
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
        Ok(()) => invalid(),
        Err(error) => error.into(),
    }
}

/// What is given, before it is signed.
struct Given {
    access_token: Token,
    expires_at: Timestamp,
    /// Where that was granted, with its end.
    refresh_token: Option<(Token, Timestamp)>,
    scopes: Scopes,
}

impl Given {
    /// New tokens that hold no longer than the access.
    fn new(backend: &Backend, grant: &Grant, scopes: Scopes, now: Timestamp) -> Self {
        let until = |holds: Duration| now.plus(holds).min(grant.access_ends_at());
        let token = || Token::timed(&backend.world);
        Self {
            access_token: token(),
            expires_at: until(ACCESS_HOLDS),
            refresh_token: grant.scopes().has(Scope::OfflineAccess).then(|| (token(), until(REFRESH_HOLDS))),
            scopes,
        }
    }

    /// As it is written, for what was presented.
    fn exchange(&self, kind: Kind, presented: &[u8], grant: &Grant) -> Exchange {
        let presented = hex(presented);
        Exchange {
            kind,
            grant_id: grant.id,
            scope: self.scopes.to_string(),
            access: hex(&self.access_token.timed_hash()),
            access_ends: self.expires_at.micros(),
            refresh: self.refresh_token.as_ref().map(|(token, _)| hex(&token.timed_hash())),
            refresh_ends: self.refresh_token.as_ref().map(|(_, ends_at)| ends_at.micros()),
            parent: (kind == Kind::Refresh).then(|| presented.clone()),
            presented,
        }
    }

    fn response(
        self,
        backend: &Backend,
        client: &Client,
        signer: &Signer,
        grant: &Grant,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<TokenResponse> {
        let claims = IdClaims {
            iss: backend.issuer(),
            aud: &client.client_id,
            exp: self.expires_at.seconds(),
            iat: now.seconds(),
            auth_time: Timestamp::from_micros(grant.auth_time).seconds(),
            nonce,
            acr: grant.acr.as_deref(),
            amr: ["pwd"],
            at_hash: keys::half_hash(self.access_token.expose()),
            sid: grant.id,
            person: grant.claims(backend, &self.scopes),
        };
        Ok(TokenResponse {
            id_token: signer.sign("JWT", &claims)?,
            access_token: self.access_token.expose().to_owned(),
            token_type: "Bearer",
            expires_in: self.expires_at.since(now).as_secs(),
            refresh_token: self.refresh_token.map(|(token, _)| token.expose().to_owned()),
            scope: self.scopes.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const BACK: &str = "https://platform.contoh.go.id/masuk/kembali";

    #[rstest]
    #[case(Some(CHALLENGE), &[("code_verifier", VERIFIER), ("redirect_uri", BACK)], true)]
    #[case(Some(CHALLENGE), &[("redirect_uri", BACK)], false)]
    #[case(Some(CHALLENGE), &[("code_verifier", CHALLENGE), ("redirect_uri", BACK)], false)]
    #[case(Some(CHALLENGE), &[("code_verifier", VERIFIER)], false)]
    #[case(None, &[("redirect_uri", BACK)], true)]
    #[case(None, &[("code_verifier", VERIFIER), ("redirect_uri", BACK)], false)] // a downgrade
    fn a_code_is_bound_to_what_was_asked(
        #[case] challenge: Option<&str>,
        #[case] says: &[(&str, &str)],
        #[case] right: bool,
    ) {
        let code = Code {
            redirect_uri: BACK.into(),
            challenge: challenge.map(str::to_owned),
            expires_at: 0,
            used_at: None,
            grant: crate::oidc::grant::tests::grant(),
        };
        let pairs: Vec<(String, String)> = says.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        assert_eq!(code.is_asked_rightly(&domain::oidc::parameters(&pairs).unwrap()), right);
    }

    #[rstest]
    #[case("openid profile", true)]
    #[case("openid  profile", true)]
    #[case("openid email", false)]
    #[case("openid admin", false)]
    #[case("profile", false)]
    fn refreshing_gives_no_more_than_was_granted(#[case] asked: &str, #[case] given: bool) {
        assert_eq!(narrowed(asked, &Scopes::parse("openid profile offline_access")).is_ok(), given);
    }
}
