//! The endpoints of OpenID Connect: those that a person comes by with a browser, and those that platforms ask directly.

use app::{
    forms::notice,
    platforms::api::goes_on_at,
    state::{AppState, Caller},
};
use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use backend::oidc::{
    authorize::{self, Next},
    client::{self, Client},
    discovery,
    endpoints::{AUTHORIZE, INTROSPECT, JWKS, LOGOUT, REVOKE, TOKEN, USERINFO},
    introspect, keys, logout, revoke, token, userinfo,
};
use domain::oidc::{ErrorCode, OAuthError, Parameters, parameters};
use serde_json::Value;
use tower_http::cors::{Any, CorsLayer};

/// Where a description of the provider is looked for (OpenID Connect Discovery 1.0, section 4).
const DISCOVERY: &str = "/.well-known/openid-configuration";
/// What platforms post to, or send browsers to post to; no cookie changes anything there.
pub const FOR_PLATFORMS: &[&str] = &[AUTHORIZE, LOGOUT, TOKEN, USERINFO, REVOKE, INTROSPECT];
/// The most bytes of what a platform sends: an assertion with room around it.
const MOST_BYTES: usize = 64 * 1024;

/// The endpoints that a person comes by, with their session.
pub fn routes_of_people() -> Router<AppState> {
    Router::new()
        .route(AUTHORIZE, get(asked_to_authorize).post(sent_by_form))
        .route(LOGOUT, get(asked_to_sign_out).post(sent_by_form))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// The endpoints that platforms ask, from a server or, where that is meant, from a page of theirs.
pub fn routes_of_platforms() -> Router<AppState> {
    let from_pages = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE]);
    Router::new()
        .route(DISCOVERY, get(described))
        .route(JWKS, get(key_set))
        .route(TOKEN, post(asked_for_tokens))
        .route(USERINFO, get(asked_who).post(asked_who))
        .layer(from_pages)
        .route(REVOKE, post(given_back))
        .route(INTROSPECT, post(asked_whether_it_holds))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}

type Pairs = Vec<(String, String)>;

/// The parameters of a query or a form; `None` if it is not encoded as one.
fn pairs(encoded: &[u8]) -> Option<Pairs> {
    serde_urlencoded::from_bytes(encoded).ok()
}

/// A platform may send a browser here by a form (OpenID Connect Core 1.0, section 3.1.2.1; RP-Initiated Logout, section
/// 2). Our cookie does not come along from there; it does when the browser then asks by the address.
async fn sent_by_form(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let asked = match axum::body::to_bytes(request.into_body(), MOST_BYTES).await {
        Ok(body) => pairs(&body).and_then(|pairs| serde_urlencoded::to_string(pairs).ok()),
        Err(_) => None,
    };
    match asked {
        Some(query) => Redirect::to(&format!("{path}?{query}")).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// `GET /oidc/authorize`.
async fn asked_to_authorize(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let pairs = pairs(parts.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let signed_in = caller.actor.is_some();
    match authorize::authorize(&caller.backend, caller.actor.as_ref(), &pairs).await {
        Ok(Next::Redirect(to)) => Redirect::to(to.as_str()).into_response(),
        Ok(Next::Wait { request, step }) => Redirect::to(&goes_on_at(request, step, signed_in)).into_response(),
        Ok(Next::Show(why)) => notice::strange(state.leptos_options.clone(), parts, why).await,
        Err(error) => unanswered(&error),
    }
}

/// `GET /oidc/logout`.
async fn asked_to_sign_out(Extension(caller): Extension<Caller>, RawQuery(query): RawQuery) -> Response {
    let pairs = pairs(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    match logout::begin(&caller.backend, caller.actor.as_ref(), &pairs).await {
        Ok(logout::Next::Leave(to)) => Redirect::to(to.as_str()).into_response(),
        Ok(logout::Next::Page(page)) => Redirect::to(&page).into_response(),
        Err(error) => unanswered(&error),
    }
}

/// A fault of ours on the way of a person.
fn unanswered(error: &backend::Error) -> Response {
    tracing::error!(%error, "somebody on the way to a platform could not be answered");
    let text = "Sistem belum dapat menjawab. Coba lagi sebentar lagi.";
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], text).into_response()
}

/// `GET /.well-known/openid-configuration`. It may be kept for a while.
async fn described(State(state): State<AppState>) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(discovery::document(&state.backend))).into_response()
}

