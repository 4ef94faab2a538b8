//! The letter that proves a role: one PDF.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::issues::wire::{WireCode, wire_code};

/// The largest letter taken, in bytes (guide step 10: 2 MB).
pub const MAX_BYTES: u64 = 2_097_152;

/// A letter that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Its row.
    pub id: Uuid,
    /// The name of the file on the person's device, for display only.
    pub file_name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its number of pages.
    pub pages: u32,
}

/// Why a file was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "WireCode", into = "WireCode")]
pub enum LetterProblem {
    /// No bytes.
    Empty,
    /// More than [`MAX_BYTES`]; `bytes` where the whole size is known.
    TooBig { bytes: Option<u64> },
    /// Not a PDF, whatever its name says.
    NotPdf,
    /// A PDF that cannot be read, or has no page.
    Damaged,
    /// Locked with a password.
    Encrypted,
    /// Carries scripts.
    Scripts,
    /// Starts other programs or opens other files.
    Launch,
    /// Carries other files inside.
    EmbeddedFiles,
    /// Reading it takes more time or memory than a letter may.
    TooComplex,
    /// The transfer broke off before the end.
    Interrupted,
    /// It could not be stored; the fault is ours.
    NotStored,
}

wire_code!(LetterProblem {
    Empty = "empty",
    TooBig { bytes: number } = "too_big",
    NotPdf = "not_pdf",
    Damaged = "damaged",
    Encrypted = "encrypted",
    Scripts = "scripts",
    Launch = "launch",
    EmbeddedFiles = "embedded_files",
    TooComplex = "too_complex",
    Interrupted = "interrupted",
    NotStored = "not_stored",
});

/// The name of a file as it may be shown: its last part, without control characters, at most 120 characters.
pub fn display_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let clean: String = last.chars().filter(|c| !c.is_control() && !is_bidi(*c)).collect();
    let clean = clean.trim();
    if clean.is_empty() { "surat.pdf".to_owned() } else { clean.chars().take(120).collect() }
}

/// Characters that reorder what is around them and make `fdp.exe` look like something else.
const fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_for_display_only() {
        assert_eq!(display_name("C:\\Surat\\sk.pdf"), "sk.pdf");
        assert_eq!(display_name("../../etc/passwd"), "passwd");
        assert_eq!(display_name("\r\n"), "surat.pdf");
        assert_eq!(display_name("surat\u{202e}fdp.exe"), "suratfdp.exe");
        assert_eq!(display_name(&"a".repeat(500)).len(), 120);
    }
}
