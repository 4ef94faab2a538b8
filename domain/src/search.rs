//! Finding an institution or a work unit by a few typed letters: any word order, any case, abbreviations understood.
//!
//! An [`Index`] holds each distinct word once, sorted, and every entry as numbers of words. A typed prefix is then a
//! range of numbers, and looking at an entry costs a handful of integer comparisons. A [`WordIndex`] goes the other way,
//! from words to the texts that have them: it neither ranks nor marks, and costs what it finds.

use std::{collections::HashMap, ops::Range};

use serde::{Deserialize, Serialize};

/// Abbreviations of Indonesian administration and what they stand for. Both directions are understood: who types
/// `ditjen` finds `Direktorat Jenderal …`, and who types `jenderal` finds `Ditjen …`.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("bbpvp", "balai besar pelatihan vokasi dan produktivitas"),
    ("bkd", "badan kepegawaian daerah"),
    ("bkpsdm", "badan kepegawaian dan pengembangan sumber daya manusia"),
    ("bpbd", "badan penanggulangan bencana daerah"),
    ("bpkad", "badan pengelolaan keuangan dan aset daerah"),
    ("bps", "badan pusat statistik"),
    ("bpvp", "balai pelatihan vokasi dan produktivitas"),
    ("dikbud", "pendidikan dan kebudayaan"),
    ("dinkes", "dinas kesehatan"),
    ("dinsos", "dinas sosial"),
    ("dirjen", "direktorat jenderal"),
    ("disdik", "dinas pendidikan"),
    ("dishub", "dinas perhubungan"),
    ("disnaker", "dinas tenaga kerja"),
    ("dit", "direktorat"),
    ("ditjen", "direktorat jenderal"),
    ("dpmptsp", "dinas penanaman modal dan pelayanan terpadu satu pintu"),
    ("dprd", "dewan perwakilan rakyat daerah"),
    ("irjen", "inspektorat jenderal"),
    ("itjen", "inspektorat jenderal"),
    ("kab", "kabupaten"),
    ("kan", "kantor"),
    ("kanwil", "kantor wilayah"),
    ("kec", "kecamatan"),
    ("kejari", "kejaksaan negeri"),
    ("kejati", "kejaksaan tinggi"),
    ("kel", "kelurahan"),
    ("kemen", "kementerian"),
    ("kemenag", "kementerian agama"),
    ("kemendagri", "kementerian dalam negeri"),
    ("kemenhan", "kementerian pertahanan"),
    ("kemenhub", "kementerian perhubungan"),
    ("kemenkes", "kementerian kesehatan"),
    ("kemenkeu", "kementerian keuangan"),
    ("kemenlu", "kementerian luar negeri"),
    ("kemenpan", "kementerian pendayagunaan aparatur negara"),
    ("kemenperin", "kementerian perindustrian"),
    ("kemenpora", "kementerian pemuda dan olahraga"),
    ("kemensos", "kementerian sosial"),
    ("kementan", "kementerian pertanian"),
    ("kementrian", "kementerian"),
    ("kemnaker", "kementerian ketenagakerjaan"),
    ("kpp", "kantor pelayanan pajak"),
    ("lapas", "lembaga pemasyarakatan"),
    ("man", "madrasah aliyah negeri"),
    ("min", "madrasah ibtidaiyah negeri"),
    ("mtsn", "madrasah tsanawiyah negeri"),
    ("pemda", "pemerintah daerah"),
    ("pemkab", "pemerintah kabupaten"),
    ("pemkot", "pemerintah kota"),
    ("pemprov", "pemerintah provinsi"),
    ("pn", "pengadilan negeri"),
    ("polda", "kepolisian daerah"),
    ("polres", "kepolisian resor"),
    ("prop", "provinsi"),
    ("propinsi", "provinsi"),
    ("prov", "provinsi"),
    ("pupr", "pekerjaan umum dan penataan ruang"),
    ("puskesmas", "pusat kesehatan masyarakat"),
    ("ri", "republik indonesia"),
    ("rs", "rumah sakit"),
    ("rsud", "rumah sakit umum daerah"),
    ("rsup", "rumah sakit umum pusat"),
    ("rutan", "rumah tahanan negara"),
    ("satpol", "satuan polisi"),
    ("sekda", "sekretariat daerah"),
    ("sekjen", "sekretariat jenderal"),
    ("sekwan", "sekretariat dewan"),
    ("set", "sekretariat"),
    ("setda", "sekretariat daerah"),
    ("setjen", "sekretariat jenderal"),
    ("sman", "sekolah menengah atas negeri"),
    ("smkn", "sekolah menengah kejuruan negeri"),
    ("univ", "universitas"),
    ("upt", "unit pelaksana teknis"),
    ("uptd", "unit pelaksana teknis daerah"),
];

