//! The desk (guide steps 13 to 15): queue, cases, letters, verdicts and what comes of them.

mod cases;
mod check_lists;
mod figures;
mod forms;
mod history;
mod letter;
mod live;
pub mod queue;
mod submissions;
mod verdicts;
