//! The launcher: platforms, the accesses usable there, and the way in (guide steps 16 to 19).

use domain::{
    issues::{Field, Problem},
    platforms::{AccessFacts, NotAdmitted, admits},
    role::{ProfileType, Role},
    validity::Validity,
};
use time::Date;
use url::Url;
use uuid::Uuid;

use super::{Platform, Row, by_id, by_slug, select, terms};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, Tx, execute, fetch_all, fetch_optional},
    error::{Error, Result},
};

/// A platform in the launcher.
#[derive(Clone, Debug)]
pub struct PlatformChoice {
    /// The platform.
    pub platform: Platform,
    /// With how many accesses the person may enter it, or why with none.
    pub entry: std::result::Result<usize, Closed>,
}

/// Why a person cannot enter a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It admits other profile types.
    OtherProfile(Vec<ProfileType>),
    /// It admits other roles.
    OtherRole(Vec<Role>),
    /// The first access that it would admit begins on this day.
    NotYet(Date),
    /// The accesses that it would admit are over or were taken away.
    Over,
    /// The person has no access at all.
    NoAccess,
}

/// An access that is usable on a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessChoice {
    /// Its row.
    pub id: Uuid,
    /// The profile type of its role.
    pub profile_type: ProfileType,
    /// The role that it proves.
    pub role: Role,
    /// The work unit, or the company.
    pub place: String,
    /// The institution, or the number of the company.
    pub institution: Option<String>,
    /// Its last day.
    pub last_day: Date,
    /// Whether the person chose it here the last time.
    pub last_used: bool,
}

/// What comes of a choice.
#[derive(Clone, Debug)]
pub enum Launch {
    /// These terms must be accepted first.
    Accept(Vec<terms::Version>),
    /// The person may go there.
    Go(Url),
}

/// An authorization request of a platform that waits for the person (see [`crate::oidc`]).
#[derive(Clone, Debug)]
pub struct Parked {
    /// The platform that asks.
    pub platform: Platform,
    /// The accesses usable there.
    pub accesses: Vec<AccessChoice>,
}

#[derive(sqlx::FromRow)]
struct AccessRow {
    id: Uuid,
    #[sqlx(try_from = "String")]
    profile_type: ProfileType,
    #[sqlx(try_from = "String")]
    role: Role,
    work_unit: Option<String>,
    institution: Option<String>,
    company: Option<String>,
    nib: Option<String>,
    first_day: Date,
    last_day: Date,
    revoked_at: Option<i64>,
    chosen: bool,
}

/// All accesses of a person, those that end last first, with whether each was the last choice on a platform.
async fn accesses(conn: &mut Conn, user_id: Uuid, platform_id: Uuid) -> Result<Vec<AccessRow>> {
    Ok(fetch_all!(
        conn,
        AccessRow,
        "SELECT a.id, a.profile_type, a.role, w.name AS work_unit, i.name AS institution, k.name AS company,
                k.nib, a.first_day, a.last_day, a.revoked_at, c.access_id IS NOT NULL AS chosen
         FROM accesses a
         LEFT JOIN institutions i ON i.id = a.institution_id
         LEFT JOIN work_units w ON w.id = a.work_unit_id
         LEFT JOIN companies k ON k.application_id = a.application_id
         LEFT JOIN platform_choices c ON c.user_id = a.user_id AND c.platform_id = $2 AND c.access_id = a.id
         WHERE a.user_id = $1 ORDER BY a.last_day DESC, a.id LIMIT 100",
        user_id,
        platform_id
    )?)
}

impl AccessRow {
    fn facts(&self) -> Result<AccessFacts> {
        let validity = Validity::new(self.first_day, self.last_day)
            .ok_or_else(|| Error::internal("a stored access ends before it begins"))?;
        Ok(AccessFacts {
            role: self.role,
            profile_type: self.profile_type,
            validity,
            revoked: self.revoked_at.is_some(),
        })
    }

    /// Whether a platform admits it today.
    fn admitted(&self, platform: &Platform, today: Date) -> Result<std::result::Result<(), NotAdmitted>> {
        Ok(admits(&platform.admission, &self.facts()?, today))
    }

