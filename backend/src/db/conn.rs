//! A connection of either database.

use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::{
    postgres::{self, PgTx, Server},
    readers,
};

/// The SQL of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
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

/// One connection, inside or outside a transaction.
pub enum Conn {
    /// A reader of SQLite.
    Sqlite(readers::Lent),
    /// SQLite's writer in a transaction.
    SqliteTx(Transaction<'static, Sqlite>),
    /// A connection to PostgreSQL.
    Postgres(postgres::Lent),
    /// A connection to PostgreSQL in a transaction.
    PostgresTx(PgTx),
}

/// A connection in the form that the driver takes.
pub(crate) enum Raw<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut Server),
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

    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) | Self::SqliteTx(_) => Dialect::Sqlite,
            Self::Postgres(_) | Self::PostgresTx(_) => Dialect::Postgres,
        }
    }
}
