//! What the tests stand on: a fresh backend on either database, people, letters, a browser of sorts.

pub mod browser;
pub mod outside;
pub mod platform;
pub mod process;
pub mod smtp;

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use backend::{
    Actor, Backend, Error, Origin,
    accounts::sessions,
    applications::{self, Submission},
    mail::{Mailbox, Transport},
    master_data::Directory,
    secrets::Token,
    verification,
    world::ManualClock,
};
use bytes::Bytes;
use devtools::{DEMO_URL, development, sirup_simulator};
use domain::{
    applications::answers::Answers,
    issues::{Field, Problem, conflict::Conflict},
    master_data::institution::InstitutionType,
    role::{ProfileType, Role},
    status::Verdict,
    time::Timestamp,
    validity::DateInput,
};
use lopdf::{Dictionary, Document, Stream, dictionary};
use server::{application::open_backend, config::Config};
use sqlx::{ConnectOptions, Executor};
use tempfile::TempDir;
use time::{Date, macros::date};
use uuid::Uuid;

use crate::verification::form_for;

/// Sunday, 22 November 2026, 10.00 in Jakarta.
pub const NOW: Timestamp = Timestamp::from_micros(1_795_316_400_000_000);
pub const TODAY: Date = date!(2026 - 11 - 22);
pub const PASSWORD: &str = development::PASSWORD;

/// Which database a test runs on.
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

/// A fresh backend with the development data and a clock that stands at [`NOW`].
pub struct World {
    pub backend: Arc<Backend>,
    pub clock: Arc<ManualClock>,
    pub config: Config,
    _dir: TempDir,
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

/// The address of a new, empty database of PostgreSQL.
pub async fn new_postgres() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let url = std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL is not set: run the tests with `make test` or `scripts/with-postgres cargo test`");
    let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut conn = url.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
    conn.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    url.replacen("/postgres?", &format!("/{name}?"), 1)
}

/// A SiRUP simulator of its own; gives its address.
pub async fn new_sirup() -> String {
    let addr = "127.0.0.1:0".parse().unwrap();
    let (addr, serving) = sirup_simulator::bind(addr, "simulator".to_owned()).await.unwrap();
    tokio::spawn(serving);
    format!("http://{addr}")
}

impl World {
    pub async fn new(database: Database) -> Self {
        let sirup = new_sirup().await;
        Self::with(database, &[("sirup_url", &sirup)]).await
    }

    pub async fn with(database: Database, settings: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().to_str().unwrap().to_owned();
        let mut pairs = vec![("data_dir", data_dir.as_str())];
        let postgres = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(new_postgres().await),
        };
        pairs.extend(postgres.as_deref().map(|url| ("database_url", url)));
        pairs.extend_from_slice(settings);
        let config = Config::from_pairs(&pairs).unwrap();
        let clock = ManualClock::at(NOW);
        let base_url = "http://gerbang.test".parse().unwrap();
        let backend = open_backend(&config, base_url, program(), clock.world()).await.unwrap();
        assert!(development::fill(&backend, &DEMO_URL.parse().unwrap()).await.unwrap());
        Directory::refresh(&backend).await.unwrap();
        Self { backend: Arc::new(backend), clock, config, _dir: dir }
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Signs in as somebody of the development data.
    pub async fn actor(&self, email: &str) -> Actor {
        let origin = origin();
        let token = backend::accounts::sign_in(&self.backend, email, &PASSWORD.into(), &origin).await.unwrap();
        self.actor_of(&token).await.expect("signed in")
    }

    pub async fn actor_of(&self, token: &Token) -> Option<Actor> {
        sessions::resolve(&self.backend, token, &origin()).await.unwrap()
    }

    pub async fn siti(&self) -> Actor {
        self.actor("siti.pa@contoh.go.id").await
    }

    pub async fn budi(&self) -> Actor {
        self.actor("budi.kpa@contoh.go.id").await
    }

    pub async fn verifier(&self) -> Actor {
        self.actor("verifikator@contoh.go.id").await
    }

    pub async fn verifier2(&self) -> Actor {
        self.actor("verifikator2@contoh.go.id").await
    }

    /// The id of an institution and of its first work unit whose name begins with `unit`.
    pub fn place(&self, institution: &str, unit: &str) -> (Uuid, Uuid) {
        let snapshot = self.backend.master_data.snapshot();
        let institution = InstitutionType::ALL
            .into_iter()
            .find_map(|kind| snapshot.institutions(kind, institution, 1).hits.into_iter().next())
            .expect("the institution exists")
            .0;
        let unit = snapshot.work_units(institution.id, unit, 1).hits.into_iter().next().expect("the unit exists");
        (institution.id, unit.0.0)
    }

