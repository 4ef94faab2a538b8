//! Secrets of platforms.

use domain::{issues::conflict::Conflict, permission::Permission};
use uuid::Uuid;

use crate::{
    Actor, Backend,
    audit::Action,
    db::{execute, fetch_one, fetch_optional},
    error::{Error, Result},
    platforms::platform::lock,
    secrets::Token,
};

/// The most valid secrets at one time: the current one, and its successor.
const MOST_SECRETS: i64 = 2;

/// Makes a secret. Returns the `client_id` and the secret, of which only the SHA-256 is stored. A form that is sent twice
/// has the same `secret_id`, so that it makes one secret.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for an unknown platform, one that uses no secrets, or a `secret_id` that
/// exists; [`Conflict::TwoSecrets`].
pub async fn make_secret(backend: &Backend, actor: &Actor, id: Uuid, secret_id: Uuid) -> Result<(String, Token)> {
    actor.require(Permission::Administer)?;
    let (secret, now) = (Token::new(&backend.world), backend.world.now());
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    lock(&mut tx, id).await?;
    let client: Option<(String,)> = fetch_optional!(
        tx,
        (String,),
        "SELECT client_id FROM platforms
         WHERE id = $1 AND auth_method IN ('client_secret_basic', 'client_secret_post')",
        id
    )?;
    let (client_id,) = client.ok_or(Error::NotFound)?;
    let (live,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT count(*) FROM platform_secrets WHERE platform_id = $1 AND (expires_at IS NULL OR expires_at > $2)",
        id,
        now.micros()
    )?;
    if live >= MOST_SECRETS {
        return Err(Error::Conflict(Conflict::TwoSecrets));
    }
    let hint = secret.expose().get(secret.expose().len() - 4..).unwrap_or_default().to_owned();
    let made = execute!(
        tx,
        "INSERT INTO platform_secrets (id, platform_id, secret_hash, hint, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        secret_id,
        id,
        secret.hash(),
        &hint,
        now.micros()
    )?;
    if made == 0 {
        return Err(Error::NotFound);
    }
    backend.record(&mut tx, actor, Action::PlatformChanged, Some(id), ("secret_made", secret_id))?;
    tx.commit().await?;
    Ok((client_id, secret))
}

/// Ends a secret at once.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn retire_secret(backend: &Backend, actor: &Actor, id: Uuid, secret_id: Uuid) -> Result<()> {
    actor.require(Permission::Administer)?;
    let now = backend.world.now().micros();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    let retired = execute!(
        tx,
        "UPDATE platform_secrets SET expires_at = $3
         WHERE id = $1 AND platform_id = $2 AND (expires_at IS NULL OR expires_at > $3)",
        secret_id,
        id,
        now
    )?;
    if retired == 0 {
        return Err(Error::NotFound);
    }
    backend.record(&mut tx, actor, Action::PlatformChanged, Some(id), ("secret_retired", secret_id))?;
    tx.commit().await
}
