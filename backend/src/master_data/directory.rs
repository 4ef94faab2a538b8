//! The institutions and the work units of the current year in memory, so that a search needs no query and gives the same
//! results on both databases. 40,000 work units take about 10 MB.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use domain::{
    calendar::Holidays,
    master_data::{
        institution::{Institution, InstitutionType},
        work_unit::ActiveYears,
    },
    search::{Index, Mark},
    time::Zone,
};
use time::Date;
use uuid::Uuid;

use crate::{
    Backend,
    db::fetch_all,
    error::{Error, Result},
};

/// How often a server checks whether the master data changed.
const ROUND: Duration = Duration::from_secs(2);

/// The master data, replaced as a whole when it changes, and the holidays, which every deadline needs.
#[derive(Default)]
pub struct Directory {
    current: RwLock<Arc<Snapshot>>,
    holidays: RwLock<Arc<Holidays>>,
}

/// The master data at one time.
#[derive(Debug, Default)]
pub struct Snapshot {
    version: Option<i64>,
    year: i32,
    institutions: Index<Institution>,
    units: Index<UnitEntry>,
    /// The range of each institution's work units.
    ranges: HashMap<Uuid, Range<usize>>,
}

/// A work unit in the index.
#[derive(Debug)]
pub struct UnitEntry {
    pub id: Uuid,
    pub code: Option<Box<str>>,
    pub name: Box<str>,
}

/// The result of a search.
#[derive(Debug)]
pub struct Found<T> {
    /// The best hits first, at most as many as the limit, each with the parts of its name that match.
    pub hits: Vec<(T, Vec<Mark>)>,
    /// How many match.
    pub total: usize,
    /// How many were searched.
    pub of: usize,
}

impl Directory {
    /// The master data as last read.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The calendar for deadlines, with the moving public holidays as last read.
    pub fn holidays(&self) -> Arc<Holidays> {
        self.holidays.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, snapshot: Snapshot) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }
}

impl Snapshot {
    /// The year whose work units it holds.
    pub fn year(&self) -> i32 {
        self.year
    }

    /// The types that have institutions, in the order of the form.
    pub fn types(&self) -> Vec<InstitutionType> {
        InstitutionType::ALL
            .into_iter()
            .filter(|kind| self.institutions.items().any(|institution| institution.kind == *kind))
            .collect()
    }

    /// Searches the institutions of a type.
    pub fn institutions(&self, kind: InstitutionType, query: &str, limit: usize) -> Found<Institution> {
        let (hits, total) =
            self.institutions.search(query, 0..self.institutions.len(), |institution| institution.kind == kind, limit);
        let hits = hits.into_iter().map(|hit| (hit.item.clone(), hit.marks)).collect();
        Found { hits, total, of: self.institutions.items().filter(|institution| institution.kind == kind).count() }
    }

    /// Searches the work units of an institution that are active this year. Hits are id, code and name.
    pub fn work_units(&self, institution: Uuid, query: &str, limit: usize) -> Found<(Uuid, Option<String>, String)> {
        let range = self.ranges.get(&institution).cloned().unwrap_or_default();
        let of = range.len();
        let (hits, total) = self.units.search(query, range, |_| true, limit);
        let hits = hits
            .into_iter()
            .map(|hit| {
                ((hit.item.id, hit.item.code.as_deref().map(str::to_owned), hit.item.name.to_string()), hit.marks)
            })
            .collect();
        Found { hits, total, of }
    }
}

