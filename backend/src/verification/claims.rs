//! Who holds a case: a lease that ends by itself, so that no case waits for a colleague who went home.

use domain::{
    issues::Field,
    permission::Permission,
    status::{Action, REASON_LENGTH},
    text::check_paragraphs,
    time::Timestamp,
    verification::{LEASE, RESERVED},
};
use uuid::Uuid;

use super::{
    CaseRow, find,
    queue::MOST_AGE,
    verifiers::{active_verifier, not_close},
};
use crate::{
    Actor, Backend,
    actor::Scope,
    applications::transition::{Change, Doer, perform},
    db::{
        Dialect, Tx, args, execute, fetch_all, fetch_optional,
        literals::{States, WAITING},
        sql,
    },
    error::{Error, Result},
    notice::Notice,
};

/// What a case without holder has in place of a lease.
const NO_LEASE: &str = "lease_holder = NULL, lease_ends_at = NULL";

/// A lease that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// When it ends, unless renewed.
    pub until: Timestamp,
}

/// The free case that has waited longest, among those of `$from` that pass `$filter`: $1 the verifier, $2 now. In
/// PostgreSQL two who ask at once skip each other's case; SQLite has one writer.
macro_rules! oldest_free {
    ($dialect:expr, $from:literal, $($filter:tt)+) => {
        match $dialect {
            Dialect::Sqlite => oldest_free!(@ "", $from, $($filter)+),
            Dialect::Postgres => oldest_free!(@ " FOR UPDATE OF a SKIP LOCKED", $from, $($filter)+),
        }
    };
    (@ $lock:literal, $from:literal, $($filter:tt)+) => {
        sql!(
            "SELECT a.id FROM {}
             WHERE a.status IN {WAITING} AND {} AND (a.lease_holder IS NULL OR a.lease_ends_at <= $2)
               AND {} ORDER BY a.submitted_at, a.id LIMIT 1{}",
            $from, not_close("$1", "a"), $($filter)+, $lock
        )
    };
}

/// The condition that a case is for anybody: nobody is to get it again, they had their time ($3), or they cannot take it.
fn for_anyone() -> String {
    let (active, not_close) = (active_verifier("a.institution_id"), not_close("u.id", "a"));
    format!(
        "(a.assigned_to IS NULL OR a.submitted_at <= $3
          OR NOT EXISTS (SELECT 1 FROM users u WHERE u.id = a.assigned_to AND {active} AND {not_close}))"
    )
}

/// Takes the case that has waited longest among those that are free and in scope (**Ambil berikutnya**). Cases that came
/// back after a repair that this verifier asked for go first; those that another verifier asked for are theirs for a day.
/// Never an application of one's own or of somebody close, never one case to two. `None` if nothing is free.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn claim_next(backend: &Backend, actor: &Actor) -> Result<Option<Uuid>> {
    actor.require(Permission::Verify)?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Verify).await?;
    let Some(id) = next_free(&mut tx, actor, now).await? else { return Ok(None) };
    let row = find(&mut tx, actor, id).await?;
    take(backend, &mut tx, actor, id, &row, now).await?;
    tx.commit().await?;
    Ok(Some(id))
}

async fn next_free(tx: &mut Tx, actor: &Actor, now: Timestamp) -> Result<Option<Uuid>> {
    let dialect = tx.dialect();
    let own = oldest_free!(
        dialect,
        "applications a",
        "a.assigned_to = $1 AND ($3 OR EXISTS (SELECT 1 FROM staff_institutions s
             WHERE s.user_id = $1 AND s.institution_id = a.institution_id))"
    );
    let national = matches!(actor.scope, Scope::National);
    let next: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), own, actor.user_id, now.micros(), national)?;
    if let Some((id,)) = next {
        return Ok(Some(id));
    }
    let any = match actor.scope {
        Scope::National => oldest_free!(dialect, "applications a", for_anyone()),
        Scope::Institutions(_) => oldest_free!(
            dialect,
            "staff_institutions s CROSS JOIN applications a",
            format_args!("s.user_id = $1 AND a.institution_id = s.institution_id AND {}", for_anyone())
        ),
    };
    let next: Option<(Uuid,)> =
        fetch_optional!(tx, (Uuid,), any, actor.user_id, now.micros(), now.minus(RESERVED).micros())?;
    Ok(next.map(|(id,)| id))
}

