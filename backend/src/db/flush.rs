//! Commits of SQLite that wait for the disk together.
//!
//! With `synchronous = FULL` every commit waits for the disk while nobody else may write. Here a commit leaves its pages
//! in the write-ahead log and lets the next one begin; then it waits until the log is on disk, which one flush brings
//! about for all that were committed before it began. What was answered survives `kill -9` and a lost plug all the same.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::sync::Mutex;

use crate::error::{Error, Result};

/// Brings the write-ahead log of one database to disk.
pub(crate) struct Flush {
    log: Arc<PathBuf>,
    /// Commits that ask for it.
    asked: AtomicU64,
    /// How many of them are on disk.
    flushed: AtomicU64,
    /// Whether a flush failed: what the kernel then dropped, no later flush brings to disk.
    broken: Arc<AtomicBool>,
    /// Held by whoever flushes.
    turn: Mutex<()>,
}

impl Flush {
    /// Of the database in this file.
    pub fn of(database: &Path) -> Self {
        let mut log = OsString::from(database);
        log.push("-wal");
        Self {
            log: Arc::new(log.into()),
            asked: AtomicU64::default(),
            flushed: AtomicU64::default(),
            broken: Arc::default(),
            turn: Mutex::default(),
        }
    }

    /// Returns once all that was committed before this was called is on disk.
    ///
    /// # Errors
    /// If the disk refuses; what was committed may then be lost with the power, and so may all that follows in this log:
    /// from then on this is all that is answered, until a new start.
    pub async fn done(&self) -> Result<()> {
        let mine = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let _turn = self.turn.lock().await;
        if self.broken.load(Ordering::SeqCst) {
            return Err(Error::internal("the log could not be brought to disk; start anew"));
        }
        if self.flushed.load(Ordering::SeqCst) >= mine {
            return Ok(()); // somebody's flush began after this was committed
        }
        let all = self.asked.load(Ordering::SeqCst);
        let (log, broken) = (self.log.clone(), self.broken.clone());
        let outcome = tokio::task::spawn_blocking(move || flush(&log, &broken)).await.map_err(Error::internal)?;
        outcome.map_err(Error::internal)?;
        self.flushed.store(all, Ordering::SeqCst);
        Ok(())
    }
}

/// Opened anew each time: SQLite removes the log when it has brought all of it into the database, and flushed that.
fn flush(log: &Path, broken: &AtomicBool) -> io::Result<()> {
    match File::open(log) {
        Ok(file) => file.sync_data().inspect_err(|_| broken.store(true, Ordering::SeqCst)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn everybody_waits_for_the_disk_and_few_flush() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("gerbang.db");
        std::fs::write(folder.path().join("gerbang.db-wal"), b"log").unwrap();
        let flush = Arc::new(Flush::of(&database));
        let held = flush.turn.lock().await;
        let waiting: Vec<_> = (0..50)
            .map(|_| {
                let flush = flush.clone();
                tokio::spawn(async move { flush.done().await })
            })
            .collect();
        while flush.asked.load(Ordering::SeqCst) < 50 {
            tokio::task::yield_now().await;
        }
        assert!(waiting.iter().all(|task| !task.is_finished()), "nobody goes on before the disk has it");
        drop(held);
        for task in waiting {
            task.await.unwrap().unwrap();
        }
        assert_eq!(flush.flushed.load(Ordering::SeqCst), 50);
    }

    #[tokio::test]
    async fn a_log_that_is_gone_was_written_and_one_that_cannot_be_opened_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("gerbang.db");
        Flush::of(&database).done().await.unwrap();
        // What cannot be brought to disk stays so: a pipe takes no flush.
        assert!(
            std::process::Command::new("mkfifo").arg(folder.path().join("rusak.db-wal")).status().unwrap().success()
        );
        let _writer = File::options().read(true).write(true).open(folder.path().join("rusak.db-wal")).unwrap();
        let broken = Flush::of(&folder.path().join("rusak.db"));
        broken.done().await.unwrap_err();
        std::fs::remove_file(folder.path().join("rusak.db-wal")).unwrap();
        broken.done().await.unwrap_err();
        // A link that leads to itself.
        std::os::unix::fs::symlink("gerbang.db-wal", folder.path().join("gerbang.db-wal")).unwrap();
        Flush::of(&database).done().await.unwrap_err();
    }
}
