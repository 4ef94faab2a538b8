//! Roles that one administrator proposed and a second one has yet to confirm.

use std::time::Duration;

use domain::{
    issues::conflict::Conflict,
    permission::{Permission, StaffRole},
    staff::view::RoleProposal,
    time::Timestamp,
};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    members::institutions_named,
    roles::{keep_an_administrator, lock_staff},
};
use crate::{
    Actor, Backend,
    actor::Scope,
    audit::Action,
    db::{Conn, Tx, execute, fetch_all, fetch_one, fetch_optional, literals::ADMINISTRATORS, sql},
    error::{Error, Result},
};

/// How long a proposal can be confirmed.
const VALID_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// What became of a role that an administrator gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appointed {
    /// The person has it, or an invitation to it.
    AtOnce,
    /// A second administrator must confirm it.
    Proposed,
}

/// Who is to get a role: an address, and its account if there is one.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub email: &'a str,
    pub user_id: Option<Uuid>,
}

/// True if one administrator alone may not give this role: it is a powerful one, and the person has not got it for all of
/// these institutions already.
pub(super) async fn needs_second(
    tx: &mut Tx,
    user_id: Option<Uuid>,
    role: StaffRole,
    institutions: &[Uuid],
) -> Result<bool> {
    if !role.needs_second() {
        return Ok(false);
    }
    let Some(user_id) = user_id else { return Ok(true) };
    let stored: Option<(Option<String>, bool)> = fetch_optional!(
        tx,
        (Option<String>, bool),
        "SELECT staff_role, staff_national FROM users WHERE id = $1",
        user_id
    )?;
    let Some((stored, national)) = stored else { return Ok(true) };
    if stored.as_deref() != Some(role.as_str()) {
        return Ok(true);
    }
    Ok(match Scope::read(tx, user_id, national).await? {
        Scope::National => false,
        Scope::Institutions(known) => institutions.is_empty() || institutions.iter().any(|id| !known.contains(id)),
    })
}

/// Writes a proposal, in place of an earlier one for the same address.
///
/// # Errors
/// [`Conflict::LastAdministrator`] if the last administrator would lose the role;
/// [`Conflict::NoSecondAdministrator`] if nobody could confirm it.
pub(super) async fn propose(
    backend: &Backend,
    tx: &mut Tx,
    actor: &Actor,
    candidate: Candidate<'_>,
    role: StaffRole,
    institutions: &[Uuid],
) -> Result<()> {
    if let Some(user_id) = candidate.user_id.filter(|_| role != StaffRole::Admin) {
        keep_an_administrator(tx, user_id).await?;
    }
    let (seconds,): (i64,) = fetch_one!(
        tx,
        (i64,),
        sql!(
            "SELECT count(*) FROM users
             WHERE staff_role IN {ADMINISTRATORS} AND disabled_at IS NULL AND id <> $1 AND id <> $2"
        ),
        actor.user_id,
        candidate.user_id.unwrap_or_default()
    )?;
    if seconds == 0 {
        return Err(Error::Conflict(Conflict::NoSecondAdministrator));
    }
    let (id, now) = (backend.world.id(), backend.world.now());
    execute!(tx, "DELETE FROM role_proposals WHERE email = $1", candidate.email)?;
    execute!(
        tx,
        "INSERT INTO role_proposals (id, email, user_id, staff_role, institutions, proposed_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        candidate.email,
        candidate.user_id,
        role.as_str(),
        Json(institutions),
        actor.user_id,
        now.micros(),
        now.plus(VALID_FOR).micros()
    )?;
    backend.record(tx, actor, Action::StaffRoleProposed, Some(id), (candidate.email, role.as_str(), institutions))
}

/// Takes a proposal back; every administrator may.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn withdraw_proposal(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &lock_staff(&mut tx, actor).await?;
    if execute!(tx, "DELETE FROM role_proposals WHERE id = $1", id)? == 0 {
        return Err(Error::NotFound);
    }
    backend.record(&mut tx, actor, Action::StaffRoleProposed, Some(id), "withdrawn")?;
    tx.commit().await
}

/// A proposal as stored.
#[derive(sqlx::FromRow)]
pub(super) struct StoredProposal {
    pub id: Uuid,
    pub email: String,
    #[sqlx(try_from = "String")]
    pub staff_role: StaffRole,
    pub institutions: Json<Vec<Uuid>>,
    pub proposed_by: Uuid,
    pub proposed_by_name: String,
    pub expires_at: i64,
    /// The account of the address, and its name, if there is one by now.
    pub user_id: Option<Uuid>,
    pub name: Option<String>,
}

/// The proposals that can be confirmed, or the one with this id: those that have not expired and whose author still is an
/// administrator.
pub(super) async fn live(conn: &mut Conn, now: Timestamp, id: Option<Uuid>) -> Result<Vec<StoredProposal>> {
    let every = id.is_none();
    Ok(fetch_all!(
        conn,
        StoredProposal,
        sql!(
            "SELECT p.id, p.email, p.staff_role, p.institutions, p.proposed_by, a.name AS proposed_by_name, p.expires_at,
                    coalesce(k.id, e.id) AS user_id, coalesce(k.name, e.name) AS name
             FROM role_proposals p
             JOIN users a ON a.id = p.proposed_by AND a.disabled_at IS NULL AND a.staff_role IN {ADMINISTRATORS}
             LEFT JOIN users k ON k.id = p.user_id
             LEFT JOIN users e ON e.email = p.email AND p.user_id IS NULL
             WHERE p.expires_at > $1 AND ($2 OR p.id = $3) ORDER BY p.expires_at, p.id"
        ),
        now.micros(),
        every,
        id.unwrap_or_default()
    )?)
}

impl StoredProposal {
    /// True if `actor` may confirm it: who proposed it may not, nor may who gets the role.
    pub(super) fn may_be_confirmed_by(&self, actor: &Actor) -> bool {
        self.proposed_by != actor.user_id && self.user_id != Some(actor.user_id)
    }
}

/// The proposals that can be confirmed, by their end.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn proposals(backend: &Backend, actor: &Actor) -> Result<Vec<RoleProposal>> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let stored = live(&mut conn, backend.world.now(), None).await?;
    let proposal = |stored: StoredProposal| RoleProposal {
        confirmable: stored.may_be_confirmed_by(actor),
        id: stored.id,
        name: stored.name,
        email: stored.email,
        role: stored.staff_role,
        institutions: institutions_named(backend, &stored.institutions),
        proposed_by: stored.proposed_by_name,
        expires_at: Timestamp::from_micros(stored.expires_at),
    };
    Ok(stored.into_iter().map(proposal).collect())
}

/// True if there is an active administrator besides the actor, who could confirm what the actor proposes.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn has_second(backend: &Backend, actor: &Actor) -> Result<bool> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let (seconds,): (i64,) = fetch_one!(
        conn,
        (i64,),
        sql!("SELECT count(*) FROM users WHERE staff_role IN {ADMINISTRATORS} AND disabled_at IS NULL AND id <> $1"),
        actor.user_id
    )?;
    Ok(seconds > 0)
}
