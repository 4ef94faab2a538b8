//! OpenID Connect through the client library.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AdditionalProviderMetadata, AuthorizationCode, Client, ClientId,
    ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IdTokenFields, IssuerUrl, LoginHint, LogoutProviderMetadata, LogoutRequest, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl,
    RefreshToken, RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse, SubjectIdentifier,
    TokenResponse, UserInfoClaims, UserInfoError,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
        CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::RwLock;
use url::Url;

use super::logout_token::{self, Ended};
use crate::development::{DEMO_CLIENT, DEMO_SECRET};

/// Timeout of a request to Gerbang.
const PATIENCE: Duration = Duration::from_secs(10);
/// The requested scopes; the library adds `openid`.
const SCOPES: [&str; 5] = ["profile", "email", "gerbang", "nip", "offline_access"];

/// Why a request to Gerbang failed.
#[derive(Debug)]
pub enum Trouble {
    /// No answer.
    Unreachable(String),
    /// Refused with an error code of the specification.
    Refused {
        /// The code, such as `access_denied`.
        code: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// The answer is invalid.
    Untrusted(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(what) => write!(f, "no answer: {what}"),
            Self::Refused { code, description } => {
                write!(f, "refused: {code} ({})", description.as_deref().unwrap_or_default())
            }
            Self::Untrusted(what) => write!(f, "not believed: {what}"),
        }
    }
}

fn untrusted(error: impl std::fmt::Display) -> Trouble {
    Trouble::Untrusted(error.to_string())
}

/// Gerbang's own claims.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GerbangClaims {
    /// Session at Gerbang, bound to one access; logout tokens name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The chosen access, with the scope `gerbang`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gerbang: Option<ChosenAccess>,
    /// The civil servant number, with the scope `nip`, of whoever has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nip: Option<String>,
}

impl AdditionalClaims for GerbangClaims {}

/// The access that a person signed in with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChosenAccess {
    /// Stable while the access exists; another one at platforms of other sectors.
    pub access_id: String,
    /// `non_penyedia` or `penyedia`.
    pub profile_type: String,
    /// `pa`, `kpa` or `penyedia`.
    pub role: String,
    /// Code of the institution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kd_klpd: Option<String>,
    /// Name of the institution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nama_klpd: Option<String>,
    /// Code of the work unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kd_satker: Option<String>,
    /// Name of the work unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nama_satker: Option<String>,
    /// End in Unix seconds.
    pub access_expires_at: i64,
}

/// Provider metadata that the library does not know.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct More {
    /// True if authorization responses carry `iss` (RFC 9207, section 3).
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

type Metadata = ProviderMetadata<
    LogoutProviderMetadata<More>,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Tokens = StandardTokenResponse<
    IdTokenFields<
        GerbangClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// The library's client, with our claims.
type OidcClient = Client<
    GerbangClaims,
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

