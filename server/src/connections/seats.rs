//! How many connections may be open: in all, and from each network.
//!
//! A connection is *idle* before the head of a request is complete, *receiving* until its body is, and *busy* until the end
//! of the answer. If there is no seat for a new one, the longest idle one gives up its own, or else the longest receiving
//! one: of the same network if that has too many, else of all. So whoever keeps the server waiting keeps nobody out.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::body::{Body, Bytes};
use backend::network::Network;
use http_body::{Frame, SizeHint};
use tokio::sync::Notify;

/// Descriptors for everything but connections: database, letters, mail, SiRUP, children. At least these, or a quarter.
const RESERVED: u64 = 256;
/// More descriptors are not asked for, however many the system would give.
const MOST_DESCRIPTORS: u64 = 65_536;
/// Connections in all, where descriptors are no limit: about 20 kB of memory each.
const MOST_CONNECTIONS: usize = 20_000;

/// Limits of one server process.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub connections: usize,
    /// More connections, on which only health checks are answered.
    pub spare: usize,
    pub per_network: usize,
    /// Open event streams. Well below the connections, so that streams are refused before anything else is.
    pub streams: usize,
    pub streams_per_network: usize,
}

impl Limits {
    /// Raises this process's limit of descriptors as far as the system allows, and derives the others from it.
    pub fn of_this_process(per_network: usize) -> Self {
        let descriptors = rlimit::increase_nofile_limit(MOST_DESCRIPTORS).unwrap_or_else(|error| {
            tracing::warn!(%error, "the limit of descriptors could not be raised");
            rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(1024, |(soft, _)| soft)
        });
        Self::of(descriptors, per_network)
    }

    fn of(descriptors: u64, per_network: usize) -> Self {
        // Of very few descriptors, half.
        let reserved = RESERVED.max(descriptors / 4).min(descriptors / 2);
        let connections = usize::try_from(descriptors - reserved).unwrap_or(usize::MAX).min(MOST_CONNECTIONS);
        Self { connections, spare: 16, per_network, streams: connections / 2, streams_per_network: per_network / 4 * 3 }
    }
}

/// All seats of a server.
#[derive(Clone)]
pub struct Seats(Arc<Shared>);

struct Shared {
    limits: Limits,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    open: usize,
    spare: usize,
    streams: usize,
    networks: HashMap<Network, Usage>,
    /// Connections that can give up their seats, in the order in which they do.
    yielding: BTreeMap<Ticket, Arc<State>>,
    last_ticket: u64,
}

#[derive(Default)]
struct Usage {
    open: usize,
    streams: usize,
    yielding: BTreeSet<Ticket>,
}

/// One connection.
struct State {
    /// `None` for trusted proxies, which speak for many networks.
    network: Option<Network>,
    is_spare: bool,
    evicted: Notify,
    /// Guarded by the table's lock, which is always taken first.
    place: Mutex<Place>,
}

/// Why a connection can give up its seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Waits {
    ForAHead,
    ForABody,
}

type Ticket = (Waits, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Busy,
    Yielding(Ticket),
    /// It counts no more.
    Gone,
}

/// The seat of a connection, which is free again once this is dropped.
pub struct Owner(Seat);

/// A seat as the requests of its connection see it, among their extensions.
#[derive(Clone)]
pub struct Seat {
    shared: Arc<Shared>,
    state: Arc<State>,
}

/// The seat is busy until this is dropped.
pub struct Busy(Seat);

/// The body is waited for until this is dropped.
pub struct Receiving(Seat);

/// Counts as an open event stream until dropped.
pub struct StreamPermit(Seat);

/// A body with what ends with it.
pub struct Until<T> {
    pub body: Body,
    pub guard: Option<T>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seats {
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Shared { limits, table: Mutex::default() }))
    }

    /// Takes a seat for a connection from `address`, or from a trusted proxy. `None` if all are busy.
    pub fn take(&self, address: Option<IpAddr>) -> Option<Owner> {
        let limits = self.0.limits;
        let network = address.map(Network::of);
        let mut table = lock(&self.0.table);
        if let Some(usage) = network.and_then(|network| table.networks.get(&network))
            && usage.open >= limits.per_network
        {
            let first = *usage.yielding.first()?;
            table.evict(first);
        }
        let mut is_spare = false;
        if table.open >= limits.connections {
            match table.yielding.first_key_value().map(|(ticket, _)| *ticket) {
                Some(first) => table.evict(first),
                None if table.spare < limits.spare => is_spare = true,
                None => return None,
            }
        }
        if is_spare {
            table.spare += 1;
        } else {
            table.open += 1;
            if let Some(network) = network {
                table.networks.entry(network).or_default().open += 1;
            }
        }
        let place = Mutex::new(Place::Busy);
        let state = Arc::new(State { network, is_spare, evicted: Notify::new(), place });
        table.wait(&state, Waits::ForAHead);
        drop(table);
        Some(Owner(Seat { shared: self.0.clone(), state }))
    }
}

