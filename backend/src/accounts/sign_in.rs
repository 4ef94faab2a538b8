//! Sign-in with e-mail address and password.

use domain::{
    accounts::email::Email,
    issues::{Field, Problem},
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{checks::issues, sessions};
use crate::{
    Backend, Origin,
    audit::{Action, Who},
    db::fetch_optional,
    error::{Error, Result},
    secrets::Token,
    throttle::Scope,
};

/// Signs in. Returns the token for the cookie.
///
/// # Errors
/// [`Problem::SignInFailed`], the same for an unknown address, a wrong password, and an account that is not confirmed or
/// disabled; [`Error::Throttled`].
pub async fn sign_in(backend: &Backend, email: &str, password: &SecretString, origin: &Origin) -> Result<Token> {
    let failed = || Error::invalid(Field::Form, Problem::SignInFailed);
    let missing = issues([
        (Field::Email, email.trim().is_empty().then_some(Problem::Missing)),
        (Field::Password, password.expose_secret().is_empty().then_some(Problem::Missing)),
    ]);
    if !missing.is_empty() {
        return Err(Error::Invalid(missing));
    }
    let email = Email::parse(email).map_err(|problem| Error::invalid(Field::Email, problem))?;
    count_sign_in(backend, email.as_str(), origin).await?;
    let row: Option<(Uuid, String)> = {
        let mut conn = backend.db.read().await?;
        fetch_optional!(
            conn,
            (Uuid, String),
            "SELECT id, password_hash FROM users WHERE email = $1 AND disabled_at IS NULL",
            email.as_str()
        )?
    };
    let (user_id, hash) = row.unzip();
    // No stored password is longer, so hashing one would be wasted work.
    let plausible = password.expose_secret().chars().count() <= domain::accounts::password::MAX;
    if !backend.passwords.verify(password, hash.clone().filter(|_| plausible)).await? {
        return Err(failed());
    }
    let user_id = user_id.ok_or_else(failed)?;
    forget_sign_in(backend, email.as_str(), origin).await?;
    let mut tx = backend.db.begin().await?;
    tx.lock_user(user_id).await?;
    // The password may have been replaced, or the account disabled, while the hash was computed.
    let unchanged: Option<(Uuid,)> = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL",
        user_id,
        hash
    )?;
    unchanged.ok_or_else(failed)?;
    let session = sessions::open(backend, &mut tx, user_id, origin).await?;
    backend.record(&mut tx, Who::at(Some(user_id), origin.address), Action::SignedIn, Some(user_id), ())?;
    tx.commit().await?;
    Ok(session)
}

/// Counts an attempt at a password before it is made. Guessing locks out the device that guesses. Only guesses from many
/// devices together lock out the owner of the account too.
pub(super) async fn count_sign_in(backend: &Backend, email: &str, origin: &Origin) -> Result<()> {
    backend.count_attempt(Scope::SignIn, &format!("{email} {}", origin.address)).await?;
    backend.count_attempt(Scope::SignInAnywhere, email).await?;
    Ok(())
}

/// Forgets the attempts of this device after a correct password. Attempts of other devices stay counted.
pub(super) async fn forget_sign_in(backend: &Backend, email: &str, origin: &Origin) -> Result<()> {
    backend.forget_attempts(Scope::SignIn, &format!("{email} {}", origin.address)).await?;
    backend.uncount_attempt(Scope::SignInAnywhere, email).await
}