/// Sends the requests of the library with our HTTP client.
pub fn sender(
    http: &reqwest::Client,
) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, reqwest::Error>> + Send + Sync + use<> {
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

/// Gerbang's metadata, and a client made from them.
struct Known {
    metadata: Metadata,
    client: OidcClient,
}

/// An authorization request.
pub struct Asked {
    /// Address to send the browser to.
    pub url: Url,
    /// Expected in the response.
    pub state: CsrfToken,
    /// Expected in the ID token.
    pub nonce: Nonce,
    /// The PKCE verifier (RFC 7636).
    pub verifier: PkceCodeVerifier,
}

/// A signed-in person.
#[derive(Clone)]
pub struct Entered {
    /// Subject, pairwise for this platform.
    pub sub: String,
    /// Name, with the scope `profile`.
    pub name: Option<String>,
    /// Civil servant number, with the scope `nip`.
    pub nip: Option<String>,
    /// E-mail address, with the scope `email`.
    pub email: Option<String>,
    /// Session at Gerbang.
    pub sid: Option<String>,
    /// The chosen access.
    pub access: Option<ChosenAccess>,
    /// The raw ID token, needed to sign out.
    pub id_token: String,
    access_token: AccessToken,
    refresh_token: Option<RefreshToken>,
}

/// The platform's side of OpenID Connect.
pub struct RelyingParty {
    own: Url,
    issuer: IssuerUrl,
    http: reqwest::Client,
    known: RwLock<Option<Arc<Known>>>,
}

impl RelyingParty {
    /// A relying party that people reach at `own`. Sends no request yet.
    ///
    /// # Errors
    /// If the HTTP client cannot be made, or the issuer is no URL.
    pub fn new(own: Url, issuer: &Url) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        // No redirects: they would allow server-side request forgery, as the library warns.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build()?;
        let issuer = IssuerUrl::new(issuer.as_str().trim_end_matches('/').to_owned())?;
        Ok(Self { own, issuer, http, known: RwLock::default() })
    }

    /// The trusted issuer.
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Path and query of `uri`; `None` if it is on another origin.
    pub fn own_path(&self, uri: &str) -> Option<String> {
        let uri = uri.parse::<Url>().ok().filter(|uri| uri.origin() == self.own.origin())?;
        // Browsers take a path that begins with two slashes for a host.
        let path = format!("/{}", uri.path().trim_start_matches(['/', '\\']));
        Some(uri.query().map_or(path.clone(), |query| format!("{path}?{query}")))
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.own.as_str().trim_end_matches('/'))
    }

    /// Gerbang's metadata, read once.
    async fn known(&self) -> Result<Arc<Known>, Trouble> {
        if let Some(known) = &*self.known.read().await {
            return Ok(known.clone());
        }
        self.discover().await
    }

    /// Reads Gerbang's metadata and keys (OpenID Connect Discovery, section 4).
    async fn discover(&self) -> Result<Arc<Known>, Trouble> {
        let metadata = Metadata::discover_async(self.issuer.clone(), &sender(&self.http))
            .await
            .map_err(|error| Trouble::Unreachable(error.to_string()))?;
        let (id, secret) = (ClientId::new(DEMO_CLIENT.to_owned()), ClientSecret::new(DEMO_SECRET.to_owned()));
        let back = RedirectUrl::new(self.at("/masuk/kembali")).map_err(untrusted)?;
        let client = OidcClient::from_provider_metadata(metadata.clone(), id, Some(secret)).set_redirect_uri(back);
        let known = Arc::new(Known { metadata, client });
        *self.known.write().await = Some(known.clone());
        Ok(known)
    }

    /// Makes an authorization request (OpenID Connect Core, section 3.1.2.1; RFC 7636, section 4.3).
    ///
    /// # Errors
    /// If Gerbang does not answer.
    pub async fn ask(&self, hint: Option<LoginHint>, prompt: Option<CoreAuthPrompt>) -> Result<Asked, Trouble> {
        let known = self.known().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = known.client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scopes = SCOPES.map(|scope| Scope::new(scope.to_owned()));
        let mut request = request.add_scopes(scopes).set_pkce_challenge(challenge);
        if let Some(hint) = hint {
            request = request.set_login_hint(hint);
        }
        if let Some(prompt) = prompt {
            request = request.add_prompt(prompt);
        }
        let (url, state, nonce) = request.url();
        Ok(Asked { url, state, nonce, verifier })
    }

    /// Checks the `iss` of an authorization response (RFC 9207, section 2.4).
    ///
    /// # Errors
    /// [`Trouble::Untrusted`] if another issuer is named, or none although Gerbang always names itself.
    pub async fn comes_from_gerbang(&self, iss: Option<&str>) -> Result<(), Trouble> {
        let known = self.known().await?;
        let more = &known.metadata.additional_metadata().additional_metadata;
        let named = more.authorization_response_iss_parameter_supported;
        match iss {
            Some(iss) if iss == self.issuer() => Ok(()),
            None if !named => Ok(()),
            other => Err(Trouble::Untrusted(format!("the answer comes from {other:?}"))),
        }
    }

    /// Exchanges a code for tokens and validates them (OpenID Connect Core, sections 3.1.3.3 to 3.1.3.8).
    ///
    /// # Errors
    /// If Gerbang refuses, or an answer is invalid.
    pub async fn redeem(&self, code: String, nonce: &Nonce, verifier: PkceCodeVerifier) -> Result<Entered, Trouble> {
        let known = self.known().await?;
        let exchange = known.client.exchange_code(AuthorizationCode::new(code)).map_err(untrusted)?;
        let tokens = exchange.set_pkce_verifier(verifier).request_async(&sender(&self.http)).await.map_err(refusal)?;
        let nonce = nonce.clone();
        let entered = self.believed(&tokens, move |said: Option<&Nonce>| match said {
            Some(said) if said.secret() == nonce.secret() => Ok(()),
            _ => Err("another nonce".to_owned()),
        });
        self.userinfo(entered.await?).await
    }

    /// Refreshes the tokens. Person and session must stay the same (OpenID Connect Core, section 12.2).
    ///
    /// # Errors
    /// If Gerbang refuses, or an answer is invalid.
    pub async fn refresh(&self, entered: Entered) -> Result<Entered, Trouble> {
        let refused = || Trouble::Refused { code: "invalid_grant".to_owned(), description: None };
        let token = entered.refresh_token.clone().ok_or_else(refused)?;
        let known = self.known().await?;
        let exchange = known.client.exchange_refresh_token(&token).map_err(untrusted)?;
        let tokens = exchange.request_async(&sender(&self.http)).await.map_err(refusal)?;
        let renewed = if tokens.id_token().is_some() {
            self.believed(&tokens, |_: Option<&Nonce>| Ok(())).await?
        } else {
            Entered { access_token: tokens.access_token().clone(), ..entered.clone() }
        };
        if renewed.sub != entered.sub || renewed.sid != entered.sid {
            return Err(Trouble::Untrusted("new tokens are about somebody else".to_owned()));
        }
        let refresh_token = tokens.refresh_token().cloned().or(entered.refresh_token);
        Ok(Entered { refresh_token, ..renewed })
    }

    /// Validates tokens. On failure, reads the keys again and retries once, because keys rotate (section 10.1.1).
    async fn believed(
        &self,
        tokens: &Tokens,
        nonce: impl Fn(Option<&Nonce>) -> Result<(), String> + Send + Sync,
    ) -> Result<Entered, Trouble> {
        let known = self.known().await?;
        match checked(&known, tokens, &nonce) {
            Ok(entered) => Ok(entered),
            Err(_) => checked(&*self.discover().await?, tokens, &nonce),
        }
    }

    /// Reads the current profile. Access tokens live for minutes, so a refused one is refreshed first; only if that is
    /// refused too has the session ended.
    ///
    /// # Errors
    /// If Gerbang refuses, or an answer is invalid.
    pub async fn profile(&self, entered: Entered) -> Result<Entered, Trouble> {
        match self.userinfo(entered.clone()).await {
            Err(Trouble::Refused { .. }) => self.userinfo(self.refresh(entered).await?).await,
            outcome => outcome,
        }
    }

    /// The userinfo endpoint (section 5.3).
    async fn userinfo(&self, entered: Entered) -> Result<Entered, Trouble> {
        let known = self.known().await?;
        let subject = SubjectIdentifier::new(entered.sub.clone());
        let request = known.client.user_info(entered.access_token.clone(), Some(subject)).map_err(untrusted)?;
        let said: UserInfoClaims<GerbangClaims, CoreGenderClaim> =
            request.request_async(&sender(&self.http)).await.map_err(|error| match error {
                UserInfoError::Response(status, _, description) if status.is_client_error() => {
                    Trouble::Refused { code: "invalid_token".to_owned(), description: Some(description) }
                }
                UserInfoError::Request(error) => Trouble::Unreachable(error.to_string()),
                other => untrusted(other),
            })?;
        let name = said.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned());
        let email = said.email().map(|email| email.as_str().to_owned());
        let GerbangClaims { gerbang: access, nip, .. } = said.additional_claims().clone();
        Ok(Entered { name, nip, email, access, ..entered })
    }

    /// Address that ends the session at Gerbang (RP-Initiated Logout, section 2).
    ///
    /// # Errors
    /// If Gerbang does not answer, or does not support signing out.
    pub async fn logout(&self, entered: &Entered) -> Result<Url, Trouble> {
        let known = self.known().await?;
        let endpoint = known.metadata.additional_metadata().end_session_endpoint.clone();
        let endpoint = endpoint.ok_or_else(|| Trouble::Untrusted("Gerbang does not know signing out".to_owned()))?;
        let back = PostLogoutRedirectUrl::new(self.at("/keluar/selesai")).map_err(untrusted)?;
        let request = LogoutRequest::from(endpoint).set_client_id(ClientId::new(DEMO_CLIENT.to_owned()));
        let mut url = request.set_post_logout_redirect_uri(back).http_get_url();
        url.query_pairs_mut().append_pair("id_token_hint", &entered.id_token);
        Ok(url)
    }

    /// Verifies a logout token; returns what ended.
    ///
    /// # Errors
    /// [`Trouble::Untrusted`] if the token is invalid.
    pub async fn ended(&self, logout_token: &str) -> Result<Ended, Trouble> {
        let known = self.known().await?;
        let keys = self.http.get(known.metadata.jwks_uri().url().clone()).send().await;
        let keys = match keys.and_then(reqwest::Response::error_for_status) {
            Ok(answer) => answer.json().await,
            Err(error) => Err(error),
        };
        let keys = keys.map_err(|error| Trouble::Unreachable(error.to_string()))?;
        logout_token::read(logout_token, &keys, self.issuer(), DEMO_CLIENT).map_err(untrusted)
    }
}

