//! Sentences that several areas share, in formal Indonesian: those for the codes of [`domain::issues`], and those of
//! shared components and notices. The sentences of an area are in its own `texts` module.
//!
//! An error sentence says what is wrong and then what to do next. It never says only "input tidak valid", and it never
//! blames the reader.

mod conflicts;
mod issues;
pub mod messages;
#[cfg(feature = "ssr")]
pub mod notices;

pub use conflicts::conflict;
pub use issues::{sentence, summary};

use domain::{
    indonesian,
    time::{Timestamp, Zone},
};

/// `pukul 09.12 WIB` for an instant of today, otherwise `pada 26 November 2026, 09.12 WIB`.
pub fn moment(at: Timestamp, now: Timestamp, zone: Zone) -> String {
    if at.date(zone) == now.date(zone) {
        format!("pukul {}", indonesian::time(at, zone))
    } else {
        format!("pada {}", indonesian::date_time(at, zone))
    }
}
