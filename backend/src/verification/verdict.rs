//! The three verdicts: approve, return for repair, reject.

use domain::{
    issues::Problem,
    permission::Permission,
    status::{Status, Verdict},
    time::Timestamp,
    verification::UNDO,
};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    CaseRow, empty_check_list, find, grant, history,
    verdict_form::{Checked, VerdictForm},
    verifiers::{active_verifier, not_close},
};
use crate::{
    Actor, Backend,
    applications::transition::{Change, Doer, mail_due, perform},
    db::{Tx, args, execute, sql},
    error::{Error, Result},
    mail::RenderedMail,
    refusals::{Kind, refused_to},
};

/// A verdict that was given just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecidedVerdict {
    pub id: Uuid,
    /// Where the application stands now.
    pub status: Status,
    /// Until when it can be taken back; its mail waits that long.
    pub undo_until: Timestamp,
}

/// The mail that a verdict would send. Writes nothing.
///
/// # Errors
/// As [`decide`], except for conflicts that only the verdict itself can meet.
pub async fn preview(backend: &Backend, actor: &Actor, id: Uuid, form: &VerdictForm) -> Result<RenderedMail> {
    actor.require(Permission::Verify)?;
    let mut conn = backend.db.read().await?;
    let row = find(&mut conn, actor, id).await?;
    let granted = row.period(backend.world.now());
    let checked = match form.verdict {
        Verdict::Approve => Checked::bare(form.verdict), // it says the same before all is ticked
        Verdict::Return | Verdict::Reject => form.check(&mut conn, &row).await?,
    };
    checked.mail(&row, id, granted).render(&backend.settings)
}

/// Gives the verdict: the new state, the access of an approval and the mail, in one transaction. It needs the lease; of two
/// verdicts at one instant, one wins. The mail waits until the verdict can no longer be taken back.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`], also when the scope was narrowed meanwhile; what is wrong with the form;
/// [`Conflict::OwnApplication`](domain::issues::conflict::Conflict::OwnApplication), `CloseApplicant`, `AlreadyDecided`,
/// `StatusChanged`, `HeldBy`, `LeaseEnded`, `OverlappingAccess`, `AccessForCompany`.
pub async fn decide(backend: &Backend, actor: &Actor, id: Uuid, form: &VerdictForm) -> Result<DecidedVerdict> {
    actor.require(Permission::Verify).inspect_err(|error| log_refusal(actor, error))?;
    let outcome = decide_now(backend, actor, id, form).await.inspect_err(|error| log_refusal(actor, error));
    if let Err(Error::Invalid(issues)) = &outcome
        && issues.iter().any(|issue| issue.problem == Problem::NoChecks)
        && let Err(error) = empty_check_list::report(backend, id).await
    {
        tracing::error!(%error, "administrators could not be told of an empty check list");
    }
    outcome
}

/// A form that is merely incomplete is no refusal.
fn log_refusal(actor: &Actor, error: &Error) {
    let reason = match error {
        Error::Forbidden => "forbidden",
        Error::NotFound => "not_found",
        Error::Conflict(conflict) => conflict.kind(),
        _ => return,
    };
    refused_to(Kind::Verdict, reason, Some(actor.user_id));
}

async fn decide_now(backend: &Backend, actor: &Actor, id: Uuid, form: &VerdictForm) -> Result<DecidedVerdict> {
    let (verdict_id, now) = (backend.world.id(), backend.world.now());
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    tx.lock_user(row.user_id).await?;
    let checked = form.check(&mut tx, &row).await?;
    let status = form.verdict.action().transition().to;
    let granted = row.period(now);
    let mail_id = match mail_due(form.verdict.action(), now) {
        Some(due) => Some(backend.post_at(&mut tx, &row.email, &checked.mail(&row, id, granted), due).await?),
        None => None,
    };
    let verdict = NewVerdict {
        id: verdict_id,
        application_id: id,
        row: &row,
        checked: &checked,
        decided_by: actor.user_id,
        decided_at: now,
        mail_id,
    };
    put_verdict(&mut tx, &verdict).await?;
    move_case(backend, &mut tx, actor, form.version, &verdict).await?;
    if status.is_decided() {
        history::index_words(&mut tx, id, &row, actor.user_id).await?;
    }
    if form.verdict == Verdict::Approve {
        grant::grant(backend, &mut tx, &row, id, granted, now).await?;
    }
    tx.notify(row.notice(id));
    tx.commit().await?;
    Ok(DecidedVerdict { id: verdict_id, status, undo_until: now.plus(UNDO) })
}

/// The row of a verdict, with copies of what the figures count by.
struct NewVerdict<'a> {
    id: Uuid,
    application_id: Uuid,
    row: &'a CaseRow,
    checked: &'a Checked,
    decided_by: Uuid,
    decided_at: Timestamp,
    mail_id: Option<Uuid>,
}

async fn put_verdict(tx: &mut Tx, verdict: &NewVerdict<'_>) -> Result<()> {
    let NewVerdict { row, checked, .. } = verdict;
    execute!(
        tx,
        "INSERT INTO verdicts (id, application_id, verdict, reason_title, reason, marks, checks, institution_id, role,
             sent_at, decided_by, decided_at, mail_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        verdict.id,
        verdict.application_id,
        checked.verdict.as_str(),
        &checked.reason_title,
        &checked.text,
        Json(&checked.marks),
        Json(&checked.checks),
        row.institution_id,
        row.role.as_str(),
        row.submitted_at,
        verdict.decided_by,
        verdict.decided_at.micros(),
        verdict.mail_id
    )?;
    Ok(())
}

/// The guarded write of a verdict: what was seen, held by this verifier now, not close to them, and still theirs to decide.
async fn move_case(
    backend: &Backend,
    tx: &mut Tx,
    actor: &Actor,
    seen_version: i64,
    verdict: &NewVerdict<'_>,
) -> Result<()> {
    let (id, checked, now) = (verdict.application_id, verdict.checked, verdict.decided_at);
    let action = checked.verdict.action();
    let decided_at = action.transition().to.is_decided().then_some(now.micros());
    // Whoever asks for a repair gets the case again.
    let assigned_to = (checked.verdict == Verdict::Return).then_some(actor.user_id);
    let change = Change {
        action,
        set: "decision_id = $3, updated_at = $4, decided_at = $6, assigned_to = $7, lease_holder = NULL,
              lease_ends_at = NULL",
        only: sql!(
            "id = $1 AND version = $2 AND lease_holder = $5 AND lease_ends_at > $4 AND {}
             AND EXISTS (SELECT 1 FROM users u WHERE u.id = $5 AND {})",
            not_close("$5", "applications"),
            active_verifier("applications.institution_id")
        ),
    };
    let args = args!(tx, id, seen_version, verdict.id, now.micros(), actor.user_id, decided_at, assigned_to)?;
    let detail = (&checked.reason_title, &checked.text, &checked.marks);
    let moved = perform(backend, tx, Doer::Staff(actor), change, args, Some(detail)).await?;
    if moved.is_empty() {
        // What was written so far goes with this transaction.
        return Err(Error::Conflict(find(tx, actor, id).await?.obstacle(actor, now)?));
    }
    Ok(())
}
