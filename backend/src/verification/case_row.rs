//! A case as it was sent, for the use cases of the desk.

use domain::{
    accounts::{email::Email, person::EmployeeNumberKind},
    applications::{
        answers::Answers,
        company::{self, Company},
        sirup::SirupAccount,
    },
    issues::conflict::Conflict,
    role::{ProfileType, Role},
    status::{Status, Verdict},
    time::{Timestamp, Zone},
    validity::Validity,
    verification::{Decision, Mark},
};
use sqlx::types::Json;
use time::Date;
use uuid::Uuid;

use super::verifiers::same_number;
use crate::{
    Actor,
    applications::RolePlace,
    db::{Conn, fetch_optional, sql},
    error::{Error, Result},
    mail,
    notice::Notice,
};

/// What was sent, where it stands, and the last verdict.
#[derive(sqlx::FromRow)]
pub(super) struct CaseRow {
    pub(super) version: i64,
    #[sqlx(try_from = "String")]
    pub(super) status: Status,
    pub(super) reference: String,
    pub(super) submitted_at: i64,
    pub(super) updated_at: i64,
    pub(super) user_id: Uuid,
    /// The verifier who asks has the applicant's NIP or NRP, or once had it.
    pub(super) close: bool,
    pub(super) name: String,
    #[sqlx(try_from = "String")]
    pub(super) email: Email,
    #[sqlx(try_from = "String")]
    pub(super) zone: Zone,
    pub(super) employee_number_kind: Option<String>,
    pub(super) employee_number: Option<String>,
    #[sqlx(try_from = "String")]
    pub(super) profile_type: ProfileType,
    #[sqlx(try_from = "String")]
    pub(super) role: Role,
    /// Whose desk it is with; none of a supplier.
    pub(super) institution_id: Option<Uuid>,
    pub(super) institution: String,
    pub(super) kd_klpd: Option<String>,
    pub(super) work_unit_id: Option<Uuid>,
    pub(super) work_unit: String,
    pub(super) code: Option<String>,
    pub(super) address_on_record: Option<String>,
    pub(super) npwp: Option<String>,
    pub(super) nib: Option<String>,
    pub(super) first_day: Option<Date>,
    pub(super) last_day: Option<Date>,
    pub(super) granted_first: Option<Date>,
    pub(super) granted_last: Option<Date>,
    pub(super) address: Option<String>,
    pub(super) sirup_account: Option<Json<SirupAccount>>,
    pub(super) answers: Json<Answers>,
    pub(super) renews_first: Option<Date>,
    pub(super) renews_last: Option<Date>,
    pub(super) renews_revoked_at: Option<i64>,
    pub(super) document_id: Uuid,
    pub(super) pages: i64,
    pub(super) file_name: String,
    pub(super) bytes: i64,
    pub(super) object_key: String,
    pub(super) sha256: Vec<u8>,
    pub(super) lease_holder: Option<Uuid>,
    pub(super) lease_ends_at: Option<i64>,
    pub(super) holder_name: Option<String>,
    pub(super) decision_id: Option<Uuid>,
    pub(super) verdict: Option<String>,
    pub(super) reason_title: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) marks: Option<Json<Vec<Mark>>>,
    pub(super) decided_by: Option<Uuid>,
    pub(super) decided_by_name: Option<String>,
    pub(super) decided_at: Option<i64>,
}

