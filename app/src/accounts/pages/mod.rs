//! The pages before sign-in, and those of a person's own account.

mod forgotten;
mod profile;
mod sign_in;
mod sign_up;

pub use forgotten::{forgot, forgot_sent, reset};
pub(crate) use profile::AccountPage;
pub use profile::{password_page, profile_page, sessions_page};
pub use sign_in::sign_in;
pub use sign_up::{confirm, sign_up, sign_up_sent};