/// Takes a case, or goes on holding it.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Conflict::HeldBy`](domain::issues::conflict::Conflict::HeldBy),
/// `OwnApplication`, `CloseApplicant`, `AlreadyDecided`, `StatusChanged`.
pub async fn claim(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Lease> {
    actor.require(Permission::Verify)?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    let lease = take(backend, &mut tx, actor, id, &row, now).await?;
    tx.commit().await?;
    Ok(lease)
}

/// The guarded write of a claim: an application that waits, that is not close to the actor, and that is free or held by
/// them already.
/// Only a new holder leaves a trail.
async fn take(backend: &Backend, tx: &mut Tx, actor: &Actor, id: Uuid, row: &CaseRow, now: Timestamp) -> Result<Lease> {
    let until = now.plus(LEASE);
    let change = Change {
        action: Action::Claim,
        set: "lease_holder = $2, lease_ends_at = $4",
        only: sql!(
            "id = $1 AND {} AND (lease_holder IS NULL OR lease_holder = $2 OR lease_ends_at <= $3)",
            not_close("$2", "applications")
        ),
    };
    let args = args!(tx, id, actor.user_id, now.micros(), until.micros())?;
    let is_new = row.lease(now).is_none_or(|(holder, _)| holder != actor.user_id);
    let moved = perform(backend, tx, Doer::Staff(actor), change, args, is_new.then_some(())).await?;
    if moved.is_empty() {
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
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Conflict::LeaseEnded`](domain::issues::conflict::Conflict::LeaseEnded),
/// `HeldBy`, `AlreadyDecided`, `StatusChanged`.
pub async fn renew(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Lease> {
    actor.require(Permission::Verify)?;
    let now = backend.world.now();
    let until = now.plus(LEASE);
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    let changed = execute!(
        tx,
        sql!(
            "UPDATE applications SET lease_ends_at = $4
             WHERE id = $1 AND status IN {} AND lease_holder = $2 AND lease_ends_at > $3 AND {}",
            States(Action::Release.transition().from),
            not_close("$2", "applications")
        ),
        id,
        actor.user_id,
        now.micros(),
        until.micros()
    )?;
    if changed == 0 {
        return Err(Error::Conflict(row.obstacle(actor, now)?));
    }
    // No trail, and a notice only where others may have read an end that comes before they read again: of a lease that was
    // about to end, because its page had slept.
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
    let actor = &actor.recheck(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    let change = Change { action: Action::Release, set: NO_LEASE, only: "id = $1 AND lease_holder = $2" };
    let args = args!(tx, id, actor.user_id)?;
    let released = perform(backend, &mut tx, Doer::Staff(actor), change, args, Some(())).await?;
    if !released.is_empty() {
        tx.notify(row.notice(id));
        tx.commit().await?;
    }
    Ok(())
}

/// Takes a case from whoever holds it (**Ambil alih**), with a reason for the trail.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; what is wrong with the reason;
/// [`Conflict::OwnApplication`](domain::issues::conflict::Conflict::OwnApplication), `CloseApplicant`, `AlreadyDecided`,
/// `StatusChanged`.
pub async fn take_over(backend: &Backend, actor: &Actor, id: Uuid, reason: &str) -> Result<Lease> {
    actor.require(Permission::Supervise)?;
    let reason = reason.trim();
    check_paragraphs(reason, REASON_LENGTH).map_err(|problem| Error::invalid(Field::Reason, problem))?;
    let now = backend.world.now();
    let until = now.plus(LEASE);
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Supervise).await?;
    let row = find(&mut tx, actor, id).await?;
    let change = Change {
        action: Action::TakeOver,
        set: "lease_holder = $2, lease_ends_at = $3",
        only: sql!("id = $1 AND {}", not_close("$2", "applications")),
    };
    let args = args!(tx, id, actor.user_id, until.micros())?;
    let taken = perform(backend, &mut tx, Doer::Staff(actor), change, args, Some(reason)).await?;
    if taken.is_empty() {
        return Err(Error::Conflict(row.obstacle(actor, now)?));
    }
    tx.notify(row.notice(id));
    tx.commit().await?;
    Ok(Lease { until })
}

/// Puts cases whose lease is over back into the queue; gives how many. A lease that ends later than any can is of a clock
/// that was set back since. Run every few seconds. Whoever reads a lease compares
/// its end with the clock, so nothing depends on how soon this runs.
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
            "SELECT id FROM applications
             WHERE lease_holder IS NOT NULL AND (lease_ends_at <= $1 OR lease_ends_at > $2) LIMIT 200",
            now.micros(),
            now.plus(LEASE).micros()
        )?
    };
    if lapsed.is_empty() {
        return Ok(0);
    }
    let mut tx = backend.db.begin().await?;
    let mut ended = 0;
    for (id,) in lapsed {
        let change = Change {
            action: Action::EndLease,
            set: NO_LEASE,
            only: "id = $1 AND (lease_ends_at <= $2 OR lease_ends_at > $3)",
        };
        let args = args!(tx, id, now.micros(), now.plus(LEASE).micros())?;
        for freed in perform(backend, &mut tx, Doer::System, change, args, Some(())).await? {
            let (user_id, institution_id) = (freed.user_id, freed.institution_id);
            tx.notify(Notice::Application { id, user_id, institution_id });
            ended += 1;
        }
    }
    tx.commit().await?;
    Ok(ended)
}

/// Frees everything that a person holds; when they are disabled or lose their role.
pub(crate) async fn release_all(backend: &Backend, tx: &mut Tx, user_id: Uuid) -> Result<()> {
    let change = Change { action: Action::ReleaseHeld, set: NO_LEASE, only: "lease_holder = $1" };
    let args = args!(tx, user_id)?;
    for freed in perform(backend, tx, Doer::System, change, args, Some(())).await? {
        let (id, user_id, institution_id) = (freed.id, freed.user_id, freed.institution_id);
        tx.notify(Notice::Application { id, user_id, institution_id });
    }
    Ok(())
}
