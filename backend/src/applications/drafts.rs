//! New drafts: of a role, of a refused application, of an access that is renewed.

use std::time::Duration;

use domain::{
    applications::{answers::Answers, sirup::SirupAccount, wizard::Link},
    issues::{Field, Problem, conflict::Conflict},
    role::{ProfileType, Role},
    status::Status,
    time::Timestamp,
};
use sqlx::types::Json;
use uuid::Uuid;

use super::{letters, stored::find};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Tx, execute, fetch_one, fetch_optional, literals::DRAFT, sql},
    error::{Error, Result},
};

/// Most drafts that a person opens within a [`DAY`].
const MOST_DRAFTS: i64 = 50;
/// Most drafts of a person that were not sent yet.
const MOST_OPEN: u32 = 20;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Opens a draft for a role (guide step 2), or gives the person's untouched one for it.
///
/// # Errors
/// [`Problem::NotOffered`] if the profile type does not offer the role; [`Conflict::TooManyDrafts`];
/// [`Error::Throttled`] after many in a day.
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
        sql!(
            "SELECT id FROM applications WHERE user_id = $1 AND status = {DRAFT} AND version = 1 AND previous_id IS NULL
               AND renews_id IS NULL AND document_id IS NULL AND profile_type = $2 AND role = $3"
        ),
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
/// [`Conflict::TooManyDrafts`]; [`Error::Throttled`] after many in a day.
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
        sql!("SELECT id FROM applications WHERE user_id = $1 AND previous_id = $2 AND status = {DRAFT}"),
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

/// Fails if the person has too many drafts that were not sent, or opened too many in a day. `tx` has locked the person.
async fn refuse_another(tx: &mut Tx, actor: &Actor, now: Timestamp) -> Result<()> {
    let (open,): (i64,) = fetch_one!(
        tx,
        (i64,),
        sql!("SELECT count(*) FROM applications WHERE user_id = $1 AND status = {DRAFT}"),
        actor.user_id
    )?;
    if open >= i64::from(MOST_OPEN) {
        return Err(Error::Conflict(Conflict::TooManyDrafts { most: MOST_OPEN }));
    }
    let first_of_many: Option<(i64,)> = fetch_optional!(
        tx,
        (i64,),
        "SELECT created_at FROM applications WHERE user_id = $1 AND created_at > $2
         ORDER BY created_at DESC LIMIT 1 OFFSET $3",
        actor.user_id,
        now.minus(DAY).micros(),
        MOST_DRAFTS - 1
    )?;
    match first_of_many {
        Some((created_at,)) => Err(Error::Throttled(Timestamp::from_micros(created_at).plus(DAY))),
        None => Ok(()),
    }
}

/// Writes a new draft; gives its id.
pub(crate) async fn insert(backend: &Backend, tx: &mut Tx, actor: &Actor, fresh: &Fresh) -> Result<Uuid> {
    let (id, now) = (backend.world.id(), backend.world.now());
    refuse_another(tx, actor, now).await?;
    execute!(
        tx,
        sql!(
            "INSERT INTO applications (id, user_id, status, version, profile_type, role, without_sirup, sirup_account,
             answers, document_id, previous_id, renews_id, institution_id, work_unit_id, created_at, updated_at)
         VALUES ($1, $2, {DRAFT}, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)"
        ),
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
