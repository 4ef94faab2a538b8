//! The settings of the desk: reasons of rejections, check lists, holidays.

use domain::{
    permission::Permission,
    verification::settings::{Holiday, HolidayList, ListedCheck, ListedReason, Lists},
};
use time::Date;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    audit::Action,
    db::{Tx, execute, fetch_all, fetch_one, fetch_optional},
    error::{Error, Result},
};

pub use domain::verification::settings::Change;

/// Reads the reasons that are offered, in their order.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn reasons(backend: &Backend, actor: &Actor) -> Result<Vec<ListedReason>> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Uuid, String, String, i64)> = fetch_all!(
        conn,
        (Uuid, String, String, i64),
        "SELECT r.id, r.title, r.advice,
                (SELECT count(*) FROM verdicts v WHERE v.reason_title = r.title AND v.undone_at IS NULL)
         FROM reasons r WHERE r.retired_at IS NULL ORDER BY r.position, r.id"
    )?;
    let reasons = rows.into_iter().map(|(id, title, advice, used)| ListedReason {
        id,
        title,
        advice,
        used: u32::try_from(used).unwrap_or(u32::MAX),
    });
    Ok(reasons.collect())
}

/// Reads the check lists of all roles, in their order.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn checks(backend: &Backend, actor: &Actor) -> Result<Vec<ListedCheck>> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Uuid, String, String)> = fetch_all!(
        conn,
        (Uuid, String, String),
        "SELECT id, role, text FROM check_items WHERE retired_at IS NULL ORDER BY role, position, id"
    )?;
    rows.into_iter()
        .map(|(id, role, text)| Ok(ListedCheck { id, role: role.parse().map_err(Error::internal)?, text }))
        .collect()
}

/// Reads the page of reasons and check lists.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn lists(backend: &Backend, actor: &Actor) -> Result<Lists> {
    Ok(Lists { reasons: reasons(backend, actor).await?, checks: checks(backend, actor).await? })
}

/// Reads the page of moving holidays.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn holidays(backend: &Backend, actor: &Actor) -> Result<HolidayList> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Date, String)> = fetch_all!(conn, (Date, String), "SELECT day, name FROM holidays ORDER BY day")?;
    let holidays = rows.into_iter().map(|(day, name)| Holiday { day, name }).collect();
    Ok(HolidayList { today: backend.world.today(actor.zone), holidays })
}

/// Changes the settings; open desks show the change with their next case.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Invalid`]; [`Error::NotFound`].
pub async fn change(backend: &Backend, actor: &Actor, change: &Change) -> Result<()> {
    actor.require(Permission::Administer)?;
    change.check().map_err(Error::Invalid)?;
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    if apply(backend, &mut tx, change).await? == 0 {
        return Err(Error::NotFound);
    }
    backend.record(&mut tx, actor, Action::SettingsChanged, None, audit_words(change))?;
    tx.commit().await
}

/// Writes a change; returns the number of rows that it concerns.
async fn apply(backend: &Backend, tx: &mut Tx, change: &Change) -> Result<u64> {
    let now = backend.world.now().micros();
    Ok(match change {
        Change::AddReason { title, advice } => execute!(
            tx,
            "INSERT INTO reasons (id, title, advice, position)
                 SELECT $1, $2, $3, coalesce(max(position), 0) + 1 FROM reasons",
            backend.world.id(),
            title.trim(),
            advice.trim()
        )?,
        Change::EditReason { id, title, advice } => execute!(
            tx,
            "UPDATE reasons SET title = $2, advice = $3 WHERE id = $1 AND retired_at IS NULL",
            *id,
            title.trim(),
            advice.trim()
        )?,
        Change::RetireReason { id } => {
            execute!(tx, "UPDATE reasons SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL", *id, now)?
        }
        Change::RaiseReason { id } => raise(tx, "reasons", *id).await?,
        Change::AddCheck { role, text } => execute!(
            tx,
            "INSERT INTO check_items (id, role, text, position)
                 SELECT $1, $2, $3, coalesce(max(position), 0) + 1 FROM check_items WHERE role = $2",
            backend.world.id(),
            role.as_str(),
            text.trim()
        )?,
        Change::EditCheck { id, text } => {
            execute!(tx, "UPDATE check_items SET text = $2 WHERE id = $1 AND retired_at IS NULL", *id, text.trim())?
        }
        Change::RetireCheck { id } => {
            execute!(tx, "UPDATE check_items SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL", *id, now)?
        }
        Change::RaiseCheck { id } => raise(tx, "check_items", *id).await?,
        Change::SetHoliday { day, name } => execute!(
            tx,
            "INSERT INTO holidays (day, name) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET name = excluded.name",
            *day,
            name.trim()
        )?,
        Change::RemoveHoliday { day } => execute!(tx, "DELETE FROM holidays WHERE day = $1", *day)?,
    })
}

/// Exchanges a row with the one before it. The first row stays where it is.
async fn raise(tx: &mut Tx, table: &'static str, id: Uuid) -> Result<u64> {
    let (mine, above, swap) = match table {
        "reasons" => (
            "SELECT position, title FROM reasons WHERE id = $1 AND retired_at IS NULL",
            "SELECT count(*), coalesce(max(position), 0) FROM reasons WHERE retired_at IS NULL AND position < $1 AND $2 <> ''",
            "UPDATE reasons SET position = CASE WHEN position = $1 THEN $2 ELSE $1 END
             WHERE position IN ($1, $2) AND $3 <> ''",
        ),
        _ => (
            "SELECT position, role FROM check_items WHERE id = $1 AND retired_at IS NULL",
            "SELECT count(*), coalesce(max(position), 0) FROM check_items
             WHERE retired_at IS NULL AND position < $1 AND role = $2",
            "UPDATE check_items SET position = CASE WHEN position = $1 THEN $2 ELSE $1 END
             WHERE position IN ($1, $2) AND role = $3",
        ),
    };
    let Some((position, list)) = fetch_optional!(tx, (i64, String), mine, id)? else { return Ok(0) };
    let (before, to): (i64, i64) = fetch_one!(tx, (i64, i64), above, position, &list)?;
    if before == 0 {
        return Ok(1); // the first already
    }
    Ok(execute!(tx, swap, position, to, &list)?)
}

/// The detail of a change in the audit trail. Stored, so it must not change.
fn audit_words(change: &Change) -> Vec<String> {
    match change {
        Change::AddReason { title, .. } => vec!["add_reason".into(), title.clone()],
        Change::EditReason { id, title, .. } => vec!["edit_reason".into(), id.to_string(), title.clone()],
        Change::RetireReason { id } => vec!["retire_reason".into(), id.to_string()],
        Change::RaiseReason { id } => vec!["raise_reason".into(), id.to_string()],
        Change::AddCheck { role, text } => vec!["add_check".into(), role.to_string(), text.clone()],
        Change::EditCheck { id, text } => vec!["edit_check".into(), id.to_string(), text.clone()],
        Change::RetireCheck { id } => vec!["retire_check".into(), id.to_string()],
        Change::RaiseCheck { id } => vec!["raise_check".into(), id.to_string()],
        Change::SetHoliday { day, name } => vec!["set_holiday".into(), day.to_string(), name.clone()],
        Change::RemoveHoliday { day } => vec!["remove_holiday".into(), day.to_string()],
    }
}
