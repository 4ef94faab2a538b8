//! Checks the chain of the audit trail.

use std::collections::BTreeMap;

use domain::time::Timestamp;
use uuid::Uuid;

use super::anchor::{self, Anchor};
use crate::{
    Backend,
    db::{Conn, Db, fetch_all, fetch_one, fetch_optional, trail::Link},
    error::Result,
    secrets::hex,
    vault::Vault,
};

/// Events are read in batches of this size.
const BATCH: i64 = 1000;

/// The result of a check of the whole chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every link is right, and no event lies outside the chain; the number of events.
    Whole(i64),
    Broken(Broken),
}

/// The first broken link or, if all are right, the oldest event outside the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its number; 0 for an event that has none.
    pub seq: i64,
    pub fault: Fault,
    /// Time and stored action. For a missing event, those of the event before it, if any.
    pub event: Option<(Timestamp, String)>,
}

/// What is wrong with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is missing.
    Gone,
    /// Its content does not match its hash.
    Changed,
    /// It is the last event, but the head of the chain names another.
    OtherHead,
    /// Its number is not one of the chain.
    Beside,
    /// It has no number, although it is younger than the chain.
    Unnumbered,
}

/// Checks the whole chain, oldest first, then looks for events outside it. Events older than the chain have neither number
/// nor hash, so nothing can be said about them.
///
/// # Errors
/// If the database does not answer.
pub async fn verify(backend: &Backend) -> Result<Verified> {
    verify_chain(&backend.db).await
}

/// [`verify`] for commands that open nothing but the database.
///
/// # Errors
/// If the database does not answer.
pub async fn verify_chain(db: &Db) -> Result<Verified> {
    Ok(check(db, BTreeMap::new()).await?.0)
}

/// Why the chain does not fit an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The line is no anchor.
    Unreadable,
    /// It was signed with another key than that of this installation.
    OtherKey,
    /// The signature is not genuine.
    Forged,
    /// The chain ends before the anchored event: its end was cut off.
    Cut { end: i64 },
    /// The anchored event has another hash: it or one before it was changed and the chain rebuilt.
    Rebuilt,
    /// The chain is broken before the anchored event.
    Unreached,
}

/// The result of a check against anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Against {
    pub verified: Verified,
    /// The anchors that fit.
    pub fitting: Vec<Anchor>,
    /// The lines that do not fit, with the anchor if it can be read.
    pub misfits: Vec<(usize, Option<Anchor>, Misfit)>,
}

/// Checks the whole chain, and that it is the one that the anchors in `text` were signed of.
///
/// # Errors
/// If the database does not answer, or the secret that the key of the anchors is sealed with is not known.
pub async fn verify_against(db: &Db, vault: &Vault, text: &str) -> Result<Against> {
    let key = anchor::public_key(db, vault).await?;
    let lines: Vec<(usize, Option<Anchor>)> = anchor::read(text).collect();
    let wanted = lines.iter().filter_map(|(_, anchor)| Some((anchor.as_ref()?.seq, None))).collect();
    let (verified, end, found) = check(db, wanted).await?;
    let (mut fitting, mut misfits) = (Vec::new(), Vec::new());
    for (line, anchor) in lines {
        let Some(anchor) = anchor else {
            misfits.push((line, None, Misfit::Unreadable));
            continue;
        };
        let misfit = if Some(&anchor.key) != key.as_ref() {
            Some(Misfit::OtherKey)
        } else if !anchor.is_genuine() {
            Some(Misfit::Forged)
        } else if anchor.seq > end {
            Some(Misfit::Cut { end })
        } else {
            match found.get(&anchor.seq).and_then(Option::as_ref) {
                Some(hash) if hex(hash) == anchor.hash => None,
                Some(_) => Some(Misfit::Rebuilt),
                None => Some(Misfit::Unreached),
            }
        };
        match misfit {
            None => fitting.push(anchor),
            Some(misfit) => misfits.push((line, Some(anchor), misfit)),
        }
    }
    Ok(Against { verified, fitting, misfits })
}

/// Hashes by number.
type Hashes = BTreeMap<i64, Option<Vec<u8>>>;

