//! Renders pages on the server within a time limit.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use crate::texts::notices::NOT_RENDERED;

/// The time limit of one attempt, longer than the wait for a database connection, and the number of attempts.
const LIMIT: Duration = Duration::from_secs(6);
const ATTEMPTS: u32 = 2;

/// Renders a page, and again if it exceeds the limit. Rendering changes nothing, so that it can be repeated.
///
/// This guards against a page that never completes, which tests with many servers in one process have shown; the cause is
/// unknown. Each case is logged as an error and counted in `gerbang_pages_not_drawn_total`.
pub async fn in_time<Fut>(parts: Parts, draw: impl Fn(Request<Body>) -> Fut) -> Response
where
    Fut: Future<Output = Response>,
{
    within(LIMIT, parts, draw).await
}

async fn within<Fut>(limit: Duration, parts: Parts, draw: impl Fn(Request<Body>) -> Fut) -> Response
where
    Fut: Future<Output = Response>,
{
    for _ in 0..ATTEMPTS {
        let request = Request::from_parts(parts.clone(), Body::empty());
        match tokio::time::timeout(limit, draw(request)).await {
            Ok(response) => return response,
            Err(_) => tracing::error!(path = parts.uri.path(), "a page was not drawn in time"),
        }
        metrics::counter!("gerbang_pages_not_drawn_total").increment(1);
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], NOT_RENDERED).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn parts() -> Parts {
        Request::builder().uri("/akses").body(()).unwrap().into_parts().0
    }

    #[tokio::test]
    async fn slow_page_is_rendered_again() {
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
    async fn page_that_never_completes_is_given_up() {
        let response = within(Duration::from_millis(5), parts(), |_| std::future::pending()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
    }
}
