//! Reads posted forms on the server and answers them.

use axum::{
    Json,
    body::{Body, HttpBody},
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::secrets::Token;
use bytes::BytesMut;
use domain::{
    accounts::email::Email,
    issues::{Field, Issue, Problem},
    time::Zone,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Posted, Reply, notice};
pub use crate::error::Unread;
use crate::{
    error::ApiError,
    shell,
    state::{AppState, Caller, MailedLink},
    texts,
};

/// The largest form without files, in bytes. A larger one is read to its end or to the server's limit and not kept,
/// because a browser that is still sending would not receive the answer.
const MAX_BYTES: usize = 64 * 1024;

/// A posted form, with its sender and the means to answer.
pub struct Post<T> {
    pub caller: Caller,
    pub form: T,
    pub answer: Answer,
}

/// A form without fields, such as a button.
#[derive(serde::Deserialize)]
pub struct NoFields {}

/// Answers a posted form, with a page or for script.
pub struct Answer {
    state: AppState,
    parts: Parts,
    values: Vec<(String, String)>,
}

/// The next page after success.
pub struct Done {
    to: String,
    cookies: Vec<HeaderValue>,
    session: bool,
    platform: Option<String>,
}

impl Done {
    /// Goes to a path of ours.
    pub fn go(to: impl Into<String>) -> Self {
        Self { to: to.into(), cookies: Vec::new(), session: false, platform: None }
    }

    /// Goes to a URL of the named platform. Without script, a page of ours leads there: `form-action` also limits
    /// redirects after a post (CSP3, section 6.3.1), and ours allows only our own origin.
    pub fn leave(to: impl Into<String>, platform: impl Into<String>) -> Self {
        Self { platform: Some(platform.into()), ..Self::go(to) }
    }

    /// Also sets cookies, the session's among them: somebody signed in or out.
    #[must_use]
    pub fn with_session(self, cookies: impl IntoIterator<Item = HeaderValue>) -> Self {
        Self { session: true, ..self.with_cookies(cookies) }
    }

    /// Also sets cookies that change nothing on screen.
    #[must_use]
    pub fn with_cookies(mut self, cookies: impl IntoIterator<Item = HeaderValue>) -> Self {
        self.cookies.extend(cookies);
        self
    }
}

impl<T: DeserializeOwned + Send> FromRequest<AppState> for Post<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let read = read_small(body).await;
        match read.and_then(|body| serde_urlencoded::from_bytes(&body).map_err(|_| Unread::NoForm)) {
            Ok(values) => Self::new(parts, state, values).await,
            Err(why) => Err(why.refuse(parts, state).await),
        }
    }
}

/// Reads a body of at most [`MAX_BYTES`].
async fn read_small(body: Body) -> Result<BytesMut, Unread> {
    let mut body = std::pin::pin!(body);
    let (mut kept, mut read) = (BytesMut::new(), 0);
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let Ok(frame) = frame else {
            return Err(if read > MAX_BYTES { Unread::TooLarge } else { Unread::BrokenOff });
        };
        let Ok(piece) = frame.into_data() else { continue };
        read += piece.len();
        if read > MAX_BYTES {
            kept = BytesMut::new();
        } else {
            kept.extend_from_slice(&piece);
        }
    }
    if read > MAX_BYTES { Err(Unread::TooLarge) } else { Ok(kept) }
}

impl<T: DeserializeOwned> Post<T> {
    /// Builds the form from the fields of any encoding.
    ///
    /// # Errors
    /// The response for a post that is not this form.
    pub async fn new(parts: Parts, state: &AppState, values: Vec<(String, String)>) -> Result<Self, Response> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let encoded = serde_urlencoded::to_string(&values).ok();
        let form = encoded.and_then(|encoded| serde_urlencoded::from_str(&encoded).ok());
        match caller.zip(form) {
            Some((caller, form)) => Ok(Self { caller, form, answer: Answer { state: state.clone(), parts, values } }),
            None => Err(Unread::NoForm.refuse(parts, state).await),
        }
    }
}

