//! Accounts: sign-up, sign-in, passwords, sessions, profile.
//!
//! No answer and no timing reveals whether an address is registered (ASVS 5.0, 6.3.8): each path hashes one password and
//! writes the same number of rows. Only the mail says what happened.

mod attempts;
mod checks;
pub mod devices;
mod password_change;
pub mod passwords;
mod profile;
mod seen_devices;
pub mod sessions;
mod sign_in;
mod sign_up;

pub use password_change::{change_password, forgot_password, reset_of, reset_password};
pub use profile::{ProfileForm, change_profile, profile};
pub(crate) use seen_devices::DEVICE_MEMORY;
pub use sign_in::sign_in;
pub use sign_up::{SignUp, confirm, registration, sign_up};
