//! Fills a database with the applications of several years and everything that belongs to them. An application follows
//! from its number alone, so that every run has the same data.

mod country;
mod people;
mod rows;
mod store;

use domain::time::Timestamp;
use time::Date;

pub use self::people::{VERIFIERS, verifier, verifier_email};
use self::{
    country::{Application, Country},
    store::Store,
};
use crate::stage::Failure;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// A range of applications: the first `ended` are closed, the next `open` are open.
#[derive(Clone, Copy, Debug)]
pub struct Years {
    /// The last instant at which one is sent or closed.
    pub end: Timestamp,
    /// The length of the period in days.
    pub days: i64,
    /// The number of the first application.
    pub first: u64,
    pub ended: u64,
    /// Sent in the last five days.
    pub open: u64,
}

/// Adds the applications of `years` to a database that holds the master data.
pub async fn fill(url: &str, years: Years, today: Date) -> Result<(), Failure> {
    let mut store = Store::open(url).await?;
    let country = Country::read(&mut store, today).await?;
    let indexes = store.without_indexes().await?;
    if years.first == 0 {
        rows::people(&mut store, &years).await?;
    }
    let numbers = years.first..years.first + years.ended + years.open;
    let all = || numbers.clone().map(|number| country.application(&years, number));
    rows::documents(&mut store, all()).await?;
    rows::applications(&mut store, all(), &country).await?;
    rows::submissions(&mut store).await?;
    rows::verdicts(&mut store, all()).await?;
    rows::accesses(&mut store, all().filter(|one| one.status == "approved"), today).await?;
    rows::words(&mut store, all().filter(Application::is_decided)).await?;
    let numbered = format!(
        "INSERT INTO counters (series, year, number) VALUES ('GB', {}, {})
         ON CONFLICT (series, year) DO UPDATE SET number = excluded.number",
        country.year, numbers.end
    );
    store.run(&numbered).await?;
    for sql in indexes {
        store.run(&sql).await?;
    }
    if matches!(store, Store::Postgres(_)) {
        // Autovacuum and the checkpointer do this in production.
        store.run("VACUUM ANALYZE").await?;
        store.run("CHECKPOINT").await?;
    }
    // Flush to disk, so that writing does not disturb the measurements.
    match std::process::Command::new("sync").status()?.success() {
        true => Ok(()),
        false => Err("sync failed".into()),
    }
}
