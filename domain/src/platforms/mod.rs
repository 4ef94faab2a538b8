//! Platforms: their names and addresses, what they are as clients of OpenID Connect, and whom they admit.

pub mod form;
pub mod terms;

use ::time::Date;
use url::{Host, Url};

use crate::{
    accesses::AccessState,
    issues::Problem,
    role::{ProfileType, Role},
    text::check_length,
    validity::Validity,
};

/// The fewest and the most characters of a platform's name in addresses.
pub const SLUG_LENGTH: std::ops::RangeInclusive<usize> = 3..=40;
/// The most characters of an address.
const MOST_CHARACTERS: usize = 2000;
/// What stands where a slug would in addresses of ours, and so cannot be one: `/platform/lanjut/{request}`.
const RESERVED: &str = "lanjut";

/// The name of a platform in addresses, and that of its client: lower-case letters, digits, hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Reads a name as typed.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::TooShort`], [`Problem::TooLong`], [`Problem::BadCharacters`], or
    /// [`Problem::Taken`] for a name that an address of ours needs.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        check_length(text, SLUG_LENGTH)?;
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        match text {
            RESERVED => Err(Problem::Taken),
            _ if text.split('-').all(word) => Ok(Self(text.to_owned())),
            _ => Err(Problem::BadCharacters),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a client can keep a secret (RFC 6749, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum ClientKind {
    /// It runs where everybody can read it: in a browser, on a telephone.
    Public,
    /// It runs on a server.
    Confidential,
}

crate::text_enum!(ClientKind);

/// How a client shows who it is (OpenID Connect Core 1.0, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all: a public client.
    None,
    /// By name and secret of HTTP Basic.
    ClientSecretBasic,
    /// By name and secret in the body.
    ClientSecretPost,
    /// By an assertion that it signs (RFC 7523).
    PrivateKeyJwt,
}

crate::text_enum!(AuthMethod);

/// How people are named to a platform (OpenID Connect Core 1.0, section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum SubjectType {
    /// By a name that no other sector knows.
    Pairwise,
    /// By the same name everywhere.
    Public,
}

crate::text_enum!(SubjectType);

/// An address of a platform that a browser may be sent to: over https, or over http to the same machine (RFC 8252,
/// section 7.3); without a fragment (RFC 6749, section 3.1.2) and without a user. Compared to the letter (RFC 9700,
/// section 4.1.3), so it is taken only as every browser would write it: nothing is left to be read in two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Reads an address as typed.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::TooLong`] or [`Problem::NotAnAddress`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        check_length(text, 1..=MOST_CHARACTERS)?;
        let url = Url::parse(text).map_err(|_| Problem::NotAnAddress)?;
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if bare && is_guarded(&url) && is_as_written(&url, text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::NotAnAddress)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether nobody on the way can read what is sent there. A star in a host stands for nothing here: addresses are no
/// patterns.
fn is_guarded(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(Host::Domain(name))) => !name.contains('*'),
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

/// Whether an address was typed as a browser writes it: host in lower case, no dots that climb, no port that goes
/// without saying. The slash alone behind a host may be left out.
fn is_as_written(url: &Url, text: &str) -> bool {
    url.as_str() == text || (url.path() == "/" && url.query().is_none() && url.as_str().strip_suffix('/') == Some(text))
}

/// Whom a platform admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The roles.
    pub roles: Vec<Role>,
    /// The profile types.
    pub profile_types: Vec<ProfileType>,
}

/// What of an access decides whether it opens a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessFacts {
    /// The role that it proves.
    pub role: Role,
    /// The profile type of that role.
    pub profile_type: ProfileType,
    /// Its first and last day.
    pub validity: Validity,
    /// Whether it was taken away.
    pub revoked: bool,
}

/// Why an access does not open a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdmitted {
    /// The platform admits other profile types.
    ProfileType,
    /// The platform admits other roles.
    Role,
    /// The access was taken away.
    Revoked,
    /// It begins on this day.
    NotYet(Date),
    /// It ended on this day.
    Over(Date),
}

