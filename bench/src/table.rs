//! The printed table, and how figures are written.

use std::{fmt, time::Duration};

struct Row {
    what: String,
    figure: String,
    /// The budget as text, and whether it holds.
    budget: Option<(String, bool)>,
}

/// One section's lines.
pub struct Table {
    title: String,
    rows: Vec<Row>,
}

impl Table {
    /// An empty one.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), rows: Vec::new() }
    }

    /// A figure without a budget.
    pub fn figure(&mut self, what: impl Into<String>, figure: impl Into<String>) {
        self.rows.push(Row { what: what.into(), figure: figure.into(), budget: None });
    }

    /// A figure that must be at least `least`, both written by `show`.
    pub fn at_least(&mut self, what: impl Into<String>, value: f64, least: f64, show: impl Fn(f64) -> String) {
        let budget = Some((format!("≥ {}", show(least)), value >= least));
        self.rows.push(Row { what: what.into(), figure: show(value), budget });
    }

    /// A figure that must be at most `most`, both written by `show`.
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

/// Bytes as kB.
pub fn kilobytes(bytes: f64) -> String {
    format!("{:.1} kB", bytes / 1e3)
}

/// Bytes as MB.
pub fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

/// Seconds as milliseconds.
pub fn milliseconds(seconds: f64) -> String {
    format!("{:.3} ms", seconds * 1e3)
}

/// A whole number with its thousands apart.
pub fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let head = digits.len() % 3;
    let (first, rest) = digits.split_at(head);
    let groups = rest.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    std::iter::once(first.to_owned()).filter(|first| !first.is_empty()).chain(groups).collect::<Vec<_>>().join(",")
}

/// The value below which `share` of the values lie. Sorts them.
pub fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = (values.len() as f64 * share).ceil() as usize;
    values.get(at.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// The middle value.
pub fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

/// p50, p99 and the longest, in milliseconds.
pub fn spread(times: &mut [f64]) -> String {
    let parts = [("p50", 0.5), ("p99", 0.99), ("longest", 1.0)];
    let parts = parts.map(|(name, share)| format!("{name} {}", milliseconds(quantile(times, share))));
    parts.join(", ")
}

/// How long something took, in seconds, and what it gave.
pub fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let began = std::time::Instant::now();
    let outcome = work();
    (began.elapsed().as_secs_f64(), outcome)
}

/// A time in whole seconds and tenths.
pub fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
