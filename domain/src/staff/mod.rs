//! The staff and their invitations, as screens show them. Their roles and permissions are in [`crate::permission`].

pub mod view;
