//! Accesses: what a person may enter platforms with.

use domain::{access::AccessState, role::Role, validity::Validity};
use time::Date;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    db::fetch_all,
    error::{Error, Result},
};

/// One access in a list.
#[derive(Clone, Debug)]
pub struct Access {
    /// Its row.
    pub id: Uuid,
    /// The role it proves.
    pub role: Role,
    /// Name of the institution.
    pub institution: String,
    /// Code of the work unit.
    pub work_unit_code: Option<String>,
    /// Name of the work unit.
    pub work_unit: String,
    /// Its period.
    pub validity: Validity,
    /// Where it stands today, in the person's zone.
    pub state: AccessState,
    /// The application that it came of.
    pub application_id: Uuid,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    #[sqlx(try_from = "String")]
    role: Role,
    institution: String,
    work_unit_code: Option<String>,
    work_unit: String,
    first_day: Date,
    last_day: Date,
    revoked_at: Option<i64>,
    application_id: Uuid,
}

/// The person's own accesses, those that end last first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(backend: &Backend, actor: &Actor) -> Result<Vec<Access>> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT a.id, a.role, i.name AS institution, w.code AS work_unit_code, w.name AS work_unit, a.first_day,
                a.last_day, a.revoked_at, a.application_id
         FROM accesses a
         JOIN institutions i ON i.id = a.institution_id
         JOIN work_units w ON w.id = a.work_unit_id
         WHERE a.user_id = $1 ORDER BY a.last_day DESC, a.id LIMIT 100",
        actor.user_id
    )?;
    let today = backend.world.today(actor.zone);
    rows.into_iter()
        .map(|row| {
            let validity = Validity::new(row.first_day, row.last_day)
                .ok_or_else(|| Error::internal("a stored access ends before it begins"))?;
            Ok(Access {
                id: row.id,
                role: row.role,
                institution: row.institution,
                work_unit_code: row.work_unit_code,
                work_unit: row.work_unit,
                validity,
                state: AccessState::on(today, validity, row.revoked_at.is_some()),
                application_id: row.application_id,
            })
        })
        .collect()
}
