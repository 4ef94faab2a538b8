//! A database connection that bypasses the product.

use std::collections::BTreeMap;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Executor, PgConnection, SqliteConnection, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};
use uuid::Uuid;

pub enum Outside {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// Runs a query on either database.
macro_rules! on_either {
    ($outside:expr, $query:expr, $method:ident) => {
        match $outside {
            Outside::Sqlite(conn) => $query.$method(&mut **conn).await.unwrap(),
            Outside::Postgres(conn) => $query.$method(&mut **conn).await.unwrap(),
        }
    };
}

impl Outside {
    /// Connects to the database at `url`.
    pub async fn of(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            let options = url.parse::<SqliteConnectOptions>().unwrap();
            Self::Sqlite(Box::new(options.connect().await.unwrap()))
        } else {
            Self::Postgres(Box::new(url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap()))
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    pub async fn execute(&mut self, sql: &'static str) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(conn) => conn.execute(sql).await.map(drop),
            Self::Postgres(conn) => conn.execute(sql).await.map(drop),
        }
    }

    /// The number of rows of a table.
    pub async fn count(&mut self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        on_either!(self, sqlx::query_scalar(AssertSqlSafe(sql)), fetch_one)
    }

    /// The number that a query with the parameter `id` returns.
    pub async fn number(&mut self, sql: &'static str, id: Uuid) -> i64 {
        on_either!(self, sqlx::query_scalar(sql).bind(id), fetch_one)
    }

    /// The number that a query with the parameter `text` returns.
    pub async fn number_with(&mut self, sql: &'static str, text: &str) -> i64 {
        on_either!(self, sqlx::query_scalar(sql).bind(text), fetch_one)
    }

    /// The text that a query with the parameter `id` returns.
    pub async fn text(&mut self, sql: &'static str, id: Uuid) -> Option<String> {
        on_either!(self, sqlx::query_scalar(sql).bind(id), fetch_one)
    }

    /// The texts that a query returns.
    pub async fn texts(&mut self, sql: &str) -> Vec<String> {
        on_either!(self, sqlx::query_scalar(AssertSqlSafe(sql.to_owned())), fetch_all)
    }

    /// All rows as text, by table and in a fixed order; bytes are hexadecimal.
    pub async fn everything(&mut self) -> BTreeMap<String, Vec<String>> {
        let tables = match self {
            Self::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'"
            }
            Self::Postgres(_) => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_sqlx%'"
            }
        };
        let mut found = BTreeMap::new();
        for table in self.texts(tables).await {
            let rows = match self {
                Self::Sqlite(_) => {
                    let columns = self.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
                    let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
                    format!("SELECT {} AS row FROM {table} ORDER BY 1", quoted.join(" || ', ' || "))
                }
                Self::Postgres(_) => format!("SELECT t::text FROM {table} t ORDER BY 1"),
            };
            let rows = self.texts(&rows).await;
            found.insert(table, rows);
        }
        found
    }
}
