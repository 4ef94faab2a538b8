//! The letter beside its case: who sees it, which one, drawn once, read as text, and what does harm to neither.

use std::{
    collections::HashSet,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use backend::{
    Actor, Backend, Error,
    actor::Scope,
    applications,
    verification::{self, Findings, VerdictForm},
};
use bytes::Bytes;
use domain::{
    issues::{Field, Problem, conflict::Conflict, letter::LetterProblem},
    role::Role,
    status::{Status, Verdict},
    verification::{
        CaseLetter as LetterOfCase,
        findings::{Finding, FindingKind},
    },
};
use lopdf::{Document, Object, Stream, dictionary};
use rstest::rstest;
use server::application::open_backend;
use uuid::Uuid;

use crate::support::{browser::Site, outside::Outside, *};

/// What a letter of Siti's says that fits her application, in pieces as they come.
const PAGES: [&[&str]; 2] = [
    &[
        "KEMENTERIAN  KESEHATAN",
        "SURAT KEPUTUSAN",
        "Nama : Dr. Hj. SITI RAHMAWATI, S.E., M.Si.",
        "NIP : 19780412.200312.2.003",
        "sebagai Pengguna",
        "Anggaran pada Sekretariat Jenderal",
    ],
    &["mulai 1 Desember 2026 s.d. 31 Des. 2027", "Jakarta, 20 November 2026, a.n. SITI RAHMAWATI"],
];

/// A letter of pages with these contents, and the objects that they draw under the name `X`.
fn letter_drawing(contents: &[String], draw: impl FnOnce(&mut Document) -> Option<Object>) -> Bytes {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let mut resources = dictionary! { "Font" => dictionary! { "F" => font } };
    if let Some(drawn) = draw(&mut document) {
        resources.set("XObject", dictionary! { "X" => drawn });
    }
    let pages: Vec<Object> = contents
        .iter()
        .map(|content| {
            let content = document.add_object(Stream::new(dictionary! {}, content.clone().into_bytes()));
            let page = dictionary! {
                "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources.clone(),
                "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            };
            document.add_object(page).into()
        })
        .collect();
    let count = pages.len() as i64;
    document.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => pages, "Count" => count }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes.into()
}

/// A letter whose pages say these lines.
fn letter_saying(pages: &[&[&str]]) -> Bytes {
    let said = |lines: &&[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| format!("({line}) Tj T*")).collect();
        format!("BT /F 12 Tf 16 TL 72 760 Td {} ET", lines.join(" "))
    };
    letter_drawing(&pages.iter().map(said).collect::<Vec<_>>(), |_| None)
}

/// A letter of one page that is a picture of so many pixels on a side, all black.
fn letter_showing(side: usize) -> Bytes {
    letter_drawing(&["q 595 0 0 842 0 0 cm /X Do Q".to_owned()], |document| {
        // Each pair of bytes stands for 128 bytes of the picture, and packed once more it all but vanishes.
        let mut runs = Stream::new(dictionary! {}, [129, 0].repeat(side * side * 3 / 128 + 1));
        runs.compress().unwrap();
        let side = side as i64;
        let picture = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => side, "Height" => side,
            "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8,
            "Filter" => vec!["FlateDecode".into(), "RunLengthDecode".into()],
        };
        Some(document.add_object(Stream::new(picture, runs.content)).into())
    })
}

