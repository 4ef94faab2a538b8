//! Sign-up: a form, a mail with a link, and the account that the link makes.

use std::{net::IpAddr, time::Duration};

use domain::{
    accounts::{email::Email, password::check_length, person::PersonName},
    issues::{Field, Problem, conflict::Conflict},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    checks::{issues, link_expired, unless_busy},
    passwords::Lane,
    sessions,
};
use crate::{
    Backend, Origin,
    audit::{Action, Who},
    db::{execute, fetch_all, fetch_optional},
    error::{Error, Result},
    mail::Mail,
    network::Network,
    refusals::{Kind, refused},
    secrets::Token,
    throttle::{Scope, within},
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

/// Sign-ups of the same address that a link confirms beside its own.
const OTHERS: i64 = 10;

/// Stores a sign-up and sends a mail to the address: a link to confirm it, or a note that it already has an account. When
/// there were many such mails, nothing is sent, and the answer is the same.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Busy`].
pub async fn sign_up(backend: &Backend, form: &SignUp, from: IpAddr) -> Result<()> {
    let (name, email) = (PersonName::parse(&form.name), Email::parse(&form.email));
    let length = check_length(form.password.expose_secret());
    if let (Ok(_), Ok(email), Ok(())) = (&name, &email, &length)
        // By network too: strangers must not keep the owner of an address from signing up.
        && !within(backend.count_attempt(Scope::SignUp, &format!("{email} {}", Network::of(from).key())).await)?
    {
        return Ok(());
    }
    let password = backend.passwords.check_new(Lane::NewPassword, &form.password, &[&form.name, &form.email]).await?;
    let (Ok(name), Ok(email), Ok(())) = (&name, &email, &password) else {
        return Err(Error::Invalid(issues([
            (Field::Name, name.err()),
            (Field::Email, email.err()),
            (Field::Password, password.err()),
        ])));
    };
    let hash = backend.passwords.hash(Lane::NewPassword, &backend.world, &form.password).await?;
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
        None => Mail::ConfirmEmail { token: token.expose().to_owned() },
    };
    backend.post_within_budget(&mut tx, email, &mail, Some(now.plus(CONFIRM_WITHIN))).await?;
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
/// somebody's address, and the owner's click would make an account with the stranger's password. A link also confirms other
/// sign-ups of its address: of many at one time, not each has a mail of its own.
///
/// # Errors
/// [`Problem::LinkExpired`], [`Problem::WrongPassword`], [`Conflict::AlreadyConfirmed`], [`Error::Throttled`],
/// [`Error::Busy`].
pub async fn confirm(backend: &Backend, token: &Token, password: &SecretString, origin: &Origin) -> Result<Token> {
    let waiting = waiting(backend, token).await?;
    let email = waiting.first().ok_or_else(link_expired)?.email.clone();
    // Only whoever reads the mails of the address has a link, so nobody else can use the attempts up.
    let key = format!("sign-up {email}");
    backend.count_attempt(Scope::Confirm, &key).await?;
    let found = matching(backend, waiting, password).await;
    let found = unless_busy(backend, Scope::Confirm, &key, found).await?;
    let Some(Waiting { name, password_hash: hash, .. }) = found else {
        refused(Kind::SignIn, "wrong_password");
        return Err(Error::invalid(Field::Password, Problem::WrongPassword));
    };
    backend.forget_attempts(Scope::Confirm, &key).await?;

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

/// A sign-up that waits for its confirmation.
#[derive(sqlx::FromRow)]
struct Waiting {
    email: String,
    name: String,
    password_hash: String,
}

/// The sign-up of a link, then the newest others of its address. Empty if the link is unknown or has expired.
async fn waiting(backend: &Backend, token: &Token) -> Result<Vec<Waiting>> {
    let now = backend.world.now().micros();
    let mut conn = backend.db.read().await?;
    Ok(fetch_all!(
        conn,
        Waiting,
        "SELECT email, name, password_hash FROM registrations
         WHERE email = (SELECT email FROM registrations WHERE token_hash = $1 AND expires_at > $2) AND expires_at > $2
         ORDER BY CASE WHEN token_hash = $1 THEN 0 ELSE 1 END, created_at DESC LIMIT $3",
        token.hash(),
        now,
        1 + OTHERS
    )?)
}

/// The first sign-up with this password.
async fn matching(backend: &Backend, waiting: Vec<Waiting>, password: &SecretString) -> Result<Option<Waiting>> {
    if check_length(password.expose_secret()).is_err() {
        return Ok(None);
    }
    for one in waiting {
        if backend.passwords.verify(Lane::Proved, password, Some(one.password_hash.clone())).await? {
            return Ok(Some(one));
        }
    }
    Ok(None)
}
