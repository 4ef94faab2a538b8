//! The end of drafts that were not sent: announced by mail, then ended, with their letters.

use std::time::Duration;

use domain::{
    accounts::email::Email,
    role::Role,
    status::Action,
    time::{Timestamp, Zone},
};
use uuid::Uuid;

use super::{
    letters,
    transition::{Change, Doer, perform},
};
use crate::{
    Backend,
    audit::{self, Who},
    db::{args, execute, fetch_all, literals::DRAFT, sql},
    error::{Error, Result},
    mail::Mail,
    notice::Notice,
};

/// A draft ends so long after its last change, and so long after the mail that announces it.
const UNCHANGED: Duration = Duration::from_secs(90 * 24 * 3600);
const NOTICE: Duration = Duration::from_secs(14 * 24 * 3600);
/// Most drafts that one query finds.
const BATCH: usize = 200;

/// Announces the end of old drafts, and ends those whose end was announced in time and that nobody changed since. Returns
/// how many mails were written and drafts ended.
///
/// # Errors
/// If the database refuses.
pub async fn run(backend: &Backend) -> Result<usize> {
    let mut done = 0;
    loop {
        let found = unannounced(backend).await?;
        for draft in &found {
            done += usize::from(announce(backend, draft).await?);
        }
        if found.len() < BATCH {
            break;
        }
    }
    loop {
        let found = announced(backend).await?;
        for (id, document_id) in &found {
            done += usize::from(end(backend, *id, *document_id).await?);
        }
        if found.len() < BATCH {
            return Ok(done);
        }
    }
}

#[derive(sqlx::FromRow)]
struct OldDraft {
    id: Uuid,
    updated_at: i64,
    #[sqlx(try_from = "String")]
    role: Role,
    place: Option<String>,
    name: String,
    email: String,
    #[sqlx(try_from = "String")]
    zone: Zone,
    disabled: bool,
}

async fn unannounced(backend: &Backend) -> Result<Vec<OldDraft>> {
    let mut conn = backend.db.read().await?;
    Ok(fetch_all!(
        conn,
        OldDraft,
        sql!(
            "SELECT a.id, a.updated_at, a.role, w.name AS place, u.name, u.email, u.zone,
                    u.disabled_at IS NOT NULL AS disabled
             FROM applications a JOIN users u ON u.id = a.user_id LEFT JOIN work_units w ON w.id = a.work_unit_id
             WHERE a.status = {DRAFT} AND a.updated_at <= $1
               AND (a.end_announced_at IS NULL OR a.end_announced_at < a.updated_at)
             ORDER BY a.updated_at, a.id LIMIT $2"
        ),
        backend.world.now().minus(UNCHANGED - NOTICE).micros(),
        BATCH as i64
    )?)
}

/// Writes the mail, unless the draft was changed meanwhile, another server was faster, or nobody may read it. Returns
/// whether it did.
async fn announce(backend: &Backend, draft: &OldDraft) -> Result<bool> {
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let first = execute!(
        tx,
        sql!(
            "UPDATE applications SET end_announced_at = $2 WHERE id = $1 AND status = {DRAFT} AND updated_at = $3
               AND (end_announced_at IS NULL OR end_announced_at < updated_at)"
        ),
        draft.id,
        now.micros(),
        draft.updated_at
    )?;
    let writes = first > 0 && !draft.disabled;
    if writes {
        let recipient = Email::try_from(draft.email.clone()).map_err(Error::internal)?;
        let mail = Mail::DraftEnding {
            name: draft.name.clone(),
            application: draft.id,
            role: draft.role,
            place: draft.place.clone(),
            last_day: now.plus(NOTICE).date(draft.zone),
        };
        backend.post(&mut tx, &recipient, &mail).await?;
        backend.record(&mut tx, Who::nobody(), audit::Action::DraftEndAnnounced, Some(draft.id), ())?;
    }
    tx.commit().await?;
    Ok(writes)
}

/// The last instant at which the end must have been announced.
fn announced_by(now: Timestamp) -> i64 {
    now.minus(NOTICE).micros()
}

/// Drafts whose end was announced long enough ago, with their letters.
async fn announced(backend: &Backend) -> Result<Vec<(Uuid, Option<Uuid>)>> {
    let mut conn = backend.db.read().await?;
    Ok(fetch_all!(
        conn,
        (Uuid, Option<Uuid>),
        sql!(
            "SELECT id, document_id FROM applications WHERE status = {DRAFT} AND updated_at <= $1
               AND end_announced_at >= updated_at AND end_announced_at <= $2 ORDER BY updated_at, id LIMIT $3"
        ),
        backend.world.now().minus(UNCHANGED).micros(),
        announced_by(backend.world.now()),
        BATCH as i64
    )?)
}

/// Ends a draft, unless it was changed meanwhile. Returns whether it did.
async fn end(backend: &Backend, id: Uuid, document_id: Option<Uuid>) -> Result<bool> {
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let change = Change {
        action: Action::Lapse,
        set: "document_id = NULL, updated_at = $2",
        only: "id = $1 AND end_announced_at >= updated_at AND end_announced_at <= $3",
    };
    let args = args!(tx, id, now.micros(), announced_by(now))?;
    let ended = perform(backend, &mut tx, Doer::System, change, args, Some(())).await?;
    for draft in &ended {
        tx.notify(Notice::Application { id, user_id: draft.user_id, institution_id: draft.institution_id });
    }
    tx.commit().await?;
    if let Some(document_id) = document_id.filter(|_| !ended.is_empty()) {
        letters::free(backend, document_id).await;
    }
    Ok(!ended.is_empty())
}
