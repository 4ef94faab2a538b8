//! Imports master data. An import can be repeated, and a bad row does not stop the others.
//!
//! A row matches a stored work unit by `kd_satker`. Without it, by institution and code, preferring the same name, because
//! codes are not unique in real data. Without a code, by institution and name.

use std::collections::HashMap;

use domain::{
    applications::address::ADDRESS_LENGTH,
    master_data::{institution::InstitutionType, work_unit::ActiveYears},
    search::normalised,
    time::Zone,
};
use uuid::Uuid;

use super::{
    rows::{Row, read},
    texts,
};
use crate::{
    Backend,
    db::{Tx, execute, fetch_all},
    error::Result,
};

/// The number of rows of a transaction.
const BATCH: usize = 500;
/// The most characters of a name or a code.
const LONGEST_NAME: usize = 300;

/// The result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// New rows.
    pub added: usize,
    /// Stored rows that were changed.
    pub changed: usize,
    /// Rows that were stored already.
    pub unchanged: usize,
    pub refused: Vec<Refusal>,
    /// Institutions that were added because work units named them.
    pub institutions_added: usize,
    /// Rows of a file without years, which count as active in the year of the import.
    pub without_years: usize,
}

/// A rejected row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its line in the file, from 1.
    pub line: usize,
    /// Why, in Indonesian.
    pub reason: String,
}

struct KnownInstitution {
    id: Uuid,
    kind: String,
    kd_klpd: Option<String>,
    name: String,
}

/// Imports institutions from a file with `jenis`, `kode` and `nama` (or `jenis_klpd`, `kd_klpd`, `nama_klpd`); a row
/// without a code is known by type and name. `progress` is called with the number of rows done.
///
/// # Errors
/// If the database refuses. Batches before that stay.
pub async fn institutions(backend: &Backend, file: &[u8], progress: impl Fn(usize)) -> Result<Report> {
    let (mut report, rows) = parse(file, institution_row);
    let mut known = Institutions::load(backend).await?;
    let mut done = 0;
    for batch in rows.chunks(BATCH) {
        let mut tx = backend.db.begin().await?;
        for (line, row) in batch {
            match known.put(backend, &mut tx, row).await? {
                Outcome::Added => report.added += 1,
                Outcome::Changed => report.changed += 1,
                Outcome::Unchanged => report.unchanged += 1,
                Outcome::Refused(reason) => report.refused.push(Refusal { line: *line, reason }),
            }
        }
        finish(tx).await?;
        done += batch.len();
        progress(done);
    }
    report.refused.sort_by_key(|refusal| refusal.line);
    Ok(report)
}

/// Imports work units from a file in any of the shapes of the gateway. Adds unknown institutions that a row describes in
/// full. `progress` is called with the number of rows done.
///
/// # Errors
/// If the database refuses. Batches before that stay.
pub async fn work_units(backend: &Backend, file: &[u8], progress: impl Fn(usize)) -> Result<Report> {
    let this_year = ActiveYears::only(backend.world.today(Zone::Wib).year());
    let (mut report, rows) = parse(file, |row| unit_row(row, this_year));
    let mut institutions = Institutions::load(backend).await?;
    let mut known = Units::load(backend).await?;
    // The first line of each `kd_satker`.
    let mut seen: HashMap<i64, usize> = HashMap::new();
    let mut done = 0;
    for batch in rows.chunks(BATCH) {
        let mut tx = backend.db.begin().await?;
        for (line, row) in batch {
            if let Some(number) = row.kd_satker
                && let Some(first) = seen.insert(number, *line)
            {
                seen.insert(number, first);
                let reason = texts::repeated(number, first);
                report.refused.push(Refusal { line: *line, reason });
                continue;
            }
            let institution = match institutions.of(backend, &mut tx, row).await? {
                Ok((id, added)) => {
                    report.institutions_added += usize::from(added);
                    id
                }
                Err(reason) => {
                    report.refused.push(Refusal { line: *line, reason });
                    continue;
                }
            };
            report.without_years += usize::from(row.years_assumed);
            match known.put(backend, &mut tx, institution, row).await? {
                Outcome::Added => report.added += 1,
                Outcome::Changed => report.changed += 1,
                Outcome::Unchanged => report.unchanged += 1,
                Outcome::Refused(reason) => report.refused.push(Refusal { line: *line, reason }),
            }
        }
        finish(tx).await?;
        done += batch.len();
        progress(done);
    }
    report.refused.sort_by_key(|refusal| refusal.line);
    Ok(report)
}

