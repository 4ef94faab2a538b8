//! Parked mails, for administrators.

pub mod api;
pub mod pages;
mod texts;
