//! Rules for free text.

use std::ops::RangeInclusive;

use crate::issues::Problem;

/// Checks the number of characters. Does not trim; the caller does.
///
/// # Errors
/// [`Problem::Missing`] if the text is empty, [`Problem::TooShort`], [`Problem::TooLong`].
pub fn check_length(text: &str, allowed: RangeInclusive<usize>) -> Result<(), Problem> {
    match text.chars().count() {
        0 => Err(Problem::Missing),
        n if n < *allowed.start() => Err(Problem::TooShort { min: *allowed.start() }),
        n if n > *allowed.end() => Err(Problem::TooLong { max: *allowed.end() }),
        _ => Ok(()),
    }
}

/// Checks a single line: its length, and that it has no control characters.
///
/// # Errors
/// Those of [`check_length`], and [`Problem::BadCharacters`].
pub fn check_line(text: &str, allowed: RangeInclusive<usize>) -> Result<(), Problem> {
    check_length(text, allowed)?;
    if text.contains(char::is_control) { Err(Problem::BadCharacters) } else { Ok(()) }
}

/// Checks paragraphs: their length, and that line breaks and tabs are the only control characters. PostgreSQL cannot
/// store a zero byte.
///
/// # Errors
/// Those of [`check_length`], and [`Problem::BadCharacters`].
pub fn check_paragraphs(text: &str, allowed: RangeInclusive<usize>) -> Result<(), Problem> {
    check_length(text, allowed)?;
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Problem::BadCharacters);
    }
    Ok(())
}

/// Cuts a text to `max` characters and removes zero bytes, which PostgreSQL refuses.
pub fn cut(text: &mut String, max: usize) {
    text.retain(|c| c != '\0');
    if let Some((end, _)) = text.char_indices().nth(max) {
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", Err(Problem::Missing))]
    #[case("é", Err(Problem::TooShort { min: 2 }))]
    #[case("éé", Ok(()))]
    #[case("éééé", Ok(()))]
    #[case("ééééé", Err(Problem::TooLong { max: 4 }))]
    fn lengths_are_counted_in_characters(#[case] text: &str, #[case] expected: Result<(), Problem>) {
        assert_eq!(check_length(text, 2..=4), expected);
    }

    #[test]
    fn a_line_has_no_control_characters() {
        assert_eq!(check_line("satu dua", 1..=20), Ok(()));
        assert_eq!(check_line("satu\ndua", 1..=20), Err(Problem::BadCharacters));
        assert_eq!(check_line("satu\0dua", 1..=20), Err(Problem::BadCharacters));
    }

    #[test]
    fn paragraphs_have_line_breaks_and_no_other_control_characters() {
        assert_eq!(check_paragraphs("satu\r\n\tdua", 1..=20), Ok(()));
        assert_eq!(check_paragraphs("satu\0dua", 1..=20), Err(Problem::BadCharacters));
        assert_eq!(check_paragraphs("satu\u{1b}[0m", 1..=20), Err(Problem::BadCharacters));
    }
}
