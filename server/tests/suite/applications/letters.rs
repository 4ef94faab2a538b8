//! The letter (guide step 10): what is taken, what is refused, what becomes of it. The reader is the real child process.

use std::time::{Duration, SystemTime};

use backend::{Actor, Error, applications};
use bytes::Bytes;
use domain::{
    issues::{Field, Problem, letter::LetterProblem},
    role::{ProfileType, Role},
    time::Timestamp,
};
use lopdf::{Object, Stream, dictionary};
use uuid::Uuid;

use crate::support::{outside::Outside, verdicts::reject, *};

async fn outside(world: &World) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await
}

on_both! {
    async fn a_letter_is_kept_replaced_and_removed(world) {
        let siti = world.siti().await;
        let id = applications::start(&world.backend, &siti, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
        let first = letter();
        applications::attach_letter(&world.backend, &siti, id, "C:\\surat\\sk 2026.pdf", first.clone()).await.unwrap();
        let (kept, bytes) = applications::letter(&world.backend, &siti, id).await.unwrap();
        assert_eq!((kept.file_name.as_str(), kept.pages, &bytes), ("sk 2026.pdf", 1, &first));

        let second = letter_of(50_000);
        applications::attach_letter(&world.backend, &siti, id, "baru.pdf", second.clone()).await.unwrap();
        assert_eq!(applications::letter(&world.backend, &siti, id).await.unwrap().1, second);
        // A refused file leaves the one before in place.
        let refused = applications::attach_letter(&world.backend, &siti, id, "x.pdf", Bytes::from_static(b"bukan")).await;
        assert_eq!(problem_at(refused.err().unwrap(), Field::Letter), Problem::Letter(LetterProblem::NotPdf));
        assert_eq!(applications::letter(&world.backend, &siti, id).await.unwrap().1, second);

        applications::remove_letter(&world.backend, &siti, id).await.unwrap();
        not_found(applications::letter(&world.backend, &siti, id).await);
        applications::remove_letter(&world.backend, &siti, id).await.unwrap();
    }

    async fn letters_that_nobody_holds_are_cleared_after_a_day(world) {
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        applications::letter(&world.backend, &siti, id).await.unwrap();
        assert_eq!(applications::collect_garbage(&world.backend).await.unwrap(), 0);
        world.advance(2 * DAY);
        let siti = world.siti().await;
        applications::withdraw(&world.backend, &siti, id).await.unwrap();
        assert_eq!(applications::collect_garbage(&world.backend).await.unwrap(), 1);
        assert_eq!(world.count("documents").await, 0);
    }

    async fn many_letters_that_nobody_holds_are_cleared_in_one_go(world) {
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let mut outside = outside(&world).await;
        let number = match outside { Outside::Sqlite(_) => "randomblob(16)", Outside::Postgres(_) => "gen_random_uuid()" };
        for _ in 0..8 {
            outside
                .texts(&format!(
                    "INSERT INTO documents (id, user_id, object_key, file_name, bytes, pages, sha256, created_at, released_at)
                     SELECT {number}, user_id, 'letters/00/' || file_name, file_name, bytes, pages, sha256, created_at, created_at
                     FROM documents RETURNING file_name"
                ))
                .await;
        }
        world.advance(2 * DAY);
        assert_eq!(applications::collect_garbage(&world.backend).await.unwrap(), 255);
        let siti = world.siti().await;
        assert_eq!(applications::letter(&world.backend, &siti, id).await.unwrap().1, letter());
    }

    async fn what_an_upload_left_behind_is_cleared_after_a_day(world) {
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let keep = async || world.backend.documents.keep(&world.clock.world(), letter()).await.unwrap().key;
        let (old, fresh) = (keep().await, keep().await);
        let folder = world.config.server.data_dir.join("documents");
        // The clock of the test is not that of the disk.
        let at = |moment: Timestamp| SystemTime::UNIX_EPOCH + Duration::from_micros(moment.micros() as u64);
        for file in files_below(&folder) {
            let moment = if file.ends_with(&fresh) { NOW } else { NOW.minus(2 * DAY) };
            std::fs::File::options().write(true).open(file).unwrap().set_modified(at(moment)).unwrap();
        }
        // What a write left that was broken off: nobody but the file system knows of it.
        let unfinished = ["#1", "#2"].map(|suffix| folder.join(format!("{fresh}{suffix}")));
        for (file, moment) in unfinished.iter().zip([NOW.minus(2 * DAY), NOW]) {
            std::fs::write(file, "%PDF-").unwrap();
            std::fs::File::options().write(true).open(file).unwrap().set_modified(at(moment)).unwrap();
        }
        assert_eq!(applications::collect_strays(&world.backend).await.unwrap(), 2);
        assert!(!folder.join(&old).exists() && folder.join(&fresh).exists());
        assert_eq!(unfinished.map(|file| file.exists()), [false, true], "a write may be under way for a day");
        assert_eq!(applications::letter(&world.backend, &siti, id).await.unwrap().1, letter());
    }

    async fn nobody_fills_the_disk_with_letters(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let (mine, his) = (start(&world, &siti, Role::Pa).await, start(&world, &budi, Role::Kpa).await);
        let mut taken = 0;
        let refused = loop {
            // The reader sees each of them, taken or not.
            match applications::attach_letter(&world.backend, &siti, mine, "x.pdf", Bytes::from_static(b"bukan")).await.err().unwrap() {
                error if problem_at_letter(&error) == Some(LetterProblem::NotPdf) => taken += 1,
                error => break error,
            }
        };
        assert_eq!((taken, problem_at(refused, Field::Letter)), (40, Problem::TooManyAttempts { until: NOW.plus(HOUR) }));
        applications::attach_letter(&world.backend, &budi, his, "surat.pdf", letter()).await.unwrap();
        world.advance(HOUR);
        applications::attach_letter(&world.backend, &siti, mine, "surat.pdf", letter()).await.unwrap();
    }

    async fn a_letter_that_two_applications_share_stays_for_the_other(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let first = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        reject(&world, &verifier, first, "Masa berlaku tidak disebut.").await.unwrap();
        let second = applications::start_again(&world.backend, &siti, first).await.unwrap();
        applications::withdraw(&world.backend, &siti, second).await.unwrap();
        world.advance(2 * DAY);
        assert_eq!(applications::collect_garbage(&world.backend).await.unwrap(), 1);
        let siti = world.siti().await;
        assert_eq!(applications::letter(&world.backend, &siti, first).await.unwrap().1, letter());
    }
}

async fn start(world: &World, actor: &Actor, role: Role) -> Uuid {
    applications::start(&world.backend, actor, ProfileType::NonPenyedia, role).await.unwrap()
}

fn problem_at_letter(error: &Error) -> Option<LetterProblem> {
    match error {
        Error::Invalid(issues) => issues.iter().find_map(|issue| match issue.problem {
            Problem::Letter(problem) => Some(problem),
            _ => None,
        }),
        _ => None,
    }
}

/// What lies on the disk is for nobody else of this machine.
#[tokio::test(flavor = "multi_thread")]
async fn the_data_directory_is_for_us_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let (data, letters) = (dir.path().join("srv/data"), dir.path().join("surat"));
    let (data_dir, documents_url) = (data.display().to_string(), format!("file://{}", letters.display()));
    World::with(Database::Sqlite, &[("data_dir", &data_dir), ("documents_url", &documents_url)]).await;
    for folder in [data, letters] {
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
    }
}

