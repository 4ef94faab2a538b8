//! A form with a letter in it, as browsers without script post it.

use axum::extract::{Multipart, multipart::Field as Part};
use bytes::{Bytes, BytesMut};
use domain::issues::{
    Field,
    letter::{LetterProblem, MAX_BYTES},
};

use crate::forms::server::Unread;

/// A letter that came with a form: its file name, and its bytes or why there are none.
pub(super) type SentLetter = (String, Result<Bytes, LetterProblem>);

/// Most bytes of a posted form that are read. A letter of more than [`MAX_BYTES`] is read past up to here without being kept,
/// so that the form can be drawn again with all that was typed.
pub const MOST_FORM_WITH_LETTER: usize = 8 * 1024 * 1024;

/// Most bytes of one text, and of all texts of a form.
const MOST_TEXT: usize = 16 * 1024;
const MOST_TEXTS: usize = 64 * 1024;
/// Most texts of a form.
const MOST_FIELDS: usize = 40;

/// Reads the texts of a form, and its letter unless `skips_letter`.
///
/// # Errors
/// [`Unread::TooLarge`] or [`Unread::BrokenOff`]. A letter that is too large or breaks off is no error, so that what was
/// typed is kept.
pub(super) async fn read_multipart(
    mut multipart: Multipart,
    skips_letter: bool,
) -> Result<(Vec<(String, String)>, Option<SentLetter>), Unread> {
    let (mut values, mut letter) = (Vec::new(), None::<SentLetter>);
    let mut room = MOST_TEXTS;
    // Read to the end even if it is too large: a browser that is still sending would not see an earlier answer.
    let mut too_large = false;
    loop {
        let part = match multipart.next_field().await {
            Ok(Some(_)) if too_large => continue,
            Ok(Some(part)) => part,
            Ok(None) | Err(_) if too_large => return Err(Unread::TooLarge),
            Ok(None) => return Ok((values, letter)),
            // The form has its texts before the letter, so they are complete.
            Err(_) if letter.as_ref().is_some_and(|(_, bytes)| bytes.is_err()) => return Ok((values, letter)),
            // A text that did not arrive must not count as emptied.
            Err(_) => return Err(Unread::BrokenOff),
        };
        let name = part.name().unwrap_or_default().to_owned();
        if name == Field::Letter.as_str() {
            letter = read_letter(part, skips_letter).await.or(letter);
        } else {
            match read_text(part, room.min(MOST_TEXT)).await? {
                Some(text) if values.len() < MOST_FIELDS => {
                    room -= text.len();
                    values.push((name, text));
                }
                _ => too_large = true,
            }
        }
    }
}

/// Reads a text; `None` if it has more than `most` bytes, of which the rest is read and not kept.
async fn read_text(mut part: Part<'_>, most: usize) -> Result<Option<String>, Unread> {
    let (mut bytes, mut fits) = (BytesMut::new(), true);
    while let Some(chunk) = part.chunk().await.map_err(|_| if fits { Unread::BrokenOff } else { Unread::TooLarge })? {
        fits &= bytes.len() + chunk.len() <= most;
        if fits {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(fits.then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Reads the letter, at most [`MAX_BYTES`]; `None` if no file was chosen. One that is skipped counts as broken off.
async fn read_letter(mut part: Part<'_>, skips: bool) -> Option<SentLetter> {
    let file_name = part.file_name().unwrap_or_default().to_owned();
    let mut bytes = BytesMut::new();
    let mut outcome = if skips && !file_name.is_empty() { Err(LetterProblem::Interrupted) } else { Ok(()) };
    loop {
        match part.chunk().await {
            Ok(Some(chunk)) if (bytes.len() + chunk.len()) as u64 > MAX_BYTES => {
                outcome = Err(LetterProblem::TooBig { bytes: None });
                bytes = BytesMut::new();
            }
            // Skip the rest of a letter that is too large.
            Ok(Some(_)) if outcome.is_err() => {}
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break,
            // A letter that is too large stays so, even if it then breaks off.
            Err(_) => {
                outcome = outcome.and(Err(LetterProblem::Interrupted));
                break;
            }
        }
    }
    let chosen = !(file_name.is_empty() && bytes.is_empty() && outcome.is_ok());
    chosen.then(|| (file_name, outcome.map(|()| bytes.freeze())))
}
