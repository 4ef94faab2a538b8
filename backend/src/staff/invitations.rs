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

use super::roles::{known, lock_staff, write_role, write_scope};
use crate::{
    Actor, Backend, Origin,
    accounts::sessions,
    audit::{Action, Who},
    db::{Conn, Tx, execute, fetch_optional},
    error::{Error, Result},
    mail::{self, Mail},
    secrets::Token,
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
/// gets a link that makes the account.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Invalid`]; [`Conflict::LastAdministrator`] if the last administrator would lose the
/// role.
pub async fn invite(backend: &Backend, actor: &Actor, invitation: &Invitation) -> Result<()> {
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
    match account {
        Some((user_id, name)) => {
            write_role(backend, &mut tx, actor, user_id, Some(role), &institutions).await?;
            backend.post(&mut tx, email, &Mail::StaffRoleGiven { name, role }).await?;
        }
        None => write_invitation(backend, &mut tx, actor, email, role, &institutions).await?,
    }
    tx.commit().await
}

/// Replaces the invitation of an address and sends its link.
async fn write_invitation(
    backend: &Backend,
    tx: &mut Tx,
    actor: &Actor,
    email: &Email,
    role: StaffRole,
    institutions: &[Uuid],
) -> Result<()> {
    let (id, token, now) = (backend.world.id(), Token::new(&backend.world), backend.world.now());
    execute!(tx, "DELETE FROM invitations WHERE email = $1", email.as_str())?;
    execute!(
        tx,
        "INSERT INTO invitations (id, token_hash, email, staff_role, national, institutions, invited_by,
             created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        token.hash(),
        email.as_str(),
        role.as_str(),
        institutions.is_empty(),
        Json(institutions),
        actor.user_id,
        now.micros(),
        now.plus(VALID_FOR).micros()
    )?;
    let mail = Mail::StaffInvited { invited_by: actor.name.clone(), role, token: token.expose().to_owned() };
    backend.post_link(tx, email, &mail, now.plus(VALID_FOR)).await?;
    backend.record(tx, actor, Action::StaffInvited, Some(id), (email.as_str(), role.as_str()))
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
}

async fn find_invitation(conn: &mut Conn, backend: &Backend, token: &Token) -> Result<StoredInvitation> {
    let row: Option<StoredInvitation> = fetch_optional!(
        conn,
        StoredInvitation,
        "SELECT id, email, staff_role, institutions FROM invitations WHERE token_hash = $1 AND expires_at > $2",
        token.hash(),
        backend.world.now().micros()
    )?;
    row.ok_or_else(|| Error::invalid(Field::Form, Problem::LinkExpired))
}

/// Makes the account of an invitation and signs in. The link proves the address.
///
/// # Errors
/// [`Problem::LinkExpired`]; issues of name and password; [`Conflict::AlreadyConfirmed`] if somebody has signed up with
/// the address meanwhile.
pub async fn accept(
    backend: &Backend,
    token: &Token,
    name: &str,
    password: &SecretString,
    origin: &Origin,
) -> Result<Token> {
    let OfferedRole { email, .. } = invitation(backend, token).await?;
    let checked = (PersonName::parse(name), backend.passwords.check_new(password, &[name, email.as_str()]).await?);
    let (Ok(name), Ok(())) = checked else {
        let issues = [
            checked.0.err().map(|problem| Issue::new(Field::Name, problem)),
            checked.1.err().map(|problem| Issue::new(Field::Password, problem)),
        ];
        return Err(Error::Invalid(issues.into_iter().flatten().collect()));
    };
    let hash = backend.passwords.hash(&backend.world, password).await?;
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
