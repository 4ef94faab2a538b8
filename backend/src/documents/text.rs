//! The text of a PDF. Runs only in a child process, like [`super::pdf`].
//!
//! Pages are interpreted as for drawing, with a device that collects glyphs. This finds text in nested forms, in stamps of
//! electronic signatures and in the invisible layer of a scan. The positions of the glyphs show where words and lines
//! end, even if no space was drawn.

use hayro::{
    hayro_interpret::{
        BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
        InterpreterSettings, SoftMask,
        font::{Glyph, GlyphRun, PositionedGlyph},
        hayro_cmap::BfString,
        interpret_page,
    },
    hayro_syntax::Pdf,
    kurbo::{Affine, BezPath, Point, Rect, Vec2},
};

/// The most characters of a page; a full page of print has about five thousand.
const MOST_OF_A_PAGE: usize = 100_000;
/// The most characters of a letter.
const MOST: usize = 1_000_000;
/// Stands for a glyph whose font does not say which character it is.
const UNKNOWN: char = char::REPLACEMENT_CHARACTER;
/// Units of glyph space in one em.
const EM: f64 = 1000.0;
/// A gap of at least this many ems is a space: smaller than between words, larger than kerning.
const SPACE: f64 = 0.15;
/// A step of at least this many ems up, down or back is a new line.
const LINE: f64 = 0.5;
/// The same text drawn again within this many ems is a shadow or imitates bold type.
const SHADOW: f64 = 0.1;

/// The text of each page; `None` if it is not a readable PDF.
pub(super) fn text(bytes: Vec<u8>) -> Option<Vec<String>> {
    let pdf = Pdf::new(bytes).ok()?;
    let (cache, settings) = (InterpreterCache::new(), InterpreterSettings::default());
    let mut left = MOST;
    let mut pages = Vec::new();
    for page in pdf.pages().iter() {
        let everywhere = Rect::new(-1e6, -1e6, 1e6, 1e6);
        let mut context = Context::new(Affine::IDENTITY, everywhere, &cache, page.xref(), settings.clone());
        let mut scribe = Scribe { left: left.min(MOST_OF_A_PAGE), ..Scribe::default() };
        interpret_page(page, &mut context, &mut scribe);
        left -= scribe.text.chars().count();
        pages.push(scribe.text);
    }
    Some(pages)
}

/// Collects the text that is drawn.
#[derive(Default)]
struct Scribe {
    text: String,
    /// How many characters may follow.
    left: usize,
    /// The end of the previous glyph.
    end: Option<Point>,
    /// Start and text of the previous run.
    before: Option<(Point, String)>,
}

/// The position of a glyph.
struct Place {
    origin: Point,
    end: Point,
    /// The direction of the line.
    along: Vec2,
    /// The height of an em.
    size: f64,
}

impl Place {
    fn of(glyph: &PositionedGlyph<'_>, transform: Affine) -> Self {
        let to_page = transform * glyph.transform();
        let width = match &**glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(drawn) => drawn.advance_width(),
        };
        let at = |x: f64, y: f64| to_page * Point::new(x, y);
        let origin = at(0.0, 0.0);
        let along = at(1.0, 0.0) - origin;
        let along = if along.hypot() > 0.0 { along.normalize() } else { Vec2::new(1.0, 0.0) };
        Self { origin, end: at(width.unwrap_or(0.0).into(), 0.0), along, size: (at(0.0, EM) - origin).hypot() }
    }
}

impl Scribe {
    fn write(&mut self, characters: &str) {
        for c in characters.chars() {
            let c = if c.is_control() && c != '\n' { ' ' } else { c };
            let is_space_again = c.is_whitespace() && self.text.ends_with(char::is_whitespace);
            if self.left == 0 || is_space_again {
                continue;
            }
            self.text.push(c);
            self.left -= 1;
        }
    }