/// `GET /oidc/jwks`. A key is published a day before it signs, so that it may be kept for an hour.
async fn key_set(State(state): State<AppState>) -> Response {
    match keys::jwks(&state.backend).await {
        Ok(keys) => ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(keys)).into_response(),
        Err(error) => unanswered(&error),
    }
}

/// The form that a platform sends, and the platform that has shown who it is.
async fn client(state: &AppState, headers: &HeaderMap, body: &Bytes) -> Result<(Client, Parameters), OAuthError> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text(header::CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    let is_form = kind.eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let malformed =
        || OAuthError::new(ErrorCode::InvalidRequest, "The body must be application/x-www-form-urlencoded.");
    let sent = if is_form { pairs(body) } else { None };
    let parameters = parameters(&sent.ok_or_else(malformed)?)?;
    let client = client::authenticate(&state.backend, text(header::AUTHORIZATION), &parameters).await?;
    Ok((client, parameters))
}

/// `POST /oidc/token`.
async fn asked_for_tokens(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let given = async {
        let (client, parameters) = client(&state, &headers, &body).await?;
        token::token(&state.backend, &client, &parameters).await
    };
    answer(given.await)
}

/// `POST /oidc/introspect`. A client that has no secret could ask about whatever it found: it is told nothing.
async fn asked_whether_it_holds(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let told = async {
        let (client, parameters) = client(&state, &headers, &body).await?;
        if client.is_public() {
            let said = "Introspection is for clients that authenticate (RFC 7662, section 2.1).";
            return Err(OAuthError::new(ErrorCode::InvalidClient, said));
        }
        introspect::introspect(&state.backend, &client, &parameters).await
    };
    answer(told.await)
}

/// `POST /oidc/revoke`.
async fn given_back(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let ended = async {
        let (client, parameters) = client(&state, &headers, &body).await?;
        revoke::revoke(&state.backend, &client, &parameters).await
    };
    answer(ended.await.map(|()| Value::Object(serde_json::Map::new())))
}

/// `GET` and `POST /oidc/userinfo`: the token stands in the header alone (RFC 6750, section 2.1), since an address is
/// written into logs.
async fn asked_who(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token else {
        // Who shows nothing is told how, and nothing more (section 3.1).
        let how = [(header::WWW_AUTHENTICATE, "Bearer realm=\"gerbang\"")];
        return (StatusCode::UNAUTHORIZED, how).into_response();
    };
    match userinfo::userinfo(&state.backend, token.trim()).await {
        Ok(claims) => Json(claims).into_response(),
        Err(error) => refusal(&error, "Bearer"),
    }
}

/// What a platform is answered; never kept by anybody on the way (RFC 6749, section 5.1).
fn answer(outcome: Result<impl serde::Serialize, OAuthError>) -> Response {
    match outcome {
        Ok(told) => ([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], Json(told)).into_response(),
        Err(error) => refusal(&error, "Basic"),
    }
}

/// A refusal (RFC 6749, section 5.2; RFC 6750, section 3).
fn refusal(error: &OAuthError, scheme: &str) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let told = serde_json::json!({"error": error.code.as_str(), "error_description": error.description});
    let mut response = ([(header::CACHE_CONTROL, "no-store")], Json(told)).into_response();
    *response.status_mut() = status;
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        let how = format!(
            "{scheme} realm=\"gerbang\", error=\"{}\", error_description=\"{}\"",
            error.code.as_str(),
            error.description
        );
        if let Ok(how) = HeaderValue::from_str(&how) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
        }
    }
    response
}
