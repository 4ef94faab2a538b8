//! Renewal: what follows an access, so that it continues without a gap, and the reminders of its end.

use domain::{
    access::{REMINDERS, RENEWABLE_DAYS},
    answers::Answers,
    application::Status,
    conflict::Conflict,
    email::Email,
    role::Role,
    time::Zone,
    validity::DateInput,
};
use time::{Date, Duration};
use uuid::Uuid;

use crate::{
    Actor, Backend,
    applications::{self, Fresh},
    audit::{Action, Who},
    db::{execute, fetch_all, fetch_optional},
    error::{Error, Result},
    mail::Mail,
};

/// Most reminders in one transaction.
const BATCH: i64 = 200;

#[derive(sqlx::FromRow)]
struct Row {
    application_id: Uuid,
    last_day: Date,
    revoked_at: Option<i64>,
}

/// Opens the short application that continues an access (**Perpanjang**, from 60 days before its end), or takes it up
/// again after it (**Aktifkan Kembali**): the same role, institution and work unit, a new period and a new letter. Gives
/// the draft that was opened already, if there is one.
///
/// # Errors
/// [`Error::NotFound`] if it is not the person's; [`Conflict::NotRenewable`] if it was revoked, does not end soon, or is
/// being renewed under a number.
pub async fn start(backend: &Backend, actor: &Actor, access_id: Uuid) -> Result<Uuid> {
    let mut tx = backend.db.begin().await?;
    tx.lock_user(actor.user_id).await?;
    let row: Option<Row> = fetch_optional!(
        tx,
        Row,
        "SELECT application_id, last_day, revoked_at FROM accesses WHERE id = $1 AND user_id = $2",
        access_id,
        actor.user_id
    )?;
    let row = row.ok_or(Error::NotFound)?;
    let today = backend.world.today(actor.zone);
    let soon = today.saturating_add(Duration::days(RENEWABLE_DAYS));
    if row.revoked_at.is_some() || row.last_day > soon {
        return Err(Error::Conflict(Conflict::NotRenewable { reference: None }));
    }
    let open: Option<(Uuid, String, Option<String>)> = fetch_optional!(
        tx,
        (Uuid, String, Option<String>),
        "SELECT id, status, reference FROM applications
         WHERE renews_id = $1 AND status IN ('draft', 'submitted', 'in_review', 'returned', 'approved')
         ORDER BY created_at DESC LIMIT 1",
        access_id
    )?;
    match open {
        Some((id, status, _)) if status == Status::Draft.as_str() => return Ok(id),
        Some((_, _, reference)) => return Err(Error::Conflict(Conflict::NotRenewable { reference })),
        None => {}
    }
    let before = applications::find(&mut tx, backend, actor, row.application_id).await?.1.draft;
    let first = if row.last_day < today { today } else { row.last_day.next_day().unwrap_or(row.last_day) };
    let fresh = Fresh {
        profile_type: before.profile_type,
        role: before.role,
        renews_id: Some(access_id),
        answers: Answers {
            address: String::new(),
            first_day: DateInput::from_date(first),
            last_day: DateInput::default(),
            ..before.answers
        },
        ..Fresh::linked_as(before.link)
    };
    let id = applications::insert(backend, &mut tx, actor, &fresh).await?;
    tx.commit().await?;
    Ok(id)
}

/// Reminds of accesses that end within 30, 14 and 3 days: once for each, and of several that have come only the nearest.
/// Who renews already is left in peace. Gives how many mails were written.
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

async fn remind_some(backend: &Backend, days: i64) -> Result<(usize, usize)> {
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
    let (now, today) = (backend.world.now(), backend.world.today(Zone::Wib));
    let ending: Vec<Ending> = {
        let mut conn = backend.db.read().await?;
        fetch_all!(
            conn,
            Ending,
            "SELECT c.id, u.name, u.email, u.zone, c.role, w.name AS work_unit, c.last_day,
                    EXISTS (SELECT 1 FROM applications a WHERE a.renews_id = c.id
                              AND a.status IN ('submitted', 'in_review', 'returned', 'approved')) AS renewing
             FROM accesses c JOIN users u ON u.id = c.user_id JOIN work_units w ON w.id = c.work_unit_id
             WHERE c.revoked_at IS NULL AND c.last_day >= $1 AND c.last_day <= $2 AND u.disabled_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM access_reminders r WHERE r.access_id = c.id AND r.days <= $3)
             ORDER BY c.last_day, c.id LIMIT $4",
            today,
            today.saturating_add(Duration::days(days)),
            days,
            BATCH
        )?
    };
    let (found, mut mails) = (ending.len(), 0);
    let mut tx = backend.db.begin().await?;
    for access in ending {
        // Of two servers at once, one writes the row and the mail.
        let first = execute!(
            tx,
            "INSERT INTO access_reminders (access_id, days, sent_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            access.id,
            days,
            now.micros()
        )?;
        if first == 0 || access.renewing {
            continue;
        }
        let left = (access.last_day - now.date(access.zone)).whole_days();
        let recipient = Email::parse(&access.email).map_err(|problem| Error::internal(format!("{problem:?}")))?;
        let mail = Mail::AccessEnding {
            name: access.name,
            access: access.id,
            role: access.role,
            work_unit: access.work_unit,
            last_day: access.last_day,
            days: left.max(0),
        };
        backend.post(&mut tx, &recipient, &mail).await?;
        backend.record(&mut tx, Who::nobody(), Action::AccessReminded, Some(access.id), left)?;
        mails += 1;
    }
    tx.commit().await?;
    Ok((found, mails))
}

/// The answers of a renewal as they may be saved: place and address stay what they are.
pub(crate) fn held(answers: Answers, stored: &Answers) -> Answers {
    Answers {
        institution_type: stored.institution_type,
        institution: stored.institution,
        work_unit: stored.work_unit,
        address: stored.address.clone(),
        ..answers
    }
}
