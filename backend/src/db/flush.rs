//! One flush of the write-ahead log for all commits that came before it. See `docs/adr/0002-sqlite-flush-and-checkpoint.md`.

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

/// Flushes the write-ahead log of one database.
pub(crate) struct Flush {
    log: Arc<PathBuf>,
    /// How many commits asked for a flush.
    asked: AtomicU64,
    /// How many of them are durable.
    flushed: AtomicU64,
    /// A flush failed: the kernel may have dropped the pages, so no later flush can make them durable.
    broken: Arc<AtomicBool>,
    /// Held during a flush.
    turn: Mutex<()>,
}

impl Flush {
    /// For the database in this file.
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

    /// Returns once every commit before this call is durable.
    ///
    /// # Errors
    /// If a flush fails. Those commits may be lost in a power cut, and so may all later ones in this log: every later call
    /// fails too, until a restart.
    pub async fn done(&self) -> Result<()> {
        let mine = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let _turn = self.turn.lock().await;
        if self.broken.load(Ordering::SeqCst) {
            return Err(Error::internal("the log could not be brought to disk; start anew"));
        }
        if self.flushed.load(Ordering::SeqCst) >= mine {
            return Ok(()); // the flush of another caller began after this commit
        }
        let all = self.asked.load(Ordering::SeqCst);
        let (log, broken) = (self.log.clone(), self.broken.clone());
        let outcome = tokio::task::spawn_blocking(move || flush(&log, &broken)).await.map_err(Error::internal)?;
        outcome.map_err(Error::internal)?;
        self.flushed.store(all, Ordering::SeqCst);
        Ok(())
    }
}

/// Opens the log each time: SQLite deletes it after a complete checkpoint, which flushes the database.
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
    async fn every_commit_waits_for_the_disk_and_one_flush_serves_many() {
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
        assert!(waiting.iter().all(|task| !task.is_finished()), "no commit returns before the flush");
        drop(held);
        for task in waiting {
            task.await.unwrap().unwrap();
        }
        assert_eq!(flush.flushed.load(Ordering::SeqCst), 50);
    }

    #[tokio::test]
    async fn missing_log_is_durable_and_failed_flush_stays_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("gerbang.db");
        Flush::of(&database).done().await.unwrap();
        // A pipe cannot be flushed. The failure must last after it is gone.
        assert!(
            std::process::Command::new("mkfifo").arg(folder.path().join("rusak.db-wal")).status().unwrap().success()
        );
        let _writer = File::options().read(true).write(true).open(folder.path().join("rusak.db-wal")).unwrap();
        let broken = Flush::of(&folder.path().join("rusak.db"));
        broken.done().await.unwrap_err();
        std::fs::remove_file(folder.path().join("rusak.db-wal")).unwrap();
        broken.done().await.unwrap_err();
        // A symbolic link to itself cannot be opened.
        std::os::unix::fs::symlink("gerbang.db-wal", folder.path().join("gerbang.db-wal")).unwrap();
        Flush::of(&database).done().await.unwrap_err();
    }
}
