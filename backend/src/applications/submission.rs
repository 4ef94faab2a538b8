//! Sending an application (guide steps 11 and 12) and taking it back.

use domain::{
    applications::{
        address::check_address,
        company::{self, Company},
        reference::{Reference, Series},
        wizard::{self, Draft, Step},
    },
    issues::{Field, Issue, Problem, conflict::Conflict},
    role::ProfileType,
    status::{Action, Status},
    time::Timestamp,
    validity::Validity,
};
use uuid::Uuid;

use super::{
    place::{RolePlace, refuse_overlap, refuse_second},
    stored::{StoredDraft, find},
    transition::{Change, Doer, mail_due, perform},
};
use crate::{
    Actor, Backend,
    db::{Tx, args, execute, fetch_one, fetch_optional, literals::RETURNED, sql},
    error::{Error, Result},
    mail::{Case, Mail},
    notice::Notice,
};

/// What the review page sends.
#[derive(Clone, Copy, Debug)]
pub struct Submission {
    /// The version that was reviewed: what was seen is what is sent.
    pub version: i64,
    /// The letter that was reviewed.
    pub letter: Option<Uuid>,
    /// Whether the tick box that confirms the data is ticked.
    pub confirmed: bool,
}

/// Sends the draft to the desk, with its number and its mail. Sent again (a second click, an answer that got lost), it
/// gives the same number and changes nothing.
///
/// # Errors
/// [`Error::Invalid`] with everything that is still wrong; [`Conflict::DraftChanged`], [`Conflict::OpenApplication`],
/// [`Conflict::OverlappingAccess`], of a supplier [`Conflict::OpenForCompany`], [`Conflict::AccessForCompany`];
/// [`Conflict::StatusChanged`]; [`Error::NotFound`].
pub async fn submit(backend: &Backend, actor: &Actor, id: Uuid, submission: Submission) -> Result<String> {
    let mut tx = backend.db.begin().await?;
    tx.lock_user(actor.user_id).await?;
    let (status, stored) = find(&mut tx, backend, actor, id).await?;
    if status == Status::Withdrawn {
        return Err(Error::Conflict(Conflict::StatusChanged { status, at: stored.saved_at }));
    }
    if !status.is_editable() {
        let (reference,): (String,) =
            fetch_one!(tx, (String,), "SELECT reference FROM applications WHERE id = $1", id)?;
        // Another request of this moment may have sent it: what this one answers must be on disk as well.
        tx.commit().await?;
        return Ok(reference);
    }
    let wish = check(backend, actor, &stored, submission)?;
    let draft = &stored.draft;

    refuse_second(&mut tx, actor.user_id, draft.role, wish.place(), id).await?;
    // Of a supplier, the period that an approval today would give.
    let continued = stored.renews.map(|(_, before)| before.last());
    let expected = wish.validity.unwrap_or_else(|| company::validity(backend.world.today(actor.zone), continued));
    refuse_overlap(&mut tx, actor.user_id, draft.role, wish.place(), expected).await?;

    let reference = reference(backend, &mut tx, id).await?;
    // One instant for both, so that the mail promises the day that the pages show, also around midnight.
    let now = backend.world.now();
    send(backend, &mut tx, actor, &stored, &wish, (&reference, now)).await?;
    post_receipt(backend, &mut tx, actor, &stored, wish, (&reference, now)).await?;
    tx.notify(Notice::Application { id, user_id: actor.user_id, institution_id: draft.answers.institution });
    if let Some(returned) = stored.returned {
        tx.notify(returned.notice(id)); // what was sent may be for another desk
    }
    tx.commit().await?;
    Ok(reference)
}

