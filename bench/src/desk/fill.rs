//! Made-up years of the desk: people, letters, applications, verdicts, accesses, what decided cases are found by. Each
//! application follows from its number alone, so that every run has the same, and rows are written many at a time.

use std::fmt::Write;

use domain::{
    applications::{
        answers::Answers,
        reference::{Reference, Series},
        sirup::SirupAccount,
    },
    time::Timestamp,
    validity::DateInput,
    verification::CaseNames,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, QueryBuilder, Sqlite, SqliteConnection,
    postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};
use time::Date;
use uuid::Uuid;

use crate::{data::Dice, stage::Failure};

/// People who apply.
const PEOPLE: u64 = 200_000;
/// People who decide.
pub const VERIFIERS: u64 = 100;
/// Of a thousand decided applications, so many were approved; of the others, three in four were refused.
const APPROVED: u64 = 306;
/// Rows that are made before they are written.
const BATCH: usize = 4000;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

const FIRST: &[&str] = &[
    "Agus", "Ahmad", "Andi", "Anisa", "Ari", "Ayu", "Bambang", "Budi", "Citra", "Dedi", "Dewi", "Dian", "Eko",
    "Endang", "Fajar", "Fitri", "Gunawan", "Hadi", "Hendra", "Indah", "Intan", "Irfan", "Joko", "Kartika", "Lestari",
    "Lina", "Made", "Maya", "Muhammad", "Nur", "Putri", "Rahmat", "Ratna", "Rina", "Rizki", "Siti", "Slamet", "Sri",
    "Sutrisno", "Tri", "Wahyu", "Wayan", "Wulan", "Yanti", "Yusuf",
];
const LAST: &[&str] = &[
    "Aditya",
    "Anggraini",
    "Basuki",
    "Firmansyah",
    "Gultom",
    "Hakim",
    "Halim",
    "Handayani",
    "Harahap",
    "Hartono",
    "Hasanah",
    "Hidayat",
    "Irawan",
    "Kusuma",
    "Lubis",
    "Maulana",
    "Nasution",
    "Nugroho",
    "Permana",
    "Pratama",
    "Purnomo",
    "Purwanto",
    "Rahayu",
    "Rahmawati",
    "Ramadhan",
    "Santoso",
    "Saputra",
    "Sari",
    "Setiawan",
    "Siregar",
    "Situmorang",
    "Suharto",
    "Sukma",
    "Suryadi",
    "Susanti",
    "Utami",
    "Utomo",
    "Wahyuni",
    "Wibowo",
    "Wijaya",
    "Yulianti",
    "Zulkarnain",
];
const REASONS: &[&str] = &[
    "Masa berlaku tidak disebut dalam surat",
    "Surat tidak ditandatangani pejabat berwenang",
    "Nama atau NIP pada surat berbeda",
    "Satuan kerja pada surat berbeda",
    "Surat tidak terbaca",
];

/// Which applications there are: numbers below `ended` are over, those from `ended` to `ended + open` are open.
#[derive(Clone, Copy, Debug)]
pub struct Years {
    /// When the last of them is over, or sent.
    pub end: Timestamp,
    /// How long they took.
    pub days: i64,
    /// The number of the first.
    pub first: u64,
    /// How many are over.
    pub ended: u64,
    /// How many are open, sent in the last days.
    pub open: u64,
}

/// What everything hangs on.
struct Country {
    /// Work units: id, code, name, and the place of their institution.
    units: Vec<(Uuid, Option<String>, String, usize)>,
    /// Institutions: id and name.
    institutions: Vec<(Uuid, String)>,
    today: Date,
    year: i32,
}

/// One application, by its number.
struct Application<'a> {
    number: u64,
    person: u64,
    status: &'static str,
    role: &'static str,
    linked: bool,
    reference: String,
    unit: &'a (Uuid, Option<String>, String, usize),
    institution: &'a (Uuid, String),
    first_sent: i64,
    sent: i64,
    decided: Option<i64>,
    verifier: u64,
    /// Who holds it until when.
    lease: Option<(u64, i64)>,
    /// Who sent it back once.
    returned_by: Option<u64>,
}

