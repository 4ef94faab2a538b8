//! Taking a verdict back within its seconds, and reopening what was decided.

use domain::{
    issues::{Field, conflict::Conflict},
    permission::Permission,
    status::{Action, REASON_LENGTH, Verdict},
    text::check_paragraphs,
    time::Timestamp,
    verification::{LEASE, UNDO},
};
use uuid::Uuid;

use super::{find, grant::revoke_access, verifiers::not_close};
use crate::{
    Actor, Backend,
    applications::{
        refuse_second,
        transition::{Change, Doer, mail_due, perform},
    },
    db::{Tx, args, fetch_one, fetch_optional, sql},
    error::{Error, Result},
    mail::Mail,
};

/// Takes a verdict back within its seconds (**Urungkan**): the mail is not sent, the case is held again.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] if the verdict is not this verifier's; [`Conflict::CloseApplicant`];
/// [`Conflict::UndoTooLate`]; [`Conflict::StatusChanged`], [`Conflict::OpenApplication`], [`Conflict::OpenForCompany`] if
/// the applicant went on meanwhile.
pub async fn undo(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    actor.require(Permission::Verify)?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    tx.lock_user(row.user_id).await?;
    let decision = row.decision(actor)?.filter(|decision| decision.mine).ok_or(Error::NotFound)?;
    if let Some(conflict) = row.closeness(actor) {
        return Err(Error::Conflict(conflict));
    }
    if decision.at.plus(UNDO) <= now {
        return Err(Error::Conflict(Conflict::UndoTooLate));
    }
    refuse_second(&mut tx, row.user_id, row.role, row.place(), id).await?;
    withdraw_verdict(backend, &mut tx, actor, decision.id, now).await?;
    let before = verdict_in_force(&mut tx, id).await?;
    let asked_by = before.filter(|before| before.verdict == Verdict::Return).map(|before| before.decided_by);
    let change = Change {
        action: Action::Undo,
        set: "decision_id = $3, decided_at = NULL, updated_at = $4, assigned_to = $5, lease_holder = $6,
              lease_ends_at = $7",
        // Not once the applicant, to whom it was returned, has begun to repair it.
        only: sql!("id = $1 AND decision_id = $2 AND repair_began_at IS NULL AND {}", not_close("$6", "applications")),
    };
    let args = args!(
        tx,
        id,
        decision.id,
        before.map(|before| before.id),
        now.micros(),
        asked_by,
        actor.user_id,
        now.plus(LEASE).micros()
    )?;
    let verdict = decision.verdict.as_str();
    let undone = perform(backend, &mut tx, Doer::Staff(actor), change, args, Some(verdict)).await?;
    if undone.is_empty() {
        return Err(Error::Conflict(row.changed()));
    }
    if decision.verdict == Verdict::Approve {
        revoke_access(backend, &mut tx, &row, id, decision.at, now, true).await?;
    }
    tx.notify(row.notice(id));
    tx.commit().await
}

/// Marks a verdict as undone and keeps its mail from leaving.
async fn withdraw_verdict(backend: &Backend, tx: &mut Tx, actor: &Actor, id: Uuid, now: Timestamp) -> Result<()> {
    let undone: Option<(Option<Uuid>,)> = fetch_optional!(
        tx,
        (Option<Uuid>,),
        "UPDATE verdicts SET undone_by = $2, undone_at = $3 WHERE id = $1 AND undone_at IS NULL RETURNING mail_id",
        id,
        actor.user_id,
        now.micros()
    )?;
    let Some((Some(mail_id),)) = undone else { return Err(Error::Conflict(Conflict::UndoTooLate)) };
    if backend.cancel_mail(tx, mail_id).await? { Ok(()) } else { Err(Error::Conflict(Conflict::UndoTooLate)) }
}

/// An earlier verdict on a case.
#[derive(Clone, Copy, sqlx::FromRow)]
struct Before {
    id: Uuid,
    #[sqlx(try_from = "String")]
    verdict: Verdict,
    decided_by: Uuid,
}

/// The last verdict on a case that was not undone.
async fn verdict_in_force(tx: &mut Tx, id: Uuid) -> Result<Option<Before>> {
    Ok(fetch_optional!(
        tx,
        Before,
        "SELECT id, verdict, decided_by FROM verdicts WHERE application_id = $1 AND undone_at IS NULL
         ORDER BY decided_at DESC, id DESC LIMIT 1",
        id
    )?)
}

/// Opens a decided case again (**Buka kembali**): back into the queue at its old place; an access that it gave is
/// revoked; the applicant is told; the verdict stays in the trail.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; what is wrong with the reason; [`Conflict::OwnApplication`];
/// [`Conflict::CloseApplicant`]; [`Conflict::StatusChanged`] if it is not decided; [`Conflict::OpenApplication`] or [`Conflict::OpenForCompany`] if the
/// person has a newer one.
pub async fn reopen(backend: &Backend, actor: &Actor, id: Uuid, reason: &str) -> Result<()> {
    actor.require(Permission::Supervise)?;
    let reason = reason.trim();
    check_paragraphs(reason, REASON_LENGTH).map_err(|problem| Error::invalid(Field::Reason, problem))?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Supervise).await?;
    let row = find(&mut tx, actor, id).await?;
    tx.lock_user(row.user_id).await?;
    if let Some(conflict) = row.closeness(actor) {
        return Err(Error::Conflict(conflict));
    }
    let changed_meanwhile = || Error::Conflict(row.changed());
    let decision = row.decision(actor)?.filter(|_| row.status.is_decided()).ok_or_else(changed_meanwhile)?;
    refuse_second(&mut tx, row.user_id, row.role, row.place(), id).await?;
    let change = Change {
        action: Action::Reopen,
        set: "decision_id = NULL, decided_at = NULL, updated_at = $3, assigned_to = NULL, lease_holder = NULL,
              lease_ends_at = NULL",
        only: sql!("id = $1 AND decision_id = $2 AND {}", not_close("$4", "applications")),
    };
    let args = args!(tx, id, decision.id, now.micros(), actor.user_id)?;
    if perform(backend, &mut tx, Doer::Staff(actor), change, args, Some(reason)).await?.is_empty() {
        return Err(changed_meanwhile());
    }
    overrule(backend, &mut tx, actor, decision.id, reason, now).await?;
    let revoked = decision.verdict == Verdict::Approve;
    if revoked {
        revoke_access(backend, &mut tx, &row, id, decision.at, now, false).await?;
    }
    if let Some(due) = mail_due(Action::Reopen, now) {
        let case = row.mail_case(id, row.stated());
        let mail = Mail::Reopened { name: row.name.clone(), case, reason: reason.to_owned(), revoked };
        backend.post_at(&mut tx, &row.email, &mail, due).await?;
    }
    tx.notify(row.notice(id));
    tx.commit().await
}

/// Marks a verdict as reopened. Its mail may still wait for its seconds or for a mail server; what reopening says must be the
/// last word.
async fn overrule(backend: &Backend, tx: &mut Tx, actor: &Actor, id: Uuid, reason: &str, now: Timestamp) -> Result<()> {
    let (mail_id,): (Option<Uuid>,) = fetch_one!(
        tx,
        (Option<Uuid>,),
        "UPDATE verdicts SET undone_by = $2, undone_at = $3, undone_reason = $4 WHERE id = $1 RETURNING mail_id",
        id,
        actor.user_id,
        now.micros(),
        reason
    )?;
    match mail_id {
        Some(mail_id) => backend.overrule_mail(tx, mail_id).await.map(drop),
        None => Ok(()),
    }
}
