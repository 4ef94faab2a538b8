//! Sign-in with e-mail address and password.

use domain::{
    accounts::{email::Email, password, view::device},
    indonesian::date_time,
    issues::{Field, Problem},
    time::Zone,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    attempts::Attempt,
    checks::issues,
    devices::{self, Owner},
    passwords::Lane,
    sessions,
};
use crate::{
    Backend, Origin,
    audit::{Action, Who},
    db::fetch_optional,
    error::{Error, Result},
    mail::Mail,
    refusals::{Kind, refused_to},
    secrets::Token,
};

/// An account that somebody may sign in to.
#[derive(sqlx::FromRow)]
struct Account {
    id: Uuid,
    password_hash: String,
    name: String,
    #[sqlx(try_from = "String")]
    zone: Zone,
    device_generation: i64,
}

/// Signs in. Returns the token for the cookie. The person gets a mail if the account does not know the device.
///
/// # Errors
/// [`Problem::SignInFailed`], the same for an unknown address, a wrong password, and an account that is not confirmed or
/// disabled; [`Error::Throttled`]; [`Error::Busy`].
pub async fn sign_in(backend: &Backend, email: &str, password: &SecretString, origin: &Origin) -> Result<Token> {
    let missing = issues([
        (Field::Email, email.trim().is_empty().then_some(Problem::Missing)),
        (Field::Password, password.expose_secret().is_empty().then_some(Problem::Missing)),
    ]);
    if !missing.is_empty() {
        return Err(Error::Invalid(missing));
    }
    let email = Email::parse(email).map_err(|problem| Error::invalid(Field::Email, problem))?;
    let account = find(backend, &email).await?;
    let owner = |account: &Account| Owner { user_id: account.id, generation: account.device_generation };
    let known = account.as_ref().and_then(|it| devices::known(backend, origin.device.as_ref(), owner(it)));
    let attempt = Attempt::begin(backend, email.as_str(), origin, known.as_deref()).await?;
    let lane = if known.is_some() { Lane::KnownDevice } else { Lane::SignIn };
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let matches = match verify(backend, lane, password, hash).await {
        Err(error @ Error::Busy { .. }) => {
            attempt.take_back(backend).await?;
            return Err(error);
        }
        outcome => outcome?,
    };
    let user_id = account.as_ref().map(|account| account.id);
    let account = account.filter(|_| matches).ok_or_else(|| failed(user_id))?;
    enter(backend, &email, account, known.is_some(), attempt, origin).await
}

async fn find(backend: &Backend, email: &Email) -> Result<Option<Account>> {
    let mut conn = backend.db.read().await?;
    Ok(fetch_optional!(
        conn,
        Account,
        "SELECT id, password_hash, name, zone, device_generation FROM users WHERE email = $1 AND disabled_at IS NULL",
        email.as_str()
    )?)
}

/// No stored password is longer than [`password::MAX`], so a longer one is not hashed, whether or not the account exists.
async fn verify(backend: &Backend, lane: Lane, password: &SecretString, hash: Option<String>) -> Result<bool> {
    if password.expose_secret().chars().count() > password::MAX {
        return Ok(false);
    }
    backend.passwords.verify(lane, password, hash).await
}

/// Opens the session of a person whose password was right.
async fn enter(
    backend: &Backend,
    email: &Email,
    account: Account,
    is_known: bool,
    attempt: Attempt,
    origin: &Origin,
) -> Result<Token> {
    let Account { id: user_id, password_hash, name, zone, .. } = account;
    let mut tx = backend.db.begin().await?;
    tx.lock_user(user_id).await?;
    // The password may have been replaced, or the account disabled, while the hash was computed.
    let unchanged: Option<(Uuid,)> = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL",
        user_id,
        password_hash
    )?;
    unchanged.ok_or_else(|| failed(Some(user_id)))?;
    attempt.succeed(&mut tx).await?;
    let session = sessions::open(backend, &mut tx, user_id, origin).await?;
    if !is_known {
        let mail = Mail::NewDevice {
            name,
            device: device(&origin.user_agent),
            address: origin.address.to_canonical().to_string(),
            at: date_time(backend.world.now(), zone),
        };
        backend.post_within_budget(&mut tx, email, &mail, None).await?;
    }
    backend.record(&mut tx, Who::at(Some(user_id), origin.address), Action::SignedIn, Some(user_id), ())?;
    tx.commit().await?;
    Ok(session)
}

/// One answer for everybody, so that it reveals nothing. The log tells more.
fn failed(user_id: Option<Uuid>) -> Error {
    let reason = if user_id.is_some() { "wrong_password" } else { "no_account" };
    refused_to(Kind::SignIn, reason, user_id);
    Error::invalid(Field::Form, Problem::SignInFailed)
}
