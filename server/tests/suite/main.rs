//! The use cases on both databases, the HTTP surface, mail, SiRUP and faults, with real parts: PostgreSQL (named in
//! `TEST_POSTGRES_URL`, see `scripts/with-postgres`), the SiRUP simulator, an SMTP server, the server's own binary.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod accounts;
mod applications_fields;
mod check_lists;
mod desk_figures;
mod desk_history;
mod desk_letter;
mod desk_live;
mod desk_queue;
mod desk_verdicts;
mod docs;
mod faults;
mod http;
mod letters;
mod mail;
mod master_data;
mod oidc;
mod oidc_hostile;
mod penyedia;
mod platforms;
mod renewals;
mod repair;
mod settings;
mod sirup;
mod staff;
mod submissions;
mod support;
mod verification;
mod wizard;
