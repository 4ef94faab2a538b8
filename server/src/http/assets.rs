//! The built site: WASM, style sheets, fonts and icons, compressed at build time.

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

/// Files at the root of the site.
const FILES: &[&str] = &["icons.svg", "gate.svg", "icon.svg"];

pub fn routes(config: &Arc<Config>) -> Router<AppState> {
    let site = &config.server.site_dir;
    let folder = |name: &str| ServeDir::new(site.join(name)).precompressed_br().precompressed_gzip();
    let mut router = Router::new().nest_service("/pkg", folder("pkg")).nest_service("/fonts", folder("fonts"));
    for name in FILES {
        let file = ServeFile::new(site.join(name)).precompressed_br().precompressed_gzip();
        router = router.route_service(&format!("/{name}"), file);
    }
    router.layer(from_fn(set_cache_control))
}

/// Lets browsers cache fonts, and code in a folder named after its content, for ever, and icons for a day. Code without
/// such a folder comes from a development build and is revalidated every time.
async fn set_cache_control(request: Request, next: Next) -> Response {
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
