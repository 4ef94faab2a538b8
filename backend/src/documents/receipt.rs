//! The receipt of an application: a PDF of one page.

use lopdf::{Document, Object, Stream, content::Content, content::Operation, dictionary};

use crate::error::{Error, Result};

/// The rows of the receipt: label and value.
pub type Facts = Vec<(&'static str, String)>;

const LEFT: f32 = 64.0;
const VALUE: f32 = 230.0;
const LINE: f32 = 16.0;
/// Characters of 10 points that fit between the column of values and the right margin.
const WIDTH: usize = 56;

/// One A4 page titled `title`, with `facts` as rows and `note` below them. Characters outside Windows-1252 become `?`.
///
/// # Errors
/// If the PDF cannot be written.
pub fn receipt(title: &str, facts: &Facts, note: &str) -> Result<Vec<u8>> {
    let mut operations = Vec::new();
    let mut text = |font: &str, size: f32, x: f32, y: f32, line: &str| {
        operations.push(Operation::new("BT", vec![]));
        operations.push(Operation::new("Tf", vec![font.into(), size.into()]));
        operations.push(Operation::new("Td", vec![x.into(), y.into()]));
        operations.push(Operation::new("Tj", vec![Object::string_literal(windows_1252(line))]));
        operations.push(Operation::new("ET", vec![]));
    };
    text("Bold", 13.0, LEFT, 770.0, "Gerbang");
    text("Bold", 20.0, LEFT, 730.0, title);
    let mut y = 690.0;
    for (label, value) in facts {
        text("Plain", 10.0, LEFT, y, label);
        for line in wrapped(value, WIDTH) {
            text("Bold", 10.0, VALUE, y, &line);
            y -= LINE;
        }
        y -= 8.0;
    }
    y -= LINE;
    for line in wrapped(note, WIDTH + 30) {
        text("Plain", 10.0, LEFT, y, &line);
        y -= LINE;
    }

    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = |name: &str| {
        dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding" }
    };
    let plain = document.add_object(font("Helvetica"));
    let bold = document.add_object(font("Helvetica-Bold"));
    let content = Content { operations }.encode().map_err(Error::internal)?;
    let content = document.add_object(Stream::new(dictionary! {}, content));
    let page = document.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => pages,
        "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "Plain" => plain, "Bold" => bold } },
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, tree.into());
    let catalog = document
        .add_object(dictionary! { "Type" => "Catalog", "Pages" => pages, "Lang" => Object::string_literal("id") });
    document.trailer.set("Root", catalog);
    document.compress();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

fn windows_1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| match c {
            '–' => 0x96,
            '·' => 0xb7,
            ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(c)).unwrap_or(b'?'),
            _ => b'?',
        })
        .collect()
}

/// Splits a word that is too long for a line, such as the name of a file.
fn pieces(word: &str, width: usize) -> impl Iterator<Item = String> {
    let letters: Vec<char> = word.chars().collect();
    letters.chunks(width).map(String::from_iter).collect::<Vec<_>>().into_iter()
}

/// Wraps text into lines of at most `width` characters, between words where possible.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace().flat_map(|word| pieces(word, width)) {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipt_is_one_page_with_its_facts() {
        let facts = vec![("Nomor pengajuan", "GB-26-004182-7".to_owned()), ("Satuan Kerja", "Sekretariat ".repeat(12))];
        let bytes = receipt("Bukti pengajuan", &facts, "Simpan bukti ini.").unwrap();
        assert_eq!(super::super::pdf::inspect(&bytes), Ok(1));
        let text = Document::load_mem(&bytes).unwrap().extract_text(&[1]).unwrap();
        assert!(text.contains("GB-26-004182-7"), "{text}");
    }

    #[test]
    fn long_values_are_wrapped_between_words() {
        assert_eq!(wrapped("satu dua tiga", 8), ["satu dua", "tiga"]);
        assert_eq!(wrapped("surat_keputusan.pdf ada", 8), ["surat_ke", "putusan.", "pdf ada"]);
    }
}
