//! Attacks, one file for each kind: as a stranger, an applicant, a verifier, a platform, or somebody with a copy of the
//! database. `docs/security.md` lists which threat each answers.

mod claims;
mod closeness;
mod connections;
mod links;
mod metering;
mod names;
mod pdf_child;
mod secrets;
mod sign_in;
mod trail;
