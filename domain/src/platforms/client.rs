//! A platform as a client of OpenID Connect: its slug, its kind, and its addresses.

use url::{Host, Url};

use crate::{issues::Problem, text::check_length};

/// The length of a slug in characters.
pub const SLUG_LENGTH: std::ops::RangeInclusive<usize> = 3..=40;
/// The longest address in characters.
const MOST_CHARACTERS: usize = 2000;
/// Not a slug, because our own address `/platform/lanjut/{request}` has it in the place of one.
const RESERVED: &str = "lanjut";

/// The name of a platform in addresses, and the `client_id` of a new one: words of lower-case letters and digits with
/// single hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Reads typed text.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::TooShort`], [`Problem::TooLong`], [`Problem::BadCharacters`], or
    /// [`Problem::Taken`] for a reserved name.
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

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Client types (RFC 6749, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum ClientKind {
    /// It runs where everybody can read it: in a browser or on a phone.
    Public,
    /// It runs on a server.
    Confidential,
}

crate::text_enum!(ClientKind);

/// How a client authenticates (OpenID Connect Core 1.0, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all, because it is public.
    None,
    /// By `client_id` and secret in HTTP Basic.
    ClientSecretBasic,
    /// By `client_id` and secret in the body.
    ClientSecretPost,
    /// By an assertion signed with its own key (RFC 7523).
    PrivateKeyJwt,
}

crate::text_enum!(AuthMethod);

/// What identifies people to a platform (OpenID Connect Core 1.0, section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum SubjectType {
    /// An identifier that differs between sectors.
    Pairwise,
    /// The same identifier everywhere.
    Public,
}

crate::text_enum!(SubjectType);

/// An address of a platform that a browser may be sent to: https, or http on the same machine (RFC 8252, section 7.3);
/// without a fragment (RFC 6749, section 3.1.2) and without user information. Addresses are compared as strings (RFC
/// 9700, section 4.1.3), so only the form that browsers write is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Reads typed text.
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

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// True if nobody on the network can read what is sent there. A `*` in a host is refused, because addresses are not
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

/// True if `text` is what a browser writes: host in lower case, no `..`, no default port. A path that is only a slash may
/// be left out.
fn is_as_written(url: &Url, text: &str) -> bool {
    url.as_str() == text || (url.path() == "/" && url.query().is_none() && url.as_str().strip_suffix('/') == Some(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

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
    fn valid_addresses(#[case] typed: &str) {
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
    // Browsers write these in another way.
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
    fn refused_addresses(#[case] typed: &str, #[case] expected: Problem) {
        assert_eq!(RedirectUri::parse(typed), Err(expected));
    }

    #[test]
    fn a_text_that_is_too_long_is_refused() {
        assert_eq!(Slug::parse(&"a".repeat(40)).map(drop), Ok(()));
        assert_eq!(Slug::parse(&"a".repeat(41)), Err(Problem::TooLong { max: 40 }));
        let long = format!("https://contoh.go.id/{}", "a".repeat(2000));
        assert_eq!(RedirectUri::parse(&long), Err(Problem::TooLong { max: 2000 }));
    }

    proptest! {
        #[test]
        fn a_slug_has_only_letters_digits_and_hyphens(text in ".{0,45}") {
            if let Ok(slug) = Slug::parse(&text) {
                prop_assert!(slug.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
            }
        }

        #[test]
        fn an_accepted_address_has_one_reading(text in "(https?|HTTPS|ftp)://[a-zA-Z0-9.@:*/?#%-]{1,30}") {
            if let Ok(uri) = RedirectUri::parse(&text) {
                let read = Url::parse(uri.as_str()).unwrap();
                prop_assert!(read.as_str() == text || read.as_str() == format!("{text}/"), "{}", read);
                prop_assert!(read.fragment().is_none() && read.username().is_empty());
                prop_assert!(is_guarded(&read));
            }
        }
    }
}
