//! Random secrets that are shown once and stored as a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::world::World;

/// A secret of 256 random bits, in 43 characters of base64url. Stored as [`Token::hash`].
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    pub fn new(world: &World) -> Self {
        Self(URL_SAFE_NO_PAD.encode(world.random::<32>()).into())
    }

    /// A token that begins with the current time, for [`Token::timed_hash`]: 55 characters. The first twelve are not
    /// secret.
    pub fn timed(world: &World) -> Self {
        let Self(secret) = Self::new(world);
        Self(format!("{:0TIME_DIGITS$x}{}", world.now().micros() / 1000, secret.expose_secret()).into())
    }

    /// A token that somebody presents. Any text is accepted; the hash of a foreign one is stored nowhere.
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned().into())
    }

    /// The secret, for the cookie or link that carries it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// SHA-256, the stored form. 256 random bits need no salt.
    pub fn hash(&self) -> Vec<u8> {
        sha256(self.expose().as_bytes())
    }

    /// The stored form of a timed token: its time, then SHA-256 of the whole token. Tokens made together are neighbours in
    /// an index, so that a hundred of them change a few pages of it.
    pub fn timed_hash(&self) -> Vec<u8> {
        let bytes = self.expose().as_bytes();
        let mut stored = bytes[..bytes.len().min(TIME_DIGITS)].to_vec();
        stored.extend(sha256(bytes));
        stored
    }
}

/// Hexadecimal digits of the Unix time in milliseconds at the beginning of a timed token.
const TIME_DIGITS: usize = 12;

/// SHA-256, 32 bytes.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;
    use crate::world::ManualClock;

    #[test]
    fn timed_hashes_sort_by_time() {
        let at = |micros| Token::timed(&ManualClock::at(Timestamp::from_micros(micros)).world());
        let (early, late) = (at(1_795_402_800_000_000), at(1_795_402_800_001_000));
        assert_eq!((early.expose().len(), early.timed_hash().len()), (55, 44));
        assert!(early.timed_hash() < late.timed_hash());
        assert_ne!(early.timed_hash(), at(1_795_402_800_000_000).timed_hash());
        assert_eq!(Token::presented(early.expose()).timed_hash(), early.timed_hash());
        assert_eq!(Token::presented("é").timed_hash().len(), 2 + 32);
    }

    #[test]
    fn bytes_become_hexadecimal_digits() {
        assert_eq!(hex(&[0, 9, 10, 255]), "00090aff");
    }
}
