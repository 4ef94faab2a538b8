//! Adds platforms, changes their settings, disables and enables them.

use domain::{
    issues::{Field, Problem, conflict::Conflict},
    permission::Permission,
    platforms::form::{CheckedPlatform, PlatformForm},
    role::Role,
    time::Timestamp,
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    audit::Action,
    db::{Tx, execute, fetch_one, fetch_optional},
    error::{Error, Result},
    oidc::rights::{self, GrantsOf, Why},
    platforms::platform::lock,
};

/// Adds a platform. Its slug becomes its `client_id`, which is not secret (RFC 6749, section 2.2) and never changes.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Invalid`].
pub async fn create(backend: &Backend, actor: &Actor, form: &PlatformForm) -> Result<Uuid> {
    actor.require(Permission::Administer)?;
    let checked = form.check().map_err(Error::Invalid)?;
    refuse_private(backend, form).await?;
    let (id, now) = (backend.world.id(), backend.world.now());
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    let made = execute!(
        tx,
        "INSERT INTO platforms (id, slug, client_id, name, line, address, client_kind, auth_method, sector,
             subject_type, pkce_required, roles, profile_types, terms_for, created_at, updated_at, version)
         VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, 1) ON CONFLICT DO NOTHING",
        id,
        form.slug.trim(),
        form.name.trim(),
        form.line.trim(),
        form.address.trim(),
        checked.kind.as_str(),
        checked.auth.as_str(),
        &checked.sector,
        checked.subject.as_str(),
        checked.pkce_required,
        Json(&form.roles),
        Json(&form.profile_types),
        Json(&form.terms_for),
        now.micros()
    )?;
    if made == 0 {
        return Err(Error::invalid(Field::Slug, Problem::Taken));
    }
    write_options(&mut tx, id, &checked).await?;
    write_addresses(&mut tx, id, &checked).await?;
    backend.record(&mut tx, actor, Action::PlatformCreated, Some(id), form.slug.trim())?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a platform. Sessions there stay, unless it no longer admits their role. `version` is the one that was on screen.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Invalid`]; [`Conflict::ChangedMeanwhile`].
pub async fn change(backend: &Backend, actor: &Actor, id: Uuid, version: i64, form: &PlatformForm) -> Result<()> {
    actor.require(Permission::Administer)?;
    let checked = form.check().map_err(Error::Invalid)?;
    refuse_private(backend, form).await?;
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    lock(&mut tx, id).await?;
    refuse_taken(&mut tx, id, form.slug.trim()).await?;
    let changed = execute!(
        tx,
        "UPDATE platforms SET slug = $3, name = $4, line = $5, address = $6, client_kind = $7, auth_method = $8,
             sector = $9, subject_type = $10, pkce_required = $11, roles = $12, profile_types = $13, terms_for = $14,
             updated_at = $15, version = version + 1
         WHERE id = $1 AND version = $2",
        id,
        version,
        form.slug.trim(),
        form.name.trim(),
        form.line.trim(),
        form.address.trim(),
        checked.kind.as_str(),
        checked.auth.as_str(),
        &checked.sector,
        checked.subject.as_str(),
        checked.pkce_required,
        Json(&form.roles),
        Json(&form.profile_types),
        Json(&form.terms_for),
        backend.world.now().micros()
    )?;
    if changed == 0 {
        return Err(changed_meanwhile(&mut tx, id).await?);
    }
    write_options(&mut tx, id, &checked).await?;
    write_addresses(&mut tx, id, &checked).await?;
    for role in Role::ALL.iter().copied().filter(|role| !form.roles.contains(role)) {
        rights::end_grants(backend, &mut tx, Why::NotAdmitted, GrantsOf::RoleAt { platform_id: id, role }).await?;
    }
    backend.record(&mut tx, actor, Action::PlatformChanged, Some(id), ("settings", version + 1))?;
    tx.commit().await
}

/// Refuses an address for logout notices that we do not connect to.
async fn refuse_private(backend: &Backend, form: &PlatformForm) -> Result<()> {
    match form.backchannel_logout_uri.trim().parse() {
        Ok(url) if !backend.oidc.reach.permits_now(&url).await => {
            Err(Error::invalid(Field::BackChannel, Problem::PrivateAddress))
        }
        _ => Ok(()),
    }
}

/// Refuses the slug of another platform.
async fn refuse_taken(tx: &mut Tx, id: Uuid, slug: &str) -> Result<()> {
    let other: Option<(Uuid,)> =
        fetch_optional!(tx, (Uuid,), "SELECT id FROM platforms WHERE slug = $1 AND id <> $2", slug, id)?;
    other.map_or(Ok(()), |_| Err(Error::invalid(Field::Slug, Problem::Taken)))
}

async fn changed_meanwhile(tx: &mut Tx, id: Uuid) -> Result<Error> {
    let (at,): (i64,) = fetch_one!(tx, (i64,), "SELECT updated_at FROM platforms WHERE id = $1", id)?;
    Ok(Error::Conflict(Conflict::ChangedMeanwhile { at: Timestamp::from_micros(at) }))
}

/// Writes the optional settings.
async fn write_options(tx: &mut Tx, id: Uuid, checked: &CheckedPlatform<'_>) -> Result<()> {
    let form = checked.form;
    execute!(
        tx,
        "UPDATE platforms SET logo_key = $2, initiate_login_uri = $3, backchannel_logout_uri = $4, jwks = $5,
             id_token_alg = $6, scopes = $7 WHERE id = $1",
        id,
        optional(&form.logo),
        optional(&form.initiate_login_uri),
        optional(&form.backchannel_logout_uri),
        checked.jwks.as_ref().map(Json),
        checked.algorithm,
        form.registered_scopes().to_string()
    )?;
    Ok(())
}

/// Replaces all redirects.
async fn write_addresses(tx: &mut Tx, id: Uuid, checked: &CheckedPlatform<'_>) -> Result<()> {
    execute!(tx, "DELETE FROM platform_redirects WHERE platform_id = $1", id)?;
    for (kind, uris) in [("redirect", &checked.redirects), ("post_logout", &checked.logout_redirects)] {
        for uri in uris {
            execute!(
                tx,
                "INSERT INTO platform_redirects (platform_id, kind, uri) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                id,
                kind,
                uri.as_str()
            )?;
        }
    }
    Ok(())
}

/// Disables a platform and ends all sessions there, or enables it again.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn set_disabled(backend: &Backend, actor: &Actor, id: Uuid, disabled: bool) -> Result<()> {
    actor.require(Permission::Administer)?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    let changed = execute!(
        tx,
        "UPDATE platforms SET disabled_at = $2, updated_at = $3, version = version + 1 WHERE id = $1",
        id,
        disabled.then_some(now.micros()),
        now.micros()
    )?;
    if changed == 0 {
        return Err(Error::NotFound);
    }
    if disabled {
        rights::end_grants(backend, &mut tx, Why::PlatformDisabled, GrantsOf::Platform(id)).await?;
    }
    let word = if disabled { "disabled" } else { "enabled" };
    backend.record(&mut tx, actor, Action::PlatformChanged, Some(id), word)?;
    tx.commit().await
}

/// `None` for an empty text.
fn optional(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
