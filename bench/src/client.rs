//! A client over loopback, on hyper. Each connection has a runtime on its own thread, so that the client costs less than
//! the server that it measures.

use std::{
    net::SocketAddr,
    process::Command,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, header, request::Builder};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, runtime::Runtime, task::block_in_place, time::timeout};
use tokio_util::io::InspectReader;

use crate::{stage::Failure, table::timed};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Connections of a load: enough that the server never waits for us, few enough that none starves.
const CONNECTIONS: usize = 8;

/// A request that can be sent many times.
pub type Request = http::Request<Full<Bytes>>;

/// A connection that stays open. Its methods block, also within a runtime.
pub struct Connection {
    /// `None` once dropped.
    runtime: Option<Runtime>,
    sender: SendRequest<Full<Bytes>>,
    /// Bytes received so far.
    received: Arc<AtomicUsize>,
}

pub struct Answer {
    pub status: u16,
    headers: HeaderMap,
    pub body: Bytes,
    /// Bytes received, with the head.
    pub wire: usize,
}

impl Connection {
    pub fn open(addr: SocketAddr) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let received = Arc::new(AtomicUsize::new(0));
        match block_in_place(|| runtime.block_on(connect(addr, received.clone()))) {
            Ok(sender) => Ok(Self { runtime: Some(runtime), sender, received }),
            Err(failure) => {
                runtime.shutdown_background();
                Err(failure)
            }
        }
    }

    /// Sends a request and reads the whole answer.
    pub fn ask(&mut self, request: &Request) -> Result<Answer, Failure> {
        let runtime = self.runtime.as_ref().ok_or("the connection is closed")?;
        let before = self.received.load(Ordering::Relaxed);
        let exchange = async {
            self.sender.ready().await?;
            let (head, body) = self.sender.send_request(request.clone()).await?.into_parts();
            Ok::<_, Failure>((head, body.collect().await?.to_bytes()))
        };
        let (head, body) = block_in_place(|| runtime.block_on(async { timeout(PATIENCE, exchange).await }))??;
        let wire = self.received.load(Ordering::Relaxed) - before;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body, wire })
    }

    /// Like [`Connection::ask`]; fails unless the status is 200.
    pub fn expect(&mut self, request: &Request) -> Result<Answer, Failure> {
        let answer = self.ask(request)?;
        if answer.status == 200 {
            return Ok(answer);
        }
        Err(format!("{} {}: {}", request.method(), request.uri(), answer.status).into())
    }

    /// The target of a redirect; fails if the answer is none.
    pub fn redirect(&mut self, request: &Request) -> Result<String, Failure> {
        let answer = self.ask(request)?;
        let location = answer.headers.get(header::LOCATION);
        let location = location.ok_or_else(|| format!("no redirect but {}", answer.status))?;
        Ok(location.to_str()?.to_owned())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting for its end would panic within another runtime.
            runtime.shutdown_background();
        }
    }
}

/// Connects; the connection runs as a task of the current runtime.
async fn connect(addr: SocketAddr, received: Arc<AtomicUsize>) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let counted = InspectReader::new(stream, move |bytes: &[u8]| {
        received.fetch_add(bytes.len(), Ordering::Relaxed);
    });
    let (sender, connection) = handshake(TokioIo::new(counted)).await?;
    // Whatever ends the connection also fails the request.
    tokio::spawn(connection);
    Ok(sender)
}

/// An answer that goes on for ever, such as a stream of events.
pub struct Stream {
    /// Keeps the connection open.
    _sender: SendRequest<Full<Bytes>>,
    body: Incoming,
}

impl Stream {
    /// Sends a request over a connection of its own; fails unless the status is 200.
    pub async fn open(addr: SocketAddr, request: Request) -> Result<Self, Failure> {
        let mut sender = connect(addr, Arc::default()).await?;
        let response = timeout(PATIENCE, sender.send_request(request)).await??;
        match response.status().as_u16() {
            200 => Ok(Self { _sender: sender, body: response.into_body() }),
            status => Err(format!("the stream was refused with {status}").into()),
        }
    }

    /// The next piece of the body; `None` once the stream ended.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Ok(data) = self.body.frame().await?.ok()?.into_data() {
                return Some(data);
            }
        }
    }
}

