//! Drawing pages on the server, within bounds.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

/// How long a page may take to be drawn, longer than it waits for a database connection; how often it is tried.
const DRAWING: Duration = Duration::from_secs(6);
const DRAWINGS: u32 = 2;

/// Draws a page, and anew if it does not come. A guard, not a cure: in tests that open many servers in one process a page
/// was now and then never answered, and why is not known. Each time leaves an error in the log and counts
/// (`gerbang_pages_not_drawn_total`). Drawing changes nothing, so that it may be done twice.
pub async fn in_time<Fut>(parts: Parts, draw: impl Fn(Request<Body>) -> Fut) -> Response
where
    Fut: Future<Output = Response>,
{
    within(DRAWING, parts, draw).await
}

async fn within<Fut>(limit: Duration, parts: Parts, draw: impl Fn(Request<Body>) -> Fut) -> Response
where
    Fut: Future<Output = Response>,
{
    for _ in 0..DRAWINGS {
        let request = Request::from_parts(parts.clone(), Body::empty());
        match tokio::time::timeout(limit, draw(request)).await {
            Ok(response) => return response,
            Err(_) => tracing::error!(path = parts.uri.path(), "a page was not drawn in time"),
        }
        metrics::counter!("gerbang_pages_not_drawn_total").increment(1);
    }
    let text = "Halaman ini belum dapat ditampilkan. Coba lagi sebentar lagi.";
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn parts() -> Parts {
        Request::builder().uri("/akses").body(()).unwrap().into_parts().0
    }

    #[tokio::test]
    async fn a_page_that_does_not_come_is_drawn_anew() {
        let drawn = Cell::new(0);
        let draw = async |request: Request<Body>| {
            if drawn.replace(drawn.get() + 1) == 0 {
                std::future::pending::<()>().await;
            }
            request.uri().path().to_owned().into_response()
        };
        let response = within(Duration::from_millis(50), parts(), draw).await;
        assert_eq!((response.status(), drawn.get()), (StatusCode::OK, 2));
    }

    #[tokio::test]
    async fn a_page_that_never_comes_is_given_up() {
        let response = within(Duration::from_millis(5), parts(), |_| std::future::pending()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
    }
}
