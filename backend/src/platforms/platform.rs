//! Enabled platforms, as far as entering them needs.

use domain::{
    oidc::Scopes,
    platforms::{Admission, SubjectType, launcher::PlatformSummary},
    role::{ProfileType, Role},
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    db::{Conn, Dialect, Tx, fetch_optional},
    error::{Error, Result},
};

/// An enabled platform.
#[derive(Clone, Debug)]
pub struct Platform {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// What it is for.
    pub line: String,
    /// A symbol of [`domain::platforms::form::LOGOS`].
    pub logo: Option<String>,
    pub address: String,
    /// Where a third party can begin the sign-in there (OpenID Connect Core 1.0, section 4).
    pub initiate_login_uri: Option<String>,
    pub admission: Admission,
    /// The profile types that must accept its terms. Penyedia always must.
    pub terms_for: Vec<ProfileType>,
    /// The host whose platforms share pairwise identifiers.
    pub sector: String,
    pub subject_type: SubjectType,
    /// Those that it may ask for.
    pub scopes: Scopes,
}

impl Platform {
    pub(super) fn summary(self) -> PlatformSummary {
        PlatformSummary { slug: self.slug, name: self.name, line: self.line, logo: self.logo }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct PlatformRow {
    id: Uuid,
    slug: String,
    name: String,
    line: String,
    logo_key: Option<String>,
    address: String,
    initiate_login_uri: Option<String>,
    roles: Json<Vec<Role>>,
    profile_types: Json<Vec<ProfileType>>,
    terms_for: Json<Vec<ProfileType>>,
    sector: String,
    #[sqlx(try_from = "String")]
    subject_type: SubjectType,
    #[sqlx(try_from = "String")]
    scopes: Scopes,
}

/// A query for enabled platforms.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, slug, name, line, logo_key, address, initiate_login_uri, roles, profile_types, terms_for,
                    sector, subject_type, scopes
             FROM platforms WHERE disabled_at IS NULL",
            $rest
        )
    };
}
pub(super) use select;

/// The enabled platform with this slug.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) async fn by_slug(conn: &mut Conn, slug: &str) -> Result<Platform> {
    let row: Option<PlatformRow> = fetch_optional!(conn, PlatformRow, select!(" AND slug = $1"), slug)?;
    row.map(Platform::from).ok_or(Error::NotFound)
}

/// The enabled platform with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Platform> {
    let row: Option<PlatformRow> = fetch_optional!(conn, PlatformRow, select!(" AND id = $1"), id)?;
    row.map(Platform::from).ok_or(Error::NotFound)
}

impl From<PlatformRow> for Platform {
    fn from(row: PlatformRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            line: row.line,
            logo: row.logo_key,
            address: row.address,
            initiate_login_uri: row.initiate_login_uri,
            admission: Admission { roles: row.roles.0, profile_types: row.profile_types.0 },
            terms_for: row.terms_for.0,
            sector: row.sector,
            subject_type: row.subject_type,
            scopes: row.scopes,
        }
    }
}

/// Locks a platform, so that two changes of it wait for each other.
///
/// # Errors
/// [`Error::NotFound`] for an unknown platform.
pub(super) async fn lock(tx: &mut Tx, platform_id: Uuid) -> Result<()> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM platforms WHERE id = $1",
        Dialect::Postgres => "SELECT id FROM platforms WHERE id = $1 FOR UPDATE",
    };
    let found: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), sql, platform_id)?;
    found.map(|_| ()).ok_or(Error::NotFound)
}
