//! The HTTP endpoints of the OpenID Connect provider. The rules are in `backend::oidc`.

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

use super::texts;

/// OpenID Connect Discovery 1.0, section 4.
const DISCOVERY: &str = "/.well-known/openid-configuration";
/// Paths that platforms post to, or send browsers to post to. None of them acts on our cookies when posted to.
pub const FOR_PLATFORMS: &[&str] = &[AUTHORIZE, LOGOUT, TOKEN, USERINFO, REVOKE, INTROSPECT];
/// Limit of a request body: a signed assertion with room around it.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Endpoints that browsers visit with a session.
pub fn browser_routes() -> Router<AppState> {
    Router::new()
        .route(AUTHORIZE, get(start_authorization).post(redirect_form))
        .route(LOGOUT, get(end_session).post(redirect_form))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

/// Endpoints that platforms call from their servers; those with CORS also from their pages.
pub fn platform_routes() -> Router<AppState> {
    let from_pages = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE]);
    Router::new()
        .route(DISCOVERY, get(discovery_document))
        .route(JWKS, get(key_set))
        .route(TOKEN, post(issue_tokens))
        .route(USERINFO, get(user_info).post(user_info))
        .layer(from_pages)
        .route(REVOKE, post(revoke_token))
        .route(INTROSPECT, post(introspect_token))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

type Pairs = Vec<(String, String)>;

/// Decodes a query or form body; `None` if it is malformed.
fn pairs(encoded: &[u8]) -> Option<Pairs> {
    serde_urlencoded::from_bytes(encoded).ok()
}

/// Redirects a form that a platform lets the browser post to the same endpoint with a query (OpenID Connect Core 1.0,
/// section 3.1.2.1; RP-Initiated Logout 1.0, section 2). `SameSite=Lax` withholds our cookie from the post and sends it
/// with the redirect.
async fn redirect_form(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let query = match axum::body::to_bytes(request.into_body(), MAX_BODY_BYTES).await {
        Ok(body) => pairs(&body).and_then(|pairs| serde_urlencoded::to_string(pairs).ok()),
        Err(_) => None,
    };
    match query {
        Some(query) => Redirect::to(&format!("{path}?{query}")).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// `GET /oidc/authorize`.
async fn start_authorization(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let pairs = pairs(parts.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let signed_in = caller.actor.is_some();
    let from = caller.origin.address;
    match authorize::authorize(&caller.backend, caller.actor.as_ref(), from, &pairs).await {
        Ok(Next::Redirect(to)) => Redirect::to(to.as_str()).into_response(),
        Ok(Next::Wait { request, step }) => Redirect::to(&goes_on_at(request, step, signed_in)).into_response(),
        Ok(Next::Show(why)) => notice::strange(state.leptos_options.clone(), parts, why).await,
        Err(error) => unavailable(&error),
    }
}

/// `GET /oidc/logout`.
async fn end_session(Extension(caller): Extension<Caller>, RawQuery(query): RawQuery) -> Response {
    let pairs = pairs(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    match logout::begin(&caller.backend, caller.actor.as_ref(), &pairs).await {
        Ok(logout::Next::Leave(to)) => Redirect::to(to.as_str()).into_response(),
        Ok(logout::Next::Page(page)) => Redirect::to(&page).into_response(),
        Err(error) => unavailable(&error),
    }
}

fn unavailable(error: &backend::Error) -> Response {
    tracing::error!(%error, "an OpenID Connect request failed");
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], texts::UNAVAILABLE).into_response()
}

/// `GET /.well-known/openid-configuration`.
async fn discovery_document(State(state): State<AppState>) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(discovery::document(&state.backend))).into_response()
}

/// `GET /oidc/jwks`. Keys are published a day before they sign, so clients may cache the set for an hour.
async fn key_set(State(state): State<AppState>) -> Response {
    match keys::jwks(&state.backend).await {
        Ok(keys) => ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(keys)).into_response(),
        Err(error) => unavailable(&error),
    }
}

/// Reads the form of a platform and authenticates the platform.
async fn authenticate(state: &AppState, headers: &HeaderMap, body: &Bytes) -> Result<(Client, Parameters), OAuthError> {
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
async fn issue_tokens(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = async {
        let (client, parameters) = authenticate(&state, &headers, &body).await?;
        token::token(&state.backend, &client, &parameters).await
    };
    answer(outcome.await)
}

/// `POST /oidc/introspect`. Public clients are refused: anybody could pose as one and test stolen tokens.
async fn introspect_token(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = async {
        let (client, parameters) = authenticate(&state, &headers, &body).await?;
        if client.is_public() {
            let description = "Introspection is for clients that authenticate (RFC 7662, section 2.1).";
            return Err(OAuthError::new(ErrorCode::InvalidClient, description));
        }
        introspect::introspect(&state.backend, &client, &parameters).await
    };
    answer(outcome.await)
}

/// `POST /oidc/revoke`.
async fn revoke_token(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = async {
        let (client, parameters) = authenticate(&state, &headers, &body).await?;
        revoke::revoke(&state.backend, &client, &parameters).await
    };
    answer(outcome.await.map(|()| Value::Object(serde_json::Map::new())))
}

/// `GET` and `POST /oidc/userinfo`. The token must be in the header (RFC 6750, section 2.1): addresses end up in logs.
async fn user_info(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token else {
        // Without a token the answer must hold no error code (RFC 6750, section 3.1).
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer realm=\"gerbang\"")];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    };
    match userinfo::userinfo(&state.backend, token.trim()).await {
        Ok(claims) => Json(claims).into_response(),
        Err(error) => refusal(&error, "Bearer"),
    }
}

/// The answer to a platform, which caches must not store (RFC 6749, section 5.1).
fn answer(outcome: Result<impl serde::Serialize, OAuthError>) -> Response {
    match outcome {
        Ok(body) => ([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], Json(body)).into_response(),
        Err(error) => refusal(&error, "Basic"),
    }
}

/// An error response (RFC 6749, section 5.2; RFC 6750, section 3).
fn refusal(error: &OAuthError, scheme: &str) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let body = serde_json::json!({"error": error.code.as_str(), "error_description": error.description});
    let mut response = ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
    *response.status_mut() = status;
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        let challenge = format!(
            "{scheme} realm=\"gerbang\", error=\"{}\", error_description=\"{}\"",
            error.code.as_str(),
            error.description
        );
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}
