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
    let site = &config.site_dir;
    let folder = |name: &str| ServeDir::new(site.join(name)).precompressed_br().precompressed_gzip();
    let mut router = Router::new().nest_service("/pkg", folder("pkg")).nest_service("/fonts", folder("fonts"));
    for name in FILES {
        let file = ServeFile::new(site.join(name)).precompressed_br().precompressed_gzip();
        router = router.route_service(&format!("/{name}"), file);
    }
    router.layer(from_fn(keep))
}

/// How long browsers keep an asset. Names with a hash stand for their content forever; the others for a day.
async fn keep(request: Request, next: Next) -> Response {
    let forever = request.uri().path().starts_with("/fonts/") || request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    if response.status().is_success() {
        let value = if forever { "public, max-age=31536000, immutable" } else { "public, max-age=86400" };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}
