//! Key pairs, and the tokens that they sign.
//!
//! Key pairs are parsed once and signatures are made with them directly, because `jsonwebtoken::encode` parses the key for
//! every token (docs/adr/0019-prepared-signing-keys.md). That library makes the header and the JWK.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use jsonwebtoken::{
    DecodingKey, Header,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use serde::Serialize;

use crate::error::{Error, Result};

/// The signature algorithm of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// RSA (2048 bits) PKCS #1 v1.5 with SHA-256: every library knows it, and it is the default of OpenID Connect.
    Rs256,
}

impl Algorithm {
    pub const ALL: [Self; 2] = [Self::Es256, Self::Rs256];

    /// Its name (RFC 7518, section 3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }

    const fn of_library(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
        }
    }
}

impl TryFrom<String> for Algorithm {
    type Error = domain::UnknownText;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text).ok_or(domain::UnknownText(text))
    }
}

/// A private key with its public half.
pub(super) enum KeyPair {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl KeyPair {
    /// Makes a key pair and its PKCS #8 document. Takes processor time: not for an async thread.
    pub fn generate(algorithm: Algorithm) -> Result<(Self, Vec<u8>)> {
        let failed = |_| Error::internal("a key could not be made");
        Ok(match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
                let document = pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec();
                (Self::Ec(pair), document)
            }
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let document: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                let document = document.as_ref().to_vec();
                (Self::Rsa(pair), document)
            }
        })
    }

    /// Reads a PKCS #8 document.
    pub fn read(algorithm: Algorithm, document: &[u8]) -> Result<Self> {
        match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).map(Self::Ec),
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(document).map(Self::Rsa),
        }
        .map_err(|error| Error::internal(format!("a stored key cannot be read: {error}")))
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ec(_) => Algorithm::Es256,
            Self::Rsa(_) => Algorithm::Rs256,
        }
    }

    /// The public key (RFC 7517), and its key id: the thumbprint (RFC 7638).
    pub fn jwk(&self) -> Result<(String, Jwk)> {
        let public = match self {
            Self::Ec(pair) => DecodingKey::from_ec_der(pair.public_key().as_ref()),
            Self::Rsa(pair) => {
                let key = pair.public_key();
                DecodingKey::from_rsa_raw_components(
                    key.modulus().big_endian_without_leading_zero(),
                    key.exponent().big_endian_without_leading_zero(),
                )
            }
        };
        let algorithm = self.algorithm().of_library();
        let mut jwk = Jwk::from_decoding_key(&public, Some(algorithm)).map_err(Error::internal)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(Error::internal)?;
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk.common.key_id = Some(kid.clone());
        Ok((kid, jwk))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let (random, failed) = (SystemRandom::new(), |_| Error::internal("a token could not be signed"));
        match self {
            Self::Ec(pair) => Ok(pair.sign(&random, message).map_err(failed)?.as_ref().to_vec()),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

/// A key that signs in a period.
pub(crate) struct Signer {
    pub(super) kid: String,
    pub(super) algorithm: Algorithm,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    pub(super) pair: KeyPair,
}

impl Signer {
    /// Signs a token in the compact form (RFC 7515, section 7.1). `typ` is the header of that name.
    ///
    /// # Errors
    /// If the claims cannot be serialised, or the key fails.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String> {
        let header = Header {
            typ: Some(typ.to_owned()),
            kid: Some(self.kid.clone()),
            ..Header::new(self.algorithm.of_library())
        };
        let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let message = format!("{}.{}", part(serde_json::to_vec(&header)?), part(serde_json::to_vec(claims)?));
        let signature = part(self.pair.sign(message.as_bytes())?);
        Ok(format!("{message}.{signature}"))
    }

    pub(super) fn signs_at(&self, algorithm: Algorithm, now: Timestamp) -> bool {
        self.algorithm == algorithm && self.from <= now && now < self.until
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Validation, decode};
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    #[rstest]
    #[case(Algorithm::Es256, jsonwebtoken::Algorithm::ES256)]
    #[case(Algorithm::Rs256, jsonwebtoken::Algorithm::RS256)]
    fn the_published_key_verifies_a_signed_token(
        #[case] algorithm: Algorithm,
        #[case] theirs: jsonwebtoken::Algorithm,
    ) {
        let (pair, document) = KeyPair::generate(algorithm).unwrap();
        let (kid, jwk) = pair.jwk().unwrap();
        let stored = KeyPair::read(algorithm, &document).unwrap();
        assert_eq!(stored.jwk().unwrap(), (kid.clone(), jwk.clone()));
        let (from, until) = (Timestamp::from_micros(0), Timestamp::from_micros(10));
        let signer = Signer { kid, algorithm, from, until, pair: stored };
        assert!(signer.signs_at(algorithm, from) && !signer.signs_at(algorithm, until));

        let token = signer.sign("JWT", &json!({"sub": "siti", "exp": 4_000_000_000_u64})).unwrap();
        let jwk: Jwk = serde_json::from_value(serde_json::to_value(jwk).unwrap()).unwrap();
        let key = DecodingKey::from_jwk(&jwk).unwrap();
        let read = decode::<Value>(&token, &key, &Validation::new(theirs)).unwrap();
        assert_eq!(read.claims["sub"], "siti");
        assert_eq!(read.header.kid, jwk.common.key_id);
        let forged = token.replacen('.', ".e", 1);
        assert!(decode::<Value>(&forged, &key, &Validation::new(theirs)).is_err());
    }

    #[rstest]
    #[case(Algorithm::Es256, &["alg", "crv", "kid", "kty", "use", "x", "y"])]
    #[case(Algorithm::Rs256, &["alg", "e", "kid", "kty", "n", "use"])]
    fn a_published_key_has_only_public_members(#[case] algorithm: Algorithm, #[case] members: &[&str]) {
        let (kid, jwk) = KeyPair::generate(algorithm).unwrap().0.jwk().unwrap();
        let jwk = serde_json::to_value(jwk).unwrap();
        let mut names: Vec<&str> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, members);
        assert_eq!((&jwk["use"], &jwk["alg"], &jwk["kid"]), (&json!("sig"), &json!(algorithm.as_str()), &json!(kid)));
        assert_eq!(kid.len(), 43, "a SHA-256 in base64url");
    }
}
