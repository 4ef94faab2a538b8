//! The letter beside its case: drawn page by page, as a download, and what its text names.
//!
//! Its address names case, document and version, and each request is checked against all three: what is on screen is the
//! letter that a verdict is about, or it is refused.

use bytes::Bytes;
use domain::{
    issues::{Field, Problem, conflict::Conflict, letter::LetterProblem},
    staff::Permission,
    verification::finding::{self, SearchQuery},
};
use uuid::Uuid;

pub use domain::verification::finding::Finding;

use super::{CaseRow, case::note_look, find, texts};
use crate::{
    Actor, Backend,
    documents::Kept,
    error::{Error, Result},
};

/// The widths in which a page is drawn, in pixels, by zoom; no others, so that nobody fills the store with them.
const PAGE_WIDTHS: [u16; 3] = [900, 1200, 1800];
/// Fewer words than this on every page are no text but a scanner's mark, such as `Dipindai dengan CamScanner`.
const SOME_WORDS: usize = 5;

/// What a letter's text says of what was applied for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Findings {
    /// It cannot be read within the bounds, or not as text: only eyes can.
    Unreadable,
    /// Its pages are pictures.
    Scan,
    /// Where each thing was found.
    Text(Vec<Finding>),
}

impl CaseRow {
    fn letter(&self) -> Kept<'_> {
        Kept { key: &self.object_key, sha256: &self.sha256 }
    }
}

/// The case, if its letter is still the one that the address names.
async fn current(backend: &Backend, actor: &Actor, id: Uuid, document: Uuid, version: i64) -> Result<CaseRow> {
    actor.require(Permission::Verify)?;
    let mut conn = backend.db.read().await?;
    let row = find(&mut conn, actor, id).await?;
    if (row.document_id, row.version) == (document, version) {
        Ok(row)
    } else {
        Err(Error::Conflict(Conflict::LetterChanged))
    }
}

/// The letter as it was sent: the name that the person gave it, and its bytes. Noted in the trail.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Conflict::LetterChanged`].
pub async fn letter(
    backend: &Backend,
    actor: &Actor,
    id: Uuid,
    document: Uuid,
    version: i64,
) -> Result<(String, Bytes)> {
    let row = current(backend, actor, id, document, version).await?;
    note_look(backend, actor, id, texts::LETTER_DOWNLOADED).await?;
    let bytes = backend.documents.fetch(&row.object_key).await?;
    Ok((row.file_name, bytes))
}

/// One page of the letter, counted from 0, as a PNG, 900, 1200 or 1800 pixels wide. The letter as a whole is noted in the
/// trail.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`], also for another width; [`Conflict::LetterChanged`];
/// [`LetterProblem::TooComplex`] if the page cannot be drawn within the bounds of the reader; [`Error::Unavailable`] if not
/// now.
pub async fn letter_page(
    backend: &Backend,
    actor: &Actor,
    id: Uuid,
    document: Uuid,
    version: i64,
    page: u32,
    width: u16,
) -> Result<Bytes> {
    let row = current(backend, actor, id, document, version).await?;
    if i64::from(page) >= row.pages || !PAGE_WIDTHS.contains(&width) {
        return Err(Error::NotFound);
    }
    note_look(backend, actor, id, texts::LETTER_OPENED).await?;
    let png = backend.documents.page(&backend.world, row.letter(), page, width).await?;
    png.ok_or_else(|| Error::invalid(Field::Letter, Problem::Letter(LetterProblem::TooComplex)))
}

/// On which pages of the letter its text names what was applied for.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Conflict::StatusChanged`] while its person repairs the case.
pub async fn findings(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Findings> {
    actor.require(Permission::Verify)?;
    let row = {
        let mut conn = backend.db.read().await?;
        find(&mut conn, actor, id).await?
    };
    let (company, period) = (row.company()?, row.applied_for());
    let Some(pages) = backend.documents.text(&backend.world, row.letter()).await? else {
        return Ok(Findings::Unreadable);
    };
    // A letter may have a million characters.
    let search = move || {
        let found = match (&company, period) {
            (Some(company), _) => finding::find_company(&pages, &row.name, company),
            (None, Some(validity)) => finding::find(
                &pages,
                &SearchQuery {
                    name: &row.name,
                    employee_number: row.employee_number.as_deref(),
                    role: row.role,
                    institution: &row.institution,
                    work_unit: &row.work_unit,
                    validity,
                },
            ),
            (None, None) => return Err(Error::internal("an application without company and without period")),
        };
        Ok(read(&pages, found))
    };
    tokio::task::spawn_blocking(search).await.map_err(Error::internal)?
}

/// What the findings are worth. Where nothing was found and there is hardly a word, there was no text to find it in.
fn read(pages: &[String], found: Vec<Finding>) -> Findings {
    let words = |page: &String| page.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    let has_text = pages.iter().any(|page| words(page) >= SOME_WORDS);
    if has_text || found.iter().any(|finding| !finding.pages.is_empty()) {
        return Findings::Text(found);
    }
    // Glyphs whose fonts do not say which characters they are.
    let is_coded = pages.iter().any(|page| page.contains(char::REPLACEMENT_CHARACTER));
    if is_coded { Findings::Unreadable } else { Findings::Scan }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::verification::finding::FindingKind;
    use rstest::rstest;

    fn found(pages: Vec<u32>) -> Vec<Finding> {
        vec![Finding { what: FindingKind::Name, pages }]
    }

    #[rstest]
    #[case(&[], Findings::Scan)]
    #[case(&["", " \n"], Findings::Scan)]
    #[case(&["- 1 -", "Dipindai dengan CamScanner"], Findings::Scan)]
    #[case(&["\u{fffd}\u{fffd} \u{fffd}"], Findings::Unreadable)]
    #[case(&["", "Yang bertanda tangan di bawah ini"], Findings::Text(found(vec![])))]
    fn pages_without_text_are_a_scan(#[case] pages: &[&str], #[case] expected: Findings) {
        let pages: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
        assert_eq!(read(&pages, found(vec![])), expected);
    }

    #[test]
    fn what_was_found_was_text() {
        assert_eq!(read(&["Siti".to_owned()], found(vec![1])), Findings::Text(found(vec![1])));
    }
}
