//! What an administrator sets of platforms: name and admission, the client of OpenID Connect, its addresses and
//! secrets.

use std::collections::BTreeSet;

use domain::{
    conflict::Conflict,
    issue::{Field, Issue, Problem},
    permission::Permission,
    platform::{AuthMethod, ClientKind, RedirectUri, Slug, SubjectType},
    role::{ProfileType, Role},
    text::check_length,
    time::Timestamp,
};
use serde_json::Value;
use sqlx::types::Json;
use url::Url;
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

/// The symbols of `icons.svg` that may stand for a platform.
pub const LOGOS: [&str; 8] = ["ban", "cart", "gavel", "list", "office", "chart", "inbox", "file"];
/// How ID tokens can be signed; the first is the default (OpenID Connect Registration, section 2).
pub const ALGORITHMS: [&str; 2] = ["RS256", "ES256"];
/// The fewest and the most characters of a platform's name.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 3..=60;
/// The fewest and the most characters of its line.
const LINE_LENGTH: std::ops::RangeInclusive<usize> = 3..=80;
/// Most addresses of one kind.
const MOST_ADDRESSES: usize = 20;
/// Most bytes of a set of keys.
const MOST_JWKS: usize = 16 * 1024;
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

/// A platform as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlatformForm {
    /// Name.
    pub name: String,
    /// Name in addresses.
    pub slug: String,
    /// What it is for.
    pub line: String,
    /// The symbol that stands for it; empty for none.
    pub logo: String,
    /// Where it is.
    pub address: String,
    /// Where it lets us begin the sign-in; empty for nowhere.
    pub initiate_login_uri: String,
    /// Whether it can keep a secret.
    pub client_kind: Option<ClientKind>,
    /// How it proves itself.
    pub auth_method: Option<AuthMethod>,
    /// Its public keys (RFC 7517), for `private_key_jwt`.
    pub jwks: String,
    /// How what it is told of people is signed: one of [`ALGORITHMS`]; empty for the first.
    pub id_token_alg: String,
    /// How people are named to it.
    pub subject_type: Option<SubjectType>,
    /// The host that it shares its names of people with; empty for that of its address.
    pub sector: String,
    /// Whether it must prove possession (RFC 7636).
    pub pkce_required: bool,
    /// The profile types that it admits.
    pub profile_types: Vec<ProfileType>,
    /// The roles that it admits.
    pub roles: Vec<Role>,
    /// The profile types that must accept its terms.
    pub terms_for: Vec<ProfileType>,
    /// Where it may be returned to after signing in, one a line.
    pub redirects: String,
    /// Where it may be returned to after signing out, one a line.
    pub logout_redirects: String,
    /// Where it is told that a session ended; empty for nowhere.
    pub backchannel_logout_uri: String,
}

/// A form that passed its rules.
struct Checked<'f> {
    form: &'f PlatformForm,
    kind: ClientKind,
    auth: AuthMethod,
    subject: SubjectType,
    sector: String,
    jwks: Option<Value>,
    pkce_required: bool,
    redirects: Vec<RedirectUri>,
    logout_redirects: Vec<RedirectUri>,
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
    let checked = form.check()?;
    let (id, now) = (backend.world.id(), backend.world.now());
    let mut tx = backend.db.begin().await?;
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
    let checked = form.check()?;
    let mut tx = backend.db.begin().await?;
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
async fn write_options(tx: &mut Tx, id: Uuid, checked: &Checked<'_>) -> Result<()> {
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
        form.algorithm().unwrap_or(ALGORITHMS[0])
    )?;
    Ok(())
}

/// Addresses to return to are compared to the letter (RFC 9700, section 4.1.3); the set is written as a whole.
async fn write_addresses(tx: &mut Tx, id: Uuid, checked: &Checked<'_>) -> Result<()> {
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

/// The addresses of a field with one a line.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
}

