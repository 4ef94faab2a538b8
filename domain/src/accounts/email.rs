//! E-mail addresses.

use serde::{Deserialize, Serialize};

use crate::{characters::seen, issues::Problem};

/// An e-mail address in lower case, of the form `name@host.domain`, at most 254 bytes (RFC 5321, section 4.5.3.1.3).
///
/// Deliberately narrower than the RFC: no quoted names, no address literals, no bare host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Reads an address as typed or pasted. Drops what is not seen, and turns it into lower case.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::TooLong`] or [`Problem::NotAnEmail`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = seen(text).to_lowercase();
        if text.is_empty() {
            return Err(Problem::Missing);
        }
        if text.len() > 254 {
            return Err(Problem::TooLong { max: 254 });
        }
        let valid = text.split_once('@').is_some_and(|(name, host)| is_local_part(name) && is_host(host));
        if valid { Ok(Self(text)) } else { Err(Problem::NotAnEmail) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if it belongs to the government (`.go.id`, `.mil.id`, `.desa.id`). Others are accepted with a remark.
    pub fn is_official(&self) -> bool {
        [".go.id", ".mil.id", ".desa.id"].iter().any(|end| self.0.ends_with(end))
    }
}

fn is_local_part(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.split('.').all(|atom| {
            !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
}

fn is_host(host: &str) -> bool {
    let mut labels = host.split('.');
    host.contains('.')
        && labels.all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
        && host.rsplit('.').next().is_some_and(|top| top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit()))
}

impl TryFrom<String> for Email {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|_| "not an e-mail address".to_owned())
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("siti.pa@contoh.go.id", true)]
    #[case(" Siti.PA@Contoh.GO.ID ", true)]
    #[case("toko+1@contoh.co.id", true)]
    #[case("\u{202a}siti.pa@contoh.go.id\u{202c}", true)]
    #[case("siti.pa\u{200b}@contoh\u{feff}.go.id\u{a0}", true)]
    #[case("siti\u{a0}pa@contoh.go.id", false)]
    #[case("siti@localhost", false)]
    #[case("siti", false)]
    #[case("@contoh.go.id", false)]
    #[case("siti@@contoh.go.id", false)]
    #[case("siti..pa@contoh.go.id", false)]
    #[case("siti@-contoh.go.id", false)]
    #[case("siti@contoh..id", false)]
    #[case("siti@1.2.3.4", false)]
    #[case("siti@contoh.go.id\r\nBcc: x@y.id", false)]
    #[case("si ti@contoh.go.id", false)]
    fn addresses_are_checked(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(Email::parse(text).is_ok(), valid);
    }

    #[test]
    fn government_addresses_are_official() {
        assert!(Email::parse("siti@dinkes.jabarprov.go.id").unwrap().is_official());
        assert!(!Email::parse("siti@gmail.com").unwrap().is_official());
        assert!(!Email::parse("siti@go.id.contoh.com").unwrap().is_official());
    }

    proptest! {
        #[test]
        fn what_is_not_seen_is_no_part_of_an_address(at in 0usize..20, hidden in "[\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{feff}]{1,3}") {
            let mut pasted = "siti.pa@contoh.go.id".to_owned();
            let typed = Email::parse(&pasted);
            pasted.insert_str(at, &hidden);
            prop_assert_eq!(Email::parse(&pasted), typed);
        }

        #[test]
        fn any_text_is_rejected_or_safe_in_a_mail_header(text in ".{0,300}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(email.as_str().bytes().all(|b| b.is_ascii_graphic()));
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
            }
        }
    }
}
