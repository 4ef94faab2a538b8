//! The page of decided cases.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{role::Role, status::Status, time::Timestamp};

/// A decided case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedCase {
    /// The application.
    pub id: Uuid,
    pub reference: String,
    /// The person's name, as submitted.
    pub name: String,
    pub role: Role,
    /// Name of the institution; for a supplier, the NIB.
    pub institution: String,
    /// Name of the work unit or company.
    pub work_unit: String,
    /// Approved or rejected.
    pub status: Status,
    pub decided_at: Timestamp,
    /// Name of the verifier.
    pub by: String,
}
