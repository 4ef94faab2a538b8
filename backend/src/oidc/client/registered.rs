//! Enabled platforms, as the protocol needs them.

use domain::{
    oidc::{Scopes, is_plain},
    platforms::{AuthMethod, ClientKind, SubjectType},
    time::Timestamp,
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    Backend,
    db::{Conn, fetch_optional},
    error::Result,
    oidc::{keys, pairwise},
    secrets::sha256,
};

/// An enabled platform, as a client.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Client {
    /// Of the platform.
    pub id: Uuid,
    pub slug: String,
    pub client_id: String,
    #[sqlx(try_from = "String")]
    pub client_kind: ClientKind,
    #[sqlx(try_from = "String")]
    pub auth_method: AuthMethod,
    pub(super) jwks: Option<Json<serde_json::Value>>,
    /// The host whose platforms share pairwise identifiers.
    pub sector: String,
    #[sqlx(try_from = "String")]
    pub subject_type: SubjectType,
    /// Those that it may ask for.
    #[sqlx(try_from = "String")]
    pub scopes: Scopes,
    pkce_required: bool,
    /// Of its ID tokens and logout tokens.
    #[sqlx(try_from = "String")]
    pub id_token_alg: keys::Algorithm,
}

impl Client {
    /// True if it runs where everybody can read it, such as in a browser.
    pub fn is_public(&self) -> bool {
        self.client_kind == ClientKind::Public
    }

    /// The claim `sub` of a person there.
    pub fn subject(&self, backend: &Backend, user_id: Uuid) -> String {
        pairwise::subject(backend, self.subject_type, &self.sector, user_id)
    }

    /// The claim `access_id` of an access there.
    pub fn access(&self, backend: &Backend, access_id: Uuid) -> Uuid {
        pairwise::access(backend, self.subject_type, &self.sector, access_id)
    }

    /// True if it must use PKCE (RFC 7636). A public client always must.
    pub fn needs_pkce(&self) -> bool {
        self.pkce_required || self.is_public()
    }
}

/// A query for enabled platforms.
macro_rules! clients {
    ($condition:literal) => {
        concat!(
            "SELECT id, slug, client_id, client_kind, auth_method, jwks, sector, subject_type, scopes, pkce_required,
                    id_token_alg
             FROM platforms WHERE disabled_at IS NULL AND ",
            $condition
        )
    };
}

/// The enabled platform with this `client_id`.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn find(conn: &mut Conn, client_id: &str) -> Result<Option<Client>> {
    if !is_plain(client_id) {
        return Ok(None); // it may not come from a checked parameter
    }
    Ok(fetch_optional!(conn, Client, clients!("client_id = $1"), client_id)?)
}

/// The enabled platform with this id.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<Client>> {
    Ok(fetch_optional!(conn, Client, clients!("id = $1"), id)?)
}

/// The enabled platform with this `client_id`, if `secret` is one of its secrets.
pub(super) async fn with_secret(
    conn: &mut Conn,
    client_id: &str,
    secret: &str,
    now: Timestamp,
) -> Result<Option<Client>> {
    if !is_plain(client_id) {
        return Ok(None);
    }
    Ok(fetch_optional!(
        conn,
        Client,
        clients!(
            "client_id = $1 AND EXISTS (
               SELECT 1 FROM platform_secrets s
               WHERE s.platform_id = platforms.id AND s.secret_hash = $2 AND (s.expires_at IS NULL OR s.expires_at > $3))"
        ),
        client_id,
        sha256(secret.as_bytes()),
        now.micros()
    )?)
}