impl PlatformForm {
    /// Checks everything at once.
    fn check(&self) -> Result<Checked<'_>> {
        let mut issues = Vec::new();
        let mut note = |field, outcome: std::result::Result<(), Problem>| {
            issues.extend(outcome.err().map(|problem| Issue::new(field, problem)));
        };
        note(Field::PlatformName, check_length(self.name.trim(), NAME_LENGTH));
        note(Field::Slug, Slug::parse(self.slug.trim()).map(drop));
        note(Field::Line, check_length(self.line.trim(), LINE_LENGTH));
        let known = self.logo.is_empty() || LOGOS.contains(&self.logo.as_str());
        note(Field::Logo, known.then_some(()).ok_or(Problem::NotOffered));
        note(Field::Site, address(&self.address).map(drop));
        note(Field::InitiateLogin, optional_address(&self.initiate_login_uri));
        note(Field::BackChannel, optional_address(&self.backchannel_logout_uri));
        note(Field::ProfileTypes, some(&self.profile_types));
        note(Field::Roles, self.check_roles());
        let redirects = parse_lines(&self.redirects);
        note(Field::Redirects, redirects.as_ref().map_err(Clone::clone).and_then(|uris| some(uris.as_slice())));
        let logout_redirects = parse_lines(&self.logout_redirects);
        note(Field::LogoutRedirects, logout_redirects.as_ref().map(|_| ()).map_err(Clone::clone));
        let auth = self.check_auth();
        note(Field::ClientKind, self.client_kind.map(drop).ok_or(Problem::Missing));
        note(Field::AuthMethod, auth.as_ref().map(|_| ()).map_err(Clone::clone));
        let jwks = self.check_jwks();
        note(Field::Jwks, jwks.as_ref().map(|_| ()).map_err(Clone::clone));
        note(Field::IdTokenAlg, self.algorithm().map(|_| ()));
        note(Field::SubjectType, self.subject_type.map(drop).ok_or(Problem::Missing));
        let sector = self.check_sector();
        note(Field::Sector, sector.as_ref().map(|_| ()).map_err(Clone::clone));
        match (self.client_kind, auth, self.subject_type, sector, jwks, redirects, logout_redirects) {
            (Some(kind), Ok(auth), Some(subject), Ok(sector), Ok(jwks), Ok(redirects), Ok(logout_redirects))
                if issues.is_empty() =>
            {
                // Who can keep no secret must prove possession (RFC 9700, section 2.1.1).
                let pkce_required = self.pkce_required || kind == ClientKind::Public;
                Ok(Checked {
                    form: self,
                    kind,
                    auth,
                    subject,
                    sector,
                    jwks,
                    pkce_required,
                    redirects,
                    logout_redirects,
                })
            }
            _ => Err(Error::Invalid(issues)),
        }
    }

    /// At least one role, each of a profile type that is admitted.
    fn check_roles(&self) -> std::result::Result<(), Problem> {
        some(&self.roles)?;
        let fits = self.roles.iter().all(|role| self.profile_types.contains(&role.info().profile_type));
        fits.then_some(()).ok_or(Problem::NotOffered)
    }

    /// How ID tokens are signed.
    fn algorithm(&self) -> std::result::Result<&'static str, Problem> {
        let named = |algorithm: &&str| *algorithm == self.id_token_alg || self.id_token_alg.is_empty();
        ALGORITHMS.into_iter().find(named).ok_or(Problem::NotOffered)
    }

    /// A client that can keep no secret proves nothing; every other proves itself.
    fn check_auth(&self) -> std::result::Result<AuthMethod, Problem> {
        let method = self.auth_method.ok_or(Problem::Missing)?;
        let fits = match self.client_kind {
            Some(ClientKind::Public) => method == AuthMethod::None,
            Some(ClientKind::Confidential) => method != AuthMethod::None,
            None => true,
        };
        fits.then_some(method).ok_or(Problem::NotOffered)
    }

    /// A set of public keys (RFC 7517, section 5) where it is needed, and none where it is not. A private part must not
    /// leave its owner: a set that carries one is refused.
    fn check_jwks(&self) -> std::result::Result<Option<Value>, Problem> {
        let text = self.jwks.trim();
        if self.auth_method != Some(AuthMethod::PrivateKeyJwt) {
            return Ok(None);
        }
        if text.is_empty() {
            return Err(Problem::Missing);
        }
        if text.len() > MOST_JWKS {
            return Err(Problem::TooLong { max: MOST_JWKS });
        }
        let set: Value = serde_json::from_str(text).map_err(|_| Problem::NotAKeySet)?;
        let keys = set.get("keys").and_then(Value::as_array).filter(|keys| !keys.is_empty());
        let public = |key: &Value| {
            let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
            matches!(key.get("kty").and_then(Value::as_str), Some("EC" | "RSA"))
                && private.iter().all(|part| key.get(part).is_none())
        };
        if keys.is_some_and(|keys| keys.iter().all(public)) { Ok(Some(set)) } else { Err(Problem::NotAKeySet) }
    }

    /// The host after which people are named: the one that is typed, else that of the first address to return to, so
    /// that it is one that the platform answers for (OpenID Connect Core, section 8.1).
    fn check_sector(&self) -> std::result::Result<String, Problem> {
        let typed = self.sector.trim().to_ascii_lowercase();
        if typed.is_empty() {
            let first = lines(&self.redirects).first().and_then(|uri| Url::parse(uri).ok());
            return Ok(first.and_then(|uri| uri.host_str().map(str::to_owned)).unwrap_or_default());
        }
        let host = Url::parse(&format!("https://{typed}/")).ok().and_then(|uri| uri.host_str().map(str::to_owned));
        host.filter(|host| *host == typed).ok_or(Problem::NotAnAddress)
    }
}

/// Passes for at least one.
fn some<T>(chosen: &[T]) -> std::result::Result<(), Problem> {
    if chosen.is_empty() { Err(Problem::Missing) } else { Ok(()) }
}

