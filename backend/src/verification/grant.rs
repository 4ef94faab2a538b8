//! The access that an approval gives, and that undoing or reopening takes back.

use domain::{time::Timestamp, validity::Validity};
use uuid::Uuid;

use super::CaseRow;
use crate::{
    Backend,
    applications::refuse_overlap,
    db::{Tx, execute, fetch_optional, literals::APPROVED, sql},
    error::Result,
    oidc::rights::{GrantsOf, Why, end_grants},
};

/// Gives the access of an approval. One that was revoked when the case was reopened becomes valid again, for what is
/// approved now.
pub(super) async fn grant(
    backend: &Backend,
    tx: &mut Tx,
    row: &CaseRow,
    id: Uuid,
    validity: Validity,
    now: Timestamp,
) -> Result<()> {
    refuse_overlap(tx, row.user_id, row.role, row.place(), validity).await?;
    // If the end date changed, the reminders are sent again.
    execute!(
        tx,
        "DELETE FROM access_reminders
         WHERE access_id IN (SELECT id FROM accesses WHERE application_id = $1 AND last_day <> $2)",
        id,
        validity.last()
    )?;
    execute!(
        tx,
        "INSERT INTO accesses (id, user_id, application_id, profile_type, role, institution_id, work_unit_id,
             first_day, last_day, created_at, holder_name, holder_nip, zone)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (application_id) DO UPDATE SET revoked_at = NULL, profile_type = excluded.profile_type,
             role = excluded.role, institution_id = excluded.institution_id, work_unit_id = excluded.work_unit_id,
             first_day = excluded.first_day, last_day = excluded.last_day, holder_name = excluded.holder_name,
             holder_nip = excluded.holder_nip, zone = excluded.zone",
        backend.world.id(),
        row.user_id,
        id,
        row.profile_type.as_str(),
        row.role.as_str(),
        row.institution_id,
        row.work_unit_id,
        validity.first(),
        validity.last(),
        now.micros(),
        &row.name,
        row.nip(),
        row.zone.as_str()
    )?;
    if let Some(address) = &row.address {
        // The first approved address becomes the work unit's.
        execute!(
            tx,
            "UPDATE work_units SET address = $2, updated_at = $3 WHERE id = $1 AND address IS NULL",
            row.work_unit_id,
            address,
            now.micros()
        )?;
    }
    Ok(())
}

/// Takes back what [`grant`] gave. By `undo`, an access that is as old as the verdict is deleted, unless it entered a
/// platform or is being renewed already; any other is revoked. The work unit loses the address, unless another approved
/// application gave one.
pub(super) async fn revoke_access(
    backend: &Backend,
    tx: &mut Tx,
    row: &CaseRow,
    id: Uuid,
    granted_at: Timestamp,
    now: Timestamp,
    undo: bool,
) -> Result<()> {
    if undo {
        delete_unused(tx, id, granted_at).await?;
    }
    let revoked: Option<(Uuid,)> = fetch_optional!(
        tx,
        (Uuid,),
        "UPDATE accesses SET revoked_at = $2 WHERE application_id = $1 AND revoked_at IS NULL RETURNING id",
        id,
        now.micros()
    )?;
    if let Some((access_id,)) = revoked {
        end_grants(backend, tx, Why::AccessRevoked, GrantsOf::Access(access_id)).await?;
    }
    execute!(
        tx,
        sql!(
            "UPDATE work_units SET address = NULL, updated_at = $3 WHERE id = $1 AND address = $4
               AND NOT EXISTS (SELECT 1 FROM applications o WHERE o.work_unit_id = $1 AND o.id <> $2
                                 AND o.status = {APPROVED} AND o.address IS NOT NULL)"
        ),
        row.work_unit_id,
        id,
        now.micros(),
        &row.address
    )?;
    Ok(())
}

/// Deletes the access that an application got at this moment, unless something hangs on it already.
async fn delete_unused(tx: &mut Tx, id: Uuid, granted_at: Timestamp) -> Result<()> {
    // In PostgreSQL, the lock waits for a reminder that is being written, so that it is among those deleted.
    let sql = tx.dialect().pick(
        "SELECT id FROM accesses WHERE application_id = $1 AND created_at = $2",
        "SELECT id FROM accesses WHERE application_id = $1 AND created_at = $2 FOR UPDATE",
    );
    let fresh: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), sql, id, granted_at.micros())?;
    if let Some((access_id,)) = fresh {
        execute!(tx, "DELETE FROM access_reminders WHERE access_id = $1", access_id)?;
        execute!(
            tx,
            "DELETE FROM accesses WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM oidc_grants g WHERE g.access_id = accesses.id)
               AND NOT EXISTS (SELECT 1 FROM platform_choices c WHERE c.access_id = accesses.id)
               AND NOT EXISTS (SELECT 1 FROM acceptances p WHERE p.access_id = accesses.id)
               AND NOT EXISTS (SELECT 1 FROM applications r WHERE r.renews_id = accesses.id)",
            access_id
        )?;
    }
    Ok(())
}
