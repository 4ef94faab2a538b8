//! The letter of an application (guide step 10).

use std::{fmt, time::Duration};

use bytes::Bytes;
use domain::{
    issues::{
        Field, Problem,
        conflict::Conflict,
        letter::{Letter, LetterProblem, MAX_BYTES, display_name},
    },
    status::Status,
};
use futures::TryStreamExt;
use uuid::Uuid;

use super::{
    editing::edit,
    stored::{StoredDraft, find, find_draft},
};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{
        Conn, Tx, args, execute, fetch_all, fetch_one, fetch_optional,
        literals::{DECIDED, WITHDRAWN},
        sql,
    },
    error::{Error, Result},
    secrets::sha256,
    throttle::Scope,
};

/// What no application holds is kept this long, for an upload or a draft that is under way.
const GRACE: Duration = Duration::from_secs(24 * 3600);
/// Most letters cleared away in one go.
const BATCH: usize = 100;
/// Bytes of a person's letters that nobody has decided on: fifty of the largest.
const MOST_HELD: u64 = 50 * MAX_BYTES;

/// Looks into a letter, keeps it and puts it to the draft in place of the one before. `letter` is the whole file.
///
/// # Errors
/// [`Problem::Letter`] with the reason; [`Problem::TooManyAttempts`] after many in an hour or a day;
/// [`Error::NotFound`]; [`Conflict::StatusChanged`].
pub async fn attach_letter(
    backend: &Backend,
    actor: &Actor,
    id: Uuid,
    file_name: &str,
    letter: Bytes,
) -> Result<Letter> {
    let size = letter.len() as u64;
    {
        let mut conn = backend.db.read().await?;
        find_draft(&mut conn, backend, actor, id).await?;
        if size > MAX_BYTES {
            return Err(refuse(LetterProblem::TooBig { bytes: Some(size) }));
        }
        refuse_hoard(&mut conn, actor, id, size).await?;
    }
    if !backend.documents.room.is_left(backend.world.now()) {
        return Err(refuse(LetterProblem::NoRoom));
    }
    count(backend, actor).await?;
    let outcome = take(backend, actor, id, file_name, letter).await;
    if outcome.as_ref().is_err_and(is_our_fault) {
        for scope in COUNTED {
            backend.uncount_attempt(scope, &actor.user_id.to_string()).await?;
        }
    }
    let (letter, replaced) = outcome?;
    if let Some(replaced) = replaced {
        free(backend, replaced).await;
    }
    Ok(letter)
}

/// What counts an upload: each costs processor time and room on the disk.
const COUNTED: [Scope; 2] = [Scope::Letter, Scope::LetterDay];

async fn count(backend: &Backend, actor: &Actor) -> Result<()> {
    for scope in COUNTED {
        match backend.count_attempt(scope, &actor.user_id.to_string()).await {
            Ok(_) => {}
            Err(Error::Throttled(until)) => {
                return Err(Error::invalid(Field::Letter, Problem::TooManyAttempts { until }));
            }
            Err(error) => {
                tracing::error!(%error, "a letter could not be counted");
                return Err(refuse(LetterProblem::NotStored));
            }
        }
    }
    Ok(())
}

/// Fails if a letter for this application would be more than a person may hold without a decision.
async fn refuse_hoard(conn: &mut Conn, actor: &Actor, id: Uuid, size: u64) -> Result<()> {
    let (held,): (i64,) = fetch_one!(
        conn,
        (i64,),
        sql!(
            "SELECT CAST(coalesce(sum(d.bytes), 0) AS BIGINT)
             FROM applications a JOIN documents d ON d.id = a.document_id
             WHERE a.user_id = $1 AND a.id <> $2 AND a.status NOT IN {DECIDED} AND a.status <> {WITHDRAWN}"
        ),
        actor.user_id,
        id
    )?;
    let held = u64::try_from(held).unwrap_or(0);
    if held + size > MOST_HELD { Err(refuse(LetterProblem::TooMuchHeld { bytes: held })) } else { Ok(()) }
}

fn refuse(problem: LetterProblem) -> Error {
    Error::invalid(Field::Letter, Problem::Letter(problem))
}