    /// Answers that are complete and right, for a work unit of the Ministry of Health.
    pub fn answers(&self, unit: &str) -> Answers {
        let (institution, work_unit) = self.place("Kementerian Kesehatan", unit);
        Answers {
            institution_type: Some(InstitutionType::Kementerian),
            institution: Some(institution),
            work_unit: Some(work_unit),
            address: "Jalan H.R. Rasuna Said Blok X-5 Kavling 4-9, Jakarta".into(),
            first_day: DateInput::from_date(date!(2026 - 12 - 01)),
            last_day: DateInput::from_date(date!(2027 - 12 - 31)),
            ..Answers::default()
        }
    }

    /// A draft without SiRUP, filled in and with its letter, ready to be sent.
    pub async fn filled_draft(&self, actor: &Actor, role: Role, answers: Answers) -> Uuid {
        let backend = &self.backend;
        let id = applications::start(backend, actor, ProfileType::NonPenyedia, role).await.unwrap();
        applications::confirm_new_access(backend, actor, id).await.unwrap();
        let version = applications::draft(backend, actor, id).await.unwrap().version;
        applications::save(backend, actor, id, version, answers).await.unwrap();
        applications::attach_letter(backend, actor, id, "surat.pdf", letter()).await.unwrap();
        id
    }

    /// What the review page of a draft would send.
    pub async fn reviewed(&self, actor: &Actor, id: Uuid) -> Submission {
        let stored = applications::draft(&self.backend, actor, id).await.unwrap();
        Submission { version: stored.version, letter: stored.draft.letter.map(|letter| letter.id), confirmed: true }
    }

    /// Sends a draft; gives its number.
    pub async fn submit(&self, actor: &Actor, id: Uuid) -> backend::Result<String> {
        let submission = self.reviewed(actor, id).await;
        applications::submit(&self.backend, actor, id, submission).await
    }

    /// An application that waits.
    pub async fn submitted(&self, actor: &Actor, role: Role, unit: &str) -> Uuid {
        let id = self.filled_draft(actor, role, self.answers(unit)).await;
        self.submit(actor, id).await.unwrap();
        id
    }

    /// All mails so far, newest first: recipient, subject, text.
    pub async fn mails(&self) -> Vec<(String, String, String)> {
        let mails = backend::mail::recent(&self.backend, 1000).await.unwrap();
        mails.into_iter().map(|mail| (mail.recipient, mail.rendered.subject, mail.rendered.text)).collect()
    }

    /// The secret in the link of the newest mail to somebody.
    pub async fn secret_for(&self, email: &str) -> Token {
        let mails = self.mails().await;
        let mut links = mails.iter().filter(|(recipient, ..)| recipient == email);
        let rest =
            links.find_map(|(_, _, text)| Some(text.split_once("token=")?.1)).expect("there is a mail with a link");
        Token::presented(rest.split_whitespace().next().unwrap())
    }

    /// Waits until so many servers on this database hear each other's notices (SQLite has but one, and needs nothing).
    pub async fn hears_notices(&self, servers: usize) {
        let url = secrecy::ExposeSecret::expose_secret(&self.config.database_url).to_owned();
        if url.starts_with("sqlite:") {
            return;
        }
        let listening =
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        let mut outside = outside::Outside::of(&url).await;
        while outside.texts(listening).await.len() < servers {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How mails leave in tests that step the outbox.
    pub fn mailbox(&self, transport: Transport) -> Mailbox {
        Mailbox { transport, from: "Gerbang <gerbang@contoh.go.id>".parse().unwrap(), keeps_secrets: false }
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &'static str) -> i64 {
        use sqlx::AssertSqlSafe;
        let sql = format!("SELECT count(*) FROM {table}");
        let url = secrecy::ExposeSecret::expose_secret(&self.config.database_url).to_owned();
        if url.starts_with("sqlite:") {
            let mut conn = url.parse::<sqlx::sqlite::SqliteConnectOptions>().unwrap().connect().await.unwrap();
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut conn).await.unwrap()
        } else {
            let mut conn = url.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut conn).await.unwrap()
        }
    }
}

pub fn origin() -> Origin {
    Origin { address: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: "test".into() }
}

