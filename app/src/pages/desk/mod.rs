//! The desk of the verifiers.

mod case;
mod queue;

pub use case::case_page;
pub use queue::queue_page;
