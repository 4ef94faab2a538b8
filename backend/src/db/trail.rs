//! The chain of the audit trail: each event carries a hash over itself and the hash before it.
//!
//! The events of a transaction wait in it and are written at its commit.

use domain::time::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{
    conn::{Conn, Dialect},
    macros::{execute, fetch_one},
};
use crate::{error::Result, secrets::sha256};

/// An event that waits for the commit of its transaction.
pub(crate) struct Event {
    pub id: Uuid,
    pub at: Timestamp,
    pub actor_id: Option<Uuid>,
    pub address: Option<String>,
    /// The stored text of the action.
    pub action: &'static str,
    pub subject: Option<Uuid>,
    /// JSON.
    pub detail: String,
}

/// The part of an event that is hashed, as JSON with the fields in this order.
#[derive(Serialize)]
pub(crate) struct Link<'a> {
    pub seq: i64,
    pub id: Uuid,
    pub at: i64,
    pub actor_id: Option<Uuid>,
    pub address: Option<&'a str>,
    pub action: &'a str,
    pub subject_id: Option<Uuid>,
    pub detail: &'a str,
}

impl Link<'_> {
    /// The hash of this link after the hash `before`: SHA-256, 32 bytes.
    pub fn hash(&self, before: &[u8]) -> Result<Vec<u8>> {
        let mut bytes = before.to_vec();
        serde_json::to_writer(&mut bytes, self)?;
        Ok(sha256(&bytes))
    }
}

/// Writes events at the end of the chain.
///
/// Must be the last statement before the commit: it locks the head of the chain, and whoever holds that lock must wait
/// for no other.
pub(super) async fn append(conn: &mut Conn, events: Vec<Event>) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let head = match conn.dialect() {
        Dialect::Sqlite => "SELECT seq, hash FROM audit_chain WHERE id = 1",
        Dialect::Postgres => "SELECT seq, hash FROM audit_chain WHERE id = 1 FOR UPDATE",
    };
    let (mut seq, mut hash): (i64, Vec<u8>) = fetch_one!(conn, (i64, Vec<u8>), head)?;
    for event in events {
        seq += 1;
        let link = Link {
            seq,
            id: event.id,
            at: event.at.micros(),
            actor_id: event.actor_id,
            address: event.address.as_deref(),
            action: event.action,
            subject_id: event.subject,
            detail: &event.detail,
        };
        hash = link.hash(&hash)?;
        execute!(
            conn,
            "INSERT INTO audit_events (id, at, actor_id, address, action, subject_id, detail, seq, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            link.id,
            link.at,
            link.actor_id,
            link.address,
            link.action,
            link.subject_id,
            link.detail,
            seq,
            &hash
        )?;
    }
    execute!(conn, "UPDATE audit_chain SET seq = $1, hash = $2 WHERE id = 1", seq, &hash)?;
    Ok(())
}
