//! The keys that sign ID tokens and logout tokens, and the one that derives pairwise identifiers.
//!
//! A key signs for 90 days. The next one is published a day before it begins, and an old one for 30 days after it ended, so
//! that a platform that caches the key set for a day always finds the key of a token (OpenID Connect Core 1.0, section
//! 10.1.1). Private keys are sealed with `GERBANG_SECRET` (see `crate::vault`), which is not in the database: a copy of the
//! database cannot sign.

mod keyring;
mod rotation;
mod salt;
mod signer;

pub use rotation::{jwks, rotate};
pub(super) use salt::pairwise_salt;
pub use signer::Algorithm;
pub(crate) use {
    keyring::Keys,
    rotation::{reseal, signer},
    signer::Signer,
};
