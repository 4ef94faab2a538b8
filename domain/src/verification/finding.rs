//! Reading a letter beside its application: which pages name the person, the role, the place and the dates.
//!
//! What is found is a hint for whoever compares, never a verdict, so that the search forgives what tells nothing: case,
//! spacing, line breaks, punctuation, hyphens, academic titles, abbreviations of administration.

use std::collections::HashSet;

use ::time::{Date, Month};
use serde::{Deserialize, Serialize};

use crate::{
    applications::company::Company,
    indonesian::MONTHS,
    role::Role,
    search::{expansion, words},
    validity::Validity,
};

/// Something of an application that its letter should name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum FindingKind {
    /// The person's name.
    Name,
    /// Their NIP or NRP.
    EmployeeNumber,
    /// The role.
    Role,
    /// The institution.
    Institution,
    /// The work unit.
    WorkUnit,
    /// The first day of the role.
    FirstDay,
    /// The last day of the role.
    LastDay,
    /// The name of the company.
    Company,
    /// Its NPWP.
    Npwp,
    /// Its NIB.
    Nib,
    /// Its address.
    Address,
}

crate::text_enum!(FindingKind);

/// Where the letter names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked for.
    pub what: FindingKind,
    /// The pages that name it, counted from 1, in order; none if it was not found.
    pub pages: Vec<u32>,
}

/// What was applied for.
#[derive(Clone, Copy, Debug)]
pub struct SearchQuery<'a> {
    /// The person's name, with or without titles.
    pub name: &'a str,
    /// The digits of their NIP or NRP, where they gave one.
    pub employee_number: Option<&'a str>,
    /// The role.
    pub role: Role,
    /// The name of the institution.
    pub institution: &'a str,
    /// The name of the work unit.
    pub work_unit: &'a str,
    /// The period.
    pub validity: Validity,
}

/// Looks for all that was applied for in the text of each page. One finding each, in the order of [`FindingKind`]; none for a
/// number that was not given.
pub fn find(pages: &[String], sought: &SearchQuery) -> Vec<Finding> {
    let pages: Vec<Page> = pages.iter().map(|text| Page::read(text)).collect();
    let on = |what, names: &dyn Fn(&Page) -> bool| Finding {
        what,
        pages: (1..).zip(&pages).filter(|(_, page)| names(page)).map(|(number, _)| number).collect(),
    };
    let name = Squeezed::of(&bare_name(sought.name)).letters;
    let (institution, work_unit) = (spellings(sought.institution), spellings(sought.work_unit));
    let mut findings = vec![on(FindingKind::Name, &|page| page.letters.has(&name))];
    if let Some(number) = sought.employee_number {
        findings.push(on(FindingKind::EmployeeNumber, &|page| page.digits.has(number)));
    }
    findings.push(on(FindingKind::Role, &|page| page.names_role(sought.role)));
    findings.push(on(FindingKind::Institution, &|page| page.names_place(&institution)));
    findings.push(on(FindingKind::WorkUnit, &|page| page.names_place(&work_unit)));
    findings.push(on(FindingKind::FirstDay, &|page| page.dates.contains(&sought.validity.first())));
    findings.push(on(FindingKind::LastDay, &|page| page.dates.contains(&sought.validity.last())));
    findings
}

/// Looks for a company, and for the person who speaks for it, in the text of each page of its proof: first the person,
/// then the company's name, NPWP, NIB and address.
pub fn find_company(pages: &[String], person: &str, company: &Company) -> Vec<Finding> {
    let pages: Vec<Page> = pages.iter().map(|text| Page::read(text)).collect();
    let on = |what, names: &dyn Fn(&Page) -> bool| Finding {
        what,
        pages: (1..).zip(&pages).filter(|(_, page)| names(page)).map(|(number, _)| number).collect(),
    };
    let person = Squeezed::of(&bare_name(person)).letters;
    let name = Squeezed::of(&bare_company(company.name.as_str())).letters;
    let npwp = company.npwp.readings();
    let address = address_words(&company.address);
    vec![
        on(FindingKind::Name, &|page| page.letters.has(&person)),
        on(FindingKind::Company, &|page| page.letters.has(&name)),
        on(FindingKind::Npwp, &|page| npwp.iter().any(|digits| page.digits.has(digits))),
        on(FindingKind::Nib, &|page| page.digits.has(company.nib.as_str())),
        on(FindingKind::Address, &|page| page.names_address(&address)),
    ]
}

