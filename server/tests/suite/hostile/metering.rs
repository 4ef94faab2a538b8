//! Signed-in people who take more than their share.

use std::{os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

use backend::{
    Actor, Backend, Error, applications,
    applications::lapses,
    help,
    oidc::authorize::{Next, authorize, resume},
    verification,
};
use bytes::Bytes;
use devtools::DEMO_URL;
use domain::{
    issues::{Field, Problem, conflict::Conflict, letter::LetterProblem},
    role::{ProfileType, Role},
    status::{Status, Verdict},
};
use futures::future::join_all;
use rstest::rstest;
use serde_json::json;
use server::application::open_backend;
use uuid::Uuid;

use crate::support::{
    browser::{Fields, Site, Visitor, changed},
    forms::page,
    platform::{authorize as address_of, request},
    verdicts::{decide, reject},
    *,
};

const TYPED_ADDRESS: &str = "Jalan yang diketik, nomor 77";
const TOO_MANY: &str = "Terlalu banyak percobaan. Coba lagi setelah 22 November 2026, 10.01 WIB.";

/// Saves the same answers as script does until the server refuses; returns how often it did not.
async fn saves_until_refused(site: &Site, siti: &Visitor, draft: Uuid) -> usize {
    let version = applications::draft(&site.world.backend, &site.world.siti().await, draft).await.unwrap().version;
    let answers = siti.ask(&format!("/api/pengajuan/draf?id={draft}&for_step=Form")).await.expect(200).json();
    for nth in 0..1000 {
        let saved = siti.try_save(draft, version, &answers["draft"]["answers"]).await.unwrap();
        if saved.status == 429 {
            assert_eq!(saved.header("retry-after"), "60");
            assert_eq!(saved.json(), json!({ "TooMany": NOW.plus(MINUTE).micros() }));
            return nth;
        }
        saved.expect(200);
    }
    panic!("nothing stops this");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_cannot_keep_the_server_writing() {
    let site = Site::new(Database::Sqlite).await;
    let draft = site.draft("Sekretariat").await;
    let (siti, budi) = (site.siti().await, site.budi().await);
    let path = page(draft, "formulir");
    let form = changed(siti.get(&path).await.form(&path), &[("address", TYPED_ADDRESS), ("aksi", "simpan")]);
    assert_eq!(saves_until_refused(&site, &siti, draft).await, 120);
    let before = site.world.everything().await;
    // A form comes back with all that was typed, with script and without.
    let refused = siti.post(&path, &form).await.expect(429).expect_says(TOO_MANY);
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(refused.value(&path, "address").as_deref(), Some(TYPED_ADDRESS));
    let reply = siti.post_by_script(&path, &form).await.expect(200).json();
    assert_eq!(reply["Stay"][0]["problem"]["kind"], "too_many_attempts");
    let multipart = siti.upload(&path, &form, "surat.pdf", letter()).await.expect(429).expect_says(TOO_MANY);
    assert_eq!(multipart.value(&path, "address").as_deref(), Some(TYPED_ADDRESS));
    let alone = siti.upload_alone(draft, "surat.pdf", letter()).await.expect(429);
    assert_eq!(alone.json(), json!({ "Err": { "TooMany": NOW.plus(MINUTE).micros() } }));
    siti.post(&page(draft, "status"), &[("", "")]).await.expect(429).expect_says(TOO_MANY);
    siti.post("/akses/baru", &[("profile_type", "non_penyedia"), ("role", "kpa")]).await.expect(429);
    // A request of a platform writes too, though it is a GET.
    let asked = siti.get(&authorization(&[])).await.expect(429).expect_says("Terlalu banyak permintaan dari akun Anda");
    assert_eq!(asked.header("retry-after"), "60");
    assert_eq!(site.world.everything().await, before);
    // Reading goes on, for others everything does, and a minute later it does for Siti.
    siti.get(&path).await.expect(200);
    budi.post("/akses/baru", &[("profile_type", "non_penyedia"), ("role", "kpa")]).await.expect(303);
    site.world.advance(MINUTE);
    siti.post(&path, &form).await.expect(303);
    assert_eq!(siti.get(&path).await.value(&path, "address").as_deref(), Some(TYPED_ADDRESS));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wrote_too_much_can_still_sign_out() {
    let site = Site::new(Database::Sqlite).await;
    let draft = site.draft("Sekretariat").await;
    let siti = site.siti().await;
    saves_until_refused(&site, &siti, draft).await;
    assert_eq!(siti.post("/keluar", &[("", "")]).await.expect(303).location(), Some("/masuk"));
    siti.get("/akses").await.expect(302);
}

/// A request of the demo platform, with the longest `state` that is taken.
fn authorization_fields(changes: &[(&str, &str)]) -> Fields {
    let (back, state) = (format!("{DEMO_URL}/masuk/kembali"), "s".repeat(4096));
    let known = [("redirect_uri", back.as_str()), ("state", state.as_str())];
    changed(changed(request("daftar-hitam"), &known), changes)
}

fn authorization(changes: &[(&str, &str)]) -> String {
    address_of(&authorization_fields(changes))
}

async fn parked(world: &World, actor: Option<&Actor>) -> Uuid {
    world.advance(Duration::from_millis(1));
    let next = authorize(&world.backend, actor, origin().address, &authorization_fields(&[])).await.unwrap();
    let Next::Wait { request, .. } = next else { panic!("{next:?}") };
    request
}

on_both! {
    async fn few_requests_of_platforms_wait_for_one_person(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let his = parked(&world, Some(&budi)).await;
        let mut hers = Vec::new();
        for _ in 0..25 {
            hers.push(parked(&world, Some(&siti)).await);
        }
        assert_eq!(world.count("oidc_requests").await, 21);
        let waits = async |actor: &Actor, request| resume(&world.backend, actor, request, None).await;
        for gone in &hers[..5] {
            not_found(waits(&siti, *gone).await);
        }
        for waiting in &hers[5..] {
            waits(&siti, *waiting).await.unwrap();
        }
        waits(&budi, his).await.unwrap();
    }

    async fn requests_of_strangers_do_not_pile_up(world) {
        let siti = world.siti().await;
        let hers = parked(&world, Some(&siti)).await;
        for _ in 0..603 {
            parked(&world, None).await;
        }
        assert_eq!(world.count("oidc_requests").await, 601);
        resume(&world.backend, &siti, hers, None).await.unwrap();
    }

    async fn few_drafts_wait_to_be_sent(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let mut drafts = Vec::new();
        let refused = loop {
            match begun(&world, &siti).await {
                Ok(id) => drafts.push(id),
                Err(error) => break error,
            }
            assert!(drafts.len() < 100, "nothing stops this");
        };
        assert_eq!((drafts.len(), conflict(refused)), (20, Conflict::TooManyDrafts { most: 20 }));
        begun(&world, &budi).await.unwrap();
        applications::withdraw(&world.backend, &siti, drafts[7]).await.unwrap();
        begun(&world, &siti).await.unwrap();
        assert!(begun(&world, &siti).await.is_err());
    }

    async fn letters_of_a_day_are_limited(world) {
        let siti = world.siti().await;
        let id = begun(&world, &siti).await.unwrap();
        let mut taken = Vec::new();
        for limit in [NOW.plus(HOUR), NOW.plus(DAY)] {
            let mut count = 0;
            let refused = loop {
                let outcome = attach(&world.backend, &siti, id, Bytes::from_static(b"bukan")).await;
                match problem_at(outcome.unwrap_err(), Field::Letter) {
                    Problem::Letter(LetterProblem::NotPdf) => count += 1,
                    other => break other,
                }
                assert!(count < 1000, "nothing stops this");
            };
            assert_eq!(refused, Problem::TooManyAttempts { until: limit });
            taken.push(count);
            world.advance(HOUR);
        }
        assert_eq!(taken, [40, 20]);
        world.advance(DAY);
        attach(&world.backend, &world.siti().await, id, letter()).await.unwrap();
    }

    async fn letters_that_nobody_decided_on_are_limited_by_their_bytes(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let full = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let his = begun(&world, &budi).await.unwrap();
        let other = begun(&world, &siti).await.unwrap();
        world.sql("UPDATE documents SET bytes = 104857600 WHERE released_at IS NULL AND user_id = (SELECT id FROM users WHERE email = 'siti.pa@contoh.go.id')").await.unwrap();
        let refused = attach(&world.backend, &siti, other, letter()).await.unwrap_err();
        let held = LetterProblem::TooMuchHeld { bytes: 104_857_600 };
        assert_eq!(problem_at(refused, Field::Letter), Problem::Letter(held));
        attach(&world.backend, &budi, his, letter()).await.unwrap();
        // A letter may replace itself, and makes room.
        attach(&world.backend, &siti, full, letter()).await.unwrap();
        attach(&world.backend, &siti, other, letter()).await.unwrap();
    }

    async fn tickets_of_a_day_are_limited(world) {
        let siti = world.siti().await;
        let question = help::Question {
            name: String::new(),
            email: String::new(),
            message: "Kapan saya mendapat jawaban?".into(),
            context: "Menunggu keputusan".into(),
            application_id: None,
        };
        let mut sent = 0;
        for _ in 0..10 {
            while help::ask(&world.backend, Some(&siti), siti.address, &question).await.is_ok() {
                sent += 1;
            }
            world.advance(HOUR);
        }
        assert_eq!(sent, 30);
        world.advance(DAY);
        help::ask(&world.backend, Some(&siti), siti.address, &question).await.unwrap();
    }

    async fn drafts_end_after_ninety_days_with_a_mail_two_weeks_before(world) {
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let sent = world.submitted(&siti, Role::Kpa, "Inspektorat").await;
        let returned = world.submitted(&siti, Role::Pa, "Biro Umum").await;
        decide(&world, &world.verifier().await, returned, Verdict::Return, "Pindai ulang.").await.unwrap();
        let letters = letters(&world).len();
        let runs = async || lapses::run(&world.backend).await.unwrap();
        world.advance(75 * DAY);
        assert_eq!(runs().await, 0);
        world.advance(DAY);
        assert_eq!((runs().await, runs().await), (1, 0), "the mail is written once");
        let (recipient, subject, text) = world.mails().await.remove(0);
        assert_eq!((recipient.as_str(), subject.as_str()), (SITI, "Draf pengajuan PA Anda akan dihapus"));
        assert!(text.contains("20 Februari 2027") && text.contains(&format!("/akses/pengajuan/{id}")), "{text}");
        world.advance(14 * DAY - MINUTE);
        assert_eq!(runs().await, 0);
        applications::draft(&world.backend, &world.siti().await, id).await.unwrap();
        world.advance(MINUTE);
        assert_eq!((runs().await, runs().await), (1, 0));
        let siti = world.siti().await;
        let gone = applications::draft(&world.backend, &siti, id).await.unwrap_err();
        assert!(matches!(conflict(gone), Conflict::StatusChanged { status: Status::Withdrawn, .. }));
        not_found(applications::letter(&world.backend, &siti, id).await);
        assert_eq!(self::letters(&world).len(), letters - 1, "the letter goes with the draft");
        let trail = "SELECT count(*) FROM audit_events WHERE subject_id = $1 AND actor_id IS NULL
                     AND action IN ('draft_end_announced', 'draft_lapsed')";
        assert_eq!(world.outside().await.number(trail, id).await, 2);
        for untouched in [sent, returned] {
            applications::letter(&world.backend, &siti, untouched).await.unwrap();
        }
    }

    async fn a_change_saves_a_draft_whose_end_was_announced(world) {
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        world.advance(76 * DAY);
        assert_eq!(lapses::run(&world.backend).await.unwrap(), 1);
        world.advance(10 * DAY);
        let siti = world.siti().await;
        attach(&world.backend, &siti, id, letter()).await.unwrap();
        world.advance(75 * DAY);
        assert_eq!(lapses::run(&world.backend).await.unwrap(), 0);
        world.advance(DAY);
        assert_eq!(lapses::run(&world.backend).await.unwrap(), 1, "it is announced anew");
        applications::draft(&world.backend, &world.siti().await, id).await.unwrap();
    }

    async fn no_draft_ends_without_a_mail_before(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let hers = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let his = world.filled_draft(&budi, Role::Kpa, world.answers("Sekretariat")).await;
        world.sql("UPDATE users SET disabled_at = 1 WHERE email = 'budi.kpa@contoh.go.id'").await.unwrap();
        // No job ran for most of a year, as before this version.
        world.advance(300 * DAY);
        let before = world.mails().await.len();
        assert_eq!(lapses::run(&world.backend).await.unwrap(), 1);
        assert_eq!(world.mails().await.len(), before + 1, "an account that is disabled gets none");
        world.advance(14 * DAY - MINUTE);
        assert_eq!(lapses::run(&world.backend).await.unwrap(), 0);
        world.advance(MINUTE);
        assert_eq!(lapses::run(&world.backend).await.unwrap(), 2);
        for id in [hers, his] {
            let status = world.outside().await.text("SELECT status FROM applications WHERE id = $1", id).await;
            assert_eq!(status.as_deref(), Some("withdrawn"));
        }
    }

    async fn replaced_letter_is_freed_at_once(world) {
        let siti = world.siti().await;
        let id = begun(&world, &siti).await.unwrap();
        let others = letters(&world).len();
        for size in 0..5 {
            attach(&world.backend, &siti, id, letter_of(size)).await.unwrap();
            assert_eq!(letters(&world).len(), others + 1);
        }
        assert_eq!(applications::letter(&world.backend, &siti, id).await.unwrap().1, letter_of(4));
        applications::remove_letter(&world.backend, &siti, id).await.unwrap();
        assert_eq!(letters(&world).len(), others);
        // The process dies between the commit and the removal: the collector heals it.
        attach(&world.backend, &siti, id, letter()).await.unwrap();
        let rows = world.count("documents").await;
        world.sql("UPDATE applications SET document_id = NULL WHERE status = 'draft' AND document_id IS NOT NULL").await.unwrap();
        assert_eq!(letters(&world).len(), others + 1);
        world.advance(DAY + MINUTE);
        assert_eq!(applications::collect_garbage(&world.backend).await.unwrap(), 1);
        assert_eq!((letters(&world).len(), world.count("documents").await), (others, rows - 1));
    }

    async fn letter_that_something_else_refers_to_is_not_freed(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let rejected = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        reject(&world, &verifier, rejected, "Masa berlaku tidak disebut.").await.unwrap();
        // The new draft shares the file of the rejected application.
        let again = applications::start_again(&world.backend, &siti, rejected).await.unwrap();
        attach(&world.backend, &siti, again, letter_of(10)).await.unwrap();
        assert_eq!(applications::letter(&world.backend, &siti, rejected).await.unwrap().1, letter());

        let returned = world.submitted(&siti, Role::Kpa, "Inspektorat").await;
        decide(&world, &verifier, returned, Verdict::Return, "Pindai ulang.").await.unwrap();
        let judged = letter_of_submission(&world, returned).await;
        attach(&world.backend, &siti, returned, letter_of(20)).await.unwrap();
        world.advance(2 * DAY);
        applications::collect_garbage(&world.backend).await.unwrap();
        assert!(exists(&world, judged).await, "the desk's copy of the application still names it");
        let siti = world.siti().await;
        world.submit(&siti, returned).await.unwrap();
        assert_eq!(applications::collect_garbage(&world.backend).await.unwrap(), 1);
        assert!(!exists(&world, judged).await);
        assert_eq!(applications::letter(&world.backend, &siti, returned).await.unwrap().1, letter_of(20));
    }
}

/// Starts a draft without SiRUP.
async fn begun(world: &World, actor: &Actor) -> backend::Result<Uuid> {
    let id = applications::start(&world.backend, actor, ProfileType::NonPenyedia, Role::Pa).await?;
    applications::confirm_new_access(&world.backend, actor, id).await.map(|()| id)
}

async fn attach(backend: &Backend, actor: &Actor, id: Uuid, letter: Bytes) -> Result<(), Error> {
    applications::attach_letter(backend, actor, id, "surat.pdf", letter).await.map(drop)
}

/// The files of the letters in the store.
fn letters(world: &World) -> Vec<PathBuf> {
    files_below(&world.config.server.data_dir.join("documents/letters"))
}

async fn letter_of_submission(world: &World, id: Uuid) -> Uuid {
    let sql = "SELECT CAST(lower(hex(document_id)) AS TEXT) FROM submissions WHERE application_id = $1";
    let sql_postgres = "SELECT document_id::text FROM submissions WHERE application_id = $1";
    let mut outside = world.outside().await;
    let sql = if outside.is_sqlite() { sql } else { sql_postgres };
    outside.text(sql, id).await.unwrap().parse().unwrap()
}

async fn exists(world: &World, document: Uuid) -> bool {
    world.outside().await.number("SELECT count(*) FROM documents WHERE id = $1", document).await > 0
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn low_disk_refuses_letters_and_nothing_else(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let draft = site.draft("Sekretariat").await;
    let siti = site.siti().await;
    let path = page(draft, "formulir");
    let form = changed(siti.get(&path).await.form(&path), &[("address", TYPED_ADDRESS), ("aksi", "ajukan")]);
    site.world.backend.documents.room.keep_free(u64::MAX);
    let refused = siti.upload_alone(draft, "baru.pdf", letter_of(10)).await.expect(507);
    let no_room = json!({ "field": "letter", "problem": { "kind": "letter", "of": { "kind": "no_room" } } });
    assert_eq!(refused.json(), json!({ "Err": { "Invalid": [no_room] } }));
    let refused = siti.upload(&path, &form, "baru.pdf", letter_of(10)).await.expect(507);
    let refused = refused.expect_says("Ruang penyimpanan surat pada sistem kami hampir habis");
    assert_eq!(refused.value(&path, "address").as_deref(), Some(TYPED_ADDRESS));
    let figures = siti.get("/metrics").await.expect(200);
    assert!(figures.html().contains("gerbang_letters_free_bytes "), "the operator sees the room");
    // The letter before is there, and the application can be sent with it.
    assert_eq!(siti.get(&page(draft, "surat")).await.expect(200).body, letter());
    siti.post(&path, &changed(form, &[("version", &refused.value(&path, "version").unwrap())])).await.expect(303);
    let review = siti.get(&page(draft, "tinjau")).await.form(&page(draft, "tinjau"));
    siti.send(&page(draft, "tinjau"), &changed(review, &[("confirmation", "ya")])).await.expect(200);
    let other = siti.start("kpa").await;
    siti.upload_alone(other, "surat.pdf", letter()).await.expect(507);
    // With room again, letters are taken again.
    site.world.backend.documents.room.keep_free(0);
    siti.upload_alone(other, "surat.pdf", letter()).await.expect(200);
}

/// A backend whose child processes run a shell script and are counted.
struct Scripted {
    dir: tempfile::TempDir,
    backend: Backend,
}

impl Scripted {
    /// `{go}` in the script is the path of a file that [`Scripted::let_go`] makes.
    async fn new(world: &World, script: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let [program, count, go] = ["program", "count", "go"].map(|name| dir.path().join(name));
        let script = script.replace("{go}", &go.display().to_string());
        std::fs::write(&program, format!("#!/bin/sh\necho x >> '{}'\n{script}\n", count.display())).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let base_url = "http://gerbang.test".parse().unwrap();
        let backend = open_backend(&world.config, base_url, program, world.clock.world()).await.unwrap();
        backend::master_data::Directory::refresh(&backend).await.unwrap();
        Self { dir, backend }
    }

    fn children(&self) -> usize {
        std::fs::read_to_string(self.dir.path().join("count")).unwrap_or_default().lines().count()
    }

    fn let_go(&self) {
        std::fs::write(self.dir.path().join("go"), "").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_of_one_person_leave_the_reader_to_others() {
    let world = World::new(Database::Sqlite).await;
    let (siti, budi) = (world.siti().await, world.budi().await);
    let mut hers = Vec::new();
    for _ in 0..6 {
        hers.push(begun(&world, &siti).await.unwrap());
    }
    let his = begun(&world, &budi).await.unwrap();
    let slow =
        Scripted::new(&world, "cat > /dev/null\nwhile [ ! -e '{go}' ]; do sleep 0.01; done\necho '{\"Ok\":1}'").await;
    let uploads = join_all(hers.iter().map(|id| attach(&slow.backend, &siti, *id, letter())));
    let others = async {
        let upload = attach(&slow.backend, &budi, his, letter());
        let watch = async {
            while slow.children() < 2 {
                tokio::task::yield_now().await;
            }
            assert_eq!(slow.children(), 2, "one letter of Siti's, and Budi's");
            slow.let_go();
        };
        tokio::join!(upload, watch).0
    };
    let (uploads, others) = tokio::join!(uploads, others);
    others.unwrap();
    for upload in uploads {
        upload.unwrap();
    }
    assert_eq!(slow.children(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn letter_whose_pages_keep_failing_is_given_up() {
    let world = World::new(Database::Sqlite).await;
    let (siti, verifier) = (world.siti().await, world.verifier().await);
    let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
    let case = verification::case_file(&world.backend, &verifier, id).await.unwrap();
    let broken = Scripted::new(&world, "kill -9 $$").await;
    for nth in 0..10 {
        for width in [900, 1200, 1800] {
            let (document, version) = (case.document.id, case.document.version);
            let page = verification::letter_page(&broken.backend, &verifier, id, document, version, 0, width).await;
            let problem = problem_at(page.unwrap_err(), Field::Letter);
            assert_eq!(problem, Problem::Letter(LetterProblem::TooComplex));
        }
        assert_eq!(broken.children(), (nth + 1).min(3), "three tries, and none afterwards");
        world.advance(2 * MINUTE);
    }
}
