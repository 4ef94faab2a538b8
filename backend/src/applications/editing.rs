//! Changes of what can still be filled in: a draft, or what is back for repair.

use domain::{
    applications::{answers::Answers, company::CompanyInput},
    issues::conflict::Conflict,
    time::Timestamp,
};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    place::{RolePlace, refuse_second},
    stored::{StoredDraft, find_draft},
};
use crate::{
    Actor, Backend,
    db::{
        Args, Tx, args, fetch_optional,
        literals::{EDITABLE, RETURNED},
    },
    error::{Error, Result},
};

/// A draft after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The version to name at the next change.
    pub version: i64,
    /// When it was saved.
    pub at: Timestamp,
}

/// Stores the answers as typed, right or wrong (guide step 10), as far as the form of the profile type asks for them. What
/// is not among the institutions and work units is stored as not chosen; a changed type or institution clears what hung
/// on it.
///
/// # Errors
/// [`Conflict::DraftChanged`] if `version` is not the stored one; [`Conflict::StatusChanged`];
/// [`Conflict::OpenApplication`] if it is back for repair and another one with the desk is for the chosen work unit;
/// [`Error::NotFound`].
pub async fn save(backend: &Backend, actor: &Actor, id: Uuid, version: i64, answers: Answers) -> Result<Saved> {
    let mut tx = backend.db.begin().await?;
    let stored = find_draft(&mut tx, backend, actor, id).await?;
    let mut answers = answers.bounded().asked_of(stored.draft.profile_type).following(&stored.draft.answers);
    if stored.renews.is_some() {
        answers = held(answers, &stored.draft.answers);
    }
    if let Some(chosen) = answers.institution {
        let known: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), "SELECT id FROM institutions WHERE id = $1", chosen)?;
        answers.institution = known.map(|(id,)| id);
    }
    if let Some(chosen) = answers.work_unit {
        let known: Option<(Uuid,)> = fetch_optional!(
            tx,
            (Uuid,),
            "SELECT id FROM work_units WHERE id = $1 AND institution_id = $2",
            chosen,
            answers.institution
        )?;
        answers.work_unit = known.map(|(id,)| id);
    }
    if stored.repair.is_some() && answers.work_unit != stored.draft.answers.work_unit {
        // While it is back for repair it counts as open, and of those there is one for a work unit.
        tx.lock_user(actor.user_id).await?;
        let place = RolePlace { work_unit_id: answers.work_unit, nib: None };
        refuse_second(&mut tx, actor.user_id, stored.draft.role, place, id).await?;
    }
    let saved = write_answers(backend, &mut tx, &stored, version, &answers).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Writes answers over those of `version`. The same answers once more change nothing and overrule nobody, whatever version
/// they name: the answer to an earlier save may have got lost, or a form may have been sent that saved as well.
pub(super) async fn write_answers(
    backend: &Backend,
    tx: &mut Tx,
    stored: &StoredDraft,
    version: i64,
    answers: &Answers,
) -> Result<Saved> {
    if *answers == stored.draft.answers {
        return Ok(Saved { version: stored.version, at: stored.saved_at });
    }
    let now = backend.world.now();
    let args = args!(tx, stored.id, now.micros(), version, Json(answers), answers.institution, answers.work_unit)?;
    let set = "answers = $4, institution_id = $5, work_unit_id = $6, version = version + 1";
    if !edit(tx, set, " AND version = $3", args).await? {
        return Err(Error::Conflict(Conflict::DraftChanged { at: stored.saved_at }));
    }
    stored.notify_repair(tx);
    Ok(Saved { version: version + 1, at: now })
}

/// Writes `set` to an application that can still be filled in, and notes when a repair began; false if nothing was written.
/// `$1` is the application, `$2` now; `only` narrows the guard.
pub(super) async fn edit(tx: &mut Tx, set: &'static str, only: &'static str, args: Args) -> Result<bool> {
    let sql = format!(
        "UPDATE applications SET {set}, updated_at = $2,
             repair_began_at = CASE WHEN status = {RETURNED} THEN coalesce(repair_began_at, $2) END
         WHERE id = $1{only} AND status IN {EDITABLE}"
    );
    Ok(tx.execute_with(sql, args).await? > 0)
}

/// The answers of a renewal as they may be saved: the place stays what it is, and so does the number of a company, whose
/// name, NPWP and address may have changed since.
fn held(answers: Answers, stored: &Answers) -> Answers {
    Answers {
        institution_type: stored.institution_type,
        institution: stored.institution,
        work_unit: stored.work_unit,
        company: CompanyInput { nib: stored.company.nib.clone(), ..answers.company },
        ..answers
    }
}
