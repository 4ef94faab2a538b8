//! Notices to open pages and caches. A notice says that something changed, not how: the receiver reads it again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A change that a page may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Notice {
    /// An application changed its status.
    Application {
        id: Uuid,
        /// The applicant.
        user_id: Uuid,
        /// The institution applied for, if chosen: its verifiers receive the notice. Applications of suppliers have none;
        /// verifiers with national scope receive those.
        #[serde(default)]
        institution_id: Option<Uuid>,
    },
    /// The rights of a person changed: a session ended, the account was disabled, role or scope changed. Their open pages
    /// check the session again.
    Person { user_id: Uuid },
    /// Notices of other servers may have been lost, so anything may have changed.
    Missed,
}
