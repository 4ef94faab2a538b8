//! Sending an application (guide steps 11 and 12) and taking it back.

use domain::{
    applications::{
        address::check_address,
        company::{self, Company},
        reference::{Reference, Series},
        wizard::{self, Draft, Step},
    },
    issues::{Field, Issue, Problem, conflict::Conflict},
    role::{ProfileType, Role},
    status::Status,
    validity::Validity,
};
use time::Date;
use uuid::Uuid;

use super::find;
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Tx, execute, fetch_one, fetch_optional},
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
    match status {
        Status::Draft | Status::Returned => {}
        Status::Submitted | Status::InReview | Status::Approved | Status::Rejected => {
            let (reference,): (String,) =
                fetch_one!(tx, (String,), "SELECT reference FROM applications WHERE id = $1", id)?;
            // What it says is on disk, also if another request of this moment wrote it.
            tx.commit().await?;
            return Ok(reference);
        }
        Status::Withdrawn => {
            return Err(Error::Conflict(Conflict::StatusChanged { status, at: stored.saved_at }));
        }
    }
    let letter = stored.draft.letter.as_ref().map(|letter| letter.id);
    if stored.version != submission.version || letter != submission.letter {
        return Err(Error::Conflict(Conflict::DraftChanged { at: stored.saved_at }));
    }
    let today = backend.world.today(actor.zone);
    let mut issues = wizard::issues(&stored.draft, Step::Review, today);
    if !submission.confirmed {
        issues.push(Issue::new(Field::Confirmation, Problem::NotConfirmed));
    }
    let draft = &stored.draft;
    let Some(wish) = Wish::of(draft).filter(|_| issues.is_empty()) else {
        return Err(Error::Invalid(issues));
    };

    refuse_second(&mut tx, actor.user_id, draft.role, wish.place(), id).await?;
    // Of a supplier, the period that an approval today would give.
    let continued = stored.renews.map(|(_, before)| before.last());
    let expected = wish.validity.unwrap_or_else(|| company::validity(today, continued));
    refuse_overlap(&mut tx, actor.user_id, draft.role, wish.place(), expected).await?;

    let now = backend.world.now();
    let reference: String = {
        let known: Option<(Option<String>,)> =
            fetch_optional!(tx, (Option<String>,), "SELECT reference FROM applications WHERE id = $1", id)?;
        match known.and_then(|(reference,)| reference) {
            Some(reference) => reference, // sent before, and back for repair
            None => next_reference(backend, &mut tx, Series::Application).await?,
        }
    };
    let changed = execute!(
        tx,
        "UPDATE applications SET status = 'submitted', version = version + 1, reference = $3, first_day = $4,
             last_day = $5, address = $6, submitted_at = $7, updated_at = $7,
             first_submitted_at = coalesce(first_submitted_at, $7), applicant_name = $9,
             employee_number_kind = (SELECT employee_number_kind FROM users WHERE users.id = $10),
             employee_number = (SELECT employee_number FROM users WHERE users.id = $10)
         WHERE id = $1 AND version = $2 AND document_id = $8 AND status IN ('draft', 'returned')",
        id,
        stored.version,
        &reference,
        wish.validity.map(Validity::first),
        wish.validity.map(Validity::last),
        wish.address,
        now.micros(),
        letter,
        &actor.name,
        actor.user_id
    )?;
    if changed == 0 {
        return Err(Error::Conflict(Conflict::DraftChanged { at: stored.saved_at }));
    }
    if let Some(company) = &wish.company {
        put_company(&mut tx, id, company).await?;
    }
    let case = Case {
        id,
        reference: reference.clone(),
        role: draft.role,
        work_unit: wish.work_unit,
        institution: wish.institution,
        validity: wish.validity,
    };
    let due = backend.master_data.holidays().due(now.date(actor.zone));
    backend.post(&mut tx, &actor.recipient()?, &Mail::Submitted { name: actor.name.clone(), case, due }).await?;
    backend.record(&mut tx, actor, Action::ApplicationSubmitted, Some(id), &reference)?;
    tx.notify(Notice::Application { id, user_id: actor.user_id, institution_id: draft.answers.institution });
    if let Some(returned) = stored.returned {
        tx.notify(returned.notice(id)); // what was sent may be for another desk
    }
    tx.commit().await?;
    Ok(reference)
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

    fn place(&self) -> Place<'_> {
        Place { work_unit_id: self.work_unit_id, nib: self.company.as_ref().map(|company| company.nib.as_str()) }
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

/// What a role is held for: a work unit or, by a supplier, the company of a NIB. Who has one access or open application
/// for it gets no second ([`Tx::lock_user`] guards it; of work units a unique index too).
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub work_unit_id: Option<Uuid>,
    pub nib: Option<&'a str>,
}

/// Refuses a second open application of a person for the same role and place, beside `id`.
pub(crate) async fn refuse_second(tx: &mut Tx, user_id: Uuid, role: Role, place: Place<'_>, id: Uuid) -> Result<()> {
    let open: Option<(String,)> = fetch_optional!(
        tx,
        (String,),
        "SELECT a.reference FROM applications a LEFT JOIN companies k ON k.application_id = a.id
         WHERE a.user_id = $1 AND a.role = $2 AND (a.work_unit_id = $3 OR k.nib = $4) AND a.id <> $5
           AND a.status IN ('submitted', 'in_review', 'returned') LIMIT 1",
        user_id,
        role.as_str(),
        place.work_unit_id,
        place.nib,
        id
    )?;
    match open {
        Some((reference,)) if place.nib.is_some() => Err(Error::Conflict(Conflict::OpenForCompany { reference })),
        Some((reference,)) => Err(Error::Conflict(Conflict::OpenApplication { reference })),
        None => Ok(()),
    }
}

/// Refuses a period in which the person already has an access for this role and place.
pub(crate) async fn refuse_overlap(
    tx: &mut Tx,
    user_id: Uuid,
    role: Role,
    place: Place<'_>,
    validity: Validity,
) -> Result<()> {
    let overlapping: Option<(Date, Date)> = fetch_optional!(
        tx,
        (Date, Date),
        "SELECT c.first_day, c.last_day FROM accesses c LEFT JOIN companies k ON k.application_id = c.application_id
         WHERE c.user_id = $1 AND c.role = $2 AND (c.work_unit_id = $3 OR k.nib = $4) AND c.revoked_at IS NULL
           AND c.first_day <= $6 AND c.last_day >= $5 ORDER BY c.last_day DESC LIMIT 1",
        user_id,
        role.as_str(),
        place.work_unit_id,
        place.nib,
        validity.first(),
        validity.last()
    )?;
    match overlapping {
        Some((first, last)) if place.nib.is_some() => Err(Error::Conflict(Conflict::AccessForCompany { first, last })),
        Some((first, last)) => Err(Error::Conflict(Conflict::OverlappingAccess { first, last })),
        None => Ok(()),
    }
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
    let changed = execute!(
        tx,
        "UPDATE applications SET status = 'withdrawn', version = version + 1, updated_at = $2
         WHERE id = $1 AND status IN ('draft', 'submitted', 'returned')",
        id,
        now.micros()
    )?;
    if changed == 0 {
        return Err(Error::Conflict(Conflict::StatusChanged { status, at: stored.saved_at }));
    }
    backend.record(&mut tx, actor, Action::ApplicationWithdrawn, Some(id), ())?;
    let institution_id = stored.draft.institution.as_ref().map(|institution| institution.id);
    tx.notify(match stored.returned {
        Some(returned) => returned.notice(id),
        None => Notice::Application { id, user_id: actor.user_id, institution_id },
    });
    tx.commit().await
}
