//! Applications: the wizard as a stored row (guide steps 2 to 13), its submission, its withdrawal, its status.
//!
//! Every use case here acts on the actor's own application; another person's is not found. A change of a draft names
//! the version it was made on, so that of two tabs one is told, never overruled.

mod letters;
mod link;
pub mod renewals;
mod status;
mod submission;
mod texts;

pub use letters::{attach_letter, collect_garbage, collect_strays, letter, remove_letter};
pub use link::{confirm_new_access, known_accounts, link_sirup, reuse_account};
pub use status::{Detail, QueuePlace, Reopened, Summary, detail, history, open, receipt, timeline};
pub(crate) use submission::{Place, next_reference, refuse_overlap, refuse_second};
pub use submission::{Submission, submit, withdraw};

use std::time::Duration;

use domain::{
    applications::{
        answers::Answers,
        sirup::SirupAccount,
        wizard::{Draft, Link},
    },
    issues::{Field, Problem, conflict::Conflict, letter::Letter},
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
    audit::Action,
    db::{Conn, Tx, execute, fetch_optional},
    error::{Error, Result},
    notice::Notice,
    verification::refusal,
};

/// Most drafts that a person opens within a [`DAY`].
const MOST_DRAFTS: i64 = 50;
const DAY: Duration = Duration::from_secs(24 * 3600);

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
    pub previous: Option<Refusal>,
    /// What the desk asked to repair, while it is back for that.
    pub repair: Option<Repair>,
    /// By which desk and when, while it is.
    pub(crate) returned: Option<Returned>,
    /// The access that it is to continue, with its period.
    pub renews: Option<(Uuid, Validity)>,
    /// What the master data says of the work unit's address; offered where the form asks for it.
    pub listed_address: Option<String>,
}

/// A refused application that a new one starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its number.
    pub reference: String,
    /// Why it was refused.
    pub reason: String,
}

/// What the desk asked to repair (**Minta Perbaikan**).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The text above the marks.
    pub text: Option<String>,
    /// What is to be repaired, in the order of the form.
    pub marks: Vec<Mark>,
}

/// That an application is back for repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Returned {
    /// Since when.
    at: Timestamp,
    /// Whose application it is.
    user_id: Uuid,
    /// The institution that was applied for then: it is that desk's until it is sent again. None of a supplier.
    institution_id: Option<Uuid>,
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
    returned_at: Option<i64>,
    returned_institution_id: Option<Uuid>,
    renews_id: Option<Uuid>,
    renews_first: Option<Date>,
    renews_last: Option<Date>,
}

/// One query for all that a draft's rules look at. The address is asked for while no submitted or approved application
/// of the work unit carries one; this one itself does not count.
const SELECT: &str = "
    SELECT a.id, a.status, a.version, a.profile_type, a.role, a.without_sirup, a.sirup_account, a.answers, a.updated_at,
           a.document_id, d.file_name, d.bytes, d.pages,
           a.institution_id, i.kind AS institution_kind, i.kd_klpd, i.name AS institution_name,
           a.work_unit_id, w.institution_id AS unit_institution_id, w.code AS unit_code, w.name AS unit_name,
           w.active_years, w.listed_address,
           NOT EXISTS (
               SELECT 1 FROM applications o
               WHERE o.work_unit_id = a.work_unit_id AND o.id <> a.id AND o.address IS NOT NULL
                 AND o.status IN ('submitted', 'in_review', 'returned', 'approved')
           ) AS address_required,
           p.reference AS previous_reference, r.reason_title AS previous_reason_title, r.reason AS previous_reason,
           m.reason AS repair_text, m.marks AS repair_marks, m.decided_at AS returned_at,
           m.institution_id AS returned_institution_id,
           a.renews_id, x.first_day AS renews_first, x.last_day AS renews_last
    FROM applications a
    LEFT JOIN documents d ON d.id = a.document_id
    LEFT JOIN institutions i ON i.id = a.institution_id
    LEFT JOIN work_units w ON w.id = a.work_unit_id
    LEFT JOIN applications p ON p.id = a.previous_id
    LEFT JOIN verdicts r ON r.id = p.decision_id
    LEFT JOIN verdicts m ON m.id = a.decision_id AND a.status = 'returned'
    LEFT JOIN accesses x ON x.id = a.renews_id
    WHERE a.id = $1 AND a.user_id = $2";

