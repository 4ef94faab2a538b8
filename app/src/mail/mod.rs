//! Mails that were given up.

pub mod pages;