/// Passes if the draft is what was reviewed and nothing in it is wrong.
fn check<'a>(backend: &Backend, actor: &Actor, stored: &'a StoredDraft, submission: Submission) -> Result<Wish<'a>> {
    let letter = stored.draft.letter.as_ref().map(|letter| letter.id);
    if stored.version != submission.version || letter != submission.letter {
        return Err(Error::Conflict(Conflict::DraftChanged { at: stored.saved_at }));
    }
    let mut issues = wizard::issues(&stored.draft, Step::Review, backend.world.today(actor.zone));
    if !submission.confirmed {
        issues.push(Issue::new(Field::Confirmation, Problem::NotConfirmed));
    }
    Wish::of(&stored.draft).filter(|_| issues.is_empty()).ok_or(Error::Invalid(issues))
}

/// The number of an application: the one that it was sent with before, or the next.
async fn reference(backend: &Backend, tx: &mut Tx, id: Uuid) -> Result<String> {
    let known: Option<(Option<String>,)> =
        fetch_optional!(tx, (Option<String>,), "SELECT reference FROM applications WHERE id = $1", id)?;
    match known.and_then(|(reference,)| reference) {
        Some(reference) => Ok(reference),
        None => next_reference(backend, tx, Series::Application).await,
    }
}

/// Moves the application to the desk and keeps what was sent.
async fn send(
    backend: &Backend,
    tx: &mut Tx,
    actor: &Actor,
    stored: &StoredDraft,
    wish: &Wish<'_>,
    (reference, now): (&str, Timestamp),
) -> Result<()> {
    let args = args!(
        tx,
        stored.id,
        stored.version,
        reference,
        wish.validity.map(Validity::first),
        wish.validity.map(Validity::last),
        wish.address,
        now.micros(),
        stored.draft.letter.as_ref().map(|letter| letter.id),
        &actor.name,
        actor.user_id
    )?;
    let change = Change {
        action: Action::Submit,
        set: "reference = $3, first_day = $4, last_day = $5, address = $6, submitted_at = $7, updated_at = $7,
              repair_began_at = NULL, first_submitted_at = coalesce(first_submitted_at, $7), applicant_name = $9,
              employee_number_kind = (SELECT employee_number_kind FROM users WHERE users.id = $10),
              employee_number = (SELECT employee_number FROM users WHERE users.id = $10)",
        only: "id = $1 AND version = $2 AND document_id = $8",
    };
    let moved = perform(backend, tx, Doer::Applicant(actor), change, args, Some(reference)).await?;
    if moved.is_empty() {
        return Err(Error::Conflict(Conflict::DraftChanged { at: stored.saved_at }));
    }
    if let Some(company) = &wish.company {
        put_company(tx, stored.id, company).await?;
    }
    put_snapshot(tx, stored.id).await
}

/// Keeps an application as it is sent now, for the desk.
async fn put_snapshot(tx: &mut Tx, id: Uuid) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO submissions (application_id, submitted_at, institution_id, work_unit_id, document_id, sirup_account,
             answers)
         SELECT id, submitted_at, institution_id, work_unit_id, document_id, sirup_account, answers
         FROM applications WHERE id = $1
         ON CONFLICT (application_id) DO UPDATE
         SET submitted_at = excluded.submitted_at, institution_id = excluded.institution_id,
             work_unit_id = excluded.work_unit_id, document_id = excluded.document_id,
             sirup_account = excluded.sirup_account, answers = excluded.answers",
        id
    )?;
    Ok(())
}

/// Writes the mail that says what was received, and until when a decision is promised.
async fn post_receipt(
    backend: &Backend,
    tx: &mut Tx,
    actor: &Actor,
    stored: &StoredDraft,
    wish: Wish<'_>,
    (reference, now): (&str, Timestamp),
) -> Result<()> {
    let case = Case {
        id: stored.id,
        reference: reference.to_owned(),
        role: stored.draft.role,
        work_unit: wish.work_unit,
        institution: wish.institution,
        validity: wish.validity,
    };
    let due = backend.master_data.holidays().due(now.date(actor.zone));
    let mail = Mail::Submitted { name: actor.name.clone(), case, due };
    if let Some(leaves) = mail_due(Action::Submit, now) {
        backend.post_at(tx, &actor.recipient()?, &mail, leaves).await?;
    }
    Ok(())
}

