//! The printed tables, formats of numbers, and quantiles.

use std::{fmt, time::Duration};

struct Row {
    what: String,
    figure: String,
    /// The budget as text, and true if it is met.
    budget: Option<(String, bool)>,
}

/// The table of one section.
pub struct Table {
    title: String,
    rows: Vec<Row>,
}

impl Table {
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), rows: Vec::new() }
    }

    /// Adds a value without a budget.
    pub fn figure(&mut self, what: impl Into<String>, figure: impl Into<String>) {
        self.rows.push(Row { what: what.into(), figure: figure.into(), budget: None });
    }

    /// Adds a value with a lower limit; `show` formats both.
    pub fn at_least(&mut self, what: impl Into<String>, value: f64, least: f64, show: impl Fn(f64) -> String) {
        let budget = Some((format!("≥ {}", show(least)), value >= least));
        self.rows.push(Row { what: what.into(), figure: show(value), budget });
    }

    /// Adds a value with an upper limit; `show` formats both.
    pub fn at_most(&mut self, what: impl Into<String>, value: f64, most: f64, show: impl Fn(f64) -> String) {
        let budget = Some((format!("≤ {}", show(most)), value <= most));
        self.rows.push(Row { what: what.into(), figure: show(value), budget });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: fn(&Row) -> usize| self.rows.iter().map(column).max().unwrap_or(0);
        let what = width(|row| row.what.chars().count());
        let figure = width(|row| row.figure.chars().count());
        writeln!(f, "\n{}", self.title)?;
        for row in &self.rows {
            match &row.budget {
                None => writeln!(f, "  {:what$}   {}", row.what, row.figure)?,
                Some((budget, holds)) => {
                    let verdict = if *holds { "holds" } else { "MISSED" };
                    writeln!(f, "  {:what$}   {:figure$}   {budget}: {verdict}", row.what, row.figure)?;
                }
            }
        }
        Ok(())
    }
}

pub fn kilobytes(bytes: f64) -> String {
    format!("{:.1} kB", bytes / 1e3)
}

pub fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

pub fn milliseconds(seconds: f64) -> String {
    format!("{:.3} ms", seconds * 1e3)
}

/// A whole number with commas between thousands.
pub fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let head = digits.len() % 3;
    let (first, rest) = digits.split_at(head);
    let groups = rest.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    std::iter::once(first.to_owned()).filter(|first| !first.is_empty()).chain(groups).collect::<Vec<_>>().join(",")
}

/// The value below which the given share of the values lies. Sorts the values.
pub fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = (values.len() as f64 * share).ceil() as usize;
    values.get(at.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

pub fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

/// p50, p99 and the longest, in milliseconds.
pub fn spread(times: &mut [f64]) -> String {
    let parts = [("p50", 0.5), ("p99", 0.99), ("longest", 1.0)];
    let parts = parts.map(|(name, share)| format!("{name} {}", milliseconds(quantile(times, share))));
    parts.join(", ")
}

/// Runs `work`; returns its time in seconds and its result.
pub fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let began = std::time::Instant::now();
    let outcome = work();
    (began.elapsed().as_secs_f64(), outcome)
}

pub fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
