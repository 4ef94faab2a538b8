//! Sessions: who is signed in where.

use std::time::Duration;

use domain::{
    accounts::view::{OwnSession, device},
    permission::StaffRole,
    time::{Timestamp, Zone},
};
use uuid::Uuid;

use super::devices;
use crate::{
    Actor, Backend, Origin,
    actor::Scope,
    audit::Action,
    db::{Tx, execute, fetch_all, fetch_optional},
    error::{Error, Result},
    mail,
    notice::Notice,
    oidc::rights::{GrantsOf, Why, end_grants},
    secrets::Token,
};

/// A session ends this long after its last use (ASVS 5.0, 7.3.1).
pub const IDLE: Duration = Duration::from_secs(8 * 3600);
/// A session ends this long after sign-in, however much it is used (ASVS 5.0, 7.3.2).
pub const ABSOLUTE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How exact `seen_at` is: not every request should cost a write.
const SEEN_GRAIN: Duration = Duration::from_secs(300);
/// How long a request waits for `seen_at` to be written: a reader must not wait for a busy writer.
const SEEN_PATIENCE: Duration = Duration::from_secs(1);

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: Uuid,
    seen_at: i64,
    user_id: Uuid,
    name: String,
    email: String,
    #[sqlx(try_from = "String")]
    zone: Zone,
    staff_role: Option<String>,
    staff_national: bool,
}

/// Opens a session. Returns the token for the cookie.
///
/// # Errors
/// If the database refuses.
pub(crate) async fn open(backend: &Backend, tx: &mut Tx, user_id: Uuid, origin: &Origin) -> Result<Token> {
    let (now, token) = (backend.world.now(), Token::new(&backend.world));
    execute!(
        tx,
        "INSERT INTO sessions (id, token_hash, user_id, address, user_agent, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        backend.world.id(),
        token.hash(),
        user_id,
        origin.address.to_string(),
        &origin.user_agent,
        now.micros(),
        now.plus(ABSOLUTE).micros()
    )?;
    super::seen_devices::remember(backend, tx, user_id, origin).await?;
    Ok(token)
}

/// Gives the actor's session a new token; the one so far ends.
///
/// # Errors
/// If the database refuses.
pub(super) async fn renew_token(backend: &Backend, tx: &mut Tx, actor: &Actor) -> Result<Token> {
    let token = Token::new(&backend.world);
    execute!(tx, "UPDATE sessions SET token_hash = $2 WHERE id = $1", actor.session_id, token.hash())?;
    Ok(token)
}

/// The person of a session's token; `None` if the session is unknown or over, or the account is disabled. Costs one
/// query, and a write at most every five minutes.
///
/// # Errors
/// If the database does not answer.
pub async fn resolve(backend: &Backend, token: &Token, origin: &Origin) -> Result<Option<Actor>> {
    let now = backend.world.now();
    let mut conn = backend.db.read().await?;
    let row: Option<SessionRow> = fetch_optional!(
        conn,
        SessionRow,
        "SELECT sessions.id, sessions.seen_at, users.id AS user_id, users.name, users.email, users.zone,
                users.staff_role, users.staff_national
         FROM sessions JOIN users ON users.id = sessions.user_id
         WHERE sessions.token_hash = $1 AND sessions.expires_at > $2 AND sessions.seen_at > $3
           AND users.disabled_at IS NULL",
        token.hash(),
        now.micros(),
        now.minus(IDLE).micros()
    )?;
    let Some(row) = row else { return Ok(None) };
    let scope = Scope::read(&mut conn, row.user_id, row.staff_role.is_none() || row.staff_national).await?;
    drop(conn);
    if now.since(Timestamp::from_micros(row.seen_at)) > SEEN_GRAIN {
        let written = tokio::time::timeout(SEEN_PATIENCE, see(backend, row.id, now)).await;
        // A full disk or a busy writer must not stop reading; the next request tries again.
        if !matches!(written, Ok(Ok(()))) {
            tracing::warn!(outcome = ?written, "when a session was last seen could not be written");
        }
    }
    let staff_role: Option<StaffRole> = row.staff_role.map(StaffRole::try_from).transpose().map_err(Error::internal)?;
    Ok(Some(Actor {
        user_id: row.user_id,
        session_id: row.id,
        name: row.name,
        email: row.email,
        zone: row.zone,
        staff_role,
        scope,
        address: origin.address,
    }))
}

async fn see(backend: &Backend, id: Uuid, now: Timestamp) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    execute!(tx, "UPDATE sessions SET seen_at = $2 WHERE id = $1", id, now.micros())?;
    tx.commit().await
}

/// The person's own sessions that are not over, the last used first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(backend: &Backend, actor: &Actor) -> Result<Vec<OwnSession>> {
    let now = backend.world.now();
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Uuid, String, String, i64, i64)> = fetch_all!(
        conn,
        (Uuid, String, String, i64, i64),
        "SELECT id, address, user_agent, created_at, seen_at FROM sessions
         WHERE user_id = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id",
        actor.user_id,
        now.micros(),
        now.minus(IDLE).micros()
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, address, user_agent, created_at, seen_at)| OwnSession {
            id,
            device: device(&user_agent),
            address,
            created_at: Timestamp::from_micros(created_at),
            seen_at: Timestamp::from_micros(seen_at),
            current: id == actor.session_id,
        })
        .collect())
}

