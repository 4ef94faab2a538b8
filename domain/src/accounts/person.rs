//! Name, employee number (NIP or NRP) and phone number of a person.

use ::time::{Date, Month};
use serde::{Deserialize, Serialize};

use crate::{
    characters::{is_blank, seen},
    issues::Problem,
    links::looks_like_link,
    text::check_length,
};

/// A person's name as written on letters, titles included; 2 to 100 characters, inner space folded,
/// nothing that is not seen and nothing that could be clicked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name as typed or pasted. Drops what is not seen and folds inner space.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::TooShort`], [`Problem::TooLong`], [`Problem::BadCharacters`] (control characters,
    /// angle brackets, digits only) or [`Problem::LooksLikeLink`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let name = seen(text);
        check_length(&name, 2..=100)?;
        if name.chars().any(|c| c.is_control() || matches!(c, '<' | '>')) || !name.chars().any(char::is_alphabetic) {
            return Err(Problem::BadCharacters);
        }
        if looks_like_link(&name) {
            return Err(Problem::LooksLikeLink);
        }
        Ok(Self(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Up to two letters for a small surface: `Siti Rahmawati` gives `SR`. Titles are skipped.
pub fn initials(name: &str) -> String {
    let mut words = name.split(',').next().unwrap_or(name).split_whitespace().filter(|word| !word.ends_with('.'));
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum EmployeeNumberKind {
    /// Nomor Induk Pegawai of a civil servant: 18 digits.
    #[default]
    Nip,
    /// Nomor Registrasi Pokok of the armed forces and the police: 5 to 16 digits.
    Nrp,
}

crate::text_enum!(EmployeeNumberKind);

impl EmployeeNumberKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nip => "NIP",
            Self::Nrp => "NRP",
        }
    }
}

/// A NIP or NRP, digits only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmployeeNumber {
    kind: EmployeeNumberKind,
    digits: String,
}

impl EmployeeNumber {
    /// Reads a number as typed. Ignores spaces, dots and hyphens.
    ///
    /// A NIP begins with the date of birth (`YYYYMMDD`, BKN regulation 22 of 2007). The rest is not checked, because the
    /// months in numbers of contract staff are different.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::BadCharacters`], [`Problem::NipLength`], [`Problem::NipBirthDate`] or
    /// [`Problem::NrpLength`].
    pub fn parse(kind: EmployeeNumberKind, text: &str) -> Result<Self, Problem> {
        let digits: String = text.chars().filter(|c| !is_blank(*c) && !matches!(c, '.' | '-')).collect();
        if digits.is_empty() {
            return Err(Problem::Missing);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Problem::BadCharacters);
        }
        match kind {
            EmployeeNumberKind::Nip if digits.len() != 18 => return Err(Problem::NipLength { digits: digits.len() }),
            EmployeeNumberKind::Nip if !starts_with_date(&digits) => return Err(Problem::NipBirthDate),
            EmployeeNumberKind::Nrp if !(5..=16).contains(&digits.len()) => {
                return Err(Problem::NrpLength { digits: digits.len() });
            }
            _ => {}
        }
        Ok(Self { kind, digits })
    }

    pub const fn kind(&self) -> EmployeeNumberKind {
        self.kind
    }

    pub fn digits(&self) -> &str {
        &self.digits
    }
}

fn starts_with_date(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u16>().ok());
    (|| {
        let month = Month::try_from(u8::try_from(number(4..6)?).ok()?).ok()?;
        let year = i32::from(number(0..4)?);
        Date::from_calendar_date(year, month, u8::try_from(number(6..8)?).ok()?).ok()?;
        Some((1900..=2100).contains(&year))
    })()
    .unwrap_or(false)
}

/// The digits of an employee number as people write them: a NIP in groups (`19780412 200312 2 003`), an NRP as it is.
pub fn grouped(kind: EmployeeNumberKind, digits: &str) -> String {
    match (kind, digits.len()) {
        (EmployeeNumberKind::Nip, 18) if digits.is_ascii() => {
            format!("{} {} {} {}", &digits[..8], &digits[8..14], &digits[14..15], &digits[15..])
        }
        _ => digits.to_owned(),
    }
}

/// A number for lists: shows the last four digits only.
pub fn masked(digits: &str) -> String {
    let shown = digits.chars().count().saturating_sub(4);
    digits.chars().enumerate().map(|(i, c)| if i < shown { '•' } else { c }).collect()
}

