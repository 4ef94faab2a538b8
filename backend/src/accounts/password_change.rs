//! New passwords: by the link of a mail when the old one is forgotten, or by giving the old one.

use std::time::Duration;

use domain::{
    accounts::email::Email,
    issues::{Field, Problem},
};
use secrecy::SecretString;
use uuid::Uuid;

use super::{checks::link_expired, sessions, sign_in::forget_sign_in};
use crate::{
    Actor, Backend, Origin,
    audit::{Action, Who},
    db::{execute, fetch_one, fetch_optional},
    error::{Error, Result},
    mail::Mail,
    notice::Notice,
    oidc::rights::{GrantsOf, Why, end_grants},
    secrets::Token,
    throttle::Scope,
};

/// How long the link of a forgotten password is valid.
const RESET_WITHIN: Duration = Duration::from_secs(3600);

/// Sends a mail to the address of a forgotten password: a link, or a note that there is no account.
///
/// # Errors
/// [`Error::Invalid`] if it is not an address; [`Error::Throttled`] after many mails to one address.
pub async fn forgot_password(backend: &Backend, email: &str) -> Result<()> {
    let email = Email::parse(email).map_err(|problem| Error::invalid(Field::Email, problem))?;
    backend.count_attempt(Scope::MailTo, email.as_str()).await?;
    let (token, now) = (Token::new(&backend.world), backend.world.now());
    let mut tx = backend.db.begin().await?;
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
    backend.post_link(&mut tx, &email, &mail, now.plus(RESET_WITHIN)).await?;
    tx.commit().await
}

/// The person whose password a link sets.
#[derive(sqlx::FromRow)]
struct Owner {
    id: Uuid,
    #[sqlx(try_from = "String")]
    email: Email,
    name: String,
}

/// Sets a new password with the link of a mail. All sessions of the person end.
///
/// # Errors
/// [`Problem::LinkExpired`] or the problem of the password.
pub async fn reset_password(backend: &Backend, token: &Token, password: &SecretString, origin: &Origin) -> Result<()> {
    let owner: Option<Owner> = {
        let mut conn = backend.db.read().await?;
        fetch_optional!(
            conn,
            Owner,
            "SELECT users.id, users.email, users.name
             FROM password_resets JOIN users ON users.id = password_resets.user_id
             WHERE token_hash = $1 AND expires_at > $2",
            token.hash(),
            backend.world.now().micros()
        )?
    };
    let Owner { id: user_id, email, name } = owner.ok_or_else(link_expired)?;
    let checked = backend.passwords.check_new(password, &[&name, email.as_str()]).await?;
    checked.map_err(|problem| Error::invalid(Field::Password, problem))?;
    let hash = backend.passwords.hash(&backend.world, password).await?;
    let mut tx = backend.db.begin().await?;
    // Deleted first, so that a link works once even if two requests come at the same time.
    if execute!(tx, "DELETE FROM password_resets WHERE token_hash = $1", token.hash())? == 0 {
        return Err(link_expired());
    }
    execute!(tx, "DELETE FROM password_resets WHERE user_id = $1", user_id)?;
    execute!(
        tx,
        "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1",
        user_id,
        hash,
        backend.world.now().micros()
    )?;
    execute!(tx, "DELETE FROM sessions WHERE user_id = $1", user_id)?;
    end_grants(backend, &mut tx, Why::PasswordChanged, GrantsOf::User(user_id)).await?;
    tx.notify(Notice::Person { user_id });
    backend.post(&mut tx, &email, &Mail::PasswordChanged { name }).await?;
    backend.record(&mut tx, Who::at(Some(user_id), origin.address), Action::PasswordReset, Some(user_id), ())?;
    tx.commit().await?;
    forget_sign_in(backend, email.as_str(), origin).await?;
    backend.forget_attempts(Scope::SignInAnywhere, email.as_str()).await
}

/// Succeeds if the link of a forgotten password is still valid.
///
/// # Errors
/// [`Problem::LinkExpired`].
pub async fn check_reset(backend: &Backend, token: &Token) -> Result<()> {
    let mut conn = backend.db.read().await?;
    let row: Option<(i64,)> = fetch_optional!(
        conn,
        (i64,),
        "SELECT expires_at FROM password_resets WHERE token_hash = $1 AND expires_at > $2 AND user_id IS NOT NULL",
        token.hash(),
        backend.world.now().micros()
    )?;
    row.map(|_| ()).ok_or_else(link_expired)
}

/// Changes the person's password. Their other sessions end.
///
/// # Errors
/// [`Problem::WrongPassword`] of the current one, the problem of the new one, [`Error::Throttled`].
pub async fn change_password(
    backend: &Backend,
    actor: &Actor,
    current: &SecretString,
    new: &SecretString,
) -> Result<()> {
    let checked = backend.passwords.check_new(new, &[&actor.name, &actor.email]).await?;
    checked.map_err(|problem| Error::invalid(Field::Password, problem))?;
    let wrong = || Error::invalid(Field::CurrentPassword, Problem::WrongPassword);
    let key = actor.user_id.to_string();
    backend.count_attempt(Scope::Confirm, &key).await?;
    let (stored,): (String,) = {
        let mut conn = backend.db.read().await?;
        fetch_one!(conn, (String,), "SELECT password_hash FROM users WHERE id = $1", actor.user_id)?
    };
    if !backend.passwords.verify(current, Some(stored.clone())).await? {
        return Err(wrong());
    }
    backend.forget_attempts(Scope::Confirm, &key).await?;
    let hash = backend.passwords.hash(&backend.world, new).await?;
    let mut tx = backend.db.begin().await?;
    // Guarded by the hash that was verified: a password that was set meanwhile stays.
    let changed = execute!(
        tx,
        "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1 AND password_hash = $4",
        actor.user_id,
        hash,
        backend.world.now().micros(),
        stored
    )?;
    if changed == 0 {
        return Err(wrong());
    }
    sessions::end_others(backend, &mut tx, actor, Why::PasswordChanged).await?;
    backend.post(&mut tx, &actor.recipient()?, &Mail::PasswordChanged { name: actor.name.clone() }).await?;
    backend.record(&mut tx, actor, Action::PasswordChanged, Some(actor.user_id), ())?;
    tx.commit().await
}
