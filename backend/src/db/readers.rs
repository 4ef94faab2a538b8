//! The pool of connections that SQLite is read through. It is not sqlx's pool: see `docs/adr/0006-two-native-pools.md`.

use std::time::{Duration, Instant};

use deadpool::managed::{self, BuildError, Metrics, Pool, PoolError, QueueMode, RecycleResult, Timeouts};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::error::{Error, Result};

/// Number of connections.
const MOST: usize = 4;
/// How long a caller waits for a free connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// A connection is tested if it was idle for this long.
const TRUSTED: Duration = Duration::from_secs(60);

/// Opens and tests connections.
pub struct Manager(SqliteConnectOptions);

/// A connection, and when it last answered a test.
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

pub(super) type Readers = Pool<Manager>;
/// A connection that goes back to the pool when dropped.
pub type Lent = managed::Object<Manager>;

/// A pool that opens connections with these options.
pub(super) fn readers(options: SqliteConnectOptions) -> Result<Readers, BuildError> {
    let timeouts = Timeouts { wait: Some(PATIENCE), ..Timeouts::new() };
    Pool::builder(Manager(options))
        .max_size(MOST)
        .runtime(deadpool::Runtime::Tokio1)
        .timeouts(timeouts)
        .queue_mode(QueueMode::Lifo) // its cache is the warmest
        .build()
}

/// Closes idle connections now and the others when they come back. No caller gets another.
pub(super) async fn close(readers: &Readers) {
    let free = readers.retain(|_, _| false).removed;
    readers.close();
    for reader in free {
        // A failure loses nothing: this connection only read.
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
    async fn stale_connection_is_tested_and_closed_pool_gives_none() {
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
