//! The letter that proves a role (one PDF), and why a file is refused as a letter.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::issues::wire::{WireCode, wire_code};

/// The largest accepted letter in bytes (guide step 10: 2 MB).
pub const MAX_BYTES: u64 = 2_097_152;

/// An accepted letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub id: Uuid,
    /// The file name on the person's device, for display only.
    pub file_name: String,
    pub bytes: u64,
    pub pages: u32,
}

/// Why a file is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "WireCode", into = "WireCode")]
pub enum LetterProblem {
    /// The file has no bytes.
    Empty,
    /// More than [`MAX_BYTES`]. `bytes` is the size, if it is known.
    TooBig { bytes: Option<u64> },
    /// The content is not a PDF; the file name does not matter.
    NotPdf,
    /// A PDF that cannot be parsed or has no page.
    Damaged,
    /// Locked with a password.
    Encrypted,
    /// Contains scripts.
    Scripts,
    /// Contains actions that start programs or open other files.
    Launch,
    /// Contains other files.
    EmbeddedFiles,
    /// Inspection exceeds its limit of time or memory.
    TooComplex,
    /// The upload ended early.
    Interrupted,
    /// Storage failed on our side.
    NotStored,
    /// Our disk is almost full.
    NoRoom,
    /// The person's letters that are not decided have this many bytes or more.
    TooMuchHeld { bytes: u64 },
    /// Another letter of the same person is still being inspected.
    StillReading,
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
    NoRoom = "no_room",
    TooMuchHeld { bytes: number } = "too_much_held",
    StillReading = "still_reading",
});

/// A file name that is safe to show: its last path component, without control characters, at most 120 characters.
pub fn display_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let clean: String = last.chars().filter(|c| !c.is_control() && !is_bidi(*c)).collect();
    let clean = clean.trim();
    if clean.is_empty() { "surat.pdf".to_owned() } else { clean.chars().take(120).collect() }
}

/// Characters that change the direction of text and can hide the real extension of a file.
const fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_have_no_path_or_control_characters() {
        assert_eq!(display_name("C:\\Surat\\sk.pdf"), "sk.pdf");
        assert_eq!(display_name("../../etc/passwd"), "passwd");
        assert_eq!(display_name("\r\n"), "surat.pdf");
        assert_eq!(display_name("surat\u{202e}fdp.exe"), "suratfdp.exe");
        assert_eq!(display_name(&"a".repeat(500)).len(), 120);
    }
}