/// Words of an address that papers write in many ways or leave out.
const OF_ADDRESSES: &[&str] = &[
    "blok",
    "desa",
    "di",
    "gedung",
    "indonesia",
    "jalan",
    "jl",
    "jln",
    "kab",
    "kabupaten",
    "kav",
    "kavling",
    "kec",
    "kecamatan",
    "kel",
    "kelurahan",
    "kilometer",
    "km",
    "kode",
    "kota",
    "lantai",
    "lt",
    "no",
    "nomor",
    "pos",
    "prov",
    "provinsi",
    "rt",
    "rw",
];

/// The words of an address by which it is known on a page, each once: names, and numbers without the zeros before them.
fn address_words(address: &str) -> Vec<String> {
    let mut known: Vec<String> = words(address).into_iter().map(|(_, word)| bare_number(&word)).collect();
    known.retain(|word| !OF_ADDRESSES.contains(&word.as_str()));
    known.sort_unstable();
    known.dedup();
    known
}

/// `026` as `26`; any other word as it is.
fn bare_number(word: &str) -> String {
    match word.trim_start_matches('0') {
        "" => "0".to_owned(),
        bare if word.bytes().all(|byte| byte.is_ascii_digit()) => bare.to_owned(),
        _ => word.to_owned(),
    }
}

/// Legal forms before the name of a company, and what stands behind it.
const LEGAL_FORMS: &[&str] = &["cv", "fa", "firma", "koperasi", "pd", "perseroan", "pt", "terbatas", "ud"];
const LEGAL_ENDINGS: &[&str] = &["persero", "perseroda", "tbk"];

/// The name of a company without its legal form, which papers write in many ways or elsewhere.
fn bare_company(name: &str) -> String {
    let words: Vec<String> = words(name).into_iter().map(|(_, word)| word).collect();
    let mut rest = words.as_slice();
    while let [first, others @ ..] = rest
        && !others.is_empty()
        && LEGAL_FORMS.contains(&first.as_str())
    {
        rest = others;
    }
    while let [others @ .., last] = rest
        && !others.is_empty()
        && LEGAL_ENDINGS.contains(&last.as_str())
    {
        rest = others;
    }
    rest.join(" ")
}

/// A page, read in each of the ways in which something is looked for.
struct Page {
    letters: Squeezed,
    spelled_out: Squeezed,
    digits: Squeezed,
    /// The words that are codes of roles.
    codes: Vec<Role>,
    dates: Vec<Date>,
    /// Every word, numbers without the zeros before them.
    words: HashSet<String>,
}

impl Page {
    fn read(text: &str) -> Self {
        let text = &text.replace('&', " dan ");
        // In capitals only: "Pa" is how one calls an elder.
        let is_word = |code: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == code);
        Self {
            letters: Squeezed::of(text),
            spelled_out: Squeezed::spelled_out(text),
            digits: Squeezed::digits(text),
            codes: Role::ALL.iter().copied().filter(|role| is_word(role.info().code)).collect(),
            dates: dates(text),
            words: words(text).into_iter().map(|(_, word)| bare_number(&word)).collect(),
        }
    }

    /// Four in five of an address's words: registers order them otherwise, and add the parts that people leave out.
    fn names_address(&self, known: &[String]) -> bool {
        let found = known.iter().filter(|word| self.words.contains(*word)).count();
        found > 0 && found * 5 >= known.len() * 4
    }

    /// By its code, or by its name where that is not the end of another role's longer name.
    fn names_role(&self, role: Role) -> bool {
        let squeezed = |role: Role| Squeezed::of(role.info().name).letters;
        let name = squeezed(role);
        let longer: Vec<String> = Role::ALL.iter().map(|other| squeezed(*other)).collect();
        let longer: Vec<&str> = longer.iter().filter_map(|other| other.strip_suffix(name.as_str())).collect();
        let stands_alone = |at: usize| {
            let before = &self.letters.letters[..at];
            !longer.iter().any(|beginning| !beginning.is_empty() && before.ends_with(beginning))
        };
        self.codes.contains(&role) || self.letters.places(&name).any(stands_alone)
    }

    fn names_place(&self, spellings: &[Spelling]) -> bool {
        spellings.iter().any(|Spelling { plain, spelled_out }| {
            self.letters.has(plain) || self.letters.has(spelled_out) || self.spelled_out.has(spelled_out)
        })
    }
}

