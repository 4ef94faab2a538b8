//! Role, scope and state of the members of the staff.

use domain::{
    accounts::email::Email,
    issues::{Field, Problem, conflict::Conflict},
    permission::{Permission, StaffRole},
};
use uuid::Uuid;

use super::notices::Before;
use crate::{
    Actor, Backend,
    audit::{Action, Who},
    db::{Conn, Dialect, Tx, execute, fetch_all, fetch_one, fetch_optional, literals::ADMINISTRATORS, sql},
    error::{Error, Result},
    notice::Notice,
    oidc::rights::{GrantsOf, Why, end_grants},
    verification,
};

/// Writes role and scope, releases the cases that the person holds, and records it. What was proposed for them is void.
pub(super) async fn write_role(
    backend: &Backend,
    tx: &mut Tx,
    actor: &Actor,
    user_id: Uuid,
    role: Option<StaffRole>,
    institutions: &[Uuid],
) -> Result<()> {
    if role != Some(StaffRole::Admin) {
        keep_an_administrator(tx, user_id).await?;
    }
    let before = Before::read(tx, user_id).await?.ok_or(Error::NotFound)?;
    write_scope(backend, tx, user_id, role, institutions).await?;
    drop_proposals(tx, user_id).await?;
    before.tell(backend, tx, role).await?;
    verification::release_all(backend, tx, user_id).await?;
    tx.notify(Notice::Person { user_id });
    backend.record(
        tx,
        actor,
        Action::StaffRoleChanged,
        Some(user_id),
        (role.map_or("none", StaffRole::as_str), institutions),
    )
}

/// Sets the role of an account, for the operator's command line, which has no actor. Returns false if there is no such
/// account. A new member acts on all institutions; somebody who was a member already keeps their scope. Cases that the
/// person holds go back to the queue.
///
/// # Errors
/// [`Problem::NotAnEmail`] and the like; if the database refuses.
pub async fn set_staff_role(backend: &Backend, email: &str, role: Option<StaffRole>) -> Result<bool> {
    let email = Email::parse(email).map_err(|problem| Error::invalid(Field::Email, problem))?;
    let mut tx = backend.db.begin().await?;
    let user: Option<(Uuid, Option<String>)> = fetch_optional!(
        tx,
        (Uuid, Option<String>),
        "SELECT id, staff_role FROM users WHERE email = $1",
        email.as_str()
    )?;
    let Some((user_id, old)) = user else { return Ok(false) };
    let (name, before) = (role.map(StaffRole::as_str), Before::read(&mut tx, user_id).await?);
    if old.is_some() && role.is_some() {
        execute!(
            tx,
            "UPDATE users SET staff_role = $2, updated_at = $3 WHERE id = $1",
            user_id,
            name,
            backend.world.now().micros()
        )?;
    } else {
        write_scope(backend, &mut tx, user_id, role, &[]).await?;
    }
    if let Some(before) = before {
        before.tell(backend, &mut tx, role).await?;
    }
    drop_proposals(&mut tx, user_id).await?;
    verification::release_all(backend, &mut tx, user_id).await?;
    tx.notify(Notice::Person { user_id });
    backend.record(&mut tx, Who::nobody(), Action::StaffRoleChanged, Some(user_id), name)?;
    tx.commit().await?;
    Ok(true)
}

/// Writes role and scope.
pub(super) async fn write_scope(
    backend: &Backend,
    tx: &mut Tx,
    user_id: Uuid,
    role: Option<StaffRole>,
    institutions: &[Uuid],
) -> Result<()> {
    execute!(
        tx,
        "UPDATE users SET staff_role = $2, staff_national = $3, updated_at = $4 WHERE id = $1",
        user_id,
        role.map(StaffRole::as_str),
        institutions.is_empty(),
        backend.world.now().micros()
    )?;
    execute!(tx, "DELETE FROM staff_institutions WHERE user_id = $1", user_id)?;
    for institution in institutions {
        execute!(
            tx,
            "INSERT INTO staff_institutions (user_id, institution_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            user_id,
            *institution
        )?;
    }
    Ok(())
}

