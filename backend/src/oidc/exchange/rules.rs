//! What an exchange issues, and when it is refused.

use std::time::Duration;

use domain::{
    oidc::{Challenge, ErrorCode, Scope, Scopes},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    oidc::{error::EndpointError, grant::Grant},
    secrets::Token,
    world::World,
};

/// Lifetime of an access token and an ID token.
const ACCESS_HOLDS: Duration = Duration::from_secs(300);

/// A client asks for tokens.
pub(in crate::oidc) struct Exchange {
    /// Of the client.
    pub platform_id: Uuid,
    /// The code or the refresh token.
    pub presented: Token,
    pub request: ExchangeRequest,
}

/// The other parameters of the request.
pub(in crate::oidc) enum ExchangeRequest {
    Code { redirect_uri: Option<String>, verifier: Option<String> },
    Refresh { scope: Option<String> },
}

/// The result of an exchange.
pub(in crate::oidc) enum Outcome {
    Issued(Box<Grant>, IssuedTokens),
    /// The code or refresh token was used before, or just now by another request. This grant must end.
    Replayed(Uuid),
    Refused(EndpointError),
}

/// New tokens, which expire no later than the grant.
pub(in crate::oidc) struct IssuedTokens {
    pub access_token: Token,
    /// Of the access token and the ID token.
    pub expires_at: Timestamp,
    /// With its expiry, which is that of the grant, if `offline_access` was granted.
    pub refresh_token: Option<(Token, Timestamp)>,
    pub scopes: Scopes,
}

impl IssuedTokens {
    fn new(world: &World, grant: &Grant, scopes: Scopes) -> Self {
        let token = || Token::timed(world);
        Self {
            access_token: token(),
            expires_at: world.now().plus(ACCESS_HOLDS).min(grant.ends_at()),
            // Each new one ends when the first does, so that no chain of them outlives the grant.
            refresh_token: grant.scopes().has(Scope::OfflineAccess).then(|| (token(), grant.ends_at())),
            scopes,
        }
    }
}

/// One error for every code or refresh token that is refused, so that guessing reveals nothing.
pub(in crate::oidc) fn invalid_grant() -> EndpointError {
    EndpointError::new(ErrorCode::InvalidGrant, "What was presented does not hold, is of another client, or was used.")
}

/// A code or a refresh token as stored. `redirect_uri` and `challenge` belong to a code.
#[derive(sqlx::FromRow)]
pub(super) struct Stored {
    /// Its hash.
    pub presented: Vec<u8>,
    redirect_uri: Option<String>,
    challenge: Option<String>,
    expires_at: i64,
    pub used_at: Option<i64>,
    #[sqlx(flatten)]
    pub grant: Grant,
}

impl Exchange {
    /// The tokens that this exchange would issue, or the outcome that refuses it.
    pub(super) fn check(&self, world: &World, stored: &Stored) -> Result<IssuedTokens, Outcome> {
        let refused = Outcome::Refused;
        let grant = &stored.grant;
        if grant.platform_id != self.platform_id {
            return Err(refused(invalid_grant()));
        }
        if stored.used_at.is_some() {
            return Err(Outcome::Replayed(grant.id));
        }
        // A failed attempt does not consume the code.
        let valid = stored.expires_at > world.now().micros() && self.request.matches(stored);
        if !valid || !grant.is_live(world).map_err(|error| refused(error.into()))? {
            return Err(refused(invalid_grant()));
        }
        let scopes = self.request.scopes(grant).map_err(refused)?;
        Ok(IssuedTokens::new(world, grant, scopes))
    }
}

impl ExchangeRequest {
    /// True if the request shows what the code is bound to (RFC 6749, section 4.1.3; RFC 7636, section 4.6). A verifier
    /// without a challenge is refused too: the code then belongs to another request (RFC 9700, section 4.8.2).
    fn matches(&self, stored: &Stored) -> bool {
        let Self::Code { redirect_uri, verifier } = self else { return true };
        let proved = match (&stored.challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => {
                Challenge::parse(challenge).is_some_and(|challenge| challenge.verify(verifier))
            }
            _ => false,
        };
        proved && *redirect_uri == stored.redirect_uri
    }

    /// The scopes of the tokens. A refresh may ask for fewer than were granted, not for more (RFC 6749, section 6). What the
    /// platform may no longer ask for is dropped.
    fn scopes(&self, grant: &Grant) -> Result<Scopes, EndpointError> {
        let Self::Refresh { scope: Some(asked) } = self else { return Ok(grant.scopes()) };
        let (scopes, granted) = (Scopes::parse(asked), Scopes::parse(&grant.scope));
        let all_known = asked.split(' ').all(|word| word.is_empty() || word.parse::<Scope>().is_ok());
        if all_known && scopes.has(Scope::Openid) && scopes.within(&granted) {
            Ok(scopes.common(&grant.scopes()))
        } else {
            Err(EndpointError::new(ErrorCode::InvalidScope, "scope goes beyond what was granted, or lacks openid."))
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::oidc::grant::tests::grant;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const BACK: &str = "https://platform.contoh.go.id/masuk/kembali";

    #[rstest]
    #[case(Some(CHALLENGE), Some(VERIFIER), Some(BACK), true)]
    #[case(Some(CHALLENGE), None, Some(BACK), false)]
    #[case(Some(CHALLENGE), Some(CHALLENGE), Some(BACK), false)]
    #[case(Some(CHALLENGE), Some(VERIFIER), None, false)]
    #[case(None, None, Some(BACK), true)]
    #[case(None, Some(VERIFIER), Some(BACK), false)] // a downgrade
    fn a_code_is_bound_to_its_request(
        #[case] challenge: Option<&str>,
        #[case] verifier: Option<&str>,
        #[case] redirect_uri: Option<&str>,
        #[case] right: bool,
    ) {
        let stored = Stored {
            presented: Vec::new(),
            redirect_uri: Some(BACK.into()),
            challenge: challenge.map(str::to_owned),
            expires_at: 0,
            used_at: None,
            grant: grant(),
        };
        let (redirect_uri, verifier) = (redirect_uri.map(str::to_owned), verifier.map(str::to_owned));
        assert_eq!(ExchangeRequest::Code { redirect_uri, verifier }.matches(&stored), right);
    }

    #[rstest]
    #[case(Some("openid profile"), true)]
    #[case(Some("openid  profile"), true)]
    #[case(None, true)]
    #[case(Some("openid email"), false)]
    #[case(Some("openid admin"), false)]
    #[case(Some("profile"), false)]
    fn a_refresh_gives_no_more_than_was_granted(#[case] asked: Option<&str>, #[case] given: bool) {
        let mut grant = grant();
        grant.scope = "openid profile offline_access".into();
        assert_eq!(ExchangeRequest::Refresh { scope: asked.map(str::to_owned) }.scopes(&grant).is_ok(), given);
    }
}
