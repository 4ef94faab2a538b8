//! The desk of the verifiers: its queue, cases, history and statistics, and the settings of its lists and holidays.

pub mod api;
pub mod pages;
mod texts;
