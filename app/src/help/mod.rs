//! Help (Pusat Bantuan), and the terms and the privacy policy of the site.

pub mod api;
pub mod pages;
mod texts;
