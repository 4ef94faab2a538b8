//! A page of a letter, read once for all searches.

use std::collections::HashSet;

use ::time::Date;

use super::{
    dates::dates,
    places::{Spelling, bare_number},
    squeezed::Squeezed,
};
use crate::{role::Role, search::words};

/// The text of a page, prepared for each kind of search.
pub(super) struct Page {
    pub(super) letters: Squeezed,
    spelled_out: Squeezed,
    pub(super) digits: Squeezed,
    /// Roles whose code is a word of the page.
    codes: Vec<Role>,
    pub(super) dates: Vec<Date>,
    /// Every word, numbers without the zeros before them.
    words: HashSet<String>,
}

impl Page {
    pub(super) fn read(text: &str) -> Self {
        let text = &text.replace('&', " dan ");
        // In capitals only: "Pa" is a form of address.
        let is_word = |code: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == code);
        Self {
            letters: Squeezed::of(text),
            spelled_out: Squeezed::spelled_out(text),
            digits: Squeezed::digits(text),
            codes: Role::ALL.iter().copied().filter(|role| is_word(role.info().code)).collect(),
            dates: dates(text),
            words: words(text).into_iter().map(|(_, word)| bare_number(&word)).collect(),
        }
    }

    /// True if the page has four in five words of the address. Registers order the words differently and add some.
    pub(super) fn names_address(&self, known: &[String]) -> bool {
        let found = known.iter().filter(|word| self.words.contains(*word)).count();
        found > 0 && found * 5 >= known.len() * 4
    }

    /// True for the role's code, or for its name unless that is the end of another role's longer name.
    pub(super) fn names_role(&self, role: Role) -> bool {
        let squeezed = |role: Role| Squeezed::of(role.info().name).letters;
        let name = squeezed(role);
        let longer: Vec<String> = Role::ALL.iter().map(|other| squeezed(*other)).collect();
        let longer: Vec<&str> = longer.iter().filter_map(|other| other.strip_suffix(name.as_str())).collect();
        let stands_alone = |at: usize| {
            let before = &self.letters.letters[..at];
            !longer.iter().any(|beginning| !beginning.is_empty() && before.ends_with(beginning))
        };
        self.codes.contains(&role) || self.letters.places(&name).any(stands_alone)
    }

    pub(super) fn names_place(&self, spellings: &[Spelling]) -> bool {
        spellings.iter().any(|Spelling { plain, spelled_out }| {
            self.letters.has(plain) || self.letters.has(spelled_out) || self.spelled_out.has(spelled_out)
        })
    }
}
