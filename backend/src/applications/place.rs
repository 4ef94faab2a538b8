//! The place that a role is held for, and the rule that a person has it there once.

use domain::{issues::conflict::Conflict, role::Role, validity::Validity};
use time::Date;
use uuid::Uuid;

use crate::{
    db::{Tx, fetch_optional, literals::OPEN, sql},
    error::{Error, Result},
};

/// What a role is held for: a work unit or, by a supplier, the company of a NIB. Who has one access or open application
/// for it gets no second ([`Tx::lock_user`] guards it; of work units a unique index too).
#[derive(Clone, Copy)]
pub(crate) struct RolePlace<'a> {
    pub work_unit_id: Option<Uuid>,
    pub nib: Option<&'a str>,
}

/// Refuses a second open application of a person for the same role and place, beside `id`.
pub(crate) async fn refuse_second(
    tx: &mut Tx,
    user_id: Uuid,
    role: Role,
    place: RolePlace<'_>,
    id: Uuid,
) -> Result<()> {
    let open: Option<(String,)> = fetch_optional!(
        tx,
        (String,),
        sql!(
            "SELECT a.reference FROM applications a LEFT JOIN companies k ON k.application_id = a.id
             WHERE a.user_id = $1 AND a.role = $2 AND (a.work_unit_id = $3 OR k.nib = $4) AND a.id <> $5
               AND a.status IN {OPEN} LIMIT 1"
        ),
        user_id,
        role.as_str(),
        place.work_unit_id,
        place.nib,
        id
    )?;
    match open {
        Some((reference,)) if place.nib.is_some() => Err(Error::Conflict(Conflict::OpenForCompany { reference })),
        Some((reference,)) => Err(Error::Conflict(Conflict::OpenApplication { reference })),
        None => Ok(()),
    }
}

/// Refuses a period in which the person already has an access for this role and place.
pub(crate) async fn refuse_overlap(
    tx: &mut Tx,
    user_id: Uuid,
    role: Role,
    place: RolePlace<'_>,
    validity: Validity,
) -> Result<()> {
    let overlapping: Option<(Date, Date)> = fetch_optional!(
        tx,
        (Date, Date),
        "SELECT c.first_day, c.last_day FROM accesses c LEFT JOIN companies k ON k.application_id = c.application_id
         WHERE c.user_id = $1 AND c.role = $2 AND (c.work_unit_id = $3 OR k.nib = $4) AND c.revoked_at IS NULL
           AND c.first_day <= $6 AND c.last_day >= $5 ORDER BY c.last_day DESC LIMIT 1",
        user_id,
        role.as_str(),
        place.work_unit_id,
        place.nib,
        validity.first(),
        validity.last()
    )?;
    match overlapping {
        Some((first, last)) if place.nib.is_some() => Err(Error::Conflict(Conflict::AccessForCompany { first, last })),
        Some((first, last)) => Err(Error::Conflict(Conflict::OverlappingAccess { first, last })),
        None => Ok(()),
    }
}
