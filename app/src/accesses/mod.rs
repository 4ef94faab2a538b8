//! Manajemen Akses, and the history of applications.

pub mod api;
pub mod pages;
mod texts;