/// A case as it was sent, within the actor's scope. Nobody at the desk sees a draft, nor what a person has begun to repair
/// and not sent yet.
pub(super) async fn find(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<CaseRow> {
    let row: Option<CaseRow> = fetch_optional!(
        conn,
        CaseRow,
        sql!(
            "SELECT a.version, a.status, a.reference, s.submitted_at, a.updated_at, a.user_id, {} AS close,
                    a.applicant_name AS name,
                    u.email, u.zone, a.employee_number_kind, a.employee_number, a.profile_type, a.role, s.institution_id,
                    coalesce(i.name, 'NIB ' || k.nib) AS institution, i.kd_klpd, s.work_unit_id,
                    coalesce(w.name, k.name) AS work_unit, w.code, w.address AS address_on_record, k.npwp, k.nib,
                    a.first_day, a.last_day, g.first_day AS granted_first, g.last_day AS granted_last, a.address,
                    s.sirup_account, s.answers, r.first_day AS renews_first, r.last_day AS renews_last,
                    r.revoked_at AS renews_revoked_at, s.document_id, d.pages, d.file_name, d.bytes, d.object_key, d.sha256,
                    a.lease_holder, a.lease_ends_at, h.name AS holder_name,
                    a.decision_id, x.verdict, x.reason_title, x.reason, x.marks, x.decided_by,
                    v.name AS decided_by_name, x.decided_at
             FROM submissions s
             JOIN applications a ON a.id = s.application_id
             JOIN users u ON u.id = a.user_id
             JOIN documents d ON d.id = s.document_id
             LEFT JOIN institutions i ON i.id = s.institution_id
             LEFT JOIN work_units w ON w.id = s.work_unit_id
             LEFT JOIN companies k ON k.application_id = a.id
             LEFT JOIN accesses g ON g.application_id = a.id AND g.revoked_at IS NULL
             LEFT JOIN accesses r ON r.id = a.renews_id
             LEFT JOIN users h ON h.id = a.lease_holder
             LEFT JOIN verdicts x ON x.id = a.decision_id
             LEFT JOIN users v ON v.id = x.decided_by
             WHERE s.application_id = $1 AND a.repair_began_at IS NULL",
            same_number("$2", "a")
        ),
        id,
        actor.user_id
    )?;
    match row {
        Some(row) if actor.scope.covers(row.institution_id) => Ok(row),
        Some(_) => Err(Error::NotFound),
        None => Err(hidden(conn, actor, id).await?),
    }
}

/// Why there is no case to look at: its person repairs it, or there is none.
async fn hidden(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Error> {
    let repairing: Option<(String, i64, Option<Uuid>)> = fetch_optional!(
        conn,
        (String, i64, Option<Uuid>),
        "SELECT a.status, a.updated_at, s.institution_id FROM submissions s JOIN applications a ON a.id = s.application_id
         WHERE s.application_id = $1 AND a.repair_began_at IS NOT NULL",
        id
    )?;
    Ok(match repairing {
        Some((status, at, institution_id)) if actor.scope.covers(institution_id) => {
            let status = status.parse().map_err(Error::internal)?;
            Error::Conflict(Conflict::StatusChanged { status, at: Timestamp::from_micros(at) })
        }
        _ => Error::NotFound,
    })
}

impl CaseRow {
    /// The conflict of whoever expected another state.
    pub(super) fn changed(&self) -> Conflict {
        Conflict::StatusChanged { status: self.status, at: Timestamp::from_micros(self.updated_at) }
    }

    /// The civil servant number that was sent.
    pub(super) fn nip(&self) -> Option<&str> {
        let is_nip = self.employee_number_kind.as_deref() == Some(EmployeeNumberKind::Nip.as_str());
        self.employee_number.as_deref().filter(|_| is_nip)
    }

    /// The period applied for; suppliers apply for none.
    pub(super) fn applied_for(&self) -> Option<Validity> {
        Validity::new(self.first_day?, self.last_day?)
    }

    /// The period applied for or, of a supplier, given by the approval.
    pub(super) fn stated(&self) -> Option<Validity> {
        self.applied_for().or_else(|| Validity::new(self.granted_first?, self.granted_last?))
    }

    /// The period that an approval at `now` gives. Of a supplier: a year from the person's today, or from the end of the
    /// access that it continues.
    pub(super) fn period(&self, now: Timestamp) -> Validity {
        let continued = self.renews_last.filter(|_| self.renews_revoked_at.is_none());
        self.applied_for().unwrap_or_else(|| company::validity(now.date(self.zone), continued))
    }

    /// The company of a supplier, as it was sent.
    pub(super) fn company(&self) -> Result<Option<Company>> {
        if self.profile_type != ProfileType::Penyedia {
            return Ok(None);
        }
        let company = Company::read(&self.answers.0.company);
        company.map(Some).ok_or_else(|| Error::internal("a stored company that breaks its rules"))
    }

    pub(super) fn place(&self) -> RolePlace<'_> {
        RolePlace { work_unit_id: self.work_unit_id, nib: self.nib.as_deref() }
    }

    /// Who holds it at `now`, and until when.
    pub(super) fn lease(&self, now: Timestamp) -> Option<(Uuid, Timestamp)> {
        let (holder, until) = (self.lease_holder?, Timestamp::from_micros(self.lease_ends_at?));
        (self.status == Status::InReview && until > now).then_some((holder, until))
    }

    /// The last verdict that was not undone. Once a case was sent again after a repair, that one no longer counts.
    pub(super) fn decision(&self, actor: &Actor) -> Result<Option<Decision>> {
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

    /// The case as mails show it, with this period.
    pub(super) fn mail_case(&self, id: Uuid, validity: Option<Validity>) -> mail::Case {
        mail::Case {
            id,
            reference: self.reference.clone(),
            role: self.role,
            work_unit: self.work_unit.clone(),
            institution: self.institution.clone(),
            validity,
        }
    }

    /// Why `actor` may never decide the case, if so. The guarded writes ask the database the same (`not_close`).
    pub(super) fn closeness(&self, actor: &Actor) -> Option<Conflict> {
        if self.user_id == actor.user_id {
            Some(Conflict::OwnApplication)
        } else {
            self.close.then_some(Conflict::CloseApplicant)
        }
    }

    /// Why `actor`, who must hold the case, cannot act on it at `now`. The most telling conflict comes first.
    pub(super) fn obstacle(&self, actor: &Actor, now: Timestamp) -> Result<Conflict> {
        if let Some(conflict) = self.closeness(actor) {
            return Ok(conflict);
        }
        if self.status.is_judged()
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

    /// Tells open pages that this case changed.
    pub(super) fn notice(&self, id: Uuid) -> Notice {
        Notice::Application { id, user_id: self.user_id, institution_id: self.institution_id }
    }
}
