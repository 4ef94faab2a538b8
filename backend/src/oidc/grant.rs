//! Grants: the session of a person at a platform, bound to one access, and the claims about that person.

use std::time::Duration;

use domain::{
    oidc::{Scope, Scopes},
    platforms::{AccessFacts, Admission, SubjectType, admits},
    role::{ProfileType, Role},
    time::{Timestamp, Zone},
    validity::Validity,
};
use serde::Serialize;
use sqlx::types::Json;
use time::Date;
use uuid::Uuid;

use super::pairwise;
use crate::{
    Backend,
    db::{Conn, fetch_optional},
    error::{Error, Result},
    world::World,
};

/// The longest life of a grant, however often its tokens are refreshed.
pub(crate) const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// A grant with the current state of the rights behind it.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct Grant {
    /// The claim `sid`.
    pub id: Uuid,
    pub platform_id: Uuid,
    /// What was granted. [`Grant::scopes`] is what it gives now.
    pub scope: String,
    /// Of the request, for the ID token.
    pub nonce: Option<String>,
    /// When the person signed in.
    pub auth_time: i64,
    /// How the person signed in.
    pub acr: Option<String>,
    pub created_at: i64,
    ended_at: Option<i64>,
    closed_at: Option<i64>,
    sector: String,
    #[sqlx(try_from = "String")]
    subject_type: SubjectType,
    /// The scopes that the platform may ask for.
    #[sqlx(try_from = "String")]
    registered: Scopes,
    roles: Json<Vec<Role>>,
    profile_types: Json<Vec<ProfileType>>,
    pub user_id: Uuid,
    email: String,
    disabled_at: Option<i64>,
    access_id: Uuid,
    /// As verified.
    holder_name: String,
    /// As verified.
    holder_nip: Option<String>,
    /// In which the days of the access are counted.
    #[sqlx(try_from = "String")]
    zone: Zone,
    #[sqlx(try_from = "String")]
    profile_type: ProfileType,
    #[sqlx(try_from = "String")]
    pub role: Role,
    first_day: Date,
    last_day: Date,
    revoked_at: Option<i64>,
    kd_klpd: Option<String>,
    nama_klpd: Option<String>,
    kd_satker: Option<String>,
    nama_satker: Option<String>,
}

/// The claim `gerbang`: the chosen access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessClaims {
    /// Of the platform's sector, see [`pairwise::access`].
    access_id: Uuid,
    profile_type: ProfileType,
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    kd_klpd: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nama_klpd: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kd_satker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nama_satker: Option<String>,
    /// The end of its last day in its own zone, in seconds.
    access_expires_at: i64,
}

/// The claims about a person that scopes give (OpenID Connect Core 1.0, section 5.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonClaims {
    sub: String,
    /// As verified with the access, not as the profile says now.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// As verified with the access.
    #[serde(skip_serializing_if = "Option::is_none")]
    nip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Always true, because an account is made by confirming its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gerbang: Option<AccessClaims>,
}

/// A query for [`Grant`]s: columns that come first, the tables with the grant as `g`, and a condition.
macro_rules! select {
    ($columns:literal, $from:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " g.id, g.platform_id, g.scope, g.nonce, g.auth_time, g.acr, g.created_at, g.ended_at,
                p.disabled_at AS closed_at, p.sector, p.subject_type, p.scopes AS registered, p.roles, p.profile_types,
                u.id AS user_id, u.email, u.disabled_at,
                a.id AS access_id, a.holder_name, a.holder_nip, a.zone, a.profile_type, a.role, a.first_day, a.last_day, a.revoked_at,
                i.kd_klpd, i.name AS nama_klpd, w.code AS kd_satker, w.name AS nama_satker
             FROM ",
            $from,
            " JOIN platforms p ON p.id = g.platform_id
             JOIN users u ON u.id = g.user_id
             JOIN accesses a ON a.id = g.access_id
             LEFT JOIN institutions i ON i.id = a.institution_id
             LEFT JOIN work_units w ON w.id = a.work_unit_id "
        )
    };
    ($columns:literal, $from:literal, $condition:literal) => {
        concat!($crate::oidc::grant::select!($columns, $from), $condition)
    };
}
pub(crate) use select;

/// The grant with this id, if it is live.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn live(conn: &mut Conn, backend: &Backend, id: Uuid) -> Result<Option<Grant>> {
    let found: Option<Grant> = fetch_optional!(conn, Grant, select!("", "oidc_grants g", "WHERE g.id = $1"), id)?;
    found.map(|grant| grant.if_live(backend)).transpose().map(Option::flatten)
}

impl Grant {
    /// True unless it or a right behind it has ended, even if nothing has recorded that yet. Every use of a token asks here.
    ///
    /// # Errors
    /// If stored data is inconsistent.
    pub fn is_live(&self, world: &World) -> Result<bool> {
        if self.ended_at.is_some() || self.disabled_at.is_some() || self.closed_at.is_some() {
            return Ok(false);
        }
        if self.ends_at() <= world.now() {
            return Ok(false);
        }
        let admission = Admission { roles: self.roles.0.clone(), profile_types: self.profile_types.0.clone() };
        Ok(admits(&admission, &self.facts()?, world.today(self.zone)).is_ok())
    }

