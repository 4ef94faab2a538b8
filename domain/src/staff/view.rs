//! What the pages of the staff read.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::permission::StaffRole;
use crate::{accounts::email::Email, time::Timestamp};

/// Id and name of an institution of a scope.
pub type ScopeInstitution = (Uuid, String);

/// A member of the staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub role: StaffRole,
    /// The institutions they act on, by name; empty for all institutions.
    pub institutions: Vec<ScopeInstitution>,
    /// The account is disabled.
    pub disabled: bool,
    /// When they were last seen, exact to five minutes.
    pub last_seen: Option<Timestamp>,
    /// It is the person who asks.
    pub own: bool,
}

/// An invitation that nobody has accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingInvitation {
    pub id: Uuid,
    pub email: String,
    pub role: StaffRole,
    pub expires_at: Timestamp,
}

/// A role that one administrator proposed and a second one has yet to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleProposal {
    pub id: Uuid,
    /// The name of the account; `None` for an address without one, which will be invited.
    pub name: Option<String>,
    pub email: String,
    pub role: StaffRole,
    /// The institutions they would act on, by name; empty for all institutions.
    pub institutions: Vec<ScopeInstitution>,
    /// The name of the administrator who proposed it.
    pub proposed_by: String,
    pub expires_at: Timestamp,
    /// The person who asks may confirm it: they neither proposed it nor get the role.
    pub confirmable: bool,
}

/// What the link of an invitation offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedRole {
    /// The address that was invited.
    pub email: Email,
    pub role: StaffRole,
}

/// Role and scope in a form, with the result of a search for institutions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChoice {
    pub role: Option<StaffRole>,
    /// `Some(true)` for all institutions, `Some(false)` for some, `None` if nothing is chosen yet.
    pub national: Option<bool>,
    /// The institutions that are ticked.
    pub chosen: Vec<ScopeInstitution>,
    /// The words of the search.
    pub words: String,
    pub found: FoundInstitutions,
}

/// The result of a search for institutions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundInstitutions {
    /// The best matches.
    pub institutions: Vec<ScopeInstitution>,
    /// How many match.
    pub total: usize,
}

/// The task that the address of the staff page asks for (`tindak`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StaffTask {
    Invite {
        email: String,
        role: RoleChoice,
    },
    /// Set role and scope.
    Change {
        member: Member,
        role: RoleChoice,
    },
    /// Ask before an account is disabled.
    Disable(Member),
    /// Ask before a role is taken away.
    Dismiss(Member),
}

/// The staff page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffPage {
    /// Sorted by name.
    pub members: Vec<Member>,
    /// Sorted by their end.
    pub invitations: Vec<PendingInvitation>,
    /// Sorted by their end.
    pub proposals: Vec<RoleProposal>,
    /// Another administrator is active, who can confirm what the person who asks proposes.
    pub has_second: bool,
    pub task: Option<StaffTask>,
}