/// An id of a kind of rows: sorted by number, as real ones are by time.
fn id(kind: u64, number: u64) -> Uuid {
    // Version 7 and variant, as RFC 9562 has them.
    Uuid::from_u64_pair(((0x0190_0000_0000 + number) << 16) | 0x7000 | kind, 0x8000_0000_0000_0000 | (number * 7919))
}

const USER: u64 = 1;
const DOCUMENT: u64 = 2;
const APPLICATION: u64 = 3;
const VERDICT: u64 = 4;
const RETURN: u64 = 5;
const ACCESS: u64 = 6;

/// The id of the `nth` of the people who decide.
pub fn verifier(nth: u64) -> Uuid {
    id(USER, PEOPLE + nth % VERIFIERS)
}

/// The address that the `nth` of the people who decide signs in with.
pub fn verifier_email(nth: u64) -> String {
    email(PEOPLE + nth % VERIFIERS)
}

fn email(nth: u64) -> String {
    format!("orang{nth}@contoh.go.id")
}

fn person(nth: u64) -> Uuid {
    id(USER, nth)
}

fn name(nth: u64) -> String {
    let mut dice = Dice::new(nth);
    format!("{} {} {}", dice.pick(FIRST), dice.pick(LAST), dice.pick(LAST))
}

fn nip(nth: u64) -> String {
    let mut dice = Dice::new(nth);
    let (year, month, day) = (1965 + dice.roll(35), 1 + dice.roll(12), 1 + dice.roll(28));
    format!("{year}{month:02}{day:02}{}{:02}{}{:03}", year + 24, 1 + dice.roll(12), 1 + nth % 2, nth % 1000)
}

impl Country {
    fn application(&self, years: &Years, number: u64) -> Application<'_> {
        let mut dice = Dice::new(number);
        let mut roll = |sides: u64| dice.roll(sides as usize) as u64;
        let nth = number - years.first;
        let ended = nth < years.ended;
        let unit = &self.units[roll(self.units.len() as u64) as usize];
        let (end, length) = (years.end.micros(), years.days * DAY);
        let open_since = 5 * DAY;
        let mut lease = None;
        let mut returned_by = (roll(100) < 8).then(|| roll(VERIFIERS));
        let (status, sent, decided) = if ended {
            let decided = end - length + ((length - open_since) / years.ended.max(1) as i64) * nth as i64;
            let decided = decided + roll(3600) as i64 * 1_000_000;
            let status = match roll(1000) {
                n if n < APPROVED => "approved",
                n if n % 4 == 0 => "withdrawn",
                _ => "rejected",
            };
            (status, decided - HOUR - roll(4 * 24 * 60) as i64 * 60_000_000, Some(decided))
        } else {
            let sent = end - open_since + (open_since / years.open.max(1) as i64) * (nth - years.ended) as i64;
            let status = match roll(100) {
                n if n < 90 => "submitted",
                n if n < 93 => {
                    lease = Some((roll(VERIFIERS), end + 10 * HOUR));
                    "in_review"
                }
                _ => {
                    returned_by = returned_by.or(Some(roll(VERIFIERS)));
                    "returned"
                }
            };
            (status, sent, None)
        };
        Application {
            number,
            // One open application a person at most.
            person: if ended { roll(PEOPLE) } else { number % PEOPLE },
            status,
            role: if roll(3) == 0 { "pa" } else { "kpa" },
            linked: roll(5) < 3,
            reference: Reference::new(Series::Application, self.year, number as u32 + 1).to_string(),
            unit,
            institution: &self.institutions[unit.3],
            first_sent: if returned_by.is_some() { sent - 2 * DAY } else { sent },
            sent,
            decided,
            verifier: roll(VERIFIERS),
            lease,
            returned_by,
        }
    }
}

impl Application<'_> {
    fn is_decided(&self) -> bool {
        matches!(self.status, "approved" | "rejected")
    }

    fn words(&self) -> Vec<String> {
        let (name, number) = (name(self.person), nip(self.person));
        let names = CaseNames {
            name: &name,
            employee_number: Some(&number),
            work_unit: &self.unit.2,
            code: self.unit.1.as_deref(),
            npwp: None,
            institution: &self.institution.1,
            reference: &self.reference,
        };
        let mut words: Vec<String> = names.words().split_whitespace().map(str::to_owned).collect();
        words.push(format!("i{}", self.institution.0.simple()));
        words.push(format!("v{}", verifier(self.verifier).simple()));
        words
    }
}

