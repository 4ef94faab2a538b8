//! The accesses of a person, as platforms admit them.

use domain::{
    issues::{Field, Problem},
    platforms::{AccessFacts, NotAdmitted, admits, launcher::UsableAccess},
    role::{ProfileType, Role},
    time::{Timestamp, Zone},
    validity::Validity,
};
use time::Date;
use uuid::Uuid;

use super::platform::Platform;
use crate::{
    Actor, Backend,
    db::{Conn, fetch_all},
    error::{Error, Result},
};

#[derive(sqlx::FromRow)]
pub(super) struct AccessRow {
    pub id: Uuid,
    #[sqlx(try_from = "String")]
    pub profile_type: ProfileType,
    #[sqlx(try_from = "String")]
    pub role: Role,
    pub work_unit: Option<String>,
    pub institution: Option<String>,
    pub company: Option<String>,
    pub nib: Option<String>,
    pub first_day: Date,
    pub last_day: Date,
    #[sqlx(try_from = "String")]
    pub zone: Zone,
    pub revoked_at: Option<i64>,
    pub chosen: bool,
}

/// All accesses of a person, the latest end first. `chosen` marks the last choice on a platform.
pub(super) async fn accesses(conn: &mut Conn, user_id: Uuid, platform_id: Uuid) -> Result<Vec<AccessRow>> {
    Ok(fetch_all!(
        conn,
        AccessRow,
        "SELECT a.id, a.profile_type, a.role, w.name AS work_unit, i.name AS institution, k.name AS company,
                k.nib, a.first_day, a.last_day, a.zone, a.revoked_at, c.access_id IS NOT NULL AS chosen
         FROM accesses a
         LEFT JOIN institutions i ON i.id = a.institution_id
         LEFT JOIN work_units w ON w.id = a.work_unit_id
         LEFT JOIN companies k ON k.application_id = a.application_id
         LEFT JOIN platform_choices c ON c.user_id = a.user_id AND c.platform_id = $2 AND c.access_id = a.id
         WHERE a.user_id = $1 ORDER BY a.last_day DESC, a.id LIMIT 100",
        user_id,
        platform_id
    )?)
}

impl AccessRow {
    fn facts(&self) -> Result<AccessFacts> {
        let validity = Validity::new(self.first_day, self.last_day)
            .ok_or_else(|| Error::internal("a stored access ends before it begins"))?;
        Ok(AccessFacts {
            role: self.role,
            profile_type: self.profile_type,
            validity,
            revoked: self.revoked_at.is_some(),
        })
    }

    /// Checks that a platform admits it on the day that it is in its zone.
    pub(super) fn admitted(&self, platform: &Platform, now: Timestamp) -> Result<std::result::Result<(), NotAdmitted>> {
        Ok(admits(&platform.admission, &self.facts()?, now.date(self.zone)))
    }

    fn usable(self) -> UsableAccess {
        UsableAccess {
            id: self.id,
            profile_type: self.profile_type,
            role: self.role,
            place: self.company.or(self.work_unit).unwrap_or_default(),
            institution: self.institution.or(self.nib.map(|nib| format!("NIB {nib}"))),
            last_day: self.last_day,
            last_used: self.chosen,
        }
    }
}

/// The accesses that the person can use on a platform: the last choice first, then the latest end.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn usable_there(
    conn: &mut Conn,
    backend: &Backend,
    actor: &Actor,
    platform: &Platform,
) -> Result<Vec<UsableAccess>> {
    let now = backend.world.now();
    let mut usable = Vec::new();
    for access in accesses(conn, actor.user_id, platform.id).await? {
        if access.admitted(platform, now)?.is_ok() {
            usable.push(access.usable());
        }
    }
    usable.sort_by_key(|access| !access.last_used);
    Ok(usable)
}

/// An access of the person that the platform admits today.
///
/// # Errors
/// [`Error::NotFound`] if it is not theirs; [`Problem::NotOffered`] at [`Field::Access`] if it is not admitted.
pub(crate) async fn usable(
    conn: &mut Conn,
    backend: &Backend,
    actor: &Actor,
    platform: &Platform,
    access_id: Uuid,
) -> Result<UsableAccess> {
    let own = accesses(conn, actor.user_id, platform.id).await?;
    let access = own.into_iter().find(|access| access.id == access_id).ok_or(Error::NotFound)?;
    match access.admitted(platform, backend.world.now())? {
        Ok(()) => Ok(access.usable()),
        Err(_) => Err(Error::invalid(Field::Access, Problem::NotOffered)),
    }
}
