//! Text without anything that a comparison ignores.

use crate::search::{expansion, words};

/// Text reduced to its letters and digits in lower case, with the word boundaries remembered.
#[derive(Default)]
pub(super) struct Squeezed {
    pub(super) letters: String,
    /// For each byte of `letters`: true if a word begins or ends before it.
    edges: Vec<bool>,
}

impl Squeezed {
    pub(super) fn of(text: &str) -> Self {
        let mut squeezed = Self::default();
        let mut before: Option<char> = None; // the previous letter, if nothing separates it from the next
        for c in text.chars() {
            if c.is_alphanumeric() {
                // Where spaces were lost (`RahmawatiNIP1978`), a change of kind is a boundary too.
                let edge = before.is_none_or(|before| {
                    before.is_numeric() != c.is_numeric() || (before.is_lowercase() && c.is_uppercase())
                });
                squeezed.push(c, edge);
                before = Some(c);
            } else if !joins(c) {
                before = None;
            }
        }
        squeezed
    }

    /// The same, with abbreviations expanded.
    pub(super) fn spelled_out(text: &str) -> Self {
        let mut squeezed = Self::default();
        for (_, word) in words(text) {
            for word in expansion(&word).unwrap_or(&word).split_whitespace() {
                let mut edge = true;
                word.chars().for_each(|c| squeezed.push(c, std::mem::take(&mut edge)));
            }
        }
        squeezed
    }

    /// Digits only. Spaces, dots and hyphens may stand between groups of a number; anything else separates numbers.
    pub(super) fn digits(text: &str) -> Self {
        let mut squeezed = Self::default();
        let mut edge = true;
        for c in text.chars() {
            if c.is_ascii_digit() {
                squeezed.push(c, std::mem::take(&mut edge));
            } else {
                edge = true;
                if !(c.is_whitespace() || matches!(c, '.' | '-') || squeezed.letters.ends_with(' ')) {
                    squeezed.letters.push(' ');
                    squeezed.edges.push(true);
                }
            }
        }
        squeezed
    }

    fn push(&mut self, c: char, mut edge: bool) {
        let ligature = match c {
            'ﬀ' => "ff",
            'ﬁ' => "fi",
            'ﬂ' => "fl",
            'ﬃ' => "ffi",
            'ﬄ' => "ffl",
            _ => "",
        };
        let lower = c.to_lowercase().filter(|c| ligature.is_empty() && c.is_alphanumeric());
        self.letters.extend(ligature.chars().chain(lower));
        while self.edges.len() < self.letters.len() {
            self.edges.push(std::mem::take(&mut edge));
        }
    }

    fn is_edge(&self, at: usize) -> bool {
        self.edges.get(at).copied().unwrap_or(true)
    }

    /// The positions of `sought`, which is squeezed as well, where it begins and ends at word boundaries.
    pub(super) fn places(&self, sought: &str) -> impl Iterator<Item = usize> {
        let mut from = 0;
        std::iter::from_fn(move || {
            while !sought.is_empty() {
                let at = from + self.letters.get(from..)?.find(sought)?;
                from = at + self.letters[at..].chars().next().map_or(1, char::len_utf8);
                if self.is_edge(at) && self.is_edge(at + sought.len()) {
                    return Some(at);
                }
            }
            None
        })
    }

    pub(super) fn has(&self, sought: &str) -> bool {
        self.places(sought).next().is_some()
    }
}

/// True for characters inside a word that do not separate it: apostrophes, soft hyphens, combining marks, zero-width
/// spaces.
pub(super) const fn joins(c: char) -> bool {
    matches!(c, '\'' | '’' | '`' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{300}'..='\u{36f}')
}
