//! Takes the secrets of mailed links out of addresses.

use app::state::{Caller, MailedLink};
use axum::{
    extract::Request,
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::percent_decode_str;

/// Answers a link from a mail, `?token=…`, with a redirect to its page without the secret, which goes into a cookie.
/// Reads and writes nothing else, so a scanner of mail that opens links uses none up.
///
/// The click comes from another site, but it is a navigation with a safe method. Browsers store a cookie with
/// `SameSite=Lax` from its answer, and send it with the redirect (RFC 6265bis, sections 5.2 and 5.7).
pub async fn open(request: Request, next: Next) -> Response {
    let link = MailedLink::ALL.into_iter().find(|link| link.path() == request.uri().path());
    let is_opened = matches!(*request.method(), Method::GET | Method::HEAD);
    let opened = link.filter(|_| is_opened).zip(request.uri().query().and_then(without_secret));
    let (Some((link, (secret, rest))), Some(caller)) = (opened, request.extensions().get::<Caller>()) else {
        return next.run(request).await;
    };
    let page = if rest.is_empty() { link.path().to_owned() } else { format!("{}?{rest}", link.path()) };
    let mut response = Redirect::to(&page).into_response();
    if let Some(cookie) = caller.cookies.set_link(link, &secret) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The first secret of a query, and the query without any; `None` if it holds none.
fn without_secret(query: &str) -> Option<(String, String)> {
    let is_secret = |pair: &&str| decoded(pair.split('=').next().unwrap_or_default()) == "token";
    let (secrets, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_secret);
    let secret = secrets.first()?.split_once('=').map_or_else(String::new, |(_, value)| decoded(value));
    Some((secret, rest.join("&")))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("token=abc", Some(("abc", "")))]
    #[case("a=1&token=abc&b=2", Some(("abc", "a=1&b=2")))]
    #[case("%74oken=a%2Db", Some(("a-b", "")))]
    #[case("token=abc&token=def", Some(("abc", "")))]
    #[case("token", Some(("", "")))]
    #[case("tokens=1&x=token", None)]
    #[case("", None)]
    fn the_secret_leaves_the_query(#[case] query: &str, #[case] expected: Option<(&str, &str)>) {
        let expected = expected.map(|(secret, rest)| (secret.to_owned(), rest.to_owned()));
        assert_eq!(without_secret(query), expected);
    }
}
