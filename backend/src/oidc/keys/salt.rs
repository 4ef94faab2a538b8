//! The salt of pairwise identifiers: derived from the secret of the first start, then stored, so that no `sub` changes
//! when the secret does.

use crate::{
    db::{Db, fetch_optional},
    error::{Error, Result},
    vault::{KeyId, Purpose, Seal, Vault, values},
    world::World,
};

/// The salt of this installation. Stores it at the first start.
///
/// # Errors
/// If the database does not answer, or the secret that the salt is sealed with is not among ours.
pub(in crate::oidc) async fn pairwise_salt(db: &Db, vault: &Vault, world: &World) -> Result<Vec<u8>> {
    let stored = {
        let mut conn = db.read().await?;
        values::read(&mut conn, vault, values::Value::PairwiseSalt).await?
    };
    if let Some(salt) = stored {
        return Ok(salt);
    }
    let first = first_secret(db, vault).await?;
    let salt = vault.secret(first).map(|secret| secret.derive("gerbang: pairwise subjects").as_ref().to_vec());
    let salt = salt.ok_or_else(|| Error::internal("the secret of pairwise identifiers is not known"))?;
    let mut tx = db.begin().await?;
    if values::store(&mut tx, vault, world, values::Value::PairwiseSalt, &salt).await? {
        tx.commit().await?;
        return Ok(salt);
    }
    // Another server was faster; its secret counts.
    let stored = values::read(&mut tx, vault, values::Value::PairwiseSalt).await?;
    stored.ok_or_else(|| Error::internal("there is no salt of pairwise identifiers"))
}

/// The id of the secret that the installation has used so far: the one that sealed its newest key that signs, or the
/// current one if there is none. An operator may change the secret in the same step in which this version comes.
async fn first_secret(db: &Db, vault: &Vault) -> Result<KeyId> {
    let mut conn = db.read().await?;
    let key: Option<(String, Vec<u8>)> = fetch_optional!(
        conn,
        (String, Vec<u8>),
        "SELECT kid, sealed FROM oidc_keys ORDER BY signs_from DESC, kid LIMIT 1"
    )?;
    match key.map(|(kid, sealed)| vault.seal_of(Purpose::SigningKey, &kid, &sealed)) {
        None => Ok(vault.current()),
        Some(Seal::By(id)) => Ok(id),
        Some(_) => Err(Error::internal("the keys that sign were sealed with another GERBANG_SECRET")),
    }
}
