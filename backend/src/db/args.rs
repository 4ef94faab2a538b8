//! Arguments of a statement whose text is put together at run time.

use sqlx::{
    AssertSqlSafe, FromRow,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{
    conn::{Conn, Raw},
    macros::ask,
};
use crate::error::{Error, Result};

/// The arguments `$1`, `$2` …, for the database of one transaction.
pub(crate) enum Args {
    Sqlite(SqliteArguments),
    Postgres(PgArguments),
}

/// Encodes the arguments of a statement for the database of `$tx`; fails if a value cannot be encoded.
macro_rules! args {
    ($tx:expr $(, $arg:expr)* $(,)?) => {{
        use sqlx::Arguments;
        let encoded: std::result::Result<$crate::db::Args, sqlx::error::BoxDynError> = match $tx.dialect() {
            $crate::db::Dialect::Sqlite => {
                let mut args = sqlx::sqlite::SqliteArguments::default();
                (|| { $(args.add($arg)?;)* Ok($crate::db::Args::Sqlite(args)) })()
            }
            $crate::db::Dialect::Postgres => {
                let mut args = sqlx::postgres::PgArguments::default();
                (|| { $(args.add($arg)?;)* Ok($crate::db::Args::Postgres(args)) })()
            }
        };
        encoded.map_err($crate::error::Error::internal)
    }};
}
pub(crate) use args;

impl Conn {
    /// Runs a write whose text is made of literals alone; gives the number of rows it changed.
    ///
    /// # Errors
    /// If the database refuses, or `args` are for the other one.
    pub(crate) async fn execute_with(&mut self, sql: String, args: Args) -> Result<u64> {
        let sql = AssertSqlSafe(sql);
        Ok(match (self.raw(), args) {
            (Raw::Sqlite(conn), Args::Sqlite(args)) => sqlx::query_with(sql, args).execute(conn).await?.rows_affected(),
            (Raw::Postgres(server), Args::Postgres(args)) => {
                ask!(server, conn => sqlx::query_with(sql, args).execute(conn))?.rows_affected()
            }
            _ => return Err(Error::internal("arguments for another database")),
        })
    }

    /// All rows of a statement whose text is made of literals alone.
    ///
    /// # Errors
    /// As [`Conn::execute_with`].
    pub(crate) async fn fetch_all_with<T>(&mut self, sql: String, args: Args) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let sql = AssertSqlSafe(sql);
        Ok(match (self.raw(), args) {
            (Raw::Sqlite(conn), Args::Sqlite(args)) => sqlx::query_as_with(sql, args).fetch_all(conn).await?,
            (Raw::Postgres(server), Args::Postgres(args)) => {
                ask!(server, conn => sqlx::query_as_with(sql, args).fetch_all(conn))?
            }
            _ => return Err(Error::internal("arguments for another database")),
        })
    }
}