/// Reads the holidays, and the master data if it changed or a new year began. Returns whether it read the master data.
///
/// # Errors
/// If the database does not answer.
async fn refresh(backend: &Backend) -> Result<bool> {
    let year = backend.world.today(Zone::Wib).year();
    let mut conn = backend.db.read().await?;
    // An operator may edit the holidays in the database, so they are read every time: about a dozen rows a year.
    let rows: Vec<(i64, Option<Date>)> = fetch_all!(
        conn,
        (i64, Option<Date>),
        "SELECT m.version, h.day FROM master_data m LEFT JOIN holidays h ON m.id = 1 WHERE m.id = 1"
    )?;
    let Some((version, _)) = rows.first().copied() else {
        return Err(Error::internal("no version of the master data"));
    };
    let holidays = Holidays::new(rows.into_iter().filter_map(|(_, day)| day).collect());
    let holidays = holidays.promising(backend.settings.promised_working_days);
    *backend.master_data.holidays.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(holidays);
    let current = backend.master_data.snapshot();
    if current.version == Some(version) && current.year == year {
        return Ok(false);
    }
    let institutions: Vec<(Uuid, String, Option<String>, String)> =
        fetch_all!(conn, (Uuid, String, Option<String>, String), "SELECT id, kind, kd_klpd, name FROM institutions")?;
    let units: Vec<(Uuid, Uuid, Option<String>, String)> = fetch_all!(
        conn,
        (Uuid, Uuid, Option<String>, String),
        "SELECT id, institution_id, code, name FROM work_units WHERE (active_years & $1) <> 0",
        ActiveYears::only(year).bits()
    )?;
    drop(conn);
    // Takes tens of milliseconds, too long for an async thread.
    let snapshot = tokio::task::spawn_blocking(move || build(version, year, institutions, units))
        .await
        .map_err(crate::Error::internal)?;
    tracing::info!(
        version,
        year,
        institutions = snapshot.institutions.len(),
        work_units = snapshot.units.len(),
        "read the master data"
    );
    backend.master_data.replace(snapshot);
    Ok(true)
}

fn build(
    version: i64,
    year: i32,
    mut institutions: Vec<(Uuid, String, Option<String>, String)>,
    mut units: Vec<(Uuid, Uuid, Option<String>, String)>,
) -> Snapshot {
    // Sorted here, because each database has its own collation.
    institutions.sort_unstable_by(|(a, _, _, a_name), (b, _, _, b_name)| (a_name, a).cmp(&(b_name, b)));
    units.sort_unstable_by(|(a, a_of, _, a_name), (b, b_of, _, b_name)| (a_of, a_name, a).cmp(&(b_of, b_name, b)));
    let institutions = institutions
        .into_iter()
        .filter_map(|(id, kind, kd_klpd, name)| Some(Institution { id, kind: kind.parse().ok()?, kd_klpd, name }));
    let institutions = Index::new(institutions, |item| &item.name, |item| item.kd_klpd.as_deref());
    let mut ranges: HashMap<Uuid, Range<usize>> = HashMap::new();
    for (at, (_, institution, ..)) in units.iter().enumerate() {
        ranges.entry(*institution).or_insert(at..at).end = at + 1;
    }
    let units = units.into_iter().map(|(id, _, code, name)| UnitEntry {
        id,
        code: code.map(String::into_boxed_str),
        name: name.into_boxed_str(),
    });
    let units = Index::new(units, |item| &item.name, |item| item.code.as_deref());
    Snapshot { version: Some(version), year, institutions, units, ranges }
}

impl Directory {
    /// Refreshes the master data until the process ends.
    pub async fn keep_fresh(backend: Arc<Backend>) {
        loop {
            if let Err(error) = refresh(&backend).await {
                tracing::error!(%error, "the master data cannot be read");
            }
            tokio::time::sleep(ROUND).await;
        }
    }

    /// Reads the master data now if it changed. Returns whether it did.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn refresh(backend: &Backend) -> Result<bool> {
        refresh(backend).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_depend_on_the_database() {
        let id = Uuid::from_u128;
        let institution = |n, name: &str| (id(n), "kementerian".to_owned(), None, name.to_owned());
        let unit = |n, of, name: &str| (id(n), id(of), None, name.to_owned());
        let institutions = vec![
            institution(2, "Kementerian Zeta"),
            institution(3, "kementerian a"),
            institution(1, "Kementerian Alfa"),
        ];
        // Institutions in the order of a collation that ignores case, work units in no order.
        let units = vec![unit(11, 1, "biro b"), unit(21, 2, "Biro"), unit(12, 1, "Biro C"), unit(10, 1, "Biro C")];
        let snapshot = build(1, 2026, institutions, units);
        let found = snapshot.institutions(InstitutionType::Kementerian, "", 9).hits;
        let names: Vec<_> = found.iter().map(|(institution, _)| institution.name.as_str()).collect();
        assert_eq!(names, ["Kementerian Alfa", "Kementerian Zeta", "kementerian a"]);
        let units =
            |of| snapshot.work_units(id(of), "", 9).hits.into_iter().map(|((unit, ..), _)| unit).collect::<Vec<_>>();
        assert_eq!((units(1), units(2)), (vec![id(10), id(12), id(11)], vec![id(21)]));
    }
}
