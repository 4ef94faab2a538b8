//! Characters that a person does not see in what they type or paste.

/// True for a character that nobody sees and that only misleads: it has no width, or sets the direction of the text
/// (Unicode's property Default_Ignorable_Code_Point). Messengers add some to what is copied from them.
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// True for white space and for what is invisible: people put both between the digits of a number, or paste it along.
pub const fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// A single line as it is seen: without invisible characters, and with one plain space for each run of white space.
pub fn seen(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("\u{200e}Siti\u{200b}\u{a0}\u{a0}Rahmawati\u{feff}", "Siti Rahmawati")]
    #[case("\u{202e}gnp.tarus\u{202c}", "gnp.tarus")]
    #[case("\u{2066}\u{2069}\u{3164}", "")]
    #[case("Nur\tAini\r\nZahra", "Nur Aini Zahra")]
    #[case("Ni Luh Adé D’Souza", "Ni Luh Adé D’Souza")]
    fn a_line_is_read_as_it_is_seen(#[case] typed: &str, #[case] expected: &str) {
        assert_eq!(seen(typed), expected);
    }

    proptest! {
        #[test]
        fn what_is_seen_is_seen_alike_again(text in any::<String>()) {
            let line = seen(&text);
            prop_assert!(!line.contains(is_invisible));
            prop_assert_eq!(seen(&line), line);
        }
    }
}
