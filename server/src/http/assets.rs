//! The built site: the WASM, the style, typeface and icons, as packed at build time.

use std::sync::Arc;

use app::state::AppState;
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::Response,
};
use tower_http::services::{ServeDir, ServeFile};

use crate::config::Config;

/// What lies at the root of the site.
const FILES: &[&str] = &["icons.svg", "gate.svg", "icon.svg"];

/// The routes of all assets.
pub fn routes(config: &Arc<Config>) -> Router<AppState> {
    let site = &config.server.site_dir;
    let folder = |name: &str| ServeDir::new(site.join(name)).precompressed_br().precompressed_gzip();
    let mut router = Router::new().nest_service("/pkg", folder("pkg")).nest_service("/fonts", folder("fonts"));
    for name in FILES {
        let file = ServeFile::new(site.join(name)).precompressed_br().precompressed_gzip();
        router = router.route_service(&format!("/{name}"), file);
    }
    router.layer(from_fn(keep))
}

/// How long browsers keep an asset: forever what lies in a folder that is named after its content, and the typeface; the
/// icons for a day; code that was just built for trying things not at all.
async fn keep(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let value = match path.strip_prefix("/pkg/") {
        Some(rest) if !rest.contains('/') => "no-cache",
        None if !path.starts_with("/fonts/") => "public, max-age=86400",
        _ => "public, max-age=31536000, immutable",
    };
    let mut response = next.run(request).await;
    if response.status().is_success() {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}
