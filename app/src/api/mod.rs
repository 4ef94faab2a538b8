//! What pages ask and send. A read is a server function with a stable path under `/api`; a form is a struct here, posted
//! to the path of its own page (see [`crate::forms`]), with its handler beside it.

pub mod access;
pub mod account;
pub mod admin;
pub mod desk;
pub mod error;
pub mod figures;
pub mod help;
pub mod invitation;
pub mod leaving;
pub mod platform;
pub mod session;
pub mod wizard;

pub use error::ApiError;
