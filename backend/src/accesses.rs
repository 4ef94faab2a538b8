//! Accesses, with which people enter platforms.

use domain::{
    accesses::{
        AccessState, Renewal,
        overview::{Access, Overview, note},
    },
    issues::conflict::NotRenewable,
    role::Role,
    status::Status,
    time::{Timestamp, Zone},
    validity::Validity,
};
use time::Date;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    db::{
        Conn, fetch_all, fetch_optional,
        literals::{DRAFT, REJECTED, WITHDRAWN},
        sql,
    },
    error::{Error, Result},
};

#[derive(sqlx::FromRow)]
struct AccessRow {
    id: Uuid,
    #[sqlx(try_from = "String")]
    role: Role,
    institution: String,
    work_unit_code: Option<String>,
    work_unit: String,
    first_day: Date,
    last_day: Date,
    #[sqlx(try_from = "String")]
    zone: Zone,
    revoked_at: Option<i64>,
    application_id: Uuid,
    #[sqlx(try_from = "String")]
    application_status: Status,
    continued_until: Option<Date>,
    renewal_id: Option<Uuid>,
    renewal_status: Option<String>,
    renewal_reference: Option<String>,
}

/// A person's accesses, each with its renewal: among several, the one that is with the desk, otherwise the newest.
macro_rules! select {
    ($filter:literal) => {
        sql!(
            "SELECT a.id, a.role, coalesce(i.name, 'NIB ' || k.nib) AS institution, w.code AS work_unit_code,
                    coalesce(w.name, k.name) AS work_unit, a.first_day, a.last_day, a.zone, a.revoked_at, a.application_id,
                    s.status AS application_status,
                    (SELECT max(n.last_day) FROM accesses n LEFT JOIN companies m ON m.application_id = n.application_id
                     WHERE n.user_id = a.user_id AND n.role = a.role
                       AND (n.work_unit_id = a.work_unit_id OR m.nib = k.nib)
                       AND n.revoked_at IS NULL AND n.last_day > a.last_day) AS continued_until,
                    x.id AS renewal_id, x.status AS renewal_status, x.reference AS renewal_reference
             FROM accesses a
             LEFT JOIN institutions i ON i.id = a.institution_id
             LEFT JOIN work_units w ON w.id = a.work_unit_id
             LEFT JOIN companies k ON k.application_id = a.application_id
             JOIN applications s ON s.id = a.application_id
             LEFT JOIN applications x ON x.id = (
                 SELECT r.id FROM applications r WHERE r.renews_id = a.id AND r.status <> {WITHDRAWN}
                 ORDER BY CASE WHEN r.status IN ({DRAFT}, {REJECTED}) THEN 1 ELSE 0 END, r.created_at DESC, r.id DESC LIMIT 1)
             WHERE a.user_id = $1{} ORDER BY a.last_day DESC, a.id LIMIT 100",
            $filter
        )
    };
}

/// The page of Manajemen Akses.
///
/// # Errors
/// If the database does not answer.
pub async fn overview(backend: &Backend, actor: &Actor) -> Result<Overview> {
    Ok(Overview {
        accesses: list(backend, actor).await?,
        applications: crate::applications::open(backend, actor).await?,
    })
}

/// The person's own accesses, latest end first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(backend: &Backend, actor: &Actor) -> Result<Vec<Access>> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<AccessRow> = fetch_all!(conn, AccessRow, select!(""), actor.user_id)?;
    let now = backend.world.now();
    rows.into_iter().map(|row| row.access(now)).collect()
}

/// One of the person's own accesses.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn find(conn: &mut Conn, backend: &Backend, actor: &Actor, id: Uuid) -> Result<Access> {
    let row: Option<AccessRow> = fetch_optional!(conn, AccessRow, select!(" AND a.id = $2"), actor.user_id, id)?;
    row.ok_or(Error::NotFound)?.access(backend.world.now())
}

impl AccessRow {
    fn access(self, now: Timestamp) -> Result<Access> {
        let today = now.date(self.zone);
        let validity = Validity::new(self.first_day, self.last_day)
            .ok_or_else(|| Error::internal("a stored access ends before it begins"))?;
        let renewal_status: Option<Status> =
            self.renewal_status.map(|status| status.parse()).transpose().map_err(Error::internal)?;
        let sent = renewal_status.filter(|status| !matches!(status, Status::Draft | Status::Rejected));
        let renewal = match (self.revoked_at, self.continued_until, sent.and(self.renewal_reference)) {
            (Some(_), ..) => Err(NotRenewable::Revoked),
            (None, Some(until), _) => Err(NotRenewable::Continued { until }),
            (None, None, Some(reference)) => Err(NotRenewable::Sent { reference }),
            (None, None, None) => Renewal::on(today, self.last_day).map_err(|from| NotRenewable::TooEarly { from }),
        };
        let state = AccessState::on(today, validity, self.revoked_at.is_some());
        let renewed_by = self.renewal_id.zip(renewal_status);
        Ok(Access {
            id: self.id,
            role: self.role,
            institution: self.institution,
            work_unit_code: self.work_unit_code,
            work_unit: self.work_unit,
            validity,
            state,
            days_left: (state == AccessState::Active)
                .then(|| u32::try_from((validity.last() - today).whole_days()).unwrap_or(0)),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
            application_id: self.application_id,
            note: note(&renewal, self.application_status, renewed_by),
            renewal,
            renewed_by,
        })
    }
}
