//! The history of a case, from the trail.

use domain::{staff::Permission, time::Timestamp};
use uuid::Uuid;

use super::find;
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, fetch_all},
    error::Result,
};

/// Most events that a timeline shows.
const MOST: i64 = 200;

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: Action,
    /// Who did it; nobody if it happened by time.
    pub by: Option<String>,
    /// The address of their device.
    pub address: Option<String>,
    /// The words of the event, if it has any: a reason, what was looked at.
    pub detail: Option<String>,
}

/// What happened to a case, oldest first: also who, from where, what was looked at.
///
/// # Errors
/// [`crate::Error::Forbidden`]; [`crate::Error::NotFound`]; [`domain::issues::conflict::Conflict::StatusChanged`] while its person
/// repairs the case.
pub async fn timeline(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Vec<Entry>> {
    actor.require(Permission::Verify)?;
    let mut conn = backend.db.read().await?;
    find(&mut conn, actor, id).await?;
    events(&mut conn, id).await
}

/// The events of a case, oldest first; of many, the latest.
async fn events(conn: &mut Conn, id: Uuid) -> Result<Vec<Entry>> {
    type Row = (i64, String, Option<String>, Option<String>, String);
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT e.at, e.action, u.name, e.address, e.detail FROM audit_events e LEFT JOIN users u ON u.id = e.actor_id
         WHERE e.subject_id = $1 ORDER BY e.at DESC, e.seq DESC, e.id DESC LIMIT $2",
        id,
        MOST
    )?;
    let entries = rows.into_iter().rev().filter_map(|(at, action, by, address, detail)| {
        let (at, action) = (Timestamp::from_micros(at), Action::parse(&action)?);
        Some(Entry { at, action, by, address, detail: words(&detail) })
    });
    Ok(entries.collect())
}

/// The words in the detail of an event: a text, or the texts of a list joined.
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