/// The person's own application, in whatever state.
pub(crate) async fn find(conn: &mut Conn, backend: &Backend, actor: &Actor, id: Uuid) -> Result<(Status, StoredDraft)> {
    let row: Option<Row> = fetch_optional!(conn, Row, SELECT, id, actor.user_id)?;
    let row = row.ok_or(Error::NotFound)?;
    let year = backend.world.today(actor.zone).year();
    let institution = match (row.institution_id, row.institution_kind, row.institution_name) {
        (Some(id), Some(kind), Some(name)) => {
            let kind: InstitutionType = kind.parse().map_err(Error::internal)?;
            Some(Institution { id, kind, kd_klpd: row.kd_klpd, name })
        }
        _ => None,
    };
    let work_unit = match (row.work_unit_id, row.unit_institution_id, row.unit_name, row.active_years) {
        (Some(id), Some(institution_id), Some(name), Some(years)) => Some(WorkUnit {
            id,
            institution_id,
            code: row.unit_code,
            name,
            active: ActiveYears::from_bits(years).contains(year),
            address_required: row.address_required,
        }),
        _ => None,
    };
    let letter = match (row.document_id, row.file_name, row.bytes, row.pages) {
        (Some(id), Some(file_name), Some(bytes), Some(pages)) => Some(Letter {
            id,
            file_name,
            bytes: u64::try_from(bytes).unwrap_or(0),
            pages: u32::try_from(pages).unwrap_or(0),
        }),
        _ => None,
    };
    let link = match (row.sirup_account, row.without_sirup) {
        (Some(Json(account)), _) => Link::Linked(account),
        (None, true) => Link::New,
        (None, false) => Link::Undecided,
    };
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
            .map(|(reference, reason)| Refusal { reference, reason }),
        repair: row.repair_marks.map(|Json(marks)| Repair { text: row.repair_text, marks }),
        returned: row.returned_at.map(|at| Returned {
            at: Timestamp::from_micros(at),
            user_id: actor.user_id,
            institution_id: row.returned_institution_id,
        }),
        renews: match (row.renews_id, row.renews_first, row.renews_last) {
            (Some(id), Some(first), Some(last)) => Validity::new(first, last).map(|validity| (id, validity)),
            _ => None,
        },
        listed_address: row.listed_address,
    };
    Ok((row.status, stored))
}

