//! The page of the queue.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{age::Age, filter::Part};
use crate::{UnknownText, calendar::Deadline, role::Role, status::Status, time::Timestamp};

/// The position of the last row of a page; the next page begins after it. As text: `1795316400000000.UUID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Cursor {
    /// In the queue, when the case was sent, in microseconds; in the history, the number of the decision.
    pub position: i64,
    /// The application.
    pub id: Uuid,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.position, self.id)
    }
}

impl FromStr for Cursor {
    type Err = UnknownText;

    fn from_str(text: &str) -> Result<Self, UnknownText> {
        let parsed = || {
            let (position, id) = text.split_once('.')?;
            Some(Self { position: position.parse().ok()?, id: id.parse().ok()? })
        };
        parsed().ok_or_else(|| UnknownText(text.to_owned()))
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

impl TryFrom<String> for Cursor {
    type Error = UnknownText;

    fn try_from(text: String) -> Result<Self, UnknownText> {
        text.parse()
    }
}

/// The verifier who holds a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub name: String,
    /// True if it is the verifier who asks.
    pub mine: bool,
    /// End of the lease, unless it is renewed.
    pub until: Timestamp,
}

/// An open case in the queue. A page has fifty of them, so a row carries only what it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    /// The application.
    pub id: Uuid,
    /// A case whose lease has ended counts as submitted.
    pub status: Status,
    pub reference: String,
    /// The person's name, as submitted.
    pub name: String,
    pub role: Role,
    /// Name of the institution; for a supplier, the NIB.
    pub institution: String,
    /// Name of the work unit or company; empty while the applicant repairs the case.
    pub work_unit: String,
    /// Linked with SiRUP.
    pub linked: bool,
    /// Last submission.
    pub submitted_at: Timestamp,
    /// On the verifier's calendar.
    pub deadline: Deadline,
    pub holder: Option<Holder>,
    /// Repaired, and reserved for the verifier who asks.
    pub for_me: bool,
}

/// How many cases each filter would show, with the other filters unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// In the order of [`Part::ALL`].
    pub parts: Vec<(Part, u32)>,
    /// In the order of [`Age::ALL`].
    pub ages: Vec<(Age, u32)>,
    /// In the order of [`Role::ALL`].
    pub roles: Vec<(Role, u32)>,
    /// Linked with SiRUP.
    pub linked: u32,
    /// Not linked with SiRUP.
    pub fresh: u32,
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Oldest first.
    pub rows: Vec<QueueRow>,
    /// The end of this page, if there is a next one.
    pub next: Option<Cursor>,
    /// Number of cases on all pages.
    pub total: u32,
    pub counts: Counts,
    /// Institutions to filter by: id, name, number of cases. There are hundreds, so they are present only while one is
    /// chosen.
    pub institutions: Vec<(Uuid, String, u32)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_from_its_text() {
        let cursor = Cursor { position: 1_795_402_800_000_000, id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!(serde_json::to_string(&cursor).unwrap(), format!("\"{cursor}\""));
        assert!("1.x".parse::<Cursor>().is_err() && "".parse::<Cursor>().is_err());
    }
}
