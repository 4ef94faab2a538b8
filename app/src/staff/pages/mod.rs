//! The pages of the staff.

mod invitation;
mod members;

pub use invitation::invitation;
pub use members::staff_page;
