//! Invitations to the staff: by mail, with a link that makes the account.

use std::time::Duration;

use domain::{
    accounts::{email::Email, person::PersonName},
    issues::{Field, Issue, Problem, conflict::Conflict},
    permission::{Permission, StaffRole},
    staff::view::OfferedRole,
};
use secrecy::SecretString;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    proposals::{Appointed, Candidate, needs_second, propose},
    roles::{known, lock_staff, write_role, write_scope},
};
use crate::{
    Actor, Backend, Origin,
    accounts::{passwords::Lane, sessions},
    audit::{Action, Who},
    db::{Conn, Tx, execute, fetch_optional},
    error::{Error, Result},
    mail::{self, Mail},
    secrets::Token,
    throttle::{Purpose, Scope},
};

/// How long the link of an invitation is valid.
const VALID_FOR: Duration = mail::LONGEST_LINK;

/// An invitation as typed.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub email: String,
    pub role: Option<StaffRole>,
    /// The institutions they will act on; empty for all institutions.
    pub institutions: Vec<Uuid>,
}

/// Invites somebody by mail. An address with an account gets the role at once and a mail that says so; any other address
/// gets a link that makes the account. A role that needs a second administrator is only proposed.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Invalid`]; [`Conflict::LastAdministrator`] if the last administrator would lose the
/// role; [`Conflict::NoSecondAdministrator`].
pub async fn invite(backend: &Backend, actor: &Actor, invitation: &Invitation) -> Result<Appointed> {
    actor.require(Permission::Administer)?;
    let email = Email::parse(&invitation.email);
    let (Ok(email), Some(role)) = (&email, invitation.role) else {
        let issues = [
            email.err().map(|problem| Issue::new(Field::Email, problem)),
            invitation.role.is_none().then(|| Issue::new(Field::StaffRole, Problem::Missing)),
        ];
        return Err(Error::Invalid(issues.into_iter().flatten().collect()));
    };
    let mut tx = backend.db.begin().await?;
    let actor = &lock_staff(&mut tx, actor).await?;
    let institutions = known(&mut tx, &invitation.institutions).await?;
    let account: Option<(Uuid, String)> =
        fetch_optional!(tx, (Uuid, String), "SELECT id, name FROM users WHERE email = $1", email.as_str())?;
    let user_id = account.as_ref().map(|(user_id, _)| *user_id);
    if needs_second(&mut tx, user_id, role, &institutions).await? {
        let candidate = Candidate { email: email.as_str(), user_id };
        propose(backend, &mut tx, actor, candidate, role, &institutions).await?;
        tx.commit().await?;
        return Ok(Appointed::Proposed);
    }
    match account {
        Some((user_id, name)) => {
            write_role(backend, &mut tx, actor, user_id, Some(role), &institutions).await?;
            backend.post(&mut tx, email, &Mail::StaffRoleGiven { name, role }).await?;
        }
        None => {
            let invitation = NewInvitation { email, role, institutions: &institutions, proposed_by: None };
            write_invitation(backend, &mut tx, actor, &invitation).await?;
        }
    }
    tx.commit().await?;
    Ok(Appointed::AtOnce)
}

/// An invitation to write.
pub(super) struct NewInvitation<'a> {
    pub email: &'a Email,
    pub role: StaffRole,
    pub institutions: &'a [Uuid],
    /// The administrator whose proposal the actor confirms.
    pub proposed_by: Option<Uuid>,
}

/// Replaces the invitation of an address and sends its link. When many mails were sent to the address, the link that it has
/// stays valid, for the new role.
///
/// # Errors
/// [`Error::Throttled`] if there were many mails and no link is valid.
pub(super) async fn write_invitation(
    backend: &Backend,
    tx: &mut Tx,
    actor: &Actor,
    invitation: &NewInvitation<'_>,
) -> Result<()> {
    let NewInvitation { email, role, institutions, proposed_by } = *invitation;
    match backend.count_mail(tx, Purpose::Invitation, email.as_str()).await {
        Err(used_up @ Error::Throttled(_)) => {
            let id = change_invitation(backend, tx, actor, invitation).await?.ok_or(used_up)?;
            return backend.record(tx, actor, Action::StaffInvited, Some(id), (email.as_str(), role.as_str()));
        }
        counted => counted?,
    }
    let (id, token, now) = (backend.world.id(), Token::new(&backend.world), backend.world.now());
    execute!(tx, "DELETE FROM invitations WHERE email = $1", email.as_str())?;
    execute!(
        tx,
        "INSERT INTO invitations (id, token_hash, email, staff_role, national, institutions, invited_by,
             created_at, expires_at, confirmed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        token.hash(),
        email.as_str(),
        role.as_str(),
        institutions.is_empty(),
        Json(institutions),
        proposed_by.unwrap_or(actor.user_id),
        now.micros(),
        now.plus(VALID_FOR).micros(),
        proposed_by.map(|_| actor.user_id)
    )?;
    let mail = Mail::StaffInvited { invited_by: actor.name.clone(), role, token: token.expose().to_owned() };
    backend.post_link(tx, email, &mail, now.plus(VALID_FOR)).await?;
    backend.record(tx, actor, Action::StaffInvited, Some(id), (email.as_str(), role.as_str()))
}

