//! The server functions and posted forms of the desk and its settings.

mod case;
mod queue;
mod settings;
mod statistics;

#[cfg(feature = "ssr")]
mod lease;
#[cfg(feature = "ssr")]
mod paths;
#[cfg(feature = "ssr")]
mod verdict;

pub use case::{TimelineEntry, case, findings, timeline};
pub use queue::{history, queue};
pub use settings::{holidays, lists};
pub use statistics::statistics;

#[cfg(feature = "ssr")]
pub use {
    lease::{claim, claim_next, release, renew, take_over},
    settings::{change_holidays, change_lists},
    statistics::download,
    verdict::{decide, preview, reopen, undo},
};
