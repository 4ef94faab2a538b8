//! Giving a role to an account, and confirming what another administrator proposed.

use domain::{
    accounts::email::Email,
    issues::conflict::Conflict,
    permission::{Permission, StaffRole},
};
use uuid::Uuid;

use super::{
    invitations::{NewInvitation, write_invitation},
    proposals::{Appointed, Candidate, live, needs_second, propose},
    roles::{known, lock_staff, write_role},
};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{execute, fetch_optional},
    error::{Error, Result},
    mail::Mail,
};

/// Sets a person's role and scope; `None` takes the role away. No institutions means all of them. Cases that the person
/// holds go back to the queue. A role that needs a second administrator is only proposed.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Problem::NotOffered`](domain::issues::Problem::NotOffered) for an unknown
/// institution; [`Conflict::LastAdministrator`]; [`Conflict::NoSecondAdministrator`].
pub async fn set_role(
    backend: &Backend,
    actor: &Actor,
    user_id: Uuid,
    role: Option<StaffRole>,
    institutions: &[Uuid],
) -> Result<Appointed> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &lock_staff(&mut tx, actor).await?;
    let institutions = known(&mut tx, institutions).await?;
    let appointed = match role {
        Some(role) if needs_second(&mut tx, Some(user_id), role, &institutions).await? => {
            let account: Option<(String,)> =
                fetch_optional!(tx, (String,), "SELECT email FROM users WHERE id = $1", user_id)?;
            let (email,) = account.ok_or(Error::NotFound)?;
            let candidate = Candidate { email: &email, user_id: Some(user_id) };
            propose(backend, &mut tx, actor, candidate, role, &institutions).await?;
            Appointed::Proposed
        }
        role => {
            write_role(backend, &mut tx, actor, user_id, role, &institutions).await?;
            Appointed::AtOnce
        }
    };
    tx.commit().await?;
    Ok(appointed)
}

/// Confirms a role that another administrator proposed: an account gets it at once and a mail that says so; an address
/// without account is invited.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] if the proposal is unknown, expired, or its author is no administrator any
/// more; [`Conflict::OwnProposal`] for who proposed it and for who would get the role; [`Conflict::LastAdministrator`].
pub async fn confirm(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &lock_staff(&mut tx, actor).await?;
    let proposal = live(&mut tx, backend.world.now(), Some(id)).await?.pop().ok_or(Error::NotFound)?;
    if !proposal.may_be_confirmed_by(actor) {
        return Err(Error::Conflict(Conflict::OwnProposal));
    }
    if execute!(tx, "DELETE FROM role_proposals WHERE id = $1", id)? == 0 {
        return Err(Error::NotFound);
    }
    let (role, proposed_by) = (proposal.staff_role, proposal.proposed_by);
    let institutions = known(&mut tx, &proposal.institutions).await?;
    let detail = (&proposal.email, role.as_str(), &institutions, proposed_by);
    backend.record(&mut tx, actor, Action::StaffRoleConfirmed, Some(id), detail)?;
    let email = Email::try_from(proposal.email).map_err(Error::internal)?;
    match proposal.user_id {
        Some(user_id) => {
            write_role(backend, &mut tx, actor, user_id, Some(role), &institutions).await?;
            let name = proposal.name.unwrap_or_default();
            backend.post(&mut tx, &email, &Mail::StaffRoleGiven { name, role }).await?;
        }
        None => {
            let invitation =
                NewInvitation { email: &email, role, institutions: &institutions, proposed_by: Some(proposed_by) };
            write_invitation(backend, &mut tx, actor, &invitation).await?;
        }
    }
    tx.commit().await
}
