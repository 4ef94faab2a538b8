//! Keys in the database: made, sealed, rotated, published.

use std::{sync::Arc, time::Duration};

use domain::time::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use sqlx::types::Json;

use super::signer::{Algorithm, KeyPair, Signer};
use crate::{
    Backend,
    audit::{Action, Who},
    db::{Conn, Dialect, execute, fetch_all, fetch_one},
    error::{Error, Result},
    vault::Purpose,
};

/// How long a key signs.
const SIGNS_FOR: Duration = Duration::from_secs(90 * 24 * 3600);
/// How long before it signs a key is published.
const AHEAD: Duration = Duration::from_secs(24 * 3600);
/// How long a key stays published after it stopped signing.
const PUBLISHED_ON: Duration = Duration::from_secs(30 * 24 * 3600);

/// The key that signs now. Makes the first key of an installation; later ones exist before they are needed. Must not be
/// called inside a transaction, because it may begin one.
///
/// # Errors
/// If the database does not answer, or a stored key was sealed with another secret.
pub(crate) async fn signer(backend: &Backend, algorithm: Algorithm) -> Result<Arc<Signer>> {
    let now = backend.world.now();
    if let Some(signer) = backend.oidc.keys.signing(algorithm, now) {
        return Ok(signer);
    }
    prepare(backend, algorithm).await?;
    let signers = read(backend, now).await?;
    *backend.oidc.keys.signers() = signers;
    backend.oidc.keys.signing(algorithm, now).ok_or_else(|| Error::internal("there is no key that signs"))
}

/// The keys that sign now or soon, the newest first.
async fn read(backend: &Backend, now: Timestamp) -> Result<Vec<Arc<Signer>>> {
    #[derive(sqlx::FromRow)]
    struct KeyRow {
        kid: String,
        #[sqlx(try_from = "String")]
        algorithm: Algorithm,
        sealed: Vec<u8>,
        signs_from: i64,
        signs_until: i64,
    }
    let mut conn = backend.db.read().await?;
    let rows: Vec<KeyRow> = fetch_all!(
        conn,
        KeyRow,
        "SELECT kid, algorithm, sealed, signs_from, signs_until FROM oidc_keys WHERE signs_until > $1
         ORDER BY signs_from DESC, kid",
        now.micros()
    )?;
    drop(conn);
    rows.into_iter()
        .map(|row| {
            let document = backend.vault.open(Purpose::SigningKey, &row.kid, &row.sealed)?;
            Ok(Arc::new(Signer {
                pair: KeyPair::read(row.algorithm, &document)?,
                kid: row.kid,
                algorithm: row.algorithm,
                from: Timestamp::from_micros(row.signs_from),
                until: Timestamp::from_micros(row.signs_until),
            }))
        })
        .collect()
}

/// Makes the keys that are needed soon and deletes those no longer published. Returns how many were made. Runs at the start
/// and from time to time.
///
/// # Errors
/// If the database refuses.
pub async fn rotate(backend: &Backend) -> Result<usize> {
    let mut made = 0;
    for algorithm in Algorithm::ALL {
        made += usize::from(prepare(backend, algorithm).await?);
    }
    if made > 0 {
        let mut tx = backend.db.begin().await?;
        execute!(tx, "DELETE FROM oidc_keys WHERE published_until <= $1", backend.world.now().micros())?;
        tx.commit().await?;
    }
    Ok(made)
}

/// The instant until which keys of this algorithm exist.
async fn covered_until(conn: &mut Conn, algorithm: Algorithm) -> Result<Timestamp> {
    let (until,): (i64,) = fetch_one!(
        conn,
        (i64,),
        "SELECT coalesce(max(signs_until), 0) FROM oidc_keys WHERE algorithm = $1",
        algorithm.as_str()
    )?;
    Ok(Timestamp::from_micros(until))
}

/// Makes the next key of an algorithm if it is needed within a day. Returns true if it did.
async fn prepare(backend: &Backend, algorithm: Algorithm) -> Result<bool> {
    let soon = backend.world.now().plus(AHEAD);
    let mut conn = backend.db.read().await?;
    let covered = covered_until(&mut conn, algorithm).await?;
    drop(conn);
    if covered > soon {
        return Ok(false);
    }
    let making = tokio::task::spawn_blocking(move || KeyPair::generate(algorithm));
    let (pair, document) = making.await.map_err(Error::internal)??;
    let (kid, jwk) = pair.jwk()?;
    let sealed = backend.vault.seal(&backend.world, Purpose::SigningKey, &kid, &document)?;
    let mut tx = backend.db.begin().await?;
    if tx.dialect() == Dialect::Postgres {
        // Only one of several servers that start together makes the key.
        execute!(tx, "LOCK TABLE oidc_keys IN SHARE ROW EXCLUSIVE MODE")?;
    }
    let covered = covered_until(&mut tx, algorithm).await?;
    if covered > soon {
        return Ok(false);
    }
    let (id, now) = (backend.world.id(), backend.world.now());
    let from = covered.max(now);
    let until = from.plus(SIGNS_FOR);
    execute!(
        tx,
        "INSERT INTO oidc_keys (id, kid, algorithm, sealed, public_jwk, created_at, signs_from, signs_until,
             published_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        &kid,
        algorithm.as_str(),
        sealed,
        Json(serde_json::to_value(&jwk)?),
        now.micros(),
        from.micros(),
        until.micros(),
        until.plus(PUBLISHED_ON).micros()
    )?;
    backend.record(&mut tx, Who::nobody(), Action::KeyMade, Some(id), &kid)?;
    tx.commit().await?;
    Ok(true)
}

/// Seals again the keys that sign now or soon, where that was not done with the current secret. Returns how many. Keys that
/// signed before are only published, so their private half is never opened again.
///
/// # Errors
/// If the database refuses, or a key does not open.
pub(crate) async fn reseal(backend: &Backend) -> Result<usize> {
    let rows: Vec<(String, Vec<u8>)> = {
        let mut conn = backend.db.read().await?;
        let sql = "SELECT kid, sealed FROM oidc_keys WHERE signs_until > $1";
        fetch_all!(conn, (String, Vec<u8>), sql, backend.world.now().micros())?
    };
    let mut done = 0;
    for (kid, sealed) in rows.into_iter().filter(|(_, sealed)| !backend.vault.is_current(sealed)) {
        let document = backend.vault.open(Purpose::SigningKey, &kid, &sealed)?;
        let again = backend.vault.seal(&backend.world, Purpose::SigningKey, &kid, &document)?;
        let mut tx = backend.db.begin().await?;
        done += execute!(tx, "UPDATE oidc_keys SET sealed = $2 WHERE kid = $1 AND sealed = $3", &kid, again, sealed)?;
        tx.commit().await?;
    }
    Ok(usize::try_from(done).unwrap_or(usize::MAX))
}

/// The published key set (RFC 7517, section 5): keys that sign, will sign soon, or signed recently.
///
/// # Errors
/// If the database does not answer.
pub async fn jwks(backend: &Backend) -> Result<JwkSet> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Json<Jwk>,)> = fetch_all!(
        conn,
        (Json<Jwk>,),
        "SELECT public_jwk FROM oidc_keys WHERE published_until > $1 ORDER BY signs_from DESC, kid",
        backend.world.now().micros()
    )?;
    Ok(JwkSet { keys: rows.into_iter().map(|(Json(jwk),)| jwk).collect() })
}
