//! **Syarat dan Ketentuan** and **Kebijakan Privasi** of platforms (guide step 19): versions that never change, and who
//! accepted which.

use domain::{
    issues::{Field, Issue, Problem, conflict::Conflict},
    platforms::terms::{self as rules, TermsKind, TermsVersion},
    role::ProfileType,
    spreadsheet::cell,
    staff::Permission,
    text::check_paragraphs,
    time::{Timestamp, Zone},
    validity::DateInput,
};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{Platform, by_id, launch, texts};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, Dialect, Tx, execute, fetch_all, fetch_one, fetch_optional},
    error::{Error, Result},
    secrets::{hex, sha256},
};

/// The fewest and the most characters of a version; the most must fit into a posted form.
pub const TEXT_LENGTH: std::ops::RangeInclusive<usize> = 20..=40_000;
/// The most days in which a new version may still wait.
pub const MOST_GRACE_DAYS: u32 = 90;
/// Rows that an export reads at a time.
const PAGE: i64 = 1000;
/// The zone whose day says which version is in force: platforms are national.
const ZONE: Zone = Zone::Wib;

/// A version of terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its row.
    pub id: Uuid,
    /// Which of the two documents.
    pub kind: TermsKind,
    /// Its number, from 1.
    pub version: u32,
    /// What it says, in Markdown.
    pub text: String,
    /// SHA-256 of the text, in hexadecimal digits.
    pub sha256: String,
    /// From which day it is in force.
    pub in_force_on: Date,
    /// For how many days after it who accepted the version before may still wait.
    pub grace_days: u32,
    /// How many people accepted it.
    pub accepted: u32,
}

/// A version as typed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Which of the two documents.
    pub kind: TermsKind,
    /// What it says, in Markdown.
    pub text: String,
    /// From which day it is in force.
    pub in_force_on: DateInput,
    /// Days of grace.
    pub grace_days: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    #[sqlx(try_from = "String")]
    kind: TermsKind,
    version: i64,
    text: String,
    sha256: Vec<u8>,
    in_force_on: Date,
    grace_days: i64,
    accepted: i64,
}

impl From<Row> for Version {
    fn from(row: Row) -> Self {
        let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            id: row.id,
            kind: row.kind,
            version: small(row.version),
            text: row.text,
            sha256: hex(&row.sha256),
            in_force_on: row.in_force_on,
            grace_days: small(row.grace_days),
            accepted: small(row.accepted),
        }
    }
}

impl Version {
    fn facts(&self) -> TermsVersion {
        TermsVersion {
            id: self.id,
            kind: self.kind,
            version: self.version,
            in_force_on: self.in_force_on,
            grace_days: self.grace_days,
        }
    }
}

/// All versions of a platform's terms, by kind, the newest first.
async fn versions(conn: &mut Conn, platform_id: Uuid) -> Result<Vec<Version>> {
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT t.id, t.kind, CAST(t.version AS BIGINT) AS version, t.text, t.sha256, t.in_force_on,
                CAST(t.grace_days AS BIGINT) AS grace_days,
                (SELECT count(*) FROM acceptances a WHERE a.terms_id = t.id) AS accepted
         FROM terms t WHERE t.platform_id = $1 ORDER BY t.kind DESC, t.version DESC LIMIT 1000",
        platform_id
    )?;
    Ok(rows.into_iter().map(Version::from).collect())
}

/// The versions that a person must accept before they enter a platform with an access of this profile type: none where
/// the platform does not ask that type. Of each kind the one in force; a new one waits for its days of grace.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn due(
    conn: &mut Conn,
    backend: &Backend,
    user_id: Uuid,
    platform: &Platform,
    profile_type: ProfileType,
) -> Result<Vec<Version>> {
    // Suppliers always do (guide step 19), others where the platform says so.
    if profile_type != ProfileType::Penyedia && !platform.terms_for.contains(&profile_type) {
        return Ok(Vec::new());
    }
    let all = versions(conn, platform.id).await?;
    let accepted: Vec<(Uuid,)> = fetch_all!(
        conn,
        (Uuid,),
        "SELECT a.terms_id FROM acceptances a JOIN terms t ON t.id = a.terms_id
         WHERE a.user_id = $1 AND t.platform_id = $2",
        user_id,
        platform.id
    )?;
    let accepted: Vec<Uuid> = accepted.into_iter().map(|(id,)| id).collect();
    let facts: Vec<TermsVersion> = all.iter().map(Version::facts).collect();
    let due = rules::due(&facts, &accepted, backend.world.today(ZONE));
    Ok(all.into_iter().filter(|version| due.contains(&version.id)).collect())
}