/// Checks the whole chain. Also returns the number of its last event, and the hashes of the `wanted` events up to the first
/// broken link.
async fn check(db: &Db, wanted: Hashes) -> Result<(Verified, i64, Hashes)> {
    let mut conn = db.read().await?;
    // The head is read first: events appended during the check are left for the next one.
    let (end, end_hash): (i64, Vec<u8>) =
        fetch_one!(conn, (i64, Vec<u8>), "SELECT seq, hash FROM audit_chain WHERE id = 1")?;
    let mut walk = Walk { seq: 0, hash: vec![0; 32], last: None, wanted };
    let broken = walk.until_the_end(&mut conn, end, &end_hash).await?;
    let verified = match broken {
        Some((seq, fault)) => Verified::Broken(Broken { seq, fault, event: walk.last }),
        None => find_outside(&mut conn).await?.map_or(Verified::Whole(end), Verified::Broken),
    };
    Ok((verified, end, walk.wanted))
}

/// An event as stored.
#[derive(sqlx::FromRow)]
pub(super) struct StoredEvent {
    pub seq: i64,
    pub hash: Option<Vec<u8>>,
    pub id: Uuid,
    pub at: i64,
    pub actor_id: Option<Uuid>,
    pub address: Option<String>,
    pub action: String,
    pub subject_id: Option<Uuid>,
    pub detail: String,
}

/// The next events of the chain, at most [`BATCH`].
pub(super) async fn read_batch(conn: &mut Conn, after: i64, end: i64) -> Result<Vec<StoredEvent>> {
    Ok(fetch_all!(
        conn,
        StoredEvent,
        "SELECT seq, hash, id, at, actor_id, address, action, subject_id, detail FROM audit_events
         WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3",
        after,
        end,
        BATCH
    )?)
}

/// The place that a check has reached.
struct Walk {
    seq: i64,
    hash: Vec<u8>,
    /// Time and action of the last event that was seen.
    last: Option<(Timestamp, String)>,
    /// The hashes to remember.
    wanted: Hashes,
}

impl Walk {
    /// Checks all events. Returns the number and the fault of the first broken link.
    async fn until_the_end(&mut self, conn: &mut Conn, end: i64, end_hash: &[u8]) -> Result<Option<(i64, Fault)>> {
        while self.seq < end {
            let batch = read_batch(conn, self.seq, end).await?;
            if batch.is_empty() {
                return Ok(Some((self.seq + 1, Fault::Gone)));
            }
            for event in batch {
                let broken = self.step(event)?;
                if broken.is_some() {
                    return Ok(broken);
                }
            }
        }
        Ok((self.hash != end_hash).then_some((end, Fault::OtherHead)))
    }

    /// Checks the next event. Returns the number and the fault of a broken link.
    fn step(&mut self, event: StoredEvent) -> Result<Option<(i64, Fault)>> {
        let link = Link {
            seq: self.seq + 1,
            id: event.id,
            at: event.at,
            actor_id: event.actor_id,
            address: event.address.as_deref(),
            action: &event.action,
            subject_id: event.subject_id,
            detail: &event.detail,
        };
        if event.seq != link.seq {
            return Ok(Some((link.seq, Fault::Gone)));
        }
        let expected = link.hash(&self.hash)?;
        self.last = Some((Timestamp::from_micros(event.at), event.action));
        if event.hash.as_ref() != Some(&expected) {
            return Ok(Some((event.seq, Fault::Changed)));
        }
        if let Some(hash) = self.wanted.get_mut(&event.seq) {
            *hash = Some(expected.clone());
        }
        (self.seq, self.hash) = (event.seq, expected);
        Ok(None)
    }
}

/// The oldest event outside the chain.
async fn find_outside(conn: &mut Conn) -> Result<Option<Broken>> {
    // One statement, so that the head is read together with the events that were appended with it.
    let found: Option<(Option<i64>, i64, String)> = fetch_optional!(
        conn,
        (Option<i64>, i64, String),
        "SELECT seq, at, action FROM audit_events
         WHERE seq <= 0 OR seq > (SELECT seq FROM audit_chain WHERE id = 1)
            OR (seq IS NULL AND (hash IS NOT NULL OR at > (SELECT at FROM audit_events WHERE seq = 1)))
         ORDER BY at, id LIMIT 1"
    )?;
    Ok(found.map(|(seq, at, action)| Broken {
        seq: seq.unwrap_or(0),
        fault: if seq.is_some() { Fault::Beside } else { Fault::Unnumbered },
        event: Some((Timestamp::from_micros(at), action)),
    }))
}
