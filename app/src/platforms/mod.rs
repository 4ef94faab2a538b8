//! Platforms: entering them, their terms, their administration.

pub mod api;
pub mod pages;

mod texts;