fn is_our_fault(error: &Error) -> bool {
    let Error::Invalid(issues) = error else { return false };
    let ours = [LetterProblem::NotStored, LetterProblem::StillReading].map(Problem::Letter);
    issues.iter().any(|issue| ours.contains(&issue.problem))
}

/// Looks into a letter that may be looked into, keeps it and puts it to the draft; gives it and the one that it replaced.
/// What is kept without being put there, because the process ended in between or the draft was sent meanwhile,
/// [`collect_strays`] clears away.
async fn take(
    backend: &Backend,
    actor: &Actor,
    id: Uuid,
    file_name: &str,
    letter: Bytes,
) -> Result<(Letter, Option<Uuid>)> {
    let size = letter.len() as u64;
    let pages = backend.documents.reader.inspect(actor.user_id, letter.clone()).await.map_err(refuse)?;
    let hash = sha256(&letter);
    let kept = backend.documents.keep(&backend.world, letter).await.map_err(refuse)?;

    let now = backend.world.now();
    let taken = Letter { id: backend.world.id(), file_name: display_name(file_name), bytes: size, pages };
    let mut tx = backend.db.begin().await?;
    let stored = find_draft(&mut tx, backend, actor, id).await?;
    execute!(
        tx,
        "INSERT INTO documents (id, user_id, object_key, file_name, bytes, pages, sha256, created_at, sealed_with)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        taken.id,
        actor.user_id,
        kept.key,
        &taken.file_name,
        i64::try_from(size).unwrap_or(i64::MAX),
        i64::from(pages),
        hash,
        now.micros(),
        kept.sealed_with.map(|id| id.to_string())
    )?;
    put_letter(&mut tx, &stored, Some(taken.id), now.micros()).await?;
    backend.record(&mut tx, actor, Action::LetterTaken, Some(id), taken.id)?;
    tx.commit().await?;
    Ok((taken, stored.draft.letter.map(|replaced| replaced.id)))
}

/// Takes the letter off the draft.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::StatusChanged`].
pub async fn remove_letter(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let stored = find_draft(&mut tx, backend, actor, id).await?;
    let Some(removed) = stored.draft.letter.as_ref().map(|letter| letter.id) else { return Ok(()) };
    put_letter(&mut tx, &stored, None, backend.world.now().micros()).await?;
    backend.record(&mut tx, actor, Action::LetterRemoved, Some(id), ())?;
    tx.commit().await?;
    free(backend, removed).await;
    Ok(())
}

/// Puts a letter to a draft. The version stays: a letter that arrives while one types is no change of the answers, and
/// the review names the letter that it showed.
async fn put_letter(tx: &mut Tx, stored: &StoredDraft, document_id: Option<Uuid>, now: i64) -> Result<()> {
    let args = args!(tx, stored.id, now, document_id)?;
    if !edit(tx, "document_id = $3", "", args).await? {
        return Err(Error::Conflict(Conflict::DraftChanged { at: stored.saved_at }));
    }
    stored.notify_repair(tx);
    Ok(())
}

/// The letter of the person's own application, as it was sent.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn letter(backend: &Backend, actor: &Actor, id: Uuid) -> Result<(Letter, Bytes)> {
    let (letter, key) = {
        let mut conn = backend.db.read().await?;
        let (status, stored) = find(&mut conn, backend, actor, id).await?;
        let letter = stored.draft.letter.filter(|_| status != Status::Withdrawn).ok_or(Error::NotFound)?;
        let key: Option<(String,)> =
            fetch_optional!(conn, (String,), "SELECT object_key FROM documents WHERE id = $1", letter.id)?;
        (letter, key.ok_or(Error::NotFound)?.0)
    };
    let bytes = backend.documents.fetch(&key).await?;
    Ok((letter, bytes))
}

/// A second row for the same stored letter; gives its id.
pub(super) async fn copy(backend: &Backend, tx: &mut Tx, actor: &Actor, document_id: Uuid) -> Result<Uuid> {
    let id = backend.world.id();
    execute!(
        tx,
        "INSERT INTO documents (id, user_id, object_key, file_name, bytes, pages, sha256, created_at, sealed_with)
         SELECT $1, user_id, object_key, file_name, bytes, pages, sha256, $4, sealed_with FROM documents
         WHERE id = $2 AND user_id = $3",
        id,
        document_id,
        actor.user_id,
        backend.world.now().micros()
    )?;
    Ok(id)
}

