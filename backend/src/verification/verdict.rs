//! The three verdicts, taking one back, and reopening what was decided.

use domain::{
    issues::{Field, Issue, Problem, conflict::Conflict},
    staff::Permission,
    status::{REASON_LENGTH, Status, Verdict},
    text::check_paragraphs,
    time::Timestamp,
    validity::Validity,
    verification::{LEASE, Mark, UNDO, is_markable},
};
use sqlx::types::Json;
use uuid::Uuid;

use super::{CaseRow, case, find, history};
use crate::{
    Actor, Backend,
    applications::{refuse_overlap, refuse_second},
    audit::Action,
    db::{Conn, Tx, execute, fetch_one, fetch_optional},
    error::{Error, Result},
    mail::{Mail, RenderedMail},
    oidc::rights::{GrantsOf, Why, end_grants},
};

/// A verdict as given on the case page.
#[derive(Clone, Debug)]
pub struct VerdictForm {
    /// The version of the case that was seen.
    pub version: i64,
    /// Which.
    pub verdict: Verdict,
    /// The reason of the list; needed for a refusal.
    pub reason: Option<Uuid>,
    /// The text: needed for a refusal, possible above the marks of a repair.
    pub text: String,
    /// What is to be repaired; needed for a repair.
    pub marks: Vec<(Field, String)>,
    /// The items of the check list that are ticked; all are needed for an approval.
    pub checks: Vec<Uuid>,
}

/// A verdict that was given just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its row.
    pub id: Uuid,
    /// Where the application stands now.
    pub status: Status,
    /// Until when it can be taken back; its mail waits that long.
    pub undo_until: Timestamp,
}

/// A verdict that passed its rules.
struct Checked {
    verdict: Verdict,
    reason_title: Option<String>,
    text: Option<String>,
    marks: Vec<Mark>,
    checks: Vec<String>,
}

impl VerdictForm {
    /// Checks the form against the lists of the desk.
    async fn check(&self, conn: &mut Conn, row: &CaseRow) -> Result<Checked> {
        let text = self.text.trim();
        let mut issues = Vec::new();
        let mut note = |field, problem| issues.push(Issue::new(field, problem));
        let mut checked = Checked::bare(self.verdict);
        checked.text = Some(text.to_owned()).filter(|text| !text.is_empty());
        match self.verdict {
            Verdict::Approve => {
                let items = case::checks(conn, row.role).await?;
                let left = items.iter().filter(|item| !self.checks.contains(&item.id)).count();
                if left > 0 {
                    note(Field::Checks, Problem::ChecksLeft { count: left });
                }
                checked.text = None;
                checked.checks = items.into_iter().map(|item| item.text).collect();
            }
            Verdict::Return => {
                for (field, text) in &self.marks {
                    // The place of an access that is renewed is that access's.
                    let held =
                        row.renews_last.is_some() && matches!(field, Field::Institution | Field::WorkUnit | Field::Nib);
                    if held || !is_markable(*field, row.role) {
                        note(*field, Problem::NotOffered);
                        continue;
                    }
                    match Mark::parse(*field, text) {
                        Ok(mark) => checked.marks.push(mark),
                        Err(problem) => note(*field, problem),
                    }
                }
                if self.marks.is_empty() {
                    note(Field::Marks, Problem::NothingMarked);
                }
                if !text.is_empty()
                    && let Err(problem) = check_paragraphs(text, 1..=*REASON_LENGTH.end())
                {
                    note(Field::Reason, problem);
                }
            }
            Verdict::Reject => {
                match self.reason {
                    None => note(Field::ReasonTitle, Problem::Missing),
                    Some(id) => {
                        let title: Option<(String,)> = fetch_optional!(
                            conn,
                            (String,),
                            "SELECT title FROM reasons WHERE id = $1 AND retired_at IS NULL",
                            id
                        )?;
                        match title {
                            Some((title,)) => checked.reason_title = Some(title),
                            None => note(Field::ReasonTitle, Problem::NotOffered),
                        }
                    }
                }
                if let Err(problem) = check_paragraphs(text, REASON_LENGTH) {
                    note(Field::Reason, problem);
                }
            }
        }
        if issues.is_empty() { Ok(checked) } else { Err(Error::Invalid(issues)) }
    }
}

impl Checked {
    /// The verdict alone.
    const fn bare(verdict: Verdict) -> Self {
        Self { verdict, reason_title: None, text: None, marks: Vec::new(), checks: Vec::new() }
    }

