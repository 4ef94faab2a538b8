//! HTTP: every route and, around them, every layer.

mod assets;
mod caller;
mod events;
mod files;
mod health;
mod limits;
mod oidc;
mod security;

use std::{sync::Arc, time::Duration};

use app::{App, shell, state::AppState};
use axum::{
    Router,
    body::Body,
    extract::DefaultBodyLimit,
    http::{HeaderName, Method, Request},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use http::StatusCode;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio::sync::watch;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::RequestBodyTimeoutLayer,
    trace::TraceLayer,
};

use crate::config::Config;

/// The most bytes of any request: a letter with its form, and room to read past one that is too big.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// How long a request's body may pause.
const PATIENCE: Duration = Duration::from_secs(60);

/// All routes, with `more` among those of people. `stopping` turns true when the server is to stop.
pub fn router(state: AppState, more: Router<AppState>, config: Arc<Config>, stopping: watch::Receiver<bool>) -> Router {
    let recorder = health::recorder();
    let pages = generate_route_list(App);
    let options = state.leptos_options.clone();
    let people = Router::new()
        .leptos_routes(&state, pages, move || shell(options.clone()))
        .layer(from_fn(drawn_in_time))
        .merge(app::routes::routes())
        .merge(files::routes())
        .merge(oidc::routes_of_people())
        .route("/akses/peristiwa", get(events::applications))
        .route("/verifikasi/peristiwa", get(events::cases))
        .merge(more)
        .layer(axum::Extension(events::Stopping(stopping)))
        .layer(axum::Extension(events::Streams::default()))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(limits::Limits::new(), limits::limit))
        .layer(from_fn_with_state((state.clone(), config.clone()), caller::identify));

    let request_id = HeaderName::from_static("x-request-id");
    let around = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(request_id.clone(), MakeRequestUuid))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(request_id))
        .layer(from_fn(health::measure))
        .layer(from_fn_with_state(config.clone(), security::headers))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| fault()))
        .layer(from_fn_with_state(state.backend.settings.base_url.clone(), security::own_origin_only));
    // Pictures are packed already, and a stream of events must not wait for a full block.
    let worth_packing = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("text/event-stream"));
    let packing =
        CompressionLayer::new().quality(CompressionLevel::Precise(4)).br(true).gzip(true).compress_when(worth_packing);

    Router::new()
        .merge(people.layer(packing))
        .merge(oidc::routes_of_platforms())
        .merge(assets::routes(&config))
        .merge(health::routes(recorder))
        .layer(RequestBodyTimeoutLayer::new(PATIENCE))
        .layer(around)
        .with_state(state)
}

/// Pages are drawn within bounds; what else is asked for at their routes is passed on.
async fn drawn_in_time(request: Request<Body>, next: Next) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    app::drawing::in_time(parts, |request| next.clone().run(request)).await
}

/// A request in the log: method and path. No query, since it may carry the secret of a link.
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request.headers().get("x-request-id").and_then(|value| value.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
}

/// The answer to a fault of ours that nothing else answered.
fn fault() -> Response {
    let text = "Terjadi gangguan pada sistem kami. Isian yang sudah tersimpan tetap aman. Coba lagi sebentar lagi.";
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}
