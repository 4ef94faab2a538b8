//! The desk of the verifiers, its figures, and the lists that it works by.

pub mod api;
pub mod pages;
