//! One database layer over SQLite and PostgreSQL.
//!
//! [`Db`] holds connections of either kind; a [`Conn`] is one connection of it. Queries are written once, with `$1`
//! for arguments, and run through [`fetch_all!`], [`fetch_one!`], [`fetch_optional!`] and
//! [`execute!`], which expand the same query for both kinds. Where the dialects differ, [`Conn::dialect`] picks.
//!
//! The rules of a transaction: [`Db::begin`] takes SQLite's one writer at once (`BEGIN IMMEDIATE`), so a check made in
//! it stays true until commit. PostgreSQL runs at READ COMMITTED: what must not change under a check is guarded by the
//! `WHERE` of the write, by a unique index, or by [`Tx::lock_user`].

mod args;
pub(crate) mod batcher;
pub(crate) mod changes;
mod checkpoint;
mod flush;
pub(crate) mod literals;
pub(crate) mod macros;
mod readers;

use std::{
    convert::Infallible,
    ops::{Deref, DerefMut},
    path::Path,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    Connection, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction,
    migrate::{Migration, MigrationType, Migrator},
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{
    sync::{Notify, broadcast},
    time::timeout,
};
use uuid::Uuid;

pub(crate) use args::{Args, args};
pub(crate) use literals::sql;
pub(crate) use macros::{execute, fetch_all, fetch_one, fetch_optional, for_each};

use self::{
    changes::Changes,
    checkpoint::Checkpoints,
    flush::Flush,
    readers::{Lent, Readers},
};
use crate::{audit, error::Result, notice::Notice};

/// The channel of PostgreSQL on which notices travel between servers.
const CHANNEL: &str = "gerbang";

/// How long a connection to PostgreSQL that answered when it was given back is trusted to answer.
const TRUSTED: Duration = Duration::from_secs(1);

/// After how long without a notice the connection that they come by is asked whether it still answers, and how long it
/// has for that.
const SILENCE: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(5);

/// The database: SQLite in a file, or PostgreSQL.
#[derive(Clone)]
pub struct Db {
    kind: Kind,
    notices: broadcast::Sender<Notice>,
    changes: Changes,
}

#[derive(Clone)]
enum Kind {
    Sqlite { writer: SqlitePool, readers: Readers, log: Log },
    Postgres(PgPool),
}

/// The write-ahead log of SQLite: what is done with what was committed to it.
#[derive(Clone)]
struct Log {
    flush: Arc<Flush>,
    checkpoints: Arc<Checkpoints>,
}

/// Which SQL a database speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// The text for this dialect.
    pub fn pick(self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }
}

