//! An application from the first answer to the reference number it is known by.

pub mod answers;
pub mod company;
pub mod reference;
pub mod sirup;
pub mod wizard;
