//! The period in which a person holds a role, and dates as people type them.

use ::time::{Date, Month};
use serde::{Deserialize, Serialize};

use crate::issues::Problem;

/// The three boxes of a date field. Kept as typed, so that a draft restores even a wrong date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateInput {
    pub day: String,
    /// 1 to 12.
    pub month: String,
    /// Four digits.
    pub year: String,
}

impl DateInput {
    pub fn from_date(date: Date) -> Self {
        Self { day: date.day().to_string(), month: u8::from(date.month()).to_string(), year: date.year().to_string() }
    }

    pub fn is_empty(&self) -> bool {
        [&self.day, &self.month, &self.year].iter().all(|part| part.trim().is_empty())
    }

    /// Accepts years from 1945 to 2100.
    ///
    /// # Errors
    /// [`Problem::Missing`] if all boxes are empty, [`Problem::DateIncomplete`] if one is, [`Problem::NoSuchDate`]
    /// otherwise.
    pub fn parse(&self) -> Result<Date, Problem> {
        if self.is_empty() {
            return Err(Problem::Missing);
        }
        let parts = [&self.day, &self.month, &self.year].map(|part| part.trim());
        if parts.iter().any(|part| part.is_empty()) {
            return Err(Problem::DateIncomplete);
        }
        let [day, month, year] = parts.map(|part| part.parse::<u16>().ok());
        let date = (|| {
            let month = Month::try_from(u8::try_from(month?).ok()?).ok()?;
            Date::from_calendar_date(i32::from(year?), month, u8::try_from(day?).ok()?).ok()
        })();
        date.filter(|date| (1945..=2100).contains(&date.year())).ok_or(Problem::NoSuchDate)
    }
}

/// First and last day of a role, both inclusive. The last day is never before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    first: Date,
    last: Date,
}

impl Validity {
    /// Returns `None` if `last` is before `first`.
    pub fn new(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The first day alone if `last` is before `first`.
    pub fn clamped(first: Date, last: Date) -> Self {
        Self { first, last: last.max(first) }
    }

    pub const fn first(self) -> Date {
        self.first
    }

    pub const fn last(self) -> Date {
        self.last
    }

    /// True if some day is in both periods.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::date;
    use proptest::prelude::*;
    use rstest::rstest;

    fn input(day: &str, month: &str, year: &str) -> DateInput {
        DateInput { day: day.into(), month: month.into(), year: year.into() }
    }

    #[rstest]
    #[case("", " ", "", Err(Problem::Missing))]
    #[case("31", "", "2026", Err(Problem::DateIncomplete))]
    #[case("29", "2", "2026", Err(Problem::NoSuchDate))]
    #[case("29", "2", "2028", Ok(date!(2028 - 02 - 29)))]
    #[case("0", "1", "2026", Err(Problem::NoSuchDate))]
    #[case("1", "13", "2026", Err(Problem::NoSuchDate))]
    #[case("1", "1", "26", Err(Problem::NoSuchDate))]
    #[case("-1", "1", "2026", Err(Problem::NoSuchDate))]
    #[case("1", "1", "99999999999999999999", Err(Problem::NoSuchDate))]
    #[case(" 01", "01 ", "2026", Ok(date!(2026 - 01 - 01)))]
    fn typed_dates(
        #[case] day: &str,
        #[case] month: &str,
        #[case] year: &str,
        #[case] expected: Result<Date, Problem>,
    ) {
        assert_eq!(input(day, month, year).parse(), expected);
    }

    proptest! {
        #[test]
        fn filled_in_date_parses_to_itself(ordinal in 1u16..=365, year in 1945i32..=2100) {
            let date = Date::from_ordinal_date(year, ordinal).unwrap();
            prop_assert_eq!(DateInput::from_date(date).parse(), Ok(date));
        }

        #[test]
        fn no_input_panics(day in ".{0,6}", month in ".{0,6}", year in ".{0,6}") {
            let _ = input(&day, &month, &year).parse();
        }

        #[test]
        fn overlap_is_symmetric(a in 0i64..50, b in 0i64..50, c in 0i64..50, d in 0i64..50) {
            let day = |n| date!(2026 - 01 - 01) + ::time::Duration::days(n);
            if let (Some(x), Some(y)) = (Validity::new(day(a), day(b)), Validity::new(day(c), day(d))) {
                prop_assert_eq!(x.overlaps(y), y.overlaps(x));
                prop_assert_eq!(x.overlaps(y), (a..=b).any(|n| (c..=d).contains(&n)));
            }
        }
    }
}
