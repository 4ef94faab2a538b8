//! Renewal: what follows an access, so that it continues without a gap, and the reminders of its end.

use domain::{
    accesses::{REMINDERS, Renewal, overview::Access},
    accounts::email::Email,
    applications::answers::Answers,
    issues::conflict::Conflict,
    role::Role,
    status::Status,
    time::Zone,
    validity::DateInput,
};
use time::{Date, Duration};
use uuid::Uuid;

use super::{
    drafts::{self, Fresh},
    stored::find,
};
use crate::{
    Actor, Backend, accesses,
    audit::{Action, Who},
    db::{execute, fetch_all, literals::STANDING, sql},
    error::{Error, Result},
    mail::Mail,
};

/// Most reminders in one transaction.
const BATCH: i64 = 200;

/// The access that a renewal would continue, and whether it can be renewed today. Changes nothing.
///
/// # Errors
/// [`Error::NotFound`] if it is not the person's.
pub async fn look(backend: &Backend, actor: &Actor, access_id: Uuid) -> Result<Access> {
    let mut conn = backend.db.read().await?;
    accesses::find(&mut conn, backend, actor, access_id).await
}

/// Opens the short application that continues an access (**Perpanjang**, from 60 days before its end), or takes it up
/// again after it (**Aktifkan Kembali**): the same role, institution and work unit (of a supplier: the same company by its
/// NIB), a new period and a new letter. Gives the draft that was opened already, if there is one; after a refusal, one with its answers and its reason.
///
/// # Errors
/// [`Error::NotFound`] if it is not the person's; [`Conflict::NotRenewable`]; [`Error::Throttled`] after many drafts in a
/// day.
pub async fn start(backend: &Backend, actor: &Actor, access_id: Uuid) -> Result<Uuid> {
    let mut tx = backend.db.begin().await?;
    tx.lock_user(actor.user_id).await?;
    let access = accesses::find(&mut tx, backend, actor, access_id).await?;
    let renewal = access.renewal.map_err(|why| Error::Conflict(Conflict::NotRenewable(why)))?;
    match access.renewed_by {
        Some((id, Status::Draft)) => return Ok(id),
        Some((id, Status::Rejected)) => {
            drop(tx);
            return drafts::start_again(backend, actor, id).await;
        }
        _ => {}
    }
    let before = find(&mut tx, backend, actor, access.application_id).await?.1.draft;
    let first = match renewal {
        Renewal::Extend => access.validity.last().saturating_add(Duration::days(1)),
        Renewal::Revive => backend.world.today(actor.zone),
    };
    let fresh = Fresh {
        profile_type: before.profile_type,
        role: before.role,
        renews_id: Some(access_id),
        answers: Answers {
            address: String::new(),
            first_day: DateInput::from_date(first),
            last_day: DateInput::default(),
            ..before.answers
        }
        .asked_of(before.profile_type),
        ..Fresh::linked_as(before.link)
    };
    let id = drafts::insert(backend, &mut tx, actor, &fresh).await?;
    tx.commit().await?;
    Ok(id)
}

/// Reminds of accesses that end within 30, 14 and 3 days: once for each, and of several that have come only the nearest.
/// Who renews already, or has a later access for the same, is left in peace. Gives how many mails were written.
///
/// # Errors
/// If the database refuses.
pub async fn remind(backend: &Backend) -> Result<usize> {
    let mut written = 0;
    for days in REMINDERS {
        loop {
            let (found, mails) = remind_some(backend, days).await?;
            written += mails;
            if found < usize::try_from(BATCH).unwrap_or(usize::MAX) {
                break;
            }
        }
    }
    Ok(written)
}

/// An access that ends soon and was not reminded of it for so many days.
#[derive(sqlx::FromRow)]
struct Ending {
    id: Uuid,
    name: String,
    email: String,
    #[sqlx(try_from = "String")]
    zone: Zone,
    #[sqlx(try_from = "String")]
    role: Role,
    work_unit: String,
    last_day: Date,
    renewing: bool,
}

/// The accesses that end within `days` from `today` on and were not reminded of that yet, at most [`BATCH`].
async fn ending(backend: &Backend, today: Date, days: i64) -> Result<Vec<Ending>> {
    let mut conn = backend.db.read().await?;
    let ending: Vec<Ending> = fetch_all!(
        conn,
        Ending,
        sql!(
            "SELECT c.id, u.name, u.email, c.zone, c.role, coalesce(w.name, k.name) AS work_unit, c.last_day,
                EXISTS (SELECT 1 FROM applications a WHERE a.renews_id = c.id
                          AND a.status IN {STANDING})
                OR EXISTS (SELECT 1 FROM accesses n LEFT JOIN companies m ON m.application_id = n.application_id
                           WHERE n.user_id = c.user_id AND n.role = c.role
                             AND (n.work_unit_id = c.work_unit_id OR m.nib = k.nib)
                             AND n.revoked_at IS NULL AND n.last_day > c.last_day) AS renewing
         FROM accesses c JOIN users u ON u.id = c.user_id LEFT JOIN work_units w ON w.id = c.work_unit_id
         LEFT JOIN companies k ON k.application_id = c.application_id
         WHERE c.revoked_at IS NULL AND c.last_day >= $1 AND c.last_day <= $2 AND u.disabled_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM access_reminders r WHERE r.access_id = c.id AND r.days <= $3)
         ORDER BY c.last_day, c.id LIMIT $4"
        ),
        today,
        today.saturating_add(Duration::days(days)),
        days,
        BATCH
    )?;
    Ok(ending)
}

/// Reminds of the accesses of one batch; gives how many there were, and how many mails were written.
async fn remind_some(backend: &Backend, days: i64) -> Result<(usize, usize)> {
    let (now, today) = (backend.world.now(), backend.world.today(Zone::Wib));
    let ending = ending(backend, today, days).await?;
    let (found, mut mails) = (ending.len(), 0);
    let mut tx = backend.db.begin().await?;
    for access in ending {
        // Of two servers at once, one writes the row and the mail. A verdict may be taken back meanwhile.
        let sql = tx.dialect().pick(
            "INSERT INTO access_reminders (access_id, days, sent_at)
             SELECT c.id, $2, $3 FROM accesses c WHERE c.id = $1 AND c.revoked_at IS NULL ON CONFLICT DO NOTHING",
            "INSERT INTO access_reminders (access_id, days, sent_at)
             SELECT c.id, $2, $3 FROM accesses c WHERE c.id = $1 AND c.revoked_at IS NULL FOR SHARE OF c
             ON CONFLICT DO NOTHING",
        );
        let first = execute!(tx, sql, access.id, days, now.micros())?;
        // Further east, the day may be over already.
        let left = (access.last_day - now.date(access.zone)).whole_days();
        if first == 0 || access.renewing || left < 0 {
            continue;
        }
        let recipient = Email::parse(&access.email).map_err(|problem| Error::internal(format!("{problem:?}")))?;
        let mail = Mail::AccessEnding {
            name: access.name,
            access: access.id,
            role: access.role,
            work_unit: access.work_unit,
            last_day: access.last_day,
            days: left,
        };
        backend.post(&mut tx, &recipient, &mail).await?;
        backend.record(&mut tx, Who::nobody(), Action::AccessReminded, Some(access.id), left)?;
        mails += 1;
    }
    tx.commit().await?;
    Ok((found, mails))
}
