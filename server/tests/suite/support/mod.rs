//! Fixtures of all tests: a fresh backend on either database, people, letters, a browser without script.

pub mod browser;
pub mod forms;
mod letter;
pub mod outside;
pub mod platform;
pub mod process;
pub mod raw;
pub mod scenario;
pub mod smtp;
pub mod verdicts;
mod world;

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use backend::{Error, Origin};
use devtools::{development, sirup_simulator};
use domain::{
    issues::{Field, Problem, conflict::Conflict},
    time::Timestamp,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::{ConnectOptions, Executor};
use time::{Date, macros::date};

pub use self::{
    letter::{letter, letter_of, letter_with},
    world::World,
};

/// Sunday, 22 November 2026, 10.00 in Jakarta.
pub const NOW: Timestamp = Timestamp::from_micros(1_795_316_400_000_000);
pub const TODAY: Date = date!(2026 - 11 - 22);
pub const PASSWORD: &str = development::PASSWORD;
pub const SIRUP_PASSWORD: &str = development::SIRUP_PASSWORD;
pub const SITI: &str = "siti.pa@contoh.go.id";

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Clone, Copy, Debug)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Runs each test on both databases.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {
        $(
            mod $name {
                use super::*;

                async fn run($world: $crate::support::World) $body

                $(#[$meta])*
                #[tokio::test(flavor = "multi_thread")]
                async fn sqlite() {
                    run($crate::support::World::new($crate::support::Database::Sqlite).await).await;
                }

                $(#[$meta])*
                #[tokio::test(flavor = "multi_thread")]
                async fn postgres() {
                    run($crate::support::World::new($crate::support::Database::Postgres).await).await;
                }
            }
        )+
    };
}
pub(crate) use on_both;

/// Encodes text as the value of a query.
pub fn query(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).collect()
}

/// The binary `gerbang`.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_gerbang"))
}

/// The binary `gerbang-dev`. Cargo builds it for the tests of the package `devtools` and names it only to them, so it is
/// found beside `gerbang`, and must not be older than its sources.
pub fn dev_program() -> PathBuf {
    static FOUND: LazyLock<PathBuf> = LazyLock::new(|| {
        let program = program().with_file_name("gerbang-dev");
        let changed = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        let built = changed(&program);
        let sources = std::fs::read_to_string(program.with_extension("d")).unwrap_or_default();
        let newer = sources.split_whitespace().skip(1).find(|source| changed(Path::new(source)) > built);
        assert!(
            built.is_some() && newer.is_none(),
            "gerbang-dev is missing or older than its source {newer:?}; build it with the tests, as `make integration` \
             does: cargo test -p server -p devtools --test suite"
        );
        program
    });
    FOUND.clone()
}

/// Creates an empty PostgreSQL database and returns its URL.
pub async fn new_postgres() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let url = std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL is not set: run the tests with `make test` or `scripts/with-postgres cargo test`");
    let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut conn = url.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
    conn.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    url.replacen("/postgres?", &format!("/{name}?"), 1)
}

/// Starts a SiRUP simulator and returns its URL.
pub async fn new_sirup() -> String {
    let addr = "127.0.0.1:0".parse().unwrap();
    let (addr, serving) = sirup_simulator::bind(addr, "simulator".to_owned()).await.unwrap();
    tokio::spawn(serving);
    format!("http://{addr}")
}

pub fn origin() -> Origin {
    Origin { address: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: "test".into(), device: None }
}

/// The problem at a field. Panics unless the error is [`Error::Invalid`].
pub fn problem_at(error: Error, field: Field) -> Problem {
    match error {
        Error::Invalid(issues) => {
            let found = issues.iter().find(|issue| issue.field == field);
            found.unwrap_or_else(|| panic!("no issue at {field}: {issues:?}")).problem.clone()
        }
        other => panic!("not about input: {other:?}"),
    }
}

/// Panics unless the error is a conflict.
pub fn conflict(error: Error) -> Conflict {
    match error {
        Error::Conflict(conflict) => conflict,
        other => panic!("no conflict: {other:?}"),
    }
}

#[track_caller]
pub fn not_found<T: std::fmt::Debug>(result: backend::Result<T>) {
    assert!(matches!(result, Err(Error::NotFound)), "{result:?}");
}

#[track_caller]
pub fn forbidden<T: std::fmt::Debug>(result: backend::Result<T>) {
    assert!(matches!(result, Err(Error::Forbidden)), "{result:?}");
}

/// The settings of a production that starts, with outside systems that a test does not reach.
pub const PRODUCTION: &[(&str, &str)] = &[
    ("env", "production"),
    ("base_url", "https://gerbang.contoh.go.id"),
    ("secret", "cmFoYXNpYS1yYWhhc2lhLXJhaGFzaWEtcmFoYXNpYTE="),
    ("trusted_proxies", "none"),
    ("sirup_token", "rahasia-bersama"),
    ("smtp_url", "smtp://127.0.0.1:1"),
    ("mail_from", "Gerbang <gerbang@contoh.go.id>"),
    ("help_url", "mailto:bantuan@contoh.go.id"),
];

/// All files of a folder and of the folders in it.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