/// Whether an access opens a platform on `today`, a date in the zone of the person who holds it (guide steps 16, 18).
///
/// # Errors
/// The first reason against it: what never changes before what time mends.
pub fn admits(admission: &Admission, access: &AccessFacts, today: Date) -> Result<(), NotAdmitted> {
    if !admission.profile_types.contains(&access.profile_type) {
        return Err(NotAdmitted::ProfileType);
    }
    if !admission.roles.contains(&access.role) {
        return Err(NotAdmitted::Role);
    }
    match AccessState::on(today, access.validity, access.revoked) {
        AccessState::Active => Ok(()),
        AccessState::Revoked => Err(NotAdmitted::Revoked),
        AccessState::Upcoming => Err(NotAdmitted::NotYet(access.validity.first())),
        AccessState::Expired => Err(NotAdmitted::Over(access.validity.last())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::{Duration, macros::date};
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("daftar-hitam", Ok(()))]
    #[case("spse4", Ok(()))]
    #[case("e-katalog-6", Ok(()))]
    #[case("", Err(Problem::Missing))]
    #[case("ab", Err(Problem::TooShort { min: 3 }))]
    #[case("Daftar-Hitam", Err(Problem::BadCharacters))]
    #[case("daftar hitam", Err(Problem::BadCharacters))]
    #[case("daftar--hitam", Err(Problem::BadCharacters))]
    #[case("-daftar", Err(Problem::BadCharacters))]
    #[case("daftar-", Err(Problem::BadCharacters))]
    #[case("daftar/hitam", Err(Problem::BadCharacters))]
    #[case("dáftar", Err(Problem::BadCharacters))]
    #[case("lanjut", Err(Problem::Taken))]
    fn slugs(#[case] typed: &str, #[case] expected: Result<(), Problem>) {
        assert_eq!(Slug::parse(typed).map(|slug| assert_eq!(slug.as_str(), typed)), expected);
    }

    #[rstest]
    #[case("https://platform.contoh.go.id/masuk/kembali")]
    #[case("https://platform.contoh.go.id/")]
    #[case("https://platform.contoh.go.id")]
    #[case("https://platform.contoh.go.id:8443/masuk/kembali")]
    #[case("https://platform.contoh.go.id/masuk/kembali?dari=gerbang&x=%2F")]
    #[case("https://203.0.113.7/kembali")]
    #[case("http://127.0.0.1:3002/masuk/kembali")]
    #[case("http://[::1]:3002/masuk/kembali")]
    #[case("http://localhost/masuk/kembali")]
    fn addresses_that_are_taken(#[case] typed: &str) {
        assert_eq!(RedirectUri::parse(typed).unwrap().as_str(), typed);
    }

    #[rstest]
    #[case("", Problem::Missing)]
    #[case("platform.contoh.go.id", Problem::NotAnAddress)]
    #[case("/masuk/kembali", Problem::NotAnAddress)]
    #[case("//platform.contoh.go.id/", Problem::NotAnAddress)]
    #[case("http://platform.contoh.go.id/", Problem::NotAnAddress)]
    #[case("http://10.0.0.1/", Problem::NotAnAddress)]
    #[case("http://localhost.jahat.example/", Problem::NotAnAddress)]
    #[case("javascript:alert(1)", Problem::NotAnAddress)]
    #[case("data:text/html,x", Problem::NotAnAddress)]
    #[case("id.go.contoh.platform:/masuk", Problem::NotAnAddress)]
    #[case("https://platform.contoh.go.id/#x", Problem::NotAnAddress)]
    #[case("https://platform.contoh.go.id/#", Problem::NotAnAddress)]
    #[case("https://siti@platform.contoh.go.id/", Problem::NotAnAddress)]
    #[case("https://:rahasia@platform.contoh.go.id/", Problem::NotAnAddress)]
    #[case("https://*.contoh.go.id/", Problem::NotAnAddress)]
    // What a browser would write otherwise.
    #[case("https://PLATFORM.contoh.go.id/", Problem::NotAnAddress)]
    #[case("HTTPS://platform.contoh.go.id/", Problem::NotAnAddress)]
    #[case("https:platform.contoh.go.id/", Problem::NotAnAddress)]
    #[case("https://platform.contoh.go.id:443/", Problem::NotAnAddress)]
    #[case("https://platform.contoh.go.id/a/../b", Problem::NotAnAddress)]
    #[case("https://platform.contoh.go.id/%2e%2e/b", Problem::NotAnAddress)]
    #[case("https://platform.contoh.go.id\\kembali", Problem::NotAnAddress)]
    #[case("https://platform.contoh.go.id/kem bali", Problem::NotAnAddress)]
    #[case("https://platform.contoh.go.id/kem\nbali", Problem::NotAnAddress)]
    #[case(" https://platform.contoh.go.id/", Problem::NotAnAddress)]
    #[case("https://plátform.contoh.go.id/", Problem::NotAnAddress)]
    #[case("https://0x7f.1/", Problem::NotAnAddress)]
    fn addresses_that_are_refused(#[case] typed: &str, #[case] expected: Problem) {
        assert_eq!(RedirectUri::parse(typed), Err(expected));
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert_eq!(Slug::parse(&"a".repeat(40)).map(drop), Ok(()));
        assert_eq!(Slug::parse(&"a".repeat(41)), Err(Problem::TooLong { max: 40 }));
        let long = format!("https://contoh.go.id/{}", "a".repeat(2000));
        assert_eq!(RedirectUri::parse(&long), Err(Problem::TooLong { max: 2000 }));
    }

    const DAY: Date = date!(2026 - 12 - 01);

    fn access(role: Role) -> AccessFacts {
        AccessFacts {
            role,
            profile_type: role.info().profile_type,
            validity: Validity::new(DAY, date!(2026 - 12 - 31)).unwrap(),
            revoked: false,
        }
    }

    #[rstest]
    #[case(access(Role::Pa), DAY, Ok(()))]
    #[case(access(Role::Pa), date!(2026 - 12 - 31), Ok(()))]
    #[case(access(Role::Pa), date!(2026 - 11 - 30), Err(NotAdmitted::NotYet(DAY)))]
    #[case(access(Role::Pa), date!(2027 - 01 - 01), Err(NotAdmitted::Over(date!(2026 - 12 - 31))))]
    #[case(AccessFacts { revoked: true, ..access(Role::Pa) }, DAY, Err(NotAdmitted::Revoked))]
    #[case(AccessFacts { revoked: true, ..access(Role::Pa) }, date!(2027 - 01 - 01), Err(NotAdmitted::Revoked))]
    #[case(access(Role::Kpa), DAY, Err(NotAdmitted::Role))]
    #[case(access(Role::Kpa), date!(2027 - 01 - 01), Err(NotAdmitted::Role))]
    #[case(access(Role::Penyedia), DAY, Err(NotAdmitted::ProfileType))]
    fn an_access_opens_what_admits_it_on_its_days(
        #[case] access: AccessFacts,
        #[case] today: Date,
        #[case] expected: Result<(), NotAdmitted>,
    ) {
        let admission = Admission { roles: vec![Role::Pa], profile_types: vec![ProfileType::NonPenyedia] };
        assert_eq!(admits(&admission, &access, today), expected);
    }

    proptest! {
        #[test]
        fn any_slug_typed_is_answered(text in ".{0,45}") {
            if let Ok(slug) = Slug::parse(&text) {
                prop_assert!(slug.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
            }
        }

        #[test]
        fn an_address_that_is_taken_is_read_in_one_way(text in "(https?|HTTPS|ftp)://[a-zA-Z0-9.@:*/?#%-]{1,30}") {
            if let Ok(uri) = RedirectUri::parse(&text) {
                let read = Url::parse(uri.as_str()).unwrap();
                prop_assert!(read.as_str() == text || read.as_str() == format!("{text}/"), "{}", read);
                prop_assert!(read.fragment().is_none() && read.username().is_empty());
                prop_assert!(is_guarded(&read));
            }
        }

        #[test]
        fn nothing_opens_a_platform_that_admits_nobody(nth in 0i64..60, role in 0usize..Role::ALL.len()) {
            let admission = Admission { roles: Vec::new(), profile_types: ProfileType::ALL.to_vec() };
            let today = DAY.saturating_add(Duration::days(nth));
            prop_assert_eq!(admits(&admission, &access(Role::ALL[role]), today), Err(NotAdmitted::Role));
        }

        #[test]
        fn an_access_opens_a_platform_on_no_day_but_its_own(nth in -60i64..90) {
            let admission = Admission { roles: Role::ALL.to_vec(), profile_types: ProfileType::ALL.to_vec() };
            let today = DAY.saturating_add(Duration::days(nth));
            prop_assert_eq!(admits(&admission, &access(Role::Pa), today).is_ok(), (0..=30).contains(&nth));
        }
    }
}
