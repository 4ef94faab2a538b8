//! The pages of the staff.

mod forms;
mod invitation;
mod list;
mod members;
mod search;

pub use invitation::invitation;
pub use members::staff_page;
