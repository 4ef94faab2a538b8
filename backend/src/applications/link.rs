//! Hubungkan Akses SiRUP (guide steps 3 to 9).

use domain::{
    applications::{answers::Answers, sirup::SirupAccount},
    indonesian::date_time,
    issues::{Field, Issue, Problem, link_failure::LinkFailure},
    master_data::work_unit::ActiveYears,
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    editing::{edit, write_answers},
    link_limits::Attempt,
    place::{RolePlace, refuse_second},
    stored::{StoredDraft, find_draft},
};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Tx, args, execute, fetch_all, fetch_one, fetch_optional},
    error::{Error, Result},
    mail::Mail,
    sirup::Answer,
};

/// Most characters of a username or password that are sent on.
const LONGEST: usize = 200;

/// Checks username and password at SiRUP and binds the account to this person and this draft. The password is sent once
/// and forgotten.
///
/// # Errors
/// [`Problem::Missing`] at an empty field; [`Problem::Sirup`] with the kind of failure; [`Error::NotFound`];
/// [`Problem::NotOffered`] for a role that SiRUP does not know; [`domain::issues::conflict::Conflict::StatusChanged`];
/// [`domain::issues::conflict::Conflict::OpenApplication`] if it is back for repair and another one with the desk is for the work
/// unit that the account fills in.
pub async fn link_sirup(
    backend: &Backend,
    actor: &Actor,
    id: Uuid,
    username: &str,
    password: &SecretString,
) -> Result<()> {
    {
        let mut conn = backend.db.read().await?;
        offered(&find_draft(&mut conn, backend, actor, id).await?)?;
    }
    let missing = [
        (Field::SirupUsername, username.trim().is_empty()),
        (Field::SirupPassword, password.expose_secret().is_empty()),
    ];
    let missing: Vec<Issue> =
        missing.into_iter().filter(|(_, empty)| *empty).map(|(field, _)| Issue::new(field, Problem::Missing)).collect();
    if !missing.is_empty() {
        return Err(Error::Invalid(missing));
    }
    if username.chars().count() > LONGEST || password.expose_secret().chars().count() > LONGEST {
        return Err(Error::invalid(Field::SirupUsername, Problem::TooLong { max: LONGEST }));
    }

    let attempt = Attempt::count(backend, actor, username).await?;
    match backend.sirup.verify(&attempt.asker, username.trim(), password).await {
        Answer::WrongCredentials | Answer::BadInput => {
            Err(failure(LinkFailure::WrongCredentials { left: attempt.left }))
        }
        // Counted like a wrong password: what is refused costs SiRUP as much, and could be asked without end.
        Answer::Refused => Err(failure(LinkFailure::Unavailable)),
        Answer::Unavailable => {
            attempt.was_not_answered(backend).await?;
            Err(failure(LinkFailure::Unavailable))
        }
        Answer::Account(account) => {
            attempt.was_right(backend).await?;
            let cutoff = backend.settings.sirup_cutoff;
            if !account.is_old_enough(cutoff) {
                return Err(failure(LinkFailure::RegisteredTooLate { cutoff }));
            }
            bind(backend, actor, id, account).await
        }
    }
}

/// Puts an account that this person linked before to this draft, without asking SiRUP again.
///
/// # Errors
/// [`Error::NotFound`] if it is not theirs or there is no such draft; [`Problem::NotOffered`] for a role that SiRUP does not
/// know; the conflicts of [`link_sirup`].
pub async fn reuse_account(backend: &Backend, actor: &Actor, id: Uuid, username: &str) -> Result<()> {
    if username.contains('\0') {
        return Err(Error::NotFound); // PostgreSQL does not even look for it
    }
    let account: Option<(Json<SirupAccount>,)> = {
        let mut conn = backend.db.read().await?;
        fetch_optional!(
            conn,
            (Json<SirupAccount>,),
            "SELECT account FROM sirup_links WHERE username_key = $1 AND user_id = $2",
            SirupAccount::key(username),
            actor.user_id
        )?
    };
    let (Json(account),) = account.ok_or(Error::NotFound)?;
    bind(backend, actor, id, account).await
}

/// The usernames that this person has linked.
///
/// # Errors
/// If the database does not answer.
pub async fn known_accounts(backend: &Backend, actor: &Actor) -> Result<Vec<String>> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Json<SirupAccount>,)> = fetch_all!(
        conn,
        (Json<SirupAccount>,),
        "SELECT account FROM sirup_links WHERE user_id = $1 ORDER BY username_key",
        actor.user_id
    )?;
    Ok(rows.into_iter().map(|(Json(account),)| account.username).collect())
}

