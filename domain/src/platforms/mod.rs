//! Platforms: their properties as clients of OpenID Connect, whom they admit, their terms, and what the screens about them
//! read.

pub mod administration;
pub mod connections;
pub mod form;
pub mod launcher;
pub mod terms;

mod admission;
mod client;

pub use admission::{AccessFacts, Admission, NotAdmitted, admits};
pub use client::{AuthMethod, ClientKind, RedirectUri, SLUG_LENGTH, Slug, SubjectType};
