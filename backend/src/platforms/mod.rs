//! Platforms: which there are, who may enter them with which access, and which terms must be accepted first.
//!
//! - [`launch`]: what a person sees behind **Pilih Platform** (guide steps 16 to 18), and the way in.
//! - [`access`]: the accesses that a platform admits.
//! - [`terms`]: **Syarat dan Ketentuan** and **Kebijakan Privasi** of a platform (step 19), in versions that never change;
//!   [`acceptances`] exports who accepted them.
//! - [`connections`]: where a person is signed in, which they can end.
//! - [`admin`]: what an administrator sets.
//!
//! The protocol is in [`crate::oidc`], which asks [`access::usable`] and [`terms::due`] about rights.

pub mod acceptances;
pub mod admin;
pub mod connections;
pub mod launch;
pub mod terms;

pub(crate) mod access;
mod platform;
mod texts;

pub use platform::Platform;
pub(crate) use platform::by_id;
