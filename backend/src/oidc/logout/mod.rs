//! Signing out: begun at a platform (OpenID Connect RP-Initiated Logout 1.0), and the notices to platforms whose sessions
//! ended here (OpenID Connect Back-Channel Logout 1.0).

mod notices;
mod session;
mod token;

pub use super::endpoints::LOGOUT_PAGE as PAGE;
pub use notices::{Delivery, deliver_due, run};
pub use session::{Next, Way, begin, confirm, question};
