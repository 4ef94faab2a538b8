//! The migrations, in the order in which they run.

use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::conn::Dialect;

/// The migrations of a dialect.
pub(super) fn migrator(dialect: Dialect) -> Migrator {
    let migration = |(version, name, sqlite, postgres): &(i64, &'static str, &'static str, &'static str)| {
        let sql = sqlx::SqlSafeStr::into_sql_str(dialect.pick(sqlite, postgres));
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect())
}

/// Number, name, SQL for SQLite, SQL for PostgreSQL.
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
    (
        13,
        "steady mail",
        include_str!("../../migrations/sqlite/0013_steady_mail.sql"),
        include_str!("../../migrations/postgres/0013_steady_mail.sql"),
    ),
];