/// Gives the valid invitation of an address another role. Returns its id; `None` if there is none.
async fn change_invitation(
    backend: &Backend,
    tx: &mut Tx,
    actor: &Actor,
    invitation: &NewInvitation<'_>,
) -> Result<Option<Uuid>> {
    let NewInvitation { email, role, institutions, proposed_by } = *invitation;
    let row: Option<(Uuid,)> = fetch_optional!(
        tx,
        (Uuid,),
        "UPDATE invitations SET staff_role = $2, national = $3, institutions = $4, invited_by = $5, confirmed_by = $7
         WHERE email = $1 AND expires_at > $6 RETURNING id",
        email.as_str(),
        role.as_str(),
        institutions.is_empty(),
        Json(institutions),
        proposed_by.unwrap_or(actor.user_id),
        backend.world.now().micros(),
        proposed_by.map(|_| actor.user_id)
    )?;
    Ok(row.map(|(id,)| id))
}

/// Takes an invitation back.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn withdraw_invitation(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &lock_staff(&mut tx, actor).await?;
    if execute!(tx, "DELETE FROM invitations WHERE id = $1", id)? == 0 {
        return Err(Error::NotFound);
    }
    backend.record(&mut tx, actor, Action::StaffInvited, Some(id), "withdrawn")?;
    tx.commit().await
}

/// The address and the role of an invitation.
///
/// # Errors
/// [`Problem::LinkExpired`] if the link is unknown or has expired.
pub async fn invitation(backend: &Backend, token: &Token) -> Result<OfferedRole> {
    let mut conn = backend.db.read().await?;
    let found = find_invitation(&mut conn, backend, token).await?;
    let email = Email::parse(&found.email).map_err(|problem| Error::internal(format!("{problem:?}")))?;
    Ok(OfferedRole { email, role: found.staff_role })
}

#[derive(sqlx::FromRow)]
struct StoredInvitation {
    id: Uuid,
    email: String,
    #[sqlx(try_from = "String")]
    staff_role: StaffRole,
    institutions: Json<Vec<Uuid>>,
    confirmed_by: Option<Uuid>,
}

async fn find_invitation(conn: &mut Conn, backend: &Backend, token: &Token) -> Result<StoredInvitation> {
    let row: Option<StoredInvitation> = fetch_optional!(
        conn,
        StoredInvitation,
        "SELECT id, email, staff_role, institutions, confirmed_by FROM invitations
         WHERE token_hash = $1 AND expires_at > $2",
        token.hash(),
        backend.world.now().micros()
    )?;
    // Invitations of before a second administrator was needed have none.
    let valid = row.filter(|row| !row.staff_role.needs_second() || row.confirmed_by.is_some());
    valid.ok_or_else(|| Error::invalid(Field::Form, Problem::LinkExpired))
}

/// Makes the account of an invitation and signs in. The link proves the address.
///
/// # Errors
/// [`Problem::LinkExpired`]; issues of name and password; [`Conflict::AlreadyConfirmed`] if somebody has signed up with
/// the address meanwhile; [`Error::Throttled`]; [`Error::Busy`].
pub async fn accept(
    backend: &Backend,
    token: &Token,
    name: &str,
    password: &SecretString,
    origin: &Origin,
) -> Result<Token> {
    let OfferedRole { email, .. } = invitation(backend, token).await?;
    // Only whoever reads the mails of the address has the link.
    backend.count_attempt(Scope::NewPassword, &format!("invitation {email}")).await?;
    let checked =
        (PersonName::parse(name), backend.passwords.check_new(Lane::Proved, password, &[name, email.as_str()]).await?);
    let (Ok(name), Ok(())) = checked else {
        let issues = [
            checked.0.err().map(|problem| Issue::new(Field::Name, problem)),
            checked.1.err().map(|problem| Issue::new(Field::Password, problem)),
        ];
        return Err(Error::Invalid(issues.into_iter().flatten().collect()));
    };
    let hash = backend.passwords.hash(Lane::Proved, &backend.world, password).await?;
    let (user_id, now) = (backend.world.id(), backend.world.now());
    let mut tx = backend.db.begin().await?;
    let found = find_invitation(&mut tx, backend, token).await?;
    // A link makes one account, even if two people open it at the same time.
    if execute!(tx, "DELETE FROM invitations WHERE id = $1", found.id)? == 0 {
        return Err(Error::invalid(Field::Form, Problem::LinkExpired));
    }
    let inserted = execute!(
        tx,
        "INSERT INTO users (id, email, name, password_hash, zone, created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'wib', $5, $5) ON CONFLICT (email) DO NOTHING",
        user_id,
        email.as_str(),
        name.as_str(),
        hash,
        now.micros()
    )?;
    if inserted == 0 {
        return Err(Error::Conflict(Conflict::AlreadyConfirmed));
    }
    let who = Who::at(Some(user_id), origin.address);
    write_scope(backend, &mut tx, user_id, Some(found.staff_role), &found.institutions).await?;
    let session = sessions::open(backend, &mut tx, user_id, origin).await?;
    backend.record(&mut tx, who.clone(), Action::AccountConfirmed, Some(user_id), ())?;
    backend.record(&mut tx, who, Action::StaffRoleChanged, Some(user_id), found.staff_role.as_str())?;
    tx.commit().await?;
    Ok(session)
}
