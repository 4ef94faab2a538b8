//! Checkpoints beside the writer: the write-ahead log moves into the database while others write. See
//! `docs/adr/0002-sqlite-flush-and-checkpoint.md`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

/// The time from a commit to the next checkpoint.
const REST: Duration = Duration::from_secs(5);

/// The checkpoints of one database.
pub(crate) struct Checkpoints {
    /// A connection of its own, so that no commit waits for it.
    pool: SqlitePool,
    /// A checkpoint is planned.
    coming: AtomicBool,
}

impl Checkpoints {
    pub fn of(options: SqliteConnectOptions) -> Self {
        let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false).connect_lazy_with(options);
        Self { pool, coming: AtomicBool::new(false) }
    }

    /// Plans a checkpoint after a commit, if none is planned yet.
    pub fn soon(self: &Arc<Self>) {
        if self.coming.swap(true, Ordering::SeqCst) {
            return;
        }
        let checkpoints = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(REST).await;
            checkpoints.coming.store(false, Ordering::SeqCst);
            // PASSIVE neither waits for others nor blocks them. The next checkpoint takes what this one leaves.
            let outcome = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&checkpoints.pool).await;
            if let Err(error) = outcome.map_err(|error| error.to_string())
                && !checkpoints.pool.is_closed()
            {
                tracing::warn!(error, "a checkpoint failed; the pages stay in the log");
            }
        });
    }

    /// Stops them.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use crate::db::{Db, execute};

    #[tokio::test]
    async fn commit_reaches_the_database_file_soon() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gerbang.db");
        let db = Db::connect_sqlite(&file).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        execute!(tx, "CREATE TABLE marks (mark INTEGER)").unwrap();
        tx.commit().await.unwrap();
        let text = b"CREATE TABLE marks";
        let began = Instant::now();
        while !std::fs::read(&file).unwrap().windows(text.len()).any(|bytes| bytes == text) {
            assert!(began.elapsed().as_secs() < 10, "the commit should have left the log");
            tokio::time::sleep(super::REST / 20).await;
        }
        db.close().await;
    }
}
