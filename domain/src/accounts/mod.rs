//! People and how they sign in: e-mail addresses, names, employee numbers, passwords, and what the pages of an account
//! show.

pub mod email;
pub mod password;
pub mod person;
pub mod view;
