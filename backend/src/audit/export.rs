//! The audit trail as JSON lines, for somebody who checks it without this program. `docs/audit.md` describes them.

use serde::Serialize;
use uuid::Uuid;

use super::chain::{StoredEvent, read_batch};
use crate::{
    db::{Db, fetch_one, for_each},
    error::{Error, Result},
    secrets::hex,
};

/// An event. The fields from `seq` to `detail` are hashed as they are here, in this order.
#[derive(Serialize)]
struct Line<'a> {
    seq: Option<i64>,
    id: Uuid,
    at: i64,
    actor_id: Option<Uuid>,
    address: Option<&'a str>,
    action: &'a str,
    subject_id: Option<Uuid>,
    detail: &'a str,
    /// Hexadecimal digits.
    hash: Option<String>,
}

/// Writes all events through `write`, one JSON object a line: those older than the chain, which have neither number nor
/// hash, then the chain. Events that are appended meanwhile are left out.
///
/// # Errors
/// If the database does not answer, or `write` fails.
pub async fn export(db: &Db, mut write: impl FnMut(&str) -> std::io::Result<()>) -> Result<()> {
    let mut conn = db.read().await?;
    let (end,): (i64,) = fetch_one!(conn, (i64,), "SELECT seq FROM audit_chain WHERE id = 1")?;
    let mut outcome = Ok(());
    for_each!(
        conn,
        StoredEvent,
        "SELECT CAST(0 AS BIGINT) AS seq, hash, id, at, actor_id, address, action, subject_id, detail FROM audit_events
         WHERE seq IS NULL ORDER BY at, id",
        |event: StoredEvent| {
            if outcome.is_ok() {
                outcome = line(&event, None).and_then(|line| write(&line).map_err(Error::internal));
            }
        }
    )?;
    outcome?;
    let mut seq = 0;
    loop {
        let batch = read_batch(&mut conn, seq, end).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        seq = last.seq;
        for event in &batch {
            write(&line(event, Some(event.seq))?).map_err(Error::internal)?;
        }
    }
}

fn line(event: &StoredEvent, seq: Option<i64>) -> Result<String> {
    let line = serde_json::to_string(&Line {
        seq,
        id: event.id,
        at: event.at,
        actor_id: event.actor_id,
        address: event.address.as_deref(),
        action: &event.action,
        subject_id: event.subject_id,
        detail: &event.detail,
        hash: event.hash.as_deref().map(hex),
    })?;
    Ok(line + "\n")
}
