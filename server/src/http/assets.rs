//! The built site: WASM, style sheets, fonts and icons, compressed at build time. It is read into memory at the start: a
//! deploy that replaces the files changes nothing for a running server, whose pages name the files of its own version.

use std::{collections::HashMap, fs, io, path::Path, sync::Arc};

use app::state::AppState;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use backend::secrets::{hex, sha256};

use crate::config::Config;

/// Folders of the site whose files are served.
const FOLDERS: &[&str] = &["pkg", "fonts"];
/// Files at the root of the site.
const FILES: &[&str] = &["icons.svg", "gate.svg", "icon.svg"];

/// Files by path, which begins with a slash.
type Site = HashMap<String, Asset>;

struct Asset {
    plain: Bytes,
    /// Compressed with Brotli and gzip, where that is smaller.
    br: Option<Bytes>,
    gz: Option<Bytes>,
    kind: &'static str,
    /// Cache-Control.
    kept: &'static str,
    etag: HeaderValue,
}

pub fn routes(config: &Arc<Config>) -> Router<AppState> {
    let mut site = Site::new();
    for name in FOLDERS.iter().chain(FILES) {
        let path = config.server.site_dir.join(name);
        if let Err(error) = read(&path, &format!("/{name}"), &mut site)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::error!(%error, path = %path.display(), "a part of the site cannot be read");
        }
    }
    let mut router = Router::new().route("/pkg/{*path}", get(serve)).route("/fonts/{*path}", get(serve));
    for name in FILES {
        router = router.route(&format!("/{name}"), get(serve));
    }
    router.with_state(Arc::new(site))
}

/// Reads a file, or all files below a folder. Compressed ones belong to the file that they are named after.
fn read(path: &Path, name: &str, site: &mut Site) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            read(&entry.path(), &format!("{name}/{}", entry.file_name().to_string_lossy()), site)?;
        }
        return Ok(());
    }
    if name.ends_with(".br") || name.ends_with(".gz") {
        return Ok(());
    }
    let plain = fs::read(path)?;
    let beside = |ending: &str| fs::read(format!("{}.{ending}", path.display())).ok().map(Bytes::from);
    let etag = format!("\"{}\"", &hex(&sha256(&plain))[..16]);
    let asset = Asset {
        br: beside("br"),
        gz: beside("gz"),
        kind: kind(name),
        kept: kept(name),
        etag: HeaderValue::from_str(&etag).map_err(io::Error::other)?,
        plain: plain.into(),
    };
    site.insert(name.to_owned(), asset);
    Ok(())
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Browsers keep fonts, and code in a folder named after its content, for ever, and icons for a day. Code without such a
/// folder comes from a site that was built by hand and is revalidated every time.
fn kept(name: &str) -> &'static str {
    match name.strip_prefix("/pkg/") {
        Some(rest) if !rest.contains('/') => "no-cache",
        None if !name.starts_with("/fonts/") => "public, max-age=86400",
        _ => "public, max-age=31536000, immutable",
    }
}

async fn serve(State(site): State<Arc<Site>>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(asset) = site.get(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    let common = [
        (header::CACHE_CONTROL, HeaderValue::from_static(asset.kept)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        (header::ETAG, asset.etag.clone()),
    ];
    if headers.get(header::IF_NONE_MATCH) == Some(&asset.etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let packed = [("br", &asset.br), ("gzip", &asset.gz)].into_iter().find_map(|(name, bytes)| {
        let bytes = bytes.as_ref().filter(|_| accepts(&headers, name))?;
        Some(([(header::CONTENT_ENCODING, name)], bytes.clone()))
    });
    let kind = [(header::CONTENT_TYPE, asset.kind)];
    match packed {
        Some(packed) => (common, kind, packed).into_response(),
        None => (common, kind, asset.plain.clone()).into_response(),
    }
}

/// True if a client accepts this encoding (RFC 9110, section 12.5.3).
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let listed = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    listed.flat_map(|value| value.split(',')).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("gzip, deflate, br, zstd", true)]
    #[case("BR;q=0.5", true)]
    #[case("br;q=0", false)]
    #[case("br;q=0.000, gzip", false)]
    #[case("gzip", false)]
    #[case("", false)]
    fn encodings_are_those_that_the_client_lists(#[case] listed: &'static str, #[case] accepted: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(listed));
        assert_eq!(accepts(&headers, "br"), accepted);
    }
}
