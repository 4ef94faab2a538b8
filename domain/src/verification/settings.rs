//! Settings of the desk, changed by administrators: reasons of rejections, check lists, holidays.

use std::ops::RangeInclusive;

use ::time::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    issues::{Field, Issue, Problem},
    role::Role,
    text::{check_line, check_paragraphs},
};

/// Allowed number of characters of a reason's title, an item of a check list or a holiday's name.
pub const TITLE_LENGTH: RangeInclusive<usize> = 5..=120;
/// Allowed number of characters of a reason's advice.
pub const ADVICE_LENGTH: RangeInclusive<usize> = 10..=500;

/// A reason of rejections, in the administrator's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedReason {
    pub id: Uuid,
    pub title: String,
    /// What the applicant should do.
    pub advice: String,
    /// Number of verdicts in force with this reason.
    pub used: u32,
}

/// An item of a role's check list, in the administrator's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedCheck {
    pub id: Uuid,
    pub role: Role,
    pub text: String,
}

/// The page of reasons and check lists, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lists {
    pub reasons: Vec<ListedReason>,
    /// Of all roles.
    pub checks: Vec<ListedCheck>,
}

/// A holiday whose date moves from year to year.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Holiday {
    pub day: Date,
    pub name: String,
}

/// The page of holidays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayList {
    pub today: Date,
    /// Earliest first.
    pub holidays: Vec<Holiday>,
}

/// A change of the settings. Verdicts keep the words that they were given with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Appends a reason.
    AddReason {
        title: String,
        advice: String,
    },
    EditReason {
        id: Uuid,
        title: String,
        advice: String,
    },
    /// No longer offers a reason.
    RetireReason {
        id: Uuid,
    },
    /// Moves a reason up by one place.
    RaiseReason {
        id: Uuid,
    },
    /// Appends an item to a role's check list.
    AddCheck {
        role: Role,
        text: String,
    },
    EditCheck {
        id: Uuid,
        text: String,
    },
    /// Takes an item off its list.
    RetireCheck {
        id: Uuid,
    },
    /// Moves an item up by one place.
    RaiseCheck {
        id: Uuid,
    },
    /// Adds a holiday, or renames the one on this day.
    SetHoliday {
        day: Date,
        name: String,
    },
    RemoveHoliday {
        day: Date,
    },
}

impl Change {
    /// Checks the texts.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn check(&self) -> Result<(), Vec<Issue>> {
        let mut issues = Vec::new();
        let mut note = |field, outcome: Result<(), Problem>| {
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
            Self::RetireReason { .. }
            | Self::RaiseReason { .. }
            | Self::RetireCheck { .. }
            | Self::RaiseCheck { .. }
            | Self::RemoveHoliday { .. } => {}
        }
        if issues.is_empty() { Ok(()) } else { Err(issues) }
    }
}
