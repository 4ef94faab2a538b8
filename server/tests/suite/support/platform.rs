//! Platforms as clients of OpenID Connect: their registration, and their requests from browsers and servers.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use backend::platforms::admin;
use domain::{
    oidc::Scopes,
    platforms::{AuthMethod, ClientKind, SubjectType, form::PlatformForm},
    role::{ProfileType, Role},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use reqwest::Method;
use serde_json::{Value, json};
use time::macros::date;
use url::Url;
use uuid::Uuid;

use super::{
    Database, NOW, World,
    browser::{Answer, Fields, Site, Visitor, changed},
};

/// The redirect URI of test platforms. Nothing listens there.
pub const CALLBACK: &str = "https://platform.contoh.go.id/masuk/kembali";
/// The redirect URI after signing out.
pub const LOGGED_OUT: &str = "https://platform.contoh.go.id/keluar/selesai";
/// The code verifier (RFC 7636, section 4.1).
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Runs each test against a server on both databases. The server's clock starts at the real time: client libraries check
/// tokens against it.
macro_rules! on_both_sites {
    ($($(#[$meta:meta])* async fn $name:ident($site:ident) $body:block)+) => {
        $(
            mod $name {
                use super::*;

                async fn run($site: $crate::support::browser::Site) $body

                $(#[$meta])*
                #[tokio::test(flavor = "multi_thread")]
                async fn sqlite() {
                    run($crate::support::platform::on_time($crate::support::Database::Sqlite, &[]).await).await;
                }

                $(#[$meta])*
                #[tokio::test(flavor = "multi_thread")]
                async fn postgres() {
                    run($crate::support::platform::on_time($crate::support::Database::Postgres, &[]).await).await;
                }
            }
        )+
    };
}
pub(crate) use on_both_sites;

/// A server with its workers, whose clock starts at the real time.
pub async fn on_time(database: Database, settings: &[(&str, &str)]) -> Site {
    let site = Site::with(database, settings, true).await;
    site.world.advance(backend::world::World::system().now().since(NOW));
    site
}

/// A registered platform.
pub struct Registered {
    pub id: Uuid,
    pub client_id: String,
    /// `None` for public clients and those that sign assertions.
    pub secret: Option<String>,
}

/// The form of a platform: confidential, `client_secret_basic`, for every role, without terms.
pub fn platform_form(slug: &str) -> PlatformForm {
    PlatformForm {
        name: format!("Platform {slug}"),
        slug: slug.to_owned(),
        line: "Platform uji".to_owned(),
        address: "https://platform.contoh.go.id/".to_owned(),
        client_kind: Some(ClientKind::Confidential),
        auth_method: Some(AuthMethod::ClientSecretBasic),
        subject_type: Some(SubjectType::Pairwise),
        scopes: Scopes::parse("openid profile email gerbang offline_access"),
        pkce_required: true,
        profile_types: ProfileType::ALL.to_vec(),
        roles: Role::ALL.to_vec(),
        redirects: CALLBACK.to_owned(),
        logout_redirects: LOGGED_OUT.to_owned(),
        ..PlatformForm::default()
    }
}

impl World {
    /// Registers a platform with [`platform_form`], unless `change` says otherwise.
    pub async fn platform(&self, slug: &str, change: impl FnOnce(&mut PlatformForm)) -> Registered {
        let mut form = platform_form(slug);
        change(&mut form);
        let admin = self.actor("admin@contoh.go.id").await;
        let id = admin::create(&self.backend, &admin, &form).await.unwrap();
        let secret = match form.auth_method {
            Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost) => {
                let (_, secret) = admin::make_secret(&self.backend, &admin, id, self.backend.world.id()).await.unwrap();
                Some(secret.expose().to_owned())
            }
            _ => None,
        };
        Registered { id, client_id: slug.to_owned(), secret }
    }

    /// Gives Siti an access in force: PA of this unit of the Ministry of Health.
    pub async fn active(&self, unit: &str) -> Uuid {
        let siti = self.siti().await;
        self.granted(&siti, Role::Pa, unit, date!(2026 - 11 - 01), date!(2030 - 12 - 31)).await
    }

    /// Gives Budi an access in force: KPA of this unit of the Ministry of Health.
    pub async fn budis(&self, unit: &str) -> Uuid {
        let budi = self.budi().await;
        self.granted(&budi, Role::Kpa, unit, date!(2026 - 11 - 01), date!(2030 - 12 - 31)).await
    }
}

/// The fields without one of them.
pub fn without(fields: Fields, name: &str) -> Fields {
    fields.into_iter().filter(|(known, _)| known != name).collect()
}

/// The code challenge of [`VERIFIER`].
pub fn challenge() -> String {
    let verifier = PkceCodeVerifier::new(VERIFIER.to_owned());
    PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str().to_owned()
}

/// The parameters of a valid authorization request (OpenID Connect Core 1.0, section 3.1.2.1).
pub fn request(client_id: &str) -> Fields {
    let challenge = challenge();
    let fields = [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile email gerbang offline_access"),
        ("state", "keadaan"),
        ("nonce", "sekali"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// Path and query of an authorization request.
pub fn authorize(fields: &Fields) -> String {
    let mut url: Url = "http://gerbang.test/oidc/authorize".parse().unwrap();
    url.query_pairs_mut().extend_pairs(fields);
    path_of(&url)
}

pub fn path_of(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

/// The value of a query parameter.
pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// Where an answer leads, by a redirect or by a page that refreshes: forms cannot redirect to other origins.
pub fn leads_to(answer: &Answer) -> Option<String> {
    let refresh = || {
        let refresh = answer.select("meta[http-equiv=refresh]");
        Some(refresh.first()?.get("content")?.split_once("url=")?.1.to_owned())
    };
    answer.location().map(str::to_owned).or_else(refresh)
}

/// Goes through our pages until the browser leaves for another origin, and returns where to: chooses `access`, or the
/// first one offered, and accepts the terms.
pub async fn through(visitor: &Visitor, mut answer: Answer, access: Option<Uuid>) -> Url {
    for _ in 0..12 {
        let Some(to) = leads_to(&answer) else {
            let shown = answer.expect(200);
            let (action, fields) = filled_in(&shown, access);
            answer = visitor.post(&action, &fields).await;
            continue;
        };
        let to = visitor.base.join(&to).unwrap();
        if to.origin() != visitor.base.origin() {
            return to;
        }
        answer = visitor.get(&path_of(&to)).await;
    }
    panic!("{} leads through more than twelve pages", answer.path);
}

/// Fills in the form of a page on the way to a platform.
fn filled_in(page: &Answer, access: Option<Uuid>) -> (String, Fields) {
    let ours = |action: &str| action.starts_with("/platform") || action.starts_with("/oidc");
    let forms = page.select("form[action]");
    let action = forms.iter().filter_map(|form| form.get("action")).find(|action| ours(action));
    let action = action.unwrap_or_else(|| panic!("{} leads nowhere: {}", page.path, page.text())).to_owned();
    let mut fields = page.form(&action);
    for input in page.select("input[name]") {
        let (Some(name), value) = (input.get("name"), input.get("value").unwrap_or("on")) else { continue };
        let known = fields.iter().any(|(known, _)| known == name);
        match input.get("type") {
            Some("radio") if access.is_some_and(|access| access.to_string() == value) => {
                fields = changed(fields, &[(name, value)]);
            }
            Some("radio" | "checkbox") if !known => fields.push((name.to_owned(), value.to_owned())),
            _ => {}
        }
    }
    (action, fields)
}

impl Site {
    /// Requests an authorization for somebody who is signed in, and returns the redirect to the platform.
    pub async fn answered(&self, visitor: &Visitor, fields: &Fields, access: Option<Uuid>) -> Url {
        through(visitor, visitor.get(&authorize(fields)).await, access).await
    }

    /// An authorization code for a client.
    pub async fn code(&self, visitor: &Visitor, client_id: &str) -> String {
        let to = self.answered(visitor, &request(client_id), None).await;
        parameter(&to, "code").unwrap_or_else(|| panic!("no code came: {to}"))
    }

    /// Posts as a server does: without cookies and origin.
    pub async fn server_asks(&self, path: &str, client: &Registered, fields: &Fields) -> Answer {
        let request = self.visitor().bare(Method::POST, path);
        let request = match &client.secret {
            Some(secret) => request.basic_auth(&client.client_id, Some(secret)),
            None => request,
        };
        Answer::of(path, request.form(fields)).await
    }

    pub async fn token(&self, client: &Registered, fields: &Fields) -> Answer {
        self.server_asks("/oidc/token", client, fields).await
    }

    /// Requests an authorization and exchanges its code for tokens.
    pub async fn tokens(&self, visitor: &Visitor, client: &Registered) -> Value {
        let code = self.code(visitor, &client.client_id).await;
        self.token(client, &exchange(&code)).await.expect(200).json()
    }

    pub async fn userinfo(&self, access_token: &str) -> Answer {
        let request = self.visitor().bare(Method::GET, "/oidc/userinfo").bearer_auth(access_token);
        Answer::of("/oidc/userinfo", request).await
    }
}

/// The token request of a code (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
pub fn exchange(code: &str) -> Fields {
    let fields =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// The token request of a refresh token (RFC 6749, section 6).
pub fn refresh(token: &str) -> Fields {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// The key of a client that authenticates with assertions (`private_key_jwt`).
pub struct ClientKey {
    key: EncodingKey,
    kid: String,
}

impl ClientKey {
    pub fn new(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let key = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
        Self { key, kid: kid.to_owned() }
    }

    /// The public key, for the registration of the platform.
    pub fn jwks(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, Algorithm::ES256).unwrap();
        jwk.common.key_id = Some(self.kid.clone());
        json!({ "keys": [jwk] })
    }

    /// Signs claims (RFC 7523, section 2.2).
    pub fn assertion(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.key).unwrap()
    }
}
