//! Who accepted the terms of platforms.

use domain::{permission::Permission, platforms::terms::TermsKind, spreadsheet::cell, time::Timestamp};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{platform::lock, texts};
use crate::{Actor, Backend, audit::Action, db::fetch_all, error::Result, secrets::hex};

/// Rows read at a time.
const PAGE: i64 = 1000;

#[derive(sqlx::FromRow)]
struct AcceptanceRow {
    id: Uuid,
    name: String,
    email: String,
    kind: String,
    version: i64,
    sha256: Vec<u8>,
    role: String,
    accepted_at: i64,
    address: String,
}

/// Exports who accepted which version of a platform's terms, the oldest first: CSV (RFC 4180) in UTF-8 with a byte order
/// mark. Writes an audit event, because the file has names and addresses.
///
/// # Errors
/// [`crate::Error::Forbidden`]; [`crate::Error::NotFound`].
pub async fn export(backend: &Backend, actor: &Actor, platform_id: Uuid) -> Result<String> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    lock(&mut tx, platform_id).await?;
    backend.record(&mut tx, actor, Action::AcceptancesExported, Some(platform_id), ())?;
    tx.commit().await?;

    let to = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    // Writing into memory cannot fail.
    let _ = writer.write_record(texts::ACCEPTANCES_COLUMNS);
    let mut conn = backend.db.read().await?;
    let mut after = Uuid::nil();
    loop {
        // Ids are ordered by time.
        let rows: Vec<AcceptanceRow> = fetch_all!(
            conn,
            AcceptanceRow,
            "SELECT a.id, c.holder_name AS name, u.email, t.kind, CAST(t.version AS BIGINT) AS version, t.sha256, c.role,
                    a.accepted_at, a.address
             FROM acceptances a
             JOIN terms t ON t.id = a.terms_id
             JOIN users u ON u.id = a.user_id
             JOIN accesses c ON c.id = a.access_id
             WHERE t.platform_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3",
            platform_id,
            after,
            PAGE
        )?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in rows {
            let _ = writer.write_record(row.cells());
        }
    }
    Ok(String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default())
}

impl AcceptanceRow {
    fn cells(self) -> [String; 8] {
        let nanos = i128::from(Timestamp::from_micros(self.accepted_at).micros()) * 1000;
        let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok().and_then(|at| at.format(&Rfc3339).ok());
        let kind = self.kind.parse::<TermsKind>().map(TermsKind::label).unwrap_or_default();
        [
            cell(&self.name).into_owned(),
            cell(&self.email).into_owned(),
            kind.to_owned(),
            self.version.to_string(),
            hex(&self.sha256),
            self.role.parse().map(|role: domain::role::Role| role.info().code.to_owned()).unwrap_or(self.role),
            at.unwrap_or_default(),
            cell(&self.address).into_owned(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_runs_no_cell_of_the_export() {
        let row = AcceptanceRow {
            id: Uuid::nil(),
            name: "=Siti".into(),
            email: "siti.pa@contoh.go.id".into(),
            kind: "syarat".into(),
            version: 2,
            sha256: vec![0, 255],
            role: "pa".into(),
            accepted_at: 1_795_681_200_000_000,
            address: "127.0.0.1".into(),
        };
        let cells = row.cells();
        assert_eq!((cells[0].as_str(), cells[4].as_str(), cells[5].as_str()), ("'=Siti", "00ff", "PA"));
        assert_eq!(cells[6], "2026-11-26T08:20:00Z");
    }
}
