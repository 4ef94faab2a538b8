//! Sign-up: a form, a mail with a link, and the account that the link makes.

use std::time::Duration;

use domain::{
    accounts::{email::Email, person::PersonName},
    issues::{Field, Problem, conflict::Conflict},
};
use secrecy::SecretString;

use super::{
    checks::{issues, link_expired},
    sessions,
    sign_in::{count_sign_in, forget_sign_in},
};
use crate::{
    Backend, Origin,
    audit::{Action, Who},
    db::{execute, fetch_optional},
    error::{Error, Result},
    mail::Mail,
    secrets::Token,
    throttle::Scope,
};

/// How long the link of a sign-up is valid.
const CONFIRM_WITHIN: Duration = Duration::from_secs(24 * 3600);

/// A sign-up as typed.
#[derive(Clone, Debug)]
pub struct SignUp {
    pub name: String,
    pub email: String,
    pub password: SecretString,
}

/// Stores a sign-up and sends a mail to the address: a link to confirm it, or a note that it already has an account.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Throttled`] after many mails to one address.
pub async fn sign_up(backend: &Backend, form: &SignUp) -> Result<()> {
    let (name, email) = (PersonName::parse(&form.name), Email::parse(&form.email));
    let password = backend.passwords.check_new(&form.password, &[&form.name, &form.email]).await?;
    let (Ok(name), Ok(email), Ok(())) = (&name, &email, &password) else {
        return Err(Error::Invalid(issues([
            (Field::Name, name.err()),
            (Field::Email, email.err()),
            (Field::Password, password.err()),
        ])));
    };
    backend.count_attempt(Scope::MailTo, email.as_str()).await?;
    let hash = backend.passwords.hash(&backend.world, &form.password).await?;
    let (token, now) = (Token::new(&backend.world), backend.world.now());

    let mut tx = backend.db.begin().await?;
    let known: Option<(String,)> =
        fetch_optional!(tx, (String,), "SELECT name FROM users WHERE email = $1", email.as_str())?;
    execute!(
        tx,
        "INSERT INTO registrations (token_hash, email, name, password_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        token.hash(),
        email.as_str(),
        name.as_str(),
        hash,
        now.micros(),
        now.plus(CONFIRM_WITHIN).micros()
    )?;
    let mail = match known {
        Some((name,)) => Mail::AlreadyRegistered { name },
        None => Mail::ConfirmEmail { name: name.as_str().to_owned(), token: token.expose().to_owned() },
    };
    backend.post_link(&mut tx, email, &mail, now.plus(CONFIRM_WITHIN)).await?;
    tx.commit().await
}

#[derive(sqlx::FromRow)]
struct StoredAddress {
    #[sqlx(try_from = "String")]
    email: Email,
}

/// The address that a confirmation link confirms.
///
/// # Errors
/// [`Problem::LinkExpired`] if the link is unknown or has expired.
pub async fn registration(backend: &Backend, token: &Token) -> Result<Email> {
    let mut conn = backend.db.read().await?;
    let row: Option<StoredAddress> = fetch_optional!(
        conn,
        StoredAddress,
        "SELECT email FROM registrations WHERE token_hash = $1 AND expires_at > $2",
        token.hash(),
        backend.world.now().micros()
    )?;
    Ok(row.ok_or_else(link_expired)?.email)
}

/// Makes the account of a sign-up and signs in. It asks for the password again: otherwise a stranger could sign up with
/// somebody's address, and the owner's click would make an account with the stranger's password.
///
/// # Errors
/// [`Problem::LinkExpired`], [`Problem::WrongPassword`], [`Conflict::AlreadyConfirmed`], [`Error::Throttled`].
pub async fn confirm(backend: &Backend, token: &Token, password: &SecretString, origin: &Origin) -> Result<Token> {
    let row: Option<(String, String, String)> = {
        let mut conn = backend.db.read().await?;
        fetch_optional!(
            conn,
            (String, String, String),
            "SELECT email, name, password_hash FROM registrations WHERE token_hash = $1 AND expires_at > $2",
            token.hash(),
            backend.world.now().micros()
        )?
    };
    let (email, name, hash) = row.ok_or_else(link_expired)?;
    count_sign_in(backend, &email, origin).await?;
    if !backend.passwords.verify(password, Some(hash.clone())).await? {
        return Err(Error::invalid(Field::Password, Problem::WrongPassword));
    }
    forget_sign_in(backend, &email, origin).await?;

    let (user_id, now) = (backend.world.id(), backend.world.now());
    let mut tx = backend.db.begin().await?;
    // Two links of one address, or one link used twice, make one account.
    let inserted = execute!(
        tx,
        "INSERT INTO users (id, email, name, password_hash, zone, created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'wib', $5, $5) ON CONFLICT (email) DO NOTHING",
        user_id,
        &email,
        &name,
        hash,
        now.micros()
    )?;
    if inserted == 0 {
        return Err(Error::Conflict(Conflict::AlreadyConfirmed));
    }
    execute!(tx, "DELETE FROM registrations WHERE email = $1", &email)?;
    let session = sessions::open(backend, &mut tx, user_id, origin).await?;
    backend.record(&mut tx, Who::at(Some(user_id), origin.address), Action::AccountConfirmed, Some(user_id), ())?;
    tx.commit().await?;
    Ok(session)
}
