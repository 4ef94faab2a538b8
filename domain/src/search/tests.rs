//! Tests of both indexes.

use super::{
    words::{MAX_CHARACTERS, MAX_WORDS},
    *,
};
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
fn marks_cover_the_matching_words() {
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
fn whole_words_rank_before_beginnings() {
    let names = ["Dinas Kesehatanku", "Dinas Kesehatan Kota", "Dinas Kesehatan"];
    let index = Index::new(names, |name| name, |_| None);
    let (hits, _) = index.search("kesehatan", 0..3, |_| true, 10);
    let order: Vec<_> = hits.iter().map(|hit| *hit.item).collect();
    assert_eq!(order, ["Dinas Kesehatan", "Dinas Kesehatan Kota", "Dinas Kesehatanku"]);
}

#[rstest]
#[case("jenderal sekre", true)]
#[case("SEKRETARIAT kab", true)]
#[case("kabupaten", true)] // the meaning of an abbreviation
#[case("setjen", true)] // an abbreviation of words in the text
#[case("Jum'at", true)]
#[case("sekre\u{200b}tariat\u{200e}", true)] // as pasted
#[case(" . ", true)]
#[case("riat", false)] // not where a word begins
#[case("sekretariat daerah", false)]
#[case("kec", false)]
fn typed_words_are_found(#[case] query: &str, #[case] found: bool) {
    let text = searchable(["Sekretariat Jenderal", "Kab. Kotawaringin Barat", "Jum’at"]);
    assert_eq!(finds(query, &text), found);
}

#[test]
fn long_words_are_cut_in_texts_and_queries() {
    let long = "é".repeat(500);
    let sought = SearchQuery::parse(&long);
    assert_eq!(sought.words()[0].word().chars().count(), MAX_CHARACTERS);
    assert!(finds(&long, &searchable([long.as_str()])));
    assert_eq!(SearchQuery::parse(&"a b c d e f g h i j k l m n o p".repeat(20)).words().len(), MAX_WORDS);
}

proptest! {
    #[test]
    fn searchable_texts_are_words_with_single_spaces(texts in proptest::collection::vec(".{0,40}", 0..5)) {
        let text = searchable(texts.iter().map(String::as_str));
        prop_assert!(!text.starts_with(' ') && !text.contains("  ") && (text.is_empty() || text.ends_with(' ')));
        prop_assert!(text.chars().all(|c| c == ' ' || c.is_alphanumeric() || !c.is_ascii()));
        // Each text finds the text that contains it, unless it has more than MAX_WORDS words.
        for typed in &texts {
            prop_assert!(finds(typed, &text));
        }
    }

    #[test]
    fn the_word_index_finds_the_same_as_a_linear_search(
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
