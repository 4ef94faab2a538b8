//! The administration of platforms.

mod address;
mod details;
mod form;
mod list;
mod secrets;
mod settings;
mod terms;

pub use details::platform_page;
pub use list::platforms_page;