impl Table {
    /// The connection waits for its client from now on.
    fn wait(&mut self, state: &Arc<State>, what: Waits) {
        self.proceed(state);
        let mut place = lock(&state.place);
        if state.is_spare || *place == Place::Gone {
            return;
        }
        self.last_ticket += 1;
        let ticket = (what, self.last_ticket);
        *place = Place::Yielding(ticket);
        self.yielding.insert(ticket, state.clone());
        if let Some(usage) = self.usage(state) {
            usage.yielding.insert(ticket);
        }
    }

    /// The body is complete, or nobody reads it.
    fn stop_receiving(&mut self, state: &State) {
        let place = *lock(&state.place);
        if matches!(place, Place::Yielding((Waits::ForABody, _))) {
            self.proceed(state);
        }
    }

    /// The connection waits no more.
    fn proceed(&mut self, state: &State) {
        let mut place = lock(&state.place);
        if let Place::Yielding(ticket) = *place {
            self.take_out(ticket);
            *place = Place::Busy;
        }
    }

    fn usage(&mut self, state: &State) -> Option<&mut Usage> {
        self.networks.get_mut(&state.network?)
    }

    /// Takes a connection from the lists of those that can give up their seats.
    fn take_out(&mut self, ticket: Ticket) -> Option<Arc<State>> {
        let state = self.yielding.remove(&ticket)?;
        if let Some(usage) = self.usage(&state) {
            usage.yielding.remove(&ticket);
        }
        Some(state)
    }

    fn evict(&mut self, ticket: Ticket) {
        if let Some(state) = self.take_out(ticket) {
            self.leave(&state);
            state.evicted.notify_one();
        }
    }

    /// The connection counts no more.
    fn leave(&mut self, state: &State) {
        let place = std::mem::replace(&mut *lock(&state.place), Place::Gone);
        match place {
            Place::Gone => return,
            Place::Yielding(ticket) => drop(self.take_out(ticket)),
            Place::Busy => {}
        }
        if state.is_spare {
            self.spare -= 1;
            return;
        }
        self.open -= 1;
        if let Some(usage) = self.usage(state) {
            usage.open -= 1;
        }
        self.tidy(state);
    }

    /// Forgets a network without connections.
    fn tidy(&mut self, state: &State) {
        if let Some(network) = state.network
            && self.networks.get(&network).is_some_and(|usage| usage.open == 0 && usage.streams == 0)
        {
            self.networks.remove(&network);
        }
    }
}

impl Owner {
    pub fn seat(&self) -> Seat {
        self.0.clone()
    }

    pub fn is_spare(&self) -> bool {
        self.0.is_spare()
    }

    /// Completes when another connection took this seat.
    pub async fn evicted(&self) {
        self.0.state.evicted.notified().await;
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        lock(&self.0.shared.table).leave(&self.0.state);
    }
}

impl Seat {
    /// True if only health checks may be answered.
    pub fn is_spare(&self) -> bool {
        self.state.is_spare
    }

    /// A request began.
    pub fn busy(&self) -> Busy {
        lock(&self.shared.table).proceed(&self.state);
        Busy(self.clone())
    }

    /// The body of the request is waited for.
    pub fn receiving(&self) -> Receiving {
        lock(&self.shared.table).wait(&self.state, Waits::ForABody);
        Receiving(self.clone())
    }

    /// `None` if too many event streams are open, in all or from this network.
    pub fn stream(&self) -> Option<StreamPermit> {
        let limits = self.shared.limits;
        let mut table = lock(&self.shared.table);
        let of_network = table.usage(&self.state).map_or(0, |usage| usage.streams);
        if table.streams >= limits.streams || of_network >= limits.streams_per_network {
            return None;
        }
        table.streams += 1;
        if let Some(network) = self.state.network {
            table.networks.entry(network).or_default().streams += 1;
        }
        Some(StreamPermit(self.clone()))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        lock(&self.0.shared.table).wait(&self.0.state, Waits::ForAHead);
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        lock(&self.0.shared.table).stop_receiving(&self.0.state);
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut table = lock(&self.0.shared.table);
        table.streams -= 1;
        if let Some(usage) = table.usage(&self.0.state) {
            usage.streams -= 1;
        }
        table.tidy(&self.0.state);
    }
}

