//! The parameter `id_token_hint`: an ID token of ours, which says who is meant.

use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use uuid::Uuid;

use super::{audience::Audience, keys};
use crate::{Backend, error::Result};

/// The header `typ` of an ID token. A logout token has the same signature, and is not a hint.
const TYPE: &str = "JWT";

/// The content of a verified hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hint {
    pub client_ids: Vec<String>,
    /// The person, as the platform knows them.
    pub sub: String,
    pub sid: Option<Uuid>,
}

/// Reads an ID token of ours, which may have expired (RP-Initiated Logout, section 2). `None` if it is not one.
///
/// # Errors
/// If the database does not answer.
pub(super) async fn verified(backend: &Backend, token: &str) -> Result<Option<Hint>> {
    Ok(read_hint(token, &keys::jwks(backend).await?, &backend.issuer()))
}

/// The claim `sub` of a hint that was given to this client. `None` if it is no ID token of ours, or another client's: that
/// must not learn whether both know the same person.
///
/// # Errors
/// If the database does not answer.
pub(super) async fn subject(backend: &Backend, client_id: &str, token: &str) -> Result<Option<String>> {
    let hint = verified(backend, token).await?;
    Ok(hint.filter(|hint| hint.client_ids.iter().any(|id| id == client_id)).map(|hint| hint.sub))
}

#[derive(Deserialize)]
struct HintClaims {
    aud: Audience,
    sub: String,
    sid: Option<String>,
}

fn read_hint(token: &str, keys: &JwkSet, issuer: &str) -> Option<Hint> {
    let header = decode_header(token).ok()?;
    if !header.typ.is_some_and(|typ| typ.eq_ignore_ascii_case(TYPE)) {
        return None;
    }
    let own = [jsonwebtoken::Algorithm::ES256, jsonwebtoken::Algorithm::RS256];
    let algorithm = own.into_iter().find(|algorithm| *algorithm == header.alg)?;
    let key = DecodingKey::from_jwk(keys.find(header.kid.as_deref()?)?).ok()?;
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation.validate_aud = false; // the audience is what we want to learn
    let claims = decode::<HintClaims>(token, &key, &validation).ok()?.claims;
    let sid = claims.sid.and_then(|sid| sid.parse().ok());
    Some(Hint { client_ids: claims.aud.into_names(), sub: claims.sub, sid })
}

/// The client that asks. With a hint, it must be the client of the hint (RP-Initiated Logout, section 2).
pub(super) fn client(hint: Option<&Hint>, said: Option<&str>) -> Option<String> {
    match (hint, said) {
        (None, said) => said.map(str::to_owned),
        (Some(hint), None) => hint.client_ids.first().cloned(),
        (Some(hint), Some(said)) => hint.client_ids.iter().find(|id| *id == said).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    use jsonwebtoken::{EncodingKey, Header, encode, jwk::Jwk};
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://gerbang.contoh.go.id";
    const SID: Uuid = Uuid::from_u128(7);

    fn key() -> (EncodingKey, JwkSet) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let key = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
        let mut jwk = Jwk::from_encoding_key(&key, jsonwebtoken::Algorithm::ES256).unwrap();
        jwk.common.key_id = Some("satu".into());
        (key, JwkSet { keys: vec![jwk] })
    }

    fn signed(key: &EncodingKey, kid: &str, typ: &str, claims: &Value) -> String {
        let header =
            Header { kid: Some(kid.into()), typ: Some(typ.into()), ..Header::new(jsonwebtoken::Algorithm::ES256) };
        encode(&header, claims, key).unwrap()
    }

    fn id_token() -> Value {
        // Expired in 2001.
        json!({"iss": ISSUER, "sub": "siti", "aud": "spse", "exp": 1_000_000_000, "iat": 999_999_000, "sid": SID})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = id_token();
        claims[name] = value;
        claims
    }

    #[test]
    fn a_hint_is_an_id_token_of_ours_even_if_it_expired() {
        let ((key, keys), (other, _)) = (key(), key());
        let read = |token: &str| read_hint(token, &keys, ISSUER);
        let hint = read(&signed(&key, "satu", "JWT", &id_token())).unwrap();
        assert_eq!(hint, Hint { client_ids: vec!["spse".into()], sub: "siti".into(), sid: Some(SID) });
        let two = read(&signed(&key, "satu", "JWT", &with("aud", json!(["spse", "sirup"])))).unwrap();
        assert_eq!(two.client_ids, ["spse", "sirup"]);
        for refused in [
            signed(&other, "satu", "JWT", &id_token()),
            signed(&key, "dua", "JWT", &id_token()),
            signed(&key, "satu", "logout+jwt", &id_token()),
            signed(&key, "satu", "JWT", &with("iss", json!("https://jahat.example"))),
            signed(&key, "satu", "JWT", &json!({"iss": ISSUER, "sub": "siti"})),
            "eyJhbGciOiJub25lIn0.e30.".to_owned(),
            "x.y.z".to_owned(),
            String::new(),
        ] {
            assert_eq!(read(&refused), None, "{refused}");
        }
    }

    #[rstest]
    #[case(&[], None, None)]
    #[case(&[], Some("spse"), Some("spse"))]
    #[case(&["spse"], None, Some("spse"))]
    #[case(&["spse", "sirup"], Some("sirup"), Some("sirup"))]
    #[case(&["spse"], Some("sirup"), None)]
    fn the_client_is_the_one_of_the_hint(
        #[case] hint: &[&str],
        #[case] said: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let client_ids: Vec<String> = hint.iter().map(|id| (*id).to_owned()).collect();
        let hint = (!client_ids.is_empty()).then_some(Hint { client_ids, sub: "siti".into(), sid: None });
        assert_eq!(client(hint.as_ref(), said).as_deref(), expected);
    }
}
