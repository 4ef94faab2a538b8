//! Open cases in the database.

use domain::{role::Role, status::Status};
use uuid::Uuid;

use crate::{
    db::{Conn, Dialect, fetch_all, for_each, literals::OPEN, sql},
    error::Result,
};

/// An open case as the queue needs it.
#[derive(sqlx::FromRow)]
pub(super) struct OpenCaseRow {
    pub(super) id: Uuid,
    #[sqlx(try_from = "String")]
    pub(super) status: Status,
    pub(super) reference: String,
    pub(super) name: String,
    pub(super) employee_number: Option<String>,
    #[sqlx(try_from = "String")]
    pub(super) role: Role,
    pub(super) institution_id: Option<Uuid>,
    pub(super) institution: String,
    pub(super) work_unit: String,
    pub(super) code: Option<String>,
    pub(super) npwp: Option<String>,
    pub(super) linked: bool,
    pub(super) submitted_at: i64,
    pub(super) lease_holder: Option<Uuid>,
    pub(super) lease_ends_at: Option<i64>,
    pub(super) holder: Option<String>,
    pub(super) assigned_to: Option<Uuid>,
}

/// Selects the open cases that pass a filter. A case has no work unit while its applicant repairs it.
macro_rules! open_cases {
    ($filter:literal) => {
        sql!(
            "SELECT a.id, a.status, a.reference, a.applicant_name AS name, a.employee_number, a.role,
                    s.institution_id, coalesce(i.name, 'NIB ' || k.nib) AS institution,
                    coalesce(w.name, k.name, '') AS work_unit, w.code, k.npwp,
                    s.sirup_account IS NOT NULL AS linked, s.submitted_at, a.lease_holder, a.lease_ends_at,
                    h.name AS holder, a.assigned_to
             FROM applications a
             JOIN submissions s ON s.application_id = a.id
             LEFT JOIN institutions i ON i.id = s.institution_id
             LEFT JOIN work_units w ON w.id = s.work_unit_id AND a.repair_began_at IS NULL
             LEFT JOIN companies k ON k.application_id = a.id
             LEFT JOIN users h ON h.id = a.lease_holder
             WHERE a.status IN {OPEN}{}",
            $filter
        )
    };
}

/// Reads all open cases, oldest first, one row at a time.
pub(super) async fn read_all(conn: &mut Conn, each: impl FnMut(OpenCaseRow)) -> Result<()> {
    Ok(for_each!(conn, OpenCaseRow, open_cases!(" ORDER BY a.submitted_at, a.id"), each)?)
}

/// Reads those of these applications that are open, oldest first.
pub(super) async fn read_some(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<OpenCaseRow>> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => {
            open_cases!(" AND a.id IN (SELECT unhex(value, '-') FROM json_each($1)) ORDER BY a.submitted_at, a.id")
        }
        Dialect::Postgres => {
            open_cases!(
                " AND a.id = ANY (ARRAY (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb) AS t (value)))
                 ORDER BY a.submitted_at, a.id"
            )
        }
    };
    Ok(fetch_all!(conn, OpenCaseRow, sql, serde_json::to_string(ids)?)?)
}
