//! What **Platform yang terhubung** reads: where a person is signed in with their accesses.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::launcher::PlatformSummary;
use crate::{oidc::Scopes, role::Role, time::Timestamp};

/// A platform with sessions of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub id: Uuid,
    pub platform: PlatformSummary,
    /// What it gets.
    pub scopes: Scopes,
    /// Of the accesses that were used, each once.
    pub roles: Vec<Role>,
    /// The beginning of the oldest session.
    pub since: Timestamp,
}
