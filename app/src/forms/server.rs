//! Taking a posted form on the server.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::issues::{Field, Issue, Problem};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Posted, Reply, notice};
use crate::{
    error::ApiError,
    shell,
    state::{AppState, Caller},
};

/// The most bytes of a form without files.
const MOST_BYTES: usize = 64 * 1024;
/// The most bytes of one that are read: an answer before its end would meet a browser that still sends, and be lost.
const MOST_READ: usize = 1024 * 1024;

/// A posted form: who sent it, what it says, and all that is needed to answer.
pub struct Post<T> {
    /// Who sent it.
    pub caller: Caller,
    /// What it says.
    pub form: T,
    /// How it is answered.
    pub answer: Answer,
}

/// A form whose button says all.
#[derive(serde::Deserialize)]
pub struct NoFields {}

/// How a posted form is answered.
pub struct Answer {
    state: AppState,
    parts: Parts,
    values: Vec<(String, String)>,
}

/// What a form that is done leads to.
pub struct Done {
    to: String,
    cookie: Option<HeaderValue>,
    session: bool,
    platform: Option<String>,
}

impl Done {
    /// On to this path of ours.
    pub fn go(to: impl Into<String>) -> Self {
        Self { to: to.into(), cookie: None, session: false, platform: None }
    }

    /// On to this address of the platform of this name. Without script a page of ours leads there: browsers let a form
    /// be answered by a redirect only within `form-action` (CSP3, section 6.3.1), and that stays our own origin.
    pub fn leave(to: impl Into<String>, platform: impl Into<String>) -> Self {
        Self { platform: Some(platform.into()), ..Self::go(to) }
    }

    /// And set this cookie, which changes who is signed in.
    #[must_use]
    pub fn with_session(self, cookie: Option<HeaderValue>) -> Self {
        Self { cookie, session: true, ..self }
    }
}

impl<T: DeserializeOwned + Send> FromRequest<AppState> for Post<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let read = match axum::body::to_bytes(body, MOST_READ).await {
            Ok(body) if body.len() <= MOST_BYTES => serde_urlencoded::from_bytes(&body).map_err(|_| Unread::NoForm),
            _ => Err(Unread::TooLarge),
        };
        match read {
            Ok(values) => Self::new(parts, state, values).await,
            Err(why) => Err(why.refuse(parts, state).await),
        }
    }
}

impl<T: DeserializeOwned> Post<T> {
    /// From the fields of a form, however they came.
    ///
    /// # Errors
    /// A response that refuses what is no form of ours.
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

/// Why a post is no form of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than anybody types.
    TooLarge,
    /// It is no form.
    NoForm,
    /// It broke off on the way.
    BrokenOff,
}

impl Unread {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoForm | Self::BrokenOff => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::TooLarge => "Isian terlalu besar.",
            Self::NoForm => "Formulir tidak terbaca.",
            Self::BrokenOff => "Isian tidak sampai seluruhnya.",
        }
    }

    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::TooLarge => "Kembali ke halaman sebelumnya, persingkat isian, lalu kirim lagi.",
            Self::NoForm | Self::BrokenOff => "Kembali ke halaman sebelumnya, muat ulang, lalu kirim lagi.",
        }
    }

    /// Answers it: to script with a reply, else with a page.
    pub async fn refuse(self, parts: Parts, state: &AppState) -> Response {
        if wants_json(&parts.headers) {
            let problem = match self {
                Self::TooLarge => Problem::TooLong { max: MOST_BYTES },
                Self::NoForm | Self::BrokenOff => Problem::Unavailable,
            };
            return Json(Reply::Stay(vec![Issue::new(Field::Form, problem)])).into_response();
        }
        notice::unread(state.leptos_options.clone(), parts, self).await
    }
}

/// The id in the path of a form; where it is none, the page says that there is no such thing.
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

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

impl Answer {
    /// The path that was posted to.
    pub fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// What was posted, in order.
    pub fn values(&self) -> &[(String, String)] {
        &self.values
    }

    /// A form that is refused is drawn on this page of ours, not on one at the path that it was posted to.
    #[must_use]
    pub fn on(mut self, page: &str) -> Self {
        if let Ok(uri) = page.parse() {
            self.parts.uri = uri;
        }
        self
    }

    /// Answers: done, or not done because of an error. An error that the form cannot show leads to a page that can.
    pub async fn send(self, outcome: Result<Done, ApiError>) -> Response {
        match outcome {
            Ok(Done { to, cookie, platform: Some(platform), .. }) if !self.wants_json() => {
                let mut response = notice::leaving(self.state.leptos_options, self.parts, to, platform).await;
                if let Some(cookie) = cookie {
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                }
                response
            }
            Ok(done) => self.go(done),
            Err(error) => self.refuse(error).await,
        }
    }

    /// Answers with a page that stands alone and is at no address, so that it cannot be opened again.
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

    /// What was typed, without secrets.
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
        if let Some(cookie) = done.cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    async fn refuse(self, error: ApiError) -> Response {
        let status = error.status();
        let issues = match error {
            // To script, the page says it and stays as it is, so that nothing typed is lost.
            ApiError::SignedOut if self.wants_json() => vec![Issue::new(Field::Form, Problem::SignedOut)],
            ApiError::SignedOut => {
                let typed = self.typed();
                return notice::signed_out(self.state.leptos_options, self.parts, typed).await;
            }
            // The page itself says that it is gone.
            ApiError::NotFound => return self.not_found().await,
            ApiError::Invalid(issues) => issues,
            ApiError::Conflict(conflict) => vec![Issue::new(Field::Form, Problem::Conflict(conflict))],
            ApiError::TooMany(until) => vec![Issue::new(Field::Form, Problem::TooManyAttempts { until })],
            ApiError::Unavailable => vec![Issue::new(Field::Form, Problem::Unavailable)],
        };
        if self.wants_json() {
            // To script, the reply itself says what is wrong; browsers log a status that is not 200 as a failure.
            return Json(Reply::Stay(issues)).into_response();
        }
        let posted = Posted { path: self.path().to_owned(), issues, values: self.typed() };
        self.page_again(status, Some(posted)).await
    }

    async fn not_found(self) -> Response {
        if self.wants_json() {
            let to = self.path().to_owned();
            return Json(Reply::Go { to, session: false }).into_response();
        }
        self.page_again(StatusCode::NOT_FOUND, None).await
    }

    /// Draws the page that was posted to, with the form as it came.
    async fn page_again(mut self, status: StatusCode, posted: Option<Posted>) -> Response {
        self.parts.method = Method::GET;
        if let Some(posted) = posted {
            self.parts.extensions.insert(posted);
        }
        let options = self.state.leptos_options.clone();
        let render = leptos_axum::render_app_async_with_context(|| {}, move || shell(options.clone()));
        let mut response = crate::drawing::in_time(self.parts, render).await;
        // A page that found something worse has the word.
        if response.status() == StatusCode::OK {
            *response.status_mut() = status;
        }
        response
    }
}

/// A path of ours to go on to, or `otherwise`: what does not begin with a single slash could lead to a stranger.
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
    fn only_paths_of_ours_are_gone_to(#[case] path: Option<&str>, #[case] expected: &str) {
        assert_eq!(own_path(path, "/akses"), expected);
    }
}
