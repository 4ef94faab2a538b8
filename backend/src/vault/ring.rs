//! Sealing and opening: AES-256-GCM, with a key for each purpose of each secret.
//!
//! What is sealed is a header (the mark [`MARK`], then the id of the secret), a random nonce of 12 bytes, the ciphertext,
//! and the tag of 16 bytes.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::secret::{KeyId, Secret, Secrets};
use crate::{
    error::{Error, Result},
    world::World,
};

/// The beginning of whatever is sealed. The last byte is the version of the format.
const MARK: &[u8; 5] = b"GBGS\x01";
/// The mark and the id of the secret. A multiple of three, so that the header is a prefix of the text form too.
const HEADER: usize = MARK.len() + KeyId::LENGTH;
/// The beginning of the text form. No token contains a colon.
const TEXT_MARK: &str = "sealed:";
/// The length of the text form's header: [`TEXT_MARK`], and [`HEADER`] bytes in base64.
pub(crate) const TEXT_HEADER: usize = TEXT_MARK.len() + HEADER / 3 * 4;

/// What is sealed. Each purpose has a key of its own, so that nothing opens as something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A private key that signs for platforms.
    SigningKey,
    /// The token of a link in the outbox.
    MailToken,
    /// A letter, or what was drawn of it.
    Letter,
    /// A row of `sealed_values`.
    Value,
}

impl Purpose {
    const ALL: [Self; 4] = [Self::SigningKey, Self::MailToken, Self::Letter, Self::Value];

    const fn label(self) -> &'static str {
        match self {
            Self::SigningKey => "gerbang: sealed keys",
            Self::MailToken => "gerbang: sealed mail tokens",
            Self::Letter => "gerbang: sealed letters",
            Self::Value => "gerbang: sealed values",
        }
    }
}

/// With what a stored thing is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seal {
    /// Not at all.
    Plain,
    /// With the secret of this id.
    By(KeyId),
    /// With a secret that is not known, by a version that did not name it.
    Unknown,
}

/// The keys of one secret.
struct Ring {
    id: KeyId,
    secret: Secret,
    /// In the order of [`Purpose::ALL`].
    keys: [LessSafeKey; Purpose::ALL.len()],
}

impl Ring {
    fn new(secret: &Secret) -> Result<Self> {
        let key = |purpose: Purpose| {
            let key = UnboundKey::new(&AES_256_GCM, secret.derive(purpose.label()).as_ref());
            key.map(LessSafeKey::new).map_err(|_| Error::internal("no key to seal with"))
        };
        let [signing, mail, letter, value] = Purpose::ALL;
        let keys = [key(signing)?, key(mail)?, key(letter)?, key(value)?];
        Ok(Self { id: secret.id(), secret: secret.clone(), keys })
    }

