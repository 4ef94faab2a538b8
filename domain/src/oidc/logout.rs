//! What the page that asks whether to sign out reads.

use serde::{Deserialize, Serialize};

/// The page to sign out because a platform asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutQuestion {
    /// False after signing out: there is no session to end.
    pub signed_in: bool,
    /// The name of the platform that asks.
    pub platform: Option<String>,
}
