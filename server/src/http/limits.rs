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
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::StatusCode;

/// Paths where somebody is let in or a mail is caused. Many officials share the address of their office.
const GUARDED: &[&str] =
    &["/masuk", "/daftar", "/daftar/konfirmasi", "/lupa-kata-sandi", "/atur-ulang-kata-sandi", "/undangan", "/bantuan"];

/// Attempts in a minute on guarded paths from one address.
const PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(119);

/// The counts, by address, of this server.
#[derive(Clone)]
pub struct Limits(Arc<DefaultKeyedRateLimiter<IpAddr>>);

impl Limits {
    /// No attempts yet.
    pub fn new() -> Self {
        Self(Arc::new(RateLimiter::keyed(Quota::per_minute(PER_MINUTE))))
    }
}

/// Refuses what comes too fast.
pub async fn limit(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let guarded = *request.method() == Method::POST && GUARDED.contains(&request.uri().path());
    let address = request.extensions().get::<Caller>().map(|caller| caller.origin.address);
    if let Some(address) = address.filter(|_| guarded) {
        if limits.0.check_key(&address).is_err() {
            let text = "Terlalu banyak percobaan dari jaringan Anda. Coba lagi satu menit lagi.";
            return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "60")], text).into_response();
        }
        // Addresses that were quiet for long are forgotten.
        if limits.0.len() > 10_000 {
            limits.0.retain_recent();
        }
    }
    next.run(request).await
}
