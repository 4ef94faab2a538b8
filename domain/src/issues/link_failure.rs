//! Why a SiRUP account was not linked.

use ::time::Date;
use serde::{Deserialize, Serialize};

use crate::{
    issues::wire::{WireCode, wire_code},
    time::Timestamp,
};

/// Why an account was not linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCode", into = "WireCode")]
pub enum LinkFailure {
    /// `left` attempts remain before a pause.
    WrongCredentials { left: u32 },
    /// The account was registered on or after `cutoff`.
    RegisteredTooLate { cutoff: Date },
    /// Another person linked the account. The answer does not say who.
    AlreadyLinked,
    /// SiRUP does not answer.
    Unavailable,
    /// Too many attempts; the next one is possible at `until`.
    Paused { until: Timestamp },
}

wire_code!(LinkFailure {
    WrongCredentials { left: number } = "wrong_credentials",
    RegisteredTooLate { cutoff: day } = "registered_too_late",
    AlreadyLinked = "already_linked",
    Unavailable = "unavailable",
    Paused { until: at } = "paused",
});