    /// Writes the gap between the previous glyph and the one at `place`: nothing, a space or a new line.
    fn go_to(&mut self, place: &Place) {
        let Some(end) = self.end else { return };
        let step = place.origin - end;
        let (forward, aside) = (step.dot(place.along), step.cross(place.along).abs());
        if aside > LINE * place.size || forward < -LINE * place.size {
            while self.text.ends_with(' ') {
                self.text.pop();
                self.left += 1;
            }
            self.write("\n");
        } else if forward > SPACE * place.size {
            self.write(" ");
        }
    }
}

fn characters(glyph: &Glyph<'_>) -> String {
    match glyph.as_unicode() {
        Some(BfString::Char(c)) => c.into(),
        Some(BfString::String(text)) => text,
        None => UNKNOWN.into(),
    }
}

impl<'a> Device<'a> for Scribe {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        if self.left == 0 {
            return;
        }
        let glyphs: Vec<(Place, String)> =
            run.glyphs().iter().map(|glyph| (Place::of(glyph, props.transform), characters(glyph))).collect();
        let Some((first, _)) = glyphs.first() else { return };
        let text: String = glyphs.iter().map(|(_, characters)| characters.as_str()).collect();
        let is_shadow = self
            .before
            .as_ref()
            .is_some_and(|(origin, before)| *before == text && (first.origin - *origin).hypot() < SHADOW * first.size);
        if is_shadow {
            return;
        }
        self.before = Some((first.origin, text));
        for (place, characters) in glyphs {
            self.go_to(&place);
            self.write(&characters);
            self.end = Some(place.end);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Dictionary, Document, Object, Stream, dictionary};
    use rstest::rstest;

