//! Seals what a copy of the database or of the letters must not give away, with keys derived from the secret of the
//! installation. See `docs/adr/0022-sealing.md`.
//!
//! Whatever is sealed names its key, so that the secret can be changed: earlier secrets still open, and a job
//! (`crate::reseal`) seals again with the current one. The place of a thing (a row's id, an object's key) is bound to it,
//! so that nothing sealed can be moved to another place.

mod ring;
mod secret;
pub(crate) mod values;

pub use ring::{Purpose, Seal, Vault};
pub(crate) use ring::{TEXT_HEADER, key_id, seal_of_text};
pub use secret::{KeyId, Secret, Secrets};
