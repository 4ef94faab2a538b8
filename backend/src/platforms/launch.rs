//! The launcher: which platforms a person may enter, with which accesses, and the way in (guide steps 16 to 19).

use domain::{
    oidc::{AuthorizationRequest, Scopes},
    platforms::launcher::{Agreement, Closed, Launcher, PlatformRequest, UsableAccess},
    time::Timestamp,
};
use sqlx::types::Json;
use url::Url;
use uuid::Uuid;

use super::{
    access::{AccessRow, accesses, usable, usable_there},
    platform::{Platform, PlatformRow, by_id, by_slug, select},
    terms,
};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, Tx, execute, fetch_all, fetch_one, fetch_optional},
    error::{Error, Result},
    oidc::pairwise,
};

/// A platform, and whether a person can enter it.
#[derive(Clone, Debug)]
pub struct PlatformChoice {
    pub platform: Platform,
    /// The number of accesses that it admits, or why it admits none.
    pub entry: std::result::Result<usize, Closed>,
}

/// What follows **Selanjutnya**.
#[derive(Clone, Debug)]
pub enum Launch {
    /// These terms must be accepted first.
    Accept(Vec<terms::Version>),
    /// To this address of the platform.
    Go(Url),
}

/// What the launcher shows. `slug` is the platform that the address names.
///
/// # Errors
/// If the database does not answer.
pub async fn launcher(backend: &Backend, actor: &Actor, slug: Option<&str>) -> Result<Launcher> {
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for PlatformChoice { platform, entry } in platforms(backend, actor).await? {
        match entry {
            Ok(_) => open.push(platform.summary()),
            Err(why) => closed.push((platform.name, why)),
        }
    }
    let chosen = match slug.filter(|slug| open.iter().any(|platform| platform.slug == **slug)) {
        Some(slug) => {
            let (platform, accesses) = accesses_for(backend, actor, slug).await?;
            Some((platform.summary(), accesses))
        }
        None => None,
    };
    let unknown = slug.is_some() && chosen.is_none();
    Ok(Launcher { open, closed, chosen, unknown })
}

/// Every enabled platform, by name, each with whether the person can enter it.
///
/// # Errors
/// If the database does not answer.
pub async fn platforms(backend: &Backend, actor: &Actor) -> Result<Vec<PlatformChoice>> {
    let now = backend.world.now();
    let mut conn = backend.db.read().await?;
    let rows: Vec<PlatformRow> = fetch_all!(conn, PlatformRow, select!(" ORDER BY name, id LIMIT 200"))?;
    // The last choice does not matter here.
    let own = accesses(&mut conn, actor.user_id, Uuid::nil()).await?;
    rows.into_iter()
        .map(|row| {
            let platform = Platform::from(row);
            let entry = entry(&platform, &own, now)?;
            Ok(PlatformChoice { platform, entry })
        })
        .collect()
}

/// The number of these accesses that a platform admits today, or why it admits none.
fn entry(platform: &Platform, own: &[AccessRow], now: Timestamp) -> Result<std::result::Result<usize, Closed>> {
    let mut usable = 0;
    for access in own {
        usable += usize::from(access.admitted(platform, now)?.is_ok());
    }
    if usable > 0 {
        return Ok(Ok(usable));
    }
    if own.is_empty() {
        return Ok(Err(Closed::NoAccess));
    }
    let admission = &platform.admission;
    let of_profile = own.iter().any(|access| admission.profile_types.contains(&access.profile_type));
    if !of_profile {
        return Ok(Err(Closed::OtherProfile(admission.profile_types.clone())));
    }
    let mut fitting = own
        .iter()
        .filter(|access| admission.profile_types.contains(&access.profile_type))
        .filter(|access| admission.roles.contains(&access.role))
        .peekable();
    if fitting.peek().is_none() {
        return Ok(Err(Closed::OtherRole(admission.roles.clone())));
    }
    let upcoming = fitting.filter(|access| access.revoked_at.is_none() && access.first_day > now.date(access.zone));
    Ok(Err(upcoming.map(|access| access.first_day).min().map_or(Closed::Over, Closed::NotYet)))
}

/// A platform, and the accesses that the person can use there.
///
/// # Errors
/// [`Error::NotFound`] for an unknown or disabled platform.
pub async fn accesses_for(backend: &Backend, actor: &Actor, slug: &str) -> Result<(Platform, Vec<UsableAccess>)> {
    let mut conn = backend.db.read().await?;
    let platform = by_slug(&mut conn, slug).await?;
    let choices = usable_there(&mut conn, backend, actor, &platform).await?;
    Ok((platform, choices))
}

