//! Rows that no use case can write in one step: accounts with a known password, a SiRUP account that is linked already,
//! platforms with a known secret. `devtools` and the tests fill an empty database with them; the product never does.
//! Nothing here checks a permission or leaves an audit row, so everything else that can go through a use case does.

use std::net::{IpAddr, Ipv4Addr};

use domain::{
    applications::sirup::SirupAccount,
    oidc::Scopes,
    permission::StaffRole,
    role::{ProfileType, Role},
    time::Zone,
};
use secrecy::SecretString;
use sqlx::types::Json;
use time::Date;
use url::Url;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    actor::Scope,
    db::{Tx, execute, fetch_one, fetch_optional},
    error::Result,
    secrets::{Token, sha256},
};

/// The rows to write.
pub struct Seed<'a> {
    /// The password of every account.
    pub password: SecretString,
    /// The accounts; the first administrator among them is recorded as the author of the terms.
    pub accounts: &'a [Account<'a>],
    /// A SiRUP account that is linked with somebody who cannot sign in.
    pub linked: SirupAccount,
    /// The e-mail address of that person.
    pub linked_email: &'a str,
    /// The platforms; left out if no account is an administrator.
    pub platforms: &'a [Platform<'a>],
}

/// An account that can sign in.
pub struct Account<'a> {
    /// E-mail address.
    pub email: &'a str,
    /// Full name.
    pub name: &'a str,
    /// Role among the staff.
    pub staff_role: Option<StaffRole>,
    /// Employee number (NIP).
    pub nip: Option<&'a str>,
}

/// A platform with its terms, as a confidential client that authenticates with `client_secret_basic`.
pub struct Platform<'a> {
    /// Name in addresses, and client id.
    pub slug: &'a str,
    /// Name on screen.
    pub name: &'a str,
    /// Purpose, in one line.
    pub line: &'a str,
    /// Key of the symbol.
    pub logo: &'a str,
    /// Address.
    pub address: &'a Url,
    /// Admitted profile types.
    pub profile_types: &'a [ProfileType],
    /// Admitted roles.
    pub roles: &'a [Role],
    /// What it may ask for.
    pub scopes: Scopes,
    /// First day on which the terms are in force.
    pub terms_since: Date,
    /// The first version of the terms: kind and Markdown.
    pub terms: Vec<(&'a str, String)>,
    /// What the platform needs to be entered.
    pub client: Option<Client<'a>>,
}

/// The addresses and the secret of a platform that answers.
pub struct Client<'a> {
    /// Where a sign-in that Gerbang begins is sent (OpenID Connect Core, section 4).
    pub initiate_login_uri: String,
    /// Where logout tokens are sent.
    pub backchannel_logout_uri: String,
    /// Registered redirects: kind (`redirect` or `post_logout`) and address.
    pub redirects: Vec<(&'a str, String)>,
    /// The client secret; at least four characters.
    pub secret: &'a str,
}

/// True while there is no account.
///
/// # Errors
/// If the database refuses.
pub async fn is_empty(backend: &Backend) -> Result<bool> {
    let mut conn = backend.db.read().await?;
    let (accounts,): (i64,) = fetch_one!(conn, (i64,), "SELECT count(*) FROM users")?;
    Ok(accounts == 0)
}

/// Writes all rows in one transaction.
///
/// # Errors
/// If the database refuses, for example because a row exists.
pub async fn write(backend: &Backend, seed: &Seed<'_>) -> Result<()> {
    // One hash for all, because hashing is slow and the password is the same anyway.
    let hash = backend.passwords.hash_for_seed(&backend.world, &seed.password).await?;
    let mut tx = backend.db.begin().await?;
    let mut author = None;
    for account in seed.accounts {
        let id = write_account(backend, &mut tx, account, &hash).await?;
        author = author.or((account.staff_role == Some(StaffRole::Admin)).then_some(id));
    }
    write_link(backend, &mut tx, &seed.linked, seed.linked_email).await?;
    if let Some(author) = author {
        for platform in seed.platforms {
            write_platform(backend, &mut tx, platform, author).await?;
        }
        for platform in seed.platforms {
            if let Some(client) = &platform.client {
                write_client(backend, &mut tx, platform.slug, client).await?;
            }
        }
    }
    tx.commit().await
}

async fn write_account(backend: &Backend, tx: &mut Tx, account: &Account<'_>, hash: &str) -> Result<Uuid> {
    let id = backend.world.id();
    execute!(
        tx,
        "INSERT INTO users (id, email, name, password_hash, zone, staff_role, employee_number_kind,
             employee_number, created_at, updated_at) VALUES ($1, $2, $3, $4, 'wib', $5, $6, $7, $8, $8)",
        id,
        account.email,
        account.name,
        hash,
        account.staff_role.map(StaffRole::as_str),
        account.nip.map(|_| "nip"),
        account.nip,
        backend.world.now().micros()
    )?;
    Ok(id)
}

