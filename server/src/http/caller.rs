//! Who sends a request: one look at the session for all that needs it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use app::state::{AppState, Caller};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{Origin, sessions};
use http::StatusCode;

use crate::config::Config;

/// Puts the [`Caller`] among the request's extensions.
pub async fn identify(
    State((state, config)): State<(AppState, Arc<Config>)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let address = address(&config, peer.ip(), request.headers());
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let origin = Origin { address, user_agent: agent.chars().take(300).collect() };
    let actor = match state.cookies.session(request.headers()) {
        None => None,
        Some(token) => match sessions::resolve(&state.backend, &token, &origin).await {
            Ok(actor) => actor,
            Err(error) => {
                // Not "signed out": that would send people to sign in where only the database is slow.
                tracing::error!(%error, "a session could not be looked up");
                let text = "Sistem belum dapat menjawab. Coba lagi sebentar lagi.";
                return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], text).into_response();
            }
        },
    };
    let caller = Caller { backend: state.backend.clone(), actor, origin, cookies: state.cookies };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// The address of the person's device: the peer's, or, behind proxies of ours, the last in `X-Forwarded-For` that is
/// none of them.
fn address(config: &Config, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !config.trusts(peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let mut addresses: Vec<IpAddr> =
        forwarded.flat_map(|value| value.split(',')).filter_map(|part| part.trim().parse().ok()).collect();
    while let Some(address) = addresses.pop() {
        if !config.trusts(address) {
            return address;
        }
    }
    peer
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_our_proxies_are_believed() {
        let config = Config::from_pairs(&[("trusted_proxies", "10.0.0.0/8")]).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.1.1.1, 203.0.113.9, 10.0.0.7"));
        let at = |peer: &str| address(&config, peer.parse().unwrap(), &headers).to_string();
        assert_eq!(at("10.0.0.1"), "203.0.113.9");
        assert_eq!(at("198.51.100.4"), "198.51.100.4");
    }
}
