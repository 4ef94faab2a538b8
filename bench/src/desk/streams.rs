//! A thousand event streams of open desk pages: their memory, and the time until all receive a claim.

use std::time::{Duration, Instant};

use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    client::{Stream, form, get},
    server::Server,
    stage::{Failure, Stage, Store},
    table::{Table, megabytes, milliseconds, quantile},
};

/// Open streams, and the number of streams per person.
const STREAMS: usize = 1000;
const STREAMS_EACH: usize = 10;
/// The budget of memory of all streams, in bytes.
const MOST_MEMORY: f64 = 50e6;
/// The budget of seconds until all streams have received an event.
const MOST_TIME: f64 = 1.0;
/// Measured events.
const EVENTS: usize = 20;
/// The time limit of each step.
const PATIENCE: Duration = Duration::from_secs(30);

/// `sessions` are those of verifiers, one per ten streams.
pub async fn measure(stage: &Stage, store: &Store, sessions: &[String], table: &mut Table) -> Result<(), Failure> {
    let session = sessions.first().ok_or("nobody is signed in")?;
    let server = Server::start(stage, store, None)?;
    let mut connection = server.connect()?;
    // The memory of the first page must not count.
    connection.expect(&get("/verifikasi", Some(session), None)?)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = server.memory()?;

    let (heard, mut hearing) = mpsc::unbounded_channel();
    let mut streams = JoinSet::new();
    for session in sessions.iter().flat_map(|session| [session; STREAMS_EACH]).take(STREAMS) {
        let request = get("/verifikasi/peristiwa", Some(session), None)?;
        let mut stream = Stream::open(server.addr, request).await?;
        let heard = heard.clone();
        streams.spawn(async move {
            while let Some(piece) = stream.next().await {
                // Comments keep the stream open; an event is small and comes in one piece.
                let is_event = piece.windows(6).any(|window| window == b"event:");
                if is_event && heard.send(Instant::now()).is_err() {
                    return;
                }
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = server.memory()?;
    let what = |what: &str| format!("{}: {what}", store.database);
    table.at_most(what("memory of 1,000 event streams"), after - before, MOST_MEMORY, megabytes);

    let mut times = Vec::new();
    for _ in 0..EVENTS {
        let began = Instant::now();
        let claim = form("/verifikasi", Some(session), &[("aksi", "ambil")])?;
        let answer = connection.ask(&claim)?;
        if answer.status >= 400 {
            return Err(format!("the claim was answered with {}", answer.status).into());
        }
        let mut last = began;
        for _ in 0..STREAMS {
            last = tokio::time::timeout(PATIENCE, hearing.recv()).await?.ok_or("the streams ended")?;
        }
        times.push((last - began).as_secs_f64());
    }
    table.at_most(
        what("from the claim until all heard, longest of 20"),
        quantile(&mut times, 1.0),
        MOST_TIME,
        milliseconds,
    );
    streams.shutdown().await;
    Ok(())
}