/// Goes on without SiRUP (guide step 9, **Ya, Lanjutkan**).
///
/// # Errors
/// [`Error::NotFound`]; [`Problem::NotOffered`] for a role that SiRUP does not know;
/// [`domain::issues::conflict::Conflict::StatusChanged`].
pub async fn confirm_new_access(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let stored = find_draft(&mut tx, backend, actor, id).await?;
    offered(&stored)?;
    let args = args!(tx, stored.id, backend.world.now().micros(), true)?;
    edit(&mut tx, "without_sirup = $3, sirup_account = NULL, version = version + 1", "", args).await?;
    stored.notify_repair(&mut tx);
    backend.record(&mut tx, actor, Action::NewAccessConfirmed, Some(id), ())?;
    tx.commit().await
}

/// Makes the account this person's, if it is nobody's, and puts it to the draft.
async fn bind(backend: &Backend, actor: &Actor, id: Uuid, account: SirupAccount) -> Result<()> {
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    // Before the application, as whoever sends it does: neither waits for the other.
    tx.lock_user(actor.user_id).await?;
    let stored = find_draft(&mut tx, backend, actor, id).await?;
    offered(&stored)?;
    let linked: Option<(Uuid,)> = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT user_id FROM sirup_links WHERE username_key = $1",
        SirupAccount::key(&account.username)
    )?;
    // Of two persons at the same instant, the primary key lets one in; the other reads whose it is.
    execute!(
        tx,
        "INSERT INTO sirup_links (username_key, user_id, account, linked_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (username_key) DO UPDATE SET account = excluded.account
         WHERE sirup_links.user_id = excluded.user_id",
        SirupAccount::key(&account.username),
        actor.user_id,
        Json(&account),
        now.micros()
    )?;
    let (owner,): (Uuid,) = fetch_one!(
        tx,
        (Uuid,),
        "SELECT user_id FROM sirup_links WHERE username_key = $1",
        SirupAccount::key(&account.username)
    )?;
    if owner != actor.user_id {
        return Err(failure(LinkFailure::AlreadyLinked));
    }
    if linked.is_none() {
        let mail = Mail::SirupLinked { name: actor.name.clone(), at: date_time(now, actor.zone) };
        backend.post_within_budget(&mut tx, &actor.recipient()?, &mail, None).await?;
    }
    let args = args!(tx, id, now.micros(), Json(&account), false)?;
    edit(&mut tx, "sirup_account = $3, without_sirup = $4, version = version + 1", "", args).await?;
    stored.notify_repair(&mut tx);
    let stored = find_draft(&mut tx, backend, actor, stored.id).await?;
    if let Some(answers) = filled_in(backend, &mut tx, actor, &stored.draft.answers, &account).await? {
        if stored.repair.is_some() && answers.work_unit != stored.draft.answers.work_unit {
            // While it is back for repair it counts as open, and of those there is one for a work unit.
            let place = RolePlace { work_unit_id: answers.work_unit, nib: None };
            refuse_second(&mut tx, actor.user_id, stored.draft.role, place, id).await?;
        }
        write_answers(backend, &mut tx, &stored, stored.version, &answers).await?;
    }
    backend.record(&mut tx, actor, Action::SirupLinked, Some(id), &account.username)?;
    tx.commit().await
}

/// The answers with the institution and the work unit that SiRUP names, as far as the person has chosen none and they
/// are in the master data. A work unit that is not active this year is left for the person to choose.
async fn filled_in(
    backend: &Backend,
    tx: &mut Tx,
    actor: &Actor,
    answers: &Answers,
    account: &SirupAccount,
) -> Result<Option<Answers>> {
    let Some(kd_klpd) = account.kd_klpd.as_deref().filter(|_| answers.institution.is_none()) else {
        return Ok(None);
    };
    let institution: Option<(Uuid, String)> =
        fetch_optional!(tx, (Uuid, String), "SELECT id, kind FROM institutions WHERE kd_klpd = $1", kd_klpd)?;
    let Some((institution, kind)) = institution else { return Ok(None) };
    let mut filled = answers.clone();
    filled.institution = Some(institution);
    filled.institution_type = Some(kind.parse().map_err(Error::internal)?);
    if let Some(code) = &account.kd_satker {
        let this_year = ActiveYears::only(backend.world.today(actor.zone).year());
        let units: Vec<(Uuid,)> = fetch_all!(
            tx,
            (Uuid,),
            "SELECT id FROM work_units WHERE institution_id = $1 AND code = $2 AND (active_years & $3) <> 0",
            institution,
            code,
            this_year.bits()
        )?;
        // Codes are not unique; of several, the person chooses.
        if let [(only,)] = units.as_slice() {
            filled.work_unit = Some(*only);
        }
    }
    Ok(Some(filled))
}

/// Refuses a role of which SiRUP knows nothing: an account would fill in an institution that its form has no place for.
fn offered(stored: &StoredDraft) -> Result<()> {
    if stored.draft.role.info().in_sirup {
        Ok(())
    } else {
        Err(Error::invalid(Field::SirupUsername, Problem::NotOffered))
    }
}

fn failure(kind: LinkFailure) -> Error {
    Error::invalid(Field::SirupUsername, Problem::Sirup(kind))
}
