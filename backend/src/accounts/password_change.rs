//! New passwords: by the link of a mail when the old one is forgotten, or by giving the old one.

use std::time::Duration;

use domain::{
    accounts::{email::Email, password::check_length},
    indonesian::date_time,
    issues::{Field, Problem},
    time::Zone,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    attempts,
    checks::{link_expired, unless_busy},
    devices,
    passwords::Lane,
    sessions,
};
use crate::{
    Actor, Backend, Origin,
    audit::{Action, Who},
    db::{execute, fetch_one, fetch_optional},
    error::{Error, Result},
    mail::Mail,
    notice::Notice,
    oidc::rights::{GrantsOf, Why, end_grants},
    refusals::{Kind, refused_to},
    secrets::Token,
    throttle::{self, Purpose, Scope, within},
};

/// How long the link of a forgotten password is valid.
const RESET_WITHIN: Duration = Duration::from_secs(3600);

/// Sends a mail to the address of a forgotten password: a link, or a note that there is no account. Sends nothing if it did
/// so just now or often; a link that was sent stays valid, and the answer is the same.
///
/// # Errors
/// [`Error::Invalid`] if it is not an address.
pub async fn forgot_password(backend: &Backend, email: &str) -> Result<()> {
    let email = Email::parse(email).map_err(|problem| Error::invalid(Field::Email, problem))?;
    let (token, now) = (Token::new(&backend.world), backend.world.now());
    let mut tx = backend.db.begin().await?;
    if !within(throttle::count(&mut tx, now, Scope::ResetGap, email.as_str()).await)? {
        return Ok(());
    }
    let user: Option<(Uuid, String)> = fetch_optional!(
        tx,
        (Uuid, String),
        "SELECT id, name FROM users WHERE email = $1 AND disabled_at IS NULL",
        email.as_str()
    )?;
    let (user_id, name) = user.unzip();
    execute!(
        tx,
        "INSERT INTO password_resets (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        token.hash(),
        user_id,
        now.micros(),
        now.plus(RESET_WITHIN).micros()
    )?;
    let mail = match name {
        Some(name) => Mail::ResetPassword { name, token: token.expose().to_owned() },
        None => Mail::NoAccount,
    };
    // A link that nobody is sent must not stay behind, so the row goes with the mail.
    let ends = Some(now.plus(RESET_WITHIN));
    if backend.post_within_budget(&mut tx, &email, &mail, ends).await? { tx.commit().await } else { Ok(()) }
}

/// The person whose password a link sets.
#[derive(sqlx::FromRow)]
struct Owner {
    id: Uuid,
    #[sqlx(try_from = "String")]
    email: Email,
    name: String,
    #[sqlx(try_from = "String")]
    zone: Zone,
}

/// Sets a new password with the link of a mail. All sessions of the person end, and no device is known any more.
///
/// # Errors
/// [`Problem::LinkExpired`] or the problem of the password; [`Error::Throttled`]; [`Error::Busy`].
pub async fn reset_password(backend: &Backend, token: &Token, password: &SecretString, origin: &Origin) -> Result<()> {
    let owner = owner_of(backend, token).await?;
    let hash = hash_new(backend, owner.id, password, &[&owner.name, owner.email.as_str()]).await?;
    write_reset(backend, token, owner, hash, origin).await
}

async fn write_reset(backend: &Backend, token: &Token, owner: Owner, hash: String, origin: &Origin) -> Result<()> {
    let (Owner { id: user_id, email, name, zone }, now) = (owner, backend.world.now());
    let mut tx = backend.db.begin().await?;
    // Deleted first, so that a link works once even if two requests come at the same time.
    if execute!(tx, "DELETE FROM password_resets WHERE token_hash = $1", token.hash())? == 0 {
        return Err(link_expired());
    }
    execute!(tx, "DELETE FROM password_resets WHERE user_id = $1", user_id)?;
    execute!(tx, "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1", user_id, hash, now.micros())?;
    devices::forget_all(&mut tx, user_id).await?;
    execute!(tx, "DELETE FROM sessions WHERE user_id = $1", user_id)?;
    end_grants(backend, &mut tx, Why::PasswordChanged, GrantsOf::User(user_id)).await?;
    tx.notify(Notice::Person { user_id });
    let mail = Mail::PasswordChanged { name, at: Some(date_time(now, zone)) };
    backend.post_within_budget(&mut tx, &email, &mail, None).await?;
    // Whoever used the link reads the mails of the address.
    attempts::forget(&mut tx, email.as_str(), origin).await?;
    throttle::forget(&mut tx, Scope::ResetGap, email.as_str()).await?;
    backend.forget_mails(&mut tx, Purpose::Reset, email.as_str()).await?;
    backend.record(&mut tx, Who::at(Some(user_id), origin.address), Action::PasswordReset, Some(user_id), ())?;
    tx.commit().await
}

