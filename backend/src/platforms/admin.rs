//! What an administrator sets of platforms: name and admission, the client of OpenID Connect, its addresses and
//! secrets.

use domain::{
    issues::{Field, Problem, conflict::Conflict},
    platforms::form::{CheckedPlatform, PlatformForm},
    role::{ProfileType, Role},
    staff::Permission,
    time::Timestamp,
};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::terms::lock;
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, Tx, execute, fetch_all, fetch_one, fetch_optional},
    error::{Error, Result},
    oidc::rights::{self, GrantsOf, Why},
    secrets::Token,
};

/// Most secrets that hold at one time: the one in use, and the one that takes its place.
const MOST_SECRETS: i64 = 2;

/// A platform in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its row.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// The symbol that stands for it.
    pub logo: Option<String>,
    /// The profile types that it admits.
    pub profile_types: Vec<ProfileType>,
    /// The roles that it admits.
    pub roles: Vec<Role>,
    /// Whether nobody can enter it now.
    pub disabled: bool,
}

/// A secret, without what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its row.
    pub id: Uuid,
    /// Its last four characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// All that is set of a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Its row.
    pub id: Uuid,
    /// The name by which it asks (RFC 6749, section 2.2).
    pub client_id: String,
    /// What the form shows.
    pub form: PlatformForm,
    /// Its secrets, the oldest first.
    pub secrets: Vec<Secret>,
    /// Whether nobody can enter it now.
    pub disabled: bool,
    /// How often it was changed; a change names the one that it saw.
    pub version: i64,
}

/// Every platform, by name.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(backend: &Backend, actor: &Actor) -> Result<Vec<Listed>> {
    actor.require(Permission::Administer)?;
    #[derive(sqlx::FromRow)]
    struct Row {
        id: Uuid,
        name: String,
        slug: String,
        logo_key: Option<String>,
        profile_types: Json<Vec<ProfileType>>,
        roles: Json<Vec<Role>>,
        disabled_at: Option<i64>,
    }
    let mut conn = backend.db.read().await?;
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT id, name, slug, logo_key, profile_types, roles, disabled_at FROM platforms ORDER BY name, id LIMIT 1000"
    )?;
    let listed = rows.into_iter().map(|row| Listed {
        id: row.id,
        name: row.name,
        slug: row.slug,
        logo: row.logo_key,
        profile_types: row.profile_types.0,
        roles: row.roles.0,
        disabled: row.disabled_at.is_some(),
    });
    Ok(listed.collect())
}

#[derive(sqlx::FromRow)]
struct DetailRow {
    id: Uuid,
    client_id: String,
    name: String,
    slug: String,
    line: String,
    logo_key: Option<String>,
    address: String,
    initiate_login_uri: Option<String>,
    client_kind: String,
    auth_method: String,
    jwks: Option<Json<Value>>,
    id_token_alg: String,
    subject_type: String,
    sector: String,
    pkce_required: bool,
    profile_types: Json<Vec<ProfileType>>,
    roles: Json<Vec<Role>>,
    terms_for: Json<Vec<ProfileType>>,
    backchannel_logout_uri: Option<String>,
    disabled_at: Option<i64>,
    version: i64,
}

/// All that is set of a platform.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn find(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Details> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let row: Option<DetailRow> = fetch_optional!(
        conn,
        DetailRow,
        "SELECT id, client_id, name, slug, line, logo_key, address, initiate_login_uri, client_kind, auth_method, jwks,
                id_token_alg, subject_type, sector, pkce_required, profile_types, roles, terms_for,
                backchannel_logout_uri, disabled_at, CAST(version AS BIGINT) AS version
         FROM platforms WHERE id = $1",
        id
    )?;
    let row = row.ok_or(Error::NotFound)?;
    let redirects = addresses(&mut conn, id, "redirect").await?;
    let logout_redirects = addresses(&mut conn, id, "post_logout").await?;
    let secrets = live_secrets(&mut conn, backend, id).await?;
    row.details(redirects, logout_redirects, secrets)
}

