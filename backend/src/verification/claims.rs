//! Who holds a case: a lease that ends by itself, so that nobody waits for a colleague who went home.

use domain::{
    issues::Field,
    staff::Permission,
    status::REASON_LENGTH,
    text::check_paragraphs,
    time::Timestamp,
    verification::{LEASE, RESERVED},
};
use uuid::Uuid;

use super::{CaseRow, find, queue::MOST_AGE};
use crate::{
    Actor, Backend,
    actor::Scope,
    audit::{Action, Who},
    db::{Tx, execute, fetch_all, fetch_optional},
    error::{Error, Result},
    notice::Notice,
};

/// A lease that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// When it ends, unless renewed.
    pub until: Timestamp,
}

/// The free case that has waited longest, among those that a filter names: $1 the verifier, $2 now. Two at once pass each
/// other by in PostgreSQL (SKIP LOCKED); SQLite has one writer.
macro_rules! oldest_free {
    ($tx:ident, $from:literal, [$($filter:tt)+]) => {
        $tx.dialect().pick(
            oldest_free!($from, [$($filter)+], ""),
            oldest_free!($from, [$($filter)+], " FOR UPDATE OF a SKIP LOCKED"),
        )
    };
    ($from:literal, [$($filter:tt)+], $lock:literal) => {
        concat!(
            "SELECT a.id FROM ", $from, "
             WHERE a.status IN ('submitted', 'in_review') AND a.user_id <> $1
               AND (a.lease_holder IS NULL OR a.lease_ends_at <= $2) AND ", $($filter)+, "
             ORDER BY a.submitted_at, a.id LIMIT 1", $lock
        )
    };
}

/// That a case waits for nobody, or has done so since $3 at least, or that whoever it waits for cannot take it.
macro_rules! for_anyone {
    () => {
        "(a.assigned_to IS NULL OR a.submitted_at <= $3 OR EXISTS (
             SELECT 1 FROM users u WHERE u.id = a.assigned_to
               AND (u.disabled_at IS NOT NULL OR u.staff_role IS NULL OR u.staff_role = 'admin'
                    OR (NOT u.staff_national AND NOT EXISTS (
                        SELECT 1 FROM staff_institutions t
                        WHERE t.user_id = u.id AND t.institution_id = a.institution_id)))))"
    };
}

/// Takes the case that has waited longest among those that are free and in scope (**Ambil berikutnya**). What came back
/// after a repair that this verifier asked for goes first; what waits so for another is passed over for a day. Never
/// one's own, never the same to two. `None` if nothing is free.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn claim_next(backend: &Backend, actor: &Actor) -> Result<Option<Uuid>> {
    actor.require(Permission::Verify)?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.anew(&mut tx, Permission::Verify).await?;
    let own = oldest_free!(
        tx,
        "applications a",
        ["a.assigned_to = $1 AND ($3 OR EXISTS (SELECT 1 FROM staff_institutions s
             WHERE s.user_id = $1 AND s.institution_id = a.institution_id))"]
    );
    let any = match actor.scope {
        Scope::National => oldest_free!(tx, "applications a", [for_anyone!()]),
        Scope::Institutions(_) => oldest_free!(
            tx,
            "staff_institutions s CROSS JOIN applications a",
            ["s.user_id = $1 AND a.institution_id = s.institution_id AND ", for_anyone!()]
        ),
    };
    let national = matches!(actor.scope, Scope::National);
    let mut next: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), own, actor.user_id, now.micros(), national)?;
    if next.is_none() {
        next = fetch_optional!(tx, (Uuid,), any, actor.user_id, now.micros(), now.minus(RESERVED).micros())?;
    }
    let Some((id,)) = next else { return Ok(None) };
    let row = find(&mut tx, actor, id).await?;
    take(&mut tx, actor, id, &row, now).await?;
    backend.record(&mut tx, actor, Action::CaseClaimed, Some(id), ())?;
    tx.commit().await?;
    Ok(Some(id))
}

