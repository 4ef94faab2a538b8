//! The length of passwords. The server also rejects common ones (`backend::accounts::passwords`): those lists are large.

use crate::{issues::Problem, text};

/// The fewest characters (ASVS 5.0, 6.2.1 asks for 8; the product for 10).
pub const MIN: usize = 10;
/// The most characters; limits the work of hashing (ASVS 5.0, 6.2.9 asks for at least 64).
pub const MAX: usize = 128;

/// Checks the length of a new password in characters. Any character is allowed, and nothing is trimmed.
///
/// # Errors
/// [`Problem::Missing`], [`Problem::TooShort`] or [`Problem::TooLong`].
pub fn check_length(password: &str) -> Result<(), Problem> {
    text::check_length(password, MIN..=MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(check_length(""), Err(Problem::Missing));
        assert_eq!(check_length("ééééééééé"), Err(Problem::TooShort { min: 10 }));
        assert_eq!(check_length("éééééééééé"), Ok(()));
        assert_eq!(check_length(&"a".repeat(129)), Err(Problem::TooLong { max: 128 }));
    }
}