enum Outcome {
    Added,
    Changed,
    Unchanged,
    Refused(String),
}

fn parse<T>(file: &[u8], convert: impl Fn(&Row) -> Result<T, String>) -> (Report, Vec<(usize, T)>) {
    let (mut report, mut rows) = (Report::default(), Vec::new());
    read(file, |line, row| match row.and_then(|row| convert(&row)) {
        Ok(row) => rows.push((line, row)),
        Err(reason) => report.refused.push(Refusal { line, reason }),
    });
    (report, rows)
}

/// For `fuzz/`: reads a file as both imports do, as far as they need no database.
#[cfg(fuzzing)]
pub fn fuzz(file: &[u8]) {
    parse(file, institution_row);
    parse(file, |row| unit_row(row, ActiveYears::only(2026)));
}

/// Increments the version, which makes every server read the master data again, and commits.
async fn finish(mut tx: Tx) -> Result<()> {
    execute!(tx, "UPDATE master_data SET version = version + 1 WHERE id = 1")?;
    tx.commit().await
}

struct InstitutionRow {
    kind: InstitutionType,
    kd_klpd: Option<String>,
    name: String,
}

fn institution_row(row: &Row) -> Result<InstitutionRow, String> {
    let kind = row.get(&["jenis", "jenis_klpd"]).ok_or(texts::NO_TYPE)?;
    Ok(InstitutionRow {
        kind: InstitutionType::from_master_data(kind).ok_or_else(|| texts::unknown_type(kind))?,
        kd_klpd: text(row.get(&["kode", "kd_klpd"]), "kode", LONGEST_NAME)?,
        name: required(row.get(&["nama", "nama_klpd"]), "nama")?,
    })
}

/// Checks a value that may be missing: its length, and control characters, which PostgreSQL may refuse.
fn text(value: Option<&str>, column: &str, longest: usize) -> Result<Option<String>, String> {
    let Some(value) = value else { return Ok(None) };
    if value.chars().count() > longest {
        return Err(texts::too_long(column, longest));
    }
    if value.chars().any(char::is_control) {
        return Err(texts::control_character(column));
    }
    Ok(Some(value.to_owned()))
}

fn required(value: Option<&str>, column: &str) -> Result<String, String> {
    text(value, column, LONGEST_NAME)?.ok_or_else(|| texts::empty(column))
}

struct UnitRow {
    kd_klpd: String,
    institution: Option<InstitutionRow>,
    kd_satker: Option<i64>,
    code: Option<String>,
    name: String,
    years: ActiveYears,
    /// The file has no column for years.
    years_assumed: bool,
    listed_address: Option<String>,
}

fn unit_row(row: &Row, this_year: ActiveYears) -> Result<UnitRow, String> {
    let kd_satker =
        row.get(&["kd_satker"]).map(|text| text.parse::<i64>().map_err(|_| texts::not_a_number(text))).transpose()?;
    let years_assumed = !row.knows(&["tahun_aktif"]);
    let years = match row.get(&["tahun_aktif"]) {
        _ if years_assumed => this_year,
        Some(text) => ActiveYears::parse(text).map_err(texts::bad_years)?,
        None => ActiveYears::default(),
    };
    Ok(UnitRow {
        kd_klpd: required(row.get(&["kd_klpd"]), "kd_klpd")?,
        institution: row.get(&["nama_klpd"]).and_then(|_| institution_row(row).ok()),
        kd_satker,
        code: text(row.get(&["kd_satker_str"]), "kd_satker_str", LONGEST_NAME)?,
        name: required(row.get(&["nama_satker"]), "nama_satker")?,
        years,
        years_assumed,
        listed_address: text(row.get(&["alamat"]), "alamat", *ADDRESS_LENGTH.end())?,
    })
}

/// The stored institutions, by code and by type and name.
struct Institutions {
    all: Vec<KnownInstitution>,
    by_code: HashMap<String, usize>,
    by_name: HashMap<(String, String), usize>,
}

impl Institutions {
    async fn load(backend: &Backend) -> Result<Self> {
        let mut conn = backend.db.read().await?;
        let rows: Vec<(Uuid, String, Option<String>, String)> = fetch_all!(
            conn,
            (Uuid, String, Option<String>, String),
            "SELECT id, kind, kd_klpd, name FROM institutions"
        )?;
        let mut known = Self { all: Vec::new(), by_code: HashMap::new(), by_name: HashMap::new() };
        for (id, kind, kd_klpd, name) in rows {
            known.remember(KnownInstitution { id, kind, kd_klpd, name });
        }
        Ok(known)
    }