/// What an abbreviation, in lower case, stands for.
pub(crate) fn expansion(word: &str) -> Option<&'static str> {
    ABBREVIATIONS.binary_search_by(|(short, _)| (*short).cmp(word)).ok().map(|at| ABBREVIATIONS[at].1)
}

/// The words of a text with their places in it, in bytes: runs of letters and digits, in lower case; an apostrophe
/// inside a word is dropped (`Jum'at` gives `jumat`).
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
            open = open && matches!(c, '\'' | '’' | '`');
        }
    }
    found
}

/// A name as it is compared: its words in lower case, single spaces between them.
pub fn normalised(text: &str) -> String {
    words(text).into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ")
}

/// Most words of a query that are looked at, and most characters of a word.
const MOST_WORDS: usize = 12;
const MOST_CHARACTERS: usize = 60;

fn cut(word: &str) -> &str {
    word.char_indices().nth(MOST_CHARACTERS).map_or(word, |(end, _)| &word[..end])
}

/// Texts made to be searched by what is [`SearchQuery`]: their words in lower case, a space after each, abbreviations followed
/// by what they stand for.
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

/// What somebody typed to find something: words in any order, each to be found at the beginning of a word, or, if it is
/// an abbreviation, by the words that it stands for.
#[derive(Clone, Debug, Default)]
pub struct SearchQuery(Vec<SoughtWord>);

/// One typed word.
#[derive(Clone, Debug)]
pub struct SoughtWord(String);

impl SearchQuery {
    /// Reads what was typed; the twelve longest words count.
    pub fn parse(query: &str) -> Self {
        let mut typed: Vec<SoughtWord> =
            words(query).iter().map(|(_, word)| SoughtWord(cut(word).to_owned())).collect();
        // The longest first: where something is not found, it says so soonest.
        typed.sort_by_key(|typed| std::cmp::Reverse(typed.0.len()));
        typed.truncate(MOST_WORDS);
        Self(typed)
    }

    /// Whether nothing was typed, so that everything is found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The typed words.
    pub fn words(&self) -> &[SoughtWord] {
        &self.0
    }
}

impl SoughtWord {
    /// The word, in lower case; letters and digits alone.
    pub fn word(&self) -> &str {
        &self.0
    }

    /// The whole words that it stands for, where it is an abbreviation.
    pub fn meaning(&self) -> impl Iterator<Item = &'static str> {
        expansion(&self.0).into_iter().flat_map(str::split_whitespace)
    }
}

/// Which of some texts have which words. The words are sorted, so that those that begin alike stand side by side: a search
/// costs what it finds, not what there is to be looked through.
#[derive(Debug, Default)]
pub struct WordIndex {
    /// How many texts there are.
    len: usize,
    /// Each distinct word, in order.
    vocabulary: Vec<Word>,
    /// The letters of all words, in bytes.
    letters: String,
    /// The places of texts, of one word after the other.
    texts: Vec<u32>,
}

/// A word: where its letters are, and where the places of the texts that have it.
#[derive(Debug)]
struct Word {
    letters: Range<u32>,
    texts: Range<u32>,
}

