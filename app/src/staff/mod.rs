//! The staff: members, roles, scopes and invitations.

pub mod api;
pub mod pages;
mod texts;
