//! The desk of the Verifikator Akses INAPROC (guide steps 13 to 15): the queue, the case, the lease, the verdict.
//!
//! Every use case here asks for its permission first and acts only within the actor's scope; what is out of scope looks
//! like what is not there. A case is held by lease: a verdict checks lease, status and version in one guarded statement.

mod case;
mod claims;
mod history;
mod letter;
mod queue;
pub mod settings;
mod statistics;
mod texts;
mod timeline;
mod verdict;

pub use case::case_file;
pub(crate) use case::refusal;
pub(crate) use claims::release_all;
pub use claims::{Lease, claim, claim_next, end_leases, release, renew, take_over};
pub use domain::verification::{CaseFile, Cursor, Decision, Period, Queue, QueueRow, Statistics, findings::Findings};
pub use history::{history, merge_words};
pub use letter::{findings, letter, letter_page};
pub use queue::{OpenCases, institutions, queue, queue_with_institutions, read_open_cases};
pub use statistics::{csv, statistics, statistics_page};
pub use timeline::{TimelineEvent, timeline};
pub use verdict::{Given, VerdictForm, decide, preview, reopen, undo};

use domain::{
    accounts::email::Email,
    applications::{
        company::{self, Company, CompanyInput},
        sirup::SirupAccount,
    },
    issues::conflict::Conflict,
    role::{ProfileType, Role},
    status::{Status, Verdict},
    time::{Timestamp, Zone},
    validity::Validity,
    verification::Mark,
};
use sqlx::types::Json;
use time::Date;
use uuid::Uuid;

use crate::{
    Actor,
    applications::Place,
    db::{Conn, fetch_optional},
    error::{Error, Result},
    mail,
};

/// Whether what an application `a` says was sent, by its verdict `x`: what is changed after it was returned is its person's
/// alone, also once it was withdrawn.
macro_rules! as_sent {
    () => {
        "(x.id IS NULL OR x.verdict <> 'return' OR a.status NOT IN ('returned', 'withdrawn')
          OR (a.status = 'returned' AND a.updated_at = x.decided_at)
          OR (a.status = 'withdrawn' AND x.decided_at <= a.submitted_at))"
    };
}
use as_sent;

/// The institution whose desk an application `a` is with, by its verdict `x`: what was returned, with the one that returned
/// it.
macro_rules! desk {
    () => {
        "CASE WHEN x.verdict = 'return'
                   AND (a.status = 'returned' OR (a.status = 'withdrawn' AND x.decided_at > a.submitted_at))
              THEN x.institution_id ELSE a.institution_id END"
    };
}
use desk;

/// A case as it is stored: all that the use cases of this module look at.
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
    #[sqlx(try_from = "String")]
    zone: Zone,
    employee_number_kind: Option<String>,
    employee_number: Option<String>,
    #[sqlx(try_from = "String")]
    profile_type: ProfileType,
    #[sqlx(try_from = "String")]
    role: Role,
    institution_id: Option<Uuid>,
    institution: String,
    kd_klpd: Option<String>,
    work_unit_id: Option<Uuid>,
    work_unit: String,
    code: Option<String>,
    address_on_record: Option<String>,
    company: Option<String>,
    npwp: Option<String>,
    nib: Option<String>,
    company_address: Option<String>,
    first_day: Option<Date>,
    last_day: Option<Date>,
    granted_first: Option<Date>,
    granted_last: Option<Date>,
    address: Option<String>,
    sirup_account: Option<Json<SirupAccount>>,
    renews_first: Option<Date>,
    renews_last: Option<Date>,
    renews_revoked_at: Option<i64>,
    document_id: Uuid,
    pages: i64,
    file_name: String,
    bytes: i64,
    object_key: String,
    sha256: Vec<u8>,
    lease_holder: Option<Uuid>,
    lease_ends_at: Option<i64>,
    holder_name: Option<String>,
    decision_id: Option<Uuid>,
    verdict: Option<String>,
    reason_title: Option<String>,
    reason: Option<String>,
    marks: Option<Json<Vec<Mark>>>,
    decided_by: Option<Uuid>,
    decided_by_name: Option<String>,
    decided_at: Option<i64>,
    decided_institution_id: Option<Uuid>,
}