/// Text as it is compared: its letters and digits in lower case, nothing between them, and where its words had edges.
#[derive(Default)]
struct Squeezed {
    letters: String,
    /// Whether a word begins or ends before each byte of `letters`.
    edges: Vec<bool>,
}

impl Squeezed {
    fn of(text: &str) -> Self {
        let mut squeezed = Self::default();
        let mut before: Option<char> = None; // the letter before, while nothing divides it from what comes
        for c in text.chars() {
            if c.is_alphanumeric() {
                // Where spaces were lost (`RahmawatiNIP1978`), what changes kind is an edge, too.
                let edge = before.is_none_or(|before| {
                    before.is_numeric() != c.is_numeric() || (before.is_lowercase() && c.is_uppercase())
                });
                squeezed.push(c, edge);
                before = Some(c);
            } else if !joins(c) {
                before = None;
            }
        }
        squeezed
    }

    /// The same, with abbreviations in full.
    fn spelled_out(text: &str) -> Self {
        let mut squeezed = Self::default();
        for (_, word) in words(text) {
            for word in expansion(&word).unwrap_or(&word).split_whitespace() {
                let mut edge = true;
                word.chars().for_each(|c| squeezed.push(c, std::mem::take(&mut edge)));
            }
        }
        squeezed
    }

    /// Digits only. Numbers are written in groups, with spaces, dots or hyphens between them; anything else divides.
    fn digits(text: &str) -> Self {
        let mut squeezed = Self::default();
        let mut edge = true;
        for c in text.chars() {
            if c.is_ascii_digit() {
                squeezed.push(c, std::mem::take(&mut edge));
            } else {
                edge = true;
                if !(c.is_whitespace() || matches!(c, '.' | '-') || squeezed.letters.ends_with(' ')) {
                    squeezed.letters.push(' ');
                    squeezed.edges.push(true);
                }
            }
        }
        squeezed
    }

    fn push(&mut self, c: char, mut edge: bool) {
        let ligature = match c {
            'ﬀ' => "ff",
            'ﬁ' => "fi",
            'ﬂ' => "fl",
            'ﬃ' => "ffi",
            'ﬄ' => "ffl",
            _ => "",
        };
        let lower = c.to_lowercase().filter(|c| ligature.is_empty() && c.is_alphanumeric());
        self.letters.extend(ligature.chars().chain(lower));
        while self.edges.len() < self.letters.len() {
            self.edges.push(std::mem::take(&mut edge));
        }
    }

    fn is_edge(&self, at: usize) -> bool {
        self.edges.get(at).copied().unwrap_or(true)
    }

    /// Where `sought`, squeezed as well, begins and ends at edges of words.
    fn places(&self, sought: &str) -> impl Iterator<Item = usize> {
        let mut from = 0;
        std::iter::from_fn(move || {
            while !sought.is_empty() {
                let at = from + self.letters.get(from..)?.find(sought)?;
                from = at + self.letters[at..].chars().next().map_or(1, char::len_utf8);
                if self.is_edge(at) && self.is_edge(at + sought.len()) {
                    return Some(at);
                }
            }
            None
        })
    }

    fn has(&self, sought: &str) -> bool {
        self.places(sought).next().is_some()
    }
}

