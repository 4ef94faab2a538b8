//! What the pages of the wizard read.

use domain::applications::{
    answers::Answers,
    views::{DraftPage, SavedDraft},
    wizard::Step,
};
use uuid::Uuid;

use super::{draft, known_accounts, save};
use crate::{Actor, Backend, error::Result};

/// The person's own draft, for the page of `step`.
///
/// # Errors
/// As [`draft`].
pub async fn draft_page(backend: &Backend, actor: &Actor, id: Uuid, step: Step) -> Result<DraftPage> {
    let stored = draft(backend, actor, id).await?;
    let accounts = match step {
        Step::Sirup => known_accounts(backend, actor).await?,
        Step::Form | Step::Review => Vec::new(),
    };
    Ok(DraftPage {
        id: stored.id,
        version: stored.version,
        draft: stored.draft,
        saved_at: stored.saved_at,
        today: backend.world.today(actor.zone),
        types: backend.master_data.snapshot().types(),
        rejection: stored.previous,
        repair: stored.repair,
        renews: stored.renews.map(|(_, period)| period),
        listed_address: stored.listed_address,
        accounts,
    })
}

/// Saves the answers while the person types.
///
/// # Errors
/// As [`save`].
pub async fn autosave(
    backend: &Backend,
    actor: &Actor,
    id: Uuid,
    version: i64,
    answers: Answers,
) -> Result<SavedDraft> {
    let saved = save(backend, actor, id, version, answers).await?;
    let stored = draft(backend, actor, id).await?;
    let address_required = stored.draft.work_unit.is_some_and(|unit| unit.address_required);
    Ok(SavedDraft { version: saved.version, at: saved.at, address_required })
}
