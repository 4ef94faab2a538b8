//! Which platform speaks: client authentication by `client_secret_basic`, `client_secret_post`, `private_key_jwt` or, of
//! a public client, none (RFC 6749 section 2.3, RFC 7523 section 3, OpenID Connect Core 1.0 section 9).

use std::time::Duration;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use domain::{
    oidc::{ErrorCode, OAuthError, Parameters, is_plain},
    platforms::{AuthMethod, ClientKind, SubjectType},
    time::Timestamp,
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Refusal, keys};
use crate::{
    Backend,
    db::{Conn, execute, fetch_optional},
    error::Result,
    secrets::sha256,
};

/// What an assertion of a client says that it is (RFC 7523, section 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far two clocks may be apart.
const LEEWAY: Duration = Duration::from_secs(60);
/// How long an assertion may hold, so that those that were seen need not be remembered for long.
const LONGEST_ASSERTION: Duration = Duration::from_secs(3600);
/// The most characters of the name of an assertion.
const JTI_LENGTH: usize = 255;
/// How an assertion may be signed: by a key of which we hold the public half only.
pub(crate) const ASSERTION_ALGORITHMS: [Algorithm; 8] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// A platform in use, as a client.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Client {
    /// The platform's row.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Its name in the protocol.
    pub client_id: String,
    /// Whether it can keep a secret.
    #[sqlx(try_from = "String")]
    pub client_kind: ClientKind,
    /// How it shows who it is.
    #[sqlx(try_from = "String")]
    pub auth_method: AuthMethod,
    jwks: Option<Json<serde_json::Value>>,
    /// The sector of its pairwise names.
    pub sector: String,
    /// How people are named to it.
    #[sqlx(try_from = "String")]
    pub subject_type: SubjectType,
    pkce_required: bool,
    /// How its ID tokens are signed.
    #[sqlx(try_from = "String")]
    pub id_token_alg: keys::Algorithm,
}

impl Client {
    /// Whether it runs where everybody can read it, such as in a browser.
    pub fn is_public(&self) -> bool {
        self.client_kind == ClientKind::Public
    }

    /// Whether it must prove that who fetches the tokens is who asked (RFC 7636); always so for a public one.
    pub fn needs_pkce(&self) -> bool {
        self.pkce_required || self.is_public()
    }
}

/// A query for platforms in use.
macro_rules! clients {
    ($condition:literal) => {
        concat!(
            "SELECT id, slug, client_id, client_kind, auth_method, jwks, sector, subject_type, pkce_required, id_token_alg
             FROM platforms WHERE disabled_at IS NULL AND ",
            $condition
        )
    };
}

/// A platform in use by its name in the protocol.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn find(conn: &mut Conn, client_id: &str) -> Result<Option<Client>> {
    if !is_plain(client_id) {
        return Ok(None); // it may come from elsewhere than a parameter
    }
    Ok(fetch_optional!(conn, Client, clients!("client_id = $1"), client_id)?)
}

/// A platform in use by its row.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<Client>> {
    Ok(fetch_optional!(conn, Client, clients!("id = $1"), id)?)
}

/// What a request shows of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    Basic { client_id: String, secret: String },
    Post { client_id: String, secret: String },
    Assertion { token: String },
    Nothing { client_id: String },
}

/// The client that sends a request; `authorization` is that header, if there is one.
///
/// # Errors
/// [`ErrorCode::InvalidClient`], alike for whatever is wrong with what was shown (RFC 6749, section 5.2);
/// [`ErrorCode::InvalidRequest`] for several ways at once.
pub async fn authenticate(
    backend: &Backend,
    authorization: Option<&str>,
    parameters: &Parameters,
) -> Result<Client, OAuthError> {
    identify(backend, authorization, parameters).await.map_err(Refusal::told)
}

