//! `/akses`, rendered by the server, against `/health/live`: a fixed string from the same process. Both pass the same outer
//! layers (request id, trace, metrics, security headers, panic and origin guards). The fixed string needs no session,
//! database, rendering or compression.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use ::server::application::{Application, Extras};
use backend::world::World;
use tracing_subscriber::{Layer, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    client::{Connection, Pinned, Request, get, load},
    people,
    server::Server,
    stage::{Failure, Stage, Store},
    table::{Table, count, kilobytes, median, milliseconds, timed},
};

/// The budget of database queries per page.
const MOST_QUERIES: f64 = 3.0;
/// The budget of a file in seconds. It notices Nagle's algorithm, which adds 40 ms with delayed acknowledgements.
const MOST_OF_A_FILE: f64 = 0.010;
/// Alternating turns of page and yardstick.
const TURNS: usize = 9;
const TURN: Duration = Duration::from_millis(1500);
/// The core of the server; the client runs on the next.
const CORE: usize = 0;

pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    for store in stage.stores("page").await? {
        let person = people::settle(stage, &store).await?;
        let queries = queries_of_a_page(stage, &store, &person.session).await?;
        table.at_most(format!("{}: queries of a page", store.database), queries as f64, MOST_QUERIES, count);
        let server = Server::start(stage, &store, Some(CORE))?;
        let file = time_of_a_file(&server)?;
        table.at_most(
            format!("{}: a file of the site, on a connection that is kept", store.database),
            file,
            MOST_OF_A_FILE,
            milliseconds,
        );
        for (packing, encoding) in [("plain", None), ("packed with brotli", Some("br"))] {
            let request = get("/akses", Some(&person.session), encoding)?;
            let size = server.connect()?.expect(&request)?.wire;
            let what = format!("{}: {packing}, {}", store.database, kilobytes(size as f64));
            table.figure(what, against_fixed_string(&server, &request)?);
        }
    }
    Ok(())
}

/// Results of each turn.
#[derive(Default)]
struct Speed {
    /// Answers per second.
    rates: Vec<f64>,
    /// The server's processor time per answer in seconds.
    costs: Vec<f64>,
}

impl Speed {
    /// Runs one turn.
    fn turn(&mut self, server: &Server, request: &Request) -> Result<(), Failure> {
        let before = server.processor_time()?;
        let (answers, seconds) = load(server.addr, request, TURN)?;
        self.rates.push(answers / seconds);
        self.costs.push((server.processor_time()? - before).as_secs_f64() / answers);
        Ok(())
    }
}

/// Measures page and fixed string in alternating turns.
fn against_fixed_string(server: &Server, page: &Request) -> Result<String, Failure> {
    let cores = std::thread::available_parallelism()?.get();
    let _pinned = Pinned::to((CORE + 1) % cores, cores)?;
    let fixed = get("/health/live", None, None)?;
    load(server.addr, page, TURN)?; // to warm up
    let (mut pages, mut strings) = (Speed::default(), Speed::default());
    for _ in 0..TURNS {
        pages.turn(server, page)?;
        strings.turn(server, &fixed)?;
    }
    let mut ratios: Vec<f64> = pages.rates.iter().zip(&strings.rates).map(|(page, string)| page / string).collect();
    Ok(format!(
        "{:.4} of the fixed string: {}/s of {}/s; processor time {} to {}",
        median(&mut ratios),
        count(median(&mut pages.rates)),
        count(median(&mut strings.rates)),
        milliseconds(median(&mut pages.costs)),
        milliseconds(median(&mut strings.costs)),
    ))
}

/// The median time in seconds of fifty requests for a small file on one connection.
fn time_of_a_file(server: &Server) -> Result<f64, Failure> {
    let (request, mut connection) = (get("/icons.svg", None, Some("br"))?, server.connect()?);
    let mut times = Vec::new();
    for _ in 0..50 {
        let (time, answer) = timed(|| connection.expect(&request));
        answer?;
        times.push(time);
    }
    Ok(median(&mut times))
}

static QUERIES: AtomicU64 = AtomicU64::new(0);

/// Counts the statements that sqlx logs in this process.
struct QueryCount;

const STATEMENT: &str = "sqlx::query";

impl<S: tracing::Subscriber> Layer<S> for QueryCount {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: tracing_subscriber::layer::Context<'_, S>) -> bool {
        metadata.target() == STATEMENT
    }

    fn on_event(&self, _: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        QUERIES.fetch_add(1, Ordering::Relaxed);
    }
}

/// Starts counting the queries of this process. Must be called once, at its start.
pub fn count_queries() {
    tracing_subscriber::registry().with(QueryCount).init();
}

/// The number of queries per page, including those for the session; in process. Returns the minimum of several requests,
/// because opening a database connection adds queries.
async fn queries_of_a_page(stage: &Stage, store: &Store, session: &str) -> Result<u64, Failure> {
    let config = store.config(stage, "127.0.0.1:0")?;
    let application = Application::build(config, stage.program.clone(), World::system(), Extras::default()).await?;
    let (addr, (stop, stopped)) = (application.addr, tokio::sync::oneshot::channel::<()>());
    let serving = tokio::spawn(application.run(false, async {
        // It also ends when the other side is dropped.
        let _ = stopped.await;
    }));
    let request = get("/akses", Some(session), None)?;
    let asking = tokio::task::spawn_blocking(move || {
        let mut connection = Connection::open(addr)?;
        let mut fewest = u64::MAX;
        for _ in 0..20 {
            let before = QUERIES.load(Ordering::Relaxed);
            connection.expect(&request)?;
            fewest = fewest.min(QUERIES.load(Ordering::Relaxed) - before);
        }
        Ok::<_, Failure>(fewest)
    });
    let fewest = asking.await??;
    drop(stop);
    serving.await??;
    Ok(fewest)
}
