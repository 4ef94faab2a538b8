//! The search for work units at the size of the whole country. Queries are spread like the work units: the largest
//! institution, with a fifth of them, gets most queries.

use std::time::Instant;

use backend::master_data::{Directory, Snapshot};
use domain::search::{Index, words};
use uuid::Uuid;

use crate::{
    client::get,
    data::{self, Dice, UNITS},
    people::{self, APPLICANT},
    server::Server,
    stage::{Failure, Large, Stage},
    table::{Table, count, milliseconds, quantile, seconds, spread, timed},
};

/// The budget of p99 in seconds.
const MOST: f64 = 0.010;
/// People who search for their work unit, with one to about thirty queries each.
const PEOPLE: usize = 2000;
/// The number of queries that are also sent over HTTP.
const OVER_HTTP: usize = 5000;
/// Results of a query.
const LIMIT: usize = 30;

/// Common short forms of names in the master data.
const SHORT: &[(&str, &str)] = &[
    ("Dinas Kesehatan", "dinkes"),
    ("Dinas Pendidikan", "disdik"),
    ("Dinas Perhubungan", "dishub"),
    ("Dinas Sosial", "dinsos"),
    ("Direktorat Jenderal", "ditjen"),
    ("Kantor Wilayah", "kanwil"),
    ("Kecamatan", "kec."),
    ("Kelurahan", "kel."),
    ("Lembaga Pemasyarakatan", "lapas"),
    ("Madrasah Tsanawiyah Negeri", "mtsn"),
    ("Pengadilan Negeri", "PN"),
    ("RSUD", "rumah sakit"),
    ("Sekretariat Daerah", "setda"),
    ("Sekretariat Jenderal", "setjen"),
];

pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    let mut country = None;
    for large in stage.large().await? {
        let database = large.store.database;
        let backend = large.store.open(stage).await?;
        let began = Instant::now();
        Directory::refresh(&backend).await?;
        let read = began.elapsed();
        let snapshot = backend.master_data.snapshot();
        let units = active(&snapshot);
        let queries = queries(&units);
        let mut times: Vec<f64> = queries
            .iter()
            .map(|(institution, query)| timed(|| snapshot.work_units(*institution, query, LIMIT)).0)
            .collect();
        let asked = count(times.len() as f64);
        table.at_most(
            format!("{database}: p99 of {asked} queries, in process"),
            quantile(&mut times, 0.99),
            MOST,
            milliseconds,
        );
        table.figure(format!("{database}: the same, spread"), spread(&mut times));

        let session = people::sign_in(&backend, APPLICANT).await?.session;
        backend.db.close().await;
        let mut times = over_http(stage, large, &session, &queries)?;
        table.figure(format!("{database}: over HTTP with session, one by one"), spread(&mut times));
        let rows = count(UNITS as f64 / large.import.as_secs_f64());
        table.figure(format!("{database}: importing all"), format!("{}, {rows} rows/s", seconds(large.import)));
        table.figure(format!("{database}: reading the active ones at start"), seconds(read));
        country = Some((units, queries));
    }
    if let Some((units, queries)) = country {
        let what = format!("all {} active ones as one institution, in process", count(units.len() as f64));
        table.figure(what, spread(&mut over_the_country(&units, &queries)));
    }
    Ok(())
}

/// An active work unit: institution, code, name.
type Unit = (Uuid, String, String);

fn active(snapshot: &Snapshot) -> Vec<Unit> {
    let of = |institution: Uuid| {
        let units = snapshot.work_units(institution, "", usize::MAX).hits;
        units.into_iter().map(move |((_, code, name), _)| (institution, code.unwrap_or_default(), name))
    };
    data::institutions(snapshot).into_iter().flat_map(|institution| of(institution.id)).collect()
}

/// Queries of people who search for an existing work unit: the empty one, which lists all, then one way of typing.
fn queries(units: &[Unit]) -> Vec<(Uuid, String)> {
    let mut dice = Dice::new(3);
    let one = |_| {
        let (institution, code, name) = dice.pick(units);
        let mut asked = vec![String::new()];
        asked.extend(way(&mut dice, code, name));
        asked.into_iter().map(|query| (*institution, query))
    };
    (0..PEOPLE).flat_map(one).collect()
}

/// The queries while somebody types.
fn way(dice: &mut Dice, code: &str, name: &str) -> Vec<String> {
    match dice.roll(8) {
        // Up to three words in another order, the last one incomplete.
        0 | 1 => {
            let mut found: Vec<String> = words(name).into_iter().map(|(_, word)| word).collect();
            let first = dice.roll(found.len());
            found.rotate_left(first);
            found.truncate(3);
            let mut query = found.join(" ");
            query.pop();
            vec![query]
        }
        2 => letter_by_letter(&shortened(name), 14),
        3 => letter_by_letter(code, 6),
        4 => vec![format!("{name} tidak ada")],
        _ => letter_by_letter(name, 30),
    }
}

fn shortened(name: &str) -> String {
    SHORT.iter().fold(name.to_owned(), |name, (long, short)| name.replace(long, short))
}

fn letter_by_letter(text: &str, most: usize) -> Vec<String> {
    text.char_indices().take(most).map(|(at, c)| text[..at + c.len_utf8()].to_owned()).collect()
}

fn over_http(stage: &Stage, large: &Large, session: &str, queries: &[(Uuid, String)]) -> Result<Vec<f64>, Failure> {
    let server = Server::start(stage, &large.store, None)?;
    let mut connection = server.connect()?;
    let ask = |(institution, query): &(Uuid, String)| {
        let query = serde_urlencoded::to_string([("institution", institution.to_string()), ("query", query.clone())])?;
        let request = get(&format!("/api/satker?{query}"), Some(session), None)?;
        let (time, answer) = timed(|| connection.expect(&request));
        answer.map(|_| time)
    };
    queries.iter().step_by(queries.len().div_ceil(OVER_HTTP)).map(ask).collect()
}

/// The worst case, which no real institution reaches: all work units in one.
fn over_the_country(units: &[Unit], queries: &[(Uuid, String)]) -> Vec<f64> {
    let index = Index::new(units, |unit| &unit.2, |unit| Some(&unit.1));
    let search = |(_, query): &(Uuid, String)| timed(|| index.search(query, 0..index.len(), |_| true, LIMIT)).0;
    queries.iter().step_by(10).map(search).collect()
}
