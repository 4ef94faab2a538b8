//! Texts as words.

use std::ops::Range;

use super::abbreviations::expansion;
use crate::characters::is_invisible;

/// A query is cut to this many words.
pub(super) const MAX_WORDS: usize = 12;
/// Every word is cut to this many characters.
pub(super) const MAX_CHARACTERS: usize = 60;

pub(super) fn cut(word: &str) -> &str {
    word.char_indices().nth(MAX_CHARACTERS).map_or(word, |(end, _)| &word[..end])
}

/// The words of a text in lower case, each with its byte range. A word is a run of letters and digits; an apostrophe
/// inside it is dropped (`Jum'at` gives `jumat`), as is what nobody sees.
pub fn words(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found: Vec<(Range<usize>, String)> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if c.is_alphanumeric() {
            match found.last_mut() {
                Some((range, word)) if open => {
                    range.end = end;
                    word.extend(c.to_lowercase());
                }
                _ => found.push((at..end, c.to_lowercase().collect())),
            }
            open = true;
        } else {
            open = open && (matches!(c, '\'' | '’' | '`') || is_invisible(c));
        }
    }
    found
}

/// A name in the form in which names are compared: lower case, words separated by single spaces.
pub fn normalised(text: &str) -> String {
    words(text).into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ")
}

/// The searchable form of texts: their words in lower case, each followed by a space, and each abbreviation followed by
/// the words it stands for. A [`WordIndex`](super::WordIndex) is built from such texts.
pub fn searchable<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut all = String::new();
    for (_, word) in texts.into_iter().flat_map(words) {
        for part in std::iter::once(cut(&word)).chain(expansion(&word).into_iter().flat_map(str::split_whitespace)) {
            all.push_str(part);
            all.push(' ');
        }
    }
    all
}