fn request(method: &str, path: &str, session: Option<&str>) -> Builder {
    let builder = http::Request::builder().method(method).uri(path);
    let builder = builder.header(header::HOST, "localhost").header(header::USER_AGENT, "bench");
    match session {
        Some(session) => builder.header(header::COOKIE, format!("gerbang={session}")),
        None => builder,
    }
}

/// A GET signed in with `session` that accepts `encoding`.
pub fn get(path: &str, session: Option<&str>, encoding: Option<&str>) -> Result<Request, Failure> {
    let builder = request("GET", path, session).header(header::ACCEPT, "*/*");
    let builder = match encoding {
        Some(encoding) => builder.header(header::ACCEPT_ENCODING, encoding),
        None => builder,
    };
    Ok(builder.body(Full::default())?)
}

/// A GET of JSON with an access token.
pub fn get_with_token(path: &str, token: &str) -> Result<Request, Failure> {
    let builder = request("GET", path, None).header(header::ACCEPT, "application/json");
    Ok(builder.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Full::default())?)
}

/// A POST as the script of our pages sends it.
pub fn post(path: &str, session: Option<&str>, kind: &str, body: impl Into<Bytes>) -> Result<Request, Failure> {
    let builder = request("POST", path, session).header(header::ACCEPT, "application/json");
    let builder = builder.header("sec-fetch-site", "same-origin").header(header::CONTENT_TYPE, kind);
    Ok(builder.body(Full::new(body.into()))?)
}

/// A POST of a form.
pub fn form(path: &str, session: Option<&str>, fields: &[(&str, &str)]) -> Result<Request, Failure> {
    let body = serde_urlencoded::to_string(fields)?;
    post(path, session, "application/x-www-form-urlencoded", body)
}

/// Sends the same request over several connections for a while; returns the number of answers and the seconds it took.
pub fn load(addr: SocketAddr, request: &Request, lasting: Duration) -> Result<(f64, f64), Failure> {
    let (answers, seconds) = at_once(addr, CONNECTIONS, |_, connection| {
        let (began, mut answers) = (Instant::now(), 0u32);
        while began.elapsed() < lasting {
            connection.expect(request)?;
            answers += 1;
        }
        Ok(f64::from(answers))
    })?;
    Ok((answers.into_iter().sum(), seconds))
}

/// Runs `work` with a number and a connection on each of several threads that start together; returns all results and
/// the seconds of the slowest.
pub fn at_once<T: Send>(
    addr: SocketAddr,
    connections: usize,
    work: impl Fn(usize, &mut Connection) -> Result<T, Failure> + Sync,
) -> Result<(Vec<T>, f64), Failure> {
    let start = Barrier::new(connections);
    let one = |nth: usize| {
        let connection = Connection::open(addr);
        start.wait();
        let mut connection = connection?;
        let (seconds, outcome) = timed(|| work(nth, &mut connection));
        Ok::<_, Failure>((outcome?, seconds))
    };
    std::thread::scope(|scope| {
        let one = &one;
        let running: Vec<_> = (0..connections).map(|nth| scope.spawn(move || one(nth))).collect();
        let (mut outcomes, mut slowest) = (Vec::new(), 0.0);
        for thread in running {
            let (outcome, seconds) = thread.join().map_err(|_| "a client panicked")??;
            slowest = f64::max(slowest, seconds);
            outcomes.push(outcome);
        }
        Ok((outcomes, slowest))
    })
}

/// Pins this process to one core until dropped.
pub struct Pinned(usize);

impl Pinned {
    /// `cores` is the number of cores of the machine.
    pub fn to(core: usize, cores: usize) -> Result<Self, Failure> {
        pin(&core.to_string())?;
        Ok(Self(cores))
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if let Err(failure) = pin(&format!("0-{}", self.0 - 1)) {
            eprintln!("bench: {failure}");
        }
    }
}

fn pin(cores: &str) -> Result<(), Failure> {
    let own = std::process::id().to_string();
    let outcome = Command::new("taskset").args(["-a", "-c", "-p", cores, &own]).output()?;
    if outcome.status.success() { Ok(()) } else { Err("taskset cannot move this process".into()) }
}
