//! One flush of the write-ahead log for all commits that came before it. See `docs/adr/0002-sqlite-flush-and-checkpoint.md`.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
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
    /// Called when a flush fails.
    give_up: fn(),
    /// Held during a flush.
    turn: Mutex<()>,
}

impl Flush {
    /// For the database in this file. `give_up` is called when a flush fails: the kernel may have dropped the pages, so that
    /// no later flush can make them durable, and whether they reached the disk shows only at the next start.
    pub fn of(database: &Path, give_up: fn()) -> Self {
        let mut log = OsString::from(database);
        log.push("-wal");
        Self {
            log: Arc::new(log.into()),
            asked: AtomicU64::default(),
            flushed: AtomicU64::default(),
            give_up,
            turn: Mutex::default(),
        }
    }

    /// Returns once every commit before this call is durable.
    ///
    /// # Errors
    /// If a flush fails and `give_up` returns.
    pub async fn done(&self) -> Result<()> {
        let mine = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let _turn = self.turn.lock().await;
        if self.flushed.load(Ordering::SeqCst) >= mine {
            return Ok(()); // the flush of another caller began after this commit
        }
        let all = self.asked.load(Ordering::SeqCst);
        let log = self.log.clone();
        let outcome = tokio::task::spawn_blocking(move || flush(&log)).await.map_err(Error::internal)?;
        if let Err(error) = outcome {
            tracing::error!(%error, "the database's log could not be brought to disk");
            (self.give_up)();
            return Err(Error::internal(error));
        }
        self.flushed.store(all, Ordering::SeqCst);
        Ok(())
    }
}

/// Opens the log each time: SQLite deletes it after a complete checkpoint, which flushes the database.
fn flush(log: &Path) -> io::Result<()> {
    match File::open(log) {
        Ok(file) => file.sync_data(),
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
        let flush = Arc::new(Flush::of(&database, || {}));
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
    async fn missing_log_is_durable_and_a_failed_flush_gives_up() {
        static GIVEN_UP: AtomicU64 = AtomicU64::new(0);
        let of = |database: &Path| {
            Flush::of(database, || {
                GIVEN_UP.fetch_add(1, Ordering::SeqCst);
            })
        };
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("gerbang.db");
        of(&database).done().await.unwrap();
        // A pipe cannot be flushed.
        let pipe = folder.path().join("rusak.db-wal");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let _writer = File::options().read(true).write(true).open(&pipe).unwrap();
        of(&folder.path().join("rusak.db")).done().await.unwrap_err();
        assert_eq!(GIVEN_UP.load(Ordering::SeqCst), 1);
        // A symbolic link to itself cannot be opened.
        std::os::unix::fs::symlink("gerbang.db-wal", folder.path().join("gerbang.db-wal")).unwrap();
        of(&database).done().await.unwrap_err();
        assert_eq!(GIVEN_UP.load(Ordering::SeqCst), 2);
    }
}
