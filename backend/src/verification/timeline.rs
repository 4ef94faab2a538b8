//! The timeline of a case, from the audit trail.

use domain::{permission::Permission, time::Timestamp};
use uuid::Uuid;

use super::find;
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, fetch_all},
    error::Result,
};

/// Maximum number of events.
const MAX_EVENTS: i64 = 200;

/// An event of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEvent {
    pub at: Timestamp,
    pub action: Action,
    /// Name of the person; `None` if it happened by time.
    pub by: Option<String>,
    /// Network address of their device.
    pub address: Option<String>,
    /// Words of the event, such as a reason.
    pub detail: Option<String>,
}

/// Reads the events of a case, oldest first.
///
/// # Errors
/// [`Forbidden`](crate::Error::Forbidden); [`NotFound`](crate::Error::NotFound);
/// [`StatusChanged`](domain::issues::conflict::Conflict::StatusChanged) while the applicant repairs the case.
pub async fn timeline(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Vec<TimelineEvent>> {
    actor.require(Permission::Verify)?;
    let mut conn = backend.db.read().await?;
    find(&mut conn, actor, id).await?;
    latest_events(&mut conn, id).await
}

async fn latest_events(conn: &mut Conn, id: Uuid) -> Result<Vec<TimelineEvent>> {
    type EventRow = (i64, String, Option<String>, Option<String>, String);
    let rows: Vec<EventRow> = fetch_all!(
        conn,
        EventRow,
        "SELECT e.at, e.action, u.name, e.address, e.detail FROM audit_events e LEFT JOIN users u ON u.id = e.actor_id
         WHERE e.subject_id = $1 ORDER BY e.at DESC, e.seq DESC, e.id DESC LIMIT $2",
        id,
        MAX_EVENTS
    )?;
    let events = rows.into_iter().rev().filter_map(|(at, action, by, address, detail)| {
        let (at, action) = (Timestamp::from_micros(at), Action::parse(&action)?);
        Some(TimelineEvent { at, action, by, address, detail: words(&detail) })
    });
    Ok(events.collect())
}

/// The words in the JSON detail of an event: a text, or the texts of a list, joined.
fn words(detail: &str) -> Option<String> {
    fn gather(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) if !text.is_empty() => found.push(text.clone()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
            serde_json::Value::Object(fields) => fields.get("note").into_iter().for_each(|note| gather(note, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    gather(&serde_json::from_str(detail).ok()?, &mut found);
    (!found.is_empty()).then(|| found.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_detail_is_read_as_words() {
        assert_eq!(words("\"surat\"").as_deref(), Some("surat"));
        assert_eq!(words("null"), None);
        assert_eq!(
            words(r#"["Judul","isi",[{"field":"letter","note":"pindai ulang"}]]"#).as_deref(),
            Some("Judul · isi · pindai ulang")
        );
    }
}
