//! One database layer over SQLite and PostgreSQL. See `docs/adr/0006-two-native-pools.md`.
//!
//! [`Db`] holds connections of either kind; a [`Conn`] is one of them. Queries are written once, with `$1` for arguments,
//! and run through [`fetch_all!`], [`fetch_one!`], [`fetch_optional!`] and [`execute!`], which expand the same query for
//! both drivers. Where the dialects differ, [`Conn::dialect`] picks.
//!
//! The rules of a transaction: [`Db::begin`] takes SQLite's only writer at once (`BEGIN IMMEDIATE`), so a check made in
//! it stays true until the commit. PostgreSQL runs at READ COMMITTED: what must not change after a check is guarded by the
//! `WHERE` of the write, by a unique index, or by [`Tx::lock_user`].

mod args;
pub(crate) mod batcher;
pub(crate) mod changes;
mod checkpoint;
pub(crate) mod conn;
mod flush;
mod listen;
pub(crate) mod literals;
mod log;
pub(crate) mod macros;
mod migrations;
pub(crate) mod postgres;
mod readers;
mod sqlite;
pub(crate) mod trail;
mod tx;

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePool},
};
use tokio::sync::broadcast;

pub(crate) use args::{Args, args};
pub use conn::{Conn, Dialect};
pub(crate) use literals::sql;
pub(crate) use macros::{execute, fetch_all, fetch_one, fetch_optional, for_each};
pub use tx::Tx;

use self::{
    changes::Changes,
    log::Log,
    postgres::{PgTx, Servers},
    readers::Readers,
};
use crate::{error::Result, notice::Notice};

/// The database: SQLite in a file, or PostgreSQL.
#[derive(Clone)]
pub struct Db {
    kind: Kind,
    notices: broadcast::Sender<Notice>,
    changes: Changes,
}

/// A database that was looked for.
pub enum Existing {
    /// There is none, or it is not of this program.
    None,
    /// Its tables are of another version: the number of its newest migration.
    Other(i64),
    Current(Db),
}

#[derive(Clone)]
enum Kind {
    Sqlite {
        writer: SqlitePool,
        readers: Readers,
        log: Log,
        /// The file that starts take turns with.
        start: PathBuf,
    },
    /// The options are for connections outside of the pool, without its limits.
    Postgres { servers: Servers, options: Arc<PgConnectOptions> },
}

impl Db {
    /// Opens the database at `url`: `sqlite:PATH` (made if missing) or `postgres://…`.
    ///
    /// # Errors
    /// If the address is of neither kind or the database does not answer.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::open(url, true).await
    }

    /// Opens a database only if it exists and has the tables of this version. Creates and migrates nothing.
    ///
    /// # Errors
    /// If the address is of neither kind or the database does not answer.
    pub async fn connect_existing(url: &str) -> Result<Existing> {
        if Self::file_of(url).is_some_and(|file| !file.exists()) {
            return Ok(Existing::None);
        }
        let db = Self::open(url, false).await?;
        let mut conn = db.read().await?;
        let table = conn.dialect().pick(
            "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'",
        );
        let (tables,): (i64,) = fetch_one!(conn, (i64,), table)?;
        if tables == 0 {
            return Ok(Existing::None);
        }
        let (version,): (i64,) =
            fetch_one!(conn, (i64,), "SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success")?;
        drop(conn);
        Ok(if version == migrations::newest() { Existing::Current(db) } else { Existing::Other(version) })
    }

    /// The file of a SQLite database; `None` for PostgreSQL, or if the address is not understood.
    pub fn file_of(url: &str) -> Option<PathBuf> {
        let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url).ok())??;
        Some(options.get_filename().to_owned())
    }

    async fn open(url: &str, create: bool) -> Result<Self> {
        let kind = if url.starts_with("sqlite:") {
            let (writer, readers, log, start) = sqlite::open(url, create).await?;
            Kind::Sqlite { writer, readers, log, start }
        } else {
            Kind::Postgres { servers: postgres::connect(url).await?, options: postgres::options(url)?.into() }
        };
        Ok(Self { kind, notices: broadcast::channel(256).0, changes: Changes::default() })
    }

    /// Opens SQLite in the file at `path`, which is made if missing.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub async fn connect_sqlite(path: &Path) -> Result<Self> {
        Self::connect(&format!("sqlite:{}", path.display())).await
    }

    /// Brings the tables up to date. Safe at every start, and from several servers at once.
    ///
    /// # Errors
    /// If a migration fails; it is rolled back.
    pub async fn migrate(&self) -> Result<()> {
        match &self.kind {
            Kind::Sqlite { writer, start, .. } => {
                let _turn = sqlite::turn(start).await?;
                migrations::migrator(Dialect::Sqlite).run(writer).await
            }
            Kind::Postgres { options, .. } => {
                let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(PgConnectOptions::clone(options));
                let done = migrations::migrator(Dialect::Postgres).run(&pool).await;
                pool.close().await;
                done
            }
        }
        .map_err(crate::Error::internal)
    }

    /// A connection to read with. SQLite refuses to write through it.
    ///
    /// # Errors
    /// If none is free in time.
    pub async fn read(&self) -> Result<Conn> {
        Ok(match &self.kind {
            Kind::Sqlite { readers, .. } => Conn::Sqlite(readers.get().await?),
            Kind::Postgres { servers, .. } => Conn::Postgres(postgres::get(servers).await?),
        })
    }

    /// Begins a transaction. It rolls back if dropped without [`Tx::commit`].
    ///
    /// # Errors
    /// If no connection is free in time.
    pub async fn begin(&self) -> Result<Tx> {
        let (conn, log) = match &self.kind {
            Kind::Sqlite { writer, log, .. } => {
                (Conn::SqliteTx(writer.begin_with("BEGIN IMMEDIATE").await?), Some(log.clone()))
            }
            Kind::Postgres { servers, .. } => {
                (Conn::PostgresTx(PgTx::begin(postgres::get(servers).await?).await?), None)
            }
        };
        Ok(Tx::new(conn, log, self.notices.clone(), self.changes.clone()))
    }

    /// The applications that changed: those that this process committed, from the moment the commit returns, and those
    /// that other servers reported.
    pub(crate) fn changes(&self) -> &Changes {
        &self.changes
    }

    /// The notices of all transactions from now on, of every server on this database.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Listens for the notices of other servers until the process ends. Returns at once for SQLite, which serves one
    /// server.
    pub async fn relay_notices(&self) {
        let Kind::Postgres { options, .. } = &self.kind else { return };
        loop {
            let lost = listen::listen(options, &self.changes, &self.notices).await.err();
            tracing::warn!(error = ?lost, "lost the database's notices; trying again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match &self.kind {
            Kind::Sqlite { writer, readers, log, .. } => {
                log.checkpoints.close().await;
                readers::close(readers).await;
                writer.close().await;
            }
            Kind::Postgres { servers, .. } => postgres::close(servers).await,
        }
    }
}
