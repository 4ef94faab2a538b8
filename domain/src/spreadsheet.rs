//! Texts of people in files that a spreadsheet opens.

use std::borrow::Cow;

/// A text as a cell that no spreadsheet takes for a formula: where it begins with a sign by which formulas begin, or with
/// white space that a spreadsheet drops before it, it gets an apostrophe (OWASP, CSV Injection).
pub fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("=HYPERLINK(\"http://contoh\")", "'=HYPERLINK(\"http://contoh\")")]
    #[case("+62812", "'+62812")]
    #[case("-1", "'-1")]
    #[case("@SUM(A1)", "'@SUM(A1)")]
    #[case("\t=1", "'\t=1")]
    #[case("\r=1", "'\r=1")]
    #[case("＝1", "'＝1")]
    #[case("Siti = Budi", "Siti = Budi")]
    #[case("", "")]
    fn formulas_are_texts(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(cell(text), expected);
    }
}
