//! Looking into PDFs in a child process of our own binary, so that one that takes too much takes only itself down.

use std::{path::PathBuf, process::Stdio, time::Duration};

use bytes::Bytes;
use domain::letter::LetterProblem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::Semaphore,
};

use super::pdf::SECONDS;
use crate::error::{Error, Result};

/// How long a child may take on the clock: more than its processor time, for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(SECONDS * 2);
/// Most bytes of an answer; a page image has some hundred kilobytes.
const MOST_OUTPUT: u64 = 16 * 1024 * 1024;

/// Starts child processes that look into PDFs, as many at once as there are cores.
pub struct PdfReader {
    program: PathBuf,
    permits: Semaphore,
}

impl PdfReader {
    /// Through `program`, which is our own binary and knows the command `pdf`.
    pub fn new(program: PathBuf) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { program, permits: Semaphore::new(cores) }
    }

    /// The number of pages of a letter.
    ///
    /// # Errors
    /// Why it cannot be taken; [`LetterProblem::TooComplex`] if the child was stopped.
    pub async fn inspect(&self, letter: Bytes) -> Result<u32, LetterProblem> {
        match self.run(&["inspect"], letter).await {
            Ok(answer) => serde_json::from_slice(&answer).unwrap_or(Err(LetterProblem::TooComplex)),
            Err(error) => {
                tracing::warn!(%error, "a letter could not be inspected");
                Err(LetterProblem::TooComplex)
            }
        }
    }

    /// One page, counted from 0, as a PNG of a width in pixels.
    ///
    /// # Errors
    /// If it is not there or could not be drawn within the bounds.
    pub async fn draw(&self, letter: Bytes, page: u32, width: u16) -> Result<Vec<u8>> {
        self.run(&["draw", &page.to_string(), &width.to_string()], letter).await
    }

    async fn run(&self, arguments: &[&str], letter: Bytes) -> Result<Vec<u8>> {
        let _permit = self.permits.acquire().await.map_err(Error::internal)?;
        let mut child = Command::new(&self.program)
            .arg("pdf")
            .args(arguments)
            .env_clear() // no secret of ours is within its reach
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::internal)?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::internal("the child has no pipes"));
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
            .map_err(|_| Error::internal("the child was stopped for taking too long"))?
            .map_err(Error::internal)?;
        if status.success() { Ok(answer) } else { Err(Error::internal(format!("the child ended with {status}"))) }
    }
}
