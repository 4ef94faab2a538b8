//! The staff: who is invited, what they are, where they act.

use std::time::Duration;

use domain::{
    accounts::{email::Email, person::PersonName},
    issues::{Field, Issue, Problem, conflict::Conflict},
    staff::{Permission, StaffRole},
    time::Timestamp,
};
use secrecy::SecretString;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    Actor, Backend, Origin,
    accounts::sessions,
    audit::{Action, Who},
    db::{Conn, Dialect, Tx, execute, fetch_all, fetch_one, fetch_optional, literals::ADMINISTRATORS, sql},
    error::{Error, Result},
    mail::{self, Mail},
    notice::Notice,
    oidc::rights::{GrantsOf, Why, end_grants},
    secrets::Token,
    verification,
};

/// How long an invitation holds.
const INVITED_FOR: Duration = mail::LONGEST_LINK;

/// A member of the staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub id: Uuid,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What they are.
    pub role: StaffRole,
    /// The institutions that they act on, by name; empty for the whole country.
    pub institutions: Vec<(Uuid, String)>,
    /// Whether the account is disabled.
    pub disabled: bool,
    /// When they were last there, to five minutes.
    pub last_seen: Option<Timestamp>,
    /// Whether it is the one who asks.
    pub own: bool,
}

/// Somebody who was invited and has not come yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Its row.
    pub id: Uuid,
    /// Where the mail went.
    pub email: String,
    /// What they will be.
    pub role: StaffRole,
    /// When the link ends.
    pub expires_at: Timestamp,
}

/// An invitation as typed.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// E-mail address.
    pub email: String,
    /// What they will be.
    pub role: Option<StaffRole>,
    /// The institutions that they will act on; empty for the whole country.
    pub institutions: Vec<Uuid>,
}

/// The staff, and who is invited.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn members(backend: &Backend, actor: &Actor) -> Result<(Vec<Member>, Vec<Invited>)> {
    actor.require(Permission::Administer)?;
    #[derive(sqlx::FromRow)]
    struct Row {
        id: Uuid,
        name: String,
        email: String,
        #[sqlx(try_from = "String")]
        staff_role: StaffRole,
        disabled_at: Option<i64>,
        last_seen: Option<i64>,
    }
    let mut conn = backend.db.read().await?;
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT u.id, u.name, u.email, u.staff_role, u.disabled_at,
                (SELECT max(s.seen_at) FROM sessions s WHERE s.user_id = u.id) AS last_seen
         FROM users u WHERE u.staff_role IS NOT NULL ORDER BY u.name, u.id LIMIT 1000"
    )?;
    let scopes: Vec<(Uuid, Uuid, String)> = fetch_all!(
        conn,
        (Uuid, Uuid, String),
        "SELECT s.user_id, i.id, i.name FROM staff_institutions s
         JOIN users u ON u.id = s.user_id AND NOT u.staff_national
         JOIN institutions i ON i.id = s.institution_id ORDER BY i.name"
    )?;
    let members = rows
        .into_iter()
        .map(|row| Member {
            institutions: scopes
                .iter()
                .filter(|(user_id, ..)| *user_id == row.id)
                .map(|(_, id, name)| (*id, name.clone()))
                .collect(),
            id: row.id,
            name: row.name,
            email: row.email,
            role: row.staff_role,
            disabled: row.disabled_at.is_some(),
            last_seen: row.last_seen.map(Timestamp::from_micros),
            own: row.id == actor.user_id,
        })
        .collect();
    let waiting: Vec<(Uuid, String, String, i64)> = fetch_all!(
        conn,
        (Uuid, String, String, i64),
        "SELECT id, email, staff_role, expires_at FROM invitations WHERE expires_at > $1 ORDER BY expires_at, id",
        backend.world.now().micros()
    )?;
    let invited = waiting
        .into_iter()
        .map(|(id, email, role, expires_at)| {
            let role = role.parse().map_err(Error::internal)?;
            Ok(Invited { id, email, role, expires_at: Timestamp::from_micros(expires_at) })
        })
        .collect::<Result<_>>()?;
    Ok((members, invited))
}

/// Invites somebody by mail. Who has an account gets the role at once and is told so; others get a link that makes the
/// account.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Invalid`]; [`Conflict::LastAdministrator`] if it would take the last one's role.
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
        None => {
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
                Json(&institutions),
                actor.user_id,
                now.micros(),
                now.plus(INVITED_FOR).micros()
            )?;
            let mail = Mail::StaffInvited { invited_by: actor.name.clone(), role, token: token.expose().to_owned() };
            backend.post(&mut tx, email, &mail).await?;
            backend.record(&mut tx, actor, Action::StaffInvited, Some(id), (email.as_str(), role.as_str()))?;
        }
    }
    tx.commit().await
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

/// The address and the role that an invitation's link is for.
///
/// # Errors
/// [`Problem::LinkExpired`].
pub async fn invitation(backend: &Backend, token: &Token) -> Result<(Email, StaffRole)> {
    let mut conn = backend.db.read().await?;
    let found = find_invitation(&mut conn, backend, token).await?;
    let email = Email::parse(&found.email).map_err(|problem| Error::internal(format!("{problem:?}")))?;
    Ok((email, found.staff_role))
}

