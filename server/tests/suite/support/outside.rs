//! Looking into a database from outside, past the product.

use std::collections::BTreeMap;

use sqlx::{
    AssertSqlSafe, ConnectOptions, PgConnection, SqliteConnection, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};
use uuid::Uuid;

/// A connection of our own, of either kind.
pub enum Outside {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// Runs the same query on either kind.
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

    /// One number about the row with this id.
    pub async fn number(&mut self, sql: &'static str, id: Uuid) -> i64 {
        on_either!(self, sqlx::query_scalar(sql).bind(id), fetch_one)
    }

    /// One number about what has this text.
    pub async fn number_with(&mut self, sql: &'static str, text: &str) -> i64 {
        on_either!(self, sqlx::query_scalar(sql).bind(text), fetch_one)
    }

    /// One text about the row with this id.
    pub async fn text(&mut self, sql: &'static str, id: Uuid) -> Option<String> {
        on_either!(self, sqlx::query_scalar(sql).bind(id), fetch_one)
    }

    /// All texts that a query gives.
    pub async fn texts(&mut self, sql: &str) -> Vec<String> {
        on_either!(self, sqlx::query_scalar(AssertSqlSafe(sql.to_owned())), fetch_all)
    }

    /// Every row of every table as text, by table, in a fixed order; bytes are hexadecimal.
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
