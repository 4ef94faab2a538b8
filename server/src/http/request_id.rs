//! The id of a request, which is in its log lines and its answer.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};

use crate::config::Config;

pub const NAME: &str = "x-request-id";
/// The longest id that is taken over.
const LONGEST: usize = 64;

/// Removes an id that does not come from a trusted proxy, or is more than a short word, so that a new one is made. Nobody
/// else may choose what the log says.
pub async fn keep_if_trusted(
    State(config): State<Arc<Config>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let ids = request.headers().get_all(NAME);
    let is_kept = config.trusts(peer.ip()) && ids.iter().count() == 1 && ids.iter().all(is_short_word);
    if !is_kept {
        request.headers_mut().remove(NAME);
    }
    next.run(request).await
}

fn is_short_word(id: &HeaderValue) -> bool {
    let is_of_a_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(is_of_a_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("018f3c1e-7b1a-7c3d-9e2f-0123456789ab", true)]
    #[case("a.b_C-9", true)]
    #[case("", false)]
    #[case("a b", false)]
    #[case("a\tb", false)]
    #[case("a=\"b\"", false)]
    #[case("{\"level\":\"ERROR\"}", false)]
    #[case("12345678901234567890123456789012345678901234567890123456789012345", false)]
    fn only_a_short_word_is_an_id(#[case] id: &'static str, #[case] is_one: bool) {
        assert_eq!(is_short_word(&HeaderValue::from_static(id)), is_one);
    }
}
