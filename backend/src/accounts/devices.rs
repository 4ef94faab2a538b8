//! Devices that signed in before. They have an allowance of their own, so that the guesses of strangers never keep the
//! owner of an account out, and a sign-in from any other device is told to the person by mail.
//!
//! A device proves it with a cookie: a random id, and for each of its last accounts the day and an HMAC over id, day,
//! account and the account's *generation* of devices. Nothing about a person can be read from it. A new generation, made
//! with a new password or when all other sessions are ended, ends the proofs of all devices.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::{DAY_MICROS, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    Actor, Backend,
    db::{Db, Tx, execute, fetch_one, fetch_optional},
    error::{Error, Result},
    secrets::{Token, hex},
    vault::{
        Vault,
        values::{self, Value},
    },
    world::World,
};

/// How long a device is known after a sign-in, in days: as long as browsers keep a cookie (RFC 6265bis, section 5.5).
pub const KNOWN_DAYS: u32 = 400;
/// Accounts that one device is known for; a new one takes the place of the oldest.
const ACCOUNTS: usize = 5;
/// Bytes of the day and of the HMAC in a proof.
const PROOF: usize = 4 + 32;

/// An account and its generation of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Owner {
    pub user_id: Uuid,
    pub generation: i64,
}

/// The content of the cookie.
#[derive(Debug, PartialEq, Eq)]
struct Device {
    id: [u8; 16],
    /// The newest first.
    proofs: Vec<[u8; PROOF]>,
}

impl Device {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| URL_SAFE_NO_PAD.decode(part));
        let id = parts.next()?.ok()?.try_into().ok()?;
        let proofs: Option<Vec<_>> = parts.take(ACCOUNTS).map(|part| part.ok()?.try_into().ok()).collect();
        Some(Self { id, proofs: proofs? })
    }

    fn to_text(&self) -> String {
        let id = URL_SAFE_NO_PAD.encode(self.id);
        self.proofs.iter().fold(id, |text, proof| text + "." + &URL_SAFE_NO_PAD.encode(proof))
    }

    /// What the HMAC of a proof covers.
    fn message(&self, day: [u8; 4], owner: Owner) -> Vec<u8> {
        [&self.id[..], &day, owner.user_id.as_bytes(), &owner.generation.to_be_bytes()].concat()
    }

    fn prove(&self, key: &hmac::Key, today: u32, owner: Owner) -> [u8; PROOF] {
        let day = today.to_be_bytes();
        let mut proof = [0; PROOF];
        proof[..4].copy_from_slice(&day);
        proof[4..].copy_from_slice(hmac::sign(key, &self.message(day, owner)).as_ref());
        proof
    }

    fn is_proof(&self, key: &hmac::Key, proof: &[u8; PROOF], owner: Owner) -> bool {
        let (day, mac) = proof.split_at(4);
        let Ok(day) = day.try_into() else { return false };
        hmac::verify(key, &self.message(day, owner), mac).is_ok()
    }

    fn is_known(&self, key: &hmac::Key, today: u32, owner: Owner) -> bool {
        let is_young = |proof: &[u8; PROOF]| {
            let day = u32::from_be_bytes([proof[0], proof[1], proof[2], proof[3]]);
            today.saturating_sub(day) < KNOWN_DAYS
        };
        self.proofs.iter().any(|proof| is_young(proof) && self.is_proof(key, proof, owner))
    }
}

/// The key of the proofs. It is made once and stored sealed, so that devices stay known when the secret changes.
pub struct DeviceKey(hmac::Key);

impl DeviceKey {
    /// # Errors
    /// If the database refuses, or the secret that the key is sealed with is not among ours.
    pub async fn open(db: &Db, vault: &Vault, world: &World) -> Result<Self> {
        let mut tx = db.begin().await?;
        values::store(&mut tx, vault, world, Value::DeviceKey, &world.random::<32>()).await?;
        tx.commit().await?;
        let stored = values::read(&mut db.read().await?, vault, Value::DeviceKey).await?;
        let key = stored.ok_or_else(|| Error::internal("there is no key of devices"))?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }
}

fn day(now: Timestamp) -> u32 {
    u32::try_from(now.micros() / DAY_MICROS).unwrap_or_default()
}

