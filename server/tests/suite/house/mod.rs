//! House rules that hold for all source files: their size, and the direction of their imports.

mod imports;
mod sizes;

use std::path::{Path, PathBuf};

use crate::support::files_below;

/// The crates of the product, with the tools for development.
const CRATES: [&str; 5] = ["domain", "backend", "app", "server", "devtools"];

/// A source file. Its path is relative to the repository's root.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The text without the unit tests at its end.
    fn product(&self) -> &str {
        self.text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Reads all files with one of these extensions below a folder of the repository, in the order of their paths.
fn sources(folder: &str, extensions: &[&str]) -> Vec<Source> {
    let root = root();
    let mut sources: Vec<Source> = files_below(&root.join(folder))
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known)))
        .map(|path| Source {
            path: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(),
            text: std::fs::read_to_string(path).unwrap(),
        })
        .filter(|source| !source.path.contains("node_modules/"))
        .collect();
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!sources.is_empty(), "{folder} has no sources");
    sources
}

/// The sources of a crate without its tests.
fn product_of(name: &str) -> Vec<Source> {
    let mut sources = sources(&format!("{name}/src"), &["rs"]);
    sources.retain(|source| !source.path.ends_with("/tests.rs") && !source.path.contains("/tests/"));
    sources
}

/// Fails with all offenders, one a line.
fn expect_none(rule: &str, offenders: &[String]) {
    assert!(offenders.is_empty(), "{rule} Offenders ({}):\n  {}", offenders.len(), offenders.join("\n  "));
}
