//! Made-up applications for real master data.

use std::collections::HashMap;

use domain::{
    applications::reference::{Reference, Series},
    verification::CaseNames,
};
use time::Date;
use uuid::Uuid;

use super::{
    DAY, HOUR, Years,
    people::{PEOPLE, VERIFIERS, name, nip, verifier},
    store::Store,
};
use crate::{data::Dice, stage::Failure};

/// Approved applications per thousand closed ones. Of the others three in four are rejected, the rest withdrawn.
const APPROVED: u64 = 306;

/// Id, code, name, and the index of the institution.
pub type WorkUnit = (Uuid, Option<String>, String, usize);
/// Id and name.
pub type Institution = (Uuid, String);

/// The master data that applications refer to.
pub struct Country {
    pub units: Vec<WorkUnit>,
    pub institutions: Vec<Institution>,
    pub today: Date,
    pub year: i32,
}

/// One application. Everything follows from its number.
pub struct Application<'a> {
    pub number: u64,
    pub person: u64,
    pub status: &'static str,
    pub role: &'static str,
    pub linked: bool,
    pub reference: String,
    pub unit: &'a WorkUnit,
    pub institution: &'a Institution,
    pub first_sent: i64,
    pub sent: i64,
    pub decided: Option<i64>,
    pub verifier: u64,
    /// The verifier who holds the case, and until when.
    pub lease: Option<(u64, i64)>,
    /// The verifier who asked for a repair before.
    pub returned_by: Option<u64>,
}

impl Country {
    /// Reads all institutions and work units.
    pub async fn read(store: &mut Store, today: Date) -> Result<Self, Failure> {
        let institutions: Vec<(Uuid, String)> =
            store.rows("SELECT id, name FROM institutions ORDER BY kd_klpd, name, id").await?;
        let units: Vec<(Uuid, Option<String>, String, Uuid)> =
            store.rows("SELECT id, code, name, institution_id FROM work_units ORDER BY kd_satker, id").await?;
        let indexes: HashMap<Uuid, usize> =
            institutions.iter().enumerate().map(|(index, (id, _))| (*id, index)).collect();
        let units = units.into_iter().map(|(id, code, name, institution)| (id, code, name, indexes[&institution]));
        Ok(Self { units: units.collect(), institutions, today, year: today.year() })
    }

    pub fn application(&self, years: &Years, number: u64) -> Application<'_> {
        let mut dice = Dice::new(number);
        let mut roll = |sides: u64| dice.roll(sides as usize) as u64;
        let nth = number - years.first;
        let ended = nth < years.ended;
        let unit = &self.units[roll(self.units.len() as u64) as usize];
        let (end, length) = (years.end.micros(), years.days * DAY);
        let open_since = 5 * DAY;
        let mut lease = None;
        let mut returned_by = (roll(100) < 8).then(|| roll(VERIFIERS));
        let (status, sent, decided) = if ended {
            let decided = end - length + ((length - open_since) / years.ended.max(1) as i64) * nth as i64;
            let decided = decided + roll(3600) as i64 * 1_000_000;
            let status = match roll(1000) {
                n if n < APPROVED => "approved",
                n if n % 4 == 0 => "withdrawn",
                _ => "rejected",
            };
            (status, decided - HOUR - roll(4 * 24 * 60) as i64 * 60_000_000, Some(decided))
        } else {
            let sent = end - open_since + (open_since / years.open.max(1) as i64) * (nth - years.ended) as i64;
            let status = match roll(100) {
                n if n < 90 => "submitted",
                n if n < 93 => {
                    lease = Some((roll(VERIFIERS), end + 10 * HOUR));
                    "in_review"
                }
                _ => {
                    returned_by = returned_by.or(Some(roll(VERIFIERS)));
                    "returned"
                }
            };
            (status, sent, None)
        };
        Application {
            number,
            // At most one open application per person.
            person: if ended { roll(PEOPLE) } else { number % PEOPLE },
            status,
            role: if roll(3) == 0 { "pa" } else { "kpa" },
            linked: roll(5) < 3,
            reference: Reference::new(Series::Application, self.year, number as u32 + 1).to_string(),
            unit,
            institution: &self.institutions[unit.3],
            first_sent: if returned_by.is_some() { sent - 2 * DAY } else { sent },
            sent,
            decided,
            verifier: roll(VERIFIERS),
            lease,
            returned_by,
        }
    }
}

impl Application<'_> {
    pub fn is_decided(&self) -> bool {
        matches!(self.status, "approved" | "rejected")
    }

    /// The words under which the decided case is found.
    pub fn words(&self) -> Vec<String> {
        let (name, number) = (name(self.person), nip(self.person));
        let names = CaseNames {
            name: &name,
            employee_number: Some(&number),
            work_unit: &self.unit.2,
            code: self.unit.1.as_deref(),
            npwp: None,
            institution: &self.institution.1,
            reference: &self.reference,
        };
        let mut words: Vec<String> = names.words().split_whitespace().map(str::to_owned).collect();
        words.push(format!("i{}", self.institution.0.simple()));
        words.push(format!("v{}", verifier(self.verifier).simple()));
        words
    }

    /// The period of the role. Open applications ask for one after all accesses, so that none overlaps.
    pub fn period(&self, today: Date) -> (Date, Date) {
        let first = today + time::Duration::days(if self.decided.is_some() { -100 } else { 300 });
        (first, first + time::Duration::days(365))
    }
}
