//! The case page: everything the desk needs to decide.

use std::time::Duration;

use domain::{
    accounts::person::EmployeeNumberKind,
    applications::{company::Company, sirup::SirupAccount},
    calendar::Deadline,
    role::{ProfileType, Role},
    staff::Permission,
    status::{Status, Verdict},
    time::Timestamp,
    validity::Validity,
    verification::{Mark, UNDO},
};
use sqlx::types::Json;
use time::Date;
use uuid::Uuid;

use super::{CaseRow, Holder, find};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, fetch_all, fetch_optional},
    error::{Error, Result},
};

/// How long one look at a case stands for those that follow, in the trail.
const ONE_LOOK: Duration = Duration::from_secs(600);
/// Most rows of each list beside a case.
const MOST: i64 = 20;

/// One application, as the desk sees it.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// The application.
    pub id: Uuid,
    /// The version that a verdict must name.
    pub version: i64,
    /// Where it stands.
    pub status: Status,
    /// Its number.
    pub reference: String,
    /// When it was sent, the last time.
    pub submitted_at: Timestamp,
    /// Until when a decision is promised, on the verifier's calendar.
    pub deadline: Deadline,
    /// The person's name, as sent.
    pub name: String,
    /// The person's e-mail address.
    pub email: String,
    /// NIP or NRP, and its digits, as sent.
    pub employee_number: Option<(EmployeeNumberKind, String)>,
    /// The profile type.
    pub profile_type: ProfileType,
    /// The role applied for.
    pub role: Role,
    /// Name and code of the institution; of a supplier, the number of the company.
    pub institution: (String, Option<String>),
    /// Name and code of the work unit, or the name of the company.
    pub work_unit: (String, Option<String>),
    /// The company of a supplier.
    pub company: Option<Company>,
    /// The period applied for; of a supplier, the one that was given or that an approval now would give.
    pub validity: Validity,
    /// Whether that period is over already.
    pub over: bool,
    /// The address sent with it.
    pub address: Option<String>,
    /// The address that the first approved registrant of the work unit gave.
    pub address_on_record: Option<String>,
    /// What SiRUP said, where it is linked.
    pub sirup: Option<SirupAccount>,
    /// The letter.
    pub document: Document,
    /// The period of the access that it is to continue.
    pub renews: Option<Validity>,
    /// Whether it is the verifier's own.
    pub own: bool,
    /// Who holds it now.
    pub holder: Option<Holder>,
    /// The last verdict that stands: of a decided case the one in force, of a repaired one what was asked for.
    pub decision: Option<Decision>,
    /// Until when whoever gave that verdict can take it back; for them alone.
    pub undo_until: Option<Timestamp>,
    /// Other applications of this person, latest first.
    pub earlier: Vec<Earlier>,
    /// Accesses that are in force or to come: of a PA at this institution, of a KPA at this work unit, of a supplier for
    /// this company.
    pub others: Vec<OtherAccess>,
    /// Where the same file was sent before.
    pub same_letter: Vec<SameLetter>,
    /// What must be ticked before **Setujui**.
    pub checks: Vec<CheckItem>,
    /// What **Tolak** chooses from.
    pub reasons: Vec<Reason>,
}

/// A letter: what its address names, so that another is never shown for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its row.
    pub id: Uuid,
    /// The version of the case that it was read with.
    pub version: i64,
    /// The name that the person gave it.
    pub file_name: String,
    /// Its size.
    pub bytes: u64,
    /// Its number of pages.
    pub pages: u32,
}

/// A verdict that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its row.
    pub id: Uuid,
    /// Which.
    pub verdict: Verdict,
    /// The reason of the list, of a refusal.
    pub reason_title: Option<String>,
    /// The text of a refusal, or above the marks of a repair.
    pub reason: Option<String>,
    /// What is to be repaired.
    pub marks: Vec<Mark>,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether it was this verifier.
    pub mine: bool,
}

/// Another application of the same person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The role applied for.
    pub role: Role,
    /// Name of the work unit, or of the company; none of what was returned and is being changed.
    pub work_unit: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why it was refused, or what was to be repaired.
    pub reason: Option<String>,
    /// Whether the verifier may open it.
    pub in_scope: bool,
}

/// An access that stands beside the one applied for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherAccess {
    /// Who holds it.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Name of the work unit.
    pub work_unit: String,
    /// Its period.
    pub validity: Validity,
    /// Whether it is the applicant's.
    pub same_person: bool,
}

/// An application that came with the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameLetter {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// Who sent it.
    pub name: String,
    /// Whether it was the same person.
    pub same_person: bool,
    /// Whether the verifier may open it.
    pub in_scope: bool,
}

/// An item of the check list of a role.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CheckItem {
    /// Its row.
    pub id: Uuid,
    /// What is ticked.
    pub text: String,
}