async fn identify(backend: &Backend, authorization: Option<&str>, parameters: &Parameters) -> Result<Client, Refusal> {
    let shown = shown(authorization, parameters)?;
    let (client_id, method) = match &shown {
        Shown::Basic { client_id, .. } => (client_id.clone(), AuthMethod::ClientSecretBasic),
        Shown::Post { client_id, .. } => (client_id.clone(), AuthMethod::ClientSecretPost),
        Shown::Assertion { token } => (named(token)?, AuthMethod::PrivateKeyJwt),
        Shown::Nothing { client_id } => (client_id.clone(), AuthMethod::None),
    };
    if parameters.get("client_id").is_some_and(|said| said != client_id) {
        return Err(Refusal::new(ErrorCode::InvalidRequest, "client_id is not the client that authenticates."));
    }
    let mut conn = backend.db.read().await?;
    let client = match &shown {
        Shown::Basic { secret, .. } | Shown::Post { secret, .. } => {
            with_secret(&mut conn, &client_id, secret, backend.world.now()).await?
        }
        Shown::Assertion { .. } | Shown::Nothing { .. } => find(&mut conn, &client_id).await?,
    };
    drop(conn);
    // A client that proves itself in another way than it is registered for proves nothing.
    let client = client.filter(|client| client.auth_method == method).ok_or_else(unknown)?;
    if let Shown::Assertion { token } = &shown {
        check_assertion(backend, &client, token).await?;
    }
    Ok(client)
}

/// One answer for all that is wrong: who tries learns nothing.
fn unknown() -> Refusal {
    Refusal::new(ErrorCode::InvalidClient, "The client is unknown or did not authenticate as registered.")
}

/// What is shown, in just one way (RFC 6749, section 2.3).
fn shown(authorization: Option<&str>, parameters: &Parameters) -> Result<Shown, Refusal> {
    let several = || Refusal::new(ErrorCode::InvalidRequest, "Use one method of client authentication.");
    let secret = parameters.get("client_secret");
    let assertion = parameters.get("client_assertion");
    match (authorization, secret, assertion) {
        (Some(header), None, None) => basic(header).ok_or_else(unknown),
        (None, Some(secret), None) => {
            let client_id = parameters.get("client_id").ok_or_else(unknown)?.to_owned();
            Ok(Shown::Post { client_id, secret: secret.to_owned() })
        }
        (None, None, Some(token)) => {
            if parameters.get("client_assertion_type") == Some(ASSERTION_TYPE) {
                Ok(Shown::Assertion { token: token.to_owned() })
            } else {
                Err(unknown())
            }
        }
        (None, None, None) => {
            let client_id = parameters.get("client_id").ok_or_else(unknown)?.to_owned();
            Ok(Shown::Nothing { client_id })
        }
        _ => Err(several()),
    }
}

/// Name and secret of HTTP Basic, each encoded as in a form before (RFC 6749, section 2.3.1).
fn basic(header: &str) -> Option<Shown> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (client_id, secret) = credentials.split_once(':')?;
    let decoded = |text: &str| {
        // As the one name of a form without values, whatever stands in it.
        let text = text.replace('&', "%26").replace('=', "%3D");
        url::form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
    };
    Some(Shown::Basic { client_id: decoded(client_id), secret: decoded(secret) })
}

/// A platform in use by its name in the protocol, if this is one of the at most two secrets that it has.
async fn with_secret(conn: &mut Conn, client_id: &str, secret: &str, now: Timestamp) -> Result<Option<Client>> {
    if !is_plain(client_id) {
        return Ok(None);
    }
    Ok(fetch_optional!(
        conn,
        Client,
        clients!(
            "client_id = $1 AND EXISTS (
               SELECT 1 FROM platform_secrets s
               WHERE s.platform_id = platforms.id AND s.secret_hash = $2 AND (s.expires_at IS NULL OR s.expires_at > $3))"
        ),
        client_id,
        sha256(secret.as_bytes()),
        now.micros()
    )?)
}

/// What an assertion claims (RFC 7523, section 3).
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    aud: OneOrMany,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    jti: String,
}