/// Disables or enables an account of the staff. Disabling ends its sessions at once, also at platforms, and puts the
/// cases it holds back into the queue.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Conflict::LastAdministrator`].
pub async fn set_disabled(backend: &Backend, actor: &Actor, user_id: Uuid, disabled: bool) -> Result<()> {
    actor.require(Permission::Administer)?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &lock_staff(&mut tx, actor).await?;
    if disabled {
        keep_an_administrator(&mut tx, user_id).await?;
    }
    let changed = execute!(
        tx,
        "UPDATE users SET disabled_at = $2, updated_at = $3 WHERE id = $1 AND staff_role IS NOT NULL",
        user_id,
        disabled.then_some(now.micros()),
        now.micros()
    )?;
    if changed == 0 {
        return Err(Error::NotFound);
    }
    if disabled {
        drop_proposals(&mut tx, user_id).await?;
        execute!(tx, "DELETE FROM sessions WHERE user_id = $1", user_id)?;
        end_grants(backend, &mut tx, Why::AccountDisabled, GrantsOf::User(user_id)).await?;
        tx.notify(Notice::Person { user_id });
        verification::release_all(backend, &mut tx, user_id).await?;
    }
    if !disabled {
        lower(backend, &mut tx, actor, user_id).await?;
    }
    let action = if disabled { Action::AccountDisabled } else { Action::AccountEnabled };
    backend.record(&mut tx, actor, action, Some(user_id), ())?;
    tx.commit().await
}

/// Makes whoever is enabled again a verifier, if one administrator alone may not give the role that they had: that must be
/// proposed.
async fn lower(backend: &Backend, tx: &mut Tx, actor: &Actor, user_id: Uuid) -> Result<()> {
    let (role,): (Option<String>,) =
        fetch_one!(tx, (Option<String>,), "SELECT staff_role FROM users WHERE id = $1", user_id)?;
    let role = role.map(StaffRole::try_from).transpose().map_err(Error::internal)?;
    if !role.is_some_and(StaffRole::needs_second) {
        return Ok(());
    }
    let verifier = StaffRole::Verifier.as_str();
    execute!(tx, "UPDATE users SET staff_role = $2 WHERE id = $1", user_id, verifier)?;
    backend.record(tx, actor, Action::StaffRoleChanged, Some(user_id), (verifier, "enabled"))
}

/// Serialises changes of the staff: two administrators cannot remove each other at the same time. Returns the
/// administrator as stored after the wait.
///
/// # Errors
/// [`Error::Forbidden`] if the actor is no longer an administrator.
pub(super) async fn lock_staff(tx: &mut Tx, actor: &Actor) -> Result<Actor> {
    if tx.dialect() == Dialect::Postgres {
        let administrators = sql!("SELECT id FROM users WHERE staff_role IN {ADMINISTRATORS} ORDER BY id FOR UPDATE");
        fetch_all!(tx, (Uuid,), administrators)?;
    }
    actor.recheck(tx, Permission::Administer).await
}

/// Deletes what was proposed for an account whose role or state changes otherwise: it was proposed for somebody who stood
/// differently.
async fn drop_proposals(tx: &mut Tx, user_id: Uuid) -> Result<()> {
    execute!(
        tx,
        "DELETE FROM role_proposals WHERE user_id = $1 OR email = (SELECT email FROM users WHERE id = $1)",
        user_id
    )?;
    Ok(())
}

/// Fails with [`Conflict::LastAdministrator`] if no other administrator would be left.
pub(super) async fn keep_an_administrator(tx: &mut Tx, user_id: Uuid) -> Result<()> {
    let (others, is_one): (i64, i64) = fetch_one!(
        tx,
        (i64, i64),
        sql!(
            "SELECT count(CASE WHEN id <> $1 THEN 1 END), count(CASE WHEN id = $1 THEN 1 END)
             FROM users WHERE staff_role IN {ADMINISTRATORS} AND disabled_at IS NULL"
        ),
        user_id
    )?;
    if others == 0 && is_one > 0 { Err(Error::Conflict(Conflict::LastAdministrator)) } else { Ok(()) }
}

/// The institutions without repetition.
///
/// # Errors
/// [`Problem::NotOffered`] if one does not exist.
pub(super) async fn known(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut known = Vec::new();
    for id in ids {
        let found: Option<(Uuid,)> = fetch_optional!(conn, (Uuid,), "SELECT id FROM institutions WHERE id = $1", *id)?;
        let (id,) = found.ok_or_else(|| Error::invalid(Field::Scope, Problem::NotOffered))?;
        if !known.contains(&id) {
            known.push(id);
        }
    }
    Ok(known)
}
