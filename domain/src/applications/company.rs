//! Suppliers (Penyedia): the company, and the validity of an access for it.

use ::time::{Date, Duration};
use serde::{Deserialize, Serialize};

use crate::{
    applications::address::{ADDRESS_LENGTH, check_address},
    characters::{is_blank, seen},
    issues::{Field, Issue, Problem},
    links::has_address,
    text::{check_length, cut},
    validity::Validity,
};

/// Allowed number of characters of a company's name.
pub const NAME_LENGTH: std::ops::RangeInclusive<usize> = 3..=150;
/// Most characters that are kept of a number as typed, with its dots and spaces.
const NUMBER_TYPED: usize = 40;
/// Digits of an NIB (Government Regulation 5 of 2021, article 1).
const NIB_DIGITS: usize = 13;

/// A company as typed, right or wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompanyInput {
    pub name: String,
    /// With or without dots.
    pub npwp: String,
    /// With or without spaces.
    pub nib: String,
    pub address: String,
}

impl CompanyInput {
    /// Cuts the company to what may be stored: name and address to four times their limit, numbers to 40 characters.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        cut(&mut self.name, NAME_LENGTH.end() * 4);
        cut(&mut self.npwp, NUMBER_TYPED);
        cut(&mut self.nib, NUMBER_TYPED);
        cut(&mut self.address, ADDRESS_LENGTH.end() * 4);
        self
    }
}

/// The name of a company, as in its licence. Runs of white space become one space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CompanyName(String);

