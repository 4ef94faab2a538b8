//! Accounts: sign-up, sign-in, passwords, profile, sessions.

pub mod api;
pub mod pages;
mod texts;