    /// Its mail; an approval gives the period `granted`.
    fn mail(&self, row: &CaseRow, id: Uuid, granted: Validity) -> Mail {
        let validity = if self.verdict == Verdict::Approve { Some(granted) } else { row.stated() };
        let (name, case) = (row.name.clone(), row.mail_case(id, validity));
        match self.verdict {
            Verdict::Approve => Mail::Approved { name, case },
            Verdict::Return => Mail::Returned { name, case, marks: self.marks.clone(), text: self.text.clone() },
            Verdict::Reject => {
                let reason = case::refusal(self.reason_title.as_deref(), self.text.as_deref()).unwrap_or_default();
                Mail::Rejected { name, case, reason }
            }
        }
    }

    const fn action(&self) -> Action {
        match self.verdict {
            Verdict::Approve => Action::ApplicationApproved,
            Verdict::Return => Action::ApplicationReturned,
            Verdict::Reject => Action::ApplicationRejected,
        }
    }
}

/// The mail that a verdict would send. Writes nothing.
///
/// # Errors
/// As [`decide`], but for what only the moment of the verdict can tell.
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

/// Gives the verdict: what it changes, the access of an approval, the mail, in one transaction. It needs the lease; of
/// two verdicts at one instant, one wins. The mail waits until the verdict can no longer be taken back.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`], also when the scope was narrowed meanwhile; what is wrong with the form;
/// [`Conflict::OwnApplication`], [`Conflict::AlreadyDecided`], [`Conflict::StatusChanged`], [`Conflict::HeldBy`],
/// [`Conflict::LeaseEnded`], [`Conflict::OverlappingAccess`], [`Conflict::AccessForCompany`].
pub async fn decide(backend: &Backend, actor: &Actor, id: Uuid, form: &VerdictForm) -> Result<Given> {
    actor.require(Permission::Verify)?;
    let (verdict_id, now) = (backend.world.id(), backend.world.now());
    let mut tx = backend.db.begin().await?;
    let actor = &actor.anew(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    tx.lock_user(row.user_id).await?;
    let checked = form.check(&mut tx, &row).await?;
    let status = Status::InReview.after(form.verdict.action()).ok_or(Error::NotFound)?;
    let granted = row.period(now);
    let mail = checked.mail(&row, id, granted);
    let mail_id = backend.post_at(&mut tx, &row.email, &mail, now.plus(UNDO)).await?;
    execute!(
        tx,
        "INSERT INTO verdicts (id, application_id, verdict, reason_title, reason, marks, checks, institution_id, role,
             sent_at, decided_by, decided_at, mail_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        verdict_id,
        id,
        form.verdict.as_str(),
        &checked.reason_title,
        &checked.text,
        Json(&checked.marks),
        Json(&checked.checks),
        row.institution_id,
        row.role.as_str(),
        row.submitted_at,
        actor.user_id,
        now.micros(),
        mail_id
    )?;
    // The guard: what was seen, held by this verifier now, not their own, and theirs to decide still.
    let changed = execute!(
        tx,
        "UPDATE applications SET status = $3, version = version + 1, decision_id = $4, updated_at = $5,
             decided_at = CASE WHEN $3 = 'returned' THEN NULL ELSE $5 END,
             assigned_to = CASE WHEN $3 = 'returned' THEN $6 END, lease_holder = NULL, lease_ends_at = NULL
         WHERE id = $1 AND version = $2 AND status = 'in_review' AND lease_holder = $6 AND lease_ends_at > $5
           AND user_id <> $6
           AND EXISTS (SELECT 1 FROM users u WHERE u.id = $6 AND u.disabled_at IS NULL
                         AND u.staff_role IN ('verifier', 'supervisor')
                         AND (u.staff_national OR EXISTS (SELECT 1 FROM staff_institutions s
                                WHERE s.user_id = u.id AND s.institution_id = applications.institution_id)))",
        id,
        form.version,
        status.as_str(),
        verdict_id,
        now.micros(),
        actor.user_id
    )?;
    if changed == 0 {
        // What was written so far goes with this transaction.
        return Err(Error::Conflict(find(&mut tx, actor, id).await?.obstacle(actor, now)?));
    }
    if status.is_decided() {
        history::index_words(&mut tx, id, &row, actor.user_id).await?;
    }
    if form.verdict == Verdict::Approve {
        grant(backend, &mut tx, &row, id, granted, now).await?;
    }
    let detail = (&checked.reason_title, &checked.text, &checked.marks);
    backend.record(&mut tx, actor, checked.action(), Some(id), detail)?;
    tx.notify(row.notice(id));
    tx.commit().await?;
    Ok(Given { id: verdict_id, status, undo_until: now.plus(UNDO) })
}

/// The access of an approval; one that was taken away when the case was reopened comes back, for what is approved now.
async fn grant(
    backend: &Backend,
    tx: &mut Tx,
    row: &CaseRow,
    id: Uuid,
    validity: Validity,
    now: Timestamp,
) -> Result<()> {
    refuse_overlap(tx, row.user_id, row.role, row.place(), validity).await?;
    // An end on another day is reminded of anew.
    execute!(
        tx,
        "DELETE FROM access_reminders
         WHERE access_id IN (SELECT id FROM accesses WHERE application_id = $1 AND last_day <> $2)",
        id,
        validity.last()
    )?;
    execute!(
        tx,
        "INSERT INTO accesses (id, user_id, application_id, profile_type, role, institution_id, work_unit_id,
             first_day, last_day, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (application_id) DO UPDATE SET revoked_at = NULL, profile_type = excluded.profile_type,
             role = excluded.role, institution_id = excluded.institution_id, work_unit_id = excluded.work_unit_id,
             first_day = excluded.first_day, last_day = excluded.last_day",
        backend.world.id(),
        row.user_id,
        id,
        row.profile_type.as_str(),
        row.role.as_str(),
        row.institution_id,
        row.work_unit_id,
        validity.first(),
        validity.last(),
        now.micros()
    )?;
    if let Some(address) = &row.address {
        // The first approved becomes the work unit's.
        execute!(
            tx,
            "UPDATE work_units SET address = $2, updated_at = $3 WHERE id = $1 AND address IS NULL",
            row.work_unit_id,
            address,
            now.micros()
        )?;
    }
    Ok(())
}

/// Takes away what [`grant`] gave: an access of this very moment as if it had never been; an older one, or one that
/// entered a platform or is being renewed already, by revoking it; and the address, if no other approved application
/// gave the work unit one.
async fn withhold(
    backend: &Backend,
    tx: &mut Tx,
    row: &CaseRow,
    id: Uuid,
    granted_at: Timestamp,
    now: Timestamp,
    undo: bool,
) -> Result<()> {
    if undo {
        // In PostgreSQL, a reminder that is being written is waited for, so that it is among those deleted.
        let sql = tx.dialect().pick(
            "SELECT id FROM accesses WHERE application_id = $1 AND created_at = $2",
            "SELECT id FROM accesses WHERE application_id = $1 AND created_at = $2 FOR UPDATE",
        );
        let fresh: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), sql, id, granted_at.micros())?;
        if let Some((access_id,)) = fresh {
            execute!(tx, "DELETE FROM access_reminders WHERE access_id = $1", access_id)?;
            execute!(
                tx,
                "DELETE FROM accesses WHERE id = $1
                   AND NOT EXISTS (SELECT 1 FROM oidc_grants g WHERE g.access_id = accesses.id)
                   AND NOT EXISTS (SELECT 1 FROM platform_choices c WHERE c.access_id = accesses.id)
                   AND NOT EXISTS (SELECT 1 FROM acceptances p WHERE p.access_id = accesses.id)
                   AND NOT EXISTS (SELECT 1 FROM applications r WHERE r.renews_id = accesses.id)",
                access_id
            )?;
        }
    }
    let revoked: Option<(Uuid,)> = fetch_optional!(
        tx,
        (Uuid,),
        "UPDATE accesses SET revoked_at = $2 WHERE application_id = $1 AND revoked_at IS NULL RETURNING id",
        id,
        now.micros()
    )?;
    if let Some((access_id,)) = revoked {
        end_grants(backend, tx, Why::AccessRevoked, GrantsOf::Access(access_id)).await?;
    }
    execute!(
        tx,
        "UPDATE work_units SET address = NULL, updated_at = $3 WHERE id = $1 AND address = $4
           AND NOT EXISTS (SELECT 1 FROM applications o WHERE o.work_unit_id = $1 AND o.id <> $2
                             AND o.status = 'approved' AND o.address IS NOT NULL)",
        row.work_unit_id,
        id,
        now.micros(),
        &row.address
    )?;
    Ok(())
}