/// An address of a platform: of the same form as one to return to, so over https, or on this machine.
fn address(text: &str) -> std::result::Result<RedirectUri, Problem> {
    if text.trim().is_empty() { Err(Problem::Missing) } else { RedirectUri::parse(text.trim()) }
}

fn optional_address(text: &str) -> std::result::Result<(), Problem> {
    if text.trim().is_empty() { Ok(()) } else { RedirectUri::parse(text.trim()).map(drop) }
}

/// Addresses to return to, one a line.
fn parse_lines(text: &str) -> std::result::Result<Vec<RedirectUri>, Problem> {
    let lines = lines(text);
    if lines.len() > MOST_ADDRESSES {
        return Err(Problem::TooMany { max: MOST_ADDRESSES as u32 });
    }
    lines.into_iter().map(RedirectUri::parse).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn form() -> PlatformForm {
        PlatformForm {
            name: "Daftar Hitam".into(),
            slug: "daftar-hitam".into(),
            line: "Sanksi bagi penyedia".into(),
            logo: "ban".into(),
            address: "https://daftar-hitam.contoh.go.id/".into(),
            client_kind: Some(ClientKind::Confidential),
            auth_method: Some(AuthMethod::ClientSecretBasic),
            subject_type: Some(SubjectType::Pairwise),
            pkce_required: true,
            profile_types: vec![ProfileType::NonPenyedia],
            roles: vec![Role::Pa],
            terms_for: ProfileType::ALL.to_vec(),
            redirects: "https://daftar-hitam.contoh.go.id/masuk/kembali\r\n\r\n".into(),
            ..PlatformForm::default()
        }
    }

    fn wrong(form: &PlatformForm) -> Vec<(Field, Problem)> {
        match form.check() {
            Err(Error::Invalid(issues)) => issues.into_iter().map(|issue| (issue.field, issue.problem)).collect(),
            Err(other) => panic!("{other:?}"),
            Ok(_) => Vec::new(),
        }
    }

    #[test]
    fn a_platform_that_is_complete_passes() {
        let form = form();
        let checked = form.check().unwrap();
        assert_eq!(checked.redirects.len(), 1);
        assert_eq!(checked.sector, "daftar-hitam.contoh.go.id");
    }

    #[test]
    fn an_empty_form_names_everything_that_is_missing() {
        let fields: Vec<Field> = wrong(&PlatformForm::default()).into_iter().map(|(field, _)| field).collect();
        let expected = [
            Field::PlatformName,
            Field::Slug,
            Field::Line,
            Field::Site,
            Field::ProfileTypes,
            Field::Roles,
            Field::Redirects,
            Field::ClientKind,
            Field::AuthMethod,
            Field::SubjectType,
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn a_public_client_proves_possession_and_nothing_else() {
        let public = PlatformForm { client_kind: Some(ClientKind::Public), pkce_required: false, ..form() };
        assert_eq!(wrong(&public), [(Field::AuthMethod, Problem::NotOffered)]);
        let public = PlatformForm { auth_method: Some(AuthMethod::None), ..public };
        assert!(public.check().unwrap().pkce_required);
        let confidential = PlatformForm { auth_method: Some(AuthMethod::None), ..form() };
        assert_eq!(wrong(&confidential), [(Field::AuthMethod, Problem::NotOffered)]);
    }

    #[rstest]
    #[case("", Problem::Missing)]
    #[case("kunci", Problem::NotAKeySet)]
    #[case(r#"{"keys":[]}"#, Problem::NotAKeySet)]
    #[case(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#, Problem::NotAKeySet)]
    #[case(r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}]}"#, Problem::NotAKeySet)]
    fn only_public_keys_are_taken(#[case] jwks: &str, #[case] expected: Problem) {
        let form = PlatformForm { auth_method: Some(AuthMethod::PrivateKeyJwt), jwks: jwks.to_owned(), ..form() };
        assert_eq!(wrong(&form), [(Field::Jwks, expected)]);
    }

    #[rstest]
    #[case("contoh.go.id/x", Err(Problem::NotAnAddress))]
    #[case("pengguna@contoh.go.id", Err(Problem::NotAnAddress))]
    #[case(" Contoh.GO.id ", Ok("contoh.go.id".to_owned()))]
    fn a_sector_is_a_host(#[case] sector: &str, #[case] expected: std::result::Result<String, Problem>) {
        assert_eq!(PlatformForm { sector: sector.to_owned(), ..form() }.check_sector(), expected);
    }

    #[test]
    fn a_role_of_a_profile_that_is_not_admitted_is_not_offered() {
        let form = PlatformForm { profile_types: vec![ProfileType::Penyedia], ..form() };
        assert_eq!(wrong(&form), [(Field::Roles, Problem::NotOffered)]);
    }
}
