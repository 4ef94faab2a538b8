//! Health and figures, for whoever runs the product.

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

/// The recorder of all figures; one for the process.
pub fn recorder() -> Option<PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
            PrometheusBuilder::new().set_buckets(&buckets).ok()?.install_recorder().ok()
        })
        .clone()
}

/// `/health/live`, `/health/ready`, `/metrics`.
pub fn routes(recorder: Option<PrometheusHandle>) -> Router<AppState> {
    Router::new()
        .route("/health/live", get(|| async { "ok" }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(figures))
        .layer(Extension(recorder))
}

/// Whether requests can be answered: the database answers.
async fn ready(State(state): State<AppState>) -> Response {
    match state.backend.db.read().await {
        Ok(_) => "ok".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "database").into_response()
        }
    }
}

/// Figures in the format of Prometheus, for machines of the operator alone.
async fn figures(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(recorder): Extension<Option<PrometheusHandle>>,
    request: Request,
) -> Response {
    let inside = match peer.ip() {
        std::net::IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        std::net::IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    };
    // What a proxy passes on comes from outside.
    let passed_on = request.headers().contains_key("x-forwarded-for") || request.headers().contains_key("forwarded");
    match recorder {
        Some(recorder) if inside && !passed_on => recorder.render().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The method as a label. Others than these may be any word, and each word would be figures that stay for good.
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

/// Counts every request by route, method and status, with the seconds it took.
pub async fn measure(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = method(request.method());
    // The pattern, not the path: ids would make a figure each.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let labels = [("route", route), ("method", method.to_owned()), ("status", response.status().as_u16().to_string())];
    metrics::counter!("gerbang_requests_total", &labels).increment(1);
    metrics::histogram!("gerbang_request_seconds", &labels).record(began.elapsed().as_secs_f64());
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
