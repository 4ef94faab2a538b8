//! The page where a platform asks to end the session.

pub mod api;
pub mod pages;
