//! Who sends a request. The session is looked up once; later layers and handlers read the [`Caller`].

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use app::state::{AppState, Caller};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{Origin, accounts::sessions};
use http::StatusCode;

use super::texts;
use crate::config::{Config, table};

/// The headers in which proxies name the address of the person's device.
const FORWARDED: [&str; 2] = ["x-forwarded-for", "forwarded"];
/// The least time between two warnings about a proxy that is not trusted.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(60);

/// Adds the [`Caller`] to the request's extensions.
pub async fn identify(
    State((state, config)): State<(AppState, Arc<Config>)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    warn_of_unknown_proxy(&config, peer.ip(), request.headers());
    let address = address(&config, peer.ip(), request.headers());
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let origin = Origin {
        address,
        user_agent: agent.chars().take(300).collect(),
        device: state.cookies.device(request.headers()),
    };
    let actor = match state.cookies.session(request.headers()) {
        None => None,
        Some(token) => match sessions::resolve(&state.backend, &token, &origin).await {
            Ok(actor) => actor,
            Err(error) => {
                // Not "signed out": people would sign in again although only the database is slow.
                tracing::error!(%error, "session lookup failed");
                let retry = [(header::RETRY_AFTER, "5")];
                return (StatusCode::SERVICE_UNAVAILABLE, retry, texts::UNAVAILABLE).into_response();
            }
        },
    };
    let caller = Caller { backend: state.backend.clone(), actor, throttled: None, origin, cookies: state.cookies };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// The address of the person's device: the peer's, or behind trusted proxies the last address in `X-Forwarded-For` that
/// is not one of them. Entries left of one that is not an address may be forged and are ignored.
fn address(config: &Config, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let peer = peer.to_canonical();
    if !config.trusts(peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or_default());
    let found = forwarded.flat_map(|value| value.split(',')).rev().map(ip).find(|found| match found {
        Some(address) => !config.trusts(*address),
        None => true,
    });
    found.flatten().unwrap_or(peer)
}

/// Parses an address as proxies write it, with or without a port. IPv4 mapped into IPv6 is IPv4.
fn ip(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let alone = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let address = alone.or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip())).ok()?;
    Some(address.to_canonical())
}

/// Warns, once in a while, that somebody who is not trusted names another address. It may be a stranger, or a proxy that
/// the settings forget: then all people share the limits of one address.
fn warn_of_unknown_proxy(config: &Config, peer: IpAddr, headers: &HeaderMap) {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    if config.trusts(peer) || !FORWARDED.iter().any(|name| headers.contains_key(*name)) {
        return;
    }
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if last.is_none_or(|last| last.elapsed() >= BETWEEN_WARNINGS) {
        *last = Some(Instant::now());
        tracing::warn!(
            %peer,
            "ignored X-Forwarded-For or Forwarded from an address that {} does not name; if this is your proxy, name it \
             there",
            table::TRUSTED_PROXIES.variable
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use rstest::rstest;

    #[test]
    fn only_our_proxies_are_believed() {
        let config = Config::from_pairs(&[("trusted_proxies", "10.0.0.0/8")]).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.1.1.1, 203.0.113.9, 10.0.0.7"));
        let at = |peer: &str| address(&config, peer.parse().unwrap(), &headers).to_string();
        assert_eq!(at("10.0.0.1"), "203.0.113.9");
        assert_eq!(at("::ffff:10.0.0.1"), "203.0.113.9");
        assert_eq!(at("198.51.100.4"), "198.51.100.4");
        assert_eq!(at("::ffff:198.51.100.4"), "198.51.100.4");
    }

    #[rstest]
    #[case("1.1.1.1, 203.0.113.9:4711, 10.0.0.7", "203.0.113.9")]
    #[case("1.1.1.1, [2001:db8::9]:4711", "2001:db8::9")]
    #[case("1.1.1.1, [2001:db8::9]", "2001:db8::9")]
    #[case("1.1.1.1, ::ffff:203.0.113.9, ::ffff:10.0.0.7", "203.0.113.9")]
    #[case("1.1.1.1, unknown", "10.0.0.1")]
    #[case("1.1.1.1, ", "10.0.0.1")]
    #[case("10.0.0.8, 10.0.0.7", "10.0.0.1")]
    #[case("", "10.0.0.1")]
    fn nothing_left_of_what_is_no_address_is_believed(#[case] forwarded: &'static str, #[case] expected: &str) {
        let config = Config::from_pairs(&[("trusted_proxies", "10.0.0.0/8")]).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static(forwarded));
        assert_eq!(address(&config, "10.0.0.1".parse().unwrap(), &headers).to_string(), expected);
    }
}
