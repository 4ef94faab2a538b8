//! Accounts: sign-up, confirmation, sign-in, forgotten passwords, profile.
//!
//! No answer and no timing tells whether an address is registered (ASVS 5.0, 6.3.8): each path hashes one password and
//! writes the same number of rows, and what differs is said in the mail alone.

pub mod passwords;
pub mod sessions;

use std::time::Duration;

use domain::{
    accounts::{
        email::Email,
        person::{EmployeeNumber, EmployeeNumberKind, PersonName, Phone},
    },
    issues::{Field, Issue, Problem, conflict::Conflict},
    time::Zone,
};
use secrecy::SecretString;
use uuid::Uuid;

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

/// How long the link of a sign-up holds.
const CONFIRM_WITHIN: Duration = Duration::from_secs(24 * 3600);
/// How long the link of a forgotten password holds.
const RESET_WITHIN: Duration = Duration::from_secs(3600);

/// A sign-up as typed.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The password chosen.
    pub password: SecretString,
}

/// Takes a sign-up and sends a mail to the address: a link to confirm, or, if it already has an account, that it has.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Throttled`] after many mails to one address.
pub async fn sign_up(backend: &Backend, form: &SignUp) -> Result<()> {
    let (name, email) = (PersonName::parse(&form.name), Email::parse(&form.email));
    let password = backend.passwords.check_new(&form.password, &[&form.name, &form.email]).await?;
    let (Ok(name), Ok(email), Ok(())) = (&name, &email, &password) else {
        return Err(Error::Invalid(collect([
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
    backend.post(&mut tx, email, &mail).await?;
    tx.commit().await
}

/// An address on record.
#[derive(sqlx::FromRow)]
struct Address {
    #[sqlx(try_from = "String")]
    email: Email,
}

/// The address that a confirmation link is for.
///
/// # Errors
/// [`Problem::LinkExpired`] if the link is unknown or over.
pub async fn registration(backend: &Backend, token: &Token) -> Result<Email> {
    let mut conn = backend.db.read().await?;
    let row: Option<Address> = fetch_optional!(
        conn,
        Address,
        "SELECT email FROM registrations WHERE token_hash = $1 AND expires_at > $2",
        token.hash(),
        backend.world.now().micros()
    )?;
    Ok(row.ok_or_else(link_expired)?.email)
}

/// Makes the account of a sign-up and signs in. The password is asked for again, so that a link does not make an account
/// with a password that somebody else chose.
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
    // The guard against two links of one address, and against one link used twice.
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

/// Signs in; gives the token for the cookie.
///
/// # Errors
/// [`Problem::SignInFailed`] for an unknown address, a wrong password, an account not confirmed or disabled alike;
/// [`Error::Throttled`].
pub async fn sign_in(backend: &Backend, email: &str, password: &SecretString, origin: &Origin) -> Result<Token> {
    let failed = || Error::invalid(Field::Form, Problem::SignInFailed);
    let missing = collect([
        (Field::Email, email.trim().is_empty().then_some(Problem::Missing)),
        (Field::Password, secrecy::ExposeSecret::expose_secret(password).is_empty().then_some(Problem::Missing)),
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
    // Nobody chose a longer password; hashing one would only be work.
    let plausible = secrecy::ExposeSecret::expose_secret(password).chars().count() <= domain::accounts::password::MAX;
    if !backend.passwords.verify(password, hash.clone().filter(|_| plausible)).await? {
        return Err(failed());
    }
    let user_id = user_id.ok_or_else(failed)?;
    forget_sign_in(backend, email.as_str(), origin).await?;
    let mut tx = backend.db.begin().await?;
    tx.lock_user(user_id).await?;
    // Verifying took a while: a password that was replaced, or an account that was disabled meanwhile, opens nothing.
    let still: Option<(Uuid,)> = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL",
        user_id,
        hash
    )?;
    still.ok_or_else(failed)?;
    let session = sessions::open(backend, &mut tx, user_id, origin).await?;
    backend.record(&mut tx, Who::at(Some(user_id), origin.address), Action::SignedIn, Some(user_id), ())?;
    tx.commit().await?;
    Ok(session)
}

/// Counts a try at a password before it is made. Whoever guesses at somebody's account locks out their own device; only
/// guesses from many devices together lock out the person as well.
async fn count_sign_in(backend: &Backend, email: &str, origin: &Origin) -> Result<()> {
    backend.count_attempt(Scope::SignIn, &format!("{email} {}", origin.address)).await?;
    backend.count_attempt(Scope::SignInAnywhere, email).await?;
    Ok(())
}

/// Forgets the tries from this device, after one that was right. Those from others stay counted.
async fn forget_sign_in(backend: &Backend, email: &str, origin: &Origin) -> Result<()> {
    backend.forget_attempts(Scope::SignIn, &format!("{email} {}", origin.address)).await?;
    backend.uncount_attempt(Scope::SignInAnywhere, email).await
}

/// Takes the address of a forgotten password and sends a mail to it: a link, or that there is no account.
///
/// # Errors
/// [`Error::Invalid`] if it is no address; [`Error::Throttled`] after many mails to one.
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
    backend.post(&mut tx, &email, &mail).await?;
    tx.commit().await
}

/// Whose password a link sets.
#[derive(sqlx::FromRow)]
struct Owner {
    id: Uuid,
    #[sqlx(try_from = "String")]
    email: Email,
    name: String,
}

/// Sets a new password by the link of a mail. All sessions of the person end.
///
/// # Errors
/// [`Problem::LinkExpired`] or what is wrong with the password.
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
    // Used up first: of two that come at once, one finds nothing.
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

/// Whether the link of a forgotten password still holds.
///
/// # Errors
/// [`Problem::LinkExpired`] if not.
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
/// [`Problem::WrongPassword`] at the current one, what is wrong with the new one, [`Error::Throttled`].
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
    // Guarded by the password that was verified: one that was set meanwhile is not overruled.
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

/// What a person tells about themselves.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Profile {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// NIP or NRP; `nip` or `nrp`.
    pub employee_number_kind: Option<String>,
    /// Its digits.
    pub employee_number: Option<String>,
    /// Telephone, `+62…`.
    pub phone: Option<String>,
    /// Time zone.
    #[sqlx(try_from = "String")]
    pub zone: Zone,
}

/// The person's own profile.
///
/// # Errors
/// If the database does not answer.
pub async fn profile(backend: &Backend, actor: &Actor) -> Result<Profile> {
    let mut conn = backend.db.read().await?;
    Ok(fetch_one!(
        conn,
        Profile,
        "SELECT name, email, employee_number_kind, employee_number, phone, zone FROM users WHERE id = $1",
        actor.user_id
    )?)
}

/// A profile as typed; number and telephone may be empty.
#[derive(Clone, Debug)]
pub struct ProfileForm {
    /// Full name.
    pub name: String,
    /// NIP or NRP.
    pub employee_number_kind: EmployeeNumberKind,
    /// Its digits.
    pub employee_number: String,
    /// Telephone.
    pub phone: String,
    /// Time zone.
    pub zone: Zone,
}

/// Changes the person's own profile.
///
/// # Errors
/// [`Error::Invalid`].
pub async fn change_profile(backend: &Backend, actor: &Actor, form: &ProfileForm) -> Result<()> {
    let name = PersonName::parse(&form.name);
    let optional = |text: &str| !text.trim().is_empty();
    let number = optional(&form.employee_number)
        .then(|| EmployeeNumber::parse(form.employee_number_kind, &form.employee_number))
        .transpose();
    let phone = optional(&form.phone).then(|| Phone::parse(&form.phone)).transpose();
    let (Ok(name), Ok(number), Ok(phone)) = (&name, &number, &phone) else {
        return Err(Error::Invalid(collect([
            (Field::Name, name.err()),
            (Field::EmployeeNumber, number.err()),
            (Field::Phone, phone.err()),
        ])));
    };
    let mut tx = backend.db.begin().await?;
    execute!(
        tx,
        "UPDATE users SET name = $2, employee_number_kind = $3, employee_number = $4, phone = $5, zone = $6,
             updated_at = $7 WHERE id = $1",
        actor.user_id,
        name.as_str(),
        number.as_ref().map(|number| number.kind().as_str()),
        number.as_ref().map(EmployeeNumber::digits),
        phone.as_ref().map(Phone::as_str),
        form.zone.as_str(),
        backend.world.now().micros()
    )?;
    backend.record(&mut tx, actor, Action::ProfileChanged, Some(actor.user_id), ())?;
    tx.commit().await
}

fn link_expired() -> Error {
    Error::invalid(Field::Form, Problem::LinkExpired)
}

fn collect<const N: usize>(found: [(Field, Option<Problem>); N]) -> Vec<Issue> {
    found.into_iter().filter_map(|(field, problem)| Some(Issue::new(field, problem?))).collect()
}
