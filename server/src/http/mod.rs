//! All routes and the layers around them.

mod assets;
mod caller;
mod events;
mod files;
mod health;
mod limits;
mod links;
mod oidc;
mod security;
mod texts;

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

/// Limit of every request body: a letter with its form, and room to read past one that is too big, so that the form can
/// be drawn again.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// How long a request body may pause.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);

/// Builds the router, with `more` among the routes for browsers. `shutdown` turns true when the server stops.
pub fn router(state: AppState, more: Router<AppState>, config: Arc<Config>, shutdown: watch::Receiver<bool>) -> Router {
    let recorder = health::recorder();
    let pages = generate_route_list(App);
    let options = state.leptos_options.clone();
    let people = Router::new()
        .leptos_routes(&state, pages, move || shell(options.clone()))
        .layer(from_fn(draw_in_time))
        .merge(app::routes::routes())
        .merge(files::routes())
        .merge(oidc::browser_routes())
        .route("/akses/peristiwa", get(events::applications))
        .route("/verifikasi/peristiwa", get(events::cases))
        .merge(more)
        .layer(axum::Extension(events::Shutdown(shutdown)))
        .layer(axum::Extension(events::OpenStreams::default()))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(links::open))
        .layer(from_fn(limits::limit_person))
        .layer(from_fn_with_state(limits::Limits::new(), limits::limit_address))
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
    // PDFs are compressed already, and an event must not wait for a full block. The default excludes images.
    let compressible = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("text/event-stream"));
    let compression =
        CompressionLayer::new().quality(CompressionLevel::Precise(4)).br(true).gzip(true).compress_when(compressible);

    Router::new()
        .merge(people.layer(compression))
        .merge(oidc::platform_routes())
        .merge(assets::routes(&config))
        .merge(health::routes(recorder))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(around)
        .with_state(state)
}

/// Draws pages with a time limit and one retry ([`app::drawing`]). Other methods pass through.
async fn draw_in_time(request: Request<Body>, next: Next) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    app::drawing::in_time(parts, |request| next.clone().run(request)).await
}

/// The log span of a request. It leaves the query out, which may hold the secret of a mailed link
/// ([`links`] takes it out of the address).
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request.headers().get("x-request-id").and_then(|value| value.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
}

/// The answer after a panic.
fn fault() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, texts::FAULT).into_response()
}
