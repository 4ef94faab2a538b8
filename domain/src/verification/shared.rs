//! What other accounts share with the applicant of a case.

use serde::{Deserialize, Serialize};

use crate::permission::StaffRole;

/// Something of the applicant's that other accounts have too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedWith {
    pub thing: SharedThing,
    /// Members of the staff first; at least one.
    pub accounts: Vec<SharedAccount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SharedThing {
    /// A NIP or NRP that both have, or once had.
    EmployeeNumber { masked: String },
    /// A telephone number that both have, or once had.
    Phone { masked: String },
    /// Network address and browser of a sign-in within 30 days.
    Device,
}

/// An account that shares something with the applicant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedAccount {
    pub name: String,
    pub email: String,
    pub staff_role: Option<StaffRole>,
    /// It is the account of the verifier who asks.
    pub own: bool,
}

impl SharedWith {
    /// True if one of the accounts is of a member of the staff.
    pub fn has_staff(&self) -> bool {
        self.accounts.iter().any(|account| account.staff_role.is_some())
    }
}