/// Takes a verdict back within its seconds (**Urungkan**): the mail is not sent, the case is held again.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] if the verdict is not this verifier's; [`Conflict::UndoTooLate`];
/// [`Conflict::StatusChanged`], [`Conflict::OpenApplication`], [`Conflict::OpenForCompany`] if the applicant went on
/// meanwhile.
pub async fn undo(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    actor.require(Permission::Verify)?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.anew(&mut tx, Permission::Verify).await?;
    let row = find(&mut tx, actor, id).await?;
    tx.lock_user(row.user_id).await?;
    let decision = row.decision(actor)?.filter(|decision| decision.mine).ok_or(Error::NotFound)?;
    if decision.at.plus(UNDO) <= now {
        return Err(Error::Conflict(Conflict::UndoTooLate));
    }
    refuse_second(&mut tx, row.user_id, row.role, row.place(), id).await?;
    let undone: Option<(Option<Uuid>,)> = fetch_optional!(
        tx,
        (Option<Uuid>,),
        "UPDATE verdicts SET undone_by = $2, undone_at = $3 WHERE id = $1 AND undone_at IS NULL RETURNING mail_id",
        decision.id,
        actor.user_id,
        now.micros()
    )?;
    let Some((Some(mail_id),)) = undone else { return Err(Error::Conflict(Conflict::UndoTooLate)) };
    if !backend.cancel_mail(&mut tx, mail_id).await? {
        return Err(Error::Conflict(Conflict::UndoTooLate));
    }
    let before: Option<(Uuid, String, Uuid)> = fetch_optional!(
        tx,
        (Uuid, String, Uuid),
        "SELECT id, verdict, decided_by FROM verdicts WHERE application_id = $1 AND undone_at IS NULL
         ORDER BY decided_at DESC, id DESC LIMIT 1",
        id
    )?;
    let asked_by = before.as_ref().filter(|(_, verdict, _)| verdict == "return").map(|(_, _, by)| *by);
    let changed = execute!(
        tx,
        "UPDATE applications SET status = 'in_review', version = version + 1, decision_id = $3, decided_at = NULL,
             updated_at = $4, assigned_to = $5, lease_holder = $6, lease_ends_at = $7
         WHERE id = $1 AND decision_id = $2 AND status IN ('approved', 'returned', 'rejected') AND updated_at = $8",
        id,
        decision.id,
        before.map(|(id, ..)| id),
        now.micros(),
        asked_by,
        actor.user_id,
        now.plus(LEASE).micros(),
        decision.at.micros() // the applicant, to whom it was returned, has changed nothing yet
    )?;
    if changed == 0 {
        return Err(Error::Conflict(row.changed()));
    }
    if decision.verdict == Verdict::Approve {
        withhold(backend, &mut tx, &row, id, decision.at, now, true).await?;
    }
    backend.record(&mut tx, actor, Action::VerdictUndone, Some(id), decision.verdict.as_str())?;
    tx.notify(row.notice(id));
    tx.commit().await
}

