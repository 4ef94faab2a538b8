//! Protects files for spreadsheets against formulas in what people typed.

use std::borrow::Cow;

/// Puts an apostrophe before a text that a spreadsheet would take for a formula (OWASP, CSV Injection). That is a text
/// that begins with a formula sign, or with white space, which spreadsheets skip.
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
    fn formulas_get_an_apostrophe(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(cell(text), expected);
    }
}
