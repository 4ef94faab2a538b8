//! A platform to try things on: the relying party "Daftar Hitam", on the client library `openidconnect`. It shows who
//! entered with which access, takes both ways in, reads userinfo, refreshes, switches the access and ends with Gerbang's
//! session. It keeps everything in memory. Not for production.

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

/// Our cookie; that of Gerbang may stand beside it, since a cookie does not know ports.
const COOKIE: &str = "daftar_hitam";
/// How long a person may take to come back from Gerbang: as long as it keeps the request (10 minutes).
const PATIENCE: Duration = Duration::from_secs(600);
/// Most sign-ins under way and most sessions: this keeps everything in memory.
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
    /// If the address cannot be listened on.
    pub async fn bind(addr: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        Ok(Self { listener, addr })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves people, who reach it at `own`, with Gerbang at `issuer`. Gerbang may start later: it is asked for what it
    /// can when the first person enters.
    ///
    /// # Errors
    /// If the listener fails, or the client of HTTP cannot be made.
    pub async fn serve(self, own: Url, issuer: Url) -> std::io::Result<()> {
        let party = RelyingParty::new(own, &issuer).map_err(std::io::Error::other)?;
        let platform = Arc::new(Platform { party, pending: Mutex::default(), sessions: Mutex::default() });
        axum::serve(self.listener, router(platform)).await
    }
}

struct Platform {
    party: RelyingParty,
    /// Sign-ins under way, by their `state`.
    pending: Mutex<HashMap<String, Pending>>,
    /// By the content of the cookie.
    sessions: Mutex<HashMap<String, Session>>,
}

/// A sign-in under way.
struct Pending {
    /// The cookie of the browser that began it: nobody is signed in by the answer to a stranger's request.
    browser: String,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    /// The path here that was asked for.
    target: String,
    began: Instant,
}

/// Somebody who entered.
enum Session {
    Open(Box<Entered>),
    /// Gerbang ended it.
    Ended,
}

/// Locks; what a thread that panicked left behind is whole, since each change is one step.
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

/// The headers of every answer. A form may lead on to Gerbang, where signing in and out goes on.
async fn headers(State(platform): Shared, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
        platform.party.issuer()
    );
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The address that people come back to carries a code.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// What our cookie says.
fn browser(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned()).next()
}

/// A new secret for our cookie: 256 random bits.
fn secret() -> String {
    CsrfToken::new_random_len(32).secret().clone()
}

/// Goes to `to`, and leaves `value` in the cookie. `Lax`: it must come along when Gerbang leads back here.
fn go_with_cookie(to: &str, value: &str) -> Response {
    let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response()
}

fn page(status: StatusCode, html: String) -> Response {
    (status, Html(html)).into_response()
}

/// What went wrong, on a page.
fn trouble(platform: &Platform, trouble: &Trouble) -> Response {
    tracing::warn!(%trouble, "Gerbang and the demo platform do not agree");
    let status = match trouble {
        Trouble::Unreachable(_) => StatusCode::BAD_GATEWAY,
        Trouble::Refused { .. } | Trouble::Untrusted(_) => StatusCode::FORBIDDEN,
    };
    page(status, pages::trouble(trouble, platform.party.issuer()))
}

#[derive(Deserialize)]
struct WireCode {
    kabar: Option<String>,
}

/// Who is here, with which access.
async fn home(State(platform): Shared, Query(told): Query<WireCode>, headers: HeaderMap) -> Response {
    let notice = told.kabar.as_deref().and_then(Notice::of);
    let sessions = lock(&platform.sessions);
    let html = match browser(&headers).and_then(|browser| sessions.get(&browser)) {
        Some(Session::Open(entered)) => pages::inside(entered, notice),
        Some(Session::Ended) => pages::outside(Some(Notice::Ended)),
        None => pages::outside(notice),
    };
    page(StatusCode::OK, html)
}

