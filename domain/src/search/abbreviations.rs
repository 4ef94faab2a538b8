//! Abbreviations of Indonesian administration, from `data/abbreviations.csv`.

use std::sync::LazyLock;

/// Abbreviation and meaning, sorted by abbreviation. Parsed at the first look-up.
static ABBREVIATIONS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let rows = include_str!("../../data/abbreviations.csv").lines().skip(1);
    rows.filter_map(|row| row.split_once(',')).collect()
});

/// The words that an abbreviation stands for. `word` is in lower case.
///
/// Both directions are understood: who types `ditjen` finds `Direktorat Jenderal …`, and who types `jenderal` finds
/// `Ditjen …`.
pub(crate) fn expansion(word: &str) -> Option<&'static str> {
    ABBREVIATIONS.binary_search_by(|(short, _)| (*short).cmp(word)).ok().map(|at| ABBREVIATIONS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_sorted() {
        assert!(ABBREVIATIONS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn every_row_of_the_file_is_read() {
        let rows = include_str!("../../data/abbreviations.csv").lines().count() - 1;
        assert_eq!(ABBREVIATIONS.len(), rows);
        assert!(ABBREVIATIONS.iter().all(|(short, long)| !short.is_empty() && !long.is_empty()));
    }
}