/// Holds for a row of `documents` that neither an application nor the desk's copy of one refers to. One that was withdrawn
/// does not count.
struct Unheld;

impl fmt::Display for Unheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "NOT EXISTS (SELECT 1 FROM applications a WHERE a.document_id = documents.id AND a.status <> {WITHDRAWN})
             AND NOT EXISTS (SELECT 1 FROM submissions s JOIN applications a ON a.id = s.application_id
                             WHERE s.document_id = documents.id AND a.status <> {WITHDRAWN})"
        )
    }
}

const UNHELD: Unheld = Unheld;

/// Removes at once, after the commit that let go of it, a letter that was replaced, unless the desk still needs it. If
/// that fails or the process ends before, [`collect_garbage`] does it later.
pub(super) async fn free(backend: &Backend, document_id: Uuid) {
    if let Err(error) = try_free(backend, document_id).await {
        tracing::warn!(%error, "a letter that was replaced stays for now");
    }
}

async fn try_free(backend: &Backend, document_id: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let freed: Option<(String, Vec<u8>)> = fetch_optional!(
        tx,
        (String, Vec<u8>),
        sql!(
            "DELETE FROM documents WHERE id = $1 AND released_at IS NOT NULL AND {UNHELD} RETURNING object_key, sha256"
        ),
        document_id
    )?;
    match freed {
        Some((key, sha256)) => commit_and_remove(backend, tx, &key, &sha256).await,
        None => Ok(()),
    }
}

/// Commits the deletion of a letter's row, then removes its file and its pages, unless another row shares them.
async fn commit_and_remove(backend: &Backend, mut tx: Tx, key: &str, sha256: &[u8]) -> Result<()> {
    let shared: Option<(Uuid,)> =
        fetch_optional!(tx, (Uuid,), "SELECT id FROM documents WHERE object_key = $1 LIMIT 1", key)?;
    let same: Option<(Uuid,)> =
        fetch_optional!(tx, (Uuid,), "SELECT id FROM documents WHERE sha256 = $1 LIMIT 1", sha256)?;
    tx.commit().await?;
    // The row goes first: a letter without a row is waste, a row without its letter would be a loss.
    if shared.is_none() {
        backend.documents.remove(key).await?;
    }
    if same.is_none() {
        backend.documents.forget_pages(sha256).await?;
    }
    Ok(())
}

/// The ids of the secrets that letters are sealed with; `None` stands for plain letters. Looks each up in the index, since
/// there are few secrets and many letters.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn seals(conn: &mut Conn) -> Result<Vec<Option<String>>> {
    let plain: Option<(Uuid,)> =
        fetch_optional!(conn, (Uuid,), "SELECT id FROM documents WHERE sealed_with IS NULL LIMIT 1")?;
    let mut found: Vec<Option<String>> = plain.map(|_| None).into_iter().collect();
    let mut after = String::new();
    loop {
        let sql = "SELECT min(sealed_with) FROM documents WHERE sealed_with > $1";
        let (next,): (Option<String>,) = fetch_one!(conn, (Option<String>,), sql, &after)?;
        let Some(next) = next else { return Ok(found) };
        found.push(Some(next.clone()));
        after = next;
    }
}

/// The number of letters that are sealed with the secret of this id, or plain.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn count_sealed(conn: &mut Conn, id: Option<&str>) -> Result<i64> {
    let (number,): (i64,) = match id {
        Some(id) => fetch_one!(conn, (i64,), "SELECT count(*) FROM documents WHERE sealed_with = $1", id)?,
        None => fetch_one!(conn, (i64,), "SELECT count(*) FROM documents WHERE sealed_with IS NULL")?,
    };
    Ok(number)
}

/// Seals letters again where that was not done with the current secret. Returns how many, at most about `most`. Plain ones
/// are left as they are if the settings turn sealing off. A letter that fails is logged and does not stop the others.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn reseal(backend: &Backend, most: usize) -> Result<usize> {
    let current = backend.vault.current().to_string();
    let seals = seals(&mut backend.db.read().await?).await?;
    let is_stale = |seal: &Option<String>| match seal {
        None => backend.documents.encrypts(),
        Some(id) => *id != current,
    };
    let mut done = 0;
    for seal in seals.into_iter().filter(is_stale) {
        let mut after = Uuid::nil();
        while done < most {
            let letters = read_sealed(backend, seal.as_deref(), after).await?;
            let Some((last, ..)) = letters.last() else { break };
            after = *last;
            for (id, key, sha256) in letters {
                match reseal_one(backend, &key, &current, seal.is_none().then_some(&sha256)).await {
                    Ok(()) => done += 1,
                    Err(error) => tracing::warn!(document = %id, %error, "a letter could not be sealed again"),
                }
            }
        }
    }
    Ok(done)
}