impl CompanyName {
    /// Reads a name as typed or pasted. `PT Bukalapak.com Tbk` is the legal name of a company, so a dot makes no link here.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::TooShort`], [`Problem::TooLong`], [`Problem::BadCharacters`] (control characters,
    /// angle brackets, no letter at all) or [`Problem::LooksLikeLink`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let name = seen(text);
        check_length(&name, NAME_LENGTH)?;
        if name.chars().any(|c| c.is_control() || matches!(c, '<' | '>')) || !name.chars().any(char::is_alphabetic) {
            return Err(Problem::BadCharacters);
        }
        if has_address(&name) {
            return Err(Problem::LooksLikeLink);
        }
        Ok(Self(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Nomor Pokok Wajib Pajak: 15 digits, or 16 since Finance Minister Regulation 112 of 2022.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Npwp(String);

impl Npwp {
    /// Reads a number as typed. Spaces, dots and hyphens are ignored.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::BadCharacters`] or [`Problem::NpwpLength`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let digits = digits(text)?;
        match digits.len() {
            15 | 16 => Ok(Self(digits)),
            digits => Err(Problem::NpwpLength { digits }),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is printed: `12.345.678.9-012.345`, or sixteen digits in fours.
    pub fn printed(&self) -> String {
        let n = &self.0;
        match n.len() {
            15 => format!("{}.{}.{}.{}-{}.{}", &n[..2], &n[2..5], &n[5..8], &n[8..9], &n[9..12], &n[12..]),
            _ => format!("{} {} {} {}", &n[..4], &n[4..8], &n[8..12], &n[12..]),
        }
    }

    /// All spellings of the same number: the 16 digits of a company are a zero followed by its 15 digits (Finance
    /// Minister Regulation 112 of 2022, article 2).
    pub fn readings(&self) -> Vec<String> {
        let other = match self.0.strip_prefix('0') {
            Some(rest) if self.0.len() == 16 => Some(rest.to_owned()),
            _ if self.0.len() == 15 => Some(format!("0{}", self.0)),
            _ => None,
        };
        std::iter::once(self.0.clone()).chain(other).collect()
    }
}

/// Nomor Induk Berusaha: 13 digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nib(String);

impl Nib {
    /// Reads a number as typed. Spaces, dots and hyphens are ignored.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::BadCharacters`] or [`Problem::NibLength`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let digits = digits(text)?;
        match digits.len() {
            NIB_DIGITS => Ok(Self(digits)),
            digits => Err(Problem::NibLength { digits }),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `NIB 9120001234567`; lists show it in place of an institution.
    pub fn label(&self) -> String {
        format!("NIB {}", self.0)
    }
}

/// The digits of a number that may be written in groups.
fn digits(text: &str) -> Result<String, Problem> {
    let digits: String = text.chars().filter(|c| !is_blank(*c) && !matches!(c, '.' | '-')).collect();
    match digits.bytes().all(|byte| byte.is_ascii_digit()) {
        _ if digits.is_empty() => Err(Problem::Missing),
        true => Ok(digits),
        false => Err(Problem::BadCharacters),
    }
}

/// A company whose parts all passed their rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    pub name: CompanyName,
    pub npwp: Npwp,
    /// Identifies the company.
    pub nib: Nib,
    pub address: String,
}

impl Company {
    /// Reads a company as typed; `None` if [`issues`] finds something.
    pub fn read(input: &CompanyInput) -> Option<Self> {
        check_address(&input.address).ok()?;
        Some(Self {
            name: CompanyName::parse(&input.name).ok()?,
            npwp: Npwp::parse(&input.npwp).ok()?,
            nib: Nib::parse(&input.nib).ok()?,
            address: input.address.trim().to_owned(),
        })
    }
}

/// What is wrong with a company as typed, in the order of its fields.
pub fn issues(input: &CompanyInput) -> Vec<Issue> {
    let problems = [
        (Field::CompanyName, CompanyName::parse(&input.name).err()),
        (Field::Npwp, Npwp::parse(&input.npwp).err()),
        (Field::Nib, Nib::parse(&input.nib).err()),
        (Field::CompanyAddress, check_address(&input.address).err()),
    ];
    problems.into_iter().filter_map(|(field, problem)| Some(Issue::new(field, problem?))).collect()
}

/// The validity of an access for a company: one year from the day of examination, since a company's documents name no
/// last day. NIB and NPWP hold until they are withdrawn, and the desk is not told of that. `after` is the last day of the
/// access that this one renews.
pub fn validity(examined: Date, after: Option<Date>) -> Validity {
    let next = after.map_or(examined, |last| last.saturating_add(Duration::days(1)));
    let first = next.max(examined);
    // 29 February has no anniversary.
    let anniversary =
        examined.replace_year(examined.year() + 1).unwrap_or_else(|_| examined.saturating_add(Duration::days(366)));
    let last = anniversary.saturating_sub(Duration::days(1));
    Validity::clamped(first, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::date;
    use proptest::prelude::*;
    use rstest::rstest;

    fn input() -> CompanyInput {
        CompanyInput {
            name: "PT Sinar Jaya Abadi".into(),
            npwp: "01.234.567.8-901.000".into(),
            nib: "9120001234567".into(),
            address: "Jalan Raya Bogor Kilometer 26, Jakarta Timur".into(),
        }
    }

    #[test]
    fn a_complete_company_is_read() {
        assert_eq!(issues(&input()), []);
        let company = Company::read(&input()).unwrap();
        assert_eq!((company.npwp.as_str(), company.nib.as_str()), ("012345678901000", "9120001234567"));
        assert_eq!(company.npwp.printed(), "01.234.567.8-901.000");
    }

    #[test]
    fn issues_come_in_the_order_of_the_form() {
        let fields: Vec<Field> = issues(&CompanyInput::default()).into_iter().map(|issue| issue.field).collect();
        assert_eq!(fields, [Field::CompanyName, Field::Npwp, Field::Nib, Field::CompanyAddress]);
        assert!(Company::read(&CompanyInput::default()).is_none());
    }

    #[rstest]
    #[case("", Err(Problem::Missing))]
    #[case(" .-", Err(Problem::Missing))]
    #[case("12345678901234", Err(Problem::NpwpLength { digits: 14 }))]
    #[case("12345678901234567", Err(Problem::NpwpLength { digits: 17 }))]
    #[case("12.345.678.9-012.34a", Err(Problem::BadCharacters))]
    #[case("１２３４５６７８９０１２３４５", Err(Problem::BadCharacters))]
    #[case("12.345.678.9-012.345", Ok("12.345.678.9-012.345"))]
    #[case("0123 4567 8901 2345", Ok("0123 4567 8901 2345"))]
    fn npwp(#[case] typed: &str, #[case] expected: Result<&str, Problem>) {
        assert_eq!(Npwp::parse(typed).map(|npwp| npwp.printed()), expected.map(str::to_owned));
    }

    #[rstest]
    #[case("9120 0012 3456 7", Ok("9120001234567"))]
    #[case("912000123456", Err(Problem::NibLength { digits: 12 }))]
    #[case("91200012345678", Err(Problem::NibLength { digits: 14 }))]
    #[case("NIB 9120001234567", Err(Problem::BadCharacters))]
    fn nib(#[case] typed: &str, #[case] expected: Result<&str, Problem>) {
        assert_eq!(Nib::parse(typed).map(|nib| nib.as_str().to_owned()), expected.map(str::to_owned));
    }

    #[rstest]
    #[case("  PT  Sinar\nJaya ", Ok("PT Sinar Jaya"))]
    #[case("PT", Err(Problem::TooShort { min: 3 }))]
    #[case("12345", Err(Problem::BadCharacters))]
    #[case("PT <script>", Err(Problem::BadCharacters))]
    #[case("\u{feff}PT Sinar\u{a0}Jaya\u{200b}", Ok("PT Sinar Jaya"))]
    #[case("PT Bukalapak.com Tbk", Ok("PT Bukalapak.com Tbk"))]
    #[case("PT Hadiah https://jahat.example", Err(Problem::LooksLikeLink))]
    #[case("PT Hadiah www.jahat.example", Err(Problem::LooksLikeLink))]
    #[case("hadiah@jahat.example", Err(Problem::LooksLikeLink))]
    fn names(#[case] typed: &str, #[case] expected: Result<&str, Problem>) {
        assert_eq!(CompanyName::parse(typed).map(|name| name.as_str().to_owned()), expected.map(str::to_owned));
    }

    #[rstest]
    #[case("012345678901000", &["012345678901000", "0012345678901000"])]
    #[case("0012345678901000", &["0012345678901000", "012345678901000"])]
    #[case("3171234567890001", &["3171234567890001"])]
    fn papers_name_an_npwp_with_or_without_its_zero(#[case] npwp: &str, #[case] expected: &[&str]) {
        assert_eq!(Npwp::parse(npwp).unwrap().readings(), expected);
    }

    #[rstest]
    #[case(date!(2026 - 11 - 22), None, date!(2026 - 11 - 22), date!(2027 - 11 - 21))]
    #[case(date!(2028 - 02 - 29), None, date!(2028 - 02 - 29), date!(2029 - 02 - 28))]
    // A renewal starts when the access before it ends, and holds for a year from the examination.
    #[case(date!(2026 - 11 - 22), Some(date!(2026 - 12 - 31)), date!(2027 - 01 - 01), date!(2027 - 11 - 21))]
    #[case(date!(2026 - 11 - 22), Some(date!(2026 - 10 - 31)), date!(2026 - 11 - 22), date!(2027 - 11 - 21))]
    fn an_access_holds_a_year_from_the_examination(
        #[case] examined: Date,
        #[case] after: Option<Date>,
        #[case] first: Date,
        #[case] last: Date,
    ) {
        assert_eq!(validity(examined, after), Validity::new(first, last).unwrap());
    }

    proptest! {
        #[test]
        fn any_input_is_either_read_or_has_issues(name in ".{0,40}", npwp in ".{0,24}", nib in ".{0,20}", address in ".{0,60}") {
            let input = CompanyInput { name, npwp, nib, address };
            prop_assert_eq!(issues(&input).is_empty(), Company::read(&input).is_some());
        }

        #[test]
        fn a_printed_npwp_is_read_back(digits in "[0-9]{15,16}") {
            let npwp = Npwp::parse(&digits).unwrap();
            prop_assert_eq!(Npwp::parse(&npwp.printed()), Ok(npwp));
        }

        #[test]
        fn a_period_never_ends_before_it_begins(day in 0i64..4000, after in proptest::option::of(0i64..4100)) {
            let date = |nth| date!(2026 - 01 - 01) + Duration::days(nth);
            let period = validity(date(day), after.map(date));
            prop_assert!(period.first() >= date(day));
        }
    }
}
