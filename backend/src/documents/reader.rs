//! Reads PDFs in a child process of our own binary, so that a hostile one harms only that process. See
//! `docs/adr/0007-pdf-in-a-child-process.md`.

use std::{
    collections::HashMap,
    path::PathBuf,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use domain::issues::letter::LetterProblem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::{Semaphore, SemaphorePermit},
};
use uuid::Uuid;

use super::confinement::{Confinement, Enforcement, SECONDS};
use crate::error::{Error, Result};

/// The most time for a child: more than its processor time, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(SECONDS * 2);
/// How long a letter waits for a free child.
const QUEUE: Duration = Duration::from_secs(10);
/// The exit code of a Rust process that panicked.
const PANICKED: i32 = 101;
/// The most bytes of an answer; the image of a page has a few hundred kilobytes.
const MOST_OUTPUT: u64 = 16 * 1024 * 1024;

/// Starts the child processes, at most as many at once as there are cores, and at least two, so that one person's letter
/// never takes the turn of everybody.
pub struct PdfReader {
    program: PathBuf,
    permits: Semaphore,
    /// One permit for each person whose letter is inspected or waits.
    people: Mutex<HashMap<Uuid, Weak<Semaphore>>>,
    /// For images and text for the desk: one permit less, so that uploads never wait for slow pages.
    desk: Semaphore,
}

impl PdfReader {
    /// `program` is our own binary, which has the command `pdf`.
    pub fn new(program: PathBuf) -> Self {
        let at_once = std::thread::available_parallelism().map_or(1, usize::from).max(2);
        let (permits, desk) = (Semaphore::new(at_once), Semaphore::new(at_once - 1));
        Self { program, permits, people: Mutex::default(), desk }
    }

    /// The number of pages of a letter. The letters of one person are inspected one at a time, so that those of others do
    /// not wait for them.
    ///
    /// # Errors
    /// Why the letter is rejected; [`LetterProblem::TooComplex`] if the child was stopped,
    /// [`LetterProblem::StillReading`] if another letter of this person takes too long, [`LetterProblem::NotStored`] if
    /// the fault is not the letter's.
    pub async fn inspect(&self, person: Uuid, letter: Bytes) -> Result<u32, LetterProblem> {
        let own = self.own_permit(person);
        let _own_turn = turn(&own).await.map_err(|_| LetterProblem::StillReading)?;
        let outcome = self.run(&["inspect"], letter).await;
        match outcome.and_then(|answer| serde_json::from_slice(&answer).map_err(Failure::ours)) {
            Ok(inspected) => inspected,
            Err(Failure::Stopped(why)) => {
                tracing::warn!(why, "a letter is too complex to read");
                Err(LetterProblem::TooComplex)
            }
            Err(Failure::Ours(error)) => {
                tracing::error!(%error, "a letter could not be read");
                Err(LetterProblem::NotStored)
            }
        }
    }

    /// Draws a page, counted from 0, as a PNG; `width` is in pixels.
    ///
    /// # Errors
    /// [`Failure::Stopped`] if the page does not exist or cannot be drawn within the limits.
    pub(super) async fn draw(&self, letter: Bytes, page: u32, width: u16) -> Result<Vec<u8>, Failure> {
        let _turn = turn(&self.desk).await?;
        let png = self.run(&["draw", &page.to_string(), &width.to_string()], letter).await?;
        if png.is_empty() { Err(Failure::Stopped("there is nothing to draw".to_owned())) } else { Ok(png) }
    }

    /// The text of each page, as a JSON array of strings.
    ///
    /// # Errors
    /// [`Failure::Stopped`] if it cannot be read within the limits.
    pub(super) async fn text(&self, letter: Bytes) -> Result<Vec<u8>, Failure> {
        let _turn = turn(&self.desk).await?;
        let json = self.run(&["text"], letter).await?;
        match serde_json::from_slice::<Option<Vec<String>>>(&json).map_err(Failure::ours)? {
            Some(_) => Ok(json),
            None => Err(Failure::Stopped("there is nothing to read".to_owned())),
        }
    }

