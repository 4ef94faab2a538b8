//! Addresses of work units and companies.

use crate::{issues::Problem, text::check_paragraphs};

/// Allowed number of characters of an address.
pub const ADDRESS_LENGTH: std::ops::RangeInclusive<usize> = 10..=500;

/// Checks an address. Space around it does not count.
///
/// # Errors
/// [`Problem::Missing`], [`Problem::TooShort`], [`Problem::TooLong`] or [`Problem::BadCharacters`].
pub fn check_address(address: &str) -> Result<(), Problem> {
    check_paragraphs(address.trim(), ADDRESS_LENGTH)
}
