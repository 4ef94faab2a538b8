//! Platforms as clients: client authentication by `client_secret_basic`, `client_secret_post`, `private_key_jwt`, or none
//! for a public client (RFC 6749 section 2.3, RFC 7523 section 3, OpenID Connect Core 1.0 section 9).

mod assertion;
mod authentication;
mod registered;

#[cfg(fuzzing)]
pub use assertion::fuzz;
pub use authentication::authenticate;
pub use registered::Client;
pub(crate) use {
    assertion::ASSERTION_ALGORITHMS,
    registered::{by_id, find},
};
