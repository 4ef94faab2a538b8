//! How a SQLite file is opened: one writer, several readers, and the log. See `docs/adr/0002-sqlite-flush-and-checkpoint.md`.

use std::{
    ffi::OsString,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

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
pub(super) async fn open(url: &str, create: bool) -> Result<(SqlitePool, Readers, Log, PathBuf)> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal) // `Flush` makes a commit durable
        .pragma("wal_autocheckpoint", "16000") // pages; a fallback, `Checkpoints` usually come first
        .pragma("temp_store", "MEMORY") // statement journals need no file
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5));
    let start = start_file(options.get_filename());
    let _turn = turn(&start).await?;
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
    let flush = Arc::new(Flush::of(&std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()), end_process));
    let log = Log { flush, checkpoints: Arc::new(Checkpoints::of(options.clone())) };
    let readers = readers(options.pragma("query_only", "on")).map_err(Error::internal)?;
    Ok((writer, readers, log, start))
}

/// The file that starts take turns with: `NAME.start` beside the database.
fn start_file(database: &Path) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(".start");
    name.into()
}

/// Waits until no other process opens or migrates this database. The turn ends when the file is dropped.
///
/// # Errors
/// If the file cannot be made, or another start takes too long.
pub(super) async fn turn(start: &Path) -> Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(start).map_err(Error::internal)?;
    let began = Instant::now();
    while let Err(error) = file.try_lock() {
        if let TryLockError::Error(error) = error {
            return Err(Error::internal(error));
        }
        if began.elapsed() > START_PATIENCE {
            return Err(Error::Unavailable(format!("another start holds {}", start.display())));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(file)
}

/// How long a start waits for another: a migration of a large database takes minutes.
const START_PATIENCE: Duration = Duration::from_secs(300);

/// Ends the process, for its supervisor to start it anew. Nobody is answered that a change was stored, nor that it was not.
fn end_process() {
    tracing::error!("stopping: what was written last is looked for at the next start");
    std::process::exit(EX_IOERR);
}

/// The exit code for an error of input or output (sysexits.h).
const EX_IOERR: i32 = 74;
