//! The desk of the Verifikator Akses INAPROC: the queue, a case, the verdict (guide steps 13 to 15).

use bytes::Bytes;
use domain::{
    application::{REASON_LENGTH, Status, Verdict},
    calendar::Promise,
    conflict::Conflict,
    email::Email,
    issue::Field,
    permission::Permission,
    person::EmployeeNumberKind,
    role::Role,
    sirup::SirupAccount,
    text::check_paragraphs,
    time::Timestamp,
    validity::Validity,
};
use sqlx::types::Json;
use time::Date;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    applications::refuse_overlap,
    audit::Action,
    db::{Conn, execute, fetch_all, fetch_one, fetch_optional},
    error::{Error, Result},
    mail::{self, Mail},
    notice::Notice,
};

/// Most rows of the queue on one page.
const PAGE: i64 = 100;

/// One application that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// The person's name.
    pub name: String,
    /// The role applied for.
    pub role: Role,
    /// Name of the institution.
    pub institution: String,
    /// Name of the work unit.
    pub work_unit: String,
    /// Whether a SiRUP account is linked.
    pub linked: bool,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// The promise, on the verifier's calendar.
    pub promise: Promise,
}

/// The queue, oldest first, and how many wait in all.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn queue(backend: &Backend, actor: &Actor) -> Result<(Vec<Waiting>, u32)> {
    actor.require(Permission::Verify)?;
    #[derive(sqlx::FromRow)]
    struct Row {
        id: Uuid,
        reference: String,
        name: String,
        #[sqlx(try_from = "String")]
        role: Role,
        institution: String,
        work_unit: String,
        linked: bool,
        submitted_at: i64,
    }
    let mut conn = backend.db.read().await?;
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT a.id, a.reference, u.name, a.role, i.name AS institution, w.name AS work_unit,
                a.sirup_account IS NOT NULL AS linked, a.submitted_at
         FROM applications a
         JOIN users u ON u.id = a.user_id
         JOIN institutions i ON i.id = a.institution_id
         JOIN work_units w ON w.id = a.work_unit_id
         WHERE a.status IN ('submitted', 'in_review') ORDER BY a.submitted_at, a.id LIMIT $1",
        PAGE
    )?;
    let (total,): (i64,) =
        fetch_one!(conn, (i64,), "SELECT count(*) FROM applications WHERE status IN ('submitted', 'in_review')")?;
    let (holidays, today) = (backend.master_data.holidays(), backend.world.today(actor.zone));
    let waiting = rows
        .into_iter()
        .map(|row| {
            let submitted_at = Timestamp::from_micros(row.submitted_at);
            Waiting {
                id: row.id,
                reference: row.reference,
                name: row.name,
                role: row.role,
                institution: row.institution,
                work_unit: row.work_unit,
                linked: row.linked,
                submitted_at,
                promise: Promise::new(submitted_at.date(actor.zone), today, &holidays),
            }
        })
        .collect();
    Ok((waiting, u32::try_from(total).unwrap_or(u32::MAX)))
}

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
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// The promise, on the verifier's calendar.
    pub promise: Promise,
    /// The person's name.
    pub name: String,
    /// The person's e-mail address.
    pub email: String,
    /// NIP or NRP, and its digits, where the profile has one.
    pub employee_number: Option<(EmployeeNumberKind, String)>,
    /// The role applied for.
    pub role: Role,
    /// Name and code of the institution.
    pub institution: (String, Option<String>),
    /// Name and code of the work unit.
    pub work_unit: (String, Option<String>),
    /// The period applied for.
    pub validity: Validity,
    /// Whether that period is over already.
    pub over: bool,
    /// The address sent with it.
    pub address: Option<String>,
    /// What SiRUP said, where it is linked.
    pub sirup: Option<SirupAccount>,
    /// Number of pages of the letter.
    pub pages: u32,
    /// The letter's file name and size in bytes.
    pub letter: (String, u64),
    /// Whether it is the verifier's own.
    pub own: bool,
    /// The verdict, once there is one.
    pub decision: Option<Decision>,
}

