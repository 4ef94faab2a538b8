//! Rate limits per address, for requests that cost something or invite guessing (`docs/adr/0017-request-limits.md`).
//! Limits per person or account are part of the use cases.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc};

use app::state::Caller;
use axum::{
    extract::{Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{
    oidc::endpoints::AUTHORIZE,
    refusals::{Kind, refused},
};
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

/// Answers 429 when an address exceeds its quota.
pub async fn limit(State(limits): State<Limits>, request: Request, next: Next) -> Response {
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
