//! Reading the page of a case, and noting in the trail that it was viewed.

use std::time::Duration;

use domain::{
    calendar::Deadline,
    permission::Permission,
    role::Role,
    status::Status,
    time::Timestamp,
    validity::Validity,
    verification::{
        CaseFile, CaseLetter, CheckItem, Decision, EarlierApplication, Holder, OtherAccess, Reason, SameLetter, UNDO,
    },
};
use sqlx::types::Json;
use time::Date;
use uuid::Uuid;

use super::{CaseRow, find, shared::shared};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, fetch_all, fetch_optional},
    error::{Error, Result},
};

/// The trail counts views of a case within this time as one.
const ONE_VIEW: Duration = Duration::from_secs(600);
/// Maximum length of each list beside a case.
const MAX_ROWS: i64 = 20;

/// The reason of a rejection in one text: the chosen reason, then what the verifier wrote.
pub(crate) fn refusal(title: Option<&str>, text: Option<&str>) -> Option<String> {
    match (title, text.filter(|text| !text.is_empty())) {
        (Some(title), Some(text)) => Some(format!("{title}. {text}")),
        (title, text) => title.or(text).map(str::to_owned),
    }
}

/// Reads a case with everything that the desk needs to decide it.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`StatusChanged`](domain::issues::conflict::Conflict::StatusChanged) while the
/// applicant repairs it.
pub async fn case_file(backend: &Backend, actor: &Actor, id: Uuid) -> Result<CaseFile> {
    actor.require(Permission::Verify)?;
    let mut conn = backend.db.read().await?;
    let row = find(&mut conn, actor, id).await?;
    let (now, today) = (backend.world.now(), backend.world.today(actor.zone));
    let submitted_at = Timestamp::from_micros(row.submitted_at);
    let deadline = Deadline::new(submitted_at.date(actor.zone), today, &backend.master_data.holidays());
    let kind = row.employee_number_kind.as_deref().map(str::parse).transpose().map_err(Error::internal)?;
    let decision = row.decision(actor)?;
    let undo_until = decision.as_ref().and_then(|decision| undo_until(&row, decision, now));
    Ok(CaseFile {
        id,
        version: row.version,
        status: row.status,
        submitted_at,
        deadline,
        company: row.company()?,
        answers: row.answers.0.clone(),
        validity: row.stated().unwrap_or_else(|| row.period(now)),
        over: row.applied_for().is_some_and(|period| period.last() < today),
        own: row.user_id == actor.user_id,
        close: row.close,
        shared: shared(&mut conn, actor, &row, now).await?,
        supervises: actor.may(Permission::Supervise),
        now,
        earlier: earlier(&mut conn, actor, id, &row).await?,
        others: others(&mut conn, id, &row, today).await?,
        same_letter: same_letter(&mut conn, actor, id, &row).await?,
        checks: checks(&mut conn, row.role).await?,
        reasons: reasons(&mut conn).await?,
        renews: row.renews_first.zip(row.renews_last).and_then(|(first, last)| Validity::new(first, last)),
        holder: holder(&row, actor, now),
        decision,
        undo_until,
        document: CaseLetter {
            id: row.document_id,
            version: row.version,
            file_name: row.file_name,
            bytes: u64::try_from(row.bytes).unwrap_or(0),
            pages: u32::try_from(row.pages).unwrap_or(0),
        },
        reference: row.reference,
        name: row.name,
        email: row.email.as_str().to_owned(),
        employee_number: kind.zip(row.employee_number),
        role: row.role,
        institution: (row.institution, row.kd_klpd),
        work_unit: (row.work_unit, row.code),
        address: row.address,
        address_on_record: row.address_on_record,
        sirup: row.sirup_account.map(|Json(account)| account),
    })
}

fn holder(row: &CaseRow, actor: &Actor, now: Timestamp) -> Option<Holder> {
    let (holder, until) = row.lease(now)?;
    Some(Holder { name: row.holder_name.clone().unwrap_or_default(), mine: holder == actor.user_id, until })
}