/// The platform's own way in.
async fn sign_in(State(platform): Shared, headers: HeaderMap) -> Response {
    begin(&platform, &headers, None, None, "/".to_owned()).await
}

/// Another access, without signing out: Gerbang asks which (OpenID Connect Core, section 3.1.2.1).
async fn switch(State(platform): Shared, headers: HeaderMap) -> Response {
    begin(&platform, &headers, None, Some(CoreAuthPrompt::SelectAccount), "/".to_owned()).await
}

#[derive(Deserialize)]
struct Initiation {
    iss: String,
    login_hint: Option<String>,
    target_link_uri: Option<String>,
}

/// The way in from Gerbang's launcher (OpenID Connect Core, section 4).
async fn begun_elsewhere(State(platform): Shared, headers: HeaderMap, Form(asked): Form<Initiation>) -> Response {
    if asked.iss != platform.party.issuer() {
        return trouble(&platform, &Trouble::Untrusted(format!("another issuer begins a sign-in: {}", asked.iss)));
    }
    // Only a page of ours: else anybody could send people anywhere by our name.
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

/// What Gerbang answers with (RFC 6749, sections 4.1.2 and 4.1.2.1; RFC 9207).
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
            // A new secret: what the browser carried before was given to somebody who had not signed in.
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

/// Somebody who is here, with the secret of their cookie.
fn entered(platform: &Platform, headers: &HeaderMap) -> Option<(String, Entered)> {
    let browser = browser(headers)?;
    match lock(&platform.sessions).get(&browser)? {
        Session::Open(entered) => Some((browser, (**entered).clone())),
        Session::Ended => None,
    }
}

/// Keeps what Gerbang said anew; where it refused, nobody is signed in here any longer.
fn renewed(platform: &Platform, browser: String, outcome: Result<Entered, Trouble>, notice: Notice) -> Response {
    match outcome {
        Ok(entered) => {
            // Gerbang may have ended it meanwhile: that stays.
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

/// Asks Gerbang who this is (OpenID Connect Core, section 5.3).
async fn read_profile(State(platform): Shared, headers: HeaderMap) -> Response {
    let Some((browser, entered)) = entered(&platform, &headers) else { return Redirect::to("/").into_response() };
    let outcome = platform.party.profile(entered).await;
    renewed(&platform, browser, outcome, Notice::Read)
}

/// Takes new tokens for the old (OpenID Connect Core, section 12).
async fn refresh(State(platform): Shared, headers: HeaderMap) -> Response {
    let Some((browser, entered)) = entered(&platform, &headers) else { return Redirect::to("/").into_response() };
    let outcome = platform.party.refresh(entered).await;
    renewed(&platform, browser, outcome, Notice::Refreshed)
}

/// Signs out here, and asks Gerbang to do so there (OpenID Connect RP-Initiated Logout, section 2).
async fn sign_out(State(platform): Shared, headers: HeaderMap) -> Response {
    let Some((browser, entered)) = entered(&platform, &headers) else { return Redirect::to("/").into_response() };
    lock(&platform.sessions).remove(&browser);
    match platform.party.logout(&entered).await {
        Ok(url) => Redirect::to(url.as_str()).into_response(),
        Err(found) => trouble(&platform, &found),
    }
}

/// Where Gerbang leads after that.
async fn signed_out() -> Response {
    page(StatusCode::OK, pages::outside(Some(Notice::SignedOut)))
}

#[derive(Deserialize)]
struct Notified {
    logout_token: String,
}

/// What Gerbang tells us itself (OpenID Connect Back-Channel Logout, sections 2.5 to 2.8).
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
        if matches!(session, Session::Open(entered) if ended.is_about(entered)) {
            *session = Session::Ended;
        }
    }
    StatusCode::OK.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("gerbang=x; daftar_hitam=y"));
        assert_eq!(browser(&headers).as_deref(), Some("y"));
        headers.insert(header::COOKIE, HeaderValue::from_static("gerbang=x; daftar_hitam_lain=y"));
        assert_eq!(browser(&headers), None);
    }
}
