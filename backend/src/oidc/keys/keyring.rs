//! The keys in memory: those that sign, and the one that derives pairwise identifiers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use uuid::Uuid;

use super::signer::{Algorithm, Signer};

/// Keys that sign are opened once and kept here.
pub(crate) struct Keys {
    pairwise: hmac::Key,
    pairwise_accesses: hmac::Key,
    signers: Mutex<Vec<Arc<Signer>>>,
}

impl Keys {
    /// Starts without keys that sign. `salt` derives pairwise identifiers.
    pub fn new(salt: &[u8]) -> Self {
        let pairwise = hmac::Key::new(hmac::HMAC_SHA256, salt);
        let accesses = hmac::sign(&pairwise, b"gerbang: pairwise accesses");
        let pairwise_accesses = hmac::Key::new(hmac::HMAC_SHA256, accesses.as_ref());
        Self { pairwise, pairwise_accesses, signers: Mutex::default() }
    }

    /// The pairwise identifier of a person (OpenID Connect Core 1.0, section 8.1): the same for all platforms of a sector,
    /// and unrelated between sectors.
    pub fn pairwise(&self, sector: &str, user_id: Uuid) -> String {
        URL_SAFE_NO_PAD.encode(in_sector(&self.pairwise, sector, user_id).as_ref())
    }

    /// The pairwise identifier of an access, a UUIDv8 (RFC 9562, section 5.8).
    pub fn pairwise_access(&self, sector: &str, access_id: Uuid) -> Uuid {
        let tag = in_sector(&self.pairwise_accesses, sector, access_id);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&tag.as_ref()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    pub(super) fn signers(&self) -> MutexGuard<'_, Vec<Arc<Signer>>> {
        self.signers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest key that signs now.
    pub(super) fn signing(&self, algorithm: Algorithm, now: Timestamp) -> Option<Arc<Signer>> {
        self.signers().iter().find(|signer| signer.signs_at(algorithm, now)).cloned()
    }
}

fn in_sector(key: &hmac::Key, sector: &str, id: Uuid) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(id.as_bytes()); // fixed length, so the boundary to the sector is unambiguous
    context.update(sector.as_bytes());
    context.sign()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_one_identifier_per_sector() {
        let (keys, siti, budi) = (Keys::new(&[7; 32]), Uuid::from_u128(1), Uuid::from_u128(2));
        let name = keys.pairwise("a.go.id", siti);
        assert_eq!(name, keys.pairwise("a.go.id", siti));
        assert_eq!(name.len(), 43);
        assert_ne!(name, keys.pairwise("b.go.id", siti));
        assert_ne!(name, keys.pairwise("a.go.id", budi));
    }

    #[test]
    fn an_access_has_one_identifier_per_sector() {
        let (keys, access) = (Keys::new(&[7; 32]), Uuid::from_u128(1));
        let id = keys.pairwise_access("a.go.id", access);
        assert_eq!(id, keys.pairwise_access("a.go.id", access));
        assert_eq!(id.get_version_num(), 8);
        assert_ne!(id, keys.pairwise_access("b.go.id", access));
        assert_ne!(id, access);
    }
}
