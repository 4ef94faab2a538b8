//! Master data: institutions and work units, their search in memory and their import from files.

mod directory;
pub mod import;
mod rows;
mod texts;

pub use directory::{Directory, Found, Snapshot, UnitEntry};
