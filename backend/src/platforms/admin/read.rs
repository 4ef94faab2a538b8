//! What the administration of platforms shows.

use domain::{
    oidc::Scopes,
    permission::Permission,
    platforms::{
        administration::{ListedPlatform, PlatformDetails, SecretSummary},
        form::PlatformForm,
    },
    role::{ProfileType, Role},
    time::Timestamp,
};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    db::{Conn, fetch_all, fetch_optional},
    error::{Error, Result},
    platforms::terms::{self, Version},
};

/// Every platform, by name.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(backend: &Backend, actor: &Actor) -> Result<Vec<ListedPlatform>> {
    actor.require(Permission::Administer)?;
    #[derive(sqlx::FromRow)]
    struct ListRow {
        id: Uuid,
        name: String,
        slug: String,
        logo_key: Option<String>,
        profile_types: Json<Vec<ProfileType>>,
        roles: Json<Vec<Role>>,
        disabled_at: Option<i64>,
    }
    let mut conn = backend.db.read().await?;
    let rows: Vec<ListRow> = fetch_all!(
        conn,
        ListRow,
        "SELECT id, name, slug, logo_key, profile_types, roles, disabled_at FROM platforms ORDER BY name, id LIMIT 1000"
    )?;
    let listed = rows.into_iter().map(|row| ListedPlatform {
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
    #[sqlx(try_from = "String")]
    scopes: Scopes,
    pkce_required: bool,
    profile_types: Json<Vec<ProfileType>>,
    roles: Json<Vec<Role>>,
    terms_for: Json<Vec<ProfileType>>,
    backchannel_logout_uri: Option<String>,
    disabled_at: Option<i64>,
    version: i64,
}

/// Everything about a platform, with its terms.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn find(backend: &Backend, actor: &Actor, id: Uuid) -> Result<PlatformDetails> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let row: Option<DetailRow> = fetch_optional!(
        conn,
        DetailRow,
        "SELECT id, client_id, name, slug, line, logo_key, address, initiate_login_uri, client_kind, auth_method, jwks,
                id_token_alg, subject_type, sector, scopes, pkce_required, profile_types, roles, terms_for,
                backchannel_logout_uri, disabled_at, CAST(version AS BIGINT) AS version
         FROM platforms WHERE id = $1",
        id
    )?;
    let row = row.ok_or(Error::NotFound)?;
    let redirects = addresses(&mut conn, id, "redirect").await?;
    let logout_redirects = addresses(&mut conn, id, "post_logout").await?;
    Ok(PlatformDetails {
        id: row.id,
        client_id: row.client_id.clone(),
        secrets: valid_secrets(&mut conn, backend, id).await?,
        next_secret: backend.world.id(),
        terms: terms::versions(&mut conn, id).await?.into_iter().map(Version::published).collect(),
        disabled: row.disabled_at.is_some(),
        version: row.version,
        issuer: backend.issuer(),
        today: backend.world.today(actor.zone),
        form: row.form(redirects, logout_redirects)?,
    })
}

impl DetailRow {
    fn form(self, redirects: String, logout_redirects: String) -> Result<PlatformForm> {
        let jwks = self.jwks.map(|Json(keys)| serde_json::to_string_pretty(&keys)).transpose()?;
        Ok(PlatformForm {
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
            scopes: self.scopes,
            pkce_required: self.pkce_required,
            profile_types: self.profile_types.0,
            roles: self.roles.0,
            terms_for: self.terms_for.0,
            redirects,
            logout_redirects,
            backchannel_logout_uri: self.backchannel_logout_uri.unwrap_or_default(),
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

async fn valid_secrets(conn: &mut Conn, backend: &Backend, id: Uuid) -> Result<Vec<SecretSummary>> {
    let rows: Vec<(Uuid, String, i64)> = fetch_all!(
        conn,
        (Uuid, String, i64),
        "SELECT id, hint, created_at FROM platform_secrets
         WHERE platform_id = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY created_at, id",
        id,
        backend.world.now().micros()
    )?;
    let secrets =
        rows.into_iter().map(|(id, hint, at)| SecretSummary { id, hint, created_at: Timestamp::from_micros(at) });
    Ok(secrets.collect())
}
