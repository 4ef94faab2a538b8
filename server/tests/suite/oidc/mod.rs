//! OpenID Connect: signing in at platforms with the client library `openidconnect`, the demo platform, and what the
//! provider refuses.

mod demo;
mod ends;
mod hostile;
mod notices;
mod sign_in;

use backend::accesses;
use devtools::demo_platform;
use futures::future::BoxFuture;
use jsonwebtoken::{DecodingKey, Validation, decode, jwk::JwkSet};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, ProviderMetadataWithLogout, RedirectUrl,
    RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::support::{
    browser::{Site, Visitor},
    platform::*,
};

/// What we say beyond the standard claims.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ours {
    sid: Option<String>,
    gerbang: Option<Value>,
}

impl AdditionalClaims for Ours {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Ours,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Library = Client<
    Ours,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// How the library sends requests.
fn sender() -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, reqwest::Error>> {
    demo_platform::sender(&reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap())
}

async fn discovered(site: &Site) -> ProviderMetadataWithLogout {
    let issuer = IssuerUrl::new(issuer(site)).unwrap();
    ProviderMetadataWithLogout::discover_async(issuer, &sender()).await.unwrap()
}

fn issuer(site: &Site) -> String {
    site.base.as_str().trim_end_matches('/').to_owned()
}

fn library(metadata: ProviderMetadataWithLogout, client: &Registered) -> Library {
    let (id, secret) = (ClientId::new(client.client_id.clone()), client.secret.clone().map(ClientSecret::new));
    Library::from_provider_metadata(metadata, id, secret).set_redirect_uri(RedirectUrl::new(CALLBACK.into()).unwrap())
}

/// A path that a client of the library goes: it asks, the person goes through, it takes the tokens and checks them.
async fn signed_in(library: &Library, visitor: &Visitor, access: Option<Uuid>) -> Tokens {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let request = library.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).set_pkce_challenge(challenge);
    let scopes = ["profile", "email", "gerbang", "offline_access"].map(|scope| Scope::new(scope.to_owned()));
    let (url, state, nonce) = request.add_scopes(scopes).url();
    let to = through(visitor, visitor.get(&path_of(&url)).await, access).await;
    assert!(to.as_str().starts_with(CALLBACK), "{to}");
    assert_eq!(parameter(&to, "state").as_deref(), Some(state.secret().as_str()));
    let code = AuthorizationCode::new(parameter(&to, "code").unwrap());
    let exchange = library.exchange_code(code).unwrap().set_pkce_verifier(verifier);
    let tokens = exchange.request_async(&sender()).await.unwrap();
    let id_token = tokens.id_token().unwrap();
    let checked = library.id_token_verifier();
    let claims = id_token.claims(&checked, &nonce).unwrap();
    let (algorithm, key) = (id_token.signing_alg().unwrap(), id_token.signing_key(&checked).unwrap());
    let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).unwrap();
    assert_eq!(claims.access_token_hash(), Some(&hash));
    tokens
}

async fn userinfo(library: &Library, tokens: &Tokens) -> UserInfoClaims<Ours, CoreGenderClaim> {
    let request = library.user_info(tokens.access_token().clone(), None).unwrap();
    request.request_async(&sender()).await.unwrap()
}

/// The error code of a refused request for tokens.
fn code_of<T: std::fmt::Debug>(
    outcome: Result<T, RequestTokenError<reqwest::Error, StandardErrorResponse<CoreErrorResponseType>>>,
) -> String {
    match outcome {
        Err(RequestTokenError::ServerResponse(said)) => said.error().as_ref().to_owned(),
        other => panic!("not refused: {other:?}"),
    }
}

/// The application that an access came of.
async fn application_of(site: &Site, actor: &backend::Actor, access: Uuid) -> Uuid {
    let own = accesses::list(&site.world.backend, actor).await.unwrap();
    own.iter().find(|known| known.id == access).unwrap().application_id
}

/// What a token of ours claims, checked as a client does.
#[track_caller]
fn claims(keys: &JwkSet, token: &str, typ: &str, client_id: &str) -> Value {
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header.typ.as_deref(), Some(typ));
    let key = DecodingKey::from_jwk(keys.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[client_id]);
    decode::<Value>(token, &key, &validation).unwrap().claims
}
