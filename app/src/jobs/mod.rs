//! The jobs of the server, for administrators.

pub mod api;
pub mod pages;
mod texts;