/// **Setuju**: keeps that the person accepted these versions, with the time, the address, and the access with which
/// they enter. Accepting again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] if a version is unknown, of several platforms, or the access is not theirs;
/// [`Problem::NotOffered`] at [`Field::Access`]; [`Conflict::TermsChanged`] if a version that was shown is not in force
/// (any more), so that the one in force has to be read.
pub async fn accept(backend: &Backend, actor: &Actor, terms: &[Uuid], access_id: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let platform = platform_of(&mut tx, terms).await?;
    launch::usable(&mut tx, backend, actor, &platform, access_id).await?;
    let all = versions(&mut tx, platform.id).await?;
    let facts: Vec<TermsVersion> = all.iter().map(Version::facts).collect();
    let (now, today) = (backend.world.now(), backend.world.today(ZONE));
    for id in terms {
        let version = facts.iter().find(|version| version.id == *id).ok_or(Error::NotFound)?;
        if rules::in_force(&facts, version.kind, today).is_none_or(|current| current.id != *id) {
            return Err(Error::Conflict(Conflict::TermsChanged));
        }
        let written = execute!(
            tx,
            "INSERT INTO acceptances (id, user_id, terms_id, access_id, address, accepted_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, terms_id) DO NOTHING",
            backend.world.id(),
            actor.user_id,
            *id,
            access_id,
            actor.address.to_string(),
            now.micros()
        )?;
        if written > 0 {
            backend.record(&mut tx, actor, Action::TermsAccepted, Some(*id), access_id)?;
        }
    }
    tx.commit().await
}

/// The platform in use that all of these versions belong to.
async fn platform_of(conn: &mut Conn, terms: &[Uuid]) -> Result<Platform> {
    let mut found = None;
    for id in terms {
        let row: Option<(Uuid,)> = fetch_optional!(conn, (Uuid,), "SELECT platform_id FROM terms WHERE id = $1", *id)?;
        let (platform_id,) = row.ok_or(Error::NotFound)?;
        if found.replace(platform_id).is_some_and(|before| before != platform_id) {
            return Err(Error::NotFound);
        }
    }
    by_id(conn, found.ok_or(Error::NotFound)?).await
}

/// The versions of a platform's terms, by kind, the newest first.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(backend: &Backend, actor: &Actor, platform_id: Uuid) -> Result<Vec<Version>> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    versions(&mut conn, platform_id).await
}

/// Publishes the next version of a document. It can never be changed; a mistake is mended by one more.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for an unknown platform; [`Error::Invalid`].
pub async fn publish(backend: &Backend, actor: &Actor, platform_id: Uuid, draft: &Draft) -> Result<Uuid> {
    actor.require(Permission::Administer)?;
    let (text, day, grace_days) = draft.check(backend.world.today(ZONE))?;
    let (id, now, hash) = (backend.world.id(), backend.world.now(), sha256(text.as_bytes()));
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    lock(&mut tx, platform_id).await?;
    let (before,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT CAST(coalesce(max(version), 0) AS BIGINT) FROM terms WHERE platform_id = $1 AND kind = $2",
        platform_id,
        draft.kind.as_str()
    )?;
    execute!(
        tx,
        "INSERT INTO terms (id, platform_id, kind, version, text, sha256, in_force_on, grace_days, created_by,
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        platform_id,
        draft.kind.as_str(),
        before + 1,
        &text,
        &hash,
        day,
        i64::from(grace_days),
        actor.user_id,
        now.micros()
    )?;
    let detail = (draft.kind.as_str(), before + 1, day.to_string());
    backend.record(&mut tx, actor, Action::TermsPublished, Some(platform_id), detail)?;
    tx.commit().await?;
    Ok(id)
}

/// Makes two changes of one platform wait for each other.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub(super) async fn lock(tx: &mut Tx, platform_id: Uuid) -> Result<()> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM platforms WHERE id = $1",
        Dialect::Postgres => "SELECT id FROM platforms WHERE id = $1 FOR UPDATE",
    };
    let found: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), sql, platform_id)?;
    found.map(|_| ()).ok_or(Error::NotFound)
}

impl Draft {
    /// Text with plain line ends, day and days of grace; else all that is wrong.
    fn check(&self, today: Date) -> Result<(String, Date, u32)> {
        let text = self.text.replace("\r\n", "\n").trim().to_owned();
        let day = self.in_force_on.parse().and_then(|day| {
            // One who entered yesterday cannot have accepted what is written today.
            if day < today { Err(Problem::DayInPast { day }) } else { Ok(day) }
        });
        let grace_days = match self.grace_days.trim() {
            "" => Ok(0),
            typed => typed.parse::<u32>().map_err(|_| Problem::BadCharacters),
        };
        let grace_days = grace_days.and_then(|days| {
            if days > MOST_GRACE_DAYS { Err(Problem::TooMany { max: MOST_GRACE_DAYS }) } else { Ok(days) }
        });
        match (check_paragraphs(&text, TEXT_LENGTH), day, grace_days) {
            (Ok(()), Ok(day), Ok(grace_days)) => Ok((text, day, grace_days)),
            (text, day, grace_days) => {
                let issues = [
                    text.err().map(|problem| Issue::new(Field::Text, problem)),
                    day.err().map(|problem| Issue::new(Field::Day, problem)),
                    grace_days.err().map(|problem| Issue::new(Field::GraceDays, problem)),
                ];
                Err(Error::Invalid(issues.into_iter().flatten().collect()))
            }
        }
    }
}

