//! Bulk inserts into SQLite and PostgreSQL.

use std::fmt::Write;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, QueryBuilder, Sqlite, SqliteConnection,
    postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};
use time::Date;
use uuid::Uuid;

use crate::stage::Failure;

/// Rows per insert.
const BATCH: usize = 4000;

/// A column's value.
pub enum Value {
    Null,
    Int(i64),
    Id(Uuid),
    Text(String),
    Bytes(Vec<u8>),
    Bool(bool),
    Day(Date),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! values {
    ($($from:ty => $kind:ident),+) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$kind(value.into())
            }
        })+
    };
}
values!(i64 => Int, Uuid => Id, String => Text, &str => Text, Vec<u8> => Bytes, bool => Bool, Date => Day);

/// Builds a row of [`Value`]s.
macro_rules! row {
    ($($value:expr),+ $(,)?) => { vec![$($crate::desk::fill::store::Value::from($value)),+] };
}

pub(super) use row;

/// A connection to the database that is filled.
pub enum Store {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Store {
    pub async fn open(url: &str) -> Result<Self, Failure> {
        Ok(if url.starts_with("sqlite:") {
            let options: SqliteConnectOptions = url.parse()?;
            let options = options.foreign_keys(false).pragma("synchronous", "off").pragma("cache_size", "-400000");
            Self::Sqlite(options.busy_timeout(std::time::Duration::from_secs(30)).connect().await?)
        } else {
            let mut conn = url.parse::<PgConnectOptions>()?.connect().await?;
            // Skips checks of foreign keys.
            conn.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'").await?;
            Self::Postgres(conn)
        })
    }

    pub async fn run(&mut self, sql: &str) -> Result<(), Failure> {
        match self {
            Self::Sqlite(conn) => conn.execute(AssertSqlSafe(sql)).await.map(drop)?,
            Self::Postgres(conn) => conn.execute(AssertSqlSafe(sql)).await.map(drop)?,
        }
        Ok(())
    }

    pub async fn rows<T>(&mut self, sql: &'static str) -> Result<Vec<T>, Failure>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
        T: Send + Unpin,
    {
        Ok(match self {
            Self::Sqlite(conn) => sqlx::query_as(sql).fetch_all(conn).await?,
            Self::Postgres(conn) => sqlx::query_as(sql).fetch_all(conn).await?,
        })
    }

    /// Drops the indexes that back no constraint and returns the statements that create them again.
    ///
    /// Does nothing on SQLite, which fills the pages of a new index completely: every later insert would split pages,
    /// unlike in an index that has grown over years.
    pub async fn without_indexes(&mut self) -> Result<Vec<String>, Failure> {
        let Self::Postgres(_) = self else { return Ok(Vec::new()) };
        let indexes: Vec<(String, String)> = self
            .rows(
                "SELECT i.indexname::text, i.indexdef::text FROM pg_indexes i
                 WHERE i.schemaname = 'public'
                   AND i.tablename IN ('applications', 'documents', 'verdicts', 'accesses', 'users', 'case_words')
                   AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
            )
            .await?;
        for (name, _) in &indexes {
            self.run(&format!("DROP INDEX {name}")).await?;
        }
        Ok(indexes.into_iter().map(|(_, sql)| sql).collect())
    }

    pub async fn put(
        &mut self,
        table: &str,
        columns: &str,
        rows: impl Iterator<Item = Vec<Value>>,
    ) -> Result<(), Failure> {
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let batch = rows.by_ref().take(BATCH);
            match self {
                Self::Sqlite(conn) => into_sqlite(conn, table, columns, batch.collect()).await?,
                Self::Postgres(conn) => {
                    let mut copy = conn.copy_in_raw(&format!("COPY {table} ({columns}) FROM STDIN")).await?;
                    let text = batch.fold(String::new(), |text, row| as_copy(text, &row));
                    copy.send(text.into_bytes()).await?;
                    copy.finish().await?;
                }
            }
        }
        Ok(())
    }
}

async fn into_sqlite(
    conn: &mut SqliteConnection,
    table: &str,
    columns: &str,
    rows: Vec<Vec<Value>>,
) -> Result<(), Failure> {
    let mut tx = conn.begin().await?;
    // SQLite accepts at most 32,766 values per statement.
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(format!("INSERT INTO {table} ({columns}) "));
        query.push_values(rows.by_ref().take(100), |mut to, row| {
            for value in row {
                match value {
                    Value::Null => to.push("NULL"),
                    Value::Int(value) => to.push_bind(value),
                    Value::Id(value) => to.push_bind(value),
                    Value::Text(value) => to.push_bind(value),
                    Value::Bytes(value) => to.push_bind(value),
                    Value::Bool(value) => to.push_bind(value),
                    Value::Day(value) => to.push_bind(value),
                };
            }
        });
        query.build().execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Appends a row in the text format of `COPY`.
fn as_copy(mut text: String, row: &[Value]) -> String {
    for (nth, value) in row.iter().enumerate() {
        if nth > 0 {
            text.push('\t');
        }
        // Writing into a String cannot fail.
        let _ = match value {
            Value::Null => write!(text, "\\N"),
            Value::Int(value) => write!(text, "{value}"),
            Value::Id(value) => write!(text, "{value}"),
            Value::Day(value) => write!(text, "{value}"),
            Value::Bool(value) => write!(text, "{}", if *value { 't' } else { 'f' }),
            Value::Bytes(value) => {
                let _ = write!(text, "\\\\x");
                value.iter().try_for_each(|byte| write!(text, "{byte:02x}"))
            }
            Value::Text(value) => {
                let escaped = value.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n");
                write!(text, "{escaped}")
            }
        };
    }
    text.push('\n');
    text
}
