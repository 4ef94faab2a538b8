//! The desk of the Verifikator Akses INAPROC (guide steps 13 to 15): the queue, the case, the lease, the verdict.
//!
//! Every use case here asks for its permission first and acts only within the actor's scope; what is out of scope is not
//! found. A verifier holds a case by a lease: a verdict checks lease, state and version in one guarded statement.

mod case;
mod case_row;
mod claims;
mod empty_check_list;
mod grant;
mod history;
mod letter;
mod queue;
pub mod settings;
mod shared;
mod statistics;
mod texts;
mod timeline;
mod undo;
mod verdict;
mod verdict_form;
mod verifiers;

pub use case::case_file;
pub(crate) use case::refusal;
use case_row::{CaseRow, find};
pub(crate) use claims::release_all;
pub use claims::{Lease, claim, claim_next, end_leases, release, renew, take_over};
pub use domain::verification::{CaseFile, Cursor, Decision, Period, Queue, QueueRow, Statistics, findings::Findings};
pub use history::{history, merge_words};
pub use letter::{findings, letter, letter_page};
pub use queue::{OpenCases, institutions, queue, queue_with_institutions, read_open_cases};
pub use statistics::{csv, statistics, statistics_page};
pub use timeline::{TimelineEvent, timeline};
pub use undo::{reopen, undo};
pub use verdict::{DecidedVerdict, decide, preview};
pub use verdict_form::VerdictForm;
