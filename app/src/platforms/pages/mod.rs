//! The pages of platforms: the launcher, the terms, the request of a platform, where a person is signed in, and the administration.

mod access_choices;
mod admin;
mod connections;
mod launcher;
mod request;
mod symbol;
mod terms;

pub use admin::{platform_page, platforms_page};
pub use connections::connections_page;
pub use launcher::launcher_page;
pub use request::request_page;
pub use terms::agreement_page;
