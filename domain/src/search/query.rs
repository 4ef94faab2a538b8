//! A typed search as words.

use super::{
    abbreviations::expansion,
    words::{MAX_WORDS, cut, words},
};

/// A typed search. Its words may come in any order. Each matches the beginning of a word or, if it is an abbreviation,
/// the words it stands for.
#[derive(Clone, Debug, Default)]
pub struct SearchQuery(Vec<QueryWord>);

/// One typed word, in lower case, letters and digits only.
#[derive(Clone, Debug)]
pub struct QueryWord(String);

impl SearchQuery {
    /// Reads a typed text. Only the twelve longest words count.
    pub fn parse(query: &str) -> Self {
        let mut typed: Vec<QueryWord> = words(query).iter().map(|(_, word)| QueryWord(cut(word).to_owned())).collect();
        // Longest first: a word without results ends a search soonest.
        typed.sort_by_key(|typed| std::cmp::Reverse(typed.0.len()));
        typed.truncate(MAX_WORDS);
        Self(typed)
    }

    /// True if no word was typed; such a query finds everything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn words(&self) -> &[QueryWord] {
        &self.0
    }
}

impl QueryWord {
    pub fn word(&self) -> &str {
        &self.0
    }

    /// The words that an abbreviation stands for; empty for any other word.
    pub fn meaning(&self) -> impl Iterator<Item = &'static str> {
        expansion(&self.0).into_iter().flat_map(str::split_whitespace)
    }
}