/// Until when the verifier can undo the verdict. After the applicant withdrew or submitted the case again, there is nothing
/// to undo.
fn undo_until(row: &CaseRow, decision: &Decision, now: Timestamp) -> Option<Timestamp> {
    let stands = row.status.is_decided() || row.status == Status::Returned;
    let until = decision.at.plus(UNDO);
    (decision.mine && stands && until > now).then_some(until)
}

/// Other applications of the person, latest first.
async fn earlier(conn: &mut Conn, actor: &Actor, id: Uuid, row: &CaseRow) -> Result<Vec<EarlierApplication>> {
    #[derive(sqlx::FromRow)]
    struct Found {
        id: Uuid,
        reference: String,
        #[sqlx(try_from = "String")]
        status: Status,
        #[sqlx(try_from = "String")]
        role: Role,
        work_unit: Option<String>,
        institution_id: Option<Uuid>,
        decided_at: Option<i64>,
        reason_title: Option<String>,
        reason: Option<String>,
    }
    let found: Vec<Found> = fetch_all!(
        conn,
        Found,
        "SELECT a.id, a.reference, a.status, a.role, coalesce(w.name, k.name) AS work_unit, a.decided_at,
                x.reason_title, x.reason, s.institution_id
         FROM applications a JOIN submissions s ON s.application_id = a.id
         LEFT JOIN verdicts x ON x.id = a.decision_id
         LEFT JOIN work_units w ON w.id = s.work_unit_id AND a.repair_began_at IS NULL
         LEFT JOIN companies k ON k.application_id = a.id
         WHERE a.user_id = $1 AND a.id <> $2
         ORDER BY s.submitted_at DESC, a.id LIMIT $3",
        row.user_id,
        id,
        MAX_ROWS
    )?;
    let earlier = found.into_iter().map(|found| EarlierApplication {
        id: found.id,
        reference: found.reference,
        status: found.status,
        role: found.role,
        work_unit: found.work_unit,
        decided_at: found.decided_at.map(Timestamp::from_micros),
        reason: refusal(found.reason_title.as_deref(), found.reason.as_deref()),
        in_scope: actor.scope.covers(found.institution_id),
    });
    Ok(earlier.collect())
}

/// Accesses with the same role at the same place: of PA at the institution, of KPA at the work unit, of a supplier for the
/// company. A second one is possible, since acting officials exist, but worth checking.
async fn others(conn: &mut Conn, id: Uuid, row: &CaseRow, today: Date) -> Result<Vec<OtherAccess>> {
    let by_institution = "SELECT u.name, c.user_id, w.name, c.first_day, c.last_day
         FROM accesses c JOIN users u ON u.id = c.user_id JOIN work_units w ON w.id = c.work_unit_id
         WHERE c.institution_id = $1 AND c.role = $2 AND c.revoked_at IS NULL AND c.last_day >= $3 AND c.application_id <> $5
         ORDER BY c.last_day DESC, c.id LIMIT $4";
    let by_work_unit = "SELECT u.name, c.user_id, w.name, c.first_day, c.last_day
         FROM accesses c JOIN users u ON u.id = c.user_id JOIN work_units w ON w.id = c.work_unit_id
         WHERE c.work_unit_id = $1 AND c.role = $2 AND c.revoked_at IS NULL AND c.last_day >= $3 AND c.application_id <> $5
         ORDER BY c.last_day DESC, c.id LIMIT $4";
    let by_company = "SELECT u.name, c.user_id, k.name, c.first_day, c.last_day
         FROM companies k JOIN accesses c ON c.application_id = k.application_id JOIN users u ON u.id = c.user_id
         WHERE k.nib = $1 AND c.role = $2 AND c.revoked_at IS NULL AND c.last_day >= $3 AND c.application_id <> $5
         ORDER BY c.last_day DESC, c.id LIMIT $4";
    type Found = (String, Uuid, String, Date, Date);
    let role = row.role.as_str();
    let found: Vec<Found> = match (&row.nib, row.role) {
        (Some(nib), _) => fetch_all!(conn, Found, by_company, nib, role, today, MAX_ROWS, id)?,
        (None, Role::Pa) => fetch_all!(conn, Found, by_institution, row.institution_id, role, today, MAX_ROWS, id)?,
        (None, _) => fetch_all!(conn, Found, by_work_unit, row.work_unit_id, role, today, MAX_ROWS, id)?,
    };
    let others = found.into_iter().filter_map(|(name, user_id, work_unit, first, last)| {
        let same_person = user_id == row.user_id;
        Some(OtherAccess { name, role: row.role, work_unit, validity: Validity::new(first, last)?, same_person })
    });
    Ok(others.collect())
}

