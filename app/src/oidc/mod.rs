//! The page on which a platform asks the person to sign out.

pub mod api;
pub mod pages;

mod texts;
