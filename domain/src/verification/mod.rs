//! The rules of the verification desk: leases, marks, what the queue can be narrowed to.

pub mod finding;

use std::{str::FromStr, time::Duration};

use ::time::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    accounts::person::{EmployeeNumberKind, grouped},
    applications::company::Npwp,
    calendar::{Deadline, Holidays},
    issues::{Field, Problem},
    role::{ProfileType, Role},
    search::searchable,
    text::check_line,
};

/// How long a case stays with a verifier who does nothing.
pub const LEASE: Duration = Duration::from_secs(15 * 60);
/// How long a verdict can be taken back; its mail waits that long.
pub const UNDO: Duration = Duration::from_secs(10);
/// How long a case that was repaired is kept for the verifier who sent it back, before **Ambil berikutnya** gives it to
/// anybody.
pub const RESERVED: Duration = Duration::from_secs(24 * 3600);
/// The fewest and the most characters of a note beside a mark.
pub const NOTE_LENGTH: std::ops::RangeInclusive<usize> = 5..=500;

/// What a verifier can mark for repair, in the order of the forms.
pub const MARKABLE: &[Field] = &[
    Field::Institution,
    Field::WorkUnit,
    Field::Address,
    Field::FirstDay,
    Field::LastDay,
    Field::CompanyName,
    Field::Npwp,
    Field::Nib,
    Field::CompanyAddress,
    Field::Letter,
];

/// Whether the form of a role has a field that can be marked.
pub fn is_markable(field: Field, role: Role) -> bool {
    let of_company = matches!(field, Field::CompanyName | Field::Npwp | Field::Nib | Field::CompanyAddress);
    let supplier = role.info().profile_type == ProfileType::Penyedia;
    MARKABLE.contains(&field) && (field == Field::Letter || of_company == supplier)
}

/// One thing to repair, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The field of the form, or the letter.
    pub field: Field,
    /// What is wrong with it and what to do.
    pub note: String,
}

impl Mark {
    /// A mark as typed.
    ///
    /// # Errors
    /// [`Problem::NotOffered`] for a field that cannot be marked; [`Problem::Missing`], [`Problem::TooShort`],
    /// [`Problem::TooLong`] or [`Problem::BadCharacters`] (control characters) for its note, which is one line.
    pub fn parse(field: Field, note: &str) -> Result<Self, Problem> {
        let note = note.trim();
        if !MARKABLE.contains(&field) {
            return Err(Problem::NotOffered);
        }
        check_line(note, NOTE_LENGTH)?;
        Ok(Self { field, note: note.to_owned() })
    }
}

/// How a waiting case stands to the promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str)]
pub enum Age {
    /// Working days are left.
    #[strum(serialize = "dalam_janji")]
    InTime,
    /// Today is the last day.
    #[strum(serialize = "hari_ini")]
    DueToday,
    /// The promise is broken.
    #[strum(serialize = "lewat")]
    Overdue,
}

crate::text_enum!(Age);

impl Age {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::InTime, Self::DueToday, Self::Overdue];

    /// Its name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::InTime => "Dalam janji",
            Self::DueToday => "Batas hari ini",
            Self::Overdue => "Lewat",
        }
    }

    /// By the promise.
    pub const fn of(deadline: Deadline) -> Self {
        if deadline.overdue > 0 {
            Self::Overdue
        } else if deadline.left == 0 {
            Self::DueToday
        } else {
            Self::InTime
        }
    }
}

/// How the cases sent on each day stand to the promise, as seen on one day. Who waits longer is never better off, so that
/// two dates tell it for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// The first day of sending whose cases are not overdue.
    pub due_from: Date,
    /// The first day of sending whose cases are in time.
    pub in_time_from: Date,
}

impl Ages {
    /// As seen on `today`.
    pub fn new(today: Date, holidays: &Holidays) -> Self {
        let after = today.next_day().unwrap_or(today);
        let mut ages = Self { due_from: after, in_time_from: after };
        let mut sent = today;
        loop {
            match Age::of(Deadline::new(sent, today, holidays)) {
                Age::InTime => ages = Self { due_from: sent, in_time_from: sent },
                Age::DueToday => ages.due_from = sent,
                Age::Overdue => return ages,
            }
            match sent.previous_day() {
                Some(before) => sent = before,
                None => return ages,
            }
        }
    }

    /// Of a case sent on `sent`.
    pub fn of(&self, sent: Date) -> Age {
        if sent >= self.in_time_from {
            Age::InTime
        } else if sent >= self.due_from {
            Age::DueToday
        } else {
            Age::Overdue
        }
    }
}

