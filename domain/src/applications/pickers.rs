//! What the pickers of institution and work unit offer.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::search::Mark;

/// Most options that a picker shows.
pub const MOST_OPTIONS: usize = 30;

/// An institution or a work unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickerOption {
    pub id: Uuid,
    pub name: String,
    pub code: Option<String>,
    /// The parts of the name that matched the query.
    pub marks: Vec<Mark>,
}

/// The result of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The best matches, at most [`MOST_OPTIONS`].
    pub options: Vec<PickerOption>,
    /// Number of matches.
    pub total: usize,
    /// Number of entries searched.
    pub of: usize,
    /// The year for which the work units are active.
    pub year: i32,
}
