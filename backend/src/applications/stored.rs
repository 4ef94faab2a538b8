//! An application as its person reads it back: the answers, and all that their rules look at.

use domain::{
    applications::{
        answers::Answers,
        sirup::SirupAccount,
        views::{PreviousRejection, Repair},
        wizard::{Draft, Link},
    },
    issues::{conflict::Conflict, letter::Letter},
    master_data::{
        institution::{Institution, InstitutionType},
        work_unit::{ActiveYears, WorkUnit},
    },
    role::{ProfileType, Role},
    status::Status,
    time::Timestamp,
    validity::Validity,
    verification::Mark,
};
use sqlx::types::Json;
use time::Date;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    db::{
        Conn, Tx, fetch_optional,
        literals::{RETURNED, STANDING},
        sql,
    },
    error::{Error, Result},
    notice::Notice,
    verification::refusal,
};

/// A draft as it is stored.
#[derive(Clone, Debug)]
pub struct StoredDraft {
    /// The application.
    pub id: Uuid,
    /// Counts its changes; a change must name the one it was made on.
    pub version: i64,
    /// What it holds.
    pub draft: Draft,
    /// When it was last changed.
    pub saved_at: Timestamp,
    /// The refusal that it starts again from (guide step 15).
    pub previous: Option<PreviousRejection>,
    /// What the desk asked to repair, while it is back for that.
    pub repair: Option<Repair>,
    /// The desk that asked for it, while it is.
    pub(crate) returned: Option<Returned>,
    /// The access that it is to continue, with its period.
    pub renews: Option<(Uuid, Validity)>,
    /// What the master data says of the work unit's address; offered where the form asks for it.
    pub listed_address: Option<String>,
}

/// Whom to tell about an application that is back for repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Returned {
    user_id: Uuid,
    /// The institution as it was sent: the case stays with its desk until it is sent again. None of a supplier.
    institution_id: Option<Uuid>,
    /// Whether the person has changed something since, so that the desk no longer shows the case.
    repair_began: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    #[sqlx(try_from = "String")]
    status: Status,
    version: i64,
    #[sqlx(try_from = "String")]
    profile_type: ProfileType,
    #[sqlx(try_from = "String")]
    role: Role,
    without_sirup: bool,
    sirup_account: Option<Json<SirupAccount>>,
    answers: Json<Answers>,
    updated_at: i64,
    document_id: Option<Uuid>,
    file_name: Option<String>,
    bytes: Option<i64>,
    pages: Option<i64>,
    institution_id: Option<Uuid>,
    institution_kind: Option<String>,
    kd_klpd: Option<String>,
    institution_name: Option<String>,
    work_unit_id: Option<Uuid>,
    unit_institution_id: Option<Uuid>,
    unit_code: Option<String>,
    unit_name: Option<String>,
    active_years: Option<i64>,
    listed_address: Option<String>,
    address_required: bool,
    previous_reference: Option<String>,
    previous_reason_title: Option<String>,
    previous_reason: Option<String>,
    repair_text: Option<String>,
    repair_marks: Option<Json<Vec<Mark>>>,
    repair_began_at: Option<i64>,
    sent_institution_id: Option<Uuid>,
    renews_id: Option<Uuid>,
    renews_first: Option<Date>,
    renews_last: Option<Date>,
}

/// One query for all that a draft's rules look at. The address is asked for while no submitted or approved application
/// of the work unit carries one; this one itself does not count.
fn select() -> &'static str {
    sql!(
        "
    SELECT a.id, a.status, a.version, a.profile_type, a.role, a.without_sirup, a.sirup_account, a.answers, a.updated_at,
           a.repair_began_at,
           a.document_id, d.file_name, d.bytes, d.pages,
           a.institution_id, i.kind AS institution_kind, i.kd_klpd, i.name AS institution_name,
           a.work_unit_id, w.institution_id AS unit_institution_id, w.code AS unit_code, w.name AS unit_name,
           w.active_years, w.listed_address,
           NOT EXISTS (
               SELECT 1 FROM applications o
               WHERE o.work_unit_id = a.work_unit_id AND o.id <> a.id AND o.address IS NOT NULL
                 AND o.status IN {STANDING}
           ) AS address_required,
           p.reference AS previous_reference, r.reason_title AS previous_reason_title, r.reason AS previous_reason,
           m.reason AS repair_text, m.marks AS repair_marks, t.institution_id AS sent_institution_id,
           a.renews_id, x.first_day AS renews_first, x.last_day AS renews_last
    FROM applications a
    LEFT JOIN documents d ON d.id = a.document_id
    LEFT JOIN institutions i ON i.id = a.institution_id
    LEFT JOIN work_units w ON w.id = a.work_unit_id
    LEFT JOIN applications p ON p.id = a.previous_id
    LEFT JOIN verdicts r ON r.id = p.decision_id
    LEFT JOIN verdicts m ON m.id = a.decision_id AND a.status = {RETURNED}
    LEFT JOIN submissions t ON t.application_id = a.id AND a.status = {RETURNED}
    LEFT JOIN accesses x ON x.id = a.renews_id
    WHERE a.id = $1 AND a.user_id = $2"
    )
}

