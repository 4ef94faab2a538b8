//! The size of files and functions.

use super::{CRATES, expect_none, product_of, sources};

const MAX_FILE_LINES: usize = 500;
const MAX_FUNCTION_LINES: usize = 60;

/// Folders with source files, and the extensions of these files. Data and lock files have others.
const FOLDERS: &[(&str, &[&str])] = &[
    ("domain/src", &["rs"]),
    ("backend/src", &["rs"]),
    ("app/src", &["rs"]),
    ("frontend/src", &["rs"]),
    ("server/src", &["rs"]),
    ("server/tests", &["rs"]),
    ("devtools", &["rs"]),
    ("style", &["css"]),
    ("end2end", &["ts"]),
];

/// Functions that are plain tables: file, function, what the table holds.
const TABLES: &[(&str, &str, &str)] = &[
    ("app/src/texts/issues.rs", "sentence", "one sentence for each problem of a field"),
    ("app/src/texts/conflicts.rs", "conflict", "one sentence for each conflict"),
];

#[test]
fn files_have_at_most_500_lines() {
    let mut offenders = Vec::new();
    for source in FOLDERS.iter().flat_map(|(folder, extensions)| sources(folder, extensions)) {
        let lines = source.text.lines().count();
        if lines > MAX_FILE_LINES {
            offenders.push(format!("{}: {lines} lines", source.path));
        }
    }
    expect_none("A file has at most 500 lines; split it by concern.", &offenders);
}

#[test]
fn functions_have_at_most_60_lines() {
    let mut offenders = Vec::new();
    for source in CRATES.into_iter().flat_map(product_of) {
        let is_table = |function: &str| TABLES.iter().any(|(path, name, _)| *path == source.path && *name == function);
        for (name, lines) in functions(source.product()) {
            if lines > MAX_FUNCTION_LINES && !is_table(name) {
                offenders.push(format!("{}: {name} has {lines} lines", source.path));
            }
        }
    }
    expect_none("A function has at most 60 lines; split it, or list it as a table.", &offenders);
}

/// Names and line counts of the functions in a text that rustfmt formatted: a function ends with the first brace at the
/// indentation of its beginning.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (start, first) in lines.iter().enumerate() {
        let Some(name) = function_name(first) else { continue };
        let indentation = &first[..first.len() - first.trim_start().len()];
        let ends = |line: &&str| match line.strip_prefix(indentation) {
            Some(rest) => rest == "}" || rest.starts_with(')') && rest.ends_with(';'),
            None => false,
        };
        let is_one_line = first.ends_with('}') || first.ends_with(';');
        let further =
            if is_one_line { 0 } else { lines[start + 1..].iter().take_while(|line| !ends(line)).count() + 1 };
        functions.push((name, 1 + further));
    }
    functions
}

/// The name of the function that begins on this line.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.trim_start().split_once("fn ")?;
    let is_modifier = |word: &str| matches!(word, "async" | "const" | "unsafe") || word.starts_with("pub");
    let end = after.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
    before.split_whitespace().all(is_modifier).then_some(&after[..end])
}

#[test]
fn functions_are_measured_from_their_name_to_their_brace() {
    let text = "pub async fn one() {\n    two();\n}\n\nimpl X {\n    fn three() {}\n    fn four(\n        x: u8,\n    );\n}\n// fn five";
    assert_eq!(functions(text), [("one", 3), ("three", 1), ("four", 3)]);
}
