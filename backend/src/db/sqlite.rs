//! How a SQLite file is opened: one writer, several readers, and the log. See `docs/adr/0002-sqlite-flush-and-checkpoint.md`.

use std::{str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    Connection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    checkpoint::Checkpoints,
    flush::Flush,
    log::Log,
    readers::{Readers, readers},
};
use crate::error::{Error, Result};

/// Opens the file of `url` (`sqlite:PATH`), which is made if missing and `create`.
///
/// # Errors
/// If the file cannot be opened.
pub(super) async fn open(url: &str, create: bool) -> Result<(SqlitePool, Readers, Log)> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal) // `Flush` makes a commit durable
        .pragma("wal_autocheckpoint", "16000") // pages; a fallback, `Checkpoints` usually come first
        .pragma("temp_store", "MEMORY") // statement journals need no file
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5));
    // If a COMMIT fails because the disk is full, SQLite ends the transaction but the driver still counts it and refuses to
    // begin another. Such a connection is replaced.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false) // an open file does not disappear
        .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
        .connect_with(options.clone().pragma("cache_size", "-32000")) // kB; stays valid, since only this connection writes
        .await?;
    // SQLite puts the log beside the file itself, not beside a link to it.
    let file = options.get_filename();
    let flush = Arc::new(Flush::of(&std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())));
    let log = Log { flush, checkpoints: Arc::new(Checkpoints::of(options.clone())) };
    let readers = readers(options.pragma("query_only", "on")).map_err(Error::internal)?;
    Ok((writer, readers, log))
}
