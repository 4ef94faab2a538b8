//! Reads a PDF that a stranger sent. Runs only in a confined child process (see [`super::PdfReader`]); the server itself
//! calls nothing here.

use std::io::{Read, Write};

use domain::issues::letter::{LetterProblem, MAX_BYTES};
use lopdf::{Dictionary, Document, LoadOptions, Object};

use super::{confinement::confine, text::text};

/// The most bytes of an unpacked stream; a page of text has a few hundred kilobytes.
const MOST_UNPACKED: usize = 32 * 1024 * 1024;
/// The most pages of a letter.
const MOST_PAGES: usize = 200;

/// What the child process does with the PDF on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Check it: writes JSON of `Result<u32, LetterProblem>`, the number of pages.
    Inspect,
    /// Draw a page (from 0) at a width in pixels: writes a PNG, or nothing if there is no such page or it cannot be drawn.
    Draw { page: usize, width: u16 },
    /// Read it: writes JSON of `Option<Vec<String>>`, one text for each page; `None` if it cannot be read.
    Text,
}

/// Runs the child process: confines it, reads standard input, answers on standard output. Without a task, the answer is
/// JSON of the [`Confinement`](super::Confinement).
///
/// # Errors
/// If confining, reading, drawing or writing fails. The parent sees only that there is no answer.
pub fn child(task: Option<Task>) -> Result<(), Box<dyn std::error::Error>> {
    let confinement = confine()?;
    let mut out = std::io::stdout().lock();
    match task {
        None => serde_json::to_writer(&mut out, &confinement)?,
        Some(task) => {
            let mut bytes = Vec::new();
            std::io::stdin().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
            perform(task, bytes, &mut out)?;
        }
    }
    Ok(out.flush()?)
}

/// Performs a task and writes its answer.
///
/// # Errors
/// If it cannot be written.
pub fn perform(task: Task, bytes: Vec<u8>, out: &mut impl Write) -> std::io::Result<()> {
    match task {
        Task::Inspect => serde_json::to_writer(out, &inspect(&bytes))?,
        Task::Draw { page, width } => out.write_all(&draw(bytes, page, width).unwrap_or_default())?,
        Task::Text => serde_json::to_writer(out, &text(bytes))?,
    }
    Ok(())
}

/// Checks a PDF. Returns the number of pages, or why it is rejected.
pub fn inspect(bytes: &[u8]) -> Result<u32, LetterProblem> {
    if bytes.is_empty() {
        return Err(LetterProblem::Empty);
    }
    // Readers look for the header within the first 1,024 bytes (ISO 32000-1, annex H, note 13).
    if !bytes[..bytes.len().min(1024)].windows(5).any(|window| window == b"%PDF-") {
        return Err(LetterProblem::NotPdf);
    }
    let options = LoadOptions::with_max_decompressed_size(MOST_UNPACKED);
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| problem(&error))?;
    if document.trailer.has(b"Encrypt") || document.was_encrypted() {
        return Err(LetterProblem::Encrypted);
    }
    if document.xref_recovery == Some(lopdf::xref::XrefRecovery::Reconstructed) {
        return Err(LetterProblem::Damaged); // truncated or overwritten: the objects found may not be the real ones
    }
    for object in document.objects.values() {
        refuse_actions(&document, object)?;
    }
    let pages = document.get_pages();
    let declared = document
        .catalog()
        .and_then(|catalog| document.get_dict_in_dict(catalog, b"Pages"))
        .and_then(|tree| tree.get(b"Count"))
        .and_then(Object::as_i64)
        .unwrap_or(0);
    if pages.is_empty() || i64::try_from(pages.len()).unwrap_or(i64::MAX) < declared {
        return Err(LetterProblem::Damaged);
    }
    if pages.len() > MOST_PAGES {
        return Err(LetterProblem::TooComplex);
    }
    for page in pages.values() {
        document.get_page_content_with_limit(*page, MOST_UNPACKED).map_err(|error| problem(&error))?;
    }
    Ok(u32::try_from(pages.len()).unwrap_or(u32::MAX))
}

fn problem(error: &lopdf::Error) -> LetterProblem {
    use lopdf::{DecompressError, Error};
    match error {
        Error::InvalidPassword | Error::Decryption(_) | Error::UnsupportedSecurityHandler(_) => {
            LetterProblem::Encrypted
        }
        Error::Decompress(DecompressError::MemoryLimitExceeded { .. })
        | Error::RecursionLimit
        | Error::ReferenceLimit => LetterProblem::TooComplex,
        _ => LetterProblem::Damaged,
    }
}

