//! All routes and the layers around them.

mod assets;
mod bodies;
mod caller;
mod events;
mod files;
mod health;
mod limits;
mod links;
mod oidc;
mod per_person;
mod request_id;
mod security;
mod texts;

use std::sync::Arc;

use app::{App, shell, state::AppState};
use axum::{
    Router,
    body::Body,
    extract::DefaultBodyLimit,
    http::{HeaderName, Method, Request, header},
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
    trace::TraceLayer,
};

use crate::{
    config::Config,
    connections::{Phase, Seat},
};

/// Builds the router, with `more` among the routes for browsers.
pub fn router(state: AppState, more: Router<AppState>, config: Arc<Config>, life: watch::Receiver<Phase>) -> Router {
    let recorder = health::recorder();
    let pages = generate_route_list(App);
    let options = state.leptos_options.clone();
    let letters = bodies::Letters::new();
    let people = Router::new()
        .leptos_routes(&state, pages, move || shell(options.clone()))
        .layer(from_fn(draw_in_time))
        .merge(app::routes::routes())
        .merge(files::routes())
        .merge(oidc::browser_routes())
        .route("/akses/peristiwa", get(events::applications))
        .route("/verifikasi/peristiwa", get(events::cases))
        .merge(more)
        .layer(axum::Extension(events::Life(life.clone())))
        .layer(axum::Extension(events::OpenStreams::default()))
        .layer(DefaultBodyLimit::max(bodies::MOST_FORM))
        .layer(from_fn_with_state(letters.clone(), bodies::guard))
        .layer(from_fn(links::open))
        .layer(from_fn(limits::limit_person))
        .layer(from_fn_with_state(limits::Limits::new(), limits::limit_address))
        .layer(from_fn_with_state((state.clone(), config.clone()), caller::identify));

    let request_id = HeaderName::from_static(request_id::NAME);
    let around = ServiceBuilder::new()
        .layer(from_fn_with_state(config.clone(), request_id::keep_if_trusted))
        .layer(SetRequestIdLayer::new(request_id.clone(), MakeRequestUuid))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(request_id))
        .layer(from_fn(health::measure))
        .layer(from_fn_with_state(config.clone(), security::headers))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| fault()))
        .layer(from_fn(only_health_without_a_seat))
        .layer(from_fn_with_state(state.backend.settings.base_url.clone(), security::own_origin_only));
    // PDFs are compressed already, and an event must not wait for a full block. The default excludes images.
    let compressible = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("text/event-stream"));
    let compression =
        CompressionLayer::new().quality(CompressionLevel::Precise(4)).br(true).gzip(true).compress_when(compressible);

    Router::new()
        .merge(people.layer(compression))
        .merge(oidc::platform_routes().layer(from_fn_with_state(letters, bodies::guard)))
        .merge(assets::routes(&config))
        .merge(health::routes(recorder, life))
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

/// Answers 503 on the connections that are kept for health checks while all others are busy.
async fn only_health_without_a_seat(request: Request<Body>, next: Next) -> Response {
    let is_spare = request.extensions().get::<Seat>().is_some_and(Seat::is_spare);
    if !is_spare || health::PATHS.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let headers = [(header::RETRY_AFTER, "5"), (header::CONNECTION, "close")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, texts::UNAVAILABLE).into_response()
}

/// The log span of a request. It leaves the query out, which may hold the secret of a mailed link
/// ([`links`] takes it out of the address).
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request.headers().get(request_id::NAME).and_then(|value| value.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
}

/// The answer after a panic.
fn fault() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, texts::FAULT).into_response()
}