/// A reason of the list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Reason {
    /// Its row.
    pub id: Uuid,
    /// The reason in a few words.
    pub title: String,
    /// What the person is to do; the beginning of the text.
    pub advice: String,
}

/// A refusal in one text: the reason of the list, then what was written.
pub(crate) fn refusal(title: Option<&str>, text: Option<&str>) -> Option<String> {
    match (title, text.filter(|text| !text.is_empty())) {
        (Some(title), Some(text)) => Some(format!("{title}. {text}")),
        (title, text) => title.or(text).map(str::to_owned),
    }
}

/// Opens a case: everything the desk needs to decide it.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`domain::issues::conflict::Conflict::StatusChanged`] while its person repairs it.
pub async fn case_file(backend: &Backend, actor: &Actor, id: Uuid) -> Result<CaseFile> {
    actor.require(Permission::Verify)?;
    let mut conn = backend.db.read().await?;
    let row = find(&mut conn, actor, id).await?;
    let (now, today) = (backend.world.now(), backend.world.today(actor.zone));
    let submitted_at = Timestamp::from_micros(row.submitted_at);
    let deadline = Deadline::new(submitted_at.date(actor.zone), today, &backend.master_data.holidays());
    let kind = row.employee_number_kind.as_deref().map(str::parse).transpose().map_err(Error::internal)?;
    let holder = row.lease(now).map(|(holder, until)| Holder {
        name: row.holder_name.clone().unwrap_or_default(),
        mine: holder == actor.user_id,
        until,
    });
    let decision = row.decision(actor)?;
    let undo_until = decision
        .as_ref()
        // Once the person has withdrawn it or sent it again, there is nothing to take back.
        .filter(|decision| decision.mine && (row.status.is_decided() || row.status == Status::Returned))
        .map(|decision| decision.at.plus(UNDO))
        .filter(|until| *until > now);
    Ok(CaseFile {
        id,
        version: row.version,
        status: row.status,
        submitted_at,
        deadline,
        company: row.company()?,
        validity: row.stated().unwrap_or_else(|| row.period(now)),
        over: row.applied_for().is_some_and(|period| period.last() < today),
        own: row.user_id == actor.user_id,
        earlier: earlier(&mut conn, actor, id, &row).await?,
        others: others(&mut conn, id, &row, today).await?,
        same_letter: same_letter(&mut conn, actor, id, &row).await?,
        checks: checks(&mut conn, row.role).await?,
        reasons: reasons(&mut conn).await?,
        renews: row.renews_first.zip(row.renews_last).and_then(|(first, last)| Validity::new(first, last)),
        holder,
        decision,
        undo_until,
        document: Document {
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
        profile_type: row.profile_type,
        role: row.role,
        institution: (row.institution, row.kd_klpd),
        work_unit: (row.work_unit, row.code),
        address: row.address,
        address_on_record: row.address_on_record,
        sirup: row.sirup_account.map(|Json(account)| account),
    })
}

async fn earlier(conn: &mut Conn, actor: &Actor, id: Uuid, row: &CaseRow) -> Result<Vec<Earlier>> {
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
        MOST
    )?;
    let earlier = found.into_iter().map(|found| Earlier {
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

/// A second PA of an institution, KPA of a work unit, or person who speaks for a company is worth a look; acting officials
/// exist.
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
        (Some(nib), _) => fetch_all!(conn, Found, by_company, nib, role, today, MOST, id)?,
        (None, Role::Pa) => fetch_all!(conn, Found, by_institution, row.institution_id, role, today, MOST, id)?,
        (None, _) => fetch_all!(conn, Found, by_work_unit, row.work_unit_id, role, today, MOST, id)?,
    };
    let others = found.into_iter().filter_map(|(name, user_id, work_unit, first, last)| {
        let same_person = user_id == row.user_id;
        Some(OtherAccess { name, role: row.role, work_unit, validity: Validity::new(first, last)?, same_person })
    });
    Ok(others.collect())
}

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
        MOST
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
    Ok(fetch_all!(
        conn,
        CheckItem,
        "SELECT id, text FROM check_items WHERE role = $1 AND retired_at IS NULL ORDER BY position, id",
        role.as_str()
    )?)
}

/// The reasons to choose from, in their order.
async fn reasons(conn: &mut Conn) -> Result<Vec<Reason>> {
    Ok(fetch_all!(
        conn,
        Reason,
        "SELECT id, title, advice FROM reasons WHERE retired_at IS NULL ORDER BY position, id"
    )?)
}

/// Notes in the trail that the desk looked at something of a case; looks within ten minutes count as one. What is looked
/// at is a fact, not a change: it is noted on GET too.
pub(super) async fn note_look(backend: &Backend, actor: &Actor, id: Uuid, what: &str) -> Result<()> {
    let since = backend.world.now().minus(ONE_LOOK).micros();
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