/// One text or several.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub fn any(&self, fits: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(text) => fits(text),
            Self::Many(texts) => texts.iter().any(|text| fits(text)),
        }
    }
}

/// The client that an assertion says that it is of, not yet believed.
fn named(token: &str) -> Result<String, Refusal> {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).ok_or_else(unknown)?;
    let claims: Assertion = serde_json::from_slice(&payload).map_err(|_| unknown())?;
    Ok(claims.sub)
}

async fn check_assertion(backend: &Backend, client: &Client, token: &str) -> Result<(), Refusal> {
    let keys = client.jwks.as_ref().ok_or_else(unknown)?;
    let keys: JwkSet = serde_json::from_value(keys.0.clone()).map_err(|_| unknown())?;
    let claims = verified(token, &keys).ok_or_else(unknown)?;
    let now = backend.world.now();
    let issuer = backend.issuer();
    let expires_at = claims.holds(now, &client.client_id, &issuer).ok_or_else(unknown)?;
    let mut tx = backend.db.begin().await?;
    let new = execute!(
        tx,
        "INSERT INTO oidc_jtis (platform_id, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        client.id,
        &claims.jti,
        expires_at.micros()
    )?;
    if new == 0 {
        return Err(unknown()); // seen before (RFC 7523, section 3, item 7)
    }
    tx.commit().await?;
    Ok(())
}

/// The claims, if one of these keys signed them. `alg: none` is no algorithm that the library knows, and a shared secret
/// is none that we take.
fn verified(token: &str, keys: &JwkSet) -> Option<Assertion> {
    let header = decode_header(token).ok()?;
    if !ASSERTION_ALGORITHMS.contains(&header.alg) {
        return None;
    }
    let mut validation = Validation::new(header.alg);
    // Dates are compared with the injected clock, the audience with all our names.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let named = |kid: &Option<String>| header.kid.is_none() || *kid == header.kid;
    keys.keys
        .iter()
        .filter(|key| named(&key.common.key_id))
        .filter_map(|key| DecodingKey::from_jwk(key).ok())
        .find_map(|key| decode::<Assertion>(token, &key, &validation).ok())
        .map(|token| token.claims)
}

impl Assertion {
    /// Until when it must be remembered, if it holds now, is of this client and for us: for the issuer or for its token
    /// endpoint, by which RFC 7523 (section 3, item 3) lets it name us.
    fn holds(&self, now: Timestamp, client_id: &str, issuer: &str) -> Option<Timestamp> {
        let (early, late) = (now.plus(LEEWAY).seconds() as f64, now.minus(LEEWAY).seconds() as f64);
        let of_client = self.iss == client_id && self.sub == client_id;
        let for_us = self.aud.any(|name| {
            name.trim_end_matches('/') == issuer || name.strip_prefix(issuer) == Some(super::discovery::TOKEN)
        });
        let in_time = self.exp > late
            && self.exp <= now.plus(LONGEST_ASSERTION).seconds() as f64
            && self.nbf.is_none_or(|from| from <= early)
            && self.iat.is_none_or(|at| at <= early);
        let named = !self.jti.is_empty() && is_plain(&self.jti) && self.jti.chars().count() <= JTI_LENGTH;
        (of_client && for_us && in_time && named).then(|| now.plus(LONGEST_ASSERTION + LEEWAY))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        domain::oidc::parameters(&pairs).unwrap()
    }

    fn code(refusal: Refusal) -> ErrorCode {
        refusal.told().code
    }

