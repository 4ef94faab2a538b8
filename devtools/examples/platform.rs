// A platform in one file, on openidconnect 4.1, axum 0.8 and reqwest 0.13:
//   ISSUER=http://127.0.0.1:3000 CLIENT_ID=… CLIENT_SECRET=… cargo run --example platform
use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use futures::future::BoxFuture;
use openidconnect::{
    AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndSessionUrl, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, LoginHint, LogoutRequest, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout,
    RedirectUrl, Scope, TokenResponse, UserInfoClaims,
    core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreIdToken},
};
use serde::{Deserialize, Serialize};

/// What Gerbang says beyond the standard claims.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Claims {
    gerbang: Access,
}

impl AdditionalClaims for Claims {}

/// The access that the person entered with; there is more in it.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Access {
    role: String,
    nama_satker: Option<String>,
}

/// The library's client after discovery.
type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

struct Platform {
    issuer: String,
    own: String,
    client: Client,
    end_session: EndSessionUrl,
    http: reqwest::Client,
    /// What is known of browsers, by their cookie.
    browsers: Mutex<HashMap<String, Browser>>,
}

#[derive(Default)]
struct Browser {
    asked: Option<(CsrfToken, Nonce, PkceCodeVerifier)>,
    person: Option<Person>,
}

struct Person {
    name: String,
    access: Access,
    id_token: CoreIdToken,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let own = "http://127.0.0.1:4000".to_owned();
    let issuer = env::var("ISSUER")?;
    let secret = ClientSecret::new(env::var("CLIENT_SECRET")?);
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let metadata = ProviderMetadataWithLogout::discover_async(IssuerUrl::new(issuer.clone())?, &sender(&http)).await?;
    let end_session = metadata.additional_metadata().end_session_endpoint.clone().ok_or("nobody can sign out")?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(env::var("CLIENT_ID")?), Some(secret))
        .set_redirect_uri(RedirectUrl::new(format!("{own}/masuk/kembali"))?);
    let platform = Platform { issuer, own, client, end_session, http, browsers: Mutex::default() };
    let router = Router::new()
        .route("/", get(home))
        .route("/masuk", post(sign_in))
        .route("/masuk/mulai", get(begun_at_gerbang))
        .route("/masuk/kembali", get(come_back))
        .route("/ganti", post(switch))
        .route("/keluar", post(sign_out))
        .route("/keluar/selesai", get(home))
        .with_state(Arc::new(platform));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4000").await?;
    Ok(axum::serve(listener, router).await?)
}

/// How the library sends requests: by our client, which follows no redirects.
fn sender(
    http: &reqwest::Client,
) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, reqwest::Error>> + Send + Sync {
    let http = http.clone();
    move |request: HttpRequest| {
        let http = http.clone();
        Box::pin(async move {
            let response = http.execute(reqwest::Request::try_from(request)?).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let mut answer = HttpResponse::new(response.bytes().await?.to_vec());
            *answer.status_mut() = status;
            *answer.headers_mut() = headers;
            Ok(answer)
        })
    }
}

/// What went wrong, as an answer.
struct Trouble(Box<dyn Error + Send + Sync>);

impl<E: Error + Send + Sync + 'static> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        (StatusCode::FORBIDDEN, self.0.to_string()).into_response()
    }
}

type Shared = State<Arc<Platform>>;

impl Platform {
    /// Does something with what is known of a browser.
    fn browser<T>(&self, cookie: &str, work: impl FnOnce(&mut Browser) -> T) -> T {
        work(self.browsers.lock().unwrap_or_else(PoisonError::into_inner).entry(cookie.to_owned()).or_default())
    }
}

/// What our cookie says; that of Gerbang may stand beside it on one machine.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get(header::COOKIE)?.to_str().ok()?.split(';');
    pairs.filter_map(|pair| pair.trim().strip_prefix("platform=")).map(str::to_owned).next()
}

async fn home(State(platform): Shared, headers: HeaderMap) -> Html<String> {
    let form =
        |action: &str, label: &str| format!("<form method=post action={action}><p><button>{label}</button></p></form>");
    let outside = || format!("<h1>Belum masuk</h1>{}", form("/masuk", "Masuk dengan Gerbang"));
    let inside = |person: &Person| {
        let Access { role, nama_satker } = &person.access;
        let with = format!("{role} {}", nama_satker.as_deref().unwrap_or_default()).replace('<', "&lt;");
        let name = person.name.replace('<', "&lt;");
        format!("<h1>Halo, {name}</h1><p>{with}</p>{}{}", form("/ganti", "Ganti akses"), form("/keluar", "Keluar"))
    };
    let Some(cookie) = cookie(&headers) else { return Html(outside()) };
    Html(platform.browser(&cookie, |browser| browser.person.as_ref().map_or_else(outside, inside)))
}