/// A verdict that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Which.
    pub verdict: Verdict,
    /// The reason of a refusal.
    pub reason: Option<String>,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    version: i64,
    #[sqlx(try_from = "String")]
    status: Status,
    reference: String,
    submitted_at: i64,
    updated_at: i64,
    user_id: Uuid,
    name: String,
    #[sqlx(try_from = "String")]
    email: Email,
    employee_number_kind: Option<String>,
    employee_number: Option<String>,
    #[sqlx(try_from = "String")]
    profile_type: domain::role::ProfileType,
    #[sqlx(try_from = "String")]
    role: Role,
    institution_id: Uuid,
    institution: String,
    kd_klpd: Option<String>,
    work_unit_id: Uuid,
    work_unit: String,
    code: Option<String>,
    first_day: Date,
    last_day: Date,
    address: Option<String>,
    sirup_account: Option<Json<SirupAccount>>,
    pages: i64,
    file_name: String,
    bytes: i64,
    object_key: String,
    verdict: Option<String>,
    reason: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
}

/// An application that was sent; drafts are not the desk's.
async fn find(conn: &mut Conn, id: Uuid) -> Result<CaseRow> {
    let row: Option<CaseRow> = fetch_optional!(
        conn,
        CaseRow,
        "SELECT a.version, a.status, a.reference, a.submitted_at, a.updated_at, a.user_id, u.name, u.email,
                u.employee_number_kind, u.employee_number, a.profile_type, a.role, a.institution_id, i.name AS institution, i.kd_klpd,
                a.work_unit_id, w.name AS work_unit, w.code, a.first_day, a.last_day, a.address, a.sirup_account,
                d.pages, d.file_name, d.bytes, d.object_key, x.verdict, x.reason, v.name AS decided_by, x.decided_at
         FROM applications a
         JOIN users u ON u.id = a.user_id
         JOIN institutions i ON i.id = a.institution_id
         JOIN work_units w ON w.id = a.work_unit_id
         JOIN documents d ON d.id = a.document_id
         LEFT JOIN decisions x ON x.application_id = a.id
         LEFT JOIN users v ON v.id = x.decided_by
         WHERE a.id = $1 AND a.submitted_at IS NOT NULL AND a.status <> 'draft'",
        id
    )?;
    row.ok_or(Error::NotFound)
}

impl CaseRow {
    fn validity(&self) -> Result<Validity> {
        Validity::new(self.first_day, self.last_day)
            .ok_or_else(|| Error::internal("a period that ends before it begins"))
    }

    fn decision(&self) -> Result<Option<Decision>> {
        let (Some(verdict), Some(by), Some(at)) = (&self.verdict, &self.decided_by, self.decided_at) else {
            return Ok(None);
        };
        let verdict = verdict.parse().map_err(Error::internal)?;
        Ok(Some(Decision { verdict, reason: self.reason.clone(), by: by.clone(), at: Timestamp::from_micros(at) }))
    }
}

/// Opens a case: everything the desk needs to decide it.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn case_file(backend: &Backend, actor: &Actor, id: Uuid) -> Result<CaseFile> {
    actor.require(Permission::Verify)?;
    let mut conn = backend.db.read().await?;
    let row = find(&mut conn, id).await?;
    let today = backend.world.today(actor.zone);
    let submitted_at = Timestamp::from_micros(row.submitted_at);
    let promise = Promise::new(submitted_at.date(actor.zone), today, &backend.master_data.holidays());
    let kind = row.employee_number_kind.as_deref().map(str::parse).transpose().map_err(Error::internal)?;
    Ok(CaseFile {
        id,
        version: row.version,
        status: row.status,
        submitted_at,
        promise,
        validity: row.validity()?,
        over: row.last_day < today,
        decision: row.decision()?,
        reference: row.reference,
        name: row.name,
        email: row.email.into(),
        employee_number: kind.zip(row.employee_number),
        role: row.role,
        institution: (row.institution, row.kd_klpd),
        work_unit: (row.work_unit, row.code),
        address: row.address,
        sirup: row.sirup_account.map(|Json(account)| account),
        pages: u32::try_from(row.pages).unwrap_or(0),
        letter: (row.file_name, u64::try_from(row.bytes).unwrap_or(0)),
        own: row.user_id == actor.user_id,
    })
}

/// The letter of a case: its file name and its bytes.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn letter(backend: &Backend, actor: &Actor, id: Uuid) -> Result<(String, Bytes)> {
    actor.require(Permission::Verify)?;
    let row = find(&mut backend.db.read().await?, id).await?;
    Ok((row.file_name, backend.documents.fetch(&row.object_key).await?))
}