    #[test]
    fn each_way_is_told_from_the_others() {
        let header = format!("Basic {}", STANDARD.encode("daftar%2Dhitam:a%3Ab+c"));
        let none = parameters(&[]);
        assert_eq!(
            shown(Some(&header), &none).unwrap(),
            Shown::Basic { client_id: "daftar-hitam".into(), secret: "a:b c".into() }
        );
        let post = parameters(&[("client_id", "a"), ("client_secret", "b")]);
        assert_eq!(shown(None, &post).unwrap(), Shown::Post { client_id: "a".into(), secret: "b".into() });
        let assertion = parameters(&[("client_assertion", "x.y.z"), ("client_assertion_type", ASSERTION_TYPE)]);
        assert_eq!(shown(None, &assertion).unwrap(), Shown::Assertion { token: "x.y.z".into() });
        let public = parameters(&[("client_id", "a")]);
        assert_eq!(shown(None, &public).unwrap(), Shown::Nothing { client_id: "a".into() });
    }

    #[rstest]
    #[case(Some("Basic YTpi"), &[("client_secret", "b")], ErrorCode::InvalidRequest)]
    #[case(None, &[("client_secret", "b"), ("client_assertion", "x.y.z")], ErrorCode::InvalidRequest)]
    #[case(Some("Bearer YTpi"), &[], ErrorCode::InvalidClient)]
    #[case(Some("Basic ***"), &[], ErrorCode::InvalidClient)]
    #[case(Some("Basic YQ=="), &[], ErrorCode::InvalidClient)]
    #[case(None, &[("client_assertion", "x.y.z")], ErrorCode::InvalidClient)]
    #[case(None, &[("client_secret", "b")], ErrorCode::InvalidClient)]
    #[case(None, &[], ErrorCode::InvalidClient)]
    fn what_shows_no_client_is_refused(
        #[case] header: Option<&str>,
        #[case] pairs: &[(&str, &str)],
        #[case] expected: ErrorCode,
    ) {
        assert_eq!(code(shown(header, &parameters(pairs)).unwrap_err()), expected);
    }

    const NOW: Timestamp = Timestamp::from_micros(1_795_680_000_000_000);

    fn assertion() -> Assertion {
        Assertion {
            iss: "spse".into(),
            sub: "spse".into(),
            aud: OneOrMany::One("https://gerbang.contoh.go.id".into()),
            exp: 1_795_680_060.0,
            nbf: None,
            iat: Some(1_795_680_000.0),
            jti: "1".into(),
        }
    }

    #[test]
    fn an_assertion_is_for_us_of_this_client_and_short() {
        let holds = |claims: Assertion| claims.holds(NOW, "spse", "https://gerbang.contoh.go.id").is_some();
        let aud = |name: &str| OneOrMany::Many(vec!["https://lain.example".into(), name.into()]);
        assert!(holds(assertion()));
        assert!(holds(Assertion { aud: aud("https://gerbang.contoh.go.id/oidc/token"), ..assertion() }));
        assert!(holds(Assertion { exp: 1_795_679_941.0, ..assertion() }), "clocks differ");
        for foreign in [
            Assertion { aud: aud("https://gerbang.contoh.go.id.jahat.example"), ..assertion() },
            Assertion { aud: aud("https://gerbang.contoh.go.id/oidc/tokens"), ..assertion() },
            Assertion { iss: "lain".into(), ..assertion() },
            Assertion { sub: "lain".into(), ..assertion() },
            Assertion { exp: 1_795_679_940.0, ..assertion() },
            Assertion { exp: 1_795_690_000.0, ..assertion() },
            Assertion { nbf: Some(1_795_680_100.0), ..assertion() },
            Assertion { iat: Some(1_795_680_100.0), ..assertion() },
            Assertion { jti: String::new(), ..assertion() },
        ] {
            assert!(!holds(foreign.clone()), "{foreign:?}");
        }
    }

    #[test]
    fn what_nobody_signed_is_not_believed() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = part(r#"{"iss":"spse","sub":"spse","aud":"x","exp":1,"jti":"1"}"#);
        assert_eq!(named(&format!("e30.{claims}.")).unwrap(), "spse");
        let keys: JwkSet = serde_json::from_str(r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#).unwrap();
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"ES256"}"#] {
            assert!(verified(&format!("{}.{claims}.c2ln", part(header)), &keys).is_none(), "{header}");
        }
    }
}