/// Opens a decided case again (**Buka kembali**): back into the queue at its old place; an access that it gave is
/// revoked; the applicant is told; the verdict stays in the trail.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; what is wrong with the reason; [`Conflict::OwnApplication`];
/// [`Conflict::StatusChanged`] if it is not decided; [`Conflict::OpenApplication`] or [`Conflict::OpenForCompany`] if the
/// person has a newer one.
pub async fn reopen(backend: &Backend, actor: &Actor, id: Uuid, reason: &str) -> Result<()> {
    actor.require(Permission::Supervise)?;
    let reason = reason.trim();
    check_paragraphs(reason, REASON_LENGTH).map_err(|problem| Error::invalid(Field::Reason, problem))?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.anew(&mut tx, Permission::Supervise).await?;
    let row = find(&mut tx, actor, id).await?;
    tx.lock_user(row.user_id).await?;
    if row.user_id == actor.user_id {
        return Err(Error::Conflict(Conflict::OwnApplication));
    }
    let changed_meanwhile = || Error::Conflict(row.changed());
    let decision = row.decision(actor)?.filter(|_| row.status.is_decided()).ok_or_else(changed_meanwhile)?;
    refuse_second(&mut tx, row.user_id, row.role, row.place(), id).await?;
    let changed = execute!(
        tx,
        "UPDATE applications SET status = 'submitted', version = version + 1, decision_id = NULL, decided_at = NULL,
             updated_at = $3, assigned_to = NULL, lease_holder = NULL, lease_ends_at = NULL
         WHERE id = $1 AND decision_id = $2 AND status IN ('approved', 'rejected')",
        id,
        decision.id,
        now.micros()
    )?;
    if changed == 0 {
        return Err(changed_meanwhile());
    }
    let (mail_id,): (Option<Uuid>,) = fetch_one!(
        tx,
        (Option<Uuid>,),
        "UPDATE verdicts SET undone_by = $2, undone_at = $3, undone_reason = $4 WHERE id = $1 RETURNING mail_id",
        decision.id,
        actor.user_id,
        now.micros(),
        reason
    )?;
    if let Some(mail_id) = mail_id {
        // It may still wait for its seconds or for a mail server that takes it; the one below must be the last word.
        backend.overrule_mail(&mut tx, mail_id).await?;
    }
    if decision.verdict == Verdict::Approve {
        withhold(backend, &mut tx, &row, id, decision.at, now, false).await?;
    }
    let mail = Mail::Reopened {
        name: row.name.clone(),
        case: row.mail_case(id, row.stated()),
        reason: reason.to_owned(),
        revoked: decision.verdict == Verdict::Approve,
    };
    backend.post(&mut tx, &row.email, &mail).await?;
    backend.record(&mut tx, actor, Action::CaseReopened, Some(id), reason)?;
    tx.notify(row.notice(id));
    tx.commit().await
}