/// Takes a case, or goes on holding it.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`domain::issues::conflict::Conflict::HeldBy`], [`domain::issues::conflict::Conflict::OwnApplication`],
/// [`domain::issues::conflict::Conflict::AlreadyDecided`], [`domain::issues::conflict::Conflict::StatusChanged`].
pub async fn claim(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Lease> {
    actor.require(Permission::Verify)?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.anew(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    let held_already = row.lease(now).is_some_and(|(holder, _)| holder == actor.user_id);
    let lease = take(&mut tx, actor, id, &row, now).await?;
    if !held_already {
        backend.record(&mut tx, actor, Action::CaseClaimed, Some(id), ())?;
    }
    tx.commit().await?;
    Ok(lease)
}

/// The guarded write of a claim: only what waits, is free or one's own already, and not one's own application.
async fn take(tx: &mut Tx, actor: &Actor, id: Uuid, row: &CaseRow, now: Timestamp) -> Result<Lease> {
    let until = now.plus(LEASE);
    let changed = execute!(
        tx,
        "UPDATE applications SET status = 'in_review', lease_holder = $2, lease_ends_at = $4
         WHERE id = $1 AND status IN ('submitted', 'in_review') AND user_id <> $2
           AND (lease_holder IS NULL OR lease_holder = $2 OR lease_ends_at <= $3)",
        id,
        actor.user_id,
        now.micros(),
        until.micros()
    )?;
    if changed == 0 {
        // In PostgreSQL somebody may have been quicker than the row that was read.
        let row = find(tx, actor, id).await?;
        return Err(Error::Conflict(row.obstacle(actor, now)?));
    }
    tx.notify(row.notice(id));
    Ok(Lease { until })
}

/// Goes on holding a case while its page is open.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`domain::issues::conflict::Conflict::LeaseEnded`], [`domain::issues::conflict::Conflict::HeldBy`],
/// [`domain::issues::conflict::Conflict::AlreadyDecided`], [`domain::issues::conflict::Conflict::StatusChanged`].
pub async fn renew(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Lease> {
    actor.require(Permission::Verify)?;
    let now = backend.world.now();
    let until = now.plus(LEASE);
    let mut tx = backend.db.begin().await?;
    let actor = &actor.anew(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    let changed = execute!(
        tx,
        "UPDATE applications SET lease_ends_at = $4
         WHERE id = $1 AND status = 'in_review' AND lease_holder = $2 AND lease_ends_at > $3",
        id,
        actor.user_id,
        now.micros(),
        until.micros()
    )?;
    if changed == 0 {
        return Err(Error::Conflict(row.obstacle(actor, now)?));
    }
    // No trail, and seldom a notice, since nobody sees a difference. Only of a lease that was about to end (its page had
    // slept) others may have read an end that comes before they read again.
    if row.lease(now).is_some_and(|(_, end)| end.since(now) < 2 * MOST_AGE) {
        tx.notify(row.notice(id));
    }
    tx.commit().await?;
    Ok(Lease { until })
}

/// Gives a case back to the queue (**Lepaskan**). One that is not held any more is no error.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn release(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    actor.require(Permission::Verify)?;
    let mut tx = backend.db.begin().await?;
    let actor = &actor.anew(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    let changed = execute!(
        tx,
        "UPDATE applications SET status = 'submitted', lease_holder = NULL, lease_ends_at = NULL
         WHERE id = $1 AND status = 'in_review' AND lease_holder = $2",
        id,
        actor.user_id
    )?;
    if changed > 0 {
        backend.record(&mut tx, actor, Action::CaseReleased, Some(id), ())?;
        tx.notify(row.notice(id));
        tx.commit().await?;
    }
    Ok(())
}

/// Takes a case from whoever holds it (**Ambil alih**), with a reason for the trail.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; what is wrong with the reason; [`domain::issues::conflict::Conflict::OwnApplication`],
/// [`domain::issues::conflict::Conflict::AlreadyDecided`], [`domain::issues::conflict::Conflict::StatusChanged`].
pub async fn take_over(backend: &Backend, actor: &Actor, id: Uuid, reason: &str) -> Result<Lease> {
    actor.require(Permission::Supervise)?;
    let reason = reason.trim();
    check_paragraphs(reason, REASON_LENGTH).map_err(|problem| Error::invalid(Field::Reason, problem))?;
    let now = backend.world.now();
    let until = now.plus(LEASE);
    let mut tx = backend.db.begin().await?;
    let actor = &actor.anew(&mut tx, Permission::Supervise).await?;
    let row = find(&mut tx, actor, id).await?;
    let changed = execute!(
        tx,
        "UPDATE applications SET status = 'in_review', lease_holder = $2, lease_ends_at = $3
         WHERE id = $1 AND status IN ('submitted', 'in_review') AND user_id <> $2",
        id,
        actor.user_id,
        until.micros()
    )?;
    if changed == 0 {
        return Err(Error::Conflict(row.obstacle(actor, now)?));
    }
    backend.record(&mut tx, actor, Action::CaseTakenOver, Some(id), reason)?;
    tx.notify(row.notice(id));
    tx.commit().await?;
    Ok(Lease { until })
}

/// Puts cases whose lease is over back into the queue; gives how many. Run every few seconds. What reads a lease compares
/// its end with the clock, so that nothing depends on how soon this runs.
///
/// # Errors
/// If the database refuses.
pub async fn end_leases(backend: &Backend) -> Result<usize> {
    let now = backend.world.now();
    let lapsed: Vec<(Uuid,)> = {
        let mut conn = backend.db.read().await?;
        fetch_all!(
            conn,
            (Uuid,),
            "SELECT id FROM applications WHERE lease_holder IS NOT NULL AND lease_ends_at <= $1 LIMIT 200",
            now.micros()
        )?
    };
    if lapsed.is_empty() {
        return Ok(0);
    }
    let mut tx = backend.db.begin().await?;
    let mut ended = 0;
    for (id,) in lapsed {
        let freed: Option<(Uuid, Option<Uuid>)> = fetch_optional!(
            tx,
            (Uuid, Option<Uuid>),
            "UPDATE applications SET status = 'submitted', lease_holder = NULL, lease_ends_at = NULL
             WHERE id = $1 AND status = 'in_review' AND lease_ends_at <= $2 RETURNING user_id, institution_id",
            id,
            now.micros()
        )?;
        if let Some((user_id, institution_id)) = freed {
            backend.record(&mut tx, Who::nobody(), Action::LeaseEnded, Some(id), ())?;
            tx.notify(Notice::Application { id, user_id, institution_id });
            ended += 1;
        }
    }
    tx.commit().await?;
    Ok(ended)
}

/// Frees everything that a person holds; when they are disabled or lose their role.
pub(crate) async fn release_all(backend: &Backend, tx: &mut Tx, user_id: Uuid) -> Result<()> {
    let freed: Vec<(Uuid, Uuid, Option<Uuid>)> = fetch_all!(
        tx,
        (Uuid, Uuid, Option<Uuid>),
        "UPDATE applications SET status = 'submitted', lease_holder = NULL, lease_ends_at = NULL
         WHERE lease_holder = $1 AND status = 'in_review' RETURNING id, user_id, institution_id",
        user_id
    )?;
    for (id, user_id, institution_id) in freed {
        backend.record(tx, Who::nobody(), Action::CaseReleased, Some(id), ())?;
        tx.notify(Notice::Application { id, user_id, institution_id });
    }
    Ok(())
}

impl CaseRow {
    /// Tells open pages that this case changed.
    pub(super) fn notice(&self, id: Uuid) -> Notice {
        Notice::Application { id, user_id: self.user_id, institution_id: self.institution_id }
    }
}
