//! Accounts: registration, sign-in, sessions, passwords and the own profile.

mod pages;
mod use_cases;
