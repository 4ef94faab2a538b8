//! The use cases on both databases, the HTTP surface, mail, SiRUP and faults, with real parts: PostgreSQL (named in
//! `TEST_POSTGRES_URL`, see `scripts/with-postgres`), the SiRUP simulator, an SMTP server, the server's own binary.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod accounts;
mod applications;
mod docs;
mod faults;
mod hostile;
mod house;
mod mail;
mod master_data;
mod oidc;
mod platforms;
mod settings;
mod staff;
mod support;
mod surface;
mod verification;
