//! A smaller form of the JavaScript that the libraries write.

/// The text without indentation, without empty lines, and without comments that have lines of their own.
///
/// This knows only as much of the language as generated code needs: text in which a line ends inside of a template string
/// comes back as it is.
pub fn compact(text: &str) -> String {
    if text.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return text.to_owned();
    }
    let mut compact = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            let Some(end) = line.find("*/") else {
                in_comment = true;
                continue;
            };
            in_comment = false;
            if end + 2 == line.len() {
                continue;
            }
            return text.to_owned(); // code follows on the same line, which generated code does not do
        }
        if !line.is_empty() && !line.starts_with("//") {
            compact.push_str(line);
            compact.push('\n');
        }
    }
    compact
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn comments_and_indentation_are_dropped_and_line_ends_are_kept() {
        let text = "/* a */\nfunction f() {\n    /**\n     * @returns {number}\n     */\n\n    // b\n    return 'http://c' // d\n}\n";
        assert_eq!(compact(text), "function f() {\nreturn 'http://c' // d\n}\n");
    }

    #[test]
    fn text_that_could_change_its_meaning_comes_back_as_it_is() {
        for text in ["const a = `\n    b\n`;\n", "/* a */ let b = 1;\n"] {
            assert_eq!(compact(text), text);
        }
    }
}