async fn refusal(world: &World, letter: Bytes) -> LetterProblem {
    let siti = world.siti().await;
    let id = applications::start(&world.backend, &siti, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
    let outcome = applications::attach_letter(&world.backend, &siti, id, "surat.pdf", letter).await;
    match outcome {
        Err(Error::Invalid(issues)) => match &issues[0].problem {
            Problem::Letter(problem) => *problem,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_is_its_own() {
    let world = World::new(Database::Sqlite).await;
    let action = |action: lopdf::Dictionary| {
        letter_with(|document, catalog| {
            let action = document.add_object(action);
            catalog.set("OpenAction", action);
        })
    };
    let script = action(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") });
    let launch = action(dictionary! { "S" => "Launch", "F" => Object::string_literal("cmd.exe") });
    let embedded = letter_with(|document, catalog| {
        let file = document.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"x".to_vec()));
        catalog.set("AF", vec![dictionary! { "Type" => "Filespec", "EF" => dictionary! { "F" => file } }.into()]);
    });
    let whole = letter_of(20_000);
    assert_eq!(refusal(&world, Bytes::new()).await, LetterProblem::Empty);
    assert_eq!(
        refusal(&world, Bytes::from(vec![0; 2_097_153])).await,
        LetterProblem::TooBig { bytes: Some(2_097_153) }
    );
    assert_eq!(refusal(&world, Bytes::from_static(b"MZ\x90 program")).await, LetterProblem::NotPdf);
    assert_eq!(refusal(&world, whole.slice(..whole.len() / 2)).await, LetterProblem::Damaged);
    assert_eq!(refusal(&world, script).await, LetterProblem::Scripts);
    assert_eq!(refusal(&world, launch).await, LetterProblem::Launch);
    assert_eq!(refusal(&world, embedded).await, LetterProblem::EmbeddedFiles);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_letter_is_taken() {
    let world = World::new(Database::Sqlite).await;
    let siti = world.siti().await;
    let id = applications::start(&world.backend, &siti, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
    let frame = letter_of(0).len();
    let largest = letter_of(2_097_152 - frame - 10);
    assert!((2_097_000..=2_097_152).contains(&largest.len()), "{}", largest.len());
    applications::attach_letter(&world.backend, &siti, id, "surat.pdf", largest).await.unwrap();
}

/// A small file that unpacks to gigabytes takes down neither the server nor the machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_refused_in_seconds() {
    let world = World::new(Database::Sqlite).await;
    let bomb = letter_with(|document, _| {
        let mut stream = Stream::new(dictionary! {}, vec![b' '; 200 * 1024 * 1024]);
        stream.compress().unwrap();
        let bomb = document.add_object(stream);
        for object in document.objects.values_mut() {
            if let Object::Dictionary(dictionary) = object
                && dictionary.has_type(b"Page")
            {
                dictionary.set("Contents", bomb);
            }
        }
    });
    assert!(bomb.len() < 300_000);
    let began = std::time::Instant::now();
    assert_eq!(refusal(&world, bomb).await, LetterProblem::TooComplex);
    assert!(began.elapsed().as_secs() < 15);
}