impl<T: Unpin> http_body::Body for Until<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if self.body.is_end_stream() || matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.guard = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const FEW: Limits = Limits { connections: 4, spare: 1, per_network: 2, streams: 3, streams_per_network: 1 };

    fn at(address: &str) -> Option<IpAddr> {
        Some(address.parse().unwrap())
    }

    fn is_evicted(owner: &Owner) -> bool {
        owner.evicted().now_or_never().is_some()
    }

    #[test]
    fn a_network_gives_up_its_longest_idle_connection() {
        let seats = Seats::new(FEW);
        let other = seats.take(at("203.0.113.1")).unwrap();
        // Addresses of one /64 are one network.
        let first = seats.take(at("2001:db8::1")).unwrap();
        let second = seats.take(at("2001:db8::2")).unwrap();
        // What was busy is idle for a shorter time.
        drop(first.seat().busy());
        let third = seats.take(at("2001:db8::3")).unwrap();
        assert_eq!([&other, &first, &second, &third].map(is_evicted), [false, false, true, false]);
        let busy = [first.seat().busy(), third.seat().busy()];
        assert!(seats.take(at("2001:db8::4")).is_none(), "nobody gives up a busy seat");
        let neighbour = seats.take(at("2001:db8:0:1::1"));
        assert!(neighbour.is_some(), "another /64 is another network");
        drop(busy);
        assert!(seats.take(at("2001:db8::4")).is_some());
    }

    #[test]
    fn a_body_that_is_waited_for_keeps_nobody_out() {
        let seats = Seats::new(FEW);
        let (uploading, idle) = (seats.take(at("203.0.113.1")).unwrap(), seats.take(at("203.0.113.1")).unwrap());
        let (_busy, receiving) = (uploading.seat().busy(), uploading.seat().receiving());
        let third = seats.take(at("203.0.113.1")).unwrap();
        assert_eq!([&uploading, &idle, &third].map(is_evicted), [false, true, false], "the idle one goes first");
        let _answering = third.seat().busy();
        let fourth = seats.take(at("203.0.113.1")).unwrap();
        assert!(is_evicted(&uploading), "then the one whose body is waited for");
        drop(receiving);
        let (_another, received) = (fourth.seat().busy(), fourth.seat().receiving());
        drop(received);
        assert!(seats.take(at("203.0.113.1")).is_none(), "its body is complete");
    }

    #[test]
    fn a_proxy_has_as_many_connections_as_there_are() {
        let seats = Seats::new(FEW);
        let open: Vec<_> = (0..4).map(|_| seats.take(None).unwrap()).collect();
        assert!(!open.iter().any(is_evicted));
        let fifth = seats.take(None).unwrap();
        assert!(is_evicted(&open[0]) && !fifth.is_spare(), "the longest idle one gave up its seat");
    }

    #[test]
    fn spare_seats_are_for_health_alone() {
        let seats = Seats::new(FEW);
        let open: Vec<_> = (0..4).map(|_| seats.take(None).unwrap()).collect();
        let busy: Vec<_> = open.iter().map(|owner| owner.seat().busy()).collect();
        let spare = seats.take(at("203.0.113.1")).unwrap();
        assert!(spare.is_spare() && seats.take(at("203.0.113.1")).is_none());
        // What happens on it does not give it away.
        drop(spare.seat().busy());
        assert!(seats.take(at("203.0.113.2")).is_none());
        drop(spare);
        assert!(seats.take(at("203.0.113.2")).is_some_and(|seat| seat.is_spare()));
        drop((busy, open));
        assert!(seats.take(at("203.0.113.2")).is_some_and(|seat| !seat.is_spare()));
    }

    #[test]
    fn streams_are_refused_while_there_are_seats() {
        let seats = Seats::new(FEW);
        let home = seats.take(at("203.0.113.1")).unwrap();
        let stream = home.seat().stream().unwrap();
        assert!(home.seat().stream().is_none(), "one network");
        let proxy = seats.take(None).unwrap();
        let more = [proxy.seat().stream(), proxy.seat().stream()];
        assert!(more.iter().all(Option::is_some) && proxy.seat().stream().is_none(), "all networks");
        drop(stream);
        assert!(proxy.seat().stream().is_some() && home.seat().stream().is_some());
    }

    #[test]
    fn what_ended_is_forgotten() {
        let seats = Seats::new(FEW);
        for nth in 0..100u8 {
            let owner = seats.take(Some(IpAddr::from([203, 0, 113, nth]))).unwrap();
            let seat = owner.seat();
            let (busy, stream) = (seat.busy(), seat.stream());
            // In either order.
            if nth % 2 == 0 {
                drop(owner);
                drop((busy, stream));
            } else {
                drop((busy, stream));
                drop(owner);
            }
        }
        let table = lock(&seats.0.table);
        assert_eq!((table.open, table.spare, table.streams), (0, 0, 0));
        assert!(table.networks.is_empty() && table.yielding.is_empty());
    }

    #[test]
    fn descriptors_are_kept_for_everything_else() {
        let of = |descriptors| Limits::of(descriptors, 256);
        assert_eq!((of(64).connections, of(1024).connections, of(20_000).connections), (32, 768, 15_000));
        assert_eq!((of(65_536).connections, of(1024).streams), (MOST_CONNECTIONS, 384));
    }
}
