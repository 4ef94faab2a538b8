//! Values of the installation that are made once and that only the secret opens: the table `sealed_values`.

use super::ring::{Purpose, Vault, key_id};
use crate::{
    db::{Conn, Db, Tx, execute, fetch_all, fetch_optional},
    error::Result,
    world::World,
};

/// The name of a value in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// The key that pairwise identifiers are derived with. It stays when the secret changes.
    PairwiseSalt,
    /// The seed of the key that signs anchors of the audit trail.
    AnchorKey,
    /// The key of the proofs of known devices.
    DeviceKey,
}

impl Value {
    const fn as_str(self) -> &'static str {
        match self {
            Self::PairwiseSalt => "pairwise_salt",
            Self::AnchorKey => "anchor_key",
            Self::DeviceKey => "device_key",
        }
    }
}

/// The value; `None` if it was not made yet.
///
/// # Errors
/// If the database does not answer, or the secret of the value is not among ours.
pub(crate) async fn read(conn: &mut Conn, vault: &Vault, value: Value) -> Result<Option<Vec<u8>>> {
    let name = value.as_str();
    let row: Option<(Vec<u8>,)> =
        fetch_optional!(conn, (Vec<u8>,), "SELECT sealed FROM sealed_values WHERE name = $1", name)?;
    row.map(|(sealed,)| vault.open(Purpose::Value, name, &sealed)).transpose()
}

/// Stores a value unless it exists. Returns true if it did not.
///
/// # Errors
/// If the database refuses.
pub(crate) async fn store(tx: &mut Tx, vault: &Vault, world: &World, value: Value, plain: &[u8]) -> Result<bool> {
    let name = value.as_str();
    let stored = execute!(
        tx,
        "INSERT INTO sealed_values (name, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        name,
        vault.seal(world, Purpose::Value, name, plain)?,
        world.now().micros()
    )?;
    Ok(stored > 0)
}

/// Seals again what is not sealed with the current secret. Returns how many values.
///
/// # Errors
/// If the database refuses, or a value does not open.
pub(crate) async fn reseal(db: &Db, vault: &Vault, world: &World) -> Result<usize> {
    let rows: Vec<(String, Vec<u8>)> = {
        let mut conn = db.read().await?;
        fetch_all!(conn, (String, Vec<u8>), "SELECT name, sealed FROM sealed_values")?
    };
    let mut done = 0;
    for (name, sealed) in rows.into_iter().filter(|(_, sealed)| key_id(sealed) != Some(vault.current())) {
        let plain = vault.open(Purpose::Value, &name, &sealed)?;
        let again = vault.seal(world, Purpose::Value, &name, &plain)?;
        let mut tx = db.begin().await?;
        let sql = "UPDATE sealed_values SET sealed = $2 WHERE name = $1 AND sealed = $3";
        done += execute!(tx, sql, &name, again, sealed)?;
        tx.commit().await?;
    }
    Ok(usize::try_from(done).unwrap_or(usize::MAX))
}