    /// `None` unless the grant is live.
    ///
    /// # Errors
    /// As [`Grant::is_live`].
    pub fn if_live(self, backend: &Backend) -> Result<Option<Self>> {
        Ok(self.is_live(&backend.world)?.then_some(self))
    }

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

    /// The end of the access.
    fn access_ends_at(&self) -> Timestamp {
        let after = self.last_day.next_day().unwrap_or(Date::MAX);
        Timestamp::start_of(after, self.zone)
    }

    /// When the grant ends by itself: with its access, and at the latest after [`LONGEST`]. No token is valid longer.
    pub fn ends_at(&self) -> Timestamp {
        Timestamp::from_micros(self.created_at).plus(LONGEST).min(self.access_ends_at())
    }

    /// What was granted and the platform still may ask for.
    pub fn scopes(&self) -> Scopes {
        Scopes::parse(&self.scope).common(&self.registered)
    }

    /// The claim `sub`: pairwise by sector, unless the platform is set otherwise (OpenID Connect Core 1.0, section 8).
    pub fn subject(&self, backend: &Backend) -> String {
        pairwise::subject(backend, self.subject_type, &self.sector, self.user_id)
    }

    /// The claims that these scopes give.
    pub fn claims(&self, backend: &Backend, scopes: &Scopes) -> PersonClaims {
        PersonClaims {
            sub: self.subject(backend),
            name: scopes.has(Scope::Profile).then(|| self.holder_name.clone()),
            nip: self.holder_nip.clone().filter(|_| scopes.has(Scope::Nip)),
            email: scopes.has(Scope::Email).then(|| self.email.clone()),
            email_verified: scopes.has(Scope::Email).then_some(true),
            gerbang: scopes.has(Scope::Gerbang).then(|| self.access_claims(backend)),
        }
    }

    fn access_claims(&self, backend: &Backend) -> AccessClaims {
        self.access_claims_as(pairwise::access(backend, self.subject_type, &self.sector, self.access_id))
    }

    fn access_claims_as(&self, access_id: Uuid) -> AccessClaims {
        AccessClaims {
            access_id,
            profile_type: self.profile_type,
            role: self.role,
            kd_klpd: self.kd_klpd.clone(),
            nama_klpd: self.nama_klpd.clone(),
            kd_satker: self.kd_satker.clone(),
            nama_satker: self.nama_satker.clone(),
            access_expires_at: self.access_ends_at().seconds(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;
    use time::macros::date;

    use super::*;

    pub(crate) fn grant() -> Grant {
        Grant {
            id: Uuid::from_u128(1),
            platform_id: Uuid::from_u128(2),
            scope: "openid gerbang".into(),
            nonce: Some("n-0S6_WzA2Mj".into()),
            auth_time: 1_795_680_000_000_000,
            acr: None,
            created_at: 1_795_680_000_000_000,
            ended_at: None,
            closed_at: None,
            sector: "daftar-hitam.contoh.go.id".into(),
            subject_type: SubjectType::Pairwise,
            registered: Scope::ALL.into_iter().collect(),
            roles: Json(Role::ALL.to_vec()),
            profile_types: Json(ProfileType::ALL.to_vec()),
            user_id: Uuid::from_u128(3),
            email: "siti.pa@contoh.go.id".into(),
            disabled_at: None,
            access_id: Uuid::from_u128(4),
            holder_name: "Siti Rahmawati".into(),
            holder_nip: Some("197804122003122003".into()),
            zone: Zone::Wib,
            profile_type: ProfileType::NonPenyedia,
            role: Role::Pa,
            first_day: date!(2026 - 01 - 01),
            last_day: date!(2026 - 12 - 31),
            revoked_at: None,
            kd_klpd: Some("K34".into()),
            nama_klpd: Some("Kementerian Ketenagakerjaan".into()),
            kd_satker: None,
            nama_satker: Some("Sekretariat Jenderal".into()),
        }
    }

    #[test]
    fn an_access_ends_with_its_last_day_in_its_own_zone() {
        // 2026-12-31T17:00:00Z
        assert_eq!(grant().access_ends_at().seconds(), 1_798_736_400);
        let eastern = Grant { zone: Zone::Wit, ..grant() };
        assert_eq!(eastern.access_ends_at().seconds(), 1_798_736_400 - 2 * 3600);
    }

    #[test]
    fn a_grant_ends_after_thirty_days_or_with_its_access() {
        let days = |days: i64| 1_795_680_000 + days * 24 * 3600;
        assert_eq!(grant().ends_at().seconds(), days(30));
        let short = Grant { last_day: date!(2026 - 12 - 01), ..grant() };
        assert_eq!(short.ends_at(), short.access_ends_at());
    }

    #[test]
    fn unknown_claims_are_omitted() {
        let claims = serde_json::to_value(grant().access_claims_as(Uuid::from_u128(4))).unwrap();
        assert_eq!(
            claims,
            json!({
                "access_id": "00000000-0000-0000-0000-000000000004",
                "profile_type": "non_penyedia",
                "role": "pa",
                "kd_klpd": "K34",
                "nama_klpd": "Kementerian Ketenagakerjaan",
                "nama_satker": "Sekretariat Jenderal",
                "access_expires_at": 1_798_736_400,
            })
        );
    }
}