/// A value of a row.
enum Value {
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

/// A row of values.
macro_rules! row {
    ($($value:expr),+ $(,)?) => { vec![$(Value::from($value)),+] };
}

/// A connection of our own to the database that is filled.
enum Store {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Store {
    async fn open(url: &str) -> Result<Self, Failure> {
        Ok(if url.starts_with("sqlite:") {
            let options: SqliteConnectOptions = url.parse()?;
            let options = options.foreign_keys(false).pragma("synchronous", "off").pragma("cache_size", "-400000");
            Self::Sqlite(options.busy_timeout(std::time::Duration::from_secs(30)).connect().await?)
        } else {
            let mut conn = url.parse::<PgConnectOptions>()?.connect().await?;
            // No look at foreign keys, row by row.
            conn.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'").await?;
            Self::Postgres(conn)
        })
    }

    async fn run(&mut self, sql: &str) -> Result<(), Failure> {
        match self {
            Self::Sqlite(conn) => conn.execute(AssertSqlSafe(sql)).await.map(drop)?,
            Self::Postgres(conn) => conn.execute(AssertSqlSafe(sql)).await.map(drop)?,
        }
        Ok(())
    }

    async fn rows<T>(&mut self, sql: &'static str) -> Result<Vec<T>, Failure>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
        T: Send + Unpin,
    {
        Ok(match self {
            Self::Sqlite(conn) => sqlx::query_as(sql).fetch_all(conn).await?,
            Self::Postgres(conn) => sqlx::query_as(sql).fetch_all(conn).await?,
        })
    }

    /// Takes the indexes off that no key stands on; gives what makes them again. Not of SQLite: it leaves no room in the
    /// pages of an index that it makes at once, so that each verdict split some, which an index that grew over years has
    /// behind it.
    async fn without_indexes(&mut self) -> Result<Vec<String>, Failure> {
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

    /// Writes rows into a table.
    async fn put(&mut self, table: &str, columns: &str, rows: impl Iterator<Item = Vec<Value>>) -> Result<(), Failure> {
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
    // SQLite takes 32,766 values in a statement.
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

/// A row in the text form of `COPY`.
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

/// Fills a database that holds the master data with the applications of some years.
pub async fn fill(url: &str, years: Years, today: Date) -> Result<(), Failure> {
    let mut store = Store::open(url).await?;
    let country = country(&mut store, today).await?;
    let indexes = store.without_indexes().await?;
    if years.first == 0 {
        people(&mut store, &years).await?;
    }
    let numbers = years.first..years.first + years.ended + years.open;
    let all = || numbers.clone().map(|number| country.application(&years, number));
    let document = |one: Application<'_>| {
        let hash: Vec<u8> = id(DOCUMENT, one.number).as_bytes().repeat(2);
        let size = 80_000 + (one.number % 900_000) as i64;
        row![id(DOCUMENT, one.number), person(one.person), "bench", "surat.pdf", size, 2, hash, one.first_sent]
    };
    let columns = "id, user_id, object_key, file_name, bytes, pages, sha256, created_at";
    store.put("documents", columns, all().map(document)).await?;
    applications(&mut store, all(), &country).await?;
    submissions(&mut store).await?;
    verdicts(&mut store, all()).await?;
    accesses(&mut store, all().filter(|one| one.status == "approved"), today).await?;
    words(&mut store, all().filter(Application::is_decided)).await?;
    let numbered = format!(
        "INSERT INTO counters (series, year, number) VALUES ('GB', {}, {})
         ON CONFLICT (series, year) DO UPDATE SET number = excluded.number",
        country.year, numbers.end
    );
    store.run(&numbered).await?;
    for sql in indexes {
        store.run(&sql).await?;
    }
    if matches!(store, Store::Postgres(_)) {
        // What autovacuum and the checkpointer would have done over the years.
        store.run("VACUUM ANALYZE").await?;
        store.run("CHECKPOINT").await?;
    }
    // What was written has reached the disk before anything is measured beside it.
    match std::process::Command::new("sync").status()?.success() {
        true => Ok(()),
        false => Err("the disk does not take what was made".into()),
    }
}

async fn country(store: &mut Store, today: Date) -> Result<Country, Failure> {
    let institutions: Vec<(Uuid, String)> =
        store.rows("SELECT id, name FROM institutions ORDER BY kd_klpd, name, id").await?;
    let units: Vec<(Uuid, Option<String>, String, Uuid)> =
        store.rows("SELECT id, code, name, institution_id FROM work_units ORDER BY kd_satker, id").await?;
    let places: std::collections::HashMap<Uuid, usize> =
        institutions.iter().enumerate().map(|(place, (id, _))| (*id, place)).collect();
    let units = units.into_iter().map(|(id, code, name, institution)| (id, code, name, places[&institution]));
    Ok(Country { units: units.collect(), institutions, today, year: today.year() })
}

async fn people(store: &mut Store, years: &Years) -> Result<(), Failure> {
    let made = years.end.micros() - 400 * DAY;
    // Who decides has the password of development.
    let hashes: Vec<(String,)> =
        store.rows("SELECT password_hash FROM users WHERE email = 'verifikator@contoh.go.id'").await?;
    let hash = &hashes.first().ok_or("there is no development data")?.0;
    let rows = (0..PEOPLE + VERIFIERS).map(|nth| {
        let staff = (nth >= PEOPLE).then_some("verifier");
        let hash = if staff.is_some() { hash.as_str() } else { "" };
        row![id(USER, nth), email(nth), name(nth), hash, "nip", nip(nth), "wib", staff, made, made]
    });
    let columns = "id, email, name, password_hash, employee_number_kind, employee_number, zone, staff_role, created_at, \
                   updated_at";
    store.put("users", columns, rows).await
}

async fn applications<'a>(
    store: &mut Store,
    all: impl Iterator<Item = Application<'a>>,
    country: &Country,
) -> Result<(), Failure> {
    let mut broken = None;
    let rows = all.map(|one| {
        let (first_day, last_day) = period(&one, country.today);
        let name = name(one.person);
        let account = one.linked.then(|| SirupAccount {
            username: format!("pengguna.{}", one.person),
            name: name.clone(),
            role: one.role.to_uppercase(),
            kd_klpd: None,
            kd_satker: one.unit.1.clone(),
            registered_at: Timestamp::from_micros(one.sent - 1000 * DAY),
        });
        let answers = Answers {
            institution: Some(one.institution.0),
            work_unit: Some(one.unit.0),
            first_day: DateInput::from_date(first_day),
            last_day: DateInput::from_date(last_day),
            ..Answers::default()
        };
        let mut json =
            |value: serde_json::Result<String>| value.map_err(|error| broken = Some(error)).unwrap_or_default();
        let account = account.map(|account| json(serde_json::to_string(&account)));
        let decision = match one.status {
            "approved" | "rejected" => Some(id(VERDICT, one.number)),
            _ => one.returned_by.map(|_| id(RETURN, one.number)),
        };
        row![
            id(APPLICATION, one.number),
            person(one.person),
            one.status,
            3,
            "non_penyedia",
            one.role,
            !one.linked,
            account,
            json(serde_json::to_string(&answers)),
            id(DOCUMENT, one.number),
            one.reference,
            one.institution.0,
            one.unit.0,
            first_day,
            last_day,
            one.sent,
            one.decided.filter(|_| one.status != "withdrawn"),
            one.first_sent - HOUR,
            one.decided.unwrap_or(one.sent),
            name,
            "nip",
            nip(one.person),
            one.first_sent,
            one.lease.map(|(holder, _)| verifier(holder)),
            one.lease.map(|(_, until)| until),
            one.returned_by.filter(|_| one.decided.is_none()).map(verifier),
            decision,
        ]
    });
    let columns = "id, user_id, status, version, profile_type, role, without_sirup, sirup_account, answers, document_id, \
                   reference, institution_id, work_unit_id, first_day, last_day, submitted_at, decided_at, created_at, \
                   updated_at, applicant_name, employee_number_kind, employee_number, first_submitted_at, lease_holder, \
                   lease_ends_at, assigned_to, decision_id";
    store.put("applications", columns, rows).await?;
    broken.map_or(Ok(()), |error| Err(error.into()))
}

/// What was sent, of all applications that were.
async fn submissions(store: &mut Store) -> Result<(), Failure> {
    store
        .run(
            "INSERT INTO submissions (application_id, submitted_at, institution_id, work_unit_id, document_id,
                 sirup_account, answers)
             SELECT id, submitted_at, institution_id, work_unit_id, document_id, sirup_account, answers
             FROM applications a WHERE submitted_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.application_id = a.id)",
        )
        .await
}

/// The period that is applied for. Whoever waits wants one after all accesses, which thus never stand in the way.
fn period(one: &Application<'_>, today: Date) -> (Date, Date) {
    let first = today + time::Duration::days(if one.decided.is_some() { -100 } else { 300 });
    (first, first + time::Duration::days(365))
}

async fn verdicts<'a>(store: &mut Store, all: impl Iterator<Item = Application<'a>>) -> Result<(), Failure> {
    let rows = all.flat_map(|one| {
        let verdict = |kind, verdict, reason: Option<&str>, by, sent, at| {
            let text = reason.map(|_| "Mohon ajukan kembali dengan surat yang benar.");
            row![
                id(kind, one.number),
                id(APPLICATION, one.number),
                verdict,
                reason,
                text,
                "[]",
                "[]",
                one.institution.0,
                one.role,
                sent,
                verifier(by),
                at
            ]
        };
        let before =
            one.returned_by.map(|by| verdict(RETURN, "return", None, by, one.first_sent, one.first_sent + DAY));
        let last = one.decided.filter(|_| one.is_decided()).map(|at| {
            let reason = (one.status == "rejected").then(|| REASONS[(one.number % REASONS.len() as u64) as usize]);
            let kind = if reason.is_some() { "reject" } else { "approve" };
            verdict(VERDICT, kind, reason, one.verifier, one.sent, at)
        });
        before.into_iter().chain(last)
    });
    let columns = "id, application_id, verdict, reason_title, reason, marks, checks, institution_id, role, sent_at, \
                   decided_by, decided_at";
    store.put("verdicts", columns, rows).await
}

async fn accesses<'a>(
    store: &mut Store,
    approved: impl Iterator<Item = Application<'a>>,
    today: Date,
) -> Result<(), Failure> {
    let rows = approved.map(|one| {
        let (first_day, last_day) = period(&one, today);
        row![
            id(ACCESS, one.number),
            person(one.person),
            id(APPLICATION, one.number),
            "non_penyedia",
            one.role,
            one.institution.0,
            one.unit.0,
            first_day,
            last_day,
            one.decided
        ]
    });
    let columns = "id, user_id, application_id, profile_type, role, institution_id, work_unit_id, first_day, last_day, \
                   created_at";
    store.put("accesses", columns, rows).await
}

