//! Accounts: sign-up, sign-in, passwords, sessions, profile.
//!
//! No answer and no timing reveals whether an address is registered (ASVS 5.0, 6.3.8): each path hashes one password and
//! writes the same number of rows. Only the mail says what happened.

mod checks;
mod devices;
mod password_change;
pub mod passwords;
mod profile;
pub mod sessions;
mod sign_in;
mod sign_up;

pub(crate) use devices::DEVICE_MEMORY;
pub use password_change::{change_password, check_reset, forgot_password, reset_password};
pub use profile::{ProfileForm, change_profile, profile};
pub use sign_in::sign_in;
pub use sign_up::{SignUp, confirm, registration, sign_up};