/// **Selanjutnya**: remembers the choice, and returns the way in, or the terms to accept first (step 19). The way in is a
/// login initiated by a third party (OpenID Connect Core 1.0, section 4): the platform then asks us for the person as if
/// they had come to it first. A platform without an address for that is opened at its own address.
///
/// # Errors
/// [`Error::NotFound`] for an unknown platform or a foreign access; [`domain::issues::Problem::NotOffered`] at
/// [`domain::issues::Field::Access`] for one that the platform does not admit.
pub async fn launch(backend: &Backend, actor: &Actor, slug: &str, access_id: Uuid) -> Result<Launch> {
    let mut tx = backend.db.begin().await?;
    let platform = by_slug(&mut tx, slug).await?;
    let access = usable(&mut tx, backend, actor, &platform, access_id).await?;
    let due = terms::due(&mut tx, backend, actor.user_id, &platform, access.profile_type).await?;
    choose(&mut tx, backend, actor, &platform, access_id).await?;
    tx.commit().await?;
    if due.is_empty() { Ok(Launch::Go(way_in(backend, &platform, access_id)?)) } else { Ok(Launch::Accept(due)) }
}

/// What the terms page shows before a platform is entered with an access.
///
/// # Errors
/// [`Error::NotFound`] for an unknown platform, or an access that is not theirs or not admitted there.
pub async fn agreement(backend: &Backend, actor: &Actor, slug: &str, access_id: Uuid) -> Result<Agreement> {
    let mut conn = backend.db.read().await?;
    let platform = by_slug(&mut conn, slug).await?;
    let scopes = platform.scopes.clone();
    agreement_with(&mut conn, backend, actor, platform, scopes, access_id).await
}

/// The same for what the platform asks for.
async fn agreement_with(
    conn: &mut Conn,
    backend: &Backend,
    actor: &Actor,
    platform: Platform,
    scopes: Scopes,
    access_id: Uuid,
) -> Result<Agreement> {
    let access = match usable(conn, backend, actor, &platform, access_id).await {
        Err(Error::Invalid(_)) => return Err(Error::NotFound),
        found => found?,
    };
    let due = terms::due(conn, backend, actor.user_id, &platform, access.profile_type).await?;
    let documents = due.into_iter().map(terms::Version::document).collect();
    let since = signed_in_since(conn, actor, platform.id).await?;
    Ok(Agreement { platform: platform.summary(), scopes, since, access, documents })
}

/// When the oldest session of the person at a platform began.
async fn signed_in_since(conn: &mut Conn, actor: &Actor, platform_id: Uuid) -> Result<Option<Timestamp>> {
    let oldest: (Option<i64>,) = fetch_one!(
        conn,
        (Option<i64>,),
        "SELECT min(created_at) FROM oidc_grants WHERE user_id = $1 AND platform_id = $2 AND ended_at IS NULL",
        actor.user_id,
        platform_id
    )?;
    Ok(oldest.0.map(Timestamp::from_micros))
}

/// What the page of a waiting request shows, with the agreement for `access` once that is chosen.
///
/// # Errors
/// [`Error::NotFound`] if the request is unknown or expired, or its platform is disabled; as [`agreement`].
pub async fn request(backend: &Backend, actor: &Actor, request: Uuid, access: Option<Uuid>) -> Result<PlatformRequest> {
    let mut conn = backend.db.read().await?;
    let (platform, asked) = asking(&mut conn, backend, request).await?;
    let (scopes, summary) = (asked.scopes.common(&platform.scopes), platform.clone().summary());
    if !is_about(backend, actor, &platform, &asked) {
        let (accesses, agreement) = (Vec::new(), None);
        return Ok(PlatformRequest { platform: summary, other_person: true, scopes, accesses, agreement });
    }
    let accesses = usable_there(&mut conn, backend, actor, &platform).await?;
    let agreement = match access {
        Some(access) => Some(agreement_with(&mut conn, backend, actor, platform, scopes.clone(), access).await?),
        None => None,
    };
    Ok(PlatformRequest { platform: summary, other_person: false, scopes, accesses, agreement })
}

/// Remembers the access that the person chose for a request of a platform.
///
/// # Errors
/// [`Error::NotFound`] for an unknown request, one for another person, or a foreign access;
/// [`domain::issues::Problem::NotOffered`] at [`domain::issues::Field::Access`] for one that the platform does not admit.
pub async fn remember(backend: &Backend, actor: &Actor, request: Uuid, access_id: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let (platform, asked) = asking(&mut tx, backend, request).await?;
    if !is_about(backend, actor, &platform, &asked) {
        return Err(Error::NotFound);
    }
    usable(&mut tx, backend, actor, &platform, access_id).await?;
    choose(&mut tx, backend, actor, &platform, access_id).await?;
    tx.commit().await
}

/// A waiting request, and its platform.
async fn asking(conn: &mut Conn, backend: &Backend, request: Uuid) -> Result<(Platform, AuthorizationRequest)> {
    let found: Option<(Uuid, Json<AuthorizationRequest>)> = fetch_optional!(
        conn,
        (Uuid, Json<AuthorizationRequest>),
        "SELECT platform_id, params FROM oidc_requests WHERE id = $1 AND expires_at > $2",
        request,
        backend.world.now().micros()
    )?;
    let (platform_id, Json(asked)) = found.ok_or(Error::NotFound)?;
    Ok((by_id(conn, platform_id).await?, asked))
}