    /// A letter with one page for each content, whose font `F` is as given, and whose form `X` draws `form`.
    fn letter_in(font: impl FnOnce(&mut Document) -> Dictionary, form: &str, contents: &[&str]) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let tree = document.new_object_id();
        let font = font(&mut document);
        let font = document.add_object(font);
        let fonts = dictionary! { "F" => font };
        let form = Stream::new(
            dictionary! {
                "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
                "Resources" => dictionary! { "Font" => fonts.clone() },
            },
            form.as_bytes().to_vec(),
        );
        let form = document.add_object(form);
        let resources = dictionary! { "Font" => fonts, "XObject" => dictionary! { "X" => form } };
        let pages: Vec<Object> = contents
            .iter()
            .map(|content| {
                let content = document.add_object(Stream::new(dictionary! {}, content.as_bytes().to_vec()));
                let page = dictionary! {
                    "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources.clone(),
                    "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
                };
                document.add_object(page).into()
            })
            .collect();
        let count = i64::try_from(pages.len()).unwrap();
        document.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => pages, "Count" => count }.into());
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    fn helvetica(_: &mut Document) -> Dictionary {
        dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" }
    }

    fn page(content: &str) -> String {
        text(letter_in(helvetica, "", &[content])).unwrap().remove(0)
    }

    #[rstest]
    #[case("(Siti Rahmawati) Tj", "Siti Rahmawati")]
    #[case("[(Si) -20 (ti) -300 (Rahma) 15 (wati)] TJ", "Siti Rahmawati")] // kerning is no space, a gap is
    #[case("(Siti) Tj 40 0 Td (Rahmawati) Tj", "Siti Rahmawati")] // words that are placed one by one
    #[case("(Siti ) Tj ( Rahmawati) Tj", "Siti Rahmawati")]
    #[case("(Siti) Tj 0 -14 Td (Rahmawati) Tj", "Siti\nRahmawati")]
    #[case("(Siti ) Tj 0 -14 TD (Rahma) Tj T* (wati) Tj", "Siti\nRahma\nwati")]
    #[case("14 TL (Siti) Tj (Rahmawati) '", "Siti\nRahmawati")]
    #[case("(Siti ) Tj 5 Ts (2\\051) Tj", "Siti 2)")] // a raised mark stays in its line
    #[case("(Siti) Tj 0.3 0 Td (Siti) Tj", "Siti")] // drawn twice to be bold
    #[case("2 Tr (Siti) Tj", "Siti")] // filled and stroked
    #[case("3 Tr (Siti) Tj", "Siti")] // the unseen layer of a scan that was read by a machine
    #[case("(Siti\\000\\007Rahmawati) Tj", "Siti Rahmawati")]
    #[case("", "")]
    fn text_of_a_page_is_read(#[case] content: &str, #[case] expected: &str) {
        let said = page(&format!("BT /F 12 Tf 72 700 Td {content} ET"));
        let said = said.replace(UNKNOWN, " ");
        assert_eq!(said.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn lines_are_separated_in_any_direction() {
        assert_eq!(page("BT /F 12 Tf 0 1 -1 0 300 72 Tm (Siti) Tj 0 -14 Td (Rahmawati) Tj ET"), "Siti\nRahmawati");
        assert_eq!(page("q 0.1 0 0 0.1 0 0 cm BT /F 120 Tf 720 7000 Td (Siti) Tj 400 0 Td (R) Tj ET Q"), "Siti R");
    }

    #[test]
    fn each_page_has_its_text_and_forms_are_read() {
        let letter = letter_in(
            helvetica,
            "BT /F 12 Tf 72 600 Td (Stempel) Tj ET",
            &["BT /F 12 Tf 72 700 Td (Satu) Tj ET /X Do", "0 0 100 100 re f", "BT /F 12 Tf 72 700 Td (Tiga) Tj ET"],
        );
        assert_eq!(text(letter).unwrap(), ["Satu\nStempel", "", "Tiga"]);
    }

    /// A font of numbered glyphs (CID), as browsers and office programs embed. Only `ToUnicode` maps them to characters.
    fn numbered(to_unicode: Option<&str>) -> impl FnOnce(&mut Document) -> Dictionary {
        move |document| {
            let descendant = document.add_object(dictionary! {
                "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "AAAAAA+Surat", "DW" => 600,
                "CIDSystemInfo" => dictionary! {
                    "Registry" => Object::string_literal("Adobe"), "Ordering" => Object::string_literal("Identity"),
                    "Supplement" => 0,
                },
            });
            let mut font = dictionary! {
                "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "AAAAAA+Surat", "Encoding" => "Identity-H",
                "DescendantFonts" => vec![descendant.into()],
            };
            if let Some(map) = to_unicode {
                let map = document.add_object(Stream::new(dictionary! {}, map.as_bytes().to_vec()));
                font.set("ToUnicode", map);
            }
            font
        }
    }

    #[test]
    fn fonts_of_numbered_glyphs_are_read_by_their_map() {
        let map = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /S def /CMapType 2 def
            1 begincodespacerange <0000> <FFFF> endcodespacerange
            1 beginbfrange <0001> <001A> <0061> endbfrange
            2 beginbfchar <0020> <0053> <0021> <00660069> endbfchar endcmap end end";
        let content = "BT /F 12 Tf 72 700 Td <002000090014000900000021> Tj ET";
        let said = text(letter_in(numbered(Some(map)), "", &[content])).unwrap().remove(0);
        assert_eq!(said, format!("Siti{UNKNOWN}fi"));
        let without = text(letter_in(numbered(None), "", &[content])).unwrap().remove(0);
        assert!(without.chars().all(|c| c == UNKNOWN) && without.chars().count() == 6, "{without:?}");
    }

    #[test]
    fn long_text_is_cut() {
        let line = format!("({}) Tj ", "Siti Rahmawati ".repeat(20));
        let content = format!("BT /F 12 Tf 72 700 Td {} ET", line.repeat(MOST_OF_A_PAGE / 200));
        let pages = text(letter_in(helvetica, "", &[content.as_str(); 12])).unwrap();
        let lengths: Vec<usize> = pages.iter().map(|page| page.chars().count()).collect();
        assert_eq!(lengths.iter().sum::<usize>(), MOST);
        assert_eq!(lengths[..10], [MOST_OF_A_PAGE; 10]);
        assert_eq!(lengths[10..], [0, 0]);
    }

    #[test]
    fn other_files_have_no_text() {
        assert_eq!(text(b"PK\x03\x04".to_vec()), None);
        assert_eq!(text(Vec::new()), None);
    }
}
