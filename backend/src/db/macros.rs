//! Macros that run one query on either database. The first argument is a `Conn` or `Tx`.

/// Calls a method of a query with either driver.
macro_rules! run {
    ($conn:expr, $method:ident, $query:expr $(, $arg:expr)*) => {
        match $conn.raw() {
            $crate::db::conn::Raw::Sqlite(conn) => $query$(.bind($arg))*.$method(conn).await,
            $crate::db::conn::Raw::Postgres(server) => $crate::db::macros::ask!(server, conn => $query$(.bind($arg))*.$method(conn)),
        }
    };
}
pub(crate) use run;

/// Runs a query of PostgreSQL within its limit of time.
macro_rules! ask {
    ($server:expr, $conn:ident => $query:expr) => {{
        $server.asked();
        let $conn = &mut $server.conn;
        let outcome = tokio::time::timeout($crate::db::postgres::QUERY_LIMIT, $query).await;
        $server.answered(outcome)
    }};
}
pub(crate) use ask;

/// All rows, as a `Vec` of a type that implements `FromRow`.
macro_rules! fetch_all {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::db::macros::run!($conn, fetch_all, sqlx::query_as::<_, $row>($sql) $(, $arg)*)
    };
}
pub(crate) use fetch_all;

/// Calls `$take` with each row as it arrives, so that only one is in memory.
macro_rules! for_each {
    ($conn:expr, $row:ty, $sql:expr, $take:expr) => {{
        use futures::TryStreamExt;
        let mut take = $take;
        match $conn.raw() {
            $crate::db::conn::Raw::Sqlite(conn) => {
                sqlx::query_as::<_, $row>($sql).fetch(conn).try_for_each(|row| std::future::ready(Ok(take(row)))).await
            }
            $crate::db::conn::Raw::Postgres(server) => $crate::db::macros::ask!(server, conn => {
                sqlx::query_as::<_, $row>($sql).fetch(conn).try_for_each(|row| std::future::ready(Ok(take(row))))
            }),
        }
    }};
}
pub(crate) use for_each;

/// One row; fails if there is none.
macro_rules! fetch_one {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::db::macros::run!($conn, fetch_one, sqlx::query_as::<_, $row>($sql) $(, $arg)*)
    };
}
pub(crate) use fetch_one;

/// One row or none.
macro_rules! fetch_optional {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::db::macros::run!($conn, fetch_optional, sqlx::query_as::<_, $row>($sql) $(, $arg)*)
    };
}
pub(crate) use fetch_optional;

/// Runs a write. Returns the number of rows it changed.
macro_rules! execute {
    ($conn:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $conn.raw() {
            $crate::db::conn::Raw::Sqlite(conn) => sqlx::query($sql)$(.bind($arg))*.execute(conn).await.map(|done| done.rows_affected()),
            $crate::db::conn::Raw::Postgres(server) => {
                $crate::db::macros::ask!(server, conn => sqlx::query($sql)$(.bind($arg))*.execute(conn)).map(|done| done.rows_affected())
            }
        }
    };
}
pub(crate) use execute;