    fn remember(&mut self, institution: KnownInstitution) {
        let at = self.all.len();
        if let Some(code) = &institution.kd_klpd {
            self.by_code.insert(code.clone(), at);
        }
        self.by_name.insert((institution.kind.clone(), normalised(&institution.name)), at);
        self.all.push(institution);
    }

    async fn put(&mut self, backend: &Backend, tx: &mut Tx, row: &InstitutionRow) -> Result<Outcome> {
        let by_code = row.kd_klpd.as_ref().and_then(|code| self.by_code.get(code)).copied();
        // By name if the row or the stored institution has no code.
        let by_name = self.by_name.get(&(row.kind.to_string(), normalised(&row.name))).copied();
        let by_name = by_name.filter(|at| row.kd_klpd.is_none() || self.all[*at].kd_klpd.is_none());
        let now = backend.world.now().micros();
        let Some(at) = by_code.or(by_name) else {
            let id = backend.world.id();
            execute!(
                tx,
                "INSERT INTO institutions (id, kd_klpd, kind, name, updated_at) VALUES ($1, $2, $3, $4, $5)",
                id,
                row.kd_klpd.as_deref(),
                row.kind.as_str(),
                &row.name,
                now
            )?;
            self.remember(KnownInstitution {
                id,
                kind: row.kind.to_string(),
                kd_klpd: row.kd_klpd.clone(),
                name: row.name.clone(),
            });
            return Ok(Outcome::Added);
        };
        let known = &mut self.all[at];
        let code = row.kd_klpd.clone().or_else(|| known.kd_klpd.clone());
        if known.kind == row.kind.as_str() && known.name == row.name && known.kd_klpd == code {
            return Ok(Outcome::Unchanged);
        }
        execute!(
            tx,
            "UPDATE institutions SET kd_klpd = $2, kind = $3, name = $4, updated_at = $5 WHERE id = $1",
            known.id,
            code.as_deref(),
            row.kind.as_str(),
            &row.name,
            now
        )?;
        (known.kind, known.name, known.kd_klpd) = (row.kind.to_string(), row.name.clone(), code.clone());
        if let Some(code) = code {
            self.by_code.insert(code, at);
        }
        Ok(Outcome::Changed)
    }

    /// The institution of a work unit and whether it was added, or the reason why there is none.
    async fn of(&mut self, backend: &Backend, tx: &mut Tx, row: &UnitRow) -> Result<Result<(Uuid, bool), String>> {
        if let Some(at) = self.by_code.get(&row.kd_klpd) {
            return Ok(Ok((self.all[*at].id, false)));
        }
        let Some(described) = &row.institution else {
            return Ok(Err(texts::unknown_institution(&row.kd_klpd)));
        };
        let outcome = self.put(backend, tx, described).await?;
        Ok(match self.by_code.get(&row.kd_klpd) {
            Some(at) => Ok((self.all[*at].id, matches!(outcome, Outcome::Added))),
            None => Err(texts::institution_not_added(&row.kd_klpd)),
        })
    }
}

#[derive(sqlx::FromRow)]
struct KnownUnit {
    id: Uuid,
    institution_id: Uuid,
    kd_satker: Option<i64>,
    code: Option<String>,
    name: String,
    active_years: i64,
    listed_address: Option<String>,
}

/// The stored work units, by number, by code and by name.
struct Units {
    all: Vec<KnownUnit>,
    by_number: HashMap<i64, usize>,
    by_code: HashMap<(Uuid, String), Vec<usize>>,
    by_name: HashMap<(Uuid, String), usize>,
}

impl Units {
    async fn load(backend: &Backend) -> Result<Self> {
        let mut conn = backend.db.read().await?;
        let rows: Vec<KnownUnit> = fetch_all!(
            conn,
            KnownUnit,
            "SELECT id, institution_id, kd_satker, code, name, active_years, listed_address FROM work_units ORDER BY id"
        )?;
        let mut known = Self {
            all: Vec::with_capacity(rows.len()),
            by_number: HashMap::new(),
            by_code: HashMap::new(),
            by_name: HashMap::new(),
        };
        for row in rows {
            known.remember(row);
        }
        Ok(known)
    }

