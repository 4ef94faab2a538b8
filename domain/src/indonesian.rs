//! Formats dates, times, sizes and numbers in Indonesian, for screens and mails.

use ::time::{Date, Month, Weekday};

use crate::time::{Timestamp, Zone};

/// January first.
pub const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

pub const fn month(month: Month) -> &'static str {
    MONTHS[month as usize - 1]
}

pub const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Senin",
        Weekday::Tuesday => "Selasa",
        Weekday::Wednesday => "Rabu",
        Weekday::Thursday => "Kamis",
        Weekday::Friday => "Jumat",
        Weekday::Saturday => "Sabtu",
        Weekday::Sunday => "Minggu",
    }
}

/// The first three letters of the name, for the calendar strip.
pub fn weekday_short(day: Weekday) -> &'static str {
    &weekday(day)[..3]
}

/// `31 Desember 2026`
pub fn date(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date.month()), date.year())
}

/// `Kamis, 31 Desember 2026`
pub fn date_with_weekday(day: Date) -> String {
    format!("{}, {}", weekday(day.weekday()), date(day))
}

/// `15.20 WIB`
pub fn time(instant: Timestamp, zone: Zone) -> String {
    let local = instant.local(zone);
    format!("{:02}.{:02} {}", local.hour(), local.minute(), zone.abbreviation())
}

/// `26 November 2026, 15.20 WIB`
pub fn date_time(instant: Timestamp, zone: Zone) -> String {
    format!("{}, {}", date(instant.date(zone)), time(instant, zone))
}

/// `Kamis, 26 November 2026, 15.20 WIB`
pub fn date_time_with_weekday(instant: Timestamp, zone: Zone) -> String {
    format!("{}, {}", date_with_weekday(instant.date(zone)), time(instant, zone))
}

/// `1 Desember 2026 sampai 31 Desember 2027`
pub fn period(first: Date, last: Date) -> String {
    format!("{} sampai {}", date(first), date(last))
}

/// A size: `900 bita`, `640 kB`, `1,7 MB`. Units are powers of 1,024: 2,097,152 bytes are `2 MB`.
pub fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    if bytes < KIB {
        return format!("{bytes} bita");
    }
    if bytes < MIB {
        return format!("{} kB", bytes.div_ceil(KIB).min(KIB - 1));
    }
    // Round up: a file just over the limit must not look as if it were within it.
    let tenths = (bytes * 10).div_ceil(MIB);
    match tenths % 10 {
        0 => format!("{} MB", tenths / 10),
        rest => format!("{},{rest} MB", tenths / 10),
    }
}

/// A number with dots between thousands: `1.234.567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// Zero to ten in words (`nol` to `sepuluh`), larger numbers in digits.
pub fn words(number: usize) -> String {
    const WORDS: [&str; 11] =
        ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh"];
    WORDS.get(number).map_or_else(|| count(number as u64), |word| (*word).to_owned())
}

/// `text` with its first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::date;
    use rstest::rstest;

    #[test]
    fn dates_and_times() {
        assert_eq!(super::date(date!(2026 - 12 - 31)), "31 Desember 2026");
        assert_eq!(date_with_weekday(date!(2026 - 12 - 01)), "Selasa, 1 Desember 2026");
        // 2026-11-26T08:20:00Z
        let instant = Timestamp::from_micros(1_795_681_200_000_000);
        assert_eq!(date_time_with_weekday(instant, Zone::Wib), "Kamis, 26 November 2026, 15.20 WIB");
        assert_eq!(time(instant, Zone::Wit), "17.20 WIT");
    }

    #[rstest]
    #[case(0, "0 bita")]
    #[case(1023, "1023 bita")]
    #[case(1024, "1 kB")]
    #[case(1024 * 1024 - 1, "1023 kB")]
    #[case(2_097_152, "2 MB")]
    #[case(2_097_153, "2,1 MB")]
    #[case(1_782_579, "1,7 MB")]
    fn sizes(#[case] bytes: u64, #[case] text: &str) {
        assert_eq!(size(bytes), text);
    }

    #[test]
    fn counts() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_234_567), "1.234.567");
        assert_eq!(capitalised(&words(2)), "Dua");
        assert_eq!(words(1200), "1.200");
    }
}