impl WordIndex {
    /// Of texts made by [`searchable`].
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut index = Self::default();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut pairs: Vec<(u32, u32)> = Vec::new(); // a word by its number, and a text that has it
        for text in texts {
            for word in text.split_whitespace() {
                let next = place(numbers.len());
                pairs.push((*numbers.entry(word).or_insert(next), place(index.len)));
            }
            index.len += 1;
        }
        let mut sorted: Vec<(&str, u32)> = numbers.into_iter().collect();
        sorted.sort_unstable();
        let mut order = vec![0; sorted.len()];
        for (at, (_, number)) in sorted.iter().enumerate() {
            order[*number as usize] = place(at);
        }
        pairs.iter_mut().for_each(|(word, _)| *word = order[*word as usize]);
        pairs.sort_unstable();
        pairs.dedup();
        index.vocabulary.reserve_exact(sorted.len());
        for (of_word, (word, _)) in pairs.chunk_by(|a, b| a.0 == b.0).zip(sorted) {
            let starts = (place(index.letters.len()), place(index.texts.len()));
            index.letters.push_str(word);
            index.texts.extend(of_word.iter().map(|(_, text)| text));
            let ends = (place(index.letters.len()), place(index.texts.len()));
            index.vocabulary.push(Word { letters: starts.0..ends.0, texts: starts.1..ends.1 });
        }
        index.letters.shrink_to_fit();
        index.texts.shrink_to_fit();
        index
    }

    /// For each of the texts, in the order given, whether every word that is sought is found in it.
    pub fn find(&self, sought: &SearchQuery) -> Vec<bool> {
        let mut found = vec![true; self.len];
        let mut has = vec![false; self.len];
        for typed in sought.words() {
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

    /// The places of texts that have words with this beginning, more than once if they have several.
    fn beginning_with(&self, beginning: &str) -> &[u32] {
        let start = self.vocabulary.partition_point(|word| self.letters(word) < beginning);
        let words = &self.vocabulary[start..];
        self.texts(&words[..words.partition_point(|word| self.letters(word).starts_with(beginning))])
    }

    /// The places of texts that have this word, in order.
    fn whole(&self, word: &str) -> &[u32] {
        let found = self.vocabulary.binary_search_by(|known| self.letters(known).cmp(word));
        found.map_or(&[], |at| self.texts(&self.vocabulary[at..=at]))
    }

    fn letters(&self, word: &Word) -> &str {
        &self.letters[word.letters.start as usize..word.letters.end as usize]
    }

    /// The places of texts that have one of these words, which stand side by side.
    fn texts(&self, words: &[Word]) -> &[u32] {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return &[] };
        &self.texts[first.texts.start as usize..last.texts.end as usize]
    }
}

/// One word of an entry: its number in the vocabulary and the bytes of the name it stands for (equal for the words of
/// an expanded abbreviation; empty for words of the code).
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

/// One result: the thing, and which bytes of its name answered the query.
#[derive(Debug)]
pub struct Hit<'a, T> {
    /// What was found.
    pub item: &'a T,
    /// Ranges of bytes of the name, in order, without overlap.
    pub marks: Vec<Mark>,
}

/// A stretch of a name that answered the query: first byte and the byte after the last.
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

    /// How many things it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Everything it holds, in the order given to [`Index::new`].
    pub fn items(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|entry| &entry.item)
    }

    /// The things within `range` of the order given, and passing `filter`, that have every word of `query`; the best
    /// `limit` of them, and how many there are in all. An empty query finds everything, in order.
    pub fn search(
        &self,
        query: &str,
        range: Range<usize>,
        filter: impl Fn(&T) -> bool,
        limit: usize,
    ) -> (Vec<Hit<'_, T>>, usize) {
        let entries = self.entries.get(range).unwrap_or_default();
        let terms: Vec<Term> = words(query).iter().take(MOST_WORDS).map(|(_, word)| self.term(word)).collect();
        let mut found: Vec<(Rank, &Entry<T>)> = entries
            .iter()
            .filter(|entry| filter(&entry.item))
            .filter_map(|entry| Some((rank(entry, &terms)?, entry)))
            .collect();
        let total = found.len();
        if !terms.is_empty() {
            // Stable, so that equals stay in the order given.
            found.sort_by_key(|(rank, _)| *rank);
        }
        found.truncate(limit);
        let hits = found.into_iter().map(|(_, entry)| Hit { item: &entry.item, marks: marks(entry, &terms) }).collect();
        (hits, total)
    }

    /// The numbers of the words that begin with `prefix`.
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

/// One typed word: the words it begins, and, where it is an abbreviation, the words it stands for.
struct Term {
    prefix: Range<u32>,
    exact: u32,
    meaning: Vec<Range<u32>>,
}

