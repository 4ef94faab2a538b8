//! The desk at the size of the whole country: 658 institutions, 200,000 work units, 200,000 people, 300,000 accesses,
//! 1,000,000 applications of which 20,000 are open. It is compared, in alternating turns, with a desk of 10,000
//! applications of which 1,000 are open.

mod fill;
mod rounds;
mod streams;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use backend::{Backend, jobs::Job, master_data::Directory, verification, world::World};
use domain::time::Zone;

use self::fill::Years;
use crate::{
    client::get,
    data, people,
    server::Server,
    stage::{Failure, Stage, Store},
    table::{Table, milliseconds, quantile, seconds, spread, timed},
};

/// The budget of p99 in seconds.
const MOST: f64 = 0.050;
/// The budget of the ratio to the small desk.
const MOST_TIMES: f64 = 1.5;
/// The person who requests pages over HTTP.
const VERIFIER: &str = "verifikator@contoh.go.id";
/// Pages that are requested over HTTP.
const PAGES: &[(&str, &str)] = &[
    ("queue page", "/verifikasi"),
    ("search in the queue that fills a page", "/verifikasi?cari=dinas"),
    ("search in the queue that finds nothing", "/verifikasi?cari=nur+rahmawati+situmorang+xyzzy"),
    ("search in the history", "/verifikasi/riwayat?cari=nur+rahmawati"),
];
/// Turns of each size. Turns are short, so that other load on the machine affects both sizes.
const TURNS: usize = 40;
/// Requests for each page in a turn.
const ASKS: usize = 40;
/// Decided cases in a turn.
const ROUNDS: u64 = 20;
/// Steps that are compared in process. Pages are compared over HTTP.
const ACTS: &[&str] = &["claim", "claim where nothing is free", "case page", "verdict"];
/// Steps that may take longer with more history; the daily ones may not.
const MAY_GROW: &[&str] = &["search in the history", "case page"];
/// The pause after a server's start.
const SETTLED: Duration = Duration::from_secs(8);

/// One size of the store.
struct Size {
    store: Store,
    /// The cookie of [`VERIFIER`].
    session: String,
    /// Seconds of each page of [`PAGES`].
    pages: Vec<Vec<f64>>,
}

pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    for (few, many) in stage.stores("few").await?.into_iter().zip(stage.stores("many").await?) {
        let database = few.database;
        let (mut few, mut many) = (country(stage, few).await?, country(stage, many).await?);
        let (end, today) = (World::system().now(), World::system().today(Zone::Wib));
        let last_month = Years { end, days: 30, first: 0, ended: 9_000, open: 1_000 };
        let year = Years { end, days: 365, first: 10_000, ended: 971_000, open: 19_000 };
        for size in [&few, &many] {
            fill::fill(&size.store.database_url, last_month, today).await?;
        }
        let began = Instant::now();
        fill::fill(&many.store.database_url, year, today).await?;
        table.figure(format!("{database}: making 990,000 applications"), seconds(began.elapsed()));
        // Pages first, because the rounds decide most open cases of the small desk.
        ask_for_pages(stage, [&mut few, &mut many]).await?;
        let [mut before, mut after] = go_round(stage, [&few.store, &many.store]).await?;
        for step in rounds::STEPS {
            match ACTS.contains(step) {
                true => report(table, database, step, "in process", after.of(step), before.of(step)),
                false => table.figure(format!("{database}: {step}, in process"), spread(after.of(step))),
            }
        }
        for (nth, (page, _)) in PAGES.iter().enumerate() {
            report(table, database, page, "over HTTP", &mut many.pages[nth], &mut few.pages[nth]);
        }
        let backend = Arc::new(many.store.open(stage).await?);
        let mut together = rounds::at_once(&backend, 8, 50).await?;
        for step in ["claim", "queue page", "verdict"] {
            table.figure(format!("{database}: {step}, 8 verifiers at once, in process"), spread(together.of(step)));
        }
        let mut sessions = Vec::new();
        for nth in 0..fill::VERIFIERS {
            sessions.push(people::sign_in(&backend, &fill::verifier_email(nth)).await?.session);
        }
        backend.db.close().await;
        streams::measure(stage, &many.store, &sessions, table).await?;
    }
    Ok(())
}

