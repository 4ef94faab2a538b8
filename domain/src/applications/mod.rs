//! An application from the first answer to the reference number it is known by.

pub mod address;
pub mod answers;
pub mod company;
pub mod fields;
pub mod pickers;
pub mod reference;
pub mod sirup;
pub mod texts;
pub mod views;
pub mod wizard;
