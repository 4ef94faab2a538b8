//! The staff: members, their roles and scopes, and invitations. Administrators and supervisors are appointed by two
//! administrators: one proposes, another confirms.

mod appointments;
mod invitations;
mod members;
mod notices;
mod proposals;
mod roles;

pub use appointments::{confirm, set_role};
pub use invitations::{Invitation, accept, invitation, invite, withdraw_invitation};
pub use members::{find_institutions, institutions_named, members};
pub use proposals::{Appointed, has_second, proposals, withdraw_proposal};
pub use roles::{set_disabled, set_staff_role};