    /// Opens nonce, ciphertext and tag.
    fn open(&self, purpose: Purpose, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let length =
            self.keys[purpose as usize].open_in_place(nonce, Aad::from(place.as_bytes()), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

/// Seals with the current secret, and opens with any. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Vec<Ring>>);

impl Vault {
    /// # Errors
    /// If the library refuses a derived key, or two secrets have the same id.
    pub fn new(secrets: &Secrets) -> Result<Self> {
        let rings = secrets.iter().map(Ring::new).collect::<Result<Vec<_>>>()?;
        let mut ids: Vec<KeyId> = rings.iter().map(|ring| ring.id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Error::internal("two secrets have the same id; make another one"));
        }
        Ok(Self(Arc::new(rings)))
    }

    /// The id of the secret that seals.
    pub fn current(&self) -> KeyId {
        self.0[0].id
    }

    /// The ids of the earlier secrets, in their order in the settings.
    pub fn earlier(&self) -> impl Iterator<Item = KeyId> {
        self.0.iter().skip(1).map(|ring| ring.id)
    }

    pub fn has(&self, id: KeyId) -> bool {
        self.ring(id).is_some()
    }

    /// The secret of this id.
    pub(crate) fn secret(&self, id: KeyId) -> Option<&Secret> {
        self.ring(id).map(|ring| &ring.secret)
    }

    fn ring(&self, id: KeyId) -> Option<&Ring> {
        self.0.iter().find(|ring| ring.id == id)
    }

    /// Seals `plain` with the current secret, bound to its place.
    ///
    /// # Errors
    /// If the library refuses.
    pub fn seal(&self, world: &World, purpose: Purpose, place: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let ring = &self.0[0];
        let nonce: [u8; NONCE_LEN] = world.random();
        let mut sealed = Vec::with_capacity(HEADER + NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&header(ring.id));
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(place.as_bytes()));
        let tag = ring.keys[purpose as usize]
            .seal_in_place_separate_tag(nonce, aad, &mut sealed[HEADER + NONCE_LEN..])
            .map_err(|_| Error::internal("it could not be sealed"))?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens what was sealed for this purpose and place.
    ///
    /// # Errors
    /// If its secret is not among ours, or it was changed or moved.
    pub fn open(&self, purpose: Purpose, place: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let Some(id) = key_id(sealed) else {
            let opened = self.unnamed(purpose, place, sealed).map(|(_, opened)| opened);
            return opened.ok_or_else(|| Error::internal("no secret of the settings opens it"));
        };
        let lost = || Error::internal(format!("it is sealed with the secret {id}, which the settings do not have"));
        let opened = self.ring(id).ok_or_else(lost)?.open(purpose, place, &sealed[HEADER..]);
        opened.ok_or_else(|| Error::internal("what was sealed does not open: it was changed or moved"))
    }

    /// With what something stored for this purpose and place is sealed.
    pub fn seal_of(&self, purpose: Purpose, place: &str, stored: &[u8]) -> Seal {
        match key_id(stored) {
            Some(id) => Seal::By(id),
            None if purpose == Purpose::SigningKey => {
                self.unnamed(purpose, place, stored).map_or(Seal::Unknown, |(id, _)| Seal::By(id))
            }
            None => Seal::Plain,
        }
    }

    /// True if it bears the header of the current secret.
    pub fn is_current(&self, stored: &[u8]) -> bool {
        stored.starts_with(&header(self.current()))
    }

    /// Opens a private key that was sealed before secrets had ids.
    fn unnamed(&self, purpose: Purpose, place: &str, sealed: &[u8]) -> Option<(KeyId, Vec<u8>)> {
        if purpose != Purpose::SigningKey {
            return None;
        }
        self.0.iter().find_map(|ring| Some((ring.id, ring.open(purpose, place, sealed)?)))
    }

    /// Seals a text; the result is a text too, of letters that JSON need not escape.
    ///
    /// # Errors
    /// If the library refuses.
    pub(crate) fn seal_text(&self, world: &World, purpose: Purpose, place: &str, plain: &str) -> Result<String> {
        let sealed = self.seal(world, purpose, place, plain.as_bytes())?;
        Ok(format!("{TEXT_MARK}{}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Opens a sealed text; a plain one is returned as it is.
    ///
    /// # Errors
    /// Those of [`Vault::open`].
    pub(crate) fn open_text(&self, purpose: Purpose, place: &str, stored: &str) -> Result<String> {
        let Some(encoded) = stored.strip_prefix(TEXT_MARK) else { return Ok(stored.to_owned()) };
        let sealed = URL_SAFE_NO_PAD.decode(encoded).map_err(Error::internal)?;
        String::from_utf8(self.open(purpose, place, &sealed)?).map_err(Error::internal)
    }

    /// The first [`TEXT_HEADER`] characters of every text that is sealed with the current secret.
    pub(crate) fn text_header(&self) -> String {
        format!("{TEXT_MARK}{}", URL_SAFE_NO_PAD.encode(header(self.current())))
    }
}

/// With what a text is sealed that begins like this.
pub(crate) fn seal_of_text(beginning: &str) -> Seal {
    let Some(encoded) = beginning.strip_prefix(TEXT_MARK) else { return Seal::Plain };
    let header = encoded.get(..TEXT_HEADER - TEXT_MARK.len()).and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    header.and_then(|header| key_id(&header)).map_or(Seal::Unknown, Seal::By)
}

fn header(id: KeyId) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..MARK.len()].copy_from_slice(MARK);
    header[MARK.len()..].copy_from_slice(&id.0);
    header
}

/// The id in the header; `None` if there is no header.
pub(crate) fn key_id(stored: &[u8]) -> Option<KeyId> {
    let id = stored.strip_prefix(MARK)?.get(..KeyId::LENGTH)?;
    Some(KeyId(id.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(secrets: &[u8]) -> Vault {
        let mut secrets = secrets.iter().map(|byte| Secret::of([*byte; 32]));
        Vault::new(&Secrets::new(secrets.next().unwrap(), secrets)).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_only_in_its_place_for_its_purpose_with_its_secret() {
        let (vault_7, world) = (vault(&[7]), World::system());
        let sealed = vault_7.seal(&world, Purpose::Letter, "letters/aa/x", b"isi surat").unwrap();
        assert!(!sealed.windows(5).any(|window| window == b"surat"));
        assert_eq!(vault_7.open(Purpose::Letter, "letters/aa/x", &sealed).unwrap(), b"isi surat");
        assert!(vault_7.open(Purpose::Letter, "letters/aa/y", &sealed).is_err());
        assert!(vault_7.open(Purpose::Value, "letters/aa/x", &sealed).is_err());
        assert!(vault(&[8]).open(Purpose::Letter, "letters/aa/x", &sealed).is_err());
        for length in 0..sealed.len() {
            assert!(vault_7.open(Purpose::Letter, "letters/aa/x", &sealed[..length]).is_err(), "{length}");
        }
        let mut forged = sealed.clone();
        *forged.last_mut().unwrap() ^= 1;
        assert!(vault_7.open(Purpose::Letter, "letters/aa/x", &forged).is_err());
    }

    #[test]
    fn an_earlier_secret_opens_and_the_current_one_seals() {
        let (old, both, world) = (vault(&[1]), vault(&[2, 1]), World::system());
        let sealed = old.seal(&world, Purpose::Value, "x", b"isi").unwrap();
        assert_eq!(both.open(Purpose::Value, "x", &sealed).unwrap(), b"isi");
        assert!(!both.is_current(&sealed) && old.is_current(&sealed));
        assert_eq!(both.seal_of(Purpose::Value, "x", &sealed), Seal::By(old.current()));
        let again = both.seal(&world, Purpose::Value, "x", b"isi").unwrap();
        assert!(both.is_current(&again) && old.open(Purpose::Value, "x", &again).is_err());
        let error = vault(&[2]).open(Purpose::Value, "x", &sealed).unwrap_err().to_string();
        assert!(error.contains(&old.current().to_string()), "{error}");
    }

    #[test]
    fn a_text_stays_a_text_and_a_plain_one_is_read() {
        let (vault, world) = (vault(&[3]), World::system());
        let sealed = vault.seal_text(&world, Purpose::MailToken, "id", "rahasia").unwrap();
        assert!(sealed.starts_with(&vault.text_header()) && !sealed.contains("rahasia"), "{sealed}");
        assert_eq!(vault.text_header().len(), TEXT_HEADER);
        assert_eq!(seal_of_text(&sealed[..TEXT_HEADER]), Seal::By(vault.current()));
        assert_eq!(vault.open_text(Purpose::MailToken, "id", &sealed).unwrap(), "rahasia");
        assert!(vault.open_text(Purpose::MailToken, "lain", &sealed).is_err());
        assert_eq!(vault.open_text(Purpose::MailToken, "id", "terbuka").unwrap(), "terbuka");
        assert_eq!((seal_of_text("terbuka"), seal_of_text("sealed:x")), (Seal::Plain, Seal::Unknown));
    }

    /// Keys sealed before secrets had ids: a nonce, the ciphertext, the tag.
    #[test]
    fn a_signing_key_without_a_header_opens_with_the_secret_that_sealed_it() {
        let (old, both, world) = (vault(&[1]), vault(&[2, 1]), World::system());
        let sealed = old.seal(&world, Purpose::SigningKey, "kid", b"kunci").unwrap()[HEADER..].to_vec();
        assert_eq!(both.open(Purpose::SigningKey, "kid", &sealed).unwrap(), b"kunci");
        assert_eq!(both.seal_of(Purpose::SigningKey, "kid", &sealed), Seal::By(old.current()));
        assert_eq!(vault(&[3]).seal_of(Purpose::SigningKey, "kid", &sealed), Seal::Unknown);
        assert!(both.open(Purpose::SigningKey, "lain", &sealed).is_err());
        assert!(both.open(Purpose::SigningKey, "kid", b"x").is_err());
    }
}