/// One page of a case's letter, counted from 0, as a PNG.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for a page that is not there; [`Error::Unavailable`] if it cannot be drawn.
pub async fn letter_page(backend: &Backend, actor: &Actor, id: Uuid, page: u32, width: u16) -> Result<Vec<u8>> {
    actor.require(Permission::Verify)?;
    let row = find(&mut backend.db.read().await?, id).await?;
    if i64::from(page) >= row.pages {
        return Err(Error::NotFound);
    }
    let letter = backend.documents.fetch(&row.object_key).await?;
    backend.documents.reader.draw(letter, page, width).await.map_err(|error| {
        tracing::warn!(%error, application = %id, page, "a page could not be drawn");
        Error::Unavailable("the page cannot be drawn".to_owned())
    })
}

/// A verdict as given on the case page.
#[derive(Clone, Debug)]
pub struct VerdictForm {
    /// The version of the case that was seen.
    pub version: i64,
    /// Which.
    pub verdict: Verdict,
    /// The reason; needed for a refusal.
    pub reason: String,
}

/// Gives the verdict: the decision, the access of an approval, the mail, in one transaction. Of two verdicts at one
/// instant, one wins.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; what is wrong with the reason; [`Conflict::OwnApplication`],
/// [`Conflict::AlreadyDecided`], [`Conflict::StatusChanged`], [`Conflict::OverlappingAccess`].
pub async fn decide(backend: &Backend, actor: &Actor, id: Uuid, form: &VerdictForm) -> Result<Status> {
    actor.require(Permission::Verify)?;
    let reason = form.reason.trim();
    if form.verdict == Verdict::Reject {
        check_paragraphs(reason, REASON_LENGTH).map_err(|problem| Error::invalid(Field::Reason, problem))?;
    }
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let row = find(&mut tx, id).await?;
    tx.lock_user(row.user_id).await?;
    let status = Status::Submitted.after(form.verdict.action()).ok_or(Error::NotFound)?;
    // The guard: only what still waits, as it was seen, and not one's own.
    let changed = execute!(
        tx,
        "UPDATE applications SET status = $3, version = version + 1, decided_at = $4, updated_at = $4
         WHERE id = $1 AND version = $2 AND user_id <> $5 AND status IN ('submitted', 'in_review')",
        id,
        form.version,
        status.as_str(),
        now.micros(),
        actor.user_id
    )?;
    if changed == 0 {
        return Err(Error::Conflict(why_not(&mut tx, actor, id).await?));
    }
    let refused = (form.verdict == Verdict::Reject).then_some(reason);
    execute!(
        tx,
        "INSERT INTO decisions (application_id, verdict, reason, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5)",
        id,
        form.verdict.as_str(),
        refused,
        actor.user_id,
        now.micros()
    )?;
    let validity = row.validity()?;
    let case = mail::Case {
        id,
        reference: row.reference,
        role: row.role,
        work_unit: row.work_unit,
        institution: row.institution,
        validity,
    };
    let (action, mail) = match form.verdict {
        Verdict::Approve => {
            refuse_overlap(&mut tx, row.user_id, row.role, row.work_unit_id, validity).await?;
            execute!(
                tx,
                "INSERT INTO accesses (id, user_id, application_id, profile_type, role, institution_id, work_unit_id,
                     first_day, last_day, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
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
            (Action::ApplicationApproved, Mail::Approved { name: row.name, case })
        }
        Verdict::Reject => {
            (Action::ApplicationRejected, Mail::Rejected { name: row.name, case, reason: reason.to_owned() })
        }
    };
    backend.post(&mut tx, &row.email, &mail).await?;
    backend.record(&mut tx, actor, action, Some(id), refused).await?;
    tx.notify(Notice::Application { id, user_id: row.user_id });
    tx.commit().await?;
    Ok(status)
}

/// What kept a verdict from being given.
async fn why_not(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Conflict> {
    let row = find(conn, id).await?;
    if row.user_id == actor.user_id {
        return Ok(Conflict::OwnApplication);
    }
    Ok(match row.decision()? {
        Some(decision) => Conflict::AlreadyDecided { status: row.status, by: decision.by, at: decision.at },
        None => Conflict::StatusChanged { status: row.status, at: Timestamp::from_micros(row.updated_at) },
    })
}
