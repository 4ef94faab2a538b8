//! People: signing up and in, profile, password, devices.

pub mod api;
pub mod pages;
