//! Pusat Bantuan, and the product's own terms.

pub mod api;
pub mod pages;
