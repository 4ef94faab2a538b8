//! The HTTP surface of the running server.

mod accounts;
mod applications;
mod surface;
mod verification;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Encodes text as the value of a query.
fn query(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).collect()
}
