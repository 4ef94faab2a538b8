//! What strangers can do to others: the memory that they take, what stays of it, and the time of another person's page
//! meanwhile. They come from many networks, as 127.1.x.y.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
};

use crate::{
    client::{Stream, get},
    people,
    server::Server,
    stage::{Failure, Stage},
    table::{Table, megabytes, milliseconds, quantile},
};

/// The budgets: of another person's page in seconds, and of memory in bytes.
const MOST_TIME: f64 = 1.0;
const MOST_PEAK: f64 = 300e6;
const MOST_LEFT: f64 = 10e6;
const MOST_CROWD: f64 = 150e6;

/// Posts of which half arrives: how many, and bytes of each.
const BODIES: u16 = 60;
const HALF: usize = 8 << 20;

/// The crowd: idle connections, open pages, heads and bodies that dribble.
const IDLE: u16 = 1200;
const PAGES: usize = 1000;
const PAGES_EACH: usize = 10;
const HEADS: u16 = 500;
const DRIBBLING_BODIES: u16 = 500;

/// How long the attacks last, how often the page is asked for, and how long the memory may take to be given back.
const ATTACK: Duration = Duration::from_secs(12);
const BETWEEN_PAGES: Duration = Duration::from_millis(100);
const REST: Duration = Duration::from_secs(60);

const HEAD: &str = "POST /masuk HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ";

pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    for store in stage.stores("attacks").await? {
        let person = people::settle(stage, &store).await?;
        let sessions = people::crowd(stage, &store, PAGES / PAGES_EACH).await?;
        let server = Server::start(stage, &store, None)?;
        let what = |what: &str| format!("{}: {what}", store.database);
        // The memory of the first pages must not count.
        pages(&server, &person.session, Duration::from_secs(2)).await?;
        let before = server.memory()?;

        let bodies = (0..BODIES).map(|nth| half_a_body(server.addr, nth)).collect::<JoinSet<()>>();
        let mut times = pages(&server, &person.session, ATTACK).await?;
        let name = format!("{BODIES} half-sent bodies of 16 MB: another person's page, longest");
        table.at_most(what(&name), quantile(&mut times, 1.0), MOST_TIME, milliseconds);
        table.at_most(what("peak of memory meanwhile"), server.most_memory()?, MOST_PEAK, megabytes);
        drop(bodies);
        tokio::time::sleep(REST).await;
        table.at_most(what("left of it a minute later"), server.memory()? - before, MOST_LEFT, megabytes);

        let before = server.memory()?;
        let crowd = crowd(server.addr, &sessions).await?;
        let mut times = pages(&server, &person.session, ATTACK).await?;
        let name = format!(
            "{IDLE} idle connections, {} of {PAGES} open pages, {HEADS} heads and {DRIBBLING_BODIES} bodies that \
             dribble: another person's page, longest",
            crowd.pages
        );
        table.at_most(what(&name), quantile(&mut times, 1.0), MOST_TIME, milliseconds);
        table.at_most(what("memory that they take"), server.memory()? - before, MOST_CROWD, megabytes);
        drop(crowd);
        tokio::time::sleep(REST).await;
        table.figure(what("left of it a minute later"), megabytes(server.memory()? - before));
    }
    Ok(())
}

/// Asks for a page again and again, each time on a new connection; returns the seconds that it took.
async fn pages(server: &Server, session: &str, lasting: Duration) -> Result<Vec<f64>, Failure> {
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < lasting {
        let asked = Instant::now();
        server.connect()?.expect(&get("/akses", Some(session), None)?)?;
        times.push(asked.elapsed().as_secs_f64());
        tokio::time::sleep(BETWEEN_PAGES).await;
    }
    Ok(times)
}

/// Connects from a network of its own.
async fn connect(addr: SocketAddr, nth: u16) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let [high, low] = nth.to_be_bytes();
    socket.bind(SocketAddr::from(([127, 1, high, low], 0)))?;
    socket.connect(addr).await
}

/// Sends half a body, then nothing, until the server ends it.
async fn half_a_body(addr: SocketAddr, nth: u16) {
    let Ok(mut stream) = connect(addr, nth).await else { return };
    let head = format!("{HEAD}{}\r\n\r\n", 2 * HALF);
    let chunk = vec![b'x'; 64 * 1024];
    if stream.write_all(head.as_bytes()).await.is_ok() {
        for _ in 0..HALF / chunk.len() {
            if stream.write_all(&chunk).await.is_err() {
                return;
            }
        }
    }
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

/// Ends with it: connections, and the tasks that dribble.
struct Crowd {
    /// Open pages that were not refused.
    pages: usize,
    _streams: Vec<Stream>,
    _idle: Vec<TcpStream>,
    _dribbling: JoinSet<()>,
}

async fn crowd(addr: SocketAddr, sessions: &[String]) -> Result<Crowd, Failure> {
    let mut streams = Vec::new();
    for session in sessions.iter().flat_map(|session| [session; PAGES_EACH]).take(PAGES) {
        // One that is refused is no failure: that is the server's way to keep room.
        if let Ok(stream) = Stream::open(addr, get("/akses/peristiwa", Some(session), None)?).await {
            streams.push(stream);
        }
    }
    let mut idle = Vec::new();
    for nth in 0..IDLE {
        idle.push(connect(addr, nth).await?);
    }
    let mut dribbling = JoinSet::new();
    for nth in IDLE..IDLE + HEADS {
        dribbling.spawn(dribble(addr, nth, "GET /masuk HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".to_owned()));
    }
    for nth in IDLE + HEADS..IDLE + HEADS + DRIBBLING_BODIES {
        dribbling.spawn(dribble(addr, nth, format!("{HEAD}60000\r\n\r\nemail=")));
    }
    Ok(Crowd { pages: streams.len(), _streams: streams, _idle: idle, _dribbling: dribbling })
}

/// Sends a byte a second, and begins again where the server ends it.
async fn dribble(addr: SocketAddr, nth: u16, beginning: String) {
    loop {
        if let Ok(mut stream) = connect(addr, nth).await
            && stream.write_all(beginning.as_bytes()).await.is_ok()
        {
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
