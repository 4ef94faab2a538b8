//! The platforms at which a person is signed in, as the person sees and ends them.

use domain::{
    platforms::{connections::Connection, launcher::PlatformSummary},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    Actor, Backend,
    audit::Action,
    db::{execute, fetch_all},
    error::Result,
    oidc::{
        grant::{Grant, select},
        rights::{GrantsOf, Why, end_grants},
    },
};

#[derive(sqlx::FromRow)]
struct ConnectionRow {
    slug: String,
    name: String,
    line: String,
    logo_key: Option<String>,
    #[sqlx(flatten)]
    grant: Grant,
}

/// The platforms at which the person is signed in, by name.
///
/// # Errors
/// If the database does not answer.
pub async fn list(backend: &Backend, actor: &Actor) -> Result<Vec<Connection>> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<ConnectionRow> = fetch_all!(
        conn,
        ConnectionRow,
        select!(
            "p.slug, p.name, p.line, p.logo_key,",
            "oidc_grants g",
            "WHERE g.user_id = $1 AND g.ended_at IS NULL ORDER BY p.name, p.id, g.created_at, g.id LIMIT 1000"
        ),
        actor.user_id
    )?;
    let mut connections: Vec<Connection> = Vec::new();
    for row in rows {
        if !row.grant.is_live(&backend.world)? {
            continue;
        }
        match connections.last_mut().filter(|last| last.id == row.grant.platform_id) {
            Some(last) => {
                last.scopes = last.scopes.union(&row.grant.scopes());
                if !last.roles.contains(&row.grant.role) {
                    last.roles.push(row.grant.role);
                }
            }
            None => connections.push(row.into()),
        }
    }
    Ok(connections)
}

impl From<ConnectionRow> for Connection {
    fn from(ConnectionRow { slug, name, line, logo_key, grant }: ConnectionRow) -> Self {
        Self {
            id: grant.platform_id,
            platform: PlatformSummary { slug, name, line, logo: logo_key },
            scopes: grant.scopes(),
            roles: vec![grant.role],
            since: Timestamp::from_micros(grant.created_at),
        }
    }
}

/// **Akhiri**: ends all sessions of the person at a platform, which is told, and forgets the access that they chose there, so
/// that it cannot begin a new one without asking them. Nothing happens if there are none.
///
/// # Errors
/// If the database refuses.
pub async fn end(backend: &Backend, actor: &Actor, platform_id: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    tx.lock_user(actor.user_id).await?;
    let of = GrantsOf::UserAt { user_id: actor.user_id, platform_id };
    let ended = end_grants(backend, &mut tx, Why::Disconnected, of).await?;
    if ended > 0 {
        execute!(
            tx,
            "DELETE FROM platform_choices WHERE user_id = $1 AND platform_id = $2",
            actor.user_id,
            platform_id
        )?;
        backend.record(&mut tx, actor, Action::PlatformDisconnected, Some(platform_id), ended)?;
    }
    tx.commit().await
}