/// What decided cases are found by, in the order of their decisions.
async fn words<'a>(store: &mut Store, decided: impl Iterator<Item = Application<'a>>) -> Result<(), Failure> {
    let mut decided: Vec<Application<'_>> = decided.collect();
    decided.sort_unstable_by_key(|one| (one.decided, one.number));
    match store {
        Store::Sqlite(_) => {
            let newest: Vec<(i64,)> = store.rows("SELECT coalesce(max(number), 0) FROM case_words").await?;
            let next = newest[0].0 + 1;
            let numbered = || (next..).zip(&decided);
            let places = numbered().map(|(at, one)| row![at, id(APPLICATION, one.number), one.institution.0]);
            store.put("case_words", "number, application_id, institution_id", places).await?;
            let found = numbered().map(|(at, one)| row![at, one.words().join(" ")]);
            store.put("case_words_sought", "rowid, words", found).await?;
            // What the job of a server would have done over the years.
            store.run("INSERT INTO case_words_sought (case_words_sought) VALUES ('optimize')").await
        }
        Store::Postgres(_) => {
            // The text form of a tsvector.
            let rows =
                decided.iter().map(|one| row![id(APPLICATION, one.number), one.institution.0, one.words().join(" ")]);
            store.put("case_words", "application_id, institution_id, sought", rows).await
        }
    }
}
