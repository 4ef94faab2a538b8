//! What the product says, in formal Indonesian: sentences for the codes of [`domain::issues`] and [`domain::issues::conflict`].
//!
//! A sentence says what is wrong with this value and then what to do next. No "input tidak valid", no blame.

mod conflicts;
mod issues;

pub use conflicts::conflict;
pub use issues::{sentence, summary};

use domain::{
    indonesian,
    time::{Timestamp, Zone},
};

/// Below the field of a new password.
pub const NEW_PASSWORD_HINT: &str =
    "Paling sedikit 10 karakter. Beberapa kata acak lebih kuat daripada satu kata rumit.";

/// `pukul 09.12 WIB`, or with the date where it is not today.
pub fn moment(at: Timestamp, now: Timestamp, zone: Zone) -> String {
    if at.date(zone) == now.date(zone) {
        format!("pukul {}", indonesian::time(at, zone))
    } else {
        format!("pada {}", indonesian::date_time(at, zone))
    }
}