/// What stands inside a word without dividing it: apostrophes, soft hyphens, marks over letters, spaces of no width.
const fn joins(c: char) -> bool {
    matches!(c, '\'' | '’' | '`' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{300}'..='\u{36f}')
}

/// Titles and ranks that stand before a name, without their dots.
const TITLES: &[&str] = &[
    "akbp", "apt", "brigjen", "dr", "dra", "drg", "drh", "drs", "h", "hj", "ir", "irjen", "k", "kapten", "kh",
    "kolonel", "kombes", "komjen", "kompol", "laksda", "laksma", "letjen", "letkol", "marsda", "marsma", "mayjen",
    "mayor", "ns", "pol", "prof", "r", "rd", "rr",
];

/// Degrees that stand behind a name, without their dots; only needed where no comma divides them from it.
const DEGREES: &[&str] = &[
    "ak", "amd", "apt", "ca", "cpa", "mag", "mak", "map", "mba", "meng", "mh", "mhum", "mip", "mkes", "mkom", "mkn",
    "mm", "mmsi", "mpa", "mpd", "mph", "msc", "mse", "msi", "msp", "mt", "phd", "qia", "sag", "sak", "sap", "se",
    "sei", "sfarm", "sh", "shi", "shut", "sikom", "sip", "skep", "skm", "skom", "sp", "spd", "spdi", "spi", "spt",
    "ss", "ssi", "ssos", "sst", "sstp", "st", "stp",
];

/// A name without what is not part of it: titles before, degrees behind.
pub fn bare_name(name: &str) -> String {
    let has_letters = |text: &str| text.chars().any(char::is_alphabetic);
    let before_comma = name.split(',').next().filter(|part| has_letters(part)).unwrap_or(name);
    let ends_title = |c: char| c == '.' || c.is_whitespace();
    let mut rest = before_comma.trim();
    while let Some((head, tail)) = rest.split_once(ends_title) {
        let tail = tail.trim_start_matches(ends_title);
        if !TITLES.contains(&head.to_lowercase().as_str()) || !has_letters(tail) {
            break;
        }
        rest = tail;
    }
    let mut words: Vec<&str> = rest.split_whitespace().collect();
    while words.len() > 1 && words.last().is_some_and(|word| is_degree(word)) {
        words.pop();
    }
    words.join(" ")
}

/// A word that reads as a degree and is written as one: `S.E.`, `SE`, `MSi`, not `Se`.
fn is_degree(word: &str) -> bool {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let written_as_one = word.contains('.') || word.chars().filter(|c| c.is_uppercase()).count() > 1;
    written_as_one && DEGREES.contains(&letters.as_str())
}

/// One way to write the name of a place, squeezed.
struct Spelling {
    plain: String,
    spelled_out: String,
}

/// The ways to write a name of the master data: without what is in brackets, what is only the register's (a code at its
/// end), and what letters leave out; before a slash also alone.
fn spellings(place: &str) -> Vec<Spelling> {
    let mut depth = 0_u32;
    let name: String = place
        .replace('&', " dan ")
        .chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect();
    let mut forms = vec![essential(&name)];
    forms.extend(name.split_once('/').map(|(first, _)| essential(first)).filter(|form| form.len() > 1));
    let spelling = |form: Vec<String>| {
        let name = form.join(" ");
        Spelling { plain: Squeezed::of(&name).letters, spelled_out: Squeezed::spelled_out(&name).letters }
    };
    forms.into_iter().map(spelling).collect()
}

/// The words of a name of a place that a letter would not leave out; at least two, where it has two.
fn essential(name: &str) -> Vec<String> {
    let mut words: Vec<String> = words(name).into_iter().map(|(_, word)| word).collect();
    let is_code = |word: &String| word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    if words.len() > 2 && words.last().is_some_and(is_code) {
        words.pop();
    }
    for ending in [&["republik", "indonesia"][..], &["ri"]] {
        let rest = words.len().saturating_sub(ending.len());
        if rest > 1 && words[rest..].iter().eq(ending) {
            words.truncate(rest);
        }
    }
    for beginning in ["pemerintah", "daerah"] {
        if words.len() > 2 && words[0] == beginning {
            words.remove(0);
        }
    }
    words
}

/// A piece of text, as dates are read from it. Space between pieces tells nothing.
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

/// Every date that a text names, in the forms of Indonesian letters: `1 Desember 2026`, `1 Des. 2026`,
/// `1 bulan Desember tahun 2026`, `01-12-2026`, `01/12/2026`, `2026-12-01`, and the first of `1 s.d. 31 Desember 2026`.
fn dates(text: &str) -> Vec<Date> {
    let tokens = tokens(text);
    let from = |at: usize| Reader(&tokens[at..]);
    let found = |at: usize| [from(at).numeric_date(), from(at).written_date(), from(at).beginning_of_range()];
    (0..tokens.len()).flat_map(found).flatten().collect()
}

/// Reads from the front of what is left.
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

    /// Passes marks and words that tell nothing.
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

    /// The first day of a range that names year, or month and year, only at its end.
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

/// A month by its name, by the first three letters of it or more, or in a spelling of old.
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

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::date;
    use proptest::prelude::*;
    use rstest::rstest;

    /// What `LETTER` was sent with.
    fn sought() -> SearchQuery<'static> {
        SearchQuery {
            name: "Siti Rahmawati, S.E.",
            employee_number: Some("197804122003122003"),
            role: Role::Pa,
            institution: "Kementerian Kesehatan",
            work_unit: "Sekretariat Jenderal",
            validity: Validity::new(date!(2026 - 12 - 01), date!(2027 - 12 - 31)).unwrap(),
        }
    }

    fn pages_of(what: FindingKind, sought: &SearchQuery, pages: &[&str]) -> Vec<u32> {
        let pages: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
        let found = find(&pages, sought).into_iter().find(|finding| finding.what == what);
        found.unwrap_or_else(|| panic!("{what} was not looked for")).pages
    }

    fn finds(what: FindingKind, sought: &SearchQuery, text: &str) -> bool {
        !pages_of(what, sought, &[text]).is_empty()
    }

    const LETTER: &str = "KEMENTERIAN KESEHATAN REPUBLIK INDONESIA\n\
        KEPUTUSAN MENTERI KESEHATAN\nNOMOR HK.01.07/MENKES/1204/2026\n\
        Menetapkan:\nNama : Hj. SITI RAHMAWATI, S.E., M.M.\nNIP : 19780412 200312 2 003\n\
        Satuan Kerja : Sekretariat Jenderal\nsebagai Pengguna Anggaran\n\
        terhitung mulai tanggal 1 Desember 2026 sampai dengan 31 Desember 2027.";

    #[test]
    fn a_letter_that_fits_names_everything() {
        let pages = ["Lampiran".to_owned(), LETTER.to_owned()];
        let found = find(&pages, &sought());
        let order: Vec<_> = found.iter().map(|finding| finding.what).collect();
        use FindingKind::{EmployeeNumber, FirstDay, Institution, LastDay, Name, Role, WorkUnit};
        assert_eq!(order, [Name, EmployeeNumber, Role, Institution, WorkUnit, FirstDay, LastDay]);
        assert!(found.iter().all(|finding| finding.pages == [2]), "{found:?}");
    }

    #[rstest]
    #[case("PT Sinar Jaya Abadi", "P.T. SINAR JAYA ABADI", true)]
    #[case("PT Sinar Jaya Abadi", "Perseroan Terbatas Sinar Jaya Abadi, Tbk.", true)]
    #[case("Sinar Jaya Abadi (Persero) Tbk", "sinar jaya\nabadi", true)]
    #[case("CV Sinar Jaya", "CV Sinar Jayakarta", false)]
    #[case("PT", "apa saja", false)]
    fn companies(#[case] name: &str, #[case] text: &str, #[case] found: bool) {
        assert_eq!(Page::read(text).letters.has(&Squeezed::of(&bare_company(name)).letters), found);
    }

    #[rstest]
    #[case("NPWP 01.234.567.8-901.000", &[1])]
    #[case("NPWP 0012345678901000", &[1])]
    #[case("NPWP 0012 3456 7890 1000", &[1])]
    #[case("NPWP 01.234.567.8-901.001", &[])]
    fn a_proof_names_its_company(#[case] npwp: &str, #[case] expected: &[u32]) {
        let company = Company::read(&crate::applications::company::CompanyInput {
            name: "PT Sinar Jaya Abadi".into(),
            npwp: "012345678901000".into(),
            nib: "9120001234567".into(),
            address: "Jalan Raya Bogor Kilometer 26, Jakarta".into(),
        })
        .unwrap();
        let page =
            format!("NOMOR INDUK BERUSAHA: 9120001234567\nPT SINAR JAYA ABADI\n{npwp}\nDirektur: Toko Sinar Jaya");
        let found = find_company(&[page], "Toko Sinar Jaya", &company);
        let pages: Vec<_> = found.iter().map(|finding| (finding.what, finding.pages.as_slice())).collect();
        let one: &[u32] = &[1];
        assert_eq!(
            pages,
            [
                (FindingKind::Name, one),
                (FindingKind::Company, one),
                (FindingKind::Npwp, expected),
                (FindingKind::Nib, one),
                (FindingKind::Address, &[][..])
            ]
        );
    }

    #[rstest]
    #[case("Jl. Raya Bogor KM. 26, Kel. Ciracas, Kec. Ciracas, Kota Adm. Jakarta Timur, 13740", true)]
    #[case("JALAN RAYA BOGOR NO 026\nJAKARTA", true)]
    #[case("Jalan Raya Bogor Kilometer 27, Jakarta Timur", true)] // a hint: the eyes compare
    #[case("Jalan Raya Serang Kilometer 27, Jakarta", false)]
    #[case("", false)]
    fn addresses(#[case] text: &str, #[case] found: bool) {
        let known = address_words("Jalan Raya Bogor Kilometer 26, Jakarta Timur");
        assert_eq!(Page::read(text).names_address(&known), found);
        assert!(!Page::read(text).names_address(&address_words("Jl. No.")));
    }

    #[test]
    fn every_page_that_names_it_is_given_and_no_other() {
        let pages = ["SITI RAHMAWATI", "", "hal. 3", "Siti\nRahmawati"];
        assert_eq!(pages_of(FindingKind::Name, &sought(), &pages), [1, 4]);
        assert!(pages_of(FindingKind::Name, &sought(), &[]).is_empty());
    }

    #[test]
    fn a_number_that_was_not_given_is_not_looked_for() {
        let found = find(&[LETTER.to_owned()], &SearchQuery { employee_number: None, ..sought() });
        assert!(found.iter().all(|finding| finding.what != FindingKind::EmployeeNumber));
        assert_eq!(found.len(), 6);
    }

    #[rstest]
    #[case("Siti Rahmawati", "Nama: SITI RAHMAWATI", true)]
    #[case("Siti Rahmawati", "Siti  Rahma-\nwati", true)]
    #[case("Siti Rahmawati", "S I T I  R A H M A W A T I", true)]
    #[case("Siti Rahmawati", "NamaSiti RahmawatiNIP1978", true)]
    #[case("Siti Rahmawati", "Dr.Ir.Siti Rahmawati,S.E.", true)]
    #[case("Siti Rahmawati", "Siti Rahmawatiningsih", false)]
    #[case("Siti Rahmawati", "Fasiti Rahmawati", false)]
    #[case("Siti Rahmawati", "Siti dan Rahmawati", false)]
    #[case("Prof. Dr. Ir. H. Budi Santoso, M.Si., Ph.D.", "BUDI SANTOSO", true)]
    #[case("Dr.Ir.Budi Santoso S.Kom., M.M.", "Ir. Budi Santoso", true)]
    #[case("BUDI SANTOSO SE MM", "Budi Santoso", true)]
    #[case("Drs. Budi Santoso Ak", "Budi Santoso", false)] // a name may end so, unless it is written as a degree
    #[case("Drs. Budi Santoso Ak.", "Budi Santoso", true)]
    #[case("H. Nur’aini", "Nur'aini", true)]
    #[case("Nuraini", "NUR'AINI", true)]
    #[case("H.", "Nomor H. 12", true)] // nothing else is left of it
    #[case("Kombes Pol. Drs. Rudi Hartono, S.H.", "RUDI HARTONO", true)]
    #[case("Taufik", "Tauﬁk Hidayat", true)]
    #[case("Rene", "Rene\u{301}", true)]
    fn names(#[case] name: &str, #[case] text: &str, #[case] found: bool) {
        assert_eq!(finds(FindingKind::Name, &SearchQuery { name, ..sought() }, text), found);
    }

    #[rstest]
    #[case("NIP. 197804122003122003", true)]
    #[case("NIP 19780412 200312 2 003", true)]
    #[case("NIP: 19780412.200312.2.003", true)]
    #[case("NIP 19780412\n200312 2 003 / IV.a", true)]
    #[case("NIP197804122003122003", true)]
    #[case("1 197804122003122003 2026", true)]
    #[case("1197804122003122003", false)]
    #[case("1978041220031220031", false)]
    #[case("19780412/200312/2/003", false)] // other numbers
    #[case("19780412 200312 2 004", false)]
    fn numbers(#[case] text: &str, #[case] found: bool) {
        assert_eq!(finds(FindingKind::EmployeeNumber, &sought(), text), found);
    }

    #[rstest]
    #[case(Role::Pa, "sebagai PENGGUNA ANGGARAN", true)]
    #[case(Role::Pa, "sebagai Pengguna\nAnggaran/Pengguna Barang", true)]
    #[case(Role::Pa, "selaku PA.", true)]
    #[case(Role::Pa, "Pengguna Anggaran menunjuk Kuasa Pengguna Anggaran", true)]
    #[case(Role::Pa, "Kuasa Pengguna Anggaran", false)]
    #[case(Role::Pa, "KUASA  PENGGUNA\nANGGARAN (KPA)", false)]
    #[case(Role::Pa, "KuasaPenggunaAnggaran", false)]
    #[case(Role::Pa, "penggunaan anggaran", false)]
    #[case(Role::Pa, "Yth. Pa Lurah", false)]
    #[case(Role::Pa, "PANITIA", false)]
    #[case(Role::Kpa, "Kuasa Pengguna Anggaran", true)]
    #[case(Role::Kpa, "PA/KPA", true)]
    #[case(Role::Kpa, "Pengguna Anggaran (PA)", false)]
    fn roles(#[case] role: Role, #[case] text: &str, #[case] found: bool) {
        assert_eq!(finds(FindingKind::Role, &SearchQuery { role, ..sought() }, text), found);
    }

    #[rstest]
    #[case("Kementerian Kesehatan", "Kemenkes RI", true)]
    #[case("Kementerian Kesehatan", "KEMEN. KESEHATAN", true)]
    #[case("Kementerian Kesehatan", "Kementrian Kese-\nhatan", true)]
    #[case("Kementerian Kesehatan", "Menteri Kesehatan", false)]
    #[case("Kab. Kotawaringin Barat", "PEMERINTAH KABUPATEN KOTAWARINGIN BARAT", true)]
    #[case("Kab. Kotawaringin Barat", "Pemkab Kotawaringin Barat", true)]
    #[case("Kab. Kotawaringin Barat", "Kabupaten Kotawaringin Timur", false)]
    #[case("Pemerintah Daerah Provinsi Bali", "Provinsi Bali", true)]
    #[case("KANWIL KEMENTERIAN AGAMA PROP JAWA TENGAH 035157", "Kantor Wilayah Kemenag Provinsi Jawa Tengah", true)]
    #[case("MADRASAH ALIYAH NEGERI 2 JEMBER", "MAN 2 Jember", true)]
    #[case("MADRASAH ALIYAH NEGERI 2 JEMBER", "MAN 12 Jember", false)]
    #[case("Kementerian Agraria dan Tata Ruang/BPN", "Kementerian Agraria & Tata Ruang", true)]
    #[case("INSTITUT AGAMA ISLAM NEGERI (IAIN) KENDARI", "Institut Agama Islam Negeri Kendari", true)]
    #[case("Perpustakaan Nasional Republik Indonesia", "Perpustakaan Nasional RI", true)]
    #[case("Ditjen Pendis", "Direktorat Jenderal Pendis", true)]
    #[case("Biro Umum", "Biro\tUmum,", true)]
    #[case("Biro Umum", "Biro Umum1", true)]
    #[case("Biro Umum", "Biro Umumnya", false)]
    #[case("—", "apa saja", false)]
    #[case("(", "apa saja", false)]
    fn places(#[case] place: &str, #[case] text: &str, #[case] found: bool) {
        assert_eq!(finds(FindingKind::Institution, &SearchQuery { institution: place, ..sought() }, text), found);
        assert_eq!(finds(FindingKind::WorkUnit, &SearchQuery { work_unit: place, ..sought() }, text), found);
    }

    #[rstest]
    #[case("1 Desember 2026")]
    #[case("01 DESEMBER 2026")]
    #[case("tanggal 1 bulan Desember tahun 2026")]
    #[case("1 Des. 2026")]
    #[case("1-Des-2026")]
    #[case("1Desember2026")]
    #[case("1\nDesember\n2026")]
    #[case("01-12-2026")]
    #[case("1/12/2026")]
    #[case("01.12.2026")]
    #[case("01 – 12 – 2026")]
    #[case("2026-12-01")]
    #[case("1 s.d. 31 Desember 2026")]
    #[case("1 Desember s/d 31 Desember 2026")]
    #[case("1 Desember sd 31 Desember 2026")]
    #[case("1 sampai dengan tanggal 31 Desember 2026")]
    #[case("1 hingga 31 Des 2026")]
    #[case("1–31 Desember 2026")]
    #[case("1 Desember 2026 s.d. 31 Desember 2027")]
    #[case("01/12/2026-31/12/2027")]
    fn dates_that_are_the_first_day(#[case] text: &str) {
        assert!(finds(FindingKind::FirstDay, &sought(), text));
    }

    #[rstest]
    #[case("11 Desember 2026")]
    #[case("1 Desember 2025")]
    #[case("1 Desember 20261")]
    #[case("31-12-2026")]
    #[case("12-01-2026")]
    #[case("1 2026 Desember")]
    #[case("1-12/2026")]
    #[case("1 Desember")]
    #[case("1 Desember s.d. 31 Desember 2027")]
    #[case("101-12-2026")]
    fn dates_that_are_not(#[case] text: &str) {
        assert!(!finds(FindingKind::FirstDay, &sought(), text));
    }

    #[rstest]
    #[case("1 Desember 2026 s.d. 31 Desember 2027")]
    #[case("1 Desember 2026 sampai dengan tanggal 31-12-2027")]
    #[case("berakhir 31 Des 2027.")]
    fn dates_that_are_the_last_day(#[case] text: &str) {
        assert!(finds(FindingKind::LastDay, &sought(), text));
    }

    #[test]
    fn months_of_old_spelling() {
        assert_eq!(
            dates("1 Pebruari 2026, 2 Nopember 2026, 3 Agt 2026, 4 Sept 2026, 5 Mei 2026"),
            [
                date!(2026 - 02 - 01),
                date!(2026 - 11 - 02),
                date!(2026 - 08 - 03),
                date!(2026 - 09 - 04),
                date!(2026 - 05 - 05)
            ]
        );
        assert!(dates("31 Februari 2026, 1 De 2026, 0 Mei 2026, 99999999999999999999-1-2026").is_empty());
    }

    /// A text as a letter might have it: other spaces between its words, another case.
    fn disguised(text: &str, spaces: &[usize], capitals: u64) -> String {
        const SPACES: [&str; 5] = [" ", "  ", "\n", "\t ", " \u{a0}\r\n"];
        let mut disguised = String::new();
        for (at, word) in text.split_whitespace().enumerate() {
            if at > 0 {
                disguised.push_str(SPACES[spaces[at % spaces.len()]]);
            }
            match capitals >> (at % 64) & 1 {
                0 => disguised.push_str(word),
                _ => disguised.extend(word.chars().flat_map(char::to_uppercase)),
            }
        }
        disguised
    }

    proptest! {
        #[test]
        fn any_text_is_read(
            pages in proptest::collection::vec("(?s).{0,200}", 0..4),
            name in "(?s).{0,40}",
            number in proptest::option::of("(?s).{0,20}"),
            place in "(?s).{0,40}",
            kpa: bool,
        ) {
            let role = if kpa { Role::Kpa } else { Role::Pa };
            let employee_number = number.as_deref();
            let sought = SearchQuery { name: &name, employee_number, role, institution: &place, work_unit: &place, ..sought() };
            for Finding { pages: found, .. } in find(&pages, &sought) {
                prop_assert!(found.is_sorted() && found.iter().all(|page| (1..=pages.len()).contains(&(*page as usize))));
            }
        }

        #[test]
        fn anything_like_a_letter_is_read(text in "[0-9a-zA-Z.,/() \n–'-]{0,200}") {
            find(std::slice::from_ref(&text), &SearchQuery { name: &text, institution: &text, work_unit: &text, ..sought() });
        }

        #[test]
        fn what_was_planted_is_found(
            name in "[A-Z][a-z]{2,10}( [A-Z][a-z']{2,10}){1,3}",
            titles in proptest::sample::subsequence(vec!["Prof.", "Dr.", "Ir.", "Drs.", "H."], 0..5),
            degrees in proptest::sample::subsequence(vec!["S.E.", "S.Kom.", "M.Si.", "M.M.", "Ph.D."], 0..5),
            number in "[1-9][0-9]{17}",
            institution in proptest::sample::select(vec!["Kementerian Kesehatan", "Kab. Kotawaringin Barat", "Provinsi Bali"]),
            work_unit in proptest::sample::select(vec!["SEKRETARIAT DAERAH", "Ditjen Pajak", "MAN 2 JEMBER", "Dinas Sosial 123456"]),
            first in 0i64..2000,
            length in 1i64..800,
            spaces in proptest::collection::vec(0usize..5, 7),
            capitals: u64,
            before in ".{0,20}",
        ) {
            let day = |n| date!(2024 - 01 - 01) + ::time::Duration::days(n);
            let validity = Validity::new(day(first), day(first + length)).unwrap();
            let account = format!("{} {name}, {}", titles.join(" "), degrees.join(", "));
            let grouped = crate::accounts::person::grouped(crate::accounts::person::EmployeeNumberKind::Nip, &number);
            let unit = work_unit.trim_end_matches(" 123456");
            let planted = format!(
                "Nama {} {name} {} NIP {grouped} sebagai Pengguna Anggaran pada {unit} , {institution} mulai {} s.d. {} .",
                degrees.join(" "),
                titles.join(" "),
                crate::indonesian::date(validity.first()),
                crate::indonesian::date(validity.last()),
            );
            let page = format!("{before}\n{}", disguised(&planted, &spaces, capitals));
            let employee_number = Some(number.as_str());
            let sought = SearchQuery { name: &account, employee_number, role: Role::Pa, institution, work_unit, validity };
            for finding in find(&[String::new(), page.clone()], &sought) {
                prop_assert_eq!(&finding.pages, &[2], "{} in {:?}", finding.what, &page);
            }
        }
    }
}
