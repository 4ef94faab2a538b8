//! People and how they sign in: e-mail addresses, names, employee numbers, passwords.

pub mod email;
pub mod password;
pub mod person;
