//! Finding an institution, a work unit or a case by a few typed letters: words in any order and case, abbreviations
//! understood.
//!
//! An [`Index`] stores each distinct word once, sorted, and every entry as numbers of words. A typed prefix is then a
//! range of numbers, and checking an entry costs a few integer comparisons. A [`WordIndex`] maps words to the texts that
//! contain them; it neither ranks nor marks.

mod abbreviations;
mod index;
mod query;
mod word_index;
mod words;

pub(crate) use abbreviations::expansion;
pub use index::{Hit, Index, Mark};
pub use query::{QueryWord, SearchQuery};
pub use word_index::WordIndex;
pub use words::{normalised, searchable, words};

#[cfg(test)]
mod tests;
