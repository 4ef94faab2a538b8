//! The rules of the verification desk, and what its pages read: one type per page, built by the backend and sent as it is.

pub mod findings;
pub mod settings;

mod age;
mod case;
mod case_names;
mod filter;
mod history;
mod marks;
mod queue;
mod shared;
mod statistics;

pub use age::{Age, Ages};
pub use case::{
    CaseFile, CaseLetter, CheckItem, Decision, EarlierApplication, MailPreview, OtherAccess, Reason, SameLetter,
};
pub use case_names::CaseNames;
pub use filter::{Part, QueueFilter};
pub use history::DecidedCase;
pub use marks::{Mark, NOTE_LENGTH, is_markable, markable};
pub use queue::{Counts, Cursor, Holder, Queue, QueueRow};
pub use shared::{SharedAccount, SharedThing, SharedWith};
pub use statistics::{Period, Statistics, StatisticsPage};

use std::time::Duration;

/// A lease ends this long after its last renewal.
pub const LEASE: Duration = Duration::from_secs(15 * 60);
/// A verdict can be undone for this long; its mail is sent afterwards.
pub const UNDO: Duration = Duration::from_secs(10);
/// A repaired case is reserved this long for the verifier who returned it; then **Ambil berikutnya** gives it to anybody.
pub const RESERVED: Duration = Duration::from_secs(24 * 3600);