/// The platform's own way in.
async fn sign_in(State(platform): Shared, headers: HeaderMap) -> Response {
    begin(&platform, &headers, None, None)
}

/// Another access, without signing out.
async fn switch(State(platform): Shared, headers: HeaderMap) -> Response {
    begin(&platform, &headers, None, Some(CoreAuthPrompt::SelectAccount))
}

#[derive(Deserialize)]
struct Initiation {
    iss: String,
    login_hint: Option<String>,
}

/// The way in from Pilih Platform (OpenID Connect Core, section 4).
async fn begun_at_gerbang(State(platform): Shared, headers: HeaderMap, Query(asked): Query<Initiation>) -> Response {
    if asked.iss != platform.issuer {
        return StatusCode::FORBIDDEN.into_response();
    }
    begin(&platform, &headers, asked.login_hint.map(LoginHint::new), None)
}

fn begin(
    platform: &Platform,
    headers: &HeaderMap,
    hint: Option<LoginHint>,
    prompt: Option<CoreAuthPrompt>,
) -> Response {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let mut request = platform
        .client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "gerbang"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge);
    if let Some(hint) = hint {
        request = request.set_login_hint(hint);
    }
    if let Some(prompt) = prompt {
        request = request.add_prompt(prompt);
    }
    let (url, state, nonce) = request.url();
    // Nobody is signed in by the answer to somebody else's request.
    let cookie = cookie(headers).unwrap_or_else(|| CsrfToken::new_random_len(32).secret().clone());
    platform.browser(&cookie, |browser| browser.asked = Some((state, nonce, verifier)));
    let cookie = format!("platform={cookie}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to(url.as_str())).into_response()
}

#[derive(Deserialize)]
struct Answer {
    state: String,
    iss: String,
    code: Option<String>,
    error: Option<String>,
}

/// Gerbang's answer: a code, or what is wrong (RFC 6749, section 4.1.2; RFC 9207).
async fn come_back(
    State(platform): Shared,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Result<Response, Trouble> {
    let cookie = cookie(&headers).unwrap_or_default();
    let asked = platform.browser(&cookie, |browser| browser.asked.take());
    let asked = asked.filter(|(state, ..)| *state.secret() == answer.state && answer.iss == platform.issuer);
    let (_, nonce, verifier) = asked.ok_or_else(|| Trouble("nobody here asked for this answer".into()))?;
    let code = answer.code.ok_or_else(|| Trouble(answer.error.unwrap_or_default().into()))?;

    let send = sender(&platform.http);
    let exchange = platform.client.exchange_code(AuthorizationCode::new(code))?.set_pkce_verifier(verifier);
    let tokens = exchange.request_async(&send).await?;
    let id_token = tokens.id_token().ok_or_else(|| Trouble("no ID token came".into()))?;
    let subject = id_token.claims(&platform.client.id_token_verifier(), &nonce)?.subject().clone();
    let request = platform.client.user_info(tokens.access_token().clone(), Some(subject))?;
    let said: UserInfoClaims<Claims, CoreGenderClaim> = request.request_async(&send).await?;

    let name = said.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned()).unwrap_or_default();
    let access = said.additional_claims().gerbang.clone();
    let person = Person { name, access, id_token: id_token.clone() };
    platform.browser(&cookie, |browser| browser.person = Some(person));
    Ok(Redirect::to("/").into_response())
}

/// Signs out here, and at Gerbang (OpenID Connect RP-Initiated Logout, section 2).
async fn sign_out(State(platform): Shared, headers: HeaderMap) -> Result<Redirect, Trouble> {
    let cookie = cookie(&headers).unwrap_or_default();
    let Some(person) = platform.browser(&cookie, |browser| browser.person.take()) else {
        return Ok(Redirect::to("/"));
    };
    let back = PostLogoutRedirectUrl::new(format!("{}/keluar/selesai", platform.own))?;
    let request = LogoutRequest::from(platform.end_session.clone()).set_id_token_hint(&person.id_token);
    Ok(Redirect::to(request.set_post_logout_redirect_uri(back).http_get_url().as_str()))
}