/// A letter of one page with text; `change` may add to its catalog and its objects.
pub fn letter_with(change: impl FnOnce(&mut Document, &mut Dictionary)) -> Bytes {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let text = b"BT /F 14 Tf 72 760 Td (SURAT TANDA JABATAN) Tj ET".to_vec();
    let content = document.add_object(Stream::new(dictionary! {}, text));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F" => font } },
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, tree.into());
    let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => pages };
    change(&mut document, &mut catalog);
    let catalog = document.add_object(catalog);
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes.into()
}

/// A plain letter.
pub fn letter() -> Bytes {
    letter_with(|_, _| {})
}

/// A letter of about `size` bytes.
pub fn letter_of(size: usize) -> Bytes {
    letter_with(|document, _| {
        // Bytes that do not repeat, as in a scan.
        let mut state = 1u64;
        let noise = (0..size)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect();
        document.add_object(Stream::new(dictionary! {}, noise));
    })
}

/// The problem at a field, if an error is about input.
pub fn problem_at(error: Error, field: Field) -> Problem {
    match error {
        Error::Invalid(issues) => {
            let found = issues.iter().find(|issue| issue.field == field);
            found.unwrap_or_else(|| panic!("no issue at {field}: {issues:?}")).problem.clone()
        }
        other => panic!("not about input: {other:?}"),
    }
}

/// The conflict, if an error is one.
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

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const DAY: Duration = Duration::from_secs(24 * 3600);

impl World {
    /// The recorded address of a work unit.
    pub async fn address_of(&self, unit: Uuid) -> Option<String> {
        const SQL: &str = "SELECT address FROM work_units WHERE id = $1";
        let url = secrecy::ExposeSecret::expose_secret(&self.config.database_url).to_owned();
        if url.starts_with("sqlite:") {
            let mut conn = url.parse::<sqlx::sqlite::SqliteConnectOptions>().unwrap().connect().await.unwrap();
            sqlx::query_scalar(SQL).bind(unit).fetch_one(&mut conn).await.unwrap()
        } else {
            let mut conn = url.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
            sqlx::query_scalar(SQL).bind(unit).fetch_one(&mut conn).await.unwrap()
        }
    }
}

impl World {
    /// Subjects of the mails that were sent.
    pub async fn sent_subjects(&self) -> Vec<String> {
        let mails = backend::mail::recent(&self.backend, 1000).await.unwrap();
        let sent = mails.into_iter().filter(|mail| mail.status == backend::mail::Status::Sent);
        sent.map(|mail| mail.rendered.subject).collect()
    }

    /// Runs a statement past the product.
    pub async fn sql(&self, sql: &'static str) -> sqlx::Result<()> {
        let url = secrecy::ExposeSecret::expose_secret(&self.config.database_url);
        if url.starts_with("sqlite:") {
            let mut conn = url.parse::<sqlx::sqlite::SqliteConnectOptions>()?.connect().await?;
            conn.execute(sql).await.map(drop)
        } else {
            let mut conn = url.parse::<sqlx::postgres::PgConnectOptions>()?.connect().await?;
            conn.execute(sql).await.map(drop)
        }
    }

    /// Takes away what keeps the trail append-only, as somebody with the database in their hands could.
    pub async fn without_triggers(&self) {
        let sqlite = secrecy::ExposeSecret::expose_secret(&self.config.database_url).starts_with("sqlite:");
        let statements: &[&'static str] = if sqlite {
            &["DROP TRIGGER audit_events_stay", "DROP TRIGGER audit_events_stay_as_they_are"]
        } else {
            &["DROP TRIGGER audit_events_stay ON audit_events"]
        };
        for statement in statements {
            self.sql(statement).await.unwrap();
        }
    }
}

impl World {
    /// An access of this person for that period; gives its id.
    pub async fn granted(&self, actor: &Actor, role: Role, unit: &str, first: Date, last: Date) -> Uuid {
        let period = [first, last].map(DateInput::from_date);
        let [first_day, last_day] = period;
        let id = self.filled_draft(actor, role, Answers { first_day, last_day, ..self.answers(unit) }).await;
        self.submit(actor, id).await.unwrap();
        let (backend, verifier) = (&self.backend, self.verifier().await);
        let case = verification::case_file(backend, &verifier, id).await.unwrap();
        verification::claim(backend, &verifier, id).await.unwrap();
        let form = form_for(&case, Verdict::Approve, "");
        verification::decide(backend, &verifier, id, &form).await.unwrap();
        let accesses = backend::accesses::list(backend, actor).await.unwrap();
        accesses.iter().find(|access| access.application_id == id).expect("an access came of it").id
    }
}
