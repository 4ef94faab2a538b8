//! The desk at the size of the whole country: 658 institutions, 200,000 satkers, 200,000 people, 300,000 accesses,
//! 1,000,000 applications of which 20,000 are open; and what the same takes with 10,000 applications, of which 1,000 are
//! open. The store is the same: it is measured first with the few, then filled up.

mod fill;
mod rounds;
mod streams;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use backend::master_data::Directory;
use domain::time::Zone;

use self::fill::Years;
use crate::{
    client::get,
    data, people,
    server::Server,
    stage::{Failure, Stage, Store},
    table::{Table, milliseconds, quantile, seconds, spread, timed},
};

/// Most seconds of 99 in 100.
const MOST: f64 = 0.050;
/// Most times what it takes with few.
const MOST_TIMES: f64 = 1.5;
/// The person whose pages are asked for over HTTP.
const VERIFIER: &str = "verifikator@contoh.go.id";
/// Pages that are asked for over HTTP.
const PAGES: &[(&str, &str)] = &[
    ("queue page", "/verifikasi"),
    ("search in the queue that fills a page", "/verifikasi?cari=dinas"),
    ("search in the queue that finds nothing", "/verifikasi?cari=nur+rahmawati+situmorang+xyzzy"),
    ("search in the history", "/verifikasi/riwayat?cari=nur+rahmawati"),
];
/// How often each is.
const TURNS: usize = 1000;
/// The steps that are no page, or not only: their use case is compared. Pages are compared as the server answers them.
const ACTS: &[&str] = &["claim", "case page", "verdict"];
/// What is looked at may grow with the years behind it; what is done all day may not.
const MAY_GROW: &[&str] = &["search in the history", "case page"];
/// How long a server is left alone after its start.
const SETTLED: Duration = Duration::from_secs(8);

/// What was measured with one size.
struct Size {
    times: rounds::Times,
    pages: Vec<Vec<f64>>,
}

/// Measures.
pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    for store in stage.stores("desk").await? {
        let backend = store.open(stage).await?;
        let units = data::prepare_country(&backend).await?;
        data::import_units(&backend, &units).await?;
        let (end, today) = (backend.world.now(), backend.world.today(Zone::Wib));
        let session = people::sign_in(&backend, VERIFIER).await?.session;
        backend.db.close().await;

        let few = Years { end, days: 30, first: 0, ended: 9_000, open: 1_000 };
        fill::fill(&store.database_url, few, today).await?;
        let mut small = size(stage, &store, &session).await?;
        let many = Years { end, days: 365, first: 10_000, ended: 970_500, open: 19_500 };
        let began = Instant::now();
        fill::fill(&store.database_url, many, today).await?;
        table.figure(format!("{}: making 990,000 applications", store.database), seconds(began.elapsed()));
        let mut large = size(stage, &store, &session).await?;
        for step in rounds::STEPS {
            match ACTS.contains(step) {
                true => report(table, &store, step, "in process", large.times.of(step), small.times.of(step)),
                false => table.figure(format!("{}: {step}, in process", store.database), spread(large.times.of(step))),
            }
        }
        for (nth, (page, _)) in PAGES.iter().enumerate() {
            report(table, &store, page, "over HTTP", &mut large.pages[nth], &mut small.pages[nth]);
        }
        let backend = Arc::new(store.open(stage).await?);
        let mut together = rounds::at_once(&backend, 8, 50).await?;
        for step in ["claim", "queue page", "verdict"] {
            let what = format!("{}: {step}, 8 verifiers at once, in process", store.database);
            table.figure(what, spread(together.of(step)));
        }
        let mut sessions = Vec::new();
        for nth in 0..fill::VERIFIERS {
            sessions.push(people::sign_in(&backend, &fill::verifier_email(nth)).await?.session);
        }
        backend.db.close().await;
        streams::measure(stage, &store, &sessions, table).await?;
    }
    Ok(())
}

async fn size(stage: &Stage, store: &Store, session: &str) -> Result<Size, Failure> {
    // The pages first: the rounds decide most of the few open cases.
    let server = Server::start(stage, store, None)?;
    // What a server does once at its start, such as looking for reminders that are due, is over.
    tokio::time::sleep(SETTLED).await;
    let mut connection = server.connect()?;
    let mut pages = Vec::new();
    for (_, path) in PAGES {
        let request = get(path, Some(session), Some("br"));
        connection.expect(&request)?; // to warm up
        let ask = |_| {
            let (time, answer) = timed(|| connection.expect(&request));
            answer.map(|_| time)
        };
        pages.push((0..TURNS).map(ask).collect::<Result<Vec<f64>, Failure>>()?);
    }
    drop((connection, server));
    let backend = store.open(stage).await?;
    Directory::refresh(&backend).await?;
    let times = rounds::measure(&backend).await?;
    backend.db.close().await;
    Ok(Size { times, pages })
}

/// p99 with many, and how it stands to that with few.
fn report(table: &mut Table, store: &Store, step: &str, how: &str, many: &mut [f64], few: &mut [f64]) {
    let what = format!("{}: {step}, {how}", store.database);
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