/// A letter whose one page draws a form ten times, which draws another ten times, and so on.
fn letter_without_end() -> Bytes {
    letter_drawing(&["/X Do".to_owned()], |document| {
        let mut drawn: Option<Object> = None;
        for _ in 0..12 {
            let mut form = dictionary! {
                "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            };
            let content = match drawn.take() {
                Some(inner) => {
                    form.set("Resources", dictionary! { "XObject" => dictionary! { "X" => inner } });
                    "/X Do ".repeat(10)
                }
                None => "0 0 500 500 re f".to_owned(),
            };
            drawn = Some(document.add_object(Stream::new(form, content.into_bytes())).into());
        }
        drawn
    })
}

/// An application that waits, with this letter.
async fn submitted_with(world: &World, actor: &Actor, letter: Bytes) -> Uuid {
    let id = world.filled_draft(actor, Role::Pa, world.answers("Sekretariat")).await;
    applications::attach_letter(&world.backend, actor, id, "surat.pdf", letter).await.unwrap();
    world.submit(actor, id).await.unwrap();
    id
}

async fn letter_of_case(world: &World, verifier: &Actor, id: Uuid) -> LetterOfCase {
    verification::case_file(&world.backend, verifier, id).await.unwrap().document
}

async fn look(backend: &Backend, actor: &Actor, id: Uuid, letter: &LetterOfCase, page: u32) -> backend::Result<Bytes> {
    verification::letter_page(backend, actor, id, letter.id, letter.version, page, 900).await
}

async fn decide(world: &World, verifier: &Actor, id: Uuid, verdict: Verdict, marks: Vec<(Field, String)>) -> Status {
    verification::claim(&world.backend, verifier, id).await.unwrap();
    let case = verification::case_file(&world.backend, verifier, id).await.unwrap();
    let checks = case.checks.iter().map(|item| item.id).collect();
    let form = VerdictForm { version: case.version, verdict, reason: None, text: String::new(), marks, checks };
    verification::decide(&world.backend, verifier, id, &form).await.unwrap().status
}

async fn outside(world: &World) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await
}

/// What is kept of the pages of letters: the names of the files.
fn kept(world: &World) -> Vec<String> {
    fn below(folder: &Path, names: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, names);
            } else {
                names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut names = Vec::new();
    below(&world.config.server.data_dir.join("documents/pages"), &mut names);
    names.sort();
    names
}

/// The same world with another program that looks into PDFs.
async fn with_program(world: &World, program: PathBuf) -> Backend {
    let base_url = "http://gerbang.test".parse().unwrap();
    let backend = open_backend(&world.config, base_url, program, world.clock.world()).await.unwrap();
    backend::master_data::Directory::refresh(&backend).await.unwrap();
    backend
}

/// Our own program behind one that counts how often it is started.
struct Counting {
    dir: tempfile::TempDir,
}

impl Counting {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("program");
        let count = dir.path().join("count");
        let text = format!("#!/bin/sh\necho x >> '{}'\nexec '{}' \"$@\"\n", count.display(), program().display());
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
        Self { dir }
    }

    fn program(&self) -> PathBuf {
        self.dir.path().join("program")
    }

    fn starts(&self) -> usize {
        std::fs::read_to_string(self.dir.path().join("count")).unwrap_or_default().lines().count()
    }
}

