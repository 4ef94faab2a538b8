//! Numbers that people read aloud and type again: applications (`GB-26-004182-7`) and help tickets (`BT-26-000031-9`).

use std::fmt;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str)]
pub enum Series {
    /// Applications.
    #[strum(serialize = "GB")]
    Application,
    /// Messages to the help desk.
    #[strum(serialize = "BT")]
    Ticket,
}

crate::text_enum!(Series);

/// A number: series, two digits of the year, a running number of six digits or more, and a check digit (Luhn) that
/// catches a single wrong digit and most swapped neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    series: Series,
    year: u8,
    number: u32,
}

impl Reference {
    /// The `number`-th of its series in `year`, a full year such as 2026.
    pub const fn new(series: Series, year: i32, number: u32) -> Self {
        Self { series, year: year.rem_euclid(100) as u8, number }
    }

    /// Reads a number as typed. Case, spaces and hyphens are ignored; `None` if the check digit is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_uppercase();
        let series = plain.get(..2)?.parse().ok()?;
        let digits = plain.get(2..).filter(|d| d.len() >= 9 && d.bytes().all(|b| b.is_ascii_digit()))?;
        let (body, check) = digits.split_at(digits.len() - 1);
        let reference = Self { series, year: body.get(..2)?.parse().ok()?, number: body.get(2..)?.parse().ok()? };
        (luhn(body) == check.parse::<u8>().ok()?).then_some(reference)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = luhn(&format!("{:02}{:06}", self.year, self.number));
        write!(f, "{}-{:02}-{:06}-{check}", self.series, self.year, self.number)
    }
}

/// The check digit for a string of digits.
fn luhn(digits: &str) -> u8 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b.wrapping_sub(b'0'));
            if i % 2 == 0 { (digit * 2) / 10 + (digit * 2) % 10 } else { digit }
        })
        .sum();
    ((10 - sum % 10) % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn is_printed_with_a_check_digit() {
        assert_eq!(Reference::new(Series::Application, 2026, 4182).to_string(), "GB-26-004182-7");
    }

    proptest! {
        #[test]
        fn is_read_back_and_one_wrong_digit_is_noticed(year in 2000i32..2100, number in 0u32..999_999, at in 0usize..9, add in 1u8..10) {
            let reference = Reference::new(Series::Ticket, year, number);
            let text = reference.to_string();
            prop_assert_eq!(Reference::parse(&text), Some(reference));
            prop_assert_eq!(Reference::parse(&text.to_lowercase().replace('-', " ")), Some(reference));
            let mut digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
            digits[at] = b'0' + (digits[at] - b'0' + add) % 10;
            let wrong = format!("BT{}", String::from_utf8(digits).unwrap());
            prop_assert_eq!(Reference::parse(&wrong), None);
        }

        #[test]
        fn any_input_is_answered(text in ".{0,30}") {
            let _ = Reference::parse(&text);
        }
    }
}
