//! Assertions of clients (`private_key_jwt`, RFC 7523).

use std::time::Duration;

use domain::{oidc::is_plain, time::Timestamp};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, dangerous::insecure_decode_claims, decode, decode_header, jwk::JwkSet,
};
use serde::Deserialize;

use super::registered::Client;
use crate::{Backend, db::execute, error::Result};

/// The tolerated difference between two clocks.
const LEEWAY: Duration = Duration::from_secs(60);
/// The longest lifetime of an assertion. It limits how long used assertions are remembered.
const LONGEST_ASSERTION: Duration = Duration::from_secs(3600);
/// The longest `jti` in characters.
const JTI_LENGTH: usize = 255;
/// Algorithms whose public key is all that we hold.
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

/// The claims of an assertion (RFC 7523, section 3).
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    /// One string: with several audiences, another of them could present the assertion here.
    aud: String,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    jti: String,
}

/// The client that an assertion names, before its signature is checked.
pub(super) fn claimed_client(token: &str) -> Option<String> {
    insecure_decode_claims::<Assertion>(token).ok().map(|claims| claims.sub)
}

/// Accepts an assertion of this client, once. Returns false if it is invalid or was used before.
///
/// # Errors
/// If the database refuses.
pub(super) async fn accept(backend: &Backend, client: &Client, token: &str) -> Result<bool> {
    let Some(claims) = client.jwks.as_ref().and_then(|keys| {
        let keys: JwkSet = serde_json::from_value(keys.0.clone()).ok()?;
        verified(token, &keys)
    }) else {
        return Ok(false);
    };
    let Some(expires_at) = claims.accepted_until(backend.world.now(), &client.client_id, &backend.issuer()) else {
        return Ok(false);
    };
    let mut tx = backend.db.begin().await?;
    let new = execute!(
        tx,
        "INSERT INTO oidc_jtis (platform_id, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        client.id,
        &claims.jti,
        expires_at.micros()
    )?;
    if new == 0 {
        return Ok(false); // used before (RFC 7523, section 3, item 7)
    }
    tx.commit().await?;
    Ok(true)
}

/// The claims, if one of these keys signed them. The library does not know `alg: none`, and [`ASSERTION_ALGORITHMS`] has
/// no shared secrets.
fn verified(token: &str, keys: &JwkSet) -> Option<Assertion> {
    let header = decode_header(token).ok()?;
    if !ASSERTION_ALGORITHMS.contains(&header.alg) {
        return None;
    }
    let mut validation = Validation::new(header.alg);
    // `accepted_until` compares dates with the injected clock, and the audience with our issuer.
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

/// For `fuzz/`: reads an assertion as a request to the token endpoint does. Its claims are checked though nobody signed
/// them.
#[cfg(fuzzing)]
pub fn fuzz(token: &str) {
    const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
    let keys = serde_json::from_str(KEYS).expect("the keys are valid");
    assert_eq!(verified(token, &keys), None, "nobody can sign without the key");
    let _ = claimed_client(token);
    for text in [token, token.split('.').nth(1).unwrap_or_default()] {
        let claims = serde_json::from_str::<Assertion>(text).or_else(|_| insecure_decode_claims(token).map_err(drop));
        if let Ok(claims) = claims {
            let _ = claims.accepted_until(
                Timestamp::from_micros(1_795_680_000_000_000),
                "spse",
                "https://gerbang.contoh.go.id",
            );
        }
    }
}

impl Assertion {
    /// The instant until which its `jti` must be remembered. `None` if it is expired, of another client, or not for us.
    /// Only our issuer names us: another server can make a client take an address of ours for one of its own.
    fn accepted_until(&self, now: Timestamp, client_id: &str, issuer: &str) -> Option<Timestamp> {
        let (early, late) = (now.plus(LEEWAY).seconds() as f64, now.minus(LEEWAY).seconds() as f64);
        let of_client = self.iss == client_id && self.sub == client_id;
        let for_us = self.aud == issuer;
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
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_680_000_000_000);

    fn assertion() -> Assertion {
        Assertion {
            iss: "spse".into(),
            sub: "spse".into(),
            aud: "https://gerbang.contoh.go.id".into(),
            exp: 1_795_680_060.0,
            nbf: None,
            iat: Some(1_795_680_000.0),
            jti: "1".into(),
        }
    }

    #[test]
    fn an_assertion_is_short_lived_for_us_and_of_this_client() {
        let holds = |claims: Assertion| claims.accepted_until(NOW, "spse", "https://gerbang.contoh.go.id").is_some();
        let aud = str::to_owned;
        assert!(holds(assertion()));
        assert!(holds(Assertion { exp: 1_795_679_941.0, ..assertion() }), "clocks differ");
        for foreign in [
            Assertion { aud: aud("https://gerbang.contoh.go.id.jahat.example"), ..assertion() },
            Assertion { aud: aud("https://gerbang.contoh.go.id/oidc/token"), ..assertion() },
            Assertion { aud: aud("https://gerbang.contoh.go.id/"), ..assertion() },
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
    fn an_assertion_without_a_valid_signature_is_refused() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = part(r#"{"iss":"spse","sub":"spse","aud":"x","exp":1,"jti":"1"}"#);
        assert_eq!(claimed_client(&format!("e30.{claims}.")).as_deref(), Some("spse"));
        let two = part(r#"{"iss":"spse","sub":"spse","aud":["x","y"],"exp":1,"jti":"1"}"#);
        assert_eq!(claimed_client(&format!("e30.{two}.")), None, "one audience");
        let keys: JwkSet = serde_json::from_str(r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#).unwrap();
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"ES256"}"#] {
            assert!(verified(&format!("{}.{claims}.c2ln", part(header)), &keys).is_none(), "{header}");
        }
    }
}
