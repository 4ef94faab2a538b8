//! What a person sees of their applications.

use domain::{
    applications::{
        answers::Answers,
        company::Nib,
        fields,
        texts::{notice, repair_lines},
        views::{Detail, Milestone, QueuePlace, Summary},
    },
    calendar::Promise,
    indonesian,
    role::{ProfileType, Role},
    status::Status,
    time::Timestamp,
    validity::Validity,
    verification::Mark,
};
use sqlx::types::Json;
use time::Date;
use uuid::Uuid;

use super::{stored::find, texts};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{
        fetch_all, fetch_optional,
        literals::{REJECTED, UNFINISHED, WAITING, WITHDRAWN},
        sql,
    },
    documents::receipt::receipt as write_receipt,
    error::{Error, Result},
    verification::refusal,
};

#[derive(sqlx::FromRow)]
struct SummaryRow {
    id: Uuid,
    #[sqlx(try_from = "String")]
    status: Status,
    reference: Option<String>,
    #[sqlx(try_from = "String")]
    role: Role,
    answers: Json<Answers>,
    institution: Option<String>,
    work_unit_code: Option<String>,
    work_unit: Option<String>,
    updated_at: i64,
    submitted_at: Option<i64>,
    decided_at: Option<i64>,
    reason_title: Option<String>,
    reason: Option<String>,
    marks: Option<Json<Vec<Mark>>>,
    reopened_at: Option<i64>,
    reopened_reason: Option<String>,
    revoked: bool,
    first_day: Option<Date>,
    last_day: Option<Date>,
    address: Option<String>,
    place: i64,
    waiting: i64,
}

/// The rows of a person's applications. `place` counts through the partial index of those that wait. The period of a
/// supplier is that of the access that came of it.
macro_rules! select {
    ($filter:expr) => {
        sql!(
            "SELECT a.id, a.status, a.reference, a.role, a.answers, coalesce(i.name, 'NIB ' || k.nib) AS institution,
                    w.code AS work_unit_code, coalesce(w.name, k.name) AS work_unit, a.updated_at, a.submitted_at,
                    a.decided_at, d.reason_title, d.reason, d.marks, coalesce(a.first_day, g.first_day) AS first_day,
                    coalesce(a.last_day, g.last_day) AS last_day, a.address, o.undone_at AS reopened_at,
                    o.undone_reason AS reopened_reason,
                    EXISTS (SELECT 1 FROM accesses c
                            WHERE c.application_id = a.id AND c.revoked_at IS NOT NULL) AS revoked,
                    CASE WHEN a.status IN {WAITING} THEN (
                        SELECT count(*) FROM applications q
                        WHERE q.status IN {WAITING} AND q.submitted_at <= a.submitted_at
                    ) ELSE 0 END AS place,
                    CASE WHEN a.status IN {WAITING} THEN (
                        SELECT count(*) FROM applications q WHERE q.status IN {WAITING}
                    ) ELSE 0 END AS waiting
             FROM applications a
             LEFT JOIN institutions i ON i.id = a.institution_id
             LEFT JOIN work_units w ON w.id = a.work_unit_id
             LEFT JOIN companies k ON k.application_id = a.id
             LEFT JOIN accesses g ON g.application_id = a.id AND g.revoked_at IS NULL
             LEFT JOIN verdicts d ON d.id = a.decision_id
             LEFT JOIN verdicts o ON o.id = (
                 SELECT v.id FROM verdicts v WHERE v.application_id = a.id AND v.undone_reason IS NOT NULL
                 ORDER BY v.decided_at DESC, v.id DESC LIMIT 1)
             WHERE a.user_id = $1 AND {} ORDER BY a.updated_at DESC, a.id DESC LIMIT 100",
            $filter
        )
    };
}

/// The applications that Manajemen Akses shows: drafts, those that wait, and those refused and not tried again.
///
/// # Errors
/// If the database does not answer.
pub async fn open(backend: &Backend, actor: &Actor) -> Result<Vec<Summary>> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<SummaryRow> = fetch_all!(
        conn,
        SummaryRow,
        select!(format_args!(
            "(a.status IN {UNFINISHED} OR a.status = {REJECTED} AND NOT EXISTS (
                SELECT 1 FROM applications n WHERE n.previous_id = a.id AND n.status <> {WITHDRAWN}))"
        )),
        actor.user_id
    )?;
    Ok(summaries(backend, actor, rows))
}

/// All the person ever sent, for Pengaturan Informasi Instansi/Perusahaan.
///
/// # Errors
/// If the database does not answer.
pub async fn history(backend: &Backend, actor: &Actor) -> Result<Vec<Summary>> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<SummaryRow> = fetch_all!(conn, SummaryRow, select!("a.reference IS NOT NULL"), actor.user_id)?;
    Ok(summaries(backend, actor, rows))
}

