//! The secret of the installation.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::world::World;

/// The secret of the installation: 256 random bits (`GERBANG_SECRET`). It must never change: private keys are sealed with
/// a key derived from it, and pairwise identifiers are derived from it.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Reads 32 bytes in base64, as `openssl rand -base64 32` prints them.
    pub fn parse(text: &str) -> Option<Self> {
        STANDARD.decode(text.trim()).ok()?.try_into().ok().map(Self)
    }

    pub fn new(world: &World) -> Self {
        Self(world.random())
    }

    /// In base64, as the settings have it.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Derives a key for one purpose. The secret is uniform, so that one HMAC does what HKDF would (RFC 5869, section
    /// 3.3).
    pub(crate) fn derive(&self, purpose: &str) -> hmac::Tag {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose.as_bytes())
    }

    #[cfg(test)]
    pub(super) const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_32_bytes_in_base64() {
        let secret = Secret::new(&World::system());
        let again = Secret::parse(&format!(" {}\n", secret.to_text())).unwrap();
        assert_eq!(secret.0, again.0);
        for text in ["", "abc", "bukan base64!", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33])] {
            assert!(Secret::parse(text).is_none(), "{text}");
        }
        assert!(!format!("{secret:?}").contains(&secret.to_text()));
    }
}