/// Like [`find`], for something that can still be filled in.
async fn find_draft(conn: &mut Conn, backend: &Backend, actor: &Actor, id: Uuid) -> Result<StoredDraft> {
    let (status, stored) = find(conn, backend, actor, id).await?;
    match status {
        Status::Draft | Status::Returned => Ok(stored),
        status => Err(Error::Conflict(Conflict::StatusChanged { status, at: stored.saved_at })),
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

/// Opens a draft for a role (guide step 2), or gives the person's untouched one for it.
///
/// # Errors
/// [`Problem::NotOffered`] if the profile type does not offer the role; [`Error::Throttled`] after many in a day.
pub async fn start(backend: &Backend, actor: &Actor, profile_type: ProfileType, role: Role) -> Result<Uuid> {
    if role.info().profile_type != profile_type {
        return Err(Error::invalid(Field::Role, Problem::NotOffered));
    }
    let mut tx = backend.db.begin().await?;
    tx.lock_user(actor.user_id).await?;
    // A second click, or a change of mind and back, leaves no heap of empty drafts.
    let untouched: Option<(Uuid,)> = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT id FROM applications WHERE user_id = $1 AND status = 'draft' AND version = 1 AND previous_id IS NULL
           AND renews_id IS NULL AND document_id IS NULL AND profile_type = $2 AND role = $3",
        actor.user_id,
        profile_type.as_str(),
        role.as_str()
    )?;
    if let Some((id,)) = untouched {
        return Ok(id);
    }
    let fresh = Fresh { profile_type, role, ..Fresh::linked_as(Link::Undecided) };
    let id = insert(backend, &mut tx, actor, &fresh).await?;
    tx.commit().await?;
    Ok(id)
}

/// Opens a draft with the answers, the letter and the SiRUP account of the person's own refused application (guide step
/// 15), or gives the draft that was already opened from it.
///
/// # Errors
/// [`Error::NotFound`] if there is no such application; [`Conflict::StatusChanged`] if it was not refused;
/// [`Error::Throttled`] after many in a day.
pub async fn start_again(backend: &Backend, actor: &Actor, previous_id: Uuid) -> Result<Uuid> {
    let mut tx = backend.db.begin().await?;
    tx.lock_user(actor.user_id).await?;
    let (status, previous) = find(&mut tx, backend, actor, previous_id).await?;
    if status != Status::Rejected {
        return Err(Error::Conflict(Conflict::StatusChanged { status, at: previous.saved_at }));
    }
    let open: Option<(Uuid,)> = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT id FROM applications WHERE user_id = $1 AND previous_id = $2 AND status = 'draft'",
        actor.user_id,
        previous_id
    )?;
    if let Some((id,)) = open {
        return Ok(id);
    }
    let letter = match &previous.draft.letter {
        Some(letter) => Some(letters::copy(backend, &mut tx, actor, letter.id).await?),
        None => None,
    };
    let fresh = Fresh {
        profile_type: previous.draft.profile_type,
        role: previous.draft.role,
        answers: previous.draft.answers,
        document_id: letter,
        previous_id: Some(previous_id),
        renews_id: previous.renews.map(|(id, _)| id),
        ..Fresh::linked_as(previous.draft.link)
    };
    let id = insert(backend, &mut tx, actor, &fresh).await?;
    tx.commit().await?;
    Ok(id)
}

/// What a new draft begins with.
pub(crate) struct Fresh {
    pub profile_type: ProfileType,
    pub role: Role,
    pub account: Option<SirupAccount>,
    pub without_sirup: bool,
    pub answers: Answers,
    pub document_id: Option<Uuid>,
    pub previous_id: Option<Uuid>,
    pub renews_id: Option<Uuid>,
}

impl Fresh {
    /// An empty one that stands to SiRUP as `link` says.
    pub fn linked_as(link: Link) -> Self {
        let without_sirup = link == Link::New;
        let account = match link {
            Link::Linked(account) => Some(account),
            _ => None,
        };
        Self {
            profile_type: ProfileType::NonPenyedia,
            role: Role::Pa,
            account,
            without_sirup,
            answers: Answers::default(),
            document_id: None,
            previous_id: None,
            renews_id: None,
        }
    }
}

/// Writes a new draft; gives its id.
pub(crate) async fn insert(backend: &Backend, tx: &mut Tx, actor: &Actor, fresh: &Fresh) -> Result<Uuid> {
    let (id, now) = (backend.world.id(), backend.world.now());
    let first_of_many: Option<(i64,)> = fetch_optional!(
        tx,
        (i64,),
        "SELECT created_at FROM applications WHERE user_id = $1 AND created_at > $2
         ORDER BY created_at DESC LIMIT 1 OFFSET $3",
        actor.user_id,
        now.minus(DAY).micros(),
        MOST_DRAFTS - 1
    )?;
    if let Some((created_at,)) = first_of_many {
        return Err(Error::Throttled(Timestamp::from_micros(created_at).plus(DAY)));
    }
    execute!(
        tx,
        "INSERT INTO applications (id, user_id, status, version, profile_type, role, without_sirup, sirup_account,
             answers, document_id, previous_id, renews_id, institution_id, work_unit_id, created_at, updated_at)
         VALUES ($1, $2, 'draft', 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
        id,
        actor.user_id,
        fresh.profile_type.as_str(),
        fresh.role.as_str(),
        fresh.without_sirup,
        fresh.account.as_ref().map(Json),
        Json(&fresh.answers),
        fresh.document_id,
        fresh.previous_id,
        fresh.renews_id,
        fresh.answers.institution,
        fresh.answers.work_unit,
        now.micros()
    )?;
    backend.record(tx, actor, Action::DraftStarted, Some(id), fresh.role.as_str())?;
    Ok(id)
}