#[derive(sqlx::FromRow)]
struct InvitationRow {
    id: Uuid,
    email: String,
    #[sqlx(try_from = "String")]
    staff_role: StaffRole,
    institutions: Json<Vec<Uuid>>,
}

async fn find_invitation(conn: &mut Conn, backend: &Backend, token: &Token) -> Result<InvitationRow> {
    let row: Option<InvitationRow> = fetch_optional!(
        conn,
        InvitationRow,
        "SELECT id, email, staff_role, institutions FROM invitations WHERE token_hash = $1 AND expires_at > $2",
        token.hash(),
        backend.world.now().micros()
    )?;
    row.ok_or_else(|| Error::invalid(Field::Form, Problem::LinkExpired))
}

/// Makes the account of an invitation and signs in; the link proved the address.
///
/// # Errors
/// [`Problem::LinkExpired`]; what is wrong with name and password; [`Conflict::AlreadyConfirmed`] if the address made an
/// account meanwhile.
pub async fn accept(
    backend: &Backend,
    token: &Token,
    name: &str,
    password: &SecretString,
    origin: &Origin,
) -> Result<Token> {
    let (email, _) = invitation(backend, token).await?;
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
    // Of two who open one link, one deletes it.
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

/// Sets what a person is of the staff and where they act; `None` takes it away. What they hold is freed.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Problem::NotOffered`] for an unknown institution;
/// [`Conflict::LastAdministrator`].
pub async fn set_role(
    backend: &Backend,
    actor: &Actor,
    user_id: Uuid,
    role: Option<StaffRole>,
    institutions: &[Uuid],
) -> Result<()> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &lock_staff(&mut tx, actor).await?;
    let institutions = known(&mut tx, institutions).await?;
    write_role(backend, &mut tx, actor, user_id, role, &institutions).await?;
    tx.commit().await
}

async fn write_role(
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
    if !write_scope(backend, tx, user_id, role, institutions).await? {
        return Err(Error::NotFound);
    }
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

/// Makes an account part of the staff, or takes that away; gives whether there is such an account. What the person held is
/// freed. Who becomes one of the staff acts on the whole country; who was one already keeps their scope. For the
/// operator's command line, which needs no actor.
///
/// # Errors
/// If the database refuses.
pub async fn set_staff_role(backend: &Backend, email: &str, role: Option<StaffRole>) -> Result<bool> {
    let email = Email::parse(email).map_err(|problem| Error::invalid(Field::Email, problem))?;
    let mut tx = backend.db.begin().await?;
    let user: Option<(Uuid, Option<String>)> = fetch_optional!(
        tx,
        (Uuid, Option<String>),
        "SELECT id, staff_role FROM users WHERE email = $1",
        email.as_str()
    )?;
    let Some((user_id, before)) = user else { return Ok(false) };
    let name = role.map(StaffRole::as_str);
    if before.is_some() && role.is_some() {
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
    verification::release_all(backend, &mut tx, user_id).await?;
    tx.notify(Notice::Person { user_id });
    backend.record(&mut tx, Who::nobody(), Action::StaffRoleChanged, Some(user_id), name)?;
    tx.commit().await?;
    Ok(true)
}

async fn write_scope(
    backend: &Backend,
    tx: &mut Tx,
    user_id: Uuid,
    role: Option<StaffRole>,
    institutions: &[Uuid],
) -> Result<bool> {
    let changed = execute!(
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
    Ok(changed > 0)
}

/// Disables an account, or enables it again. Its sessions end at once, also at platforms, and what it holds is freed.
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
        execute!(tx, "DELETE FROM sessions WHERE user_id = $1", user_id)?;
        end_grants(backend, &mut tx, Why::AccountDisabled, GrantsOf::User(user_id)).await?;
        tx.notify(Notice::Person { user_id });
        verification::release_all(backend, &mut tx, user_id).await?;
    }
    let action = if disabled { Action::AccountDisabled } else { Action::AccountEnabled };
    backend.record(&mut tx, actor, action, Some(user_id), ())?;
    tx.commit().await
}

/// Makes changes of the staff wait for each other, so that two cannot each remove the last administrator but one. Gives
/// the administrator as they are after that, and refuses who is none any more.
async fn lock_staff(tx: &mut Tx, actor: &Actor) -> Result<Actor> {
    if tx.dialect() == Dialect::Postgres {
        let administrators = sql!("SELECT id FROM users WHERE staff_role IN {ADMINISTRATORS} ORDER BY id FOR UPDATE");
        fetch_all!(tx, (Uuid,), administrators)?;
    }
    actor.recheck(tx, Permission::Administer).await
}

/// Refuses to lose the last administrator.
async fn keep_an_administrator(tx: &mut Tx, user_id: Uuid) -> Result<()> {
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

/// The institutions, if there are all of them; without repetition.
async fn known(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<Uuid>> {
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