/// What a case can be found by.
#[derive(Clone, Copy, Debug)]
pub struct CaseNames<'a> {
    /// The person's name.
    pub name: &'a str,
    /// The digits of the NIP or NRP.
    pub employee_number: Option<&'a str>,
    /// Name of the work unit.
    pub work_unit: &'a str,
    /// Code of the work unit.
    pub code: Option<&'a str>,
    /// The digits of the NPWP, of a supplier, who has no work unit.
    pub npwp: Option<&'a str>,
    /// Name of the institution.
    pub institution: &'a str,
    /// The application's number.
    pub reference: &'a str,
}

impl CaseNames<'_> {
    /// Its words, as a [`WordIndex`](crate::search::WordIndex) takes them. A reference is found with its hyphens, without
    /// them, and from its year or its running number on; a NIP with its spaces and without them; an NPWP in one piece and
    /// as it is printed.
    pub fn words(&self) -> String {
        let number = self.employee_number.unwrap_or_default();
        let spaced = grouped(EmployeeNumberKind::Nip, number);
        let mut parts = self.reference;
        let mut joined = Vec::with_capacity(3);
        while let Some((_, rest)) = parts.split_once('-') {
            joined.push(parts.replace('-', ""));
            parts = rest;
        }
        let spaced = Some(spaced.as_str()).filter(|spaced| *spaced != number);
        let npwp = self.npwp.and_then(|npwp| Npwp::parse(npwp).ok());
        let npwp = npwp.map(|npwp| format!("{} {}", npwp.as_str(), npwp.printed()));
        let code = self.code.or(npwp.as_deref()).unwrap_or_default();
        searchable(
            [self.name, self.work_unit, code, self.institution, number, self.reference]
                .into_iter()
                .chain(spaced)
                .chain(joined.iter().map(String::as_str)),
        )
    }
}

/// Which part of the open cases a queue shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str)]
pub enum Part {
    /// Everything that waits for the desk.
    #[default]
    #[strum(serialize = "semua")]
    Waiting,
    /// What nobody holds.
    #[strum(serialize = "bebas")]
    Free,
    /// What oneself holds or is to get again.
    #[strum(serialize = "saya")]
    Mine,
    /// What others hold.
    #[strum(serialize = "dipegang")]
    Held,
    /// What is back with the applicant for repair.
    #[strum(serialize = "perbaikan")]
    Returned,
}

crate::text_enum!(Part);

impl Part {
    /// All of them, in the order of the chips.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Mine, Self::Free, Self::Held, Self::Returned];

    /// Its name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Semua",
            Self::Free => "Bebas",
            Self::Mine => "Saya",
            Self::Held => "Dipegang",
            Self::Returned => "Perlu Perbaikan",
        }
    }
}

/// What the queue is narrowed to; the query of its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueFilter {
    /// The part.
    pub part: Part,
    /// An institution.
    pub institution: Option<Uuid>,
    /// A role.
    pub role: Option<Role>,
    /// How it stands to the promise.
    pub age: Option<Age>,
    /// Linked with SiRUP (true) or a new access (false).
    pub linked: Option<bool>,
    /// Words of the name, NIP, satker, institution or reference number.
    pub words: String,
}

