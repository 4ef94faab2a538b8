//! A thousand open pages of the desk: what their event streams cost the server, and how soon all of them hear of a claim.

use std::time::{Duration, Instant};

use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    client::{Stream, form, get},
    server::Server,
    stage::{Failure, Stage, Store},
    table::{Table, megabytes, milliseconds, quantile},
};

/// Open streams, and how many of them one person has: a browser for each page.
const STREAMS: usize = 1000;
const STREAMS_EACH: usize = 10;
/// Most memory of all of them.
const MOST_MEMORY: f64 = 50e6;
/// Most seconds until all heard.
const MOST_TIME: f64 = 1.0;
/// How often an event is told.
const EVENTS: usize = 20;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures. `sessions` are those of verifiers, one for each ten streams.
pub async fn measure(stage: &Stage, store: &Store, sessions: &[String], table: &mut Table) -> Result<(), Failure> {
    let session = sessions.first().ok_or("nobody is signed in")?;
    let server = Server::start(stage, store, None)?;
    let mut connection = server.connect()?;
    // What a first page costs is not the streams'.
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