/// Rejects scripts, actions that start or open something, and embedded files. Checks every object, whether or not the
/// document refers to it; the parser limits the nesting.
fn refuse_actions(document: &Document, object: &Object) -> Result<(), LetterProblem> {
    match object {
        Object::Array(items) => items.iter().try_for_each(|item| refuse_actions(document, item)),
        Object::Dictionary(dictionary) => refuse_actions_in(document, dictionary),
        Object::Stream(stream) => refuse_actions_in(document, &stream.dict),
        _ => Ok(()),
    }
}

fn refuse_actions_in(document: &Document, dictionary: &Dictionary) -> Result<(), LetterProblem> {
    // A name may be an indirect object; viewers follow it.
    let name = |key: &[u8]| dictionary.get_deref(key, document).and_then(Object::as_name).unwrap_or_default();
    if dictionary.has(b"JS") || dictionary.has(b"JavaScript") || dictionary.has(b"XFA") || name(b"S") == b"JavaScript" {
        return Err(LetterProblem::Scripts);
    }
    let launches = matches!(name(b"S"), b"Launch" | b"GoToR" | b"GoToE" | b"SubmitForm" | b"ImportData" | b"Rendition");
    if launches || dictionary.has(b"Win") || dictionary.has(b"Mac") || dictionary.has(b"Unix") {
        return Err(LetterProblem::Launch);
    }
    let carries_file = dictionary.has(b"EF")
        || dictionary.has(b"EmbeddedFiles")
        || name(b"Type") == b"EmbeddedFile"
        || matches!(name(b"Subtype"), b"FileAttachment" | b"RichMedia" | b"Movie" | b"Sound" | b"Screen" | b"3D");
    if carries_file {
        return Err(LetterProblem::EmbeddedFiles);
    }
    dictionary.iter().try_for_each(|(_, value)| refuse_actions(document, value))
}

