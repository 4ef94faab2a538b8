//! Random secrets that are given out once and kept only as a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::world::World;

/// A secret of 256 random bits, in 43 characters of base64url. Shown to its owner, stored as [`Token::hash`].
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// A new one.
    pub fn new(world: &World) -> Self {
        Self(URL_SAFE_NO_PAD.encode(world.random::<32>()).into())
    }

    /// One that somebody presents. Anything is taken; what is not ours has a hash that is nowhere stored.
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned().into())
    }

    /// The secret itself, for the cookie or link that carries it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is stored: SHA-256. No salt is needed for 256 random bits.
    pub fn hash(&self) -> Vec<u8> {
        sha256(self.expose().as_bytes())
    }
}

/// SHA-256, 32 bytes.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