/// Validates the ID token and the access token hash (sections 3.1.3.7 and 3.1.3.8).
fn checked(
    known: &Known,
    tokens: &Tokens,
    nonce: &(impl Fn(Option<&Nonce>) -> Result<(), String> + Send + Sync),
) -> Result<Entered, Trouble> {
    let id_token = tokens.id_token().ok_or_else(|| Trouble::Untrusted("no ID token came".to_owned()))?;
    let verifier = known.client.id_token_verifier();
    let claims = id_token.claims(&verifier, |said: Option<&Nonce>| nonce(said)).map_err(untrusted)?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().map_err(untrusted)?;
        let key = id_token.signing_key(&verifier).map_err(untrusted)?;
        let found = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(untrusted)?;
        if found != *expected {
            return Err(Trouble::Untrusted("the access token is another".to_owned()));
        }
    }
    let more = claims.additional_claims();
    Ok(Entered {
        sub: claims.subject().as_str().to_owned(),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned()),
        nip: more.nip.clone(),
        email: claims.email().map(|email| email.as_str().to_owned()),
        sid: more.sid.clone(),
        access: more.gerbang.clone(),
        id_token: id_token.to_string(),
        access_token: tokens.access_token().clone(),
        refresh_token: tokens.refresh_token().cloned(),
    })
}