fn summaries(backend: &Backend, actor: &Actor, rows: Vec<SummaryRow>) -> Vec<Summary> {
    let (holidays, today) = (backend.master_data.holidays(), backend.world.today(actor.zone));
    rows.into_iter()
        .map(|row| {
            let (company, nib) = typed_company(&row);
            let submitted_at = row.submitted_at.map(Timestamp::from_micros);
            let waits = row.status.is_waiting();
            let reopened =
                row.reopened_at.map(Timestamp::from_micros).zip(row.reopened_reason).filter(|_| row.status.is_open());
            let promised = submitted_at.filter(|sent| waits && reopened.as_ref().is_none_or(|(at, _)| at < sent));
            let reopened = reopened.as_ref().map(|(at, reason)| (*at, reason.as_str()));
            Summary {
                id: row.id,
                status: row.status,
                reference: row.reference,
                role: row.role,
                institution: row.institution.or(nib),
                work_unit_code: row.work_unit_code,
                work_unit: row.work_unit.or(company),
                updated_at: Timestamp::from_micros(row.updated_at),
                submitted_at,
                decided_at: row.decided_at.map(Timestamp::from_micros),
                reason: refusal(row.reason_title.as_deref(), row.reason.as_deref())
                    .filter(|_| row.status == Status::Rejected),
                notice: notice(row.status, reopened, row.revoked, actor.zone),
                repair: row
                    .marks
                    .filter(|_| row.status == Status::Returned)
                    .map(|Json(marks)| repair_lines(row.role, row.reason, &marks))
                    .unwrap_or_default(),
                place: waits.then(|| QueuePlace {
                    place: u32::try_from(row.place).unwrap_or(0),
                    of: u32::try_from(row.waiting).unwrap_or(0),
                }),
                promise: promised.map(|sent| Promise::new(sent.date(actor.zone), today, &holidays)),
            }
        })
        .collect()
}

/// Name and number of the company as far as they are in a draft; what was sent stands in `companies`.
fn typed_company(row: &SummaryRow) -> (Option<String>, Option<String>) {
    let typed = &row.answers.0.company;
    let name = typed.name.trim();
    ((!name.is_empty()).then(|| name.to_owned()), Nib::parse(&typed.nib).ok().map(|nib| nib.label()))
}

/// The person's own application, for its status page.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn detail(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Detail> {
    let (stored, row) = {
        let mut conn = backend.db.read().await?;
        let (_, stored) = find(&mut conn, backend, actor, id).await?;
        let row: Option<SummaryRow> = fetch_optional!(conn, SummaryRow, select!("a.id = $2"), actor.user_id, id)?;
        (stored, row)
    };
    let mut row = row.ok_or(Error::NotFound)?;
    let validity = row.first_day.zip(row.last_day).and_then(|(first, last)| Validity::new(first, last));
    let address = row.address.take();
    Ok(Detail {
        summary: summaries(backend, actor, vec![row]).pop().ok_or(Error::NotFound)?,
        draft: stored.draft,
        validity,
        address,
        repair: stored.repair,
        renews: stored.renews.map(|(_, period)| period),
        timeline: milestones(&timeline(backend, actor, id).await?),
        now: backend.world.now(),
        email: actor.email.clone(),
    })
}

/// The events of [`timeline`] as their owner sees them.
fn milestones(events: &[(Timestamp, Action)]) -> Vec<(Timestamp, Milestone)> {
    let mut submitted = false;
    let milestones = events.iter().filter_map(|(at, action)| {
        let milestone = match action {
            Action::DraftStarted => Milestone::Started,
            Action::ApplicationSubmitted if submitted => Milestone::SubmittedAgain,
            Action::ApplicationSubmitted => {
                submitted = true;
                Milestone::Submitted
            }
            Action::CaseClaimed => Milestone::InReview,
            Action::ApplicationApproved => Milestone::Approved,
            Action::ApplicationReturned => Milestone::Returned,
            Action::ApplicationRejected => Milestone::Rejected,
            Action::ApplicationWithdrawn => Milestone::Withdrawn,
            Action::CaseReopened => Milestone::Reopened,
            _ => return None,
        };
        Some((*at, milestone))
    });
    milestones.collect()
}

/// What happened to the person's own application, oldest first: what and when, not who.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn timeline(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Vec<(Timestamp, Action)>> {
    let mut conn = backend.db.read().await?;
    // Not what the desk looked at, nor who held the case when.
    let events: Vec<(i64, String)> = fetch_all!(
        conn,
        (i64, String),
        "SELECT at, action FROM audit_events WHERE subject_id = $1
           AND EXISTS (SELECT 1 FROM applications WHERE id = $1 AND user_id = $2)
           AND action IN ('draft_started', 'draft_lapsed', 'application_submitted', 'application_withdrawn', 'case_claimed',
                          'application_approved', 'application_returned', 'application_rejected', 'verdict_undone',
                          'case_reopened')
         ORDER BY at, seq, id",
        id,
        actor.user_id
    )?;
    if events.is_empty() {
        find(&mut conn, backend, actor, id).await?;
    }
    let events =
        events.into_iter().filter_map(|(at, action)| Some((Timestamp::from_micros(at), Action::parse(&action)?)));
    Ok(told(events))
}

