//! Health checks and metrics, for operators.

use std::{net::SocketAddr, sync::OnceLock, time::Instant};

use app::state::AppState;
use axum::{
    Extension, Router,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use http::StatusCode;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::sync::watch;

use crate::connections::Phase;

/// The recorder of all metrics. It is global to the process, so every server of a test process shares it. `None` if another
/// recorder was installed before.
pub fn recorder() -> Option<PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
            PrometheusBuilder::new().set_buckets(&buckets).ok()?.install_recorder().ok()
        })
        .clone()
}

/// Health checks, which are answered when nothing else is.
pub const PATHS: [&str; 2] = ["/health/live", "/health/ready"];

pub fn routes(recorder: Option<PrometheusHandle>, life: watch::Receiver<Phase>) -> Router<AppState> {
    let [live, readiness] = PATHS;
    Router::new()
        .route(live, get(|| async { "ok" }))
        .route(readiness, get(ready))
        .layer(Extension(life))
        .route("/metrics", get(render_metrics))
        .layer(Extension(recorder))
}

/// Ready means that the database answers, and that the server is not about to stop.
async fn ready(State(state): State<AppState>, Extension(life): Extension<watch::Receiver<Phase>>) -> Response {
    if *life.borrow() != Phase::Serving {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping").into_response();
    }
    match state.backend.db.read().await {
        Ok(_) => "ok".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "database").into_response()
        }
    }
}

/// Metrics in the Prometheus text format. Answers 404 outside the operator's own network.
async fn render_metrics(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(recorder): Extension<Option<PrometheusHandle>>,
    request: Request,
) -> Response {
    let is_inside = match peer.ip().to_canonical() {
        std::net::IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        std::net::IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    };
    // A request that a proxy forwards comes from outside.
    let is_forwarded = request.headers().contains_key("x-forwarded-for") || request.headers().contains_key("forwarded");
    match recorder {
        Some(recorder) if is_inside && !is_forwarded => recorder.render().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The method as a label. Clients may invent methods, and each label value is a time series that never goes away.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Counts and times every request by route, method and status (`docs/adr/0018-request-metrics.md`).
pub async fn measure(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = method(request.method());
    // The pattern, not the path: each id would be a time series of its own.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let labels = [("route", route), ("method", method.to_owned()), ("status", response.status().as_u16().to_string())];
    metrics::counter!("gerbang_requests_total", &labels).increment(1);
    metrics::histogram!("gerbang_request_seconds", &labels).record(start.elapsed().as_secs_f64());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_methods_are_one_figure() {
        assert_eq!(method(&Method::POST), "POST");
        assert_eq!(method(&Method::from_bytes(b"ABC1").unwrap()), "other");
        assert_eq!(method(&Method::from_bytes(b"ABC2").unwrap()), "other");
    }
}