    fn choice(self) -> AccessChoice {
        AccessChoice {
            id: self.id,
            profile_type: self.profile_type,
            role: self.role,
            place: self.company.or(self.work_unit).unwrap_or_default(),
            institution: self.institution.or(self.nib.map(|nib| format!("NIB {nib}"))),
            last_day: self.last_day,
            last_used: self.chosen,
        }
    }
}

/// Every platform in use, by name, each with whether the person may enter it and why not. Changes nothing.
///
/// # Errors
/// If the database does not answer.
pub async fn platforms(backend: &Backend, actor: &Actor) -> Result<Vec<PlatformChoice>> {
    let today = backend.world.today(actor.zone);
    let mut conn = backend.db.read().await?;
    let rows: Vec<Row> = fetch_all!(conn, Row, select!(" ORDER BY name, id LIMIT 200"))?;
    // Which was the last choice does not matter here.
    let own = accesses(&mut conn, actor.user_id, Uuid::nil()).await?;
    rows.into_iter()
        .map(|row| {
            let platform = Platform::from(row);
            let entry = entry(&platform, &own, today)?;
            Ok(PlatformChoice { platform, entry })
        })
        .collect()
}

/// With how many of these accesses a platform can be entered today, or why with none.
fn entry(platform: &Platform, own: &[AccessRow], today: Date) -> Result<std::result::Result<usize, Closed>> {
    let mut usable = 0;
    for access in own {
        usable += usize::from(access.admitted(platform, today)?.is_ok());
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
    let upcoming = fitting.filter(|access| access.revoked_at.is_none() && access.first_day > today);
    Ok(Err(upcoming.map(|access| access.first_day).min().map_or(Closed::Over, Closed::NotYet)))
}

/// A platform, and the person's accesses that are usable there: the last choice first, then those that end last.
/// Changes nothing.
///
/// # Errors
/// [`Error::NotFound`] if there is no such platform in use.
pub async fn accesses_for(backend: &Backend, actor: &Actor, slug: &str) -> Result<(Platform, Vec<AccessChoice>)> {
    let mut conn = backend.db.read().await?;
    let platform = by_slug(&mut conn, slug).await?;
    let choices = usable_there(&mut conn, backend, actor, &platform).await?;
    Ok((platform, choices))
}

pub(crate) async fn usable_there(
    conn: &mut Conn,
    backend: &Backend,
    actor: &Actor,
    platform: &Platform,
) -> Result<Vec<AccessChoice>> {
    let today = backend.world.today(actor.zone);
    let mut choices = Vec::new();
    for access in accesses(conn, actor.user_id, platform.id).await? {
        if access.admitted(platform, today)?.is_ok() {
            choices.push(access.choice());
        }
    }
    choices.sort_by_key(|choice| !choice.last_used);
    Ok(choices)
}

/// One of the person's own accesses, if the platform admits it today.
///
/// # Errors
/// [`Error::NotFound`] if it is not theirs; [`Problem::NotOffered`] at [`Field::Access`] if the platform does not admit
/// it.
pub(crate) async fn usable(
    conn: &mut Conn,
    backend: &Backend,
    actor: &Actor,
    platform: &Platform,
    access_id: Uuid,
) -> Result<AccessChoice> {
    let own = accesses(conn, actor.user_id, platform.id).await?;
    let access = own.into_iter().find(|access| access.id == access_id).ok_or(Error::NotFound)?;
    match access.admitted(platform, backend.world.today(actor.zone))? {
        Ok(()) => Ok(access.choice()),
        Err(_) => Err(Error::invalid(Field::Access, Problem::NotOffered)),
    }
}

/// **Selanjutnya**: remembers the choice, and gives the way in, or the terms that must be accepted before (step 19).
/// The way is that of a login that a third party begins (OpenID Connect Core, section 4): the platform then asks us for
/// the person as if they had come to it first. A platform without such an address is opened where it is.
///
/// # Errors
/// [`Error::NotFound`] for an unknown platform or an access of somebody else; [`Problem::NotOffered`] at
/// [`Field::Access`] for one that the platform does not admit.
pub async fn launch(backend: &Backend, actor: &Actor, slug: &str, access_id: Uuid) -> Result<Launch> {
    let mut tx = backend.db.begin().await?;
    let platform = by_slug(&mut tx, slug).await?;
    let access = usable(&mut tx, backend, actor, &platform, access_id).await?;
    let due = terms::due(&mut tx, backend, actor.user_id, &platform, access.profile_type).await?;
    choose(&mut tx, backend, actor, &platform, access_id).await?;
    tx.commit().await?;
    if due.is_empty() { Ok(Launch::Go(way_in(backend, &platform, access_id)?)) } else { Ok(Launch::Accept(due)) }
}

/// What stands before an access on a platform: the terms that are due, none if none are. Changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for an unknown platform, or an access that is not theirs or not admitted there (any more).
pub async fn before_entering(
    backend: &Backend,
    actor: &Actor,
    slug: &str,
    access_id: Uuid,
) -> Result<(Platform, AccessChoice, Vec<terms::Version>)> {
    let mut conn = backend.db.read().await?;
    let platform = by_slug(&mut conn, slug).await?;
    let access = match usable(&mut conn, backend, actor, &platform, access_id).await {
        Err(Error::Invalid(_)) => return Err(Error::NotFound),
        found => found?,
    };
    let due = terms::due(&mut conn, backend, actor.user_id, &platform, access.profile_type).await?;
    Ok((platform, access, due))
}

/// The request of a platform that waits for the person. Changes nothing.
///
/// # Errors
/// [`Error::NotFound`] if it is unknown or over, or its platform is no longer in use.
pub async fn parked(backend: &Backend, actor: &Actor, request: Uuid) -> Result<Parked> {
    let mut conn = backend.db.read().await?;
    let platform = asking(&mut conn, backend, request).await?;
    let accesses = usable_there(&mut conn, backend, actor, &platform).await?;
    Ok(Parked { platform, accesses })
}

/// Remembers the access that the person chose for a request of a platform.
///
/// # Errors
/// [`Error::NotFound`] for an unknown request or an access of somebody else; [`Problem::NotOffered`] at
/// [`Field::Access`] for one that the platform does not admit.
pub async fn remember(backend: &Backend, actor: &Actor, request: Uuid, access_id: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let platform = asking(&mut tx, backend, request).await?;
    usable(&mut tx, backend, actor, &platform, access_id).await?;
    choose(&mut tx, backend, actor, &platform, access_id).await?;
    tx.commit().await
}

/// The platform of a request that waits.
async fn asking(conn: &mut Conn, backend: &Backend, request: Uuid) -> Result<Platform> {
    let found: Option<(Uuid,)> = fetch_optional!(
        conn,
        (Uuid,),
        "SELECT platform_id FROM oidc_requests WHERE id = $1 AND expires_at > $2",
        request,
        backend.world.now().micros()
    )?;
    let (platform_id,) = found.ok_or(Error::NotFound)?;
    by_id(conn, platform_id).await
}

/// Writes the choice, over the one before.
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

/// The address that opens a platform: `iss` says who sends the person, `login_hint` which access they chose,
/// `target_link_uri` where they want to be (OpenID Connect Core, section 4). The hint gives no right: the provider
/// takes it only where it is the choice that is remembered of the very person who is signed in.
fn way_in(backend: &Backend, platform: &Platform, access_id: Uuid) -> Result<Url> {
    let Some(begin) = &platform.initiate_login_uri else {
        return Url::parse(&platform.address).map_err(Error::internal);
    };
    let mut url = Url::parse(begin).map_err(Error::internal)?;
    url.query_pairs_mut()
        .append_pair("iss", &backend.settings.link(""))
        .append_pair("login_hint", &access_id.to_string())
        .append_pair("target_link_uri", &platform.address);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use domain::platforms::Admission;
    use rstest::rstest;
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 25);

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
    fn a_platform_says_why_it_is_closed(
        #[case] own: &[AccessRow],
        #[case] expected: std::result::Result<usize, Closed>,
    ) {
        let platform = platform(&[ProfileType::NonPenyedia], &[Role::Pa]);
        assert_eq!(entry(&platform, own, TODAY).unwrap(), expected);
    }

    #[test]
    fn of_another_profile_type_the_type_is_named() {
        let closed = entry(&platform(&[ProfileType::Penyedia], &[]), &[access(Role::Pa, TODAY, TODAY, None)], TODAY);
        assert_eq!(closed.unwrap(), Err(Closed::OtherProfile(vec![ProfileType::Penyedia])));
    }
}
