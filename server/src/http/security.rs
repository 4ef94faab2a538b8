//! Security headers of every response, and the same-origin check of unsafe requests.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::refusals::{Kind, refused};
use http::StatusCode;
use url::Url;

use super::{oidc, texts};
use crate::config::Config;

/// Adds the headers of ASVS 5.0, section 3.4. A header that a handler has set stays: pages bring a
/// Content-Security-Policy with their nonce.
pub async fn headers(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_asset = path.starts_with("/pkg/") || path.starts_with("/fonts/") || path == "/icons.svg";
    let mut response = next.run(request).await;
    let is_asset = is_asset && response.status().is_success();
    let headers = response.headers_mut();
    let mut set = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if is_asset {
        // The other headers protect documents, and every visit pays for their bytes.
        return response;
    }
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(
        header::HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    // Answers are personal. Handlers whose answer may be cached set the header themselves.
    set(header::CACHE_CONTROL, "no-store");
    if !config.is_development() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    response
}

/// Refuses unsafe methods unless a page of ours sent the request (ASVS 5.0, section 3.5.1), according to
/// `Sec-Fetch-Site`, or in older browsers `Origin` or `Referer`. A request without any of them is refused. The endpoints
/// in [`oidc::FOR_PLATFORMS`] are exempt: platforms call them from elsewhere, and they ignore our cookies.
pub async fn own_origin_only(State(base): State<Url>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let is_for_platforms = oidc::FOR_PLATFORMS.contains(&request.uri().path());
    if is_safe || is_for_platforms || is_same_origin(&base, request.headers()) {
        return next.run(request).await;
    }
    refused(Kind::Origin, "foreign_site");
    (StatusCode::FORBIDDEN, texts::FOREIGN_ORIGIN).into_response()
}

fn is_same_origin(base: &Url, headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let Some(from) = text(header::ORIGIN).or_else(|| text(header::REFERER)).and_then(|from| from.parse::<Url>().ok())
    else {
        return false;
    };
    // Either the configured address or the one that this request was sent to.
    let host = text(header::HOST).and_then(|host| format!("{}://{host}", from.scheme()).parse::<Url>().ok());
    from.origin() == base.origin() || host.is_some_and(|host| from.origin() == host.origin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[("sec-fetch-site", "same-origin")], true)]
    #[case(&[("sec-fetch-site", "same-site")], false)]
    #[case(&[("sec-fetch-site", "cross-site"), ("origin", "https://gerbang.contoh.go.id")], false)]
    #[case(&[("origin", "https://gerbang.contoh.go.id")], true)]
    #[case(&[("origin", "http://gerbang.contoh.go.id")], false)]
    #[case(&[("origin", "https://jahat.example")], false)]
    #[case(&[("origin", "null")], false)]
    #[case(&[("origin", "http://localhost:3000"), ("host", "localhost:3000")], true)]
    #[case(&[("referer", "https://gerbang.contoh.go.id/masuk")], true)]
    #[case(&[("referer", "https://gerbang.contoh.go.id.jahat.example/")], false)]
    #[case(&[], false)]
    fn only_from_pages_of_ours(#[case] given: &[(&'static str, &'static str)], #[case] passes: bool) {
        let base = "https://gerbang.contoh.go.id".parse().unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        assert_eq!(is_same_origin(&base, &headers), passes);
    }
}
