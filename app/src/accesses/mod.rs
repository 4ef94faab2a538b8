//! Manajemen Akses, and what became of earlier applications.

pub mod api;
pub mod pages;