/// A store with all institutions and work units and no applications.
async fn country(stage: &Stage, store: Store) -> Result<Size, Failure> {
    let backend = store.open(stage).await?;
    let units = data::prepare_country(&backend).await?;
    data::import_units(&backend, &units).await?;
    let session = people::sign_in(&backend, VERIFIER).await?.session;
    backend.db.close().await;
    Ok(Size { store, session, pages: vec![Vec::new(); PAGES.len()] })
}

/// Requests all pages of both sizes in alternating turns.
async fn ask_for_pages(stage: &Stage, sizes: [&mut Size; 2]) -> Result<(), Failure> {
    let mut sides = Vec::new();
    for size in sizes {
        let server = Server::start(stage, &size.store, None)?;
        let connection = server.connect()?;
        sides.push((size, server, connection));
    }
    // Wait for work at the start, such as looking for due reminders.
    tokio::time::sleep(SETTLED).await;
    for (nth, (_, path)) in PAGES.iter().enumerate() {
        for _ in 0..TURNS {
            for (size, _, connection) in &mut sides {
                let request = get(path, Some(&size.session), Some("br"))?;
                connection.expect(&request)?; // to warm up: the other one had the machine
                for _ in 0..ASKS {
                    let (time, answer) = timed(|| connection.expect(&request));
                    answer?;
                    size.pages[nth].push(time);
                }
            }
        }
    }
    Ok(())
}

/// Runs rounds of a verifier's work on both sizes, in alternating turns.
async fn go_round(stage: &Stage, stores: [&Store; 2]) -> Result<[rounds::Times; 2], Failure> {
    let backends = [stores[0].open(stage).await?, stores[1].open(stage).await?];
    for backend in &backends {
        Directory::refresh(backend).await?;
    }
    let [few, many] = &backends;
    let (mut few, mut many) = (rounds::Rounds::new(few).await?, rounds::Rounds::new(many).await?);
    let turns = async {
        for _ in 0..TURNS {
            few.go_on(ROUNDS).await?;
            many.go_on(ROUNDS).await?;
        }
        Ok::<_, Failure>(())
    };
    tokio::select! {
        done = turns => done?,
        failure = merge_words(&backends) => return Err(failure),
    }
    let times = [few.times, many.times];
    for backend in &backends {
        backend.db.close().await;
    }
    Ok(times)
}

/// Runs the job that a server runs beside verdicts, until it fails.
async fn merge_words(backends: &[Backend]) -> Failure {
    loop {
        for backend in backends {
            if let Err(failure) = verification::merge_words(backend).await {
                return failure.into();
            }
        }
        tokio::time::sleep(Job::MergeWords.pace()).await;
    }
}

/// Reports p99 of the large desk, and its ratio to the small one.
fn report(table: &mut Table, database: &str, step: &str, how: &str, many: &mut [f64], few: &mut [f64]) {
    let what = format!("{database}: {step}, {how}");
    let (p99, before) = (quantile(many, 0.99), quantile(few, 0.99));
    table.at_most(format!("{what}: p99"), p99, MOST, milliseconds);
    let times = |ratio: f64| format!("{ratio:.2} times");
    let medians = format!("p50 {} and {}", milliseconds(quantile(many, 0.5)), milliseconds(quantile(few, 0.5)));
    let what = format!("{what}: that with 10,000 ({medians})");
    match MAY_GROW.contains(&step) {
        true => table.figure(what, times(p99 / before)),
        false => table.at_most(what, p99 / before, MOST_TIMES, times),
    }
}