/// A page as a PNG, `width` pixels wide on white; `None` if there is no such page or it cannot be drawn.
fn draw(bytes: Vec<u8>, page: usize, width: u16) -> Option<Vec<u8>> {
    use hayro::{PixmapSettings, RenderCache, RenderSettings, vello_cpu::color::palette::css::WHITE};

    let pdf = hayro::hayro_syntax::Pdf::new(bytes).ok()?;
    let page = pdf.pages().get(page)?;
    let (page_width, page_height) = page.render_dimensions();
    // A page may claim any length, so the image is at most four times as high as wide.
    let scale = (f32::from(width) / page_width.max(1.0)).min(f32::from(width) * 4.0 / page_height.max(1.0));
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let picture = hayro::render(page, &RenderCache::new(), &Default::default(), &RenderSettings::default(), &settings);
    picture.into_png().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Stream, dictionary};
    use rstest::rstest;

    /// A letter of one page. `change` may add to its catalog and its objects.
    fn letter(change: impl FnOnce(&mut Document, &mut Dictionary)) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let pages = document.new_object_id();
        let content = document.add_object(Stream::new(dictionary! {}, b"BT ET".to_vec()));
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        });
        document
            .objects
            .insert(pages, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }.into());
        let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => pages };
        change(&mut document, &mut catalog);
        let catalog = document.add_object(catalog);
        document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    fn with_action(action: Dictionary) -> Vec<u8> {
        letter(|document, catalog| {
            let action = document.add_object(action);
            catalog.set("OpenAction", action);
        })
    }

    #[test]
    fn plain_letter_is_accepted() {
        assert_eq!(inspect(&letter(|_, _| {})), Ok(1));
        let mut shifted = b"\n\n".to_vec();
        shifted.extend(letter(|_, _| {}));
        assert_eq!(inspect(&shifted), Ok(1));
    }

    #[test]
    fn link_to_a_page_or_a_site_is_accepted() {
        assert_eq!(
            inspect(&with_action(
                dictionary! { "S" => "URI", "URI" => Object::string_literal("https://contoh.go.id") }
            )),
            Ok(1)
        );
        assert_eq!(inspect(&letter(|_, catalog| catalog.set("OpenAction", vec![1.into(), "Fit".into()]))), Ok(1));
    }

    #[rstest]
    #[case(b"", LetterProblem::Empty)]
    #[case(b"PK\x03\x04 surat.pdf", LetterProblem::NotPdf)]
    #[case(b"%PDF-1.7\n", LetterProblem::Damaged)]
    #[case(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n", LetterProblem::Damaged)]
    fn other_files_are_rejected(#[case] bytes: &[u8], #[case] problem: LetterProblem) {
        assert_eq!(inspect(bytes), Err(problem));
    }

    #[rstest]
    #[case(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") }, LetterProblem::Scripts)]
    #[case(dictionary! { "S" => "Launch", "F" => Object::string_literal("cmd.exe") }, LetterProblem::Launch)]
    #[case(dictionary! { "S" => "GoToR", "F" => Object::string_literal("lain.pdf") }, LetterProblem::Launch)]
    #[case(dictionary! { "S" => "Mulai", "Win" => dictionary! { "F" => Object::string_literal("cmd.exe") } }, LetterProblem::Launch)]
    #[case(dictionary! { "S" => "GoTo", "Next" => dictionary! { "S" => "JavaScript" } }, LetterProblem::Scripts)]
    fn actions_are_rejected(#[case] action: Dictionary, #[case] problem: LetterProblem) {
        assert_eq!(inspect(&with_action(action)), Err(problem));
    }

    #[test]
    fn action_with_an_indirect_name_is_rejected() {
        let bytes = letter(|document, catalog| {
            let name = document.add_object(Object::from("Launch"));
            let name = document.add_object(name);
            let action = dictionary! { "S" => name, "F" => Object::string_literal("cmd.exe") };
            catalog.set("OpenAction", action);
        });
        assert_eq!(inspect(&bytes), Err(LetterProblem::Launch));
    }

    #[test]
    fn script_with_an_escaped_name_is_rejected() {
        let mut bytes = with_action(dictionary! { "AAAAAA" => 1 });
        assert_eq!(inspect(&bytes), Ok(1));
        let at = bytes.windows(7).position(|window| window == b"/AAAAAA").unwrap();
        // `JS` in the same number of bytes, so that the cross-reference table stays valid.
        bytes.splice(at..at + 7, *b"/#4a#53");
        assert_eq!(inspect(&bytes), Err(LetterProblem::Scripts));
    }

    #[test]
    fn embedded_files_are_rejected() {
        let bytes = letter(|document, catalog| {
            let file = document.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"x".to_vec()));
            let spec = document.add_object(dictionary! { "Type" => "Filespec", "EF" => dictionary! { "F" => file } });
            catalog.set(
                "Names",
                dictionary! { "EmbeddedFiles" => dictionary! { "Names" => vec![Object::string_literal("a"), spec.into()] } },
            );
        });
        assert_eq!(inspect(&bytes), Err(LetterProblem::EmbeddedFiles));
    }

    #[test]
    fn truncated_letter_is_damaged() {
        let bytes = letter(|_, _| {});
        assert_eq!(inspect(&bytes[..bytes.len() * 2 / 3]), Err(LetterProblem::Damaged));
    }

    #[test]
    fn encrypted_letter_is_rejected() {
        let mut document = Document::load_mem(&letter(|_, _| {})).unwrap();
        document
            .trailer
            .set("ID", vec![Object::string_literal("0123456789abcdef"), Object::string_literal("0123456789abcdef")]);
        let version = lopdf::EncryptionVersion::V2 {
            document: &document,
            owner_password: "pemilik",
            user_password: "pembaca",
            key_length: 128,
            permissions: lopdf::Permissions::all(),
        };
        let state = lopdf::EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        assert_eq!(inspect(&bytes), Err(LetterProblem::Encrypted));
    }

    #[test]
    fn decompression_bomb_is_rejected() {
        let bytes = letter(|document, _| {
            let mut bomb = Stream::new(dictionary! {}, vec![b' '; 64 * 1024 * 1024]);
            bomb.compress().unwrap();
            let bomb = document.add_object(bomb);
            for object in document.objects.values_mut() {
                if let Object::Dictionary(dictionary) = object
                    && dictionary.has_type(b"Page")
                {
                    dictionary.set("Contents", bomb);
                }
            }
        });
        assert!(bytes.len() < 200_000);
        assert_eq!(inspect(&bytes), Err(LetterProblem::TooComplex));
    }

    #[test]
    fn page_is_drawn_at_the_requested_width() {
        let png = draw(letter(|_, _| {}), 0, 200).unwrap();
        assert_eq!(&png[1..4], b"PNG");
        let width = u32::from_be_bytes(png[16..20].try_into().unwrap());
        assert!((199..=201).contains(&width), "{width}");
        assert!(draw(letter(|_, _| {}), 1, 200).is_none());
    }
}
