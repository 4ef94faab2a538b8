//! What the write-ahead log of SQLite holds is brought into the database beside whoever writes.
//!
//! Left to SQLite, the commit with which the log grows long does it, and whoever waits for that commit waits for all of
//! it: 8,000 pages of a large database took up to 25 ms. SQLite still does so where this could not keep up.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

/// How long after a commit: what changes often is written once, and few commits wait for the disk beside it.
const REST: Duration = Duration::from_secs(5);

/// The checkpoints of one database.
pub(crate) struct Checkpoints {
    /// A connection of their own: a commit does not wait for it.
    pool: SqlitePool,
    /// Whether one comes.
    coming: AtomicBool,
}

impl Checkpoints {
    /// Of the database that these options open.
    pub fn of(options: SqliteConnectOptions) -> Self {
        let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false).connect_lazy_with(options);
        Self { pool, coming: AtomicBool::new(false) }
    }

    /// Something was committed: within about five seconds it begins to be brought into the database.
    pub fn soon(self: &Arc<Self>) {
        if self.coming.swap(true, Ordering::SeqCst) {
            return;
        }
        let checkpoints = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(REST).await;
            checkpoints.coming.store(false, Ordering::SeqCst);
            // It neither waits for others nor lets them wait; what it leaves, the next one takes.
            let outcome = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&checkpoints.pool).await;
            if let Err(error) = outcome.map_err(|error| error.to_string())
                && !checkpoints.pool.is_closed()
            {
                tracing::warn!(error, "the log was not brought into the database; it stays in the log");
            }
        });
    }

    /// No more of them.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use crate::db::{Db, execute};

    #[tokio::test]
    async fn what_was_committed_is_soon_in_the_database_itself() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gerbang.db");
        let db = Db::connect_sqlite(&file).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        execute!(tx, "CREATE TABLE marks (mark INTEGER)").unwrap();
        tx.commit().await.unwrap();
        let text = b"CREATE TABLE marks";
        let began = Instant::now();
        while !std::fs::read(&file).unwrap().windows(text.len()).any(|bytes| bytes == text) {
            assert!(began.elapsed().as_secs() < 10, "it is still in the log alone");
            tokio::time::sleep(super::REST / 20).await;
        }
        db.close().await;
    }
}
