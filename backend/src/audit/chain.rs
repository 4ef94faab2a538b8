//! Checks the chain of the audit trail.

use domain::time::Timestamp;
use uuid::Uuid;

use crate::{
    Backend,
    db::{Conn, fetch_all, fetch_one, fetch_optional, trail::Link},
    error::Result,
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
    let mut conn = backend.db.read().await?;
    // The head is read first: events appended during the check are left for the next one.
    let (end, end_hash): (i64, Vec<u8>) =
        fetch_one!(conn, (i64, Vec<u8>), "SELECT seq, hash FROM audit_chain WHERE id = 1")?;
    let mut walk = Walk { seq: 0, hash: vec![0; 32], last: None };
    while walk.seq < end {
        let batch = read_batch(&mut conn, walk.seq, end).await?;
        if batch.is_empty() {
            let missing = walk.seq + 1;
            return Ok(walk.broken(missing, Fault::Gone));
        }
        for event in batch {
            if let Some((seq, fault)) = walk.step(event)? {
                return Ok(walk.broken(seq, fault));
            }
        }
    }
    if walk.hash != end_hash {
        return Ok(walk.broken(end, Fault::OtherHead));
    }
    Ok(match find_outside(&mut conn).await? {
        Some(broken) => Verified::Broken(broken),
        None => Verified::Whole(end),
    })
}

/// An event as stored.
#[derive(sqlx::FromRow)]
struct StoredEvent {
    seq: i64,
    hash: Option<Vec<u8>>,
    id: Uuid,
    at: i64,
    actor_id: Option<Uuid>,
    address: Option<String>,
    action: String,
    subject_id: Option<Uuid>,
    detail: String,
}

async fn read_batch(conn: &mut Conn, after: i64, end: i64) -> Result<Vec<StoredEvent>> {
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
}

impl Walk {
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
        (self.seq, self.hash) = (event.seq, expected);
        Ok(None)
    }

    fn broken(self, seq: i64, fault: Fault) -> Verified {
        Verified::Broken(Broken { seq, fault, event: self.last })
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