/// True unless the platform named another person.
fn is_about(backend: &Backend, actor: &Actor, platform: &Platform, asked: &AuthorizationRequest) -> bool {
    let subject = || pairwise::subject(backend, platform.subject_type, &platform.sector, actor.user_id);
    asked.subject.as_ref().is_none_or(|named| *named == subject())
}

/// Writes the choice over the previous one.
async fn choose(tx: &mut Tx, backend: &Backend, actor: &Actor, platform: &Platform, access_id: Uuid) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO platform_choices (user_id, platform_id, access_id, chosen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, platform_id)
         DO UPDATE SET access_id = excluded.access_id, chosen_at = excluded.chosen_at",
        actor.user_id,
        platform.id,
        access_id,
        backend.world.now().micros()
    )?;
    backend.record(tx, actor, Action::PlatformChosen, Some(platform.id), access_id)
}

/// The address that opens a platform (OpenID Connect Core 1.0, section 4): `iss` is our issuer, `login_hint` the chosen
/// access as the platform knows it, `target_link_uri` the address of the platform. The hint gives no right: the provider accepts it only if it equals
/// the stored choice of the person who is signed in.
fn way_in(backend: &Backend, platform: &Platform, access_id: Uuid) -> Result<Url> {
    let Some(begin) = &platform.initiate_login_uri else {
        return Url::parse(&platform.address).map_err(Error::internal);
    };
    let hint = pairwise::access(backend, platform.subject_type, &platform.sector, access_id);
    let mut url = Url::parse(begin).map_err(Error::internal)?;
    url.query_pairs_mut()
        .append_pair("iss", &backend.issuer())
        .append_pair("login_hint", &hint.to_string())
        .append_pair("target_link_uri", &platform.address);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use domain::{
        platforms::{Admission, SubjectType},
        role::{ProfileType, Role},
        time::Zone,
    };
    use rstest::rstest;
    use time::{Date, macros::date};

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 25);

    fn now() -> Timestamp {
        Timestamp::start_of(TODAY, Zone::Wib)
    }

    fn platform(profile_types: &[ProfileType], roles: &[Role]) -> Platform {
        Platform {
            id: Uuid::nil(),
            slug: "daftar-hitam".into(),
            name: "Daftar Hitam".into(),
            line: String::new(),
            logo: None,
            address: "https://daftar-hitam.contoh.go.id/".into(),
            initiate_login_uri: None,
            admission: Admission { roles: roles.to_vec(), profile_types: profile_types.to_vec() },
            terms_for: Vec::new(),
            sector: "daftar-hitam.contoh.go.id".into(),
            subject_type: SubjectType::Pairwise,
            scopes: Scopes::default(),
        }
    }

    fn access(role: Role, first_day: Date, last_day: Date, revoked_at: Option<i64>) -> AccessRow {
        AccessRow {
            id: Uuid::nil(),
            profile_type: role.info().profile_type,
            role,
            work_unit: Some("Sekretariat".into()),
            institution: Some("Kementerian Kesehatan".into()),
            company: None,
            nib: None,
            first_day,
            last_day,
            zone: Zone::Wib,
            revoked_at,
            chosen: false,
        }
    }

    #[rstest]
    #[case(&[], Err(Closed::NoAccess))]
    #[case(&[access(Role::Pa, TODAY, TODAY, None)], Ok(1))]
    #[case(&[access(Role::Kpa, TODAY, TODAY, None)], Err(Closed::OtherRole(vec![Role::Pa])))]
    #[case(&[access(Role::Pa, TODAY, TODAY, Some(1))], Err(Closed::Over))]
    #[case(&[access(Role::Pa, date!(2026 - 01 - 01), date!(2026 - 11 - 24), None)], Err(Closed::Over))]
    #[case(
        &[
            access(Role::Pa, date!(2027 - 02 - 01), date!(2027 - 12 - 31), None),
            access(Role::Pa, date!(2027 - 01 - 01), date!(2027 - 01 - 31), None),
        ],
        Err(Closed::NotYet(date!(2027 - 01 - 01)))
    )]
    fn a_closed_platform_has_a_reason(#[case] own: &[AccessRow], #[case] expected: std::result::Result<usize, Closed>) {
        let platform = platform(&[ProfileType::NonPenyedia], &[Role::Pa]);
        assert_eq!(entry(&platform, own, now()).unwrap(), expected);
    }

    #[test]
    fn the_reason_names_the_admitted_profile_types() {
        let closed = entry(&platform(&[ProfileType::Penyedia], &[]), &[access(Role::Pa, TODAY, TODAY, None)], now());
        assert_eq!(closed.unwrap(), Err(Closed::OtherProfile(vec![ProfileType::Penyedia])));
    }
}