impl Unread {
    /// Answers script with a [`Reply`], others with a page.
    pub async fn refuse(self, parts: Parts, state: &AppState) -> Response {
        if wants_json(&parts.headers) {
            let problem = match self {
                Self::TooLarge => Problem::TooLong { max: MAX_BYTES },
                Self::NoForm | Self::BrokenOff => Problem::Unavailable,
            };
            return Json(Reply::Stay(vec![Issue::new(Field::Form, problem)])).into_response();
        }
        notice::unread(state.leptos_options.clone(), parts, self).await
    }
}

/// The id in the path. If it is not a UUID, the answer is the page for what does not exist.
pub struct Id(pub Uuid);

impl FromRequestParts<AppState> for Id {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => {
                let answer = Answer { state: state.clone(), parts: parts.clone(), values: Vec::new() };
                Err(answer.not_found().await)
            }
        }
    }
}

/// Fails if a form was drawn for another address than that of the mailed link which is open now: of two links in two
/// tabs, the later one counts, and the form of the earlier must not act on its account.
///
/// # Errors
/// [`Problem::OtherLink`].
pub fn expect_shown(shown: &str, opened: &Email) -> Result<(), ApiError> {
    if shown.is_empty() || shown == opened.as_str() {
        return Ok(());
    }
    Err(ApiError::from(backend::Error::invalid(Field::Form, Problem::OtherLink)))
}

