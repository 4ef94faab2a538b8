//! **Syarat dan Ketentuan** and **Kebijakan Privasi** of platforms (guide step 19): versions that never change, and their
//! acceptance.

use domain::{
    issues::conflict::Conflict,
    permission::Permission,
    platforms::{
        administration::PublishedTerms,
        launcher::TermsDocument,
        terms::{self as rules, TermsInput, TermsKind, TermsVersion},
    },
    role::ProfileType,
    time::Zone,
};
use time::Date;
use uuid::Uuid;

use super::{
    access,
    platform::{Platform, by_id, lock},
};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, execute, fetch_all, fetch_one, fetch_optional},
    error::{Error, Result},
    prose,
    secrets::{hex, sha256},
};

/// The zone whose date decides which version is in force: platforms are national.
const ZONE: Zone = Zone::Wib;

/// A published version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub id: Uuid,
    pub kind: TermsKind,
    /// Counts from 1.
    pub version: u32,
    /// In Markdown.
    pub text: String,
    /// Of the text, in hexadecimal digits.
    pub sha256: String,
    pub in_force_on: Date,
    /// See [`TermsVersion`].
    pub grace_days: u32,
    /// How many people accepted it.
    pub accepted: u32,
}

#[derive(sqlx::FromRow)]
struct VersionRow {
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

impl From<VersionRow> for Version {
    fn from(row: VersionRow) -> Self {
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

    pub(super) fn document(self) -> TermsDocument {
        TermsDocument {
            id: self.id,
            kind: self.kind,
            version: self.version,
            in_force_on: self.in_force_on,
            text: prose::parse(&self.text),
        }
    }

    pub(super) fn published(self) -> PublishedTerms {
        PublishedTerms {
            sha256: self.sha256.clone(),
            grace_days: self.grace_days,
            accepted: self.accepted,
            document: self.document(),
        }
    }
}

/// All versions of a platform, by kind, the newest first.
pub(super) async fn versions(conn: &mut Conn, platform_id: Uuid) -> Result<Vec<Version>> {
    let rows: Vec<VersionRow> = fetch_all!(
        conn,
        VersionRow,
        "SELECT t.id, t.kind, CAST(t.version AS BIGINT) AS version, t.text, t.sha256, t.in_force_on,
                CAST(t.grace_days AS BIGINT) AS grace_days,
                (SELECT count(*) FROM acceptances a WHERE a.terms_id = t.id) AS accepted
         FROM terms t WHERE t.platform_id = $1 ORDER BY t.kind DESC, t.version DESC LIMIT 1000",
        platform_id
    )?;
    Ok(rows.into_iter().map(Version::from).collect())
}

/// The versions that a person must accept before they enter a platform with an access of this profile type (see
/// [`rules::due`]). Empty if the platform does not ask that type.
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
    // Penyedia always must (guide step 19), others where the platform asks.
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

/// **Setuju**: records that the person accepted these versions, with the time, the network address and the access. Accepting
/// again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] if a version is unknown, the versions are of several platforms, or the access is not theirs;
/// [`domain::issues::Problem::NotOffered`] at [`domain::issues::Field::Access`]; [`Conflict::TermsChanged`] if a version is
/// not in force, so that the person must read the current one.
pub async fn accept(backend: &Backend, actor: &Actor, terms: &[Uuid], access_id: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let platform = platform_of(&mut tx, terms).await?;
    access::usable(&mut tx, backend, actor, &platform, access_id).await?;
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

/// The enabled platform of all these versions.
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

/// All versions of a platform, by kind, the newest first.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(backend: &Backend, actor: &Actor, platform_id: Uuid) -> Result<Vec<Version>> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    versions(&mut conn, platform_id).await
}

/// Publishes the next version of a document. It cannot be changed; one more version corrects a mistake.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for an unknown platform; [`Error::Invalid`].
pub async fn publish(backend: &Backend, actor: &Actor, platform_id: Uuid, input: &TermsInput) -> Result<Uuid> {
    actor.require(Permission::Administer)?;
    let terms = input.check(backend.world.today(ZONE)).map_err(Error::Invalid)?;
    let (id, now, hash) = (backend.world.id(), backend.world.now(), sha256(terms.text.as_bytes()));
    let mut tx = backend.db.begin().await?;
    let actor = &actor.recheck(&mut tx, Permission::Administer).await?;
    lock(&mut tx, platform_id).await?;
    let (before,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT CAST(coalesce(max(version), 0) AS BIGINT) FROM terms WHERE platform_id = $1 AND kind = $2",
        platform_id,
        input.kind.as_str()
    )?;
    execute!(
        tx,
        "INSERT INTO terms (id, platform_id, kind, version, text, sha256, in_force_on, grace_days, created_by,
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        platform_id,
        input.kind.as_str(),
        before + 1,
        &terms.text,
        &hash,
        terms.in_force_on,
        i64::from(terms.grace_days),
        actor.user_id,
        now.micros()
    )?;
    let detail = (input.kind.as_str(), before + 1, terms.in_force_on.to_string());
    backend.record(&mut tx, actor, Action::TermsPublished, Some(platform_id), detail)?;
    tx.commit().await?;
    Ok(id)
}