/// What comes first: fewer words that are only begun, earlier places in the name, shorter names.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const NAMES: &[(&str, &str)] = &[
        ("Sekretariat Jenderal", "450938"),
        ("Inspektorat Jenderal", "259031"),
        ("Ditjen Pembinaan Pelatihan Vokasi dan Produktivitas", "451026"),
        ("DIREKTORAT JENDERAL PERHUBUNGAN LAUT", "004182"),
        ("Kab. Kotawaringin Barat", "D228"),
        ("DINAS PEKERJAAN UMUM KOBAR", "SK.01"),
        ("Dinas Kesehatan", "1.02.0.00.0.00.01.0000"),
        ("Kantor Urusan Agama Jum'at", "1"),
    ];

    fn index() -> Index<&'static (&'static str, &'static str)> {
        Index::new(NAMES, |item| item.0, |item| Some(item.1))
    }

    fn found(query: &str) -> Vec<&'static str> {
        index().search(query, 0..NAMES.len(), |_| true, 10).0.iter().map(|hit| hit.item.0).collect()
    }

    fn finds(query: &str, text: &str) -> bool {
        WordIndex::new([text]).find(&SearchQuery::parse(query)) == [true]
    }

    #[test]
    fn abbreviations_are_sorted() {
        assert!(ABBREVIATIONS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[rstest]
    #[case("jenderal sekre", &["Sekretariat Jenderal"])]
    #[case("SEKRETARIAT jend", &["Sekretariat Jenderal"])]
    #[case("dirjen laut", &["DIREKTORAT JENDERAL PERHUBUNGAN LAUT"])]
    #[case("ditjen", &["DIREKTORAT JENDERAL PERHUBUNGAN LAUT", "Ditjen Pembinaan Pelatihan Vokasi dan Produktivitas"])]
    #[case("direktorat jenderal", &["Ditjen Pembinaan Pelatihan Vokasi dan Produktivitas", "DIREKTORAT JENDERAL PERHUBUNGAN LAUT"])]
    #[case("kabupaten kota", &["Kab. Kotawaringin Barat"])]
    #[case("kab. kota", &["Kab. Kotawaringin Barat"])]
    #[case("dinkes", &["Dinas Kesehatan"])]
    #[case("sk.01", &["DINAS PEKERJAAN UMUM KOBAR"])]
    #[case("004182", &["DIREKTORAT JENDERAL PERHUBUNGAN LAUT"])]
    #[case("jumat", &["Kantor Urusan Agama Jum'at"])]
    #[case("tidak ada", &[])]
    fn queries(#[case] query: &str, #[case] expected: &[&str]) {
        assert_eq!(found(query), expected);
    }

    #[test]
    fn an_empty_query_lists_all_in_order() {
        assert_eq!(found(" . ").len(), NAMES.len());
        let (hits, total) = {
            let index = index();
            let (hits, total) = index.search("", 0..NAMES.len(), |_| true, 3);
            (hits.len(), total)
        };
        assert_eq!((hits, total), (3, NAMES.len()));
    }

    #[test]
    fn marks_show_what_answered() {
        let index = index();
        let mark = |query: &str| {
            let (hits, _) = index.search(query, 0..NAMES.len(), |_| true, 1);
            let name = hits[0].item.0;
            hits[0].marks.iter().map(|Mark(a, b)| &name[usize::from(*a)..usize::from(*b)]).collect::<Vec<_>>()
        };
        assert_eq!(mark("jend sekre"), ["Sekretariat", "Jenderal"]);
        assert_eq!(mark("pembinaan jenderal"), ["Ditjen", "Pembinaan"]);
        assert_eq!(mark("jumat"), ["Jum'at"]);
        assert_eq!(mark("450938"), Vec::<&str>::new());
    }

    #[test]
    fn whole_words_come_before_begun_ones() {
        let names = ["Dinas Kesehatanku", "Dinas Kesehatan Kota", "Dinas Kesehatan"];
        let index = Index::new(names, |name| name, |_| None);
        let (hits, _) = index.search("kesehatan", 0..3, |_| true, 10);
        let order: Vec<_> = hits.iter().map(|hit| *hit.item).collect();
        assert_eq!(order, ["Dinas Kesehatan", "Dinas Kesehatan Kota", "Dinas Kesehatanku"]);
    }

    #[rstest]
    #[case("jenderal sekre", true)]
    #[case("SEKRETARIAT kab", true)]
    #[case("kabupaten", true)] // what an abbreviation stands for
    #[case("setjen", true)] // an abbreviation of what stands there
    #[case("Jum'at", true)]
    #[case(" . ", true)]
    #[case("riat", false)] // not where a word begins
    #[case("sekretariat daerah", false)]
    #[case("kec", false)]
    fn typed_words_are_found(#[case] query: &str, #[case] found: bool) {
        let text = searchable(["Sekretariat Jenderal", "Kab. Kotawaringin Barat", "Jum’at"]);
        assert_eq!(finds(query, &text), found);
    }

    #[test]
    fn endless_words_are_cut_on_both_sides() {
        let long = "é".repeat(500);
        let sought = SearchQuery::parse(&long);
        assert_eq!(sought.words()[0].word().chars().count(), MOST_CHARACTERS);
        assert!(finds(&long, &searchable([long.as_str()])));
        assert_eq!(SearchQuery::parse(&"a b c d e f g h i j k l m n o p".repeat(20)).words().len(), MOST_WORDS);
    }

    proptest! {
        #[test]
        fn what_is_searchable_is_words_with_single_spaces(texts in proptest::collection::vec(".{0,40}", 0..5)) {
            let text = searchable(texts.iter().map(String::as_str));
            prop_assert!(!text.starts_with(' ') && !text.contains("  ") && (text.is_empty() || text.ends_with(' ')));
            prop_assert!(text.chars().all(|c| c == ' ' || c.is_alphanumeric() || !c.is_ascii()));
            // Each text finds what it is part of, unless it has more words than are looked at.
            for typed in &texts {
                prop_assert!(finds(typed, &text));
            }
        }

        #[test]
        fn each_text_is_found_as_if_it_were_looked_through(
            texts in proptest::collection::vec(proptest::collection::vec(0usize..40, 0..6), 0..12),
            typed in proptest::collection::vec((0usize..40, 1usize..12), 0..4),
        ) {
            let names: Vec<String> = NAMES.iter().flat_map(|(name, _)| words(name)).map(|(_, word)| word).collect();
            let some = |picks: &Vec<usize>| picks.iter().map(|pick| names[pick % names.len()].as_str()).collect::<Vec<_>>();
            let texts: Vec<String> = texts.iter().map(|picks| searchable(some(picks))).collect();
            let typed: Vec<String> = typed.iter().map(|(pick, length)| names[pick % names.len()].chars().take(*length).collect()).collect();
            for query in [typed.join(" "), typed.join(" ") + " ditjen"] {
                let sought = SearchQuery::parse(&query);
                let looked_through = |text: &String| sought.words().iter().all(|word| {
                    let text = format!(" {text}");
                    let has = |part: &str| text.contains(&format!(" {part} "));
                    text.contains(&format!(" {}", word.word())) || word.meaning().next().is_some() && word.meaning().all(has)
                });
                let expected: Vec<bool> = texts.iter().map(looked_through).collect();
                prop_assert_eq!(WordIndex::new(texts.iter().map(String::as_str)).find(&sought), expected);
            }
        }

        #[test]
        fn any_order_of_words_finds_the_same(mut picks in proptest::collection::vec(0usize..40, 1..4)) {
            let vocabulary: Vec<String> = NAMES.iter().flat_map(|(name, _)| words(name)).map(|(_, word)| word).collect();
            let query = |picks: &[usize]| picks.iter().map(|p| vocabulary[p % vocabulary.len()].clone()).collect::<Vec<_>>().join(" ");
            let index = index();
            let count = |q: &str| index.search(q, 0..NAMES.len(), |_| true, 10).1;
            let forward = count(&query(&picks));
            picks.reverse();
            prop_assert_eq!(count(&query(&picks)), forward);
        }

        #[test]
        fn anything_typed_is_answered_with_marks_on_letters(query in ".{0,30}", names in proptest::collection::vec(".{0,30}", 0..6)) {
            let index = Index::new(names.clone(), |name| name, |_| None);
            let (hits, _) = index.search(&query, 0..names.len(), |_| true, 10);
            for hit in hits {
                for Mark(a, b) in hit.marks {
                    prop_assert!(hit.item.get(usize::from(a)..usize::from(b)).is_some());
                }
            }
        }
    }
}
