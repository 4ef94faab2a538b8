//! The keys that sign ID tokens and logout tokens, and what is derived from the secret of the installation.
//!
//! A key signs for 90 days. The next one is published a day before it begins, and an old one for 30 days after it ended, so
//! that a platform that caches the key set for a day always finds the key of a token (OpenID Connect Core 1.0, section
//! 10.1.1). Private keys are sealed with AES-256-GCM under a key derived from `GERBANG_SECRET`, which is not in the
//! database: a copy of the database cannot sign.

mod keyring;
mod rotation;
mod secret;
mod signer;

pub use rotation::{jwks, rotate};
pub use secret::Secret;
pub use signer::Algorithm;
pub(crate) use {keyring::Keys, rotation::signer, signer::Signer};
