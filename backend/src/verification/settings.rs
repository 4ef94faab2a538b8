//! What the desk works by and an administrator may change: reasons of refusals, check lists, holidays.

use domain::{
    issues::{Field, Issue, Problem},
    role::Role,
    staff::Permission,
    text::{check_line, check_paragraphs},
};
use time::Date;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    audit::Action,
    db::{Tx, execute, fetch_all, fetch_one},
    error::{Error, Result},
};

/// The fewest and the most characters of a reason's title or an item of a check list.
pub const TITLE_LENGTH: std::ops::RangeInclusive<usize> = 5..=120;
/// The fewest and the most characters of a reason's advice.
pub const ADVICE_LENGTH: std::ops::RangeInclusive<usize> = 10..=500;

/// A reason of refusals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonRow {
    /// Its row.
    pub id: Uuid,
    /// In a few words.
    pub title: String,
    /// What the person is to do.
    pub advice: String,
    /// How many verdicts in force used it.
    pub used: u32,
}

/// An item of a check list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    /// Its row.
    pub id: Uuid,
    /// The role whose list it is on.
    pub role: Role,
    /// What is ticked.
    pub text: String,
}

/// A moving public holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// The day.
    pub day: Date,
    /// Its name.
    pub name: String,
}

/// A change of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new reason, at the end.
    AddReason { title: String, advice: String },
    /// Other words for a reason; verdicts keep the words that they were given with.
    EditReason { id: Uuid, title: String, advice: String },
    /// No longer offered.
    RetireReason { id: Uuid },
    /// One place up.
    RaiseReason { id: Uuid },
    /// A new item, at the end of a role's list.
    AddCheck { role: Role, text: String },
    /// Other words for an item.
    EditCheck { id: Uuid, text: String },
    /// No longer on the list.
    RetireCheck { id: Uuid },
    /// One place up.
    RaiseCheck { id: Uuid },
    /// A holiday, or another name for it.
    SetHoliday { day: Date, name: String },
    /// A working day after all.
    RemoveHoliday { day: Date },
}

/// The reasons that are offered, in their order.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn reasons(backend: &Backend, actor: &Actor) -> Result<Vec<ReasonRow>> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Uuid, String, String, i64)> = fetch_all!(
        conn,
        (Uuid, String, String, i64),
        "SELECT r.id, r.title, r.advice,
                (SELECT count(*) FROM verdicts v WHERE v.reason_title = r.title AND v.undone_at IS NULL)
         FROM reasons r WHERE r.retired_at IS NULL ORDER BY r.position, r.id"
    )?;
    let reasons = rows.into_iter().map(|(id, title, advice, used)| ReasonRow {
        id,
        title,
        advice,
        used: u32::try_from(used).unwrap_or(u32::MAX),
    });
    Ok(reasons.collect())
}

/// The check lists of all roles, in their order.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn checks(backend: &Backend, actor: &Actor) -> Result<Vec<CheckRow>> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Uuid, String, String)> = fetch_all!(
        conn,
        (Uuid, String, String),
        "SELECT id, role, text FROM check_items WHERE retired_at IS NULL ORDER BY role, position, id"
    )?;
    rows.into_iter()
        .map(|(id, role, text)| Ok(CheckRow { id, role: role.parse().map_err(Error::internal)?, text }))
        .collect()
}

/// The moving holidays, earliest first.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn holidays(backend: &Backend, actor: &Actor) -> Result<Vec<Holiday>> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Date, String)> = fetch_all!(conn, (Date, String), "SELECT day, name FROM holidays ORDER BY day")?;
    Ok(rows.into_iter().map(|(day, name)| Holiday { day, name }).collect())
}

/// Changes the lists; open desks see it with their next look.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Invalid`]; [`Error::NotFound`].
pub async fn change(backend: &Backend, actor: &Actor, change: &Change) -> Result<()> {
    actor.require(Permission::Administer)?;
    change.check()?;
    let now = backend.world.now().micros();
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    let changed = match change {
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
        Change::RaiseReason { id } => raise(&mut tx, "reasons", *id).await?,
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
        Change::RaiseCheck { id } => raise(&mut tx, "check_items", *id).await?,
        Change::SetHoliday { day, name } => execute!(
            tx,
            "INSERT INTO holidays (day, name) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET name = excluded.name",
            *day,
            name.trim()
        )?,
        Change::RemoveHoliday { day } => execute!(tx, "DELETE FROM holidays WHERE day = $1", *day)?,
    };
    if changed == 0 {
        return Err(Error::NotFound);
    }
    backend.record(&mut tx, actor, Action::SettingsChanged, None, change.words())?;
    tx.commit().await
}

/// Exchanges a row with the one before it.
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
    let Some((position, list)) = crate::db::fetch_optional!(tx, (i64, String), mine, id)? else { return Ok(0) };
    let (before, to): (i64, i64) = fetch_one!(tx, (i64, i64), above, position, &list)?;
    if before == 0 {
        return Ok(1); // the first already
    }
    Ok(execute!(tx, swap, position, to, &list)?)
}

impl Change {
    fn check(&self) -> Result<()> {
        let mut issues = Vec::new();
        let mut note = |field, outcome: std::result::Result<(), Problem>| {
            issues.extend(outcome.err().map(|problem| Issue::new(field, problem)));
        };
        match self {
            Self::AddReason { title, advice } | Self::EditReason { title, advice, .. } => {
                note(Field::Title, check_line(title.trim(), TITLE_LENGTH));
                note(Field::Text, check_paragraphs(advice.trim(), ADVICE_LENGTH));
            }
            Self::AddCheck { text, .. } | Self::EditCheck { text, .. } => {
                note(Field::Text, check_line(text.trim(), TITLE_LENGTH));
            }
            Self::SetHoliday { name, .. } => note(Field::Title, check_line(name.trim(), TITLE_LENGTH)),
            _ => {}
        }
        if issues.is_empty() { Ok(()) } else { Err(Error::Invalid(issues)) }
    }

    /// What the trail says of it.
    fn words(&self) -> Vec<String> {
        match self {
            Self::AddReason { title, .. } => vec!["add_reason".into(), title.clone()],
            Self::EditReason { id, title, .. } => vec!["edit_reason".into(), id.to_string(), title.clone()],
            Self::RetireReason { id } => vec!["retire_reason".into(), id.to_string()],
            Self::RaiseReason { id } => vec!["raise_reason".into(), id.to_string()],
            Self::AddCheck { role, text } => vec!["add_check".into(), role.to_string(), text.clone()],
            Self::EditCheck { id, text } => vec!["edit_check".into(), id.to_string(), text.clone()],
            Self::RetireCheck { id } => vec!["retire_check".into(), id.to_string()],
            Self::RaiseCheck { id } => vec!["raise_check".into(), id.to_string()],
            Self::SetHoliday { day, name } => vec!["set_holiday".into(), day.to_string(), name.clone()],
            Self::RemoveHoliday { day } => vec!["remove_holiday".into(), day.to_string()],
        }
    }
}
