//! Rate limits of requests (`docs/adr/0017-request-limits.md`): per network for what strangers may do, per person for
//! everything that somebody sends who is signed in. Limits of one thing, such as letters, are part of its use case.

use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::Arc,
};

use app::state::Caller;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{
    Error,
    network::Network,
    oidc::endpoints::AUTHORIZE,
    refusals::{Kind, refused},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::StatusCode;

use super::texts;

/// Paths where a post signs somebody in or sends a mail.
const GUARDED: &[&str] =
    &["/masuk", "/daftar", "/daftar/konfirmasi", "/lupa-kata-sandi", "/atur-ulang-kata-sandi", "/undangan", "/bantuan"];

/// Posts to guarded paths per minute and network. Many officials share the address of their office.
const PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(119);

/// Authorization requests of people who are not signed in, per minute and network: each is stored until it expires.
const AUTHORIZATIONS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(599);

/// A wider network ([`Network::wide`]) may have as many times the requests of a network.
const WIDER: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Counts of one limiter. Networks share them by chance, so that no number of addresses fills the memory: among 1,000
/// active networks, one in 65 shares its count with another.
const COUNTS: u64 = 65_536;

/// Counts of this server process.
#[derive(Clone)]
pub struct Limits {
    guarded: Arc<Limiter>,
    authorizations: Arc<Limiter>,
}

impl Limits {
    pub fn new() -> Self {
        let limiter = |quota| Arc::new(Limiter::new(quota));
        Self { guarded: limiter(PER_MINUTE), authorizations: limiter(AUTHORIZATIONS_PER_MINUTE) }
    }
}

/// Answers 429 when a person sends more than a person can. The handler refuses, so that a form comes back with all that
/// was typed.
pub async fn limit_person(mut request: Request, next: Next) -> Response {
    let is_authorization = request.uri().path() == AUTHORIZE;
    let is_write = !request.method().is_safe() || is_authorization;
    let Some(caller) = request.extensions_mut().get_mut::<Caller>().filter(|_| is_write) else {
        return next.run(request).await;
    };
    let (backend, now) = (caller.backend.clone(), caller.backend.world.now());
    let counted = caller.actor.as_ref().map(|actor| backend.writes.count(actor.user_id, now));
    let Some(Err(Error::Throttled(until))) = counted else { return next.run(request).await };
    caller.throttled = Some(until);
    let mut response = match is_authorization {
        true => (StatusCode::TOO_MANY_REQUESTS, texts::TOO_MUCH_SENT).into_response(),
        false => next.run(request).await,
    };
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(now.seconds_until(until)));
    }
    response
}

/// Limits requests of networks and of the wider networks around them.
struct Limiter {
    narrow: DefaultKeyedRateLimiter<u64>,
    wide: DefaultKeyedRateLimiter<u64>,
    /// Nobody outside can tell which networks share a count.
    hasher: RandomState,
}

impl Limiter {
    fn new(per_minute: NonZeroU32) -> Self {
        Self {
            narrow: RateLimiter::keyed(Quota::per_minute(per_minute)),
            wide: RateLimiter::keyed(Quota::per_minute(per_minute.saturating_mul(WIDER))),
            hasher: RandomState::new(),
        }
    }

    /// True if the networks of the address have requests left; one is taken.
    fn admits(&self, address: IpAddr) -> bool {
        let count = |network: Network| self.hasher.hash_one(network) % COUNTS;
        let network = Network::of(address);
        self.narrow.check_key(&count(network)).is_ok() && self.wide.check_key(&count(network.wide())).is_ok()
    }
}

/// Answers 429 when a network exceeds its quota.
pub async fn limit_address(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let (path, caller) = (request.uri().path(), request.extensions().get::<Caller>());
    let limiter = match *request.method() {
        Method::POST => GUARDED.contains(&path).then_some(&limits.guarded),
        _ => {
            let is_signed_out = caller.is_some_and(|caller| caller.actor.is_none());
            (path == AUTHORIZE && is_signed_out).then_some(&limits.authorizations)
        }
    };
    if let Some((limiter, caller)) = limiter.zip(caller)
        && !limiter.admits(caller.origin.address)
    {
        refused(Kind::Limit, "requests");
        let retry = [(header::RETRY_AFTER, "60")];
        return (StatusCode::TOO_MANY_REQUESTS, retry, texts::TOO_MANY_ATTEMPTS).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    /// The number of requests that are admitted from these addresses.
    fn admitted(addresses: impl Iterator<Item = IpAddr>) -> u32 {
        let limiter = Limiter::new(PER_MINUTE);
        addresses.map(|address| u32::from(limiter.admits(address))).sum()
    }

    fn v6(nth: u32, shift: u32) -> IpAddr {
        let first = "2001:db8::".parse::<Ipv6Addr>().unwrap().to_bits();
        Ipv6Addr::from_bits(first + (u128::from(nth) << shift)).into()
    }

    #[test]
    fn addresses_of_one_network_have_one_quota() {
        // A quota may grow by some requests while the test runs.
        let most = 130;
        assert!(admitted((0..1_000).map(|nth| v6(nth, 0))) < most, "addresses of a /64");
        assert!(admitted((0..3_000).map(|nth| v6(nth, 64))) < 10 * most, "networks of a /48");
        assert!(admitted((0..3_000).map(|nth| v6(nth, 64))) > 1_000, "a /48 has more than a /64");
        let mapped = Ipv4Addr::new(203, 0, 113, 9).to_ipv6_mapped();
        let both = [IpAddr::V6(mapped), IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9))];
        assert!(admitted(both.into_iter().cycle().take(1_000)) < most, "IPv4, mapped or not");
    }

    #[test]
    fn a_million_addresses_do_not_fill_the_memory() {
        let limiter = Limiter::new(PER_MINUTE);
        for nth in 0..1_000_000u32 {
            limiter.admits(v6(nth, 80));
        }
        assert!(limiter.narrow.len() as u64 <= COUNTS && limiter.wide.len() as u64 <= COUNTS);
    }
}
