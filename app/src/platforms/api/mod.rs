//! Server functions and posted forms of platforms.

mod admin;
mod connections;
mod launcher;

#[cfg(feature = "ssr")]
mod admin_forms;
#[cfg(feature = "ssr")]
mod fields;
#[cfg(feature = "ssr")]
mod launcher_forms;

pub use admin::{platform, platforms};
pub use connections::connections;
pub use launcher::{agreement, launcher, request};

#[cfg(feature = "ssr")]
pub use {
    admin_forms::{add_platform, change_platform, export, make_secret},
    launcher_forms::{accept, answer_request, disconnect, enter, goes_on_at},
};