fn set_cookies(response: &mut Response, cookies: Vec<HeaderValue>) {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

impl Answer {
    pub fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// The secret of the mailed link that is open in the browser that sent the form.
    ///
    /// # Errors
    /// [`Problem::LinkNotOpen`].
    pub fn secret_of(&self, caller: &Caller, link: MailedLink) -> Result<Token, ApiError> {
        caller.secret_of(link, &self.parts.headers)
    }

    /// Names and values in the order of the form.
    pub fn values(&self) -> &[(String, String)] {
        &self.values
    }

    /// A refused form is shown on this page instead of the page at the posted path.
    #[must_use]
    pub fn on(mut self, page: &str) -> Self {
        if let Ok(uri) = page.parse() {
            self.parts.uri = uri;
        }
        self
    }

    /// Answers with the outcome. An error that the form cannot show is answered with another page.
    pub async fn send(self, outcome: Result<Done, ApiError>) -> Response {
        match outcome {
            Ok(Done { to, cookies, platform: Some(platform), .. }) if !self.wants_json() => {
                let mut response = notice::leaving(self.state.leptos_options, self.parts, to, platform).await;
                set_cookies(&mut response, cookies);
                response
            }
            Ok(done) => self.go(done),
            Err(error) => self.refuse(error).await,
        }
    }

    /// Answers with a page without a URL, which cannot be opened again.
    pub async fn alone(
        self,
        title: &'static str,
        content: impl Fn() -> leptos::prelude::AnyView + Clone + Send + Sync + 'static,
    ) -> Response {
        notice::draw(self.state.leptos_options, self.parts, StatusCode::OK, title, content).await
    }

    fn wants_json(&self) -> bool {
        wants_json(&self.parts.headers)
    }

    /// The values, without secrets.
    fn typed(&self) -> Vec<(String, String)> {
        let secret = |name: &str| name.parse::<Field>().is_ok_and(Field::is_secret);
        self.values.iter().filter(|(name, _)| !secret(name)).cloned().collect()
    }

    fn go(&self, done: Done) -> Response {
        let mut response = if self.wants_json() {
            Json(Reply::Go { to: done.to, session: done.session }).into_response()
        } else {
            Redirect::to(&done.to).into_response()
        };
        set_cookies(&mut response, done.cookies);
        response
    }

    async fn refuse(self, error: ApiError) -> Response {
        let status = error.status();
        let wait = self.wait(&error);
        let issues = match error {
            // With script, the page stays and shows the message, so that nothing typed is lost.
            ApiError::SignedOut if self.wants_json() => vec![Issue::new(Field::Form, Problem::SignedOut)],
            ApiError::SignedOut => {
                let typed = self.typed();
                return notice::signed_out(self.state.leptos_options, self.parts, typed).await;
            }
            ApiError::NotFound => return self.not_found().await,
            ApiError::Invalid(issues) => issues,
            ApiError::Conflict(conflict) => vec![Issue::new(Field::Form, Problem::Conflict(conflict))],
            ApiError::TooMany(until) => vec![Issue::new(Field::Form, Problem::TooManyAttempts { until })],
            ApiError::Busy { seconds } => vec![Issue::new(Field::Form, Problem::Busy { seconds })],
            ApiError::Unavailable => vec![Issue::new(Field::Form, Problem::Unavailable)],
        };
        if self.wants_json() {
            // Status 200: browsers log any other status as a failed request.
            return Json(Reply::Stay(issues)).into_response();
        }
        let sentence = issues.first().map(|issue| texts::sentence(issue, Zone::default()));
        let posted = Posted { path: self.path().to_owned(), issues, values: self.typed() };
        let mut response = self.page_again(status, Some(posted)).await;
        // A page that leads elsewhere would hide that nothing was done.
        if let Some(sentence) = sentence
            && status == StatusCode::TOO_MANY_REQUESTS
            && response.status().is_redirection()
        {
            response = (status, sentence).into_response();
        }
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }

    /// Seconds after which another try may succeed.
    fn wait(&self, error: &ApiError) -> Option<u64> {
        match error {
            ApiError::TooMany(until) => Some(self.state.backend.world.now().seconds_until(*until).max(1)),
            ApiError::Busy { seconds } => Some(u64::from(*seconds)),
            _ => None,
        }
    }

    async fn not_found(self) -> Response {
        if self.wants_json() {
            let to = self.path().to_owned();
            return Json(Reply::Go { to, session: false }).into_response();
        }
        self.page_again(StatusCode::NOT_FOUND, None).await
    }

    /// Renders the page at the posted path, with the form as it was sent.
    async fn page_again(mut self, status: StatusCode, posted: Option<Posted>) -> Response {
        self.parts.method = Method::GET;
        // Reading the page is not limited.
        if let Some(caller) = self.parts.extensions.get_mut::<Caller>() {
            caller.throttled = None;
        }
        if let Some(posted) = posted {
            self.parts.extensions.insert(posted);
        }
        let options = self.state.leptos_options.clone();
        let render = leptos_axum::render_app_async_with_context(|| {}, move || shell(options.clone()));
        let mut response = crate::drawing::in_time(self.parts, render).await;
        // Keep the page's own error status.
        if response.status() == StatusCode::OK {
            *response.status_mut() = status;
        }
        response
    }
}

/// `path` if it stays on our site, else `otherwise`. Only a single leading slash is safe: `//host` leads elsewhere.
pub fn own_path(path: Option<&str>, otherwise: &str) -> String {
    path.filter(|path| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && path.bytes().all(|byte| byte.is_ascii_graphic())
    })
    .unwrap_or(otherwise)
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Some("/akses"), "/akses")]
    #[case(Some("/akses/pengajuan/1?x=2"), "/akses/pengajuan/1?x=2")]
    #[case(Some("//jahat.example"), "/akses")]
    #[case(Some("https://jahat.example"), "/akses")]
    #[case(Some("/\\jahat.example"), "/akses")]
    #[case(Some("/a\nb"), "/akses")]
    #[case(Some("/é"), "/akses")]
    #[case(None, "/akses")]
    fn only_our_own_paths_are_followed(#[case] path: Option<&str>, #[case] expected: &str) {
        assert_eq!(own_path(path, "/akses"), expected);
    }
}
