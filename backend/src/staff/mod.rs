//! The staff: members, their roles and scopes, and invitations.

mod invitations;
mod members;
mod notices;
mod roles;

pub use invitations::{Invitation, accept, invitation, invite, withdraw_invitation};
pub use members::{find_institutions, institutions_named, members};
pub use roles::{set_disabled, set_role, set_staff_role};
