//! The keys in memory: those that sign, and those derived from the secret.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use uuid::Uuid;

use super::{
    secret::Secret,
    signer::{Algorithm, Signer},
};
use crate::{
    error::{Error, Result},
    world::World,
};

/// Keys that sign are opened once and kept here.
pub(crate) struct Keys {
    sealing: LessSafeKey,
    pairwise: hmac::Key,
    pairwise_accesses: hmac::Key,
    signers: Mutex<Vec<Arc<Signer>>>,
}

impl Keys {
    /// Starts without keys that sign.
    ///
    /// # Errors
    /// If the library refuses a derived key.
    pub fn new(secret: &Secret) -> Result<Self> {
        let sealing = UnboundKey::new(&AES_256_GCM, secret.derive("gerbang: sealed keys").as_ref())
            .map_err(|_| Error::internal("no key to seal with"))?;
        let keyed = |purpose: &str| hmac::Key::new(hmac::HMAC_SHA256, secret.derive(purpose).as_ref());
        Ok(Self {
            sealing: LessSafeKey::new(sealing),
            pairwise: keyed("gerbang: pairwise subjects"),
            pairwise_accesses: keyed("gerbang: pairwise accesses"),
            signers: Mutex::default(),
        })
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

    /// Seals a private key, bound to its id. The result is a random nonce, the ciphertext and the tag.
    pub(super) fn seal(&self, world: &World, kid: &str, document: Vec<u8>) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = world.random();
        let mut sealed = document;
        self.sealing
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(kid.as_bytes()), &mut sealed)
            .map_err(|_| Error::internal("a key could not be sealed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a sealed private key.
    pub(super) fn open(&self, kid: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let other_secret = || Error::internal("a stored key was sealed with another GERBANG_SECRET");
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or_else(other_secret)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| other_secret())?;
        let mut text = text.to_vec();
        let opened = self.sealing.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut text);
        opened.map(|document| document.to_vec()).map_err(|_| other_secret())
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

    fn keys() -> Keys {
        Keys::new(&Secret::of([7; 32])).unwrap()
    }

    #[test]
    fn a_sealed_key_opens_only_with_its_id_and_secret() {
        let (keys, world) = (keys(), World::system());
        let sealed = keys.seal(&world, "kid", b"private".to_vec()).unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"private"));
        assert_eq!(keys.open("kid", &sealed).unwrap(), b"private");
        assert!(keys.open("other", &sealed).is_err());
        assert!(Keys::new(&Secret::of([8; 32])).unwrap().open("kid", &sealed).is_err());
        assert!(keys.open("kid", &sealed[..5]).is_err());
    }

    #[test]
    fn a_person_has_one_identifier_per_sector() {
        let (keys, siti, budi) = (keys(), Uuid::from_u128(1), Uuid::from_u128(2));
        let name = keys.pairwise("a.go.id", siti);
        assert_eq!(name, keys.pairwise("a.go.id", siti));
        assert_eq!(name.len(), 43);
        assert_ne!(name, keys.pairwise("b.go.id", siti));
        assert_ne!(name, keys.pairwise("a.go.id", budi));
    }

    #[test]
    fn an_access_has_one_identifier_per_sector() {
        let (keys, access) = (keys(), Uuid::from_u128(1));
        let id = keys.pairwise_access("a.go.id", access);
        assert_eq!(id, keys.pairwise_access("a.go.id", access));
        assert_eq!(id.get_version_num(), 8);
        assert_ne!(id, keys.pairwise_access("b.go.id", access));
        assert_ne!(id, access);
    }
}
