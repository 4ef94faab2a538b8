//! Platforms: which there are, who may enter them with what, and which terms must be accepted first.
//!
//! - [`launch`]: what a person sees behind **Pilih Platform** (guide steps 16 to 18), and the way in.
//! - [`terms`]: **Syarat dan Ketentuan** and **Kebijakan Privasi** of a platform (step 19), in versions that never
//!   change.
//! - [`admin`]: what an administrator sets.
//!
//! The protocol itself is [`crate::oidc`]; it asks here what it must know of rights: [`launch::usable`] and
//! [`terms::due`].

pub mod admin;
pub mod launch;
pub mod terms;
mod texts;

use domain::{
    platforms::Admission,
    role::{ProfileType, Role},
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    db::{Conn, fetch_optional},
    error::{Error, Result},
};

/// A platform, as far as entering it needs.
#[derive(Clone, Debug)]
pub struct Platform {
    /// Its row.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Its name on screen.
    pub name: String,
    /// What it is for, in one line.
    pub line: String,
    /// The symbol that stands for it.
    pub logo: Option<String>,
    /// Where it is.
    pub address: String,
    /// Where it lets a third party begin the sign-in (OpenID Connect Core, section 4).
    pub initiate_login_uri: Option<String>,
    /// Whom it admits.
    pub admission: Admission,
    /// The profile types that must accept its terms, beside Penyedia, who always must.
    pub terms_for: Vec<ProfileType>,
}

#[derive(sqlx::FromRow)]
struct Row {
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
}

/// The platforms that are in use.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, slug, name, line, logo_key, address, initiate_login_uri, roles, profile_types, terms_for
             FROM platforms WHERE disabled_at IS NULL",
            $rest
        )
    };
}
use select;

/// A platform that is in use, by its name in addresses.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn by_slug(conn: &mut Conn, slug: &str) -> Result<Platform> {
    let row: Option<Row> = fetch_optional!(conn, Row, select!(" AND slug = $1"), slug)?;
    row.map(Platform::from).ok_or(Error::NotFound)
}

/// A platform that is in use, by its row.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Platform> {
    let row: Option<Row> = fetch_optional!(conn, Row, select!(" AND id = $1"), id)?;
    row.map(Platform::from).ok_or(Error::NotFound)
}

impl From<Row> for Platform {
    fn from(row: Row) -> Self {
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
        }
    }
}
