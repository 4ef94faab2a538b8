//! An index for pickers: ranked results with the matching parts of their names.

use std::{collections::HashMap, ops::Range};

use serde::{Deserialize, Serialize};

use super::{
    abbreviations::expansion,
    words::{MAX_WORDS, words},
};

/// One word of an entry: its number in the vocabulary, and the bytes of the name that it marks. All words of an expanded
/// abbreviation mark the same bytes; words of the code mark none.
#[derive(Clone, Copy, Debug)]
struct Key {
    word: u32,
    start: u16,
    end: u16,
}

#[derive(Debug)]
struct Entry<T> {
    item: T,
    keys: Box<[Key]>,
    name_bytes: u16,
}

/// A searchable list of named things.
#[derive(Debug)]
pub struct Index<T> {
    vocabulary: Vec<Box<str>>,
    entries: Vec<Entry<T>>,
}

/// One result of a search.
#[derive(Debug)]
pub struct Hit<'a, T> {
    pub item: &'a T,
    /// The parts of the name that matched, in order, without overlap.
    pub marks: Vec<Mark>,
}

/// A part of a name that matched: its first byte and the byte after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark(pub u16, pub u16);

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self { vocabulary: Vec::new(), entries: Vec::new() }
    }
}

impl<T> Index<T> {
    /// Builds an index over things in the order given, each with its name and its code.
    pub fn new(
        items: impl IntoIterator<Item = T>,
        name: impl Fn(&T) -> &str,
        code: impl Fn(&T) -> Option<&str>,
    ) -> Self {
        let mut numbers: HashMap<Box<str>, u32> = HashMap::new();
        let mut number = |word: &str| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(word.into()).or_insert(next)
        };
        let mut entries: Vec<Entry<T>> = items
            .into_iter()
            .map(|item| {
                let place = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
                let mut keys = Vec::new();
                for (range, word) in words(name(&item)) {
                    let (start, end) = (place(range.start), place(range.end));
                    keys.push(Key { word: number(&word), start, end });
                    for part in expansion(&word).into_iter().flat_map(str::split_whitespace) {
                        keys.push(Key { word: number(part), start, end });
                    }
                }
                for (_, word) in code(&item).map(words).unwrap_or_default() {
                    keys.push(Key { word: number(&word), start: 0, end: 0 });
                }
                let name_bytes = place(name(&item).len());
                Entry { item, keys: keys.into(), name_bytes }
            })
            .collect();

        let mut sorted: Vec<(Box<str>, u32)> = numbers.into_iter().collect();
        sorted.sort_unstable();
        let mut rank = vec![0u32; sorted.len()];
        for (new, (_, old)) in (0u32..).zip(&sorted) {
            rank[*old as usize] = new;
        }
        for key in entries.iter_mut().flat_map(|entry| entry.keys.iter_mut()) {
            key.word = rank[key.word as usize];
        }
        Self { vocabulary: sorted.into_iter().map(|(word, _)| word).collect(), entries }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries, in the order given to [`Index::new`].
    pub fn items(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|entry| &entry.item)
    }

    /// Finds the entries that match every word of `query`. Only entries at positions in `range` that pass `filter` count.
    /// Returns the best `limit` of them and the number of all. An empty query finds everything, in order.
    pub fn search(
        &self,
        query: &str,
        range: Range<usize>,
        filter: impl Fn(&T) -> bool,
        limit: usize,
    ) -> (Vec<Hit<'_, T>>, usize) {
        let entries = self.entries.get(range).unwrap_or_default();
        let terms: Vec<Term> = words(query).iter().take(MAX_WORDS).map(|(_, word)| self.term(word)).collect();
        let mut found: Vec<(Rank, &Entry<T>)> = entries
            .iter()
            .filter(|entry| filter(&entry.item))
            .filter_map(|entry| Some((rank(entry, &terms)?, entry)))
            .collect();
        let total = found.len();
        if !terms.is_empty() {
            // Stable: equal ranks keep the order given.
            found.sort_by_key(|(rank, _)| *rank);
        }
        found.truncate(limit);
        let hits = found.into_iter().map(|(_, entry)| Hit { item: &entry.item, marks: marks(entry, &terms) }).collect();
        (hits, total)
    }

    /// The range of words that begin with `prefix`.
    fn range(&self, prefix: &str) -> Range<u32> {
        let start = self.vocabulary.partition_point(|word| word.as_ref() < prefix);
        let end = start + self.vocabulary[start..].partition_point(|word| word.starts_with(prefix));
        // A vocabulary of more than 2^32 words does not fit into memory.
        start as u32..end as u32
    }

    fn term(&self, word: &str) -> Term {
        let whole = |word: &str| {
            let range = self.range(word);
            if self.vocabulary.get(range.start as usize).is_some_and(|first| first.as_ref() == word) {
                range.start..range.start + 1
            } else {
                0..0
            }
        };
        let meaning =
            expansion(word).map(|long| long.split_whitespace().map(whole).collect::<Vec<_>>()).unwrap_or_default();
        Term { prefix: self.range(word), exact: whole(word).start, meaning }
    }
}

/// One typed word: the range of words that it begins, its own number, and the ranges of the words it stands for.
struct Term {
    prefix: Range<u32>,
    exact: u32,
    meaning: Vec<Range<u32>>,
}

/// Order of results: words that match only by their beginning, then positions in the name, then length of the name.
type Rank = (u32, u32, u16);

fn rank<T>(entry: &Entry<T>, terms: &[Term]) -> Option<Rank> {
    let place_of =
        |words: &Range<u32>| entry.keys.iter().find(|key| words.contains(&key.word)).map(|key| u32::from(key.start));
    let (mut begun, mut places) = (0, 0);
    for term in terms {
        places += match place_of(&term.prefix) {
            Some(place) => {
                begun += u32::from(!entry.keys.iter().any(|key| key.word == term.exact));
                place
            }
            None => {
                // An abbreviation: every word that it stands for.
                let places = term.meaning.iter().map(place_of).collect::<Option<Vec<_>>>()?;
                places.into_iter().min()?
            }
        };
    }
    Some((begun, places, entry.name_bytes))
}

fn marks<T>(entry: &Entry<T>, terms: &[Term]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for term in terms {
        let direct = entry.keys.iter().any(|key| term.prefix.contains(&key.word));
        let hit = |key: &&Key| {
            if direct {
                term.prefix.contains(&key.word)
            } else {
                term.meaning.iter().any(|word| word.contains(&key.word))
            }
        };
        marks.extend(
            entry.keys.iter().filter(hit).filter(|key| key.end > key.start).map(|key| Mark(key.start, key.end)),
        );
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}
