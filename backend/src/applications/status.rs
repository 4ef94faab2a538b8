//! What a person sees of their applications.

use domain::{
    applications::{
        answers::Answers,
        company::{Company, Nib},
        wizard::Draft,
    },
    calendar::Promise,
    indonesian,
    role::Role,
    status::Status,
    time::Timestamp,
    validity::Validity,
    verification::Mark,
};
use sqlx::types::Json;
use time::Date;
use uuid::Uuid;

use super::{
    stored::{Repair, find},
    texts,
};
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

/// One application in a list.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The application.
    pub id: Uuid,
    /// Where it stands.
    pub status: Status,
    /// Its number, once it was sent.
    pub reference: Option<String>,
    /// The role applied for.
    pub role: Role,
    /// Name of the institution, once chosen; of a supplier, the number of the company.
    pub institution: Option<String>,
    /// Code of the work unit.
    pub work_unit_code: Option<String>,
    /// Name of the work unit, once chosen, or of the company.
    pub work_unit: Option<String>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was sent.
    pub submitted_at: Option<Timestamp>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// What is to be repaired, while it is back for that.
    pub repair: Option<Repair>,
    /// That its decision was opened again, until there is a new one.
    pub reopened: Option<Reopened>,
    /// Whether the access that it gave was taken away.
    pub revoked: bool,
    /// Its place in the queue, while it waits.
    pub place: Option<QueuePlace>,
    /// The promise, while it waits; nothing was promised for what was opened again.
    pub promise: Option<Promise>,
}

/// A decision that was opened again by the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// A place in the national queue, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// How many are to be decided up to and with this one.
    pub place: u32,
    /// How many wait in all.
    pub of: u32,
}

#[derive(sqlx::FromRow)]
struct Row {
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
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
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
    let rows: Vec<Row> = fetch_all!(conn, Row, select!("a.reference IS NOT NULL"), actor.user_id)?;
    Ok(summaries(backend, actor, rows))
}

fn summaries(backend: &Backend, actor: &Actor, rows: Vec<Row>) -> Vec<Summary> {
    let (holidays, today) = (backend.master_data.holidays(), backend.world.today(actor.zone));
    rows.into_iter()
        .map(|row| {
            let (company, nib) = typed_company(&row);
            let submitted_at = row.submitted_at.map(Timestamp::from_micros);
            let waits = row.status.is_waiting();
            let reopened = row
                .reopened_at
                .map(Timestamp::from_micros)
                .zip(row.reopened_reason)
                .filter(|_| row.status.is_open())
                .map(|(at, reason)| Reopened { at, reason });
            let promised =
                submitted_at.filter(|sent| waits && reopened.as_ref().is_none_or(|reopened| reopened.at < *sent));
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
                repair: row
                    .marks
                    .filter(|_| row.status == Status::Returned)
                    .map(|Json(marks)| Repair { text: row.reason, marks }),
                place: waits.then(|| QueuePlace {
                    place: u32::try_from(row.place).unwrap_or(0),
                    of: u32::try_from(row.waiting).unwrap_or(0),
                }),
                promise: promised.map(|sent| Promise::new(sent.date(actor.zone), today, &holidays)),
                reopened,
                revoked: row.revoked,
            }
        })
        .collect()
}

/// Name and number of the company as far as they are in a draft; what was sent stands in `companies`.
fn typed_company(row: &Row) -> (Option<String>, Option<String>) {
    let typed = &row.answers.0.company;
    let name = typed.name.trim();
    ((!name.is_empty()).then(|| name.to_owned()), Nib::parse(&typed.nib).ok().map(|nib| nib.label()))
}

/// One application with all that was entered.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Its row of the list.
    pub summary: Summary,
    /// What was entered.
    pub draft: Draft,
    /// The period, once it was sent; of a supplier, once it was approved.
    pub validity: Option<Validity>,
    /// The address that was sent with it.
    pub address: Option<String>,
    /// The period of the access that it is to continue.
    pub renews: Option<Validity>,
}

/// The person's own application, for its status page.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn detail(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Detail> {
    let mut conn = backend.db.read().await?;
    let (_, stored) = find(&mut conn, backend, actor, id).await?;
    let row: Option<Row> = fetch_optional!(conn, Row, select!("a.id = $2"), actor.user_id, id)?;
    let mut row = row.ok_or(Error::NotFound)?;
    let validity = row.first_day.zip(row.last_day).and_then(|(first, last)| Validity::new(first, last));
    let address = row.address.take();
    let summary = summaries(backend, actor, vec![row]).pop().ok_or(Error::NotFound)?;
    Ok(Detail { summary, draft: stored.draft, validity, address, renews: stored.renews.map(|(_, period)| period) })
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
           AND action IN ('draft_started', 'application_submitted', 'application_withdrawn', 'case_claimed',
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

/// The receipt of an application that was sent (**Unduh bukti**): its number and a PDF.
///
/// # Errors
/// [`Error::NotFound`], also for a draft, and for what is back for repair: what is in it was not sent.
pub async fn receipt(backend: &Backend, actor: &Actor, id: Uuid) -> Result<(String, Vec<u8>)> {
    let Detail { summary, draft, validity, address, .. } = detail(backend, actor, id).await?;
    let (Some(reference), Some(sent)) = (summary.reference, summary.submitted_at) else {
        return Err(Error::NotFound);
    };
    if summary.status == Status::Returned {
        return Err(Error::NotFound);
    }
    let mut facts = vec![
        (texts::REFERENCE, reference.clone()),
        (texts::NAME, actor.name.clone()),
        (texts::ROLE, draft.role.title()),
    ];
    match Company::read(&draft.answers.company) {
        Some(company) => facts.extend([
            (texts::COMPANY, company.name.as_str().to_owned()),
            (texts::NPWP, company.npwp.printed()),
            (texts::NIB, company.nib.as_str().to_owned()),
            (texts::COMPANY_ADDRESS, company.address),
        ]),
        None => {
            let code = summary.work_unit_code.map(|code| format!(" ({code})")).unwrap_or_default();
            facts.extend([
                (texts::INSTITUTION, summary.institution.unwrap_or_default()),
                (texts::WORK_UNIT, format!("{}{code}", summary.work_unit.unwrap_or_default())),
            ]);
        }
    }
    facts.extend(validity.map(|period| (texts::VALIDITY, indonesian::period(period.first(), period.last()))));
    facts.extend(address.map(|address| (texts::WORK_UNIT_ADDRESS, address)));
    facts.extend(draft.letter.map(|letter| (draft.role.info().letter, letter.file_name)));
    facts.push((texts::SUBMITTED_AT, indonesian::date_time_with_weekday(sent, actor.zone)));
    facts.push((texts::STATUS, summary.status.label().to_owned()));
    facts.push((texts::DOWNLOADED_AT, indonesian::date_time_with_weekday(backend.world.now(), actor.zone)));
    Ok((reference, write_receipt(texts::TITLE, &facts, texts::NOTE)?))
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