/// The name under which attempts of a device that the account knows are counted; `None` if it does not know the device.
pub(super) fn known(backend: &Backend, presented: Option<&SecretString>, owner: Owner) -> Option<String> {
    let device = Device::parse(presented?.expose_secret())?;
    device.is_known(&backend.device_key.0, day(backend.world.now()), owner).then(|| hex(&device.id))
}

/// The cookie with which a device is known to the account. `presented` is its cookie so far, which keeps its id and its
/// proofs for other accounts.
pub fn proof(backend: &Backend, presented: Option<&SecretString>, owner: Owner) -> SecretString {
    let (key, today) = (&backend.device_key.0, day(backend.world.now()));
    let before = presented.and_then(|text| Device::parse(text.expose_secret()));
    let mut device = before.unwrap_or_else(|| Device { id: backend.world.random(), proofs: Vec::new() });
    let id = Device { id: device.id, proofs: Vec::new() };
    device.proofs.retain(|proof| !id.is_proof(key, proof, owner));
    device.proofs.insert(0, id.prove(key, today, owner));
    device.proofs.truncate(ACCOUNTS);
    device.to_text().into()
}

/// The cookie for the device of a new session; `None` if the session is over already.
///
/// # Errors
/// If the database does not answer.
pub async fn remember(
    backend: &Backend,
    session: &Token,
    presented: Option<&SecretString>,
) -> Result<Option<SecretString>> {
    let mut conn = backend.db.read().await?;
    let owner: Option<Owner> = fetch_optional!(
        conn,
        Owner,
        "SELECT users.id AS user_id, users.device_generation AS generation
         FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.token_hash = $1",
        session.hash()
    )?;
    Ok(owner.map(|owner| proof(backend, presented, owner)))
}

/// The cookie for the device of a person who is signed in.
///
/// # Errors
/// If the database does not answer.
pub async fn remember_again(
    backend: &Backend,
    actor: &Actor,
    presented: Option<&SecretString>,
) -> Result<SecretString> {
    let mut conn = backend.db.read().await?;
    let owner: Owner = fetch_one!(
        conn,
        Owner,
        "SELECT id AS user_id, device_generation AS generation FROM users WHERE id = $1",
        actor.user_id
    )?;
    Ok(proof(backend, presented, owner))
}

/// Ends the proofs of all devices of a person.
pub(super) async fn forget_all(tx: &mut Tx, user_id: Uuid) -> Result<()> {
    execute!(tx, "UPDATE users SET device_generation = device_generation + 1 WHERE id = $1", user_id)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner = Owner { user_id: Uuid::from_u128(7), generation: 3 };
    const TODAY: u32 = 20_000;

    fn key() -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[9; 32])
    }

    fn device() -> Device {
        let device = Device { id: [1; 16], proofs: Vec::new() };
        let proof = device.prove(&key(), TODAY, OWNER);
        Device { proofs: vec![proof], ..device }
    }

    #[test]
    fn a_device_survives_its_text() {
        let device = device();
        assert_eq!(Device::parse(&device.to_text()), Some(device));
    }

    #[test]
    fn a_proof_holds_for_one_account_generation_device_and_key() {
        let knows = |device: &Device, owner| device.is_known(&key(), TODAY, owner);
        assert!(knows(&device(), OWNER));
        assert!(!knows(&device(), Owner { user_id: Uuid::from_u128(8), ..OWNER }));
        assert!(!knows(&device(), Owner { generation: 4, ..OWNER }));
        assert!(!knows(&Device { id: [2; 16], ..device() }, OWNER));
        let other = hmac::Key::new(hmac::HMAC_SHA256, &[8; 32]);
        assert!(!device().is_known(&other, TODAY, OWNER));
    }

    #[test]
    fn a_proof_ends_and_its_day_cannot_be_moved() {
        assert!(device().is_known(&key(), TODAY + KNOWN_DAYS - 1, OWNER));
        assert!(!device().is_known(&key(), TODAY + KNOWN_DAYS, OWNER));
        let mut moved = device();
        moved.proofs[0][..4].copy_from_slice(&(TODAY + 300).to_be_bytes());
        assert!(!moved.is_known(&key(), TODAY + KNOWN_DAYS, OWNER));
    }

    #[test]
    fn strange_text_is_no_device() {
        let text = device().to_text();
        for strange in ["", ".", "x", &text[1..], &text[..text.len() - 1], &format!("{text}.x"), &"A".repeat(10_000)] {
            assert_eq!(Device::parse(strange), None, "{strange}");
        }
    }
}
