//! Words that a comparison ignores, one a line in `data/*.txt`.

/// Titles and ranks before a name, without their dots.
pub(super) const TITLES: &str = include_str!("../../../data/titles.txt");
/// Degrees behind a name, without their dots. Needed only where no comma separates them from the name.
pub(super) const DEGREES: &str = include_str!("../../../data/degrees.txt");
/// Legal forms before the name of a company.
pub(super) const LEGAL_FORMS: &str = include_str!("../../../data/legal_forms.txt");
/// Legal forms behind the name of a company.
pub(super) const LEGAL_ENDINGS: &str = include_str!("../../../data/legal_endings.txt");

/// Words of addresses that documents write in many ways or leave out.
pub(super) const ADDRESS_WORDS: &str = include_str!("../../../data/address_words.txt");

/// True if a list contains this entry.
pub(super) fn lists(list: &str, entry: &str) -> bool {
    list.lines().any(|line| line == entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(TITLES)]
    #[case(DEGREES)]
    #[case(LEGAL_FORMS)]
    #[case(LEGAL_ENDINGS)]
    #[case(ADDRESS_WORDS)]
    fn data_files_are_sorted_without_duplicates(#[case] file: &str) {
        let entries: Vec<&str> = file.lines().collect();
        assert!(entries.is_sorted_by(|a, b| a < b), "{entries:?}");
        assert!(entries.iter().all(|entry| lists(file, entry) && entry.to_lowercase() == *entry));
    }
}