    fn own_permit(&self, person: Uuid) -> Arc<Semaphore> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = people.get(&person).and_then(Weak::upgrade) {
            return own;
        }
        people.retain(|_, own| own.strong_count() > 0);
        let own = Arc::new(Semaphore::new(1));
        people.insert(person, Arc::downgrade(&own));
        own
    }

    /// Starts a child and logs what confines it: a warning if the kernel lacks something, an error if no letter can be read.
    pub async fn log_confinement(&self) {
        let outcome = self.run(&["confinement"], Bytes::new()).await;
        match outcome.and_then(|answer| serde_json::from_slice::<Confinement>(&answer).map_err(Failure::ours)) {
            Ok(Confinement { seccomp: true, landlock: Enforcement::Full }) => {
                tracing::info!(seccomp = true, landlock = "full", "letters are read by a confined process");
            }
            Ok(Confinement { seccomp, landlock }) => {
                let landlock = landlock.as_str();
                tracing::warn!(seccomp, landlock, "this kernel confines the process that reads letters only in part");
            }
            Err(Failure::Stopped(why)) => tracing::error!(why, "the process that reads letters does not start"),
            Err(Failure::Ours(error)) => tracing::error!(%error, "the process that reads letters does not start"),
        }
    }

    async fn run(&self, arguments: &[&str], letter: Bytes) -> Result<Vec<u8>, Failure> {
        let _turn = turn(&self.permits).await?;
        let mut child = Command::new(&self.program)
            .arg("pdf")
            .args(arguments)
            .env_clear() // the child must not see our secrets
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(Failure::ours)?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::ours("the child has no pipes"));
        };
        let conversation = async {
            let feed = async move {
                // A child that has read enough closes its input, which is no error.
                let _ = stdin.write_all(&letter).await;
            };
            let mut answer = Vec::new();
            let mut output = stdout.take(MOST_OUTPUT);
            let (read, ()) = tokio::join!(output.read_to_end(&mut answer), feed);
            read?;
            Ok::<_, std::io::Error>((child.wait().await?, answer))
        };
        let (status, answer) = tokio::time::timeout(PATIENCE, conversation)
            .await
            .map_err(|_| Failure::Stopped("it took too long".to_owned()))?
            .map_err(Failure::ours)?;
        match status.code() {
            Some(0) => Ok(answer),
            // No code means a signal: out of time or memory.
            None | Some(PANICKED) => Err(Failure::Stopped(status.to_string())),
            Some(_) => Err(Failure::ours(format!("the child ended with {status}"))),
        }
    }
}

/// Waits for a permit, at most [`QUEUE`].
async fn turn(permits: &Semaphore) -> Result<SemaphorePermit<'_>, Failure> {
    match tokio::time::timeout(QUEUE, permits.acquire()).await {
        Ok(permit) => permit.map_err(Failure::ours),
        Err(_) => Err(Failure::Ours(Error::Unavailable("too many letters are being read".to_owned()))),
    }
}

/// Why a child gave no answer.
pub(super) enum Failure {
    /// The letter exceeded the limits or made the reader panic.
    Stopped(String),
    /// Not the letter's fault: no process could be started, or not in time.
    Ours(Error),
}

impl Failure {
    fn ours(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Ours(Error::internal(cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// The program is missing, fails, or answers nonsense.
    #[rstest]
    #[case("/tidak/ada")]
    #[case("false")]
    #[case("true")]
    #[case("echo")]
    #[tokio::test]
    async fn broken_reader_is_not_blamed_on_the_letter(#[case] program: &str) {
        let reader = PdfReader::new(program.into());
        assert_eq!(reader.inspect(Uuid::nil(), Bytes::from_static(b"%PDF-1.7")).await, Err(LetterProblem::NotStored));
    }

    /// A reader whose children begin and end when the test lets them: `begun` counts, `go` ends them.
    struct Slow {
        dir: tempfile::TempDir,
        reader: PdfReader,
    }

    impl Slow {
        fn new() -> Self {
            use std::os::unix::fs::PermissionsExt;
            let dir = tempfile::tempdir().unwrap();
            let program = dir.path().join("program");
            let [begun, go] = ["begun", "go"].map(|name| dir.path().join(name).display().to_string());
            let script = format!(
                "#!/bin/sh\ncat > /dev/null\necho x >> {begun}\nwhile [ ! -e {go} ]; do :; done\necho '{{\"Ok\":1}}'\n"
            );
            std::fs::write(&program, script).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
            Self { dir, reader: PdfReader::new(program) }
        }

        fn begun(&self) -> usize {
            std::fs::read_to_string(self.dir.path().join("begun")).unwrap_or_default().lines().count()
        }

        fn let_go(&self) {
            std::fs::write(self.dir.path().join("go"), "").unwrap();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn letters_of_one_person_leave_a_turn_to_the_others() {
        let slow = Slow::new();
        let (siti, budi) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let letter = || Bytes::from_static(b"%PDF-1.7");
        let hers = futures::future::join_all((0..8).map(|_| slow.reader.inspect(siti, letter())));
        let his = async {
            let his = slow.reader.inspect(budi, letter());
            let lets_go = async {
                // Both have a child: Budi's did not wait for Siti's other letters.
                while slow.begun() < 2 {
                    tokio::task::yield_now().await;
                }
                assert_eq!(slow.begun(), 2, "Siti has one letter in the reader");
                slow.let_go();
            };
            tokio::join!(his, lets_go).0
        };
        let (hers, his) = tokio::join!(hers, his);
        assert_eq!(his, Ok(1));
        assert!(
            hers.iter().all(|outcome| *outcome == Ok(1)),
            "the others had their turn one after the other: {hers:?}"
        );
        assert_eq!(slow.begun(), 9);
        assert!(slow.reader.people.lock().unwrap().len() <= 2, "people without letters are forgotten");
    }
}
