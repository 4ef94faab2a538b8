//! The demo platform "Daftar Hitam": a relying party on the client library `openidconnect`. It shows who signed in with
//! which access, supports sign-in from the platform and from Gerbang, reads userinfo, refreshes tokens, switches the
//! access, and ends its session when Gerbang's session ends. It keeps everything in memory.

mod logout_token;
mod pages;
mod relying_party;

pub use relying_party::sender;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Form, Router,
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderValue},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use openidconnect::{CsrfToken, LoginHint, Nonce, PkceCodeVerifier, core::CoreAuthPrompt};
use serde::Deserialize;
use tokio::net::TcpListener;
use url::Url;

use self::{
    pages::Notice,
    relying_party::{Entered, RelyingParty, Trouble},
};

/// The session cookie. Cookies ignore ports, so Gerbang's may arrive beside it.
const COOKIE: &str = "daftar_hitam";
/// How long a sign-in may take: Gerbang keeps its request for 10 minutes.
const PATIENCE: Duration = Duration::from_secs(600);
/// Limit on pending sign-ins and on sessions, because they are kept in memory.
const MOST: usize = 10_000;

/// The platform, listening but not yet serving.
pub struct DemoPlatform {
    listener: TcpListener,
    addr: SocketAddr,
}

impl DemoPlatform {
    /// Listens at `addr`.
    ///
    /// # Errors
    /// If it cannot listen there.
    pub async fn bind(addr: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        Ok(Self { listener, addr })
    }

    /// The bound address.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves the platform, which people reach at `own`, with Gerbang at `issuer`. Gerbang may start later: its
    /// metadata are read when the first person signs in.
    ///
    /// # Errors
    /// If the listener fails, or the HTTP client cannot be made.
    pub async fn serve(self, own: Url, issuer: Url) -> std::io::Result<()> {
        let party = RelyingParty::new(own, &issuer).map_err(std::io::Error::other)?;
        let platform = Arc::new(Platform { party, pending: Mutex::default(), sessions: Mutex::default() });
        axum::serve(self.listener, router(platform)).await
    }
}

struct Platform {
    party: RelyingParty,
    /// Pending sign-ins by their `state`.
    pending: Mutex<HashMap<String, Pending>>,
    /// Sessions by the value of the cookie.
    sessions: Mutex<HashMap<String, Session>>,
}

/// A pending sign-in.
struct Pending {
    /// Cookie of the browser that started it. Another browser cannot complete it.
    browser: String,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    /// Path on this platform to return to.
    target: String,
    began: Instant,
}

/// A session of a person.
enum Session {
    Open(Box<Entered>),
    /// Ended by Gerbang.
    Ended,
}

/// Locks. A poisoned value is still consistent, because every change is a single step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

type Shared = State<Arc<Platform>>;

fn router(platform: Arc<Platform>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/gaya.css", get(pages::style))
        .route("/masuk", post(sign_in))
        .route("/masuk/mulai", get(begun_elsewhere).post(begun_elsewhere))
        .route("/masuk/kembali", get(come_back))
        .route("/ganti", post(switch))
        .route("/profil", post(read_profile))
        .route("/perbarui", post(refresh))
        .route("/keluar", post(sign_out))
        .route("/keluar/selesai", get(signed_out))
        .route("/keluar/kanal-belakang", post(ended_by_gerbang))
        .layer(from_fn_with_state(platform.clone(), headers))
        .with_state(platform)
}

/// Sets the security headers. Forms may lead to Gerbang, where sign-in and sign-out continue.
async fn headers(State(platform): Shared, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
        platform.party.issuer()
    );
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The address of the redirect contains a code.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The value of the session cookie.
fn browser(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned()).next()
}

/// A new value for the session cookie: 256 random bits.
fn secret() -> String {
    CsrfToken::new_random_len(32).secret().clone()
}

/// Redirects to `to` and sets the cookie. `Lax`, because the cookie must arrive with the redirect from Gerbang.
fn go_with_cookie(to: &str, value: &str) -> Response {
    let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response()
}

fn page(status: StatusCode, html: String) -> Response {
    (status, Html(html)).into_response()
}