#[derive(sqlx::FromRow)]
struct AcceptanceRow {
    id: Uuid,
    name: String,
    email: String,
    kind: String,
    version: i64,
    sha256: Vec<u8>,
    role: String,
    accepted_at: i64,
    address: String,
}

/// Who accepted which version of a platform's terms, as a file for a spreadsheet (RFC 4180, UTF-8 with its mark),
/// oldest first. It leaves a trail: the file carries names and addresses.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn export(backend: &Backend, actor: &Actor, platform_id: Uuid) -> Result<String> {
    actor.require(Permission::Administer)?;
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    lock(&mut tx, platform_id).await?;
    backend.record(&mut tx, actor, Action::AcceptancesExported, Some(platform_id), ())?;
    tx.commit().await?;

    let to = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    // Writing into memory cannot fail.
    let _ = writer.write_record(texts::ACCEPTANCES_COLUMNS);
    let mut conn = backend.db.read().await?;
    let mut after = Uuid::nil();
    loop {
        // Ids grow with the time of their making.
        let rows: Vec<AcceptanceRow> = fetch_all!(
            conn,
            AcceptanceRow,
            "SELECT a.id, u.name, u.email, t.kind, CAST(t.version AS BIGINT) AS version, t.sha256, c.role,
                    a.accepted_at, a.address
             FROM acceptances a
             JOIN terms t ON t.id = a.terms_id
             JOIN users u ON u.id = a.user_id
             JOIN accesses c ON c.id = a.access_id
             WHERE t.platform_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3",
            platform_id,
            after,
            PAGE
        )?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in rows {
            let _ = writer.write_record(row.cells());
        }
    }
    Ok(String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default())
}

impl AcceptanceRow {
    fn cells(self) -> [String; 8] {
        let nanos = i128::from(Timestamp::from_micros(self.accepted_at).micros()) * 1000;
        let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok().and_then(|at| at.format(&Rfc3339).ok());
        let kind = self.kind.parse::<TermsKind>().map(TermsKind::label).unwrap_or_default();
        [
            cell(&self.name).into_owned(),
            cell(&self.email).into_owned(),
            kind.to_owned(),
            self.version.to_string(),
            hex(&self.sha256),
            self.role.parse().map(|role: domain::role::Role| role.info().code.to_owned()).unwrap_or(self.role),
            at.unwrap_or_default(),
            cell(&self.address).into_owned(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 25);

    fn draft(text: &str, day: Date, grace_days: &str) -> Draft {
        Draft {
            kind: TermsKind::Syarat,
            text: text.into(),
            in_force_on: DateInput::from_date(day),
            grace_days: grace_days.into(),
        }
    }

    #[test]
    fn line_ends_of_a_form_do_not_change_the_hash() {
        let text = "# Aturan\r\n\r\nData pada platform ini hanya dipakai untuk pengadaan.\r\n";
        let (text, day, grace_days) = draft(text, TODAY, " 14 ").check(TODAY).unwrap();
        assert_eq!(text, "# Aturan\n\nData pada platform ini hanya dipakai untuk pengadaan.");
        assert_eq!((day, grace_days), (TODAY, 14));
    }

    #[rstest]
    #[case(
        "",
        date!(2026 - 11 - 24),
        "91",
        &[Problem::Missing, Problem::DayInPast { day: date!(2026 - 11 - 24) }, Problem::TooMany { max: 90 }],
    )]
    #[case("Terlalu pendek.", TODAY, "-1", &[Problem::TooShort { min: 20 }, Problem::BadCharacters])]
    fn everything_that_is_wrong_is_said(
        #[case] text: &str,
        #[case] day: Date,
        #[case] grace_days: &str,
        #[case] expected: &[Problem],
    ) {
        let Err(Error::Invalid(issues)) = draft(text, day, grace_days).check(TODAY) else { panic!("taken") };
        let problems: Vec<Problem> = issues.into_iter().map(|issue| issue.problem).collect();
        assert_eq!(problems, expected);
    }

    #[test]
    fn an_export_that_no_spreadsheet_runs() {
        let row = AcceptanceRow {
            id: Uuid::nil(),
            name: "=Siti".into(),
            email: "siti.pa@contoh.go.id".into(),
            kind: "syarat".into(),
            version: 2,
            sha256: vec![0, 255],
            role: "pa".into(),
            accepted_at: 1_795_681_200_000_000,
            address: "127.0.0.1".into(),
        };
        let told = row.cells();
        assert_eq!((told[0].as_str(), told[4].as_str(), told[5].as_str()), ("'=Siti", "00ff", "PA"));
        assert_eq!(told[6], "2026-11-26T08:20:00Z");
    }
}