/// The person's own application, in whatever state.
pub(crate) async fn find(conn: &mut Conn, backend: &Backend, actor: &Actor, id: Uuid) -> Result<(Status, StoredDraft)> {
    let row: Option<Row> = fetch_optional!(conn, Row, select(), id, actor.user_id)?;
    let row = row.ok_or(Error::NotFound)?;
    let year = backend.world.today(actor.zone).year();
    let (institution, work_unit, letter) = (row.institution()?, row.work_unit(year), row.letter());
    let link = match (row.sirup_account, row.without_sirup) {
        (Some(Json(account)), _) => Link::Linked(account),
        (None, true) => Link::New,
        (None, false) => Link::Undecided,
    };
    let returned = (row.status == Status::Returned).then_some(Returned {
        user_id: actor.user_id,
        institution_id: row.sent_institution_id,
        repair_began: row.repair_began_at.is_some(),
    });
    let stored = StoredDraft {
        id: row.id,
        version: row.version,
        draft: Draft {
            profile_type: row.profile_type,
            role: row.role,
            link,
            answers: row.answers.0,
            institution,
            work_unit,
            letter,
        },
        saved_at: Timestamp::from_micros(row.updated_at),
        previous: row
            .previous_reference
            .zip(refusal(row.previous_reason_title.as_deref(), row.previous_reason.as_deref()))
            .map(|(reference, reason)| PreviousRejection { reference, reason }),
        repair: row.repair_marks.map(|Json(marks)| Repair::new(row.repair_text, marks)),
        returned,
        renews: match (row.renews_id, row.renews_first, row.renews_last) {
            (Some(id), Some(first), Some(last)) => Validity::new(first, last).map(|validity| (id, validity)),
            _ => None,
        },
        listed_address: row.listed_address,
    };
    Ok((row.status, stored))
}

impl Row {
    fn institution(&self) -> Result<Option<Institution>> {
        let (Some(id), Some(kind), Some(name)) = (self.institution_id, &self.institution_kind, &self.institution_name)
        else {
            return Ok(None);
        };
        let kind: InstitutionType = kind.parse().map_err(Error::internal)?;
        Ok(Some(Institution { id, kind, kd_klpd: self.kd_klpd.clone(), name: name.clone() }))
    }

    fn work_unit(&self, year: i32) -> Option<WorkUnit> {
        Some(WorkUnit {
            id: self.work_unit_id?,
            institution_id: self.unit_institution_id?,
            code: self.unit_code.clone(),
            name: self.unit_name.clone()?,
            active: ActiveYears::from_bits(self.active_years?).contains(year),
            address_required: self.address_required,
        })
    }

    fn letter(&self) -> Option<Letter> {
        Some(Letter {
            id: self.document_id?,
            file_name: self.file_name.clone()?,
            bytes: u64::try_from(self.bytes?).unwrap_or(0),
            pages: u32::try_from(self.pages?).unwrap_or(0),
        })
    }
}

/// Like [`find`], for something that can still be filled in.
pub(super) async fn find_draft(conn: &mut Conn, backend: &Backend, actor: &Actor, id: Uuid) -> Result<StoredDraft> {
    let (status, stored) = find(conn, backend, actor, id).await?;
    if status.is_editable() {
        Ok(stored)
    } else {
        Err(Error::Conflict(Conflict::StatusChanged { status, at: stored.saved_at }))
    }
}

/// The person's own draft.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::StatusChanged`] if it was sent or withdrawn.
pub async fn draft(backend: &Backend, actor: &Actor, id: Uuid) -> Result<StoredDraft> {
    let mut conn = backend.db.read().await?;
    find_draft(&mut conn, backend, actor, id).await
}

impl StoredDraft {
    /// Tells the desk of the first change in a repair: what is typed is not sent yet, so the desk no longer shows the case.
    pub(super) fn notify_repair(&self, tx: &mut Tx) {
        if let Some(returned) = self.returned.filter(|returned| !returned.repair_began) {
            tx.notify(returned.notice(self.id));
        }
    }
}

impl Returned {
    /// A notice for the desk that returned it.
    pub(super) fn notice(self, id: Uuid) -> Notice {
        Notice::Application { id, user_id: self.user_id, institution_id: self.institution_id }
    }
}