/// An application that was sent, within the actor's scope; drafts are not the desk's, nor is what a person has begun to
/// repair and not sent yet.
async fn find(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<CaseRow> {
    let row: Option<CaseRow> = fetch_optional!(
        conn,
        CaseRow,
        "SELECT a.version, a.status, a.reference, a.submitted_at, a.updated_at, a.user_id, a.applicant_name AS name,
                u.email, u.zone, a.employee_number_kind, a.employee_number, a.profile_type, a.role, a.institution_id,
                coalesce(i.name, 'NIB ' || k.nib) AS institution, i.kd_klpd, a.work_unit_id,
                coalesce(w.name, k.name) AS work_unit, w.code, w.address AS address_on_record, k.name AS company, k.npwp,
                k.nib, k.address AS company_address, a.first_day, a.last_day, g.first_day AS granted_first,
                g.last_day AS granted_last, a.address, a.sirup_account, r.first_day AS renews_first,
                r.last_day AS renews_last, r.revoked_at AS renews_revoked_at,
                a.document_id, d.pages, d.file_name, d.bytes, d.object_key, d.sha256,
                a.lease_holder, a.lease_ends_at, h.name AS holder_name,
                a.decision_id, x.verdict, x.reason_title, x.reason, x.marks, x.decided_by,
                v.name AS decided_by_name, x.decided_at, x.institution_id AS decided_institution_id
         FROM applications a
         JOIN users u ON u.id = a.user_id
         JOIN documents d ON d.id = a.document_id
         LEFT JOIN institutions i ON i.id = a.institution_id
         LEFT JOIN work_units w ON w.id = a.work_unit_id
         LEFT JOIN companies k ON k.application_id = a.id
         LEFT JOIN accesses g ON g.application_id = a.id AND g.revoked_at IS NULL
         LEFT JOIN accesses r ON r.id = a.renews_id
         LEFT JOIN users h ON h.id = a.lease_holder
         LEFT JOIN verdicts x ON x.id = a.decision_id
         LEFT JOIN users v ON v.id = x.decided_by
         WHERE a.id = $1 AND a.submitted_at IS NOT NULL AND a.status <> 'draft'
           AND (w.id IS NOT NULL OR k.application_id IS NOT NULL)",
        id
    )?;
    match row {
        Some(row) if !actor.scope.covers(row.desk()) => Err(Error::NotFound),
        Some(row) if !row.is_as_sent() => Err(Error::Conflict(row.changed())),
        Some(row) => Ok(row),
        None => Err(being_repaired(conn, actor, id).await?),
    }
}

/// Why there is no case to look at: the person who repairs it has taken off the letter or the place; or there is none.
async fn being_repaired(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Error> {
    let returned: Option<(i64, Option<Uuid>)> = fetch_optional!(
        conn,
        (i64, Option<Uuid>),
        "SELECT a.updated_at, x.institution_id FROM applications a JOIN verdicts x ON x.id = a.decision_id
         WHERE a.id = $1 AND a.status = 'returned'",
        id
    )?;
    Ok(match returned {
        Some((at, institution_id)) if actor.scope.covers(institution_id) => {
            Error::Conflict(Conflict::StatusChanged { status: Status::Returned, at: Timestamp::from_micros(at) })
        }
        _ => Error::NotFound,
    })
}

impl CaseRow {
    /// Whether it was returned and not sent again.
    fn is_back(&self) -> bool {
        let sent_since = self.decided_at.is_none_or(|at| at <= self.submitted_at);
        self.verdict.as_deref() == Some(Verdict::Return.as_str())
            && (self.status == Status::Returned || (self.status == Status::Withdrawn && !sent_since))
    }

    /// As [`desk!`].
    fn desk(&self) -> Option<Uuid> {
        if self.is_back() { self.decided_institution_id } else { self.institution_id }
    }

    /// As [`as_sent!`].
    fn is_as_sent(&self) -> bool {
        !self.is_back() || (self.status == Status::Returned && self.decided_at == Some(self.updated_at))
    }

    /// That it stands elsewhere than somebody thought.
    fn changed(&self) -> Conflict {
        Conflict::StatusChanged { status: self.status, at: Timestamp::from_micros(self.updated_at) }
    }

    /// The period that was applied for; none by a supplier.
    fn applied_for(&self) -> Option<Validity> {
        Validity::new(self.first_day?, self.last_day?)
    }

    /// The period that was applied for, or that an approval gave a supplier.
    fn stated(&self) -> Option<Validity> {
        self.applied_for().or_else(|| Validity::new(self.granted_first?, self.granted_last?))
    }

    /// The period that an approval at `now` gives: of a supplier, a year from the person's day on.
    fn period(&self, now: Timestamp) -> Validity {
        let continued = self.renews_last.filter(|_| self.renews_revoked_at.is_none());
        self.applied_for().unwrap_or_else(|| company::validity(now.date(self.zone), continued))
    }

    /// The company of a supplier, as it was sent.
    fn company(&self) -> Result<Option<Company>> {
        let (Some(name), Some(npwp), Some(nib), Some(address)) =
            (&self.company, &self.npwp, &self.nib, &self.company_address)
        else {
            return Ok(None);
        };
        let [name, npwp, nib, address] = [name, npwp, nib, address].map(String::clone);
        let company = Company::read(&CompanyInput { name, npwp, nib, address });
        company.map(Some).ok_or_else(|| Error::internal("a stored company that breaks its rules"))
    }

    fn place(&self) -> Place<'_> {
        Place { work_unit_id: self.work_unit_id, nib: self.nib.as_deref() }
    }

    /// Who holds it at `now`, and until when.
    fn lease(&self, now: Timestamp) -> Option<(Uuid, Timestamp)> {
        let (holder, until) = (self.lease_holder?, Timestamp::from_micros(self.lease_ends_at?));
        (self.status == Status::InReview && until > now).then_some((holder, until))
    }

    /// The verdict in force. A case that was sent again after a repair has one that is no longer.
    fn decision(&self, actor: &Actor) -> Result<Option<Decision>> {
        let (Some(id), Some(verdict), Some(by), Some(at)) =
            (self.decision_id, &self.verdict, self.decided_by, self.decided_at)
        else {
            return Ok(None);
        };
        let verdict: Verdict = verdict.parse().map_err(Error::internal)?;
        Ok(Some(Decision {
            id,
            verdict,
            reason_title: self.reason_title.clone(),
            reason: self.reason.clone(),
            marks: self.marks.as_ref().map(|Json(marks)| marks.clone()).unwrap_or_default(),
            by: self.decided_by_name.clone().unwrap_or_default(),
            at: Timestamp::from_micros(at),
            mine: by == actor.user_id,
        }))
    }

    /// What a mail about it says, with this period.
    fn mail_case(&self, id: Uuid, validity: Option<Validity>) -> mail::Case {
        mail::Case {
            id,
            reference: self.reference.clone(),
            role: self.role,
            work_unit: self.work_unit.clone(),
            institution: self.institution.clone(),
            validity,
        }
    }

    /// Why something that needs `actor` to hold the case at `now` is not done, in the order in which a person would ask.
    fn obstacle(&self, actor: &Actor, now: Timestamp) -> Result<Conflict> {
        if self.user_id == actor.user_id {
            return Ok(Conflict::OwnApplication);
        }
        if (self.status.is_decided() || self.status == Status::Returned)
            && let Some(decision) = self.decision(actor)?
        {
            return Ok(Conflict::AlreadyDecided { status: self.status, by: decision.by, at: decision.at });
        }
        if !self.status.is_waiting() {
            return Ok(self.changed());
        }
        Ok(match self.lease(now) {
            Some((holder, until)) if holder != actor.user_id => {
                Conflict::HeldBy { by: self.holder_name.clone().unwrap_or_default(), until }
            }
            Some(_) => self.changed(),
            None => Conflict::LeaseEnded {
                at: self.lease_ends_at.filter(|_| self.lease_holder == Some(actor.user_id)).map(Timestamp::from_micros),
            },
        })
    }
}