/// A draft after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The version to name at the next change.
    pub version: i64,
    /// When it was saved.
    pub at: Timestamp,
}

/// Stores the answers as typed, right or wrong (guide step 10), as far as the form of the profile type asks for them. What
/// is not among the institutions and work units is stored as not chosen; a changed type or institution clears what hung
/// on it.
///
/// # Errors
/// [`Conflict::DraftChanged`] if `version` is not the stored one; [`Conflict::StatusChanged`];
/// [`Conflict::OpenApplication`] if it is back for repair and another one with the desk is for the chosen work unit;
/// [`Error::NotFound`].
pub async fn save(backend: &Backend, actor: &Actor, id: Uuid, version: i64, answers: Answers) -> Result<Saved> {
    let mut tx = backend.db.begin().await?;
    let stored = find_draft(&mut tx, backend, actor, id).await?;
    let mut answers = answers.bounded().asked_of(stored.draft.profile_type).following(&stored.draft.answers);
    if stored.renews.is_some() {
        answers = renewals::held(answers, &stored.draft.answers);
    }
    if let Some(chosen) = answers.institution {
        let known: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), "SELECT id FROM institutions WHERE id = $1", chosen)?;
        answers.institution = known.map(|(id,)| id);
    }
    if let Some(chosen) = answers.work_unit {
        let known: Option<(Uuid,)> = fetch_optional!(
            tx,
            (Uuid,),
            "SELECT id FROM work_units WHERE id = $1 AND institution_id = $2",
            chosen,
            answers.institution
        )?;
        answers.work_unit = known.map(|(id,)| id);
    }
    if stored.repair.is_some() && answers.work_unit != stored.draft.answers.work_unit {
        // While it is back for repair it counts as open, and of those there is one for a work unit.
        tx.lock_user(actor.user_id).await?;
        let place = Place { work_unit_id: answers.work_unit, nib: None };
        refuse_second(&mut tx, actor.user_id, stored.draft.role, place, id).await?;
    }
    let saved = write_answers(backend, &mut tx, &stored, version, &answers).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Writes answers over those of `version`. The same answers once more change nothing and overrule nobody, whatever version
/// they name: the answer to an earlier save may have got lost, or a form may have been sent that saved as well.
async fn write_answers(
    backend: &Backend,
    tx: &mut Tx,
    stored: &StoredDraft,
    version: i64,
    answers: &Answers,
) -> Result<Saved> {
    if *answers == stored.draft.answers {
        return Ok(Saved { version: stored.version, at: stored.saved_at });
    }
    let now = backend.world.now();
    let changed = execute!(
        tx,
        "UPDATE applications SET answers = $3, institution_id = $4, work_unit_id = $5, version = version + 1,
             updated_at = $6
         WHERE id = $1 AND version = $2 AND status IN ('draft', 'returned')",
        stored.id,
        version,
        Json(answers),
        answers.institution,
        answers.work_unit,
        now.micros()
    )?;
    if changed == 0 {
        return Err(Error::Conflict(Conflict::DraftChanged { at: stored.saved_at }));
    }
    stored.tell_of_repair(tx);
    Ok(Saved { version: version + 1, at: now })
}

impl StoredDraft {
    /// Tells the desk, at the first change of what it returned, that it is being repaired: from then on the case is not
    /// shown there, since what is typed is not sent yet.
    fn tell_of_repair(&self, tx: &mut Tx) {
        if let Some(returned) = self.returned.filter(|returned| returned.at == self.saved_at) {
            tx.notify(returned.notice(self.id));
        }
    }
}

impl Returned {
    /// To the desk that returned it.
    fn notice(self, id: Uuid) -> Notice {
        Notice::Application { id, user_id: self.user_id, institution_id: self.institution_id }
    }
}
