//! Logout tokens (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6). The client library does not support
//! them.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The event of a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The `typ` of a logout token, so that no ID token passes for one.
const TYPE: &str = "logout+jwt";

/// What ended: one session, or all sessions of a person.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    sid: Option<String>,
    sub: Option<String>,
}

impl Ended {
    /// True if the session of `entered` ended.
    pub fn is_about(&self, its_sid: Option<&str>, its_sub: &str) -> bool {
        match (&self.sid, &self.sub) {
            (Some(sid), _) => its_sid == Some(sid),
            (None, Some(sub)) => its_sub == sub,
            (None, None) => false,
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    #[serde(rename = "iat")]
    _iat: i64,
    #[serde(rename = "jti")]
    _jti: String,
    events: Map<String, Value>,
    sid: Option<String>,
    sub: Option<String>,
    nonce: Option<String>,
}

/// Verifies a logout token of `issuer` for the client `audience`; returns what ended.
///
/// # Errors
/// Why the token is invalid, for the log.
pub fn read(token: &str, keys: &JwkSet, issuer: &str, audience: &str) -> Result<Ended, String> {
    let header = decode_header(token).map_err(|error| error.to_string())?;
    if !header.typ.is_some_and(|typ| typ.eq_ignore_ascii_case(TYPE)) {
        return Err("it is no logout token".to_owned());
    }
    if !matches!(header.alg, Algorithm::ES256 | Algorithm::RS256) {
        return Err(format!("it is signed by {:?}", header.alg));
    }
    let key = header.kid.as_deref().and_then(|kid| keys.find(kid)).ok_or("its key is not known")?;
    let key = DecodingKey::from_jwk(key).map_err(|error| error.to_string())?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    let claims = decode::<Claims>(token, &key, &validation).map_err(|error| error.to_string())?.claims;
    if !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err("it is about another event".to_owned());
    }
    // An ID token has a nonce; a logout token must not.
    if claims.nonce.is_some() {
        return Err("it has a nonce".to_owned());
    }
    if claims.sid.is_none() && claims.sub.is_none() {
        return Err("it names neither session nor person".to_owned());
    }
    Ok(Ended { sid: claims.sid, sub: claims.sub })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_signed_is_not_believed() {
        // {"alg":"none","typ":"logout+jwt"}.{}
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9.e30.";
        let keys = JwkSet { keys: Vec::new() };
        assert!(read(unsigned, &keys, "http://127.0.0.1:3000", "daftar-hitam").is_err());
    }
}