/// Ends the actor's session, here and at the platforms that were entered with it.
///
/// # Errors
/// If the database refuses.
pub async fn sign_out(backend: &Backend, actor: &Actor) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    close(backend, &mut tx, actor).await?;
    tx.commit().await
}

/// Ends the session that a browser had before it signed in again. The grants at platforms move to the new session if the
/// person is the same; otherwise they end.
///
/// # Errors
/// If the database refuses.
pub async fn replace(backend: &Backend, before: &Actor, token: &Token) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    tx.lock_user(before.user_id).await?;
    execute!(
        tx,
        "UPDATE oidc_grants SET session_id = (SELECT id FROM sessions WHERE token_hash = $2)
         WHERE session_id = $1 AND ended_at IS NULL
           AND EXISTS (SELECT 1 FROM sessions WHERE token_hash = $2 AND user_id = $3)",
        before.session_id,
        token.hash(),
        before.user_id
    )?;
    close(backend, &mut tx, before).await?;
    tx.commit().await
}

/// Ends the actor's session within a transaction.
pub(crate) async fn close(backend: &Backend, tx: &mut Tx, actor: &Actor) -> Result<()> {
    tx.lock_user(actor.user_id).await?;
    execute!(tx, "DELETE FROM sessions WHERE id = $1", actor.session_id)?;
    end_grants(backend, tx, Why::SignedOut, GrantsOf::Session(actor.session_id)).await?;
    tx.notify(Notice::Person { user_id: actor.user_id });
    backend.record(tx, actor, Action::SignedOut, Some(actor.user_id), ())
}

/// The sessions of the actor to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All but the actor's.
    Others,
    One(Uuid),
}

/// Ends sessions of the actor. Returns how many ended; sessions of other people are left alone.
///
/// # Errors
/// If the database refuses.
pub async fn end(backend: &Backend, actor: &Actor, which: Which) -> Result<u64> {
    let mut tx = backend.db.begin().await?;
    tx.lock_user(actor.user_id).await?;
    let ended = match which {
        Which::Others => end_others(backend, &mut tx, actor, Why::SessionEnded).await?,
        Which::One(id) => {
            tx.notify(Notice::Person { user_id: actor.user_id });
            let ended = execute!(tx, "DELETE FROM sessions WHERE id = $1 AND user_id = $2", id, actor.user_id)?;
            if ended > 0 {
                end_grants(backend, &mut tx, Why::SessionEnded, GrantsOf::Session(id)).await?;
            }
            ended
        }
    };
    if ended > 0 {
        backend.record(&mut tx, actor, Action::SessionEnded, Some(actor.user_id), ended)?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Ends all sessions of the actor but their current one within a transaction, the grants at platforms of sessions that are
/// already over, and what the account knows of devices.
pub(crate) async fn end_others(backend: &Backend, tx: &mut Tx, actor: &Actor, why: Why) -> Result<u64> {
    tx.notify(Notice::Person { user_id: actor.user_id });
    let ended = execute!(tx, "DELETE FROM sessions WHERE user_id = $1 AND id <> $2", actor.user_id, actor.session_id)?;
    devices::forget_all(tx, actor.user_id).await?;
    let others = GrantsOf::OthersOf { user_id: actor.user_id, session_id: actor.session_id };
    end_grants(backend, tx, why, others).await?;
    Ok(ended)
}

/// Deletes what has expired: sessions, sign-ups, resets, invitations, proposed roles, devices, counts of attempts, and the
/// tokens of expired links in parked mails.
///
/// # Errors
/// If the database refuses.
pub async fn sweep(backend: &Backend) -> Result<()> {
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    execute!(
        tx,
        "DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2",
        now.micros(),
        now.minus(IDLE).micros()
    )?;
    // A session that expires ends no right: its grants live on, up to their own end.
    execute!(
        tx,
        "UPDATE oidc_grants SET session_id = NULL WHERE ended_at IS NULL AND session_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = oidc_grants.session_id)"
    )?;
    execute!(tx, "DELETE FROM registrations WHERE expires_at <= $1", now.micros())?;
    execute!(tx, "DELETE FROM password_resets WHERE expires_at <= $1", now.micros())?;
    execute!(tx, "DELETE FROM invitations WHERE expires_at <= $1", now.micros())?;
    execute!(tx, "DELETE FROM role_proposals WHERE expires_at <= $1", now.micros())?;
    super::seen_devices::forget_old(backend, &mut tx).await?;
    mail::forget_secrets(backend, &mut tx).await?;
    tx.commit().await?;
    sweep_throttles(backend).await
}

/// In a transaction of its own, and without waiting: an attempt locks several counts in an order of its own.
async fn sweep_throttles(backend: &Backend) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let sql = tx.dialect().pick(
        "DELETE FROM throttles WHERE ends_at <= $1",
        "DELETE FROM throttles WHERE (scope, key) IN
             (SELECT scope, key FROM throttles WHERE ends_at <= $1 FOR UPDATE SKIP LOCKED)",
    );
    execute!(tx, sql, backend.world.now().micros())?;
    tx.commit().await
}