/// Checks and hashes a new password of a person, who may try many times, but not without end.
async fn hash_new(backend: &Backend, user_id: Uuid, password: &SecretString, about: &[&str]) -> Result<String> {
    let wrong = |problem| Error::invalid(Field::Password, problem);
    check_length(password.expose_secret()).map_err(wrong)?;
    backend.count_attempt(Scope::NewPassword, &user_id.to_string()).await?;
    backend.passwords.check_new(Lane::Proved, password, about).await?.map_err(wrong)?;
    backend.passwords.hash(Lane::Proved, &backend.world, password).await
}

/// The address whose password a link sets.
///
/// # Errors
/// [`Problem::LinkExpired`].
pub async fn reset_of(backend: &Backend, token: &Token) -> Result<Email> {
    Ok(owner_of(backend, token).await?.email)
}

async fn owner_of(backend: &Backend, token: &Token) -> Result<Owner> {
    let mut conn = backend.db.read().await?;
    let owner: Option<Owner> = fetch_optional!(
        conn,
        Owner,
        "SELECT users.id, users.email, users.name, users.zone
         FROM password_resets JOIN users ON users.id = password_resets.user_id
         WHERE token_hash = $1 AND expires_at > $2 AND users.disabled_at IS NULL",
        token.hash(),
        backend.world.now().micros()
    )?;
    owner.ok_or_else(link_expired)
}

/// Changes the person's password. Their other sessions end, no device is known any more, and this session gets a new token,
/// which is returned.
///
/// # Errors
/// [`Problem::WrongPassword`] of the current one, the problem of the new one; [`Error::Throttled`]; [`Error::Busy`].
pub async fn change_password(
    backend: &Backend,
    actor: &Actor,
    current: &SecretString,
    new: &SecretString,
) -> Result<Token> {
    check_length(new.expose_secret()).map_err(|problem| Error::invalid(Field::Password, problem))?;
    let stored = confirm_password(backend, actor, current).await?;
    let hash = hash_new(backend, actor.user_id, new, &[&actor.name, &actor.email]).await?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    // Guarded by the hash that was verified: a password that was set meanwhile stays.
    let changed = execute!(
        tx,
        "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1 AND password_hash = $4",
        actor.user_id,
        hash,
        now.micros(),
        stored
    )?;
    if changed == 0 {
        return Err(wrong_password());
    }
    // A link that somebody asked for who read the mails before must not set it again.
    execute!(tx, "DELETE FROM password_resets WHERE user_id = $1", actor.user_id)?;
    sessions::end_others(backend, &mut tx, actor, Why::PasswordChanged).await?;
    let token = sessions::renew_token(backend, &mut tx, actor).await?;
    let mail = Mail::PasswordChanged { name: actor.name.clone(), at: Some(date_time(now, actor.zone)) };
    backend.post_within_budget(&mut tx, &actor.recipient()?, &mail, None).await?;
    backend.record(&mut tx, actor, Action::PasswordChanged, Some(actor.user_id), ())?;
    tx.commit().await?;
    Ok(token)
}

/// Asks a person who is signed in for their password. Returns its hash, for whoever must know that it is still the same.
async fn confirm_password(backend: &Backend, actor: &Actor, password: &SecretString) -> Result<String> {
    let key = actor.user_id.to_string();
    backend.count_attempt(Scope::Confirm, &key).await?;
    let (stored,): (String,) = {
        let mut conn = backend.db.read().await?;
        fetch_one!(conn, (String,), "SELECT password_hash FROM users WHERE id = $1", actor.user_id)?
    };
    let matches = match check_length(password.expose_secret()) {
        Ok(()) => backend.passwords.verify(Lane::Proved, password, Some(stored.clone())).await,
        Err(_) => Ok(false),
    };
    if !unless_busy(backend, Scope::Confirm, &key, matches).await? {
        refused_to(Kind::SignIn, "wrong_confirmation", Some(actor.user_id));
        return Err(wrong_password());
    }
    backend.forget_attempts(Scope::Confirm, &key).await?;
    Ok(stored)
}

fn wrong_password() -> Error {
    Error::invalid(Field::CurrentPassword, Problem::WrongPassword)
}
