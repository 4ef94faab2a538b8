//! The wizard from **Hubungkan atau Buat Akses** to the status of what was sent (guide steps 2 to 15).

pub mod api;
pub mod pages;
pub mod texts;