/// What a draft asks for that has nothing wrong with it.
struct Wish<'a> {
    work_unit_id: Option<Uuid>,
    /// Name of the work unit or of the company.
    work_unit: String,
    /// Name of the institution, or the number of the company.
    institution: String,
    /// The company of a supplier.
    company: Option<Company>,
    /// The period; that of a supplier begins with the approval.
    validity: Option<Validity>,
    /// The address of the work unit.
    address: Option<&'a str>,
}

impl<'a> Wish<'a> {
    /// `None` while something is missing.
    fn of(draft: &'a Draft) -> Option<Self> {
        let answers = &draft.answers;
        Some(match draft.profile_type {
            ProfileType::NonPenyedia => {
                let (institution, unit) = (draft.institution.as_ref()?, draft.work_unit.as_ref()?);
                Self {
                    work_unit_id: Some(unit.id),
                    work_unit: unit.name.clone(),
                    institution: institution.name.clone(),
                    company: None,
                    validity: Some(wizard::validity(answers)?),
                    // Asked for or not: of two first registrants both give one, and the first approved becomes the work
                    // unit's.
                    address: Some(answers.address.trim()).filter(|address| check_address(address).is_ok()),
                }
            }
            ProfileType::Penyedia => {
                let company = Company::read(&answers.company)?;
                Self {
                    work_unit_id: None,
                    work_unit: company.name.as_str().to_owned(),
                    institution: company.nib.label(),
                    company: Some(company),
                    validity: None,
                    address: None,
                }
            }
        })
    }

    fn place(&self) -> RolePlace<'_> {
        RolePlace { work_unit_id: self.work_unit_id, nib: self.company.as_ref().map(|company| company.nib.as_str()) }
    }
}

/// Writes the company of an application as it is sent now.
async fn put_company(tx: &mut Tx, id: Uuid, company: &Company) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO companies (application_id, name, npwp, nib, address) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (application_id) DO UPDATE
         SET name = excluded.name, npwp = excluded.npwp, nib = excluded.nib, address = excluded.address",
        id,
        company.name.as_str(),
        company.npwp.as_str(),
        company.nib.as_str(),
        &company.address
    )?;
    Ok(())
}

/// The next number of a series; numbers of a year have no gaps, since a transaction that fails gives its number back.
pub(crate) async fn next_reference(backend: &Backend, tx: &mut Tx, series: Series) -> Result<String> {
    let year = backend.world.today(domain::time::Zone::Wib).year();
    let (number,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "INSERT INTO counters (series, year, number) VALUES ($1, $2, 1)
         ON CONFLICT (series, year) DO UPDATE SET number = counters.number + 1 RETURNING number",
        series.as_str(),
        i64::from(year)
    )?;
    Ok(Reference::new(series, year, u32::try_from(number).unwrap_or(u32::MAX)).to_string())
}

/// Takes an application back (**Batalkan pengajuan**), or discards a draft.
///
/// # Errors
/// [`Conflict::StatusChanged`] if it is under review, decided or already withdrawn; [`Error::NotFound`].
pub async fn withdraw(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let (status, stored) = find(&mut tx, backend, actor, id).await?;
    let change = Change {
        action: Action::Withdraw,
        // What was withdrawn while it was back for repair is the person's alone, as if they had changed it.
        set: sql!(
            "updated_at = $2,
             repair_began_at = CASE WHEN status = {RETURNED} THEN coalesce(repair_began_at, $2) ELSE repair_began_at END"
        ),
        only: "id = $1",
    };
    let args = args!(tx, id, now.micros())?;
    let moved = perform(backend, &mut tx, Doer::Applicant(actor), change, args, Some(())).await?;
    if moved.is_empty() {
        return Err(Error::Conflict(Conflict::StatusChanged { status, at: stored.saved_at }));
    }
    let institution_id = stored.draft.institution.as_ref().map(|institution| institution.id);
    tx.notify(match stored.returned {
        Some(returned) => returned.notice(id),
        None => Notice::Application { id, user_id: actor.user_id, institution_id },
    });
    tx.commit().await
}
