//! The staff and their invitations.

pub mod api;
pub mod invitation;
pub mod pages;
