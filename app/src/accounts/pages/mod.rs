//! The pages before and around sign-in, and those of one's own account.

mod entry;
mod profile;

pub use entry::{confirm, forgot, forgot_sent, reset, sign_in, sign_up, sign_up_sent};
pub use profile::{password_page, profile_page, sessions_page};