/// The error page.
fn trouble(platform: &Platform, trouble: &Trouble) -> Response {
    tracing::warn!(%trouble, "Gerbang and the demo platform do not agree");
    let status = match trouble {
        Trouble::Unreachable(_) => StatusCode::BAD_GATEWAY,
        Trouble::Refused { .. } | Trouble::Untrusted(_) => StatusCode::FORBIDDEN,
    };
    page(status, pages::trouble(trouble, platform.party.issuer()))
}

#[derive(Deserialize)]
struct Told {
    kabar: Option<String>,
}

/// The start page: who is signed in, with which access.
async fn home(State(platform): Shared, Query(told): Query<Told>, headers: HeaderMap) -> Response {
    let notice = told.kabar.as_deref().and_then(Notice::of);
    let sessions = lock(&platform.sessions);
    let html = match browser(&headers).and_then(|browser| sessions.get(&browser)) {
        Some(Session::Open(entered)) => pages::inside(entered, notice),
        Some(Session::Ended) => pages::outside(Some(Notice::Ended)),
        None => pages::outside(notice),
    };
    page(StatusCode::OK, html)
}

/// Starts a sign-in from the platform.
async fn sign_in(State(platform): Shared, headers: HeaderMap) -> Response {
    begin(&platform, &headers, None, None, "/".to_owned()).await
}

/// Switches the access without signing out: Gerbang asks which (OpenID Connect Core, section 3.1.2.1).
async fn switch(State(platform): Shared, headers: HeaderMap) -> Response {
    begin(&platform, &headers, None, Some(CoreAuthPrompt::SelectAccount), "/".to_owned()).await
}

#[derive(Deserialize)]
struct Initiation {
    iss: String,
    login_hint: Option<String>,
    target_link_uri: Option<String>,
}

/// Starts a sign-in that Gerbang's launcher initiated (OpenID Connect Core, section 4).
async fn begun_elsewhere(State(platform): Shared, headers: HeaderMap, Form(asked): Form<Initiation>) -> Response {
    if asked.iss != platform.party.issuer() {
        return trouble(&platform, &Trouble::Untrusted(format!("another issuer begins a sign-in: {}", asked.iss)));
    }
    // Only our own pages: otherwise this would be an open redirect.
    let target = asked.target_link_uri.and_then(|uri| platform.party.own_path(&uri));
    let hint = asked.login_hint.map(LoginHint::new);
    begin(&platform, &headers, hint, None, target.unwrap_or_else(|| "/".to_owned())).await
}

