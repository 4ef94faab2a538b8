//! The letter of a case: its pages as pictures, the original file, and the findings of its text.
//!
//! Its address names case, document and version, and each request is checked against all three, so the letter on screen
//! is the letter that a verdict is about.

use bytes::Bytes;
use domain::{
    issues::{Field, Problem, conflict::Conflict, letter::LetterProblem},
    permission::Permission,
    verification::findings::{self, Finding, Findings, Statements},
};
use uuid::Uuid;

use super::{CaseRow, case::note_view, find, texts};
use crate::{
    Actor, Backend,
    documents::Kept,
    error::{Error, Result},
};

/// Widths of a page in pixels, by zoom. No others are drawn, so that nobody can fill the store.
const PAGE_WIDTHS: [u16; 3] = [900, 1200, 1800];
/// A page with fewer words has only a scanner's mark, such as `Dipindai dengan CamScanner`.
const MIN_WORDS: usize = 5;

impl CaseRow {
    fn letter(&self) -> Kept<'_> {
        Kept { key: &self.object_key, sha256: &self.sha256 }
    }
}

/// Reads the case if its letter is still the one that the address names.
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

/// Returns the letter as it was sent: file name and bytes. Notes the download in the trail.
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
    note_view(backend, actor, id, texts::LETTER_DOWNLOADED).await?;
    let bytes = backend.documents.fetch(&row.object_key).await?;
    Ok((row.file_name, bytes))
}

/// Returns a page of the letter as PNG. Pages count from 0; the width is 900, 1200 or 1800 pixels. Notes in the trail that
/// the letter was viewed.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`], also for another width; [`Conflict::LetterChanged`];
/// [`LetterProblem::TooComplex`] if the page cannot be drawn within the reader's limits; [`Error::Unavailable`] if not
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
    note_view(backend, actor, id, texts::LETTER_OPENED).await?;
    let png = backend.documents.page(&backend.world, row.letter(), page, width).await?;
    png.ok_or_else(|| Error::invalid(Field::Letter, Problem::Letter(LetterProblem::TooComplex)))
}

/// Finds the pages of the letter that contain the statements of the application.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Conflict::StatusChanged`] while the applicant repairs the case.
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
    // Off the async threads: a letter may have a million characters.
    let search = move || {
        let found = match (&company, period) {
            (Some(company), _) => findings::find_company(&pages, &row.name, company),
            (None, Some(validity)) => findings::find(
                &pages,
                &Statements {
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
        Ok(classify(&pages, found))
    };
    tokio::task::spawn_blocking(search).await.map_err(Error::internal)?
}

/// Tells findings in text from pages without text: nothing was found, and there is hardly a word.
fn classify(pages: &[String], found: Vec<Finding>) -> Findings {
    let words = |page: &String| page.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    let has_text = pages.iter().any(|page| words(page) >= MIN_WORDS);
    if has_text || found.iter().any(|finding| !finding.pages.is_empty()) {
        return Findings::Text(found);
    }
    // Fonts that do not say which characters they draw.
    let is_coded = pages.iter().any(|page| page.contains(char::REPLACEMENT_CHARACTER));
    if is_coded { Findings::Unreadable } else { Findings::Scan }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::verification::findings::FindingKind;
    use rstest::rstest;

    fn found(pages: Vec<u32>) -> Vec<Finding> {
        vec![Finding { kind: FindingKind::Name, pages }]
    }

    #[rstest]
    #[case(&[], Findings::Scan)]
    #[case(&["", " \n"], Findings::Scan)]
    #[case(&["- 1 -", "Dipindai dengan CamScanner"], Findings::Scan)]
    #[case(&["\u{fffd}\u{fffd} \u{fffd}"], Findings::Unreadable)]
    #[case(&["", "Yang bertanda tangan di bawah ini"], Findings::Text(found(vec![])))]
    fn pages_without_text_are_a_scan(#[case] pages: &[&str], #[case] expected: Findings) {
        let pages: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
        assert_eq!(classify(&pages, found(vec![])), expected);
    }

    #[test]
    fn a_finding_proves_that_there_is_text() {
        assert_eq!(classify(&["Siti".to_owned()], found(vec![1])), Findings::Text(found(vec![1])));
    }
}