impl Db {
    /// Opens the database at `url`: `sqlite:PATH` (made if missing) or `postgres://…`.
    ///
    /// # Errors
    /// If the address is of neither kind or the database does not answer.
    pub async fn connect(url: &str) -> Result<Self> {
        let kind = if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await?
        } else {
            let options = PgConnectOptions::from_str(url)?.application_name("gerbang");
            Kind::Postgres(
                PgPoolOptions::new()
                    .max_connections(16)
                    .acquire_timeout(Duration::from_secs(5))
                    // What has just come back has just answered; asking it once more would be a way there and back for nothing.
                    .test_before_acquire(false)
                    .before_acquire(|conn, meta| {
                        Box::pin(async move { Ok(meta.idle_for < TRUSTED || conn.ping().await.is_ok()) })
                    })
                    .connect_with(options)
                    .await?,
            )
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

    async fn open_sqlite(url: &str) -> Result<Kind> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal) // a commit is on disk once `Flush` says so
            .pragma("wal_autocheckpoint", "16000") // pages; but for a burst, `Checkpoints` come before that
            .pragma("temp_store", "MEMORY") // what a statement may have to undo needs no file
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        // A COMMIT that failed for want of room has ended its transaction, but the driver still counts it and lets no other
        // begin: such a connection gives way to a new one.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false) // a file does not go away between two uses
            .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
            .connect_with(options.clone().pragma("cache_size", "-32000")) // kB; only it writes, so that what it read stays true
            .await?;
        // SQLite puts the log beside the file itself, not beside a link to it.
        let file = options.get_filename();
        let flush = Arc::new(Flush::of(&std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())));
        let log = Log { flush, checkpoints: Arc::new(Checkpoints::of(options.clone())) };
        let readers = readers::readers(options.pragma("query_only", "on")).map_err(crate::Error::internal)?;
        Ok(Kind::Sqlite { writer, readers, log })
    }

    /// Brings the tables up to date. Safe to run at every start, and from several servers at once.
    ///
    /// # Errors
    /// If a migration fails; what it began is rolled back.
    pub async fn migrate(&self) -> Result<()> {
        let migrations = |sqlite: bool| {
            MIGRATIONS
                .iter()
                .map(|(version, name, for_sqlite, for_postgres)| {
                    let sql = sqlx::SqlSafeStr::into_sql_str(if sqlite { *for_sqlite } else { *for_postgres });
                    Migration::new(*version, (*name).into(), MigrationType::Simple, sql, false)
                })
                .collect()
        };
        match &self.kind {
            Kind::Sqlite { writer, .. } => Migrator::with_migrations(migrations(true)).run(writer).await,
            Kind::Postgres(pool) => Migrator::with_migrations(migrations(false)).run(pool).await,
        }
        .map_err(crate::Error::internal)
    }

    /// A connection to read with; what it writes is refused (SQLite).
    ///
    /// # Errors
    /// If none is free in time.
    pub async fn read(&self) -> Result<Conn> {
        Ok(match &self.kind {
            Kind::Sqlite { readers, .. } => Conn::Sqlite(readers.get().await?),
            Kind::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// Begins a transaction; dropped without [`Tx::commit`], it leaves nothing behind.
    ///
    /// # Errors
    /// If no connection is free in time.
    pub async fn begin(&self) -> Result<Tx> {
        let conn = match &self.kind {
            Kind::Sqlite { writer, .. } => Conn::SqliteTx(writer.begin_with("BEGIN IMMEDIATE").await?),
            Kind::Postgres(pool) => Conn::PostgresTx(pool.begin().await?),
        };
        let log = match &self.kind {
            Kind::Sqlite { log, .. } => Some(log.clone()),
            Kind::Postgres(_) => None,
        };
        let (notices, changes) = (self.notices.clone(), self.changes.clone());
        Ok(Tx { conn, log, notices, changes, pending: Vec::new(), events: Vec::new(), bells: Vec::new() })
    }

    /// Which applications changed: what this process committed, by the time that the commit returns, and what it heard
    /// of others.
    pub(crate) fn changes(&self) -> &Changes {
        &self.changes
    }

    /// The notices of all transactions from now on, of every server on this database.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Listens for the notices of other servers, until the process ends. Returns at once for SQLite, which has none.
    pub async fn relay_notices(&self) {
        let Kind::Postgres(pool) = &self.kind else { return };
        loop {
            let lost = self.listen(pool).await.err();
            tracing::warn!(error = ?lost, "lost the database's notices; trying again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Listens as long as the connection holds.
    async fn listen(&self, pool: &PgPool) -> Result<Infallible> {
        let mut listener = PgListener::connect_with(pool).await?;
        // A new connection is one to listen with from the beginning: here, where what was missed is told.
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        self.missed();
        loop {
            match timeout(SILENCE, listener.try_recv()).await {
                Ok(told) => match told? {
                    Some(told) => {
                        if let Ok(notice) = serde_json::from_str(told.payload()) {
                            self.changes.heard(&notice);
                            // No receiver means that no page is open.
                            let _ = self.notices.send(notice);
                        }
                    }
                    None => return Err(crate::Error::internal("the connection is gone")),
                },
                // Nothing happened, or something on the way drops what is sent: only a question tells.
                Err(_) => {
                    let answered = timeout(PATIENCE, sqlx::query("SELECT 1").execute(&mut listener)).await;
                    answered.map_err(crate::Error::internal)??;
                }
            }
        }
    }

    /// What was told meanwhile is not known: whoever keeps cases in memory or on a page reads them anew.
    fn missed(&self) {
        self.changes.anything();
        let _ = self.notices.send(Notice::Missed);
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match &self.kind {
            Kind::Sqlite { writer, readers, log } => {
                log.checkpoints.close().await;
                readers::close(readers).await;
                writer.close().await;
            }
            Kind::Postgres(pool) => pool.close().await,
        }
    }
}

/// One connection, inside or outside a transaction.
pub enum Conn {
    /// A reader of SQLite.
    Sqlite(Lent),
    /// SQLite's writer in a transaction.
    SqliteTx(Transaction<'static, Sqlite>),
    /// A connection to PostgreSQL.
    Postgres(PoolConnection<Postgres>),
    /// A connection to PostgreSQL in a transaction.
    PostgresTx(Transaction<'static, Postgres>),
}

/// A connection, seen as what the driver takes.
pub(crate) enum Raw<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Conn {
    pub(crate) fn raw(&mut self) -> Raw<'_> {
        match self {
            Self::Sqlite(reader) => Raw::Sqlite(&mut reader.conn),
            Self::SqliteTx(tx) => Raw::Sqlite(tx),
            Self::Postgres(conn) => Raw::Postgres(conn),
            Self::PostgresTx(tx) => Raw::Postgres(tx),
        }
    }

    /// The SQL it speaks.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) | Self::SqliteTx(_) => Dialect::Sqlite,
            Self::Postgres(_) | Self::PostgresTx(_) => Dialect::Postgres,
        }
    }
}

/// A transaction.
pub struct Tx {
    conn: Conn,
    /// What makes it permanent, where committing does not.
    log: Option<Log>,
    notices: broadcast::Sender<Notice>,
    changes: Changes,
    pending: Vec<Notice>,
    events: Vec<audit::Event>,
    bells: Vec<Arc<Notify>>,
}

impl Tx {
    /// Wakes a worker of this server, once this is committed.
    pub fn ring(&mut self, bell: &Arc<Notify>) {
        self.bells.push(bell.clone());
    }

    /// Appends to the trail, when this is committed.
    pub(crate) fn trail(&mut self, event: audit::Event) {
        self.events.push(event);
    }

    /// Tells open pages, once this is committed.
    pub fn notify(&mut self, notice: Notice) {
        self.pending.push(notice);
    }

    /// Makes everything that concerns this person wait for the end of this transaction, so that a check over several
    /// of their rows stays true (SQLite has one writer and needs nothing).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn lock_user(&mut self, user_id: Uuid) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            // Not as much as FOR UPDATE: what is written beside it may name the person, as a verdict does whoever gives it.
            fetch_optional!(self, (Uuid,), "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE", user_id)?;
        }
        Ok(())
    }

    /// Makes it permanent, then tells open pages.
    ///
    /// # Errors
    /// If the database refuses: nothing is then changed; or, of SQLite, if the disk does not take what is.
    pub async fn commit(self) -> Result<()> {
        self.commit_and(|| {}).await
    }

    /// The same; `others` is called as soon as others may write, which is before it is permanent.
    pub(crate) async fn commit_and(self, others: impl FnOnce() + Send + 'static) -> Result<()> {
        // In a task of its own: who waits for it may go away, and what was committed is told all the same.
        tokio::spawn(self.finish(others)).await.map_err(crate::Error::internal)?
    }

    async fn finish(mut self, others: impl FnOnce()) -> Result<()> {
        let changed = self.changes.when_done(&self.pending);
        if self.dialect() == Dialect::Postgres {
            // Delivered at commit, to this server as to the others.
            for notice in std::mem::take(&mut self.pending) {
                let payload = serde_json::to_string(&notice)?;
                execute!(self, "SELECT pg_notify($1, $2)", CHANNEL, payload)?;
            }
        }
        // Last: from here on the head of the chain is locked.
        audit::append(&mut self.conn, std::mem::take(&mut self.events)).await?;
        match self.conn {
            Conn::SqliteTx(tx) => {
                tx.commit().await?;
                others();
                if let Some(log) = &self.log {
                    log.flush.done().await?;
                    log.checkpoints.soon();
                }
            }
            Conn::PostgresTx(tx) => {
                tx.commit().await?;
                others();
            }
            Conn::Sqlite(_) | Conn::Postgres(_) => {}
        }
        drop(changed);
        for notice in self.pending {
            let _ = self.notices.send(notice);
        }
        for bell in self.bells {
            bell.notify_one();
        }
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

/// Number, name, text for SQLite, text for PostgreSQL.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "foundation",
        include_str!("../../migrations/sqlite/0001_foundation.sql"),
        include_str!("../../migrations/postgres/0001_foundation.sql"),
    ),
    (
        2,
        "desk",
        include_str!("../../migrations/sqlite/0002_desk.sql"),
        include_str!("../../migrations/postgres/0002_desk.sql"),
    ),
    (
        3,
        "platforms",
        include_str!("../../migrations/sqlite/0003_platforms.sql"),
        include_str!("../../migrations/postgres/0003_platforms.sql"),
    ),
    (
        4,
        "released letters",
        include_str!("../../migrations/sqlite/0004_released_letters.sql"),
        include_str!("../../migrations/postgres/0004_released_letters.sql"),
    ),
    (
        5,
        "steady desk",
        include_str!("../../migrations/sqlite/0005_steady_desk.sql"),
        include_str!("../../migrations/postgres/0005_steady_desk.sql"),
    ),
    (
        6,
        "rarer merges",
        include_str!("../../migrations/sqlite/0006_rarer_merges.sql"),
        include_str!("../../migrations/postgres/0006_rarer_merges.sql"),
    ),
    (
        7,
        "submissions",
        include_str!("../../migrations/sqlite/0007_submissions.sql"),
        include_str!("../../migrations/postgres/0007_submissions.sql"),
    ),
];