/// Maps a refusal of the token endpoint (RFC 6749, section 5.2).
fn refusal(error: RequestTokenError<reqwest::Error, StandardErrorResponse<CoreErrorResponseType>>) -> Trouble {
    match error {
        RequestTokenError::ServerResponse(said) => {
            Trouble::Refused { code: said.error().as_ref().to_owned(), description: said.error_description().cloned() }
        }
        RequestTokenError::Request(error) => Trouble::Unreachable(error.to_string()),
        other => untrusted(other),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://127.0.0.1:3002/laporan?tahun=2026", Some("/laporan?tahun=2026"))]
    #[case("http://127.0.0.1:3002", Some("/"))]
    #[case("http://127.0.0.1:3002//jahat.example/", Some("/jahat.example/"))]
    #[case("http://127.0.0.1:3003/", None)]
    #[case("http://127.0.0.1:3002@jahat.example/", None)]
    #[case("javascript:alert(1)", None)]
    #[case("//jahat.example", None)]
    fn redirects_stay_on_the_platform(#[case] uri: &str, #[case] path: Option<&str>) {
        let own = "http://127.0.0.1:3002".parse().unwrap();
        let party = RelyingParty::new(own, &"http://127.0.0.1:3000".parse().unwrap()).unwrap();
        assert_eq!(party.own_path(uri).as_deref(), path);
        assert_eq!(party.issuer(), "http://127.0.0.1:3000");
    }
}
