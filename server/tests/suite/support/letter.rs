//! Letters as PDF.

use bytes::Bytes;
use lopdf::{Dictionary, Document, Stream, dictionary};

/// A letter of one page with text; `change` may add to its catalog and its objects.
pub fn letter_with(change: impl FnOnce(&mut Document, &mut Dictionary)) -> Bytes {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let text = b"BT /F 14 Tf 72 760 Td (SURAT TANDA JABATAN) Tj ET".to_vec();
    let content = document.add_object(Stream::new(dictionary! {}, text));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F" => font } },
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, tree.into());
    let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => pages };
    change(&mut document, &mut catalog);
    let catalog = document.add_object(catalog);
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes.into()
}

/// A valid letter of one page.
pub fn letter() -> Bytes {
    letter_with(|_, _| {})
}

/// A letter of about `size` bytes.
pub fn letter_of(size: usize) -> Bytes {
    letter_with(|document, _| {
        // Bytes that do not repeat, as in a scan, so that nothing compresses them.
        let mut state = 1u64;
        let noise = (0..size)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect();
        document.add_object(Stream::new(dictionary! {}, noise));
    })
}
