//! Dates in the text of a letter.

use ::time::{Date, Month};

use super::squeezed::joins;
use crate::indonesian::MONTHS;

/// A piece of text. Spaces between pieces are ignored.
#[derive(Clone, Copy)]
enum Token<'a> {
    Number { value: u16, digits: usize },
    Word(&'a str),
    Mark(char),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |belongs: fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let end = if first.is_ascii_digit() {
            let end = run(|c| c.is_ascii_digit());
            tokens.push(Token::Number { value: rest[..end].parse().unwrap_or(0), digits: end });
            end
        } else if first.is_alphabetic() {
            let end = run(char::is_alphabetic);
            tokens.push(Token::Word(&rest[..end]));
            end
        } else {
            match first {
                '\u{2010}'..='\u{2015}' | '\u{2212}' => tokens.push(Token::Mark('-')),
                _ if first.is_whitespace() || joins(first) => {}
                _ => tokens.push(Token::Mark(first)),
            }
            first.len_utf8()
        };
        rest = &rest[end..];
    }
    tokens
}

/// Every date in a text, in the forms of Indonesian letters: `1 Desember 2026`, `1 Des. 2026`,
/// `1 bulan Desember tahun 2026`, `01-12-2026`, `01/12/2026`, `2026-12-01`, and the first of `1 s.d. 31 Desember 2026`.
pub(super) fn dates(text: &str) -> Vec<Date> {
    let tokens = tokens(text);
    let from = |at: usize| Reader(&tokens[at..]);
    let found = |at: usize| [from(at).numeric_date(), from(at).written_date(), from(at).beginning_of_range()];
    (0..tokens.len()).flat_map(found).flatten().collect()
}

/// Reads pieces from the front.
struct Reader<'a>(&'a [Token<'a>]);

impl Reader<'_> {
    fn number(&mut self, lengths: std::ops::RangeInclusive<usize>) -> Option<u16> {
        let (Token::Number { value, digits }, rest) = self.0.split_first()? else { return None };
        self.0 = rest;
        lengths.contains(digits).then_some(*value)
    }

    fn mark(&mut self, marks: &[char]) -> Option<char> {
        let (Token::Mark(mark), rest) = self.0.split_first()? else { return None };
        marks.contains(mark).then(|| {
            self.0 = rest;
            *mark
        })
    }

    fn word(&mut self, words: &[&str]) -> Option<()> {
        let (Token::Word(word), rest) = self.0.split_first()? else { return None };
        words.iter().any(|known| word.eq_ignore_ascii_case(known)).then(|| self.0 = rest)
    }

    fn month(&mut self) -> Option<Month> {
        let (Token::Word(word), rest) = self.0.split_first()? else { return None };
        let month = month(word)?;
        self.0 = rest;
        Some(month)
    }

    /// Skips these marks and words.
    fn skip(&mut self, marks: &[char], words: &[&str]) {
        while self.mark(marks).is_some() || self.word(words).is_some() {}
    }

    fn numeric_date(mut self) -> Option<Date> {
        const BETWEEN: &[char] = &['-', '/', '.'];
        let year_first = matches!(self.0.first()?, Token::Number { digits: 4, .. });
        let first = self.number(1..=4)?;
        let mark = self.mark(BETWEEN)?;
        let month = self.number(1..=2)?;
        self.mark(&[mark])?;
        let (day, year) = if year_first { (self.number(1..=2)?, first) } else { (first, self.number(4..=4)?) };
        date(day, Month::try_from(u8::try_from(month).ok()?).ok()?, year)
    }

    fn written_date(mut self) -> Option<Date> {
        self.rest_of_written_date()
    }

    fn rest_of_written_date(&mut self) -> Option<Date> {
        let day = self.number(1..=2)?;
        self.skip(&['.', '-', '/'], &["bulan"]);
        let month = self.month()?;
        self.skip(&['.', ',', '-', '/'], &["tahun"]);
        date(day, month, self.number(4..=4)?)
    }

    /// The first day of a range that states the year, or month and year, only at its end.
    fn beginning_of_range(mut self) -> Option<Date> {
        let day = self.number(1..=2)?;
        self.skip(&[], &["bulan"]);
        let month = self.month();
        self.until()?;
        self.skip(&['.'], &["tanggal", "tgl"]);
        let end = self.rest_of_written_date()?;
        date(day, month.unwrap_or(end.month()), u16::try_from(end.year()).ok()?)
    }

    /// `s.d.`, `s/d`, `sd`, `sampai dengan`, `sampai`, `hingga`, or a dash.
    fn until(&mut self) -> Option<()> {
        if self.mark(&['-']).is_some() || self.word(&["hingga"]).is_some() {
            return Some(());
        }
        if self.word(&["sampai"]).is_some() {
            self.skip(&[], &["dengan"]);
            return Some(());
        }
        if self.word(&["sd"]).is_none() {
            self.word(&["s"])?;
            self.mark(&['.', '/'])?;
            self.word(&["d"])?;
        }
        self.skip(&['.'], &[]);
        Some(())
    }
}

fn date(day: u16, month: Month, year: u16) -> Option<Date> {
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}

/// A month by its name, by at least three of its first letters, or in an old spelling.
fn month(word: &str) -> Option<Month> {
    let word = word.to_lowercase();
    let word = match word.as_str() {
        "peb" | "pebruari" => "februari",
        "ags" | "agt" => "agustus",
        "nop" | "nopember" => "november",
        word => word,
    };
    let at = MONTHS.iter().position(|month| word.len() >= 3 && month.to_lowercase().starts_with(word))?;
    Month::try_from(u8::try_from(at + 1).ok()?).ok()
}