/// Other applications with the same file, latest first.
async fn same_letter(conn: &mut Conn, actor: &Actor, id: Uuid, row: &CaseRow) -> Result<Vec<SameLetter>> {
    type Found = (Uuid, String, String, Uuid, Option<Uuid>);
    let found: Vec<Found> = fetch_all!(
        conn,
        Found,
        "SELECT a.id, a.reference, a.applicant_name, a.user_id, s.institution_id
         FROM documents d JOIN applications a ON a.document_id = d.id JOIN submissions s ON s.application_id = a.id
         WHERE d.sha256 = $1 AND a.id <> $2 AND a.repair_began_at IS NULL
         ORDER BY s.submitted_at DESC, a.id LIMIT $3",
        &row.sha256,
        id,
        MAX_ROWS
    )?;
    let same = found.into_iter().map(|(id, reference, name, user_id, institution_id)| SameLetter {
        id,
        reference,
        name,
        same_person: user_id == row.user_id,
        in_scope: actor.scope.covers(institution_id),
    });
    Ok(same.collect())
}

/// The check list of a role, in its order.
pub(super) async fn checks(conn: &mut Conn, role: Role) -> Result<Vec<CheckItem>> {
    let rows: Vec<(Uuid, String)> = fetch_all!(
        conn,
        (Uuid, String),
        "SELECT id, text FROM check_items WHERE role = $1 AND retired_at IS NULL ORDER BY position, id",
        role.as_str()
    )?;
    Ok(rows.into_iter().map(|(id, text)| CheckItem { id, text }).collect())
}

/// The reasons of rejections, in their order.
async fn reasons(conn: &mut Conn) -> Result<Vec<Reason>> {
    let rows: Vec<(Uuid, String, String)> = fetch_all!(
        conn,
        (Uuid, String, String),
        "SELECT id, title, advice FROM reasons WHERE retired_at IS NULL ORDER BY position, id"
    )?;
    Ok(rows.into_iter().map(|(id, title, advice)| Reason { id, title, advice }).collect())
}

/// Notes in the trail that a verifier viewed something of a case; views within ten minutes count as one. A view is a fact
/// and not a change of the case, so GET requests note it too.
pub(super) async fn note_view(backend: &Backend, actor: &Actor, id: Uuid, what: &str) -> Result<()> {
    let since = backend.world.now().minus(ONE_VIEW).micros();
    let detail = serde_json::to_string(what)?;
    let known: Option<(Uuid,)> = {
        let mut conn = backend.db.read().await?;
        fetch_optional!(
            conn,
            (Uuid,),
            "SELECT id FROM audit_events
             WHERE subject_id = $1 AND at > $2 AND actor_id = $3 AND action = 'case_viewed' AND detail = $4 LIMIT 1",
            id,
            since,
            actor.user_id,
            &detail
        )?
    };
    if known.is_none() {
        let mut tx = backend.db.begin().await?;
        backend.record(&mut tx, actor, Action::CaseViewed, Some(id), what)?;
        tx.commit().await?;
    }
    Ok(())
}
