//! Limits per address, for what costs something or invites guessing. What a person or an account may do is limited in
//! the use cases.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc};

use app::state::Caller;
use axum::{
    extract::{Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::oidc::endpoints::AUTHORIZE;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::StatusCode;

/// Paths where somebody is let in or a mail is caused. Many officials share the address of their office.
const GUARDED: &[&str] =
    &["/masuk", "/daftar", "/daftar/konfirmasi", "/lupa-kata-sandi", "/atur-ulang-kata-sandi", "/undangan", "/bantuan"];

/// Attempts in a minute on guarded paths from one address.
const PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(119);

/// Requests of platforms in a minute for people who are not signed in, from one address: each is kept for a while.
const ASKED_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(599);

/// The counts, by address, of this server.
#[derive(Clone)]
pub struct Limits {
    entry: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    asked: Arc<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Limits {
    /// No attempts yet.
    pub fn new() -> Self {
        let each = |most| Arc::new(RateLimiter::keyed(Quota::per_minute(most)));
        Self { entry: each(PER_MINUTE), asked: each(ASKED_PER_MINUTE) }
    }
}

/// Refuses what comes too fast.
pub async fn limit(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let (path, caller) = (request.uri().path(), request.extensions().get::<Caller>());
    let counted = match *request.method() {
        Method::POST => GUARDED.contains(&path).then_some(&limits.entry),
        _ => (path == AUTHORIZE && caller.is_some_and(|caller| caller.actor.is_none())).then_some(&limits.asked),
    };
    if let Some((counted, caller)) = counted.zip(caller) {
        if counted.check_key(&caller.origin.address).is_err() {
            let text = "Terlalu banyak percobaan dari jaringan Anda. Coba lagi satu menit lagi.";
            return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "60")], text).into_response();
        }
        // Addresses that were quiet for long are forgotten.
        if counted.len() > 10_000 {
            counted.retain_recent();
        }
    }
    next.run(request).await
}
