//! The connections that SQLite is read through.
//!
//! The driver's own pool asks a connection at every return whether it still answers, in a task of its own. Over a network
//! that is little, but here it costs as much as most queries; these are asked once a minute.

use std::time::{Duration, Instant};

use deadpool::managed::{self, BuildError, Metrics, Pool, PoolError, QueueMode, RecycleResult, Timeouts};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::error::{Error, Result};

/// How many there are.
const MOST: usize = 4;
/// How long one is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one is trusted to answer.
const TRUSTED: Duration = Duration::from_secs(60);

/// Opens connections when they are needed.
pub struct Manager(SqliteConnectOptions);

/// A connection, and when it was last known to answer.
pub struct Reader {
    pub(super) conn: SqliteConnection,
    at: Instant,
}

impl managed::Manager for Manager {
    type Type = Reader;
    type Error = sqlx::Error;

    async fn create(&self) -> sqlx::Result<Reader> {
        Ok(Reader { conn: self.0.connect().await?, at: Instant::now() })
    }

    async fn recycle(&self, reader: &mut Reader, _: &Metrics) -> RecycleResult<sqlx::Error> {
        if reader.at.elapsed() >= TRUSTED {
            reader.conn.ping().await?;
            reader.at = Instant::now();
        }
        Ok(())
    }
}

/// Those of one file.
pub(super) type Readers = Pool<Manager>;
/// One that nobody else uses, until it is dropped.
pub type Lent = managed::Object<Manager>;

/// With these options.
pub(super) fn readers(options: SqliteConnectOptions) -> Result<Readers, BuildError> {
    let timeouts = Timeouts { wait: Some(PATIENCE), ..Timeouts::new() };
    Pool::builder(Manager(options))
        .max_size(MOST)
        .runtime(deadpool::Runtime::Tokio1)
        .timeouts(timeouts)
        .queue_mode(QueueMode::Lifo) // the one with the warmest cache
        .build()
}

/// Closes those that nobody uses, and the others when they come back; nobody gets another.
pub(super) async fn close(readers: &Readers) {
    let free = readers.retain(|_, _| false).removed;
    readers.close();
    for reader in free {
        // What it did not close was only read.
        let _ = reader.conn.close().await;
    }
}

impl From<PoolError<sqlx::Error>> for Error {
    fn from(error: PoolError<sqlx::Error>) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Timeout(_) | PoolError::Closed => Self::Unavailable("no free database connection".to_owned()),
            other => Self::internal(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_that_was_not_asked_for_long_is_asked_and_after_closing_there_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("gerbang.db")).create_if_missing(true);
        let readers = readers(options).unwrap();
        let mut lent = readers.get().await.unwrap();
        let old = Instant::now().checked_sub(TRUSTED).unwrap();
        lent.at = old;
        drop(lent);
        let lent = readers.get().await.unwrap();
        assert!(lent.at > old);
        close(&readers).await;
        drop(lent);
        let error = readers.get().await.map(drop).map_err(Error::from).unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error}");
        assert_eq!(readers.status().size, 0);
    }
}
