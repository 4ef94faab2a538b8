//! What open pages are told: that something changed, not what. They ask for it themselves.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something changed that a page may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Notice {
    /// An application of this person changed its state.
    Application {
        /// The application.
        id: Uuid,
        /// The person it belongs to.
        user_id: Uuid,
        /// The institution applied for, once chosen: whose desk is told. A supplier has none, and is of the national
        /// desk.
        #[serde(default)]
        institution_id: Option<Uuid>,
    },
    /// What this person may see changed: a session ended, the account was disabled, a role or a scope is another. What
    /// is open in their name asks again who they are.
    Person {
        /// Who.
        user_id: Uuid,
    },
    /// Notices of other servers were missed: anything may have changed.
    Missed,
}
