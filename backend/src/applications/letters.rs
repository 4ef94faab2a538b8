//! The letter of an application (guide step 10).

use bytes::Bytes;
use domain::{
    application::Status,
    conflict::Conflict,
    issue::{Field, Problem},
    letter::{Letter, LetterProblem, MAX_BYTES, display_name},
};
use uuid::Uuid;

use super::{find, find_draft};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Tx, execute, fetch_all, fetch_optional},
    error::{Error, Result},
    secrets::sha256,
};

/// Looks into a letter, keeps it and puts it to the draft in place of the one before. `letter` is the whole file.
///
/// # Errors
/// [`Problem::Letter`] with the reason; [`Error::NotFound`]; [`Conflict::StatusChanged`].
pub async fn attach_letter(
    backend: &Backend,
    actor: &Actor,
    id: Uuid,
    file_name: &str,
    letter: Bytes,
) -> Result<Letter> {
    {
        let mut conn = backend.db.read().await?;
        find_draft(&mut conn, backend, actor, id).await?;
    }
    let refuse = |problem| Error::invalid(Field::Letter, Problem::Letter(problem));
    let size = letter.len() as u64;
    if size > MAX_BYTES {
        return Err(refuse(LetterProblem::TooBig { bytes: Some(size) }));
    }
    let pages = backend.documents.reader.inspect(letter.clone()).await.map_err(refuse)?;
    let hash = sha256(&letter);
    let key = backend.documents.keep(&backend.world, letter).await.map_err(refuse)?;

    let now = backend.world.now();
    let taken = Letter { id: backend.world.id(), file_name: display_name(file_name), bytes: size, pages };
    let mut tx = backend.db.begin().await?;
    let stored = find_draft(&mut tx, backend, actor, id).await?;
    execute!(
        tx,
        "INSERT INTO documents (id, user_id, object_key, file_name, bytes, pages, sha256, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        taken.id,
        actor.user_id,
        key,
        &taken.file_name,
        i64::try_from(size).unwrap_or(i64::MAX),
        i64::from(pages),
        hash,
        now.micros()
    )?;
    put(&mut tx, &stored, Some(taken.id), now.micros()).await?;
    backend.record(&mut tx, actor, Action::LetterTaken, Some(id), taken.id).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Takes the letter off the draft.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::StatusChanged`].
pub async fn remove_letter(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let stored = find_draft(&mut tx, backend, actor, id).await?;
    if stored.draft.letter.is_none() {
        return Ok(());
    }
    put(&mut tx, &stored, None, backend.world.now().micros()).await?;
    backend.record(&mut tx, actor, Action::LetterRemoved, Some(id), ()).await?;
    tx.commit().await
}

/// Puts a letter to a draft. The version stays: a letter that arrives while one types is no change of the answers, and
/// the review names the letter that it showed.
async fn put(tx: &mut Tx, stored: &super::StoredDraft, document_id: Option<Uuid>, now: i64) -> Result<()> {
    let changed = execute!(
        tx,
        "UPDATE applications SET document_id = $2, updated_at = $3 WHERE id = $1 AND status IN ('draft', 'returned')",
        stored.id,
        document_id,
        now
    )?;
    if changed == 0 { Err(Error::Conflict(Conflict::DraftChanged { at: stored.saved_at })) } else { Ok(()) }
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
        "INSERT INTO documents (id, user_id, object_key, file_name, bytes, pages, sha256, created_at)
         SELECT $1, user_id, object_key, file_name, bytes, pages, sha256, $4 FROM documents
         WHERE id = $2 AND user_id = $3",
        id,
        document_id,
        actor.user_id,
        backend.world.now().micros()
    )?;
    Ok(id)
}

/// Removes letters that no application holds any more and that are older than a day. Run from time to time.
///
/// # Errors
/// If the database or the store does not answer.
pub async fn collect_garbage(backend: &Backend) -> Result<usize> {
    let before = backend.world.now().minus(std::time::Duration::from_secs(24 * 3600)).micros();
    let orphans: Vec<(Uuid, String)> = {
        let mut conn = backend.db.read().await?;
        fetch_all!(
            conn,
            (Uuid, String),
            "SELECT id, object_key FROM documents WHERE created_at < $1
               AND NOT EXISTS (SELECT 1 FROM applications WHERE applications.document_id = documents.id
                                 AND applications.status <> 'withdrawn')
             LIMIT 100",
            before
        )?
    };
    for (id, key) in &orphans {
        let mut tx = backend.db.begin().await?;
        execute!(
            tx,
            "UPDATE applications SET document_id = NULL WHERE document_id = $1 AND status = 'withdrawn'",
            *id
        )?;
        execute!(tx, "DELETE FROM documents WHERE id = $1", *id)?;
        let shared: Option<(Uuid,)> =
            fetch_optional!(tx, (Uuid,), "SELECT id FROM documents WHERE object_key = $1 LIMIT 1", key)?;
        tx.commit().await?;
        // The row goes first: a letter without a row is waste, a row without its letter would be a loss.
        if shared.is_none() {
            backend.documents.remove(key).await?;
        }
    }
    Ok(orphans.len())
}