/// The next letters that are sealed with this secret, or plain: id, key in the store, hash.
async fn read_sealed(backend: &Backend, seal: Option<&str>, after: Uuid) -> Result<Vec<(Uuid, String, Vec<u8>)>> {
    type Row = (Uuid, String, Vec<u8>);
    let mut conn = backend.db.read().await?;
    Ok(match seal {
        Some(id) => {
            let sql =
                "SELECT id, object_key, sha256 FROM documents WHERE sealed_with = $1 AND id > $2 ORDER BY id LIMIT 20";
            fetch_all!(conn, Row, sql, id, after)?
        }
        None => {
            let sql = "SELECT id, object_key, sha256 FROM documents WHERE sealed_with IS NULL AND id > $1 ORDER BY id LIMIT 20";
            fetch_all!(conn, Row, sql, after)?
        }
    })
}

/// Seals one letter again, and removes what was drawn of one that was plain until now.
async fn reseal_one(backend: &Backend, key: &str, current: &str, plain: Option<&Vec<u8>>) -> Result<()> {
    if !backend.documents.reseal(&backend.world, key).await? {
        tracing::warn!(key, "a letter is not in the store");
    }
    if let Some(sha256) = plain {
        backend.documents.forget_pages(sha256).await?;
    }
    let mut tx = backend.db.begin().await?;
    execute!(tx, "UPDATE documents SET sealed_with = $2 WHERE object_key = $1", key, current)?;
    tx.commit().await
}

/// Removes letters that nobody holds any more and that are older than a day, and what was drawn of them. Run from time to
/// time.
///
/// # Errors
/// If the database or the store does not answer.
pub async fn collect_garbage(backend: &Backend) -> Result<usize> {
    let mut removed = 0;
    loop {
        let batch = collect_batch(backend).await?;
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}

/// Removes what lies in the store without a row and is older than a day: letters of uploads that broke off on the way into
/// the store, or between the store and the database. Looks at every letter, so it is run once a day.
///
/// # Errors
/// If the database or the store does not answer.
pub async fn collect_strays(backend: &Backend) -> Result<usize> {
    let before = backend.world.now().minus(GRACE);
    let mut removed = backend.documents.remove_unfinished(before).await?;
    let mut letters = std::pin::pin!(backend.documents.list());
    while let Some((key, kept_at)) = letters.try_next().await? {
        if kept_at >= before {
            continue;
        }
        let row: Option<(Uuid,)> = {
            let mut conn = backend.db.read().await?;
            fetch_optional!(conn, (Uuid,), "SELECT id FROM documents WHERE object_key = $1 LIMIT 1", &key)?
        };
        if row.is_none() {
            backend.documents.remove(&key).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

async fn collect_batch(backend: &Backend) -> Result<usize> {
    let before = backend.world.now().minus(GRACE).micros();
    let orphans: Vec<(Uuid, String, Vec<u8>)> = {
        let mut conn = backend.db.read().await?;
        fetch_all!(
            conn,
            (Uuid, String, Vec<u8>),
            sql!(
                "SELECT id, object_key, sha256 FROM documents
                 WHERE released_at IS NOT NULL AND created_at < $1 AND {UNHELD} LIMIT $2"
            ),
            before,
            BATCH as i64
        )?
    };
    for (id, key, sha256) in &orphans {
        let mut tx = backend.db.begin().await?;
        execute!(
            tx,
            sql!("UPDATE applications SET document_id = NULL WHERE document_id = $1 AND status = {WITHDRAWN}"),
            *id
        )?;
        execute!(tx, "DELETE FROM documents WHERE id = $1", *id)?;
        commit_and_remove(backend, tx, key, sha256).await?;
    }
    Ok(orphans.len())
}
