//! Serves connections: how many may be open, how long they may wait, and how they end
//! (`docs/adr/0023-connections.md`).

mod seats;

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use futures::future::BoxFuture;
use http_body::Body as _;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::timeout,
};
use tower::Service;

pub use seats::{Limits, Seat, StreamPermit};
use seats::{Owner, Seats, Until};

/// How long a connection may take to send the head of a request, counted from the end of the last answer.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The same for a proxy, which keeps idle connections: longer than it does, so that it never sends into a closed one
/// (nginx closes them after 60 s).
const PROXY_HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// The same when only health checks are answered.
const SPARE_HEAD_TIMEOUT: Duration = Duration::from_secs(2);
/// The largest head of a request, and what hyper reads and writes at once. Its default of 400 kB would be multiplied by
/// every connection whose body waits.
const BUFFER: usize = 64 * 1024;
/// How long, and how much, is read after the last answer. Closing with unread bytes resets the connection, and a browser
/// that is still sending would lose the answer (RFC 9112, section 9.6).
const LINGER: Duration = Duration::from_secs(3);
const LINGER_BYTES: usize = 32 * 1024 * 1024;
/// How long requests may go on after the last new connection was accepted.
const FAREWELL: Duration = Duration::from_secs(30);
/// Sockets that may be open beyond the seats: of connections that just lost theirs.
const SURPLUS: usize = 64;
/// The wait after the system refuses to accept, for example because descriptors ran out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// What a connection is told that finds no seat.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// The life of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Serving,
    /// Still serving, but not ready: whoever distributes requests should choose another server.
    Leaving,
    /// No new connections; event streams end.
    Closing,
}

impl Phase {
    /// Completes once no new connections are accepted.
    pub async fn is_closing(phase: &mut watch::Receiver<Self>) {
        // An error means that the server is gone.
        let _ = phase.wait_for(|phase| *phase == Self::Closing).await;
    }
}

/// True for addresses of trusted proxies.
type Trusts = dyn Fn(IpAddr) -> bool + Send + Sync;

/// Serves until `phase` is [`Phase::Closing`], then waits for requests in progress; what is left after 30 s is cut.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    trusts: Arc<Trusts>,
    phase: watch::Receiver<Phase>,
) {
    let sockets = Arc::new(Semaphore::new(limits.connections + limits.spare + SURPLUS));
    let seats = Seats::new(limits);
    let mut open = JoinSet::new();
    let mut closing = phase.clone();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &sockets) => accepted,
            () = Phase::is_closing(&mut closing) => break,
        };
        // Forget those that ended.
        while open.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer, socket)) => {
                // An IPv4 address arrives mapped into IPv6 if the server listens on [::].
                let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
                let is_proxy = trusts(peer.ip());
                match seats.take((!is_proxy).then_some(peer.ip())) {
                    Some(seat) => {
                        let serving = connection(stream, peer, is_proxy, seat, router.clone(), phase.clone());
                        open.spawn(async move {
                            serving.await;
                            drop(socket);
                        });
                    }
                    None => {
                        metrics::counter!("gerbang_connections_refused_total").increment(1);
                        // Best effort; it may not have sent its request yet.
                        let _ = stream.try_write(REFUSAL);
                    }
                }
            }
            // The connection was gone before it was accepted.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {
            }
            Err(error) => {
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    if timeout(FAREWELL, async { while open.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!(connections = open.len(), "cut connections that did not end");
    }
    open.shutdown().await;
}

/// Accepts a connection once the sockets of those that lost their seats are closed: they take descriptors until then.
async fn accept(
    listener: &TcpListener,
    sockets: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let socket = sockets.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, socket))
}

/// Serves one connection to its end.
async fn connection(
    mut stream: TcpStream,
    peer: SocketAddr,
    is_proxy: bool,
    owner: Owner,
    router: Router,
    mut phase: watch::Receiver<Phase>,
) {
    // Disable Nagle's algorithm (RFC 9293, section 3.7.4): a response in two writes, such as a file, would wait 40 ms
    // for the acknowledgement of the first.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection is slower than it could be");
    }
    let seat = owner.seat();
    let service =
        service_fn(move |request: hyper::Request<Incoming>| answer(router.clone(), request, peer, seat.clone()));
    let head_timeout = match (owner.is_spare(), is_proxy) {
        (true, _) => SPARE_HEAD_TIMEOUT,
        (false, true) => PROXY_HEAD_TIMEOUT,
        (false, false) => HEAD_TIMEOUT,
    };
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head_timeout).max_buf_size(BUFFER);
    let mut http = builder.serve_connection(TokioIo::new(&mut stream), service);
    let mut is_told = false;
    loop {
        tokio::select! {
            done = std::future::poll_fn(|context| http.poll_without_shutdown(context)) => {
                if let Err(error) = done {
                    tracing::trace!(%error, "a connection ended");
                }
                break;
            }
            () = Phase::is_closing(&mut phase), if !is_told => {
                is_told = true;
                std::pin::Pin::new(&mut http).graceful_shutdown();
            }
            // It was idle, and another connection needs its seat.
            () = owner.evicted() => return,
        }
    }
    drop(http);
    tokio::select! {
        () = linger(&mut stream) => {}
        () = owner.evicted() => {}
    }
}

/// Answers one request; the seat is busy until the answer is written, except while the body is waited for.
fn answer(
    mut router: Router,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    seat: Seat,
) -> BoxFuture<'static, Result<Response, Infallible>> {
    let busy = seat.busy();
    let mut request: Request = request.map(|body| match body.is_end_stream() {
        true => Body::empty(),
        false => Body::new(Until { body: Body::new(body), guard: Some(seat.receiving()) }),
    });
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(seat);
    Box::pin(async move {
        let response = router.call(request).await?;
        Ok(response.map(|body| Body::new(Until { body, guard: Some(busy) })))
    })
}

/// Reads what the peer still sends, so that it receives the answer.
async fn linger(stream: &mut TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let (mut buffer, mut left) = ([0; 8192], LINGER_BYTES);
    let _ = timeout(LINGER, async {
        while left > 0 {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(read) => left = left.saturating_sub(read),
            }
        }
    })
    .await;
}
