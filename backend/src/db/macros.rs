//! One query, expanded for both kinds of database. The first argument is a [`Conn`](super::Conn) or [`Tx`](super::Tx).

/// Expands a method of a query for both drivers.
macro_rules! run {
    ($conn:expr, $method:ident, $query:expr $(, $arg:expr)*) => {
        match $conn.raw() {
            $crate::db::Raw::Sqlite(conn) => $query$(.bind($arg))*.$method(conn).await,
            $crate::db::Raw::Postgres(conn) => $query$(.bind($arg))*.$method(conn).await,
        }
    };
}
pub(crate) use run;

/// All rows, as a `Vec` of a type that is `FromRow`.
macro_rules! fetch_all {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::db::macros::run!($conn, fetch_all, sqlx::query_as::<_, $row>($sql) $(, $arg)*)
    };
}
pub(crate) use fetch_all;

/// Gives each row to `$take` as it comes, so that there is never more than one.
macro_rules! for_each {
    ($conn:expr, $row:ty, $sql:expr, $take:expr) => {{
        use futures::TryStreamExt;
        let mut take = $take;
        match $conn.raw() {
            $crate::db::Raw::Sqlite(conn) => {
                sqlx::query_as::<_, $row>($sql).fetch(conn).try_for_each(|row| std::future::ready(Ok(take(row)))).await
            }
            $crate::db::Raw::Postgres(conn) => {
                sqlx::query_as::<_, $row>($sql).fetch(conn).try_for_each(|row| std::future::ready(Ok(take(row)))).await
            }
        }
    }};
}
pub(crate) use for_each;

/// Just one row; none is an error.
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

/// Runs a write; gives the number of rows it changed.
macro_rules! execute {
    ($conn:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $conn.raw() {
            $crate::db::Raw::Sqlite(conn) => sqlx::query($sql)$(.bind($arg))*.execute(conn).await.map(|done| done.rows_affected()),
            $crate::db::Raw::Postgres(conn) => sqlx::query($sql)$(.bind($arg))*.execute(conn).await.map(|done| done.rows_affected()),
        }
    };
}
pub(crate) use execute;