on_both! {
    async fn the_letter_is_for_the_desk_within_its_scope(world) {
        let (siti, admin, verifier) = (world.siti().await, world.actor("admin@contoh.go.id").await, world.verifier().await);
        let id = submitted_with(&world, &siti, letter()).await;
        let document = letter_of_case(&world, &verifier, id).await;
        for stranger in [&siti, &admin] {
            forbidden(look(&world.backend, stranger, id, &document, 0).await);
            forbidden(verification::letter(&world.backend, stranger, id, document.id, document.version).await);
            forbidden(verification::findings(&world.backend, stranger, id).await);
        }
        let here = world.place("Kementerian Kesehatan", "Sekretariat").0;
        let mut bound = world.verifier2().await;
        bound.scope = Scope::Institutions(Arc::new(HashSet::from([here])));
        assert!(look(&world.backend, &bound, id, &document, 0).await.is_ok());
        // The scope that was just narrowed counts, not the one with which the address was given.
        bound.scope = Scope::Institutions(Arc::default());
        not_found(look(&world.backend, &bound, id, &document, 0).await);
        not_found(verification::letter(&world.backend, &bound, id, document.id, document.version).await);
        not_found(verification::findings(&world.backend, &bound, id).await);

        let draft = world.filled_draft(&siti, Role::Kpa, world.answers("Inspektorat")).await;
        not_found(look(&world.backend, &verifier, draft, &document, 0).await);
        not_found(verification::findings(&world.backend, &verifier, draft).await);
    }

    async fn the_address_of_another_letter_is_refused(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let id = submitted_with(&world, &siti, letter()).await;
        let seen = letter_of_case(&world, &verifier, id).await;
        let other = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        let others = letter_of_case(&world, &verifier, other).await;
        let newer = LetterOfCase { version: seen.version + 1, ..seen.clone() };
        let refused = async |wrong: &LetterOfCase| {
            let page = look(&world.backend, &verifier, id, wrong, 0).await;
            assert_eq!(conflict(page.err().unwrap()), Conflict::LetterChanged);
            let file = verification::letter(&world.backend, &verifier, id, wrong.id, wrong.version).await;
            assert_eq!(conflict(file.err().unwrap()), Conflict::LetterChanged);
        };
        refused(&others).await;
        refused(&newer).await;

        // Sent back, repaired, sent again: what was on screen is not what is decided.
        let marks = vec![(Field::Letter, "Pindai ulang dengan jelas.".to_owned())];
        assert_eq!(decide(&world, &verifier, id, Verdict::Return, marks).await, Status::Returned);
        let repaired = letter_saying(&PAGES);
        applications::attach_letter(&world.backend, &siti, id, "baru.pdf", repaired.clone()).await.unwrap();
        world.submit(&siti, id).await.unwrap();
        refused(&seen).await;
        let now = letter_of_case(&world, &verifier, id).await;
        assert!(now.id != seen.id && now.version > seen.version);
        let file = verification::letter(&world.backend, &verifier, id, now.id, now.version).await.unwrap();
        assert_eq!(file, ("baru.pdf".to_owned(), repaired));
    }

    async fn pages_and_widths_that_are_not_there(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = submitted_with(&world, &siti, letter_saying(&PAGES)).await;
        let document = letter_of_case(&world, &verifier, id).await;
        assert_eq!(document.pages, 2);
        for width in [900, 1200, 1800] {
            let png = verification::letter_page(&world.backend, &verifier, id, document.id, document.version, 1, width);
            let png = png.await.unwrap();
            assert_eq!(&png[1..4], b"PNG");
            let drawn = u32::from_be_bytes(png[16..20].try_into().unwrap());
            assert!(drawn.abs_diff(width.into()) <= 1, "{drawn}");
        }
        not_found(look(&world.backend, &verifier, id, &document, 2).await);
        not_found(look(&world.backend, &verifier, id, &document, u32::MAX).await);
        for width in [0, 901, u16::MAX] {
            let (id_of, version) = (document.id, document.version);
            not_found(verification::letter_page(&world.backend, &verifier, id, id_of, version, 0, width).await);
        }
        assert_eq!(kept(&world), ["1-1200.png", "1-1800.png", "1-900.png"]);
    }

    async fn looks_are_noted_once(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = submitted_with(&world, &siti, letter_saying(&PAGES)).await;
        let document = letter_of_case(&world, &verifier, id).await;
        for page in [0, 1, 0] {
            look(&world.backend, &verifier, id, &document, page).await.unwrap();
        }
        verification::letter(&world.backend, &verifier, id, document.id, document.version).await.unwrap();
        let sql = "SELECT detail FROM audit_events WHERE action = 'case_viewed' AND detail LIKE '\"surat%' ORDER BY seq";
        assert_eq!(outside(&world).await.texts(sql).await, ["\"surat dibuka\"", "\"surat\""]);
    }

    async fn the_text_names_what_was_applied_for(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = submitted_with(&world, &siti, letter_saying(&PAGES)).await;
        let Findings::Text(found) = verification::findings(&world.backend, &verifier, id).await.unwrap() else {
            panic!("it has text")
        };
        let found: Vec<_> = found.into_iter().map(|Finding { kind, pages }| (kind, pages)).collect();
        let number = outside(&world).await.text("SELECT employee_number FROM applications WHERE id = $1", id).await;
        let named_number = if number.as_deref() == Some("197804122003122003") { vec![1] } else { vec![] };
        let mut expected = vec![
            (FindingKind::Name, vec![1, 2]),
            (FindingKind::EmployeeNumber, named_number),
            (FindingKind::Role, vec![1]),
            (FindingKind::Institution, vec![1]),
            (FindingKind::WorkUnit, vec![1]),
            (FindingKind::FirstDay, vec![2]),
            (FindingKind::LastDay, vec![2]),
        ];
        expected.retain(|(what, _)| *what != FindingKind::EmployeeNumber || number.is_some());
        assert_eq!(found, expected);
        assert_eq!(kept(&world), ["text.json"]);
    }

    async fn a_letter_that_names_nothing_says_so(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let other = letter_saying(&[&["Kuasa Pengguna Anggaran adalah Budi Santoso, NIP 19780412 200312 1 003,"], &["11 Desember 2026"]]);
        let id = submitted_with(&world, &siti, other).await;
        let Findings::Text(found) = verification::findings(&world.backend, &verifier, id).await.unwrap() else {
            panic!("it has text")
        };
        assert!(found.len() >= 6 && found.iter().all(|finding| finding.pages.is_empty()), "{found:?}");
    }

    async fn a_scan_is_called_one(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = submitted_with(&world, &siti, letter_showing(300)).await;
        assert_eq!(verification::findings(&world.backend, &verifier, id).await.unwrap(), Findings::Scan);
        let document = letter_of_case(&world, &verifier, id).await;
        look(&world.backend, &verifier, id, &document, 0).await.unwrap();
    }

    async fn pages_go_with_the_last_document_of_their_letter(world) {
        let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
        let (hers, his) = (submitted_with(&world, &siti, letter()).await, submitted_with(&world, &budi, letter()).await);
        let document = letter_of_case(&world, &verifier, hers).await;
        look(&world.backend, &verifier, hers, &document, 0).await.unwrap();
        assert_eq!(kept(&world), ["0-900.png"]);
        world.advance(2 * DAY);
        let (siti, budi) = (world.siti().await, world.budi().await);
        for (actor, id, left) in [(&siti, hers, 1), (&budi, his, 0)] {
            applications::withdraw(&world.backend, actor, id).await.unwrap();
            assert!(applications::collect_garbage(&world.backend).await.unwrap() >= 1);
            assert_eq!(kept(&world).len(), left);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_drawn_needs_no_child_any_more() {
    let world = World::new(Database::Sqlite).await;
    let (siti, budi, verifier) = (world.siti().await, world.budi().await, world.verifier().await);
    let id = submitted_with(&world, &siti, letter_saying(&PAGES)).await;
    let document = letter_of_case(&world, &verifier, id).await;
    let png = look(&world.backend, &verifier, id, &document, 0).await.unwrap();
    let found = verification::findings(&world.backend, &verifier, id).await.unwrap();
    // The same file with another case.
    let other = submitted_with(&world, &budi, letter_saying(&PAGES)).await;
    let others = letter_of_case(&world, &verifier, other).await;

    let without = with_program(&world, "/tidak/ada".into()).await;
    assert_eq!(look(&without, &verifier, id, &document, 0).await.unwrap(), png);
    assert_eq!(look(&without, &verifier, other, &others, 0).await.unwrap(), png);
    assert_eq!(verification::findings(&without, &verifier, id).await.unwrap(), found);
    let fresh = look(&without, &verifier, id, &document, 1).await;
    assert!(matches!(fresh, Err(Error::Internal(_))), "what was not drawn yet needs one: {fresh:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_many_ask_for_at_once_is_drawn_once() {
    let world = World::new(Database::Sqlite).await;
    let (siti, verifier) = (world.siti().await, world.verifier().await);
    let id = submitted_with(&world, &siti, letter_saying(&PAGES)).await;
    let document = letter_of_case(&world, &verifier, id).await;
    let counting = Counting::new();
    let backend = with_program(&world, counting.program()).await;
    let looks = (0..20).map(|_| look(&backend, &verifier, id, &document, 0));
    let pages = futures::future::join_all(looks).await;
    assert!(pages.iter().all(|page| page.as_ref().is_ok_and(|png| png == pages[0].as_ref().unwrap())));
    let reads = (0..20).map(|_| verification::findings(&backend, &verifier, id));
    assert!(futures::future::join_all(reads).await.iter().all(Result::is_ok));
    assert_eq!(counting.starts(), 2, "one for the page, one for the text");
}

/// A few kilobytes that unpack to half a gigabyte, or draw for ever: the child dies within its bounds, nothing of it is
/// tried again at once, and the case can be decided all the same.
#[rstest]
#[case(letter_showing(13_000), Findings::Scan)]
#[case(letter_without_end(), Findings::Unreadable)]
#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_takes_only_its_child_down(#[case] bomb: Bytes, #[case] text: Findings) {
    assert!(bomb.len() < 16_000, "{} bytes", bomb.len());
    let world = World::new(Database::Sqlite).await;
    let (siti, verifier) = (world.siti().await, world.verifier().await);
    let id = submitted_with(&world, &siti, bomb).await;
    let document = letter_of_case(&world, &verifier, id).await;
    let counting = Counting::new();
    let backend = with_program(&world, counting.program()).await;
    for _ in 0..3 {
        let page = look(&backend, &verifier, id, &document, 0).await;
        let Err(Error::Invalid(issues)) = page else { panic!("{page:?}") };
        assert_eq!(issues[0].problem, Problem::Letter(LetterProblem::TooComplex));
    }
    assert_eq!(counting.starts(), 1);
    for _ in 0..2 {
        assert_eq!(verification::findings(&backend, &verifier, id).await.unwrap(), text);
    }
    assert_eq!(counting.starts(), 2);
    world.advance(MINUTE);
    assert!(look(&backend, &verifier, id, &document, 0).await.is_err());
    assert_eq!(counting.starts(), 3, "after a minute it is tried again");
    assert_eq!(decide(&world, &verifier, id, Verdict::Approve, vec![]).await, Status::Approved);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_addresses_of_a_letter() {
    let site = Site::new(Database::Sqlite).await;
    let world = &site.world;
    let (actor, siti) = (world.verifier().await, world.siti().await);
    let id = submitted_with(world, &siti, letter_saying(&PAGES)).await;
    let document = letter_of_case(world, &actor, id).await;
    let base = format!("/verifikasi/{id}/surat/{}/{}", document.id, document.version);
    let (stranger, siti, verifier) = (site.visitor(), site.siti().await, site.verifier().await);
    let (file, page) = (format!("{base}/asli"), format!("{base}/0.png"));
    for path in [&file, &page] {
        stranger.get(path).await.expect(401).expect_says("Sesi Anda sudah berakhir");
        siti.get(path).await.expect(404).expect_says("Berkas tidak ditemukan");
    }

    let download = verifier.get(&file).await.expect(200);
    assert_eq!(download.body, letter_saying(&PAGES));
    assert_eq!(download.header("content-type"), "application/pdf");
    let disposition = "attachment; filename=\"surat.pdf\"; filename*=UTF-8''surat.pdf";
    assert_eq!(download.header("content-disposition"), disposition);
    assert_eq!(download.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(download.header("x-content-type-options"), "nosniff");
    assert_eq!(download.header("cache-control"), "no-store");

    let width = async |path: &str| {
        let picture = verifier.get(path).await.expect(200);
        assert_eq!((picture.header("content-type"), picture.header("cache-control")), ("image/png", "no-store"));
        u32::from_be_bytes(picture.body[16..20].try_into().unwrap())
    };
    assert!(width(&page).await.abs_diff(1200) <= 1);
    for wanted in [900, 1200, 1800] {
        assert!(width(&format!("{page}?lebar={wanted}")).await.abs_diff(wanted) <= 1);
    }
    let nowhere = [
        format!("{page}?lebar=500"),
        format!("{page}?lebar=-1"),
        format!("{page}?lebar=x"),
        format!("{base}/2.png"),
        format!("{base}/0"),
        format!("{base}/-1.png"),
        format!("/verifikasi/{id}/surat/x/{}/0.png", document.version),
        format!("/verifikasi/{id}/surat/{}/x/asli", document.id),
    ];
    for path in &nowhere {
        verifier.get(path).await.expect(404).expect_says("Berkas tidak ditemukan");
    }
    let stale = format!("/verifikasi/{id}/surat/{}/{}", document.id, document.version + 1);
    for path in [format!("{stale}/asli"), format!("{stale}/0.png")] {
        verifier.get(&path).await.expect(409).expect_says("Muat ulang halaman untuk melihat surat terbaru");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_drawn_says_so() {
    let site = Site::new(Database::Sqlite).await;
    let (actor, siti) = (site.world.verifier().await, site.world.siti().await);
    let id = submitted_with(&site.world, &siti, letter_showing(13_000)).await;
    let document = letter_of_case(&site.world, &actor, id).await;
    let base = format!("/verifikasi/{id}/surat/{}/{}", document.id, document.version);
    let verifier = site.verifier().await;
    verifier.get(&format!("{base}/0.png")).await.expect(422).expect_says("unduh berkas aslinya");
    verifier.get(&format!("{base}/asli")).await.expect(200);
}