/// A phone number of Indonesia, in the form `+628123456789`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as typed: `0812…`, `62812…`, `+62 812 …`, with spaces, dots, hyphens or brackets.
    ///
    /// # Errors
    /// [`Problem::Missing`] or [`Problem::NotAPhone`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let digits: String = text.chars().filter(|c| !is_blank(*c) && !matches!(c, '.' | '-' | '(' | ')')).collect();
        if digits.is_empty() {
            return Err(Problem::Missing);
        }
        let rest = ["+62", "62", "0"].iter().find_map(|prefix| digits.strip_prefix(prefix));
        match rest {
            Some(rest)
                if (8..=12).contains(&rest.len())
                    && rest.bytes().all(|b| b.is_ascii_digit())
                    && !rest.starts_with('0') =>
            {
                Ok(Self(format!("+62{rest}")))
            }
            _ => Err(Problem::NotAPhone),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("  Siti   Rahmawati, S.E. ", Ok("Siti Rahmawati, S.E."))]
    #[case("", Err(Problem::Missing))]
    #[case("S", Err(Problem::TooShort { min: 2 }))]
    #[case("123", Err(Problem::BadCharacters))]
    #[case("<script>", Err(Problem::BadCharacters))]
    #[case("Siti\u{1b}[31m", Err(Problem::BadCharacters))]
    #[case("\u{200e}Siti\u{200b} Rahma\u{202e}wati\u{202c}", Ok("Siti Rahmawati"))]
    #[case("Siti\u{a0}Rahmawati", Ok("Siti Rahmawati"))]
    #[case("\u{200b}\u{200d}\u{feff}", Err(Problem::Missing))]
    #[case("Klaim hadiah www.jahat.example", Err(Problem::LooksLikeLink))]
    #[case("Klaim hadiah ja\u{200b}hat.exam\u{2060}ple", Err(Problem::LooksLikeLink))]
    #[case("siti@contoh.go.id", Err(Problem::LooksLikeLink))]
    #[case("H.M. Yusuf, S.Kom., M.M., Ph.D", Ok("H.M. Yusuf, S.Kom., M.M., Ph.D"))]
    fn names_are_checked(#[case] text: &str, #[case] expected: Result<&str, Problem>) {
        assert_eq!(PersonName::parse(text).as_ref().map(PersonName::as_str), expected.as_ref().copied());
    }

    #[rstest]
    #[case("Siti Rahmawati", "SR")]
    #[case("Dr. Bambang Adi Prakoso, M.Si.", "BP")]
    #[case("Sukarno", "S")]
    #[case("", "")]
    fn initials_skip_titles(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(initials(name), expected);
    }

    #[rstest]
    #[case(EmployeeNumberKind::Nip, "19780412 200312 2 003", None)]
    #[case(EmployeeNumberKind::Nip, "1978041220031", Some(Problem::NipLength { digits: 13 }))]
    #[case(EmployeeNumberKind::Nip, "19781312 200312 2 003", Some(Problem::NipBirthDate))]
    #[case(EmployeeNumberKind::Nip, "199001012022211001", None)]
    #[case(EmployeeNumberKind::Nip, "NIP 1978", Some(Problem::BadCharacters))]
    #[case(EmployeeNumberKind::Nrp, "76040123", None)]
    #[case(EmployeeNumberKind::Nrp, "123", Some(Problem::NrpLength { digits: 3 }))]
    #[case(EmployeeNumberKind::Nrp, " ", Some(Problem::Missing))]
    fn employee_numbers_are_checked(
        #[case] kind: EmployeeNumberKind,
        #[case] text: &str,
        #[case] problem: Option<Problem>,
    ) {
        assert_eq!(EmployeeNumber::parse(kind, text).err(), problem);
    }

    #[test]
    fn numbers_are_grouped_and_masked() {
        assert_eq!(grouped(EmployeeNumberKind::Nip, "197804122003122003"), "19780412 200312 2 003");
        assert_eq!(masked("197804122003122003"), "••••••••••••••2003");
        assert_eq!(masked("12"), "12");
    }

    #[rstest]
    #[case("0812-3456-7890", Some("+6281234567890"))]
    #[case("+62 812 3456 7890", Some("+6281234567890"))]
    #[case("\u{202a}+62 812‑3456‑7890\u{202c}", None)]
    #[case("\u{202a}+62 812-3456-7890\u{202c}", Some("+6281234567890"))]
    #[case("(021) 1234567", Some("+62211234567"))]
    #[case("12345", None)]
    #[case("0812345678901234", None)]
    fn phone_numbers_are_checked(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(Phone::parse(text).ok().as_ref().map(Phone::as_str), expected);
    }

    proptest! {
        #[test]
        fn a_name_holds_nothing_hidden_and_is_read_alike_again(text in any::<String>()) {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert!(!name.as_str().contains(|c: char| c.is_control() || crate::characters::is_invisible(c) || c == '@'));
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name.clone()));
            }
        }

        #[test]
        fn any_input_is_handled(text in ".{0,40}") {
            let _ = PersonName::parse(&text);
            let _ = EmployeeNumber::parse(EmployeeNumberKind::Nip, &text);
            let _ = Phone::parse(&text);
            let _ = initials(&text);
            let _ = masked(&text);
            let _ = grouped(EmployeeNumberKind::Nip, &text);
        }
    }
}