async fn begin(
    platform: &Platform,
    headers: &HeaderMap,
    hint: Option<LoginHint>,
    prompt: Option<CoreAuthPrompt>,
    target: String,
) -> Response {
    let asked = match platform.party.ask(hint, prompt).await {
        Ok(asked) => asked,
        Err(found) => return trouble(platform, &found),
    };
    let browser = browser(headers).unwrap_or_else(secret);
    let mut pending = lock(&platform.pending);
    pending.retain(|_, pending| pending.began.elapsed() < PATIENCE);
    if pending.len() >= MOST {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (nonce, verifier, began) = (asked.nonce, asked.verifier, Instant::now());
    let entry = Pending { browser: browser.clone(), nonce, verifier, target, began };
    pending.insert(asked.state.secret().clone(), entry);
    go_with_cookie(asked.url.as_str(), &browser)
}

/// The authorization response (RFC 6749, sections 4.1.2 and 4.1.2.1; RFC 9207).
#[derive(Deserialize)]
struct Answer {
    state: String,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn come_back(State(platform): Shared, headers: HeaderMap, Query(answer): Query<Answer>) -> Response {
    let browser = browser(&headers);
    let pending = lock(&platform.pending).remove(&answer.state);
    let pending = pending
        .filter(|pending| pending.began.elapsed() < PATIENCE && browser.as_deref() == Some(pending.browser.as_str()));
    let Some(pending) = pending else {
        return trouble(&platform, &Trouble::Untrusted("nobody here asked for this answer".to_owned()));
    };
    match enter(&platform.party, answer, pending.nonce, pending.verifier).await {
        Ok(entered) => {
            // A new value, against session fixation.
            let session = secret();
            let mut sessions = lock(&platform.sessions);
            sessions.remove(&pending.browser);
            if sessions.len() >= MOST {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            sessions.insert(session.clone(), Session::Open(Box::new(entered)));
            go_with_cookie(&pending.target, &session)
        }
        Err(found) => trouble(&platform, &found),
    }
}

async fn enter(
    party: &RelyingParty,
    answer: Answer,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
) -> Result<Entered, Trouble> {
    party.comes_from_gerbang(answer.iss.as_deref()).await?;
    if let Some(code) = answer.error {
        return Err(Trouble::Refused { code, description: answer.error_description });
    }
    let code = answer.code.ok_or_else(|| Trouble::Untrusted("an answer without a code".to_owned()))?;
    party.redeem(code, &nonce, verifier).await
}

/// The signed-in person with the value of their cookie.
fn entered(platform: &Platform, headers: &HeaderMap) -> Option<(String, Entered)> {
    let browser = browser(headers)?;
    match lock(&platform.sessions).get(&browser)? {
        Session::Open(entered) => Some((browser, (**entered).clone())),
        Session::Ended => None,
    }
}

/// Stores what Gerbang answered. If Gerbang refused, the session ends.
fn renewed(platform: &Platform, browser: String, outcome: Result<Entered, Trouble>, notice: Notice) -> Response {
    match outcome {
        Ok(entered) => {
            // A session that Gerbang ended meanwhile stays ended.
            if let Some(Session::Open(known)) = lock(&platform.sessions).get_mut(&browser) {
                **known = entered;
            }
            Redirect::to(&format!("/?kabar={}", notice.word())).into_response()
        }
        Err(Trouble::Refused { code, .. }) => {
            tracing::info!(code, "Gerbang no longer lets somebody in");
            lock(&platform.sessions).insert(browser, Session::Ended);
            Redirect::to("/").into_response()
        }
        Err(found) => trouble(platform, &found),
    }
}

/// Reads the profile from Gerbang (OpenID Connect Core, section 5.3).
async fn read_profile(State(platform): Shared, headers: HeaderMap) -> Response {
    let Some((browser, entered)) = entered(&platform, &headers) else { return Redirect::to("/").into_response() };
    let outcome = platform.party.profile(entered).await;
    renewed(&platform, browser, outcome, Notice::Read)
}

/// Refreshes the tokens (OpenID Connect Core, section 12).
async fn refresh(State(platform): Shared, headers: HeaderMap) -> Response {
    let Some((browser, entered)) = entered(&platform, &headers) else { return Redirect::to("/").into_response() };
    let outcome = platform.party.refresh(entered).await;
    renewed(&platform, browser, outcome, Notice::Refreshed)
}

/// Signs out here and at Gerbang (OpenID Connect RP-Initiated Logout, section 2).
async fn sign_out(State(platform): Shared, headers: HeaderMap) -> Response {
    let Some((browser, entered)) = entered(&platform, &headers) else { return Redirect::to("/").into_response() };
    lock(&platform.sessions).remove(&browser);
    match platform.party.logout(&entered).await {
        Ok(url) => Redirect::to(url.as_str()).into_response(),
        Err(found) => trouble(&platform, &found),
    }
}

/// The page after signing out.
async fn signed_out() -> Response {
    page(StatusCode::OK, pages::outside(Some(Notice::SignedOut)))
}

#[derive(Deserialize)]
struct Notified {
    logout_token: String,
}

/// Receives a logout token (OpenID Connect Back-Channel Logout, sections 2.5 to 2.8).
async fn ended_by_gerbang(State(platform): Shared, Form(Notified { logout_token }): Form<Notified>) -> Response {
    let ended = match platform.party.ended(&logout_token).await {
        Ok(ended) => ended,
        Err(found) => {
            tracing::warn!(trouble = %found, "a logout token is not believed");
            return (StatusCode::BAD_REQUEST, axum::Json(serde_json::json!({ "error": "invalid_request" })))
                .into_response();
        }
    };
    for session in lock(&platform.sessions).values_mut() {
        if matches!(session, Session::Open(entered) if ended.is_about(entered.sid.as_deref(), &entered.sub)) {
            *session = Session::Ended;
        }
    }
    StatusCode::OK.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("gerbang=x; daftar_hitam=y"));
        assert_eq!(browser(&headers).as_deref(), Some("y"));
        headers.insert(header::COOKIE, HeaderValue::from_static("gerbang=x; daftar_hitam_lain=y"));
        assert_eq!(browser(&headers), None);
    }
}
