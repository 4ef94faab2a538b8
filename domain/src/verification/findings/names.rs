//! Names of people and companies without titles, degrees and legal forms.

use super::lists::{DEGREES, LEGAL_ENDINGS, LEGAL_FORMS, TITLES, lists};
use crate::search::words;

/// A name without the titles before it and the degrees behind it.
pub fn bare_name(name: &str) -> String {
    let has_letters = |text: &str| text.chars().any(char::is_alphabetic);
    let before_comma = name.split(',').next().filter(|part| has_letters(part)).unwrap_or(name);
    let ends_title = |c: char| c == '.' || c.is_whitespace();
    let mut rest = before_comma.trim();
    while let Some((head, tail)) = rest.split_once(ends_title) {
        let tail = tail.trim_start_matches(ends_title);
        if !lists(TITLES, &head.to_lowercase()) || !has_letters(tail) {
            break;
        }
        rest = tail;
    }
    let mut words: Vec<&str> = rest.split_whitespace().collect();
    while words.len() > 1 && words.last().is_some_and(|word| is_degree(word)) {
        words.pop();
    }
    words.join(" ")
}

/// True for a degree that is also written as one: `S.E.`, `SE`, `MSi`, but not `Se`.
fn is_degree(word: &str) -> bool {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let written_as_one = word.contains('.') || word.chars().filter(|c| c.is_uppercase()).count() > 1;
    written_as_one && lists(DEGREES, &letters)
}

/// The name of a company without its legal form, which documents write in many ways or leave out.
pub(super) fn bare_company(name: &str) -> String {
    let words: Vec<String> = words(name).into_iter().map(|(_, word)| word).collect();
    let mut rest = words.as_slice();
    while let [first, others @ ..] = rest
        && !others.is_empty()
        && lists(LEGAL_FORMS, first)
    {
        rest = others;
    }
    while let [others @ .., last] = rest
        && !others.is_empty()
        && lists(LEGAL_ENDINGS, last)
    {
        rest = others;
    }
    rest.join(" ")
}
