//! The pool of connections to PostgreSQL, and the limits on what is asked through them.
//!
//! It is not sqlx's pool, which asks a connection something when it comes back: where the network swallows packets, that
//! never ends. See `docs/adr/0006-two-native-pools.md`.

use std::{
    io,
    ops::{Deref, DerefMut},
    str::FromStr,
    time::{Duration, Instant},
};

use deadpool::managed::{self, BuildError, Metrics, Pool, PoolError, QueueMode, RecycleError, RecycleResult, Timeouts};
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::{error::Elapsed, timeout};

use crate::error::{Error, Result};

/// Number of connections.
const MOST: usize = 16;
/// How long a caller waits for a connection: free, new or tested.
const PATIENCE: Duration = Duration::from_secs(5);
/// A connection that came back this recently is not tested again.
const TRUSTED: Duration = Duration::from_secs(1);
/// A connection is replaced after this time: it may lead to a server that is only read from now, after a failover.
const GREATEST_AGE: Duration = Duration::from_secs(1800);
/// How long a query may take. Longer than the limits of [`LIMITS`], so that usually the database gives up first.
pub(crate) const QUERY_LIMIT: Duration = Duration::from_secs(9);

/// Limits that the database keeps. A server that froze in a transaction loses it and its locks before those who wait for a
/// lock give up.
const LIMITS: &[(&str, &str)] = &[
    ("statement_timeout", "8s"),
    ("lock_timeout", "6s"),
    ("idle_in_transaction_session_timeout", "4s"),
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
];

/// The options of `url`, without limits: for migrations, which may take long, and for listening.
pub(super) fn options(url: &str) -> Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url)?.application_name("gerbang"))
}

/// Opens and tests connections.
pub struct Manager(PgConnectOptions);

/// A connection.
pub struct Server {
    pub(crate) conn: PgConnection,
    state: State,
    /// When it last answered.
    at: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    /// A query was begun. If it is not under way any more, its caller went away.
    Asked,
    /// A query was not answered in time. Nothing more is asked.
    Lost,
}

impl Server {
    /// Notes that a query begins, which [`QUERY_LIMIT`] limits.
    pub(crate) fn asked(&mut self) {
        self.state = State::Asked;
    }

    /// Takes the outcome of a query.
    pub(crate) fn answered<T>(&mut self, outcome: Result<sqlx::Result<T>, Elapsed>) -> sqlx::Result<T> {
        self.state = match &outcome {
            Err(_) => State::Lost,
            Ok(Ok(_) | Err(sqlx::Error::RowNotFound)) => State::Free,
            // The connection may be gone: it is tested before it is lent again.
            Ok(Err(_)) => State::Asked,
        };
        self.at = Instant::now();
        outcome.unwrap_or_else(|late| Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, late))))
    }

    /// Runs a statement without arguments.
    async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        self.asked();
        let outcome = timeout(QUERY_LIMIT, sqlx::query(statement).execute(&mut self.conn)).await;
        self.answered(outcome).map(drop)
    }
}

impl managed::Manager for Manager {
    type Type = Server;
    type Error = sqlx::Error;

    async fn create(&self) -> sqlx::Result<Server> {
        Ok(Server { conn: self.0.connect().await?, state: State::Free, at: Instant::now() })
    }

    async fn recycle(&self, server: &mut Server, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if server.state == State::Lost || metrics.age() > GREATEST_AGE {
            return Err(RecycleError::message("it does not answer, or is old"));
        }
        if server.state == State::Asked || server.at.elapsed() >= TRUSTED {
            server.conn.ping().await?; // waits for what was asked before, too
            (server.state, server.at) = (State::Free, Instant::now());
        }
        Ok(())
    }
}

pub(super) type Servers = Pool<Manager>;
/// A connection that goes back to the pool when dropped.
pub type Lent = managed::Object<Manager>;

/// A pool of connections to the database at `url`, which has answered once.
pub(super) async fn connect(url: &str) -> Result<Servers> {
    let servers = servers(options(url)?.options(LIMITS.iter().copied())).map_err(Error::internal)?;
    drop(get(&servers).await?);
    Ok(servers)
}

fn servers(options: PgConnectOptions) -> Result<Servers, BuildError> {
    let timeouts = Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) };
    Pool::builder(Manager(options))
        .max_size(MOST)
        .runtime(deadpool::Runtime::Tokio1)
        .timeouts(timeouts)
        .queue_mode(QueueMode::Lifo)
        .build()
}

/// A connection.
///
/// # Errors
/// [`Error::Unavailable`] if none is free in time or the database does not answer.
pub(super) async fn get(servers: &Servers) -> Result<Lent> {
    let found = timeout(PATIENCE, servers.get()).await;
    let error = match found {
        Ok(Ok(lent)) => return Ok(lent),
        Ok(Err(PoolError::Backend(error))) => error.to_string(),
        Ok(Err(_)) | Err(_) => "no free database connection".to_owned(),
    };
    Err(Error::Unavailable(error))
}

/// Closes idle connections now and the others when they come back. No caller gets another.
pub(super) async fn close(servers: &Servers) {
    let free = servers.retain(|_, _| false).removed;
    servers.close();
    for server in free {
        // A failure loses nothing: no transaction is open.
        let _ = timeout(PATIENCE, server.conn.close()).await;
    }
}

/// A transaction. It rolls back if dropped before [`PgTx::commit`].
pub struct PgTx(Option<Lent>);

impl PgTx {
    /// # Errors
    /// If the database does not answer.
    pub(super) async fn begin(lent: Lent) -> Result<Self> {
        let mut tx = Self(Some(lent));
        tx.run("BEGIN").await?;
        Ok(tx)
    }

    /// # Errors
    /// If the database refuses. If it does not answer, nobody knows whether the transaction was committed; the error is no
    /// [`Error::Unavailable`] then, which would say that nothing was changed.
    pub(super) async fn commit(mut self) -> Result<()> {
        let Some(lent) = &mut self.0 else { return Ok(()) };
        lent.run("COMMIT").await.map_err(Error::internal)?;
        self.0 = None;
        Ok(())
    }
}

impl Drop for PgTx {
    fn drop(&mut self) {
        let Some(mut lent) = self.0.take() else { return };
        if lent.state == State::Lost {
            return; // the database ends it
        }
        let rollback = async move {
            if lent.run("ROLLBACK").await.is_err() {
                lent.state = State::Lost;
            }
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(rollback)),
            Err(_) => drop(rollback), // the process ends, and with it the connection
        }
    }
}

impl Deref for PgTx {
    type Target = Server;

    fn deref(&self) -> &Server {
        self.0.as_ref().expect("the transaction is open")
    }
}

impl DerefMut for PgTx {
    fn deref_mut(&mut self) -> &mut Server {
        self.0.as_mut().expect("the transaction is open")
    }
}
