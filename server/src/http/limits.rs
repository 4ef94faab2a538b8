//! Rate limits of requests (`docs/adr/0017-request-limits.md`): per address for what strangers may do, per person for
//! everything that somebody sends who is signed in. Limits of one thing, such as letters, are part of its use case.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc};

use app::state::Caller;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{
    Error,
    oidc::endpoints::AUTHORIZE,
    refusals::{Kind, refused},
};
use domain::time::Timestamp;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::StatusCode;

use super::texts;

/// Paths where a post signs somebody in or sends a mail.
const GUARDED: &[&str] =
    &["/masuk", "/daftar", "/daftar/konfirmasi", "/lupa-kata-sandi", "/atur-ulang-kata-sandi", "/undangan", "/bantuan"];

/// Posts to guarded paths per minute and address. Many officials share the address of their office.
const PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(119);

/// Authorization requests of people who are not signed in, per minute and address: each is stored until it expires.
const AUTHORIZATIONS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(599);

/// Above this number of known addresses, those that were quiet for a minute are forgotten.
const MAX_ADDRESSES: usize = 10_000;

/// Counts of this server process, by address.
#[derive(Clone)]
pub struct Limits {
    guarded: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    authorizations: Arc<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Limits {
    pub fn new() -> Self {
        let limiter = |quota| Arc::new(RateLimiter::keyed(Quota::per_minute(quota)));
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
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds_until(until, now)));
    }
    response
}

/// Rounded up.
fn seconds_until(until: Timestamp, now: Timestamp) -> u64 {
    until.since(now).as_micros().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX)
}

/// Answers 429 when an address exceeds its quota.
pub async fn limit_address(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let (path, caller) = (request.uri().path(), request.extensions().get::<Caller>());
    let limiter = match *request.method() {
        Method::POST => GUARDED.contains(&path).then_some(&limits.guarded),
        _ => {
            let is_signed_out = caller.is_some_and(|caller| caller.actor.is_none());
            (path == AUTHORIZE && is_signed_out).then_some(&limits.authorizations)
        }
    };
    if let Some((limiter, caller)) = limiter.zip(caller) {
        if limiter.check_key(&caller.origin.address).is_err() {
            refused(Kind::Limit, "requests");
            let retry = [(header::RETRY_AFTER, "60")];
            return (StatusCode::TOO_MANY_REQUESTS, retry, texts::TOO_MANY_ATTEMPTS).into_response();
        }
        if limiter.len() > MAX_ADDRESSES {
            limiter.retain_recent();
        }
    }
    next.run(request).await
}
