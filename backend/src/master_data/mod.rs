//! Institutions and work units: searching them, importing them.

mod directory;
pub mod import;
mod rows;
mod texts;

pub use directory::{Directory, Found, Snapshot, UnitEntry};
