//! Which accounts share a number or a device with the applicant of a case. It is shown and refuses nothing; what refuses is
//! `verifiers::not_close`.

use std::collections::BTreeMap;

use domain::{
    accounts::person::masked,
    permission::StaffRole,
    time::Timestamp,
    verification::{SharedAccount, SharedThing, SharedWith},
};
use uuid::Uuid;

use super::CaseRow;
use crate::{
    Actor,
    accounts::DEVICE_MEMORY,
    db::{Conn, fetch_all},
    error::{Error, Result},
};

/// Maximum number of accounts that are read for a number, and for a device.
const MAX_ACCOUNTS: i64 = 20;

#[derive(sqlx::FromRow)]
struct SharedRow {
    kind: String,
    value: String,
    id: Uuid,
    name: String,
    email: String,
    staff_role: Option<String>,
}

/// The accounts that share a number, a telephone number or a device with the applicant, members of the staff first.
pub(super) async fn shared(conn: &mut Conn, actor: &Actor, row: &CaseRow, now: Timestamp) -> Result<Vec<SharedWith>> {
    let mut found: Vec<SharedRow> = fetch_all!(
        conn,
        SharedRow,
        "SELECT theirs.kind, theirs.value, u.id, u.name, u.email, u.staff_role
         FROM identifiers mine
         JOIN identifiers theirs ON theirs.value = mine.value AND theirs.kind = mine.kind AND theirs.user_id <> mine.user_id
         JOIN users u ON u.id = theirs.user_id
         WHERE mine.user_id = $1 ORDER BY theirs.kind, u.staff_role IS NULL, u.name, u.id LIMIT $2",
        row.user_id,
        MAX_ACCOUNTS
    )?;
    let devices: Vec<SharedRow> = fetch_all!(
        conn,
        SharedRow,
        "SELECT DISTINCT 'seen_device' AS kind, '' AS value, u.id, u.name, u.email, u.staff_role,
                u.staff_role IS NULL AS outside
         FROM seen_devices mine
         JOIN seen_devices theirs ON theirs.device = mine.device AND theirs.user_id <> mine.user_id AND theirs.seen_at > $3
         JOIN users u ON u.id = theirs.user_id
         WHERE mine.user_id = $1 AND mine.seen_at > $3 ORDER BY outside, u.name, u.id LIMIT $2",
        row.user_id,
        MAX_ACCOUNTS,
        now.minus(DEVICE_MEMORY).micros()
    )?;
    found.extend(devices);
    let mut groups: BTreeMap<(String, String), Vec<SharedAccount>> = BTreeMap::new();
    for SharedRow { kind, value, id, name, email, staff_role } in found {
        let staff_role = staff_role.map(StaffRole::try_from).transpose().map_err(Error::internal)?;
        let account = SharedAccount { name, email, staff_role, own: id == actor.user_id };
        groups.entry((kind, value)).or_default().push(account);
    }
    groups
        .into_iter()
        .map(|((kind, value), accounts)| Ok(SharedWith { thing: thing(&kind, &value)?, accounts }))
        .collect()
}

fn thing(kind: &str, value: &str) -> Result<SharedThing> {
    match kind {
        "employee_number" => Ok(SharedThing::EmployeeNumber { masked: masked(value) }),
        "phone" => Ok(SharedThing::Phone { masked: masked(value) }),
        "seen_device" => Ok(SharedThing::Device),
        other => Err(Error::internal(format!("an identifier of the kind {other:?}"))),
    }
}