impl DetailRow {
    fn details(self, redirects: String, logout_redirects: String, secrets: Vec<Secret>) -> Result<Details> {
        let jwks = self.jwks.map(|Json(keys)| serde_json::to_string_pretty(&keys)).transpose()?;
        Ok(Details {
            id: self.id,
            client_id: self.client_id,
            form: PlatformForm {
                name: self.name,
                slug: self.slug,
                line: self.line,
                logo: self.logo_key.unwrap_or_default(),
                address: self.address,
                initiate_login_uri: self.initiate_login_uri.unwrap_or_default(),
                client_kind: Some(self.client_kind.parse().map_err(Error::internal)?),
                auth_method: Some(self.auth_method.parse().map_err(Error::internal)?),
                jwks: jwks.unwrap_or_default(),
                id_token_alg: self.id_token_alg,
                subject_type: Some(self.subject_type.parse().map_err(Error::internal)?),
                sector: self.sector,
                pkce_required: self.pkce_required,
                profile_types: self.profile_types.0,
                roles: self.roles.0,
                terms_for: self.terms_for.0,
                redirects,
                logout_redirects,
                backchannel_logout_uri: self.backchannel_logout_uri.unwrap_or_default(),
            },
            secrets,
            disabled: self.disabled_at.is_some(),
            version: self.version,
        })
    }
}

/// The addresses of one kind, one a line.
async fn addresses(conn: &mut Conn, id: Uuid, kind: &'static str) -> Result<String> {
    let rows: Vec<(String,)> = fetch_all!(
        conn,
        (String,),
        "SELECT uri FROM platform_redirects WHERE platform_id = $1 AND kind = $2 ORDER BY uri",
        id,
        kind
    )?;
    Ok(rows.into_iter().map(|(uri,)| uri).collect::<Vec<_>>().join("\n"))
}

async fn live_secrets(conn: &mut Conn, backend: &Backend, id: Uuid) -> Result<Vec<Secret>> {
    let rows: Vec<(Uuid, String, i64)> = fetch_all!(
        conn,
        (Uuid, String, i64),
        "SELECT id, hint, created_at FROM platform_secrets
         WHERE platform_id = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY created_at, id",
        id,
        backend.world.now().micros()
    )?;
    let secrets = rows.into_iter().map(|(id, hint, at)| Secret { id, hint, created_at: Timestamp::from_micros(at) });
    Ok(secrets.collect())
}

/// Adds a platform. Its client is named after it (RFC 6749, section 2.2: a name is no secret) and keeps that name.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Invalid`].
pub async fn create(backend: &Backend, actor: &Actor, form: &PlatformForm) -> Result<Uuid> {
    actor.require(Permission::Administer)?;
    let checked = form.check().map_err(Error::Invalid)?;
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

/// Sets a platform anew; whoever is signed in there stays, if it still admits them. `version` is the one that was on screen.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Invalid`]; [`Conflict::ChangedMeanwhile`].
pub async fn change(backend: &Backend, actor: &Actor, id: Uuid, version: i64, form: &PlatformForm) -> Result<()> {
    actor.require(Permission::Administer)?;
    let checked = form.check().map_err(Error::Invalid)?;
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

/// Refuses a name in addresses that is another platform's.
async fn refuse_taken(tx: &mut Tx, id: Uuid, slug: &str) -> Result<()> {
    let other: Option<(Uuid,)> =
        fetch_optional!(tx, (Uuid,), "SELECT id FROM platforms WHERE slug = $1 AND id <> $2", slug, id)?;
    other.map_or(Ok(()), |_| Err(Error::invalid(Field::Slug, Problem::Taken)))
}

async fn changed_meanwhile(tx: &mut Tx, id: Uuid) -> Result<Error> {
    let (at,): (i64,) = fetch_one!(tx, (i64,), "SELECT updated_at FROM platforms WHERE id = $1", id)?;
    Ok(Error::Conflict(Conflict::ChangedMeanwhile { at: Timestamp::from_micros(at) }))
}

/// What may be left out.
async fn write_options(tx: &mut Tx, id: Uuid, checked: &CheckedPlatform<'_>) -> Result<()> {
    let form = checked.form;
    execute!(
        tx,
        "UPDATE platforms SET logo_key = $2, initiate_login_uri = $3, backchannel_logout_uri = $4, jwks = $5,
             id_token_alg = $6 WHERE id = $1",
        id,
        optional(&form.logo),
        optional(&form.initiate_login_uri),
        optional(&form.backchannel_logout_uri),
        checked.jwks.as_ref().map(Json),
        checked.algorithm
    )?;
    Ok(())
}

/// Addresses to return to are compared to the letter (RFC 9700, section 4.1.3); the set is written as a whole.
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

/// Makes a secret. What it is is given here once, and kept only as its SHA-256. `secret_id` is the row that it gets: a
/// form that is sent twice makes one secret.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for an unknown platform, one that has no use for a secret, or a secret
/// that was made already; [`Conflict::TwoSecrets`].
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

/// Closes a platform to everybody, at once also to whoever is signed in there; or opens it again.
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

/// A text that may be left out.
fn optional(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
