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

/// The number of the newest migration.
pub(super) fn newest() -> i64 {
    MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or(0)
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
        8,
        "claims",
        include_str!("../../migrations/sqlite/0008_claims.sql"),
        include_str!("../../migrations/postgres/0008_claims.sql"),
    ),
    (
        9,
        "closeness",
        include_str!("../../migrations/sqlite/0009_closeness.sql"),
        include_str!("../../migrations/postgres/0009_closeness.sql"),
    ),
    (
        10,
        "known devices",
        include_str!("../../migrations/sqlite/0010_known_devices.sql"),
        include_str!("../../migrations/postgres/0010_known_devices.sql"),
    ),
    (
        11,
        "metering",
        include_str!("../../migrations/sqlite/0011_metering.sql"),
        include_str!("../../migrations/postgres/0011_metering.sql"),
    ),
    (
        12,
        "sealing",
        include_str!("../../migrations/sqlite/0012_sealing.sql"),
        include_str!("../../migrations/postgres/0012_sealing.sql"),
    ),
    (
        13,
        "steady mail",
        include_str!("../../migrations/sqlite/0013_steady_mail.sql"),
        include_str!("../../migrations/postgres/0013_steady_mail.sql"),
    ),
];
