//! Changing the secret of the installation: what is sealed with which secret, and the job that seals again with the current
//! one.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    Backend, applications,
    db::{Conn, Db, fetch_all},
    error::Result,
    mail,
    oidc::keys,
    vault::{KeyId, Purpose, Seal, TEXT_HEADER, Vault, seal_of_text, values},
    world::World,
};

/// The most letters and mails that one run seals again. A run of the job reads and writes them one by one.
const STEP: usize = 200;

/// How many things are sealed with one secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Keys that sign for platforms, and values of the installation.
    pub keys: i64,
    /// Mails that may still be sent.
    pub mails: i64,
    pub letters: i64,
}

impl Held {
    pub const fn sum(self) -> i64 {
        self.keys + self.mails + self.letters
    }
}

/// How much is sealed with each secret. Secrets that hold nothing are not in it.
pub type Census = BTreeMap<Seal, Held>;

/// Counts what is sealed with each secret.
///
/// # Errors
/// If the database does not answer.
pub async fn census(db: &Db, vault: &Vault, world: &World) -> Result<Census> {
    count(db, vault, world, |_| true).await
}

/// Counts what is sealed with secrets that the settings do not have. Nothing may start while there is something.
///
/// # Errors
/// If the database does not answer.
pub async fn lost(db: &Db, vault: &Vault, world: &World) -> Result<Census> {
    let is_lost = |seal: Seal| match seal {
        Seal::Plain => false,
        Seal::By(id) => !vault.has(id),
        Seal::Unknown => true,
    };
    count(db, vault, world, is_lost).await
}

/// Counts what is sealed with some of the secrets.
async fn count(db: &Db, vault: &Vault, world: &World, counts: impl Fn(Seal) -> bool) -> Result<Census> {
    let mut census = Census::new();
    let mut conn = db.read().await?;
    count_keys(&mut conn, vault, world, &mut census).await?;
    let mails: Vec<(String, i64)> = fetch_all!(
        conn,
        (String, i64),
        // Each half is found by a partial index.
        "SELECT beginning, count(*) FROM (
             SELECT substr(content ->> 'token', 1, $1) AS beginning FROM outbox WHERE status = 'pending' AND due_at > 0
             UNION ALL
             SELECT substr(content ->> 'token', 1, $1) FROM outbox WHERE status IN ('parked', 'expired') AND status = 'parked' AND created_at > 0
         ) AS waiting WHERE beginning <> '' GROUP BY beginning",
        TEXT_HEADER as i32
    )?;
    for (beginning, number) in mails {
        census.entry(seal_of_text(&beginning)).or_default().mails += number;
    }
    for id in applications::letter_seals(&mut conn).await? {
        let seal = id.as_ref().map_or(Seal::Plain, |id| KeyId::parse(id).map_or(Seal::Unknown, Seal::By));
        if counts(seal) {
            census.entry(seal).or_default().letters += applications::count_letters(&mut conn, id.as_deref()).await?;
        }
    }
    census.retain(|seal, held| counts(*seal) && held.sum() > 0);
    Ok(census)
}

async fn count_keys(conn: &mut Conn, vault: &Vault, world: &World, census: &mut Census) -> Result<()> {
    type Row = (String, Vec<u8>);
    let values: Vec<Row> = fetch_all!(conn, Row, "SELECT name, sealed FROM sealed_values")?;
    // Private halves of keys that signed before are never opened again.
    let sql = "SELECT kid, sealed FROM oidc_keys WHERE signs_until > $1";
    let keys: Vec<Row> = fetch_all!(conn, Row, sql, world.now().micros())?;
    let values = values.into_iter().map(|row| (Purpose::Value, row));
    for (purpose, (place, sealed)) in values.chain(keys.into_iter().map(|row| (Purpose::SigningKey, row))) {
        census.entry(vault.seal_of(purpose, &place, &sealed)).or_default().keys += 1;
    }
    Ok(())
}

/// Seals again, with the current secret, some of what is plain or sealed with an earlier one. Logs how much is left, and
/// which earlier secrets may be removed. Returns how much it did. Runs from time to time.
///
/// # Errors
/// If the database does not answer, or a key does not open.
pub async fn run(backend: &Backend) -> Result<usize> {
    let (db, vault, world) = (&backend.db, &backend.vault, &backend.world);
    let mut done = values::reseal(db, vault, world).await?;
    done += keys::reseal(backend).await?;
    done += mail::reseal(backend, STEP).await?;
    done += applications::reseal_letters(backend, STEP).await?;
    report(backend, done).await?;
    Ok(done)
}

/// Writes the log of a run, unless it did nothing and an earlier run of this process has said so.
async fn report(backend: &Backend, done: usize) -> Result<()> {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if TOLD.swap(done == 0, Ordering::Relaxed) && done == 0 {
        return Ok(());
    }
    let census = census(&backend.db, &backend.vault, &backend.world).await?;
    let left = |seal| census.get(&seal).copied().unwrap_or_default();
    let plain = left(Seal::Plain);
    if plain.sum() > 0 && backend.documents.encrypts() {
        tracing::info!(letters = plain.letters, mails = plain.mails, "still to be sealed");
    }
    for id in backend.vault.earlier() {
        let held = left(Seal::By(id));
        if held.sum() == 0 {
            tracing::info!(secret = %id, "nothing is sealed with this earlier secret; it may be removed");
        } else {
            let Held { keys, mails, letters } = held;
            tracing::info!(secret = %id, keys, mails, letters, "still sealed with this earlier secret");
        }
    }
    Ok(())
}
