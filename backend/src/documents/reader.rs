//! Looking into PDFs in a child process of our own binary, so that one that takes too much takes only itself down.

use std::{path::PathBuf, process::Stdio, time::Duration};

use bytes::Bytes;
use domain::issues::letter::LetterProblem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::{Semaphore, SemaphorePermit},
};

use super::pdf::SECONDS;
use crate::error::{Error, Result};

/// How long a child may take on the clock: more than its processor time, for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(SECONDS * 2);
/// How long a letter may wait for its turn while others are looked into.
const QUEUE: Duration = Duration::from_secs(10);
/// The code with which a process of Rust ends that panicked.
const PANICKED: i32 = 101;
/// Most bytes of an answer; a page image has some hundred kilobytes.
const MOST_OUTPUT: u64 = 16 * 1024 * 1024;

/// Starts child processes that look into PDFs, as many at once as there are cores.
pub struct PdfReader {
    program: PathBuf,
    permits: Semaphore,
    /// For what the desk looks at: one less, so that a letter that arrives never waits behind pages that draw slowly.
    desk: Semaphore,
}

impl PdfReader {
    /// Through `program`, which is our own binary and knows the command `pdf`.
    pub fn new(program: PathBuf) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { program, permits: Semaphore::new(cores), desk: Semaphore::new((cores - 1).max(1)) }
    }

    /// The number of pages of a letter.
    ///
    /// # Errors
    /// Why it cannot be taken; [`LetterProblem::TooComplex`] if the child was stopped, [`LetterProblem::NotStored`] if
    /// the fault is ours.
    pub async fn inspect(&self, letter: Bytes) -> Result<u32, LetterProblem> {
        let outcome = self.run(&["inspect"], letter).await;
        match outcome.and_then(|answer| serde_json::from_slice(&answer).map_err(Failure::ours)) {
            Ok(inspected) => inspected,
            Err(Failure::Stopped(why)) => {
                tracing::warn!(why, "a letter was too much to look into");
                Err(LetterProblem::TooComplex)
            }
            Err(Failure::Ours(error)) => {
                tracing::error!(%error, "a letter could not be looked into");
                Err(LetterProblem::NotStored)
            }
        }
    }

    /// One page, counted from 0, as a PNG of a width in pixels.
    ///
    /// # Errors
    /// [`Failure::Stopped`] if it is not there or cannot be drawn within the bounds.
    pub(super) async fn draw(&self, letter: Bytes, page: u32, width: u16) -> Result<Vec<u8>, Failure> {
        let _turn = turn(&self.desk).await?;
        let png = self.run(&["draw", &page.to_string(), &width.to_string()], letter).await?;
        if png.is_empty() { Err(Failure::Stopped("there is nothing to draw".to_owned())) } else { Ok(png) }
    }

    /// What each page says, as JSON of a list of texts.
    ///
    /// # Errors
    /// [`Failure::Stopped`] if it cannot be read within the bounds.
    pub(super) async fn text(&self, letter: Bytes) -> Result<Vec<u8>, Failure> {
        let _turn = turn(&self.desk).await?;
        let json = self.run(&["text"], letter).await?;
        match serde_json::from_slice::<Option<Vec<String>>>(&json).map_err(Failure::ours)? {
            Some(_) => Ok(json),
            None => Err(Failure::Stopped("there is nothing to read".to_owned())),
        }
    }

    async fn run(&self, arguments: &[&str], letter: Bytes) -> Result<Vec<u8>, Failure> {
        let _turn = turn(&self.permits).await?;
        let mut child = Command::new(&self.program)
            .arg("pdf")
            .args(arguments)
            .env_clear() // no secret of ours is within its reach
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
                // A child that has seen enough closes its end; that is no fault.
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
            // No code is a signal: out of time or of memory.
            None | Some(PANICKED) => Err(Failure::Stopped(status.to_string())),
            Some(_) => Err(Failure::ours(format!("the child ended with {status}"))),
        }
    }
}

/// Waits for one's turn, but not for ever.
async fn turn(permits: &Semaphore) -> Result<SemaphorePermit<'_>, Failure> {
    match tokio::time::timeout(QUEUE, permits.acquire()).await {
        Ok(permit) => permit.map_err(Failure::ours),
        Err(_) => Err(Failure::Ours(Error::Unavailable("too many letters are being looked into".to_owned()))),
    }
}

/// Why a child gave no answer.
pub(super) enum Failure {
    /// The letter was too much for its bounds, or for the code that reads it.
    Stopped(String),
    /// No fault of the letter: no process could be had, or not in time.
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

    /// What is not the letter's fault is not blamed on it: no such program, one that fails, one that says nonsense.
    #[rstest]
    #[case("/tidak/ada")]
    #[case("false")]
    #[case("true")]
    #[case("echo")]
    #[tokio::test]
    async fn faults_of_ours_are_not_the_letters(#[case] program: &str) {
        let reader = PdfReader::new(program.into());
        assert_eq!(reader.inspect(Bytes::from_static(b"%PDF-1.7")).await, Err(LetterProblem::NotStored));
    }
}
