//! The secrets of the installation: the current one, and earlier ones that still open what they sealed.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::world::World;

/// A secret of the installation: 256 random bits (`GERBANG_SECRET`).
#[derive(Clone, PartialEq, Eq)]
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

    /// The public name of this secret.
    pub fn id(&self) -> KeyId {
        let mut id = [0; KeyId::LENGTH];
        id.copy_from_slice(&self.derive("gerbang: key id").as_ref()[..KeyId::LENGTH]);
        KeyId(id)
    }

    #[cfg(test)]
    pub(crate) const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The public name of a secret, by which sealed things name it. Shown as eight hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(pub(super) [u8; ID_LENGTH]);

const ID_LENGTH: usize = 4;

impl KeyId {
    pub(super) const LENGTH: usize = ID_LENGTH;

    /// Reads what [`Display`](std::fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        let number = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 2 * Self::LENGTH)?;
        Some(Self(number.to_be_bytes()))
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

/// The secret that seals, and earlier ones that still open.
#[derive(Clone, Debug)]
pub struct Secrets {
    pub current: Secret,
    pub earlier: Vec<Secret>,
}

impl Secrets {
    /// `earlier` may repeat secrets, also the current one.
    pub fn new(current: Secret, earlier: impl IntoIterator<Item = Secret>) -> Self {
        let mut all = vec![current];
        for secret in earlier {
            if !all.contains(&secret) {
                all.push(secret);
            }
        }
        let earlier = all.split_off(1);
        Self { current: all.swap_remove(0), earlier }
    }

    /// Reads the file `secret`: the current secret on the first line, earlier ones below it.
    pub fn parse_lines(text: &str) -> Option<Self> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut secrets = lines.map(Secret::parse).collect::<Option<Vec<_>>>()?.into_iter();
        Some(Self::new(secrets.next()?, secrets))
    }

    /// The current one first.
    pub fn iter(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.current).chain(&self.earlier)
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

    #[test]
    fn the_file_has_the_current_secret_first() {
        let [new, old] = [Secret::of([2; 32]), Secret::of([1; 32])];
        let text = format!("{}\n\n{}\n{}\n", new.to_text(), old.to_text(), new.to_text());
        let read = Secrets::parse_lines(&text).unwrap();
        assert_eq!((read.current, read.earlier), (new, vec![old]));
        assert!(Secrets::parse_lines("").is_none() && Secrets::parse_lines("rusak\n").is_none());
    }

    #[test]
    fn a_key_id_names_its_secret_and_tells_nothing_of_it() {
        let (one, other) = (Secret::of([1; 32]), Secret::of([2; 32]));
        assert_eq!(KeyId::parse(&one.id().to_string()), Some(one.id()));
        assert_ne!(one.id(), other.id());
        for text in ["", "abc", "0123456", "01234567a", "zzzzzzzz"] {
            assert_eq!(KeyId::parse(text), None, "{text}");
        }
    }
}
