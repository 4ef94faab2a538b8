//! An index for lists that only ask which texts match.

use std::{collections::HashMap, ops::Range};

use super::query::SearchQuery;

/// An index from words to the texts that contain them. Words are sorted, so words with the same beginning are neighbours:
/// the cost of a search grows with what it finds, not with the number of texts.
#[derive(Debug, Default)]
pub struct WordIndex {
    /// Number of texts.
    len: usize,
    /// Each distinct word, sorted.
    vocabulary: Vec<Word>,
    /// The letters of all words.
    letters: String,
    /// Numbers of texts, grouped by word in the order of `vocabulary`.
    texts: Vec<u32>,
}

/// A word, as ranges of [`WordIndex::letters`] and [`WordIndex::texts`].
#[derive(Debug)]
struct Word {
    letters: Range<u32>,
    texts: Range<u32>,
}

impl WordIndex {
    /// Builds an index of texts made by [`searchable`](super::searchable).
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut index = Self::default();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut pairs: Vec<(u32, u32)> = Vec::new(); // number of a word, number of a text with it
        for text in texts {
            for word in text.split_whitespace() {
                let next = number(numbers.len());
                pairs.push((*numbers.entry(word).or_insert(next), number(index.len)));
            }
            index.len += 1;
        }
        let mut sorted: Vec<(&str, u32)> = numbers.into_iter().collect();
        sorted.sort_unstable();
        let mut order = vec![0; sorted.len()];
        for (at, (_, old)) in sorted.iter().enumerate() {
            order[*old as usize] = number(at);
        }
        pairs.iter_mut().for_each(|(word, _)| *word = order[*word as usize]);
        pairs.sort_unstable();
        pairs.dedup();
        index.vocabulary.reserve_exact(sorted.len());
        for (of_word, (word, _)) in pairs.chunk_by(|a, b| a.0 == b.0).zip(sorted) {
            let starts = (number(index.letters.len()), number(index.texts.len()));
            index.letters.push_str(word);
            index.texts.extend(of_word.iter().map(|(_, text)| text));
            let ends = (number(index.letters.len()), number(index.texts.len()));
            index.vocabulary.push(Word { letters: starts.0..ends.0, texts: starts.1..ends.1 });
        }
        index.letters.shrink_to_fit();
        index.texts.shrink_to_fit();
        index
    }

    /// For each text, in the order given: true if it matches every word of the query.
    pub fn find(&self, query: &SearchQuery) -> Vec<bool> {
        let mut found = vec![true; self.len];
        let mut has = vec![false; self.len];
        for typed in query.words() {
            self.beginning_with(typed.word()).iter().for_each(|text| has[*text as usize] = true);
            let mut meaning = typed.meaning().map(|word| self.whole(word));
            if let Some(first) = meaning.next() {
                let others: Vec<&[u32]> = meaning.collect();
                let all = first.iter().filter(|text| others.iter().all(|texts| texts.binary_search(text).is_ok()));
                all.for_each(|text| has[*text as usize] = true);
            }
            found.iter_mut().zip(&mut has).for_each(|(found, has)| *found &= std::mem::take(has));
        }
        found
    }

    /// The texts with words that begin so; a text with several such words comes several times.
    fn beginning_with(&self, beginning: &str) -> &[u32] {
        let start = self.vocabulary.partition_point(|word| self.letters(word) < beginning);
        let words = &self.vocabulary[start..];
        self.texts(&words[..words.partition_point(|word| self.letters(word).starts_with(beginning))])
    }

    /// The texts with this word, sorted.
    fn whole(&self, word: &str) -> &[u32] {
        let found = self.vocabulary.binary_search_by(|known| self.letters(known).cmp(word));
        found.map_or(&[], |at| self.texts(&self.vocabulary[at..=at]))
    }

    fn letters(&self, word: &Word) -> &str {
        &self.letters[word.letters.start as usize..word.letters.end as usize]
    }

    /// The texts of words that are neighbours in the vocabulary.
    fn texts(&self, words: &[Word]) -> &[u32] {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return &[] };
        &self.texts[first.texts.start as usize..last.texts.end as usize]
    }
}