impl QueueFilter {
    /// As the query of an address, without `?`; empty for everything. Values are percent-encoded by the caller's URL type.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut put = |key, value: Option<String>| pairs.extend(value.map(|value| (key, value)));
        put("bagian", (self.part != Part::default()).then(|| self.part.to_string()));
        put("instansi", self.institution.map(|id| id.to_string()));
        put("role", self.role.map(|role| role.to_string()));
        put("umur", self.age.map(|age| age.to_string()));
        put("sirup", self.linked.map(|linked| if linked { "terhubung" } else { "baru" }.to_owned()));
        put("cari", Some(self.words.trim()).filter(|words| !words.is_empty()).map(str::to_owned));
        pairs
    }

    /// From the query of an address; what is not understood is left out.
    pub fn from_query<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        fn parsed<T: FromStr>(text: Option<&str>) -> Option<T> {
            text.and_then(|text| text.parse().ok())
        }
        Self {
            part: parsed(get("bagian")).unwrap_or_default(),
            institution: parsed(get("instansi")),
            role: parsed(get("role")),
            age: parsed(get("umur")),
            linked: match get("sirup") {
                Some("terhubung") => Some(true),
                Some("baru") => Some(false),
                _ => None,
            },
            words: get("cari").unwrap_or_default().chars().take(100).collect(),
        }
    }

    /// Whether anything beyond the part is narrowed.
    pub fn is_narrowed(&self) -> bool {
        *self != Self { part: self.part, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{SearchQuery, WordIndex};
    use ::time::{Duration as Days, macros::date};
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("siti")]
    #[case("rahma SITI")]
    #[case("197804122003122003")]
    #[case("19780412 200312 2 003")]
    #[case("19780412")]
    #[case("GB-26-004182-7")]
    #[case("gb 26 004182 7")]
    #[case("gb260041827")]
    #[case("GB26004")]
    #[case("26-004182")]
    #[case("0041827")]
    #[case("004182")]
    #[case("setjen kemenkes")]
    #[case("450938 rahmawati")]
    fn a_case_is_found_by(#[case] query: &str) {
        assert!(finds(query, &siti()), "{:?}", siti().words());
    }

    #[rstest]
    #[case("budi")]
    #[case("siti budi")]
    #[case("GB-26-004183")]
    #[case("2003122003")]
    fn a_case_is_not_found_by(#[case] query: &str) {
        assert!(!finds(query, &siti()));
    }

    #[rstest]
    #[case("012345678901000")]
    #[case("01.234.567.8-901.000")]
    fn a_supplier_is_found_by_the_npwp(#[case] query: &str) {
        let supplier = CaseNames { code: None, npwp: Some("012345678901000"), ..siti() };
        assert!(finds(query, &supplier), "{:?}", supplier.words());
        assert!(!finds(query, &siti()));
    }

    fn finds(query: &str, names: &CaseNames) -> bool {
        WordIndex::new([names.words().as_str()]).find(&SearchQuery::parse(query)) == [true]
    }

    fn siti() -> CaseNames<'static> {
        CaseNames {
            name: "Siti Rahmawati, S.E.",
            employee_number: Some("197804122003122003"),
            work_unit: "Sekretariat Jenderal",
            code: Some("450938"),
            npwp: None,
            institution: "Kementerian Kesehatan",
            reference: "GB-26-004182-7",
        }
    }

    proptest! {
        #[test]
        fn two_dates_tell_the_age_of_all(
            today in 0i64..800,
            back in 0i64..60,
            off in proptest::collection::vec(0i64..800, 0..40),
        ) {
            let day = |nth| date!(2026 - 01 - 01) + Days::days(nth);
            let holidays = Holidays::new(off.into_iter().map(day).collect());
            let (today, sent) = (day(today), day(today - back));
            let age = Age::of(Deadline::new(sent, today, &holidays));
            prop_assert_eq!(Ages::new(today, &holidays).of(sent), age);
        }
    }

    #[test]
    fn a_filter_survives_its_address() {
        let filter = QueueFilter {
            part: Part::Mine,
            institution: Some(Uuid::from_u128(7)),
            role: Some(Role::Kpa),
            age: Some(Age::Overdue),
            linked: Some(false),
            words: "siti 1978".into(),
        };
        let pairs = filter.pairs();
        let read =
            QueueFilter::from_query(|key| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str()));
        assert_eq!(read, filter);
        assert!(QueueFilter::default().pairs().is_empty());
    }

    #[test]
    fn nonsense_in_an_address_is_left_out() {
        let read = QueueFilter::from_query(|key| (key != "cari").then_some("zzz"));
        assert_eq!(read, QueueFilter::default());
    }

    #[test]
    fn what_is_marked_is_on_the_form_of_the_role() {
        let of = |role| MARKABLE.iter().copied().filter(move |field| is_markable(*field, role)).collect::<Vec<_>>();
        use Field::{
            Address, CompanyAddress, CompanyName, FirstDay, Institution, LastDay, Letter, Nib, Npwp, WorkUnit,
        };
        assert_eq!(of(Role::Pa), [Institution, WorkUnit, Address, FirstDay, LastDay, Letter]);
        assert_eq!(of(Role::Penyedia), [CompanyName, Npwp, Nib, CompanyAddress, Letter]);
    }

    #[rstest]
    #[case(Field::Letter, "  ", Problem::Missing)]
    #[case(Field::Letter, "cap", Problem::TooShort { min: 5 })]
    #[case(Field::Letter, "Pindai\0 ulang.", Problem::BadCharacters)]
    #[case(Field::Letter, "Pindai ulang.\nAlamat: sudah benar.", Problem::BadCharacters)]
    #[case(Field::Password, "ganti sandi", Problem::NotOffered)]
    fn marks_have_rules(#[case] field: Field, #[case] note: &str, #[case] problem: Problem) {
        assert_eq!(Mark::parse(field, note), Err(problem));
    }
}