/// Writes a disabled user without a password, and the SiRUP account that is linked with them.
async fn write_link(backend: &Backend, tx: &mut Tx, linked: &SirupAccount, email: &str) -> Result<()> {
    let (id, now) = (backend.world.id(), backend.world.now().micros());
    execute!(
        tx,
        "INSERT INTO users (id, email, name, password_hash, zone, disabled_at, created_at, updated_at)
         VALUES ($1, $2, $3, '', 'wib', $4, $4, $4)",
        id,
        email,
        &linked.name,
        now
    )?;
    execute!(
        tx,
        "INSERT INTO sirup_links (username_key, user_id, account, linked_at) VALUES ($1, $2, $3, $4)",
        SirupAccount::key(&linked.username),
        id,
        Json(linked),
        now
    )?;
    Ok(())
}

async fn write_platform(backend: &Backend, tx: &mut Tx, platform: &Platform<'_>, author: Uuid) -> Result<()> {
    let (id, now) = (backend.world.id(), backend.world.now().micros());
    execute!(
        tx,
        "INSERT INTO platforms (id, slug, client_id, name, line, logo_key, address, client_kind, auth_method, sector,
             subject_type, pkce_required, roles, profile_types, terms_for, created_at, updated_at, version, scopes)
         VALUES ($1, $2, $2, $3, $4, $5, $6, 'confidential', 'client_secret_basic', $7, 'pairwise', true, $8, $9, $10,
             $11, $11, 1, $12)",
        id,
        platform.slug,
        platform.name,
        platform.line,
        platform.logo,
        platform.address.as_str(),
        platform.address.host_str().unwrap_or_default(),
        Json(platform.roles),
        Json(platform.profile_types),
        Json(ProfileType::ALL),
        now,
        platform.scopes.to_string()
    )?;
    for (kind, text) in &platform.terms {
        execute!(
            tx,
            "INSERT INTO terms (id, platform_id, kind, version, text, sha256, in_force_on, grace_days, created_by,
                 created_at) VALUES ($1, $2, $3, 1, $4, $5, $6, 0, $7, $8)",
            backend.world.id(),
            id,
            *kind,
            text,
            sha256(text.as_bytes()),
            platform.terms_since,
            author,
            now
        )?;
    }
    Ok(())
}

async fn write_client(backend: &Backend, tx: &mut Tx, slug: &str, client: &Client<'_>) -> Result<()> {
    execute!(
        tx,
        "UPDATE platforms SET initiate_login_uri = $2, backchannel_logout_uri = $3 WHERE slug = $1",
        slug,
        &client.initiate_login_uri,
        &client.backchannel_logout_uri
    )?;
    for (kind, uri) in &client.redirects {
        execute!(
            tx,
            "INSERT INTO platform_redirects (platform_id, kind, uri) SELECT id, $2, $3 FROM platforms WHERE slug = $1",
            slug,
            *kind,
            uri
        )?;
    }
    execute!(
        tx,
        "INSERT INTO platform_secrets (id, platform_id, secret_hash, hint, created_at)
         SELECT $2, id, $3, $4, $5 FROM platforms WHERE slug = $1",
        slug,
        backend.world.id(),
        Token::presented(client.secret).hash(),
        &client.secret[client.secret.len() - 4..],
        backend.world.now().micros()
    )?;
    Ok(())
}

/// The person with this address as if signed in on this machine; `None` if there is no such account or it is disabled.
///
/// # Errors
/// If the database refuses.
pub async fn actor(backend: &Backend, email: &str) -> Result<Option<Actor>> {
    type Row = (Uuid, String, Option<String>);
    let mut conn = backend.db.read().await?;
    let row: Option<Row> = fetch_optional!(
        conn,
        Row,
        "SELECT id, name, staff_role FROM users WHERE email = $1 AND disabled_at IS NULL",
        email
    )?;
    Ok(row.map(|(user_id, name, staff_role)| Actor {
        user_id,
        session_id: Uuid::nil(),
        name,
        email: email.to_owned(),
        zone: Zone::Wib,
        staff_role: staff_role.and_then(|role| role.parse().ok()),
        scope: Scope::National,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }))
}

/// True once the person has any application, even a withdrawn one.
///
/// # Errors
/// If the database refuses.
pub async fn has_applied(backend: &Backend, actor: &Actor) -> Result<bool> {
    let mut conn = backend.db.read().await?;
    let found: Option<(Uuid,)> =
        fetch_optional!(conn, (Uuid,), "SELECT id FROM applications WHERE user_id = $1 LIMIT 1", actor.user_id)?;
    Ok(found.is_some())
}