    fn remember(&mut self, unit: KnownUnit) {
        let at = self.all.len();
        if let Some(number) = unit.kd_satker {
            self.by_number.insert(number, at);
        }
        match &unit.code {
            Some(code) => self.by_code.entry((unit.institution_id, code.clone())).or_default().push(at),
            None => {
                self.by_name.insert((unit.institution_id, normalised(&unit.name)), at);
            }
        }
        self.all.push(unit);
    }

    /// The stored work unit that a row matches.
    fn find(&self, institution: Uuid, row: &UnitRow) -> Option<usize> {
        if let Some(at) = row.kd_satker.and_then(|number| self.by_number.get(&number)) {
            return Some(*at);
        }
        let Some(code) = &row.code else {
            return self
                .by_name
                .get(&(institution, normalised(&row.name)))
                .copied()
                .filter(|at| row.kd_satker.is_none() || self.all[*at].kd_satker.is_none());
        };
        let same_code = self.by_code.get(&(institution, code.clone())).map(Vec::as_slice).unwrap_or_default();
        // A row with a number matches only a work unit without one.
        let mut candidates =
            same_code.iter().copied().filter(|at| row.kd_satker.is_none() || self.all[*at].kd_satker.is_none());
        let name = normalised(&row.name);
        let first = candidates.clone().next();
        candidates.find(|at| normalised(&self.all[*at].name) == name).or(first)
    }

    async fn put(&mut self, backend: &Backend, tx: &mut Tx, institution: Uuid, row: &UnitRow) -> Result<Outcome> {
        match self.find(institution, row) {
            Some(at) => self.update(backend, tx, institution, row, at).await,
            None => self.insert(backend, tx, institution, row).await,
        }
    }

    async fn insert(&mut self, backend: &Backend, tx: &mut Tx, institution: Uuid, row: &UnitRow) -> Result<Outcome> {
        let unit = KnownUnit {
            id: backend.world.id(),
            institution_id: institution,
            kd_satker: row.kd_satker,
            code: row.code.clone(),
            name: row.name.clone(),
            active_years: row.years.bits(),
            listed_address: row.listed_address.clone(),
        };
        execute!(
            tx,
            "INSERT INTO work_units (id, institution_id, kd_satker, code, name, active_years, listed_address,
                 updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            unit.id,
            unit.institution_id,
            unit.kd_satker,
            unit.code.as_deref(),
            &unit.name,
            unit.active_years,
            unit.listed_address.as_deref(),
            backend.world.now().micros()
        )?;
        self.remember(unit);
        Ok(Outcome::Added)
    }

    async fn update(
        &mut self,
        backend: &Backend,
        tx: &mut Tx,
        institution: Uuid,
        row: &UnitRow,
        at: usize,
    ) -> Result<Outcome> {
        let known = &self.all[at];
        // A file without numbers and years says less than a stored work unit with a number.
        if row.kd_satker.is_none() && row.years_assumed && known.kd_satker.is_some() {
            return Ok(Outcome::Unchanged);
        }
        if known.institution_id != institution {
            return Ok(Outcome::Refused(texts::of_another_institution(row.kd_satker)));
        }
        let years =
            if row.years_assumed { ActiveYears::from_bits(known.active_years).union(row.years) } else { row.years };
        let number = row.kd_satker.or(known.kd_satker);
        let address = row.listed_address.clone().or_else(|| known.listed_address.clone());
        let same = known.name == row.name
            && known.code == row.code
            && known.kd_satker == number
            && known.active_years == years.bits()
            && known.listed_address == address;
        if same {
            return Ok(Outcome::Unchanged);
        }
        execute!(
            tx,
            "UPDATE work_units SET kd_satker = $2, code = $3, name = $4, active_years = $5, listed_address = $6,
                 updated_at = $7 WHERE id = $1",
            known.id,
            number,
            row.code.as_deref(),
            &row.name,
            years.bits(),
            address.as_deref(),
            backend.world.now().micros()
        )?;
        let renamed = known.code != row.code;
        let known = &mut self.all[at];
        known.kd_satker = number;
        known.name.clone_from(&row.name);
        known.active_years = years.bits();
        known.listed_address = address;
        if renamed {
            known.code.clone_from(&row.code);
            if let Some(code) = &row.code {
                self.by_code.entry((institution, code.clone())).or_default().push(at);
            }
        }
        if let Some(number) = number {
            self.by_number.insert(number, at);
        }
        Ok(Outcome::Changed)
    }
}