/// What of the trail the person is told: a verdict that was taken back within its seconds is none, and a case that one
/// verifier gave to another is under review as before.
fn told(events: impl Iterator<Item = (Timestamp, Action)>) -> Vec<(Timestamp, Action)> {
    let is_verdict = |action| {
        matches!(action, Action::ApplicationApproved | Action::ApplicationReturned | Action::ApplicationRejected)
    };
    let mut told: Vec<(Timestamp, Action)> = Vec::new();
    for (at, action) in events {
        match action {
            Action::VerdictUndone => {
                if let Some(verdict) = told.iter().rposition(|(_, action)| is_verdict(*action)) {
                    told.remove(verdict);
                }
            }
            Action::CaseClaimed if told.last().is_some_and(|(_, last)| *last == Action::CaseClaimed) => {}
            action => told.push((at, action)),
        }
    }
    told
}

/// The receipt of a submitted application (**Unduh bukti**): its number and a PDF.
///
/// # Errors
/// [`Error::NotFound`], also for a draft and for an application that is back for repair: what they hold was not sent.
pub async fn receipt(backend: &Backend, actor: &Actor, id: Uuid) -> Result<(String, Vec<u8>)> {
    let detail = detail(backend, actor, id).await?;
    let submitted = detail.summary.submitted_at.filter(|_| detail.summary.status != Status::Returned);
    let (Some(reference), Some(sent)) = (detail.summary.reference.clone(), submitted) else {
        return Err(Error::NotFound);
    };
    let mut facts = vec![
        (texts::REFERENCE, reference.clone()),
        (texts::NAME, actor.name.clone()),
        (texts::ROLE, detail.draft.role.title()),
    ];
    facts.extend(entered_facts(&detail));
    facts.push((texts::SUBMITTED_AT, indonesian::date_time_with_weekday(sent, actor.zone)));
    facts.push((texts::STATUS, detail.summary.status.label().to_owned()));
    facts.push((texts::DOWNLOADED_AT, indonesian::date_time_with_weekday(detail.now, actor.zone)));
    Ok((reference, write_receipt(texts::TITLE, &facts, texts::NOTE)?))
}

/// What was entered into the form, as the receipt lists it: for an official, place and period come before what was
/// typed; for a supplier, the period follows.
fn entered_facts(detail: &Detail) -> Vec<(&'static str, String)> {
    let (summary, draft) = (&detail.summary, detail.submitted());
    let period = detail.validity.map(|period| (texts::VALIDITY, indonesian::period(period.first(), period.last())));
    let typed = fields::typed(draft.profile_type)
        .filter(|(field, _)| draft.asks(*field))
        .map(|(_, typed)| (typed.receipt_label, (typed.text)(&draft.answers)));
    let mut facts: Vec<(&'static str, String)> = match draft.profile_type {
        ProfileType::Penyedia => typed.chain(period).collect(),
        ProfileType::NonPenyedia => {
            let code = summary.work_unit_code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
            let place = [
                (texts::INSTITUTION, summary.institution.clone().unwrap_or_default()),
                (texts::WORK_UNIT, format!("{}{code}", summary.work_unit.as_deref().unwrap_or_default())),
            ];
            place.into_iter().chain(period).chain(typed).collect()
        }
    };
    facts.extend(draft.letter.map(|letter| (draft.role.info().letter, letter.file_name)));
    facts
}

#[cfg(test)]
mod tests {
    use super::{Action, Timestamp, told};

    #[test]
    fn a_timeline_tells_what_stands() {
        use Action::{
            ApplicationApproved, ApplicationReturned, ApplicationSubmitted, CaseClaimed, CaseReopened, VerdictUndone,
        };
        let events = [
            ApplicationSubmitted,
            CaseClaimed,
            CaseClaimed,
            ApplicationReturned,
            VerdictUndone,
            ApplicationReturned,
            ApplicationSubmitted,
            CaseClaimed,
            ApplicationApproved,
            CaseReopened,
        ];
        let events = events.into_iter().zip(0..).map(|(action, nth)| (Timestamp::from_micros(nth), action));
        let told: Vec<_> = told(events).into_iter().map(|(at, action)| (at.micros(), action)).collect();
        let expected = [
            (0, ApplicationSubmitted),
            (1, CaseClaimed),
            (5, ApplicationReturned),
            (6, ApplicationSubmitted),
            (7, CaseClaimed),
            (8, ApplicationApproved),
            (9, CaseReopened),
        ];
        assert_eq!(told, expected);
    }
}
