//! Entering platforms: discovery, login, userinfo, refresh and logout as the client library `openidconnect` does them, the
//! demo platform by both ways in, and rights that end at once. What is refused is in `oidc_hostile`.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use backend::{
    accesses,
    oidc::logout::{Delivery, deliver_due},
    platforms, staff, verification,
};
use devtools::demo_platform::{self, DemoPlatform};
use domain::{
    platforms::{AuthMethod, ClientKind, SubjectType, form::PlatformForm},
    role::{ProfileType, Role},
    status::Verdict,
    time::Timestamp,
};
use futures::future::{BoxFuture, join_all};
use jsonwebtoken::{DecodingKey, Validation, decode, jwk::JwkSet};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields,
    IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse,
    TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use reqwest::{Method, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::macros::date;
use url::Url;
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    outside::Outside,
    platform::*,
    verdicts::form_for,
    *,
};

const SITI: &str = "siti.pa@contoh.go.id";

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

on_both_sites! {
    async fn discovery_says_what_there_is(site) {
        let visitor = site.visitor();
        let answer = visitor.get("/.well-known/openid-configuration").await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let said = answer.json();
        let issuer = issuer(&site);
        assert_eq!(said["issuer"], issuer);
        for (name, path) in [
            ("authorization_endpoint", "/oidc/authorize"),
            ("token_endpoint", "/oidc/token"),
            ("userinfo_endpoint", "/oidc/userinfo"),
            ("jwks_uri", "/oidc/jwks"),
            ("revocation_endpoint", "/oidc/revoke"),
            ("introspection_endpoint", "/oidc/introspect"),
            ("end_session_endpoint", "/oidc/logout"),
        ] {
            assert_eq!(said[name], format!("{issuer}{path}"), "{name}");
        }
        assert_eq!(said["response_types_supported"], json!(["code"]));
        assert_eq!(said["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(said["authorization_response_iss_parameter_supported"], true);
        assert_eq!(said["backchannel_logout_supported"], true);
        assert_eq!(said["backchannel_logout_session_supported"], true);
        let list = |name: &str| {
            let values = said[name].as_array().unwrap_or_else(|| panic!("{name} is missing: {said}"));
            values.iter().map(|value| value.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let set = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(list("scopes_supported"), set(&["openid", "profile", "email", "gerbang", "offline_access"]));
        assert_eq!(list("id_token_signing_alg_values_supported"), set(&["ES256", "RS256"]));
        assert_eq!(list("subject_types_supported"), set(&["pairwise", "public"]));
        let methods = set(&["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]);
        assert_eq!(list("token_endpoint_auth_methods_supported"), methods);
        assert!(list("claims_supported").is_superset(&set(&["sub", "name", "email", "gerbang", "sid"])), "{said}");

        let keys = visitor.get("/oidc/jwks").await.expect(200).json();
        let keys = keys["keys"].as_array().unwrap();
        let kinds: BTreeSet<_> = keys.iter().map(|key| key["alg"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["ES256", "RS256"].into());
        for key in keys {
            assert!(key["kid"].is_string() && key["use"] == "sig", "{key}");
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "a private key is published");
            }
        }
    }

    async fn a_client_of_every_kind_signs_somebody_in(site) {
        let world = &site.world;
        let access = world.active("Sekretariat").await;
        let visitor = site.siti().await;
        let metadata = discovered(&site).await;
        let mut subjects = BTreeSet::new();
        let kinds = [
            ("dasar", ClientKind::Confidential, AuthMethod::ClientSecretBasic, AuthType::BasicAuth),
            ("kirim", ClientKind::Confidential, AuthMethod::ClientSecretPost, AuthType::RequestBody),
            ("umum", ClientKind::Public, AuthMethod::None, AuthType::RequestBody),
        ];
        for (slug, kind, method, auth) in kinds {
            let client = world
                .platform(slug, |form| {
                    (form.client_kind, form.auth_method) = (Some(kind), Some(method));
                    form.sector = format!("{slug}.contoh.go.id");
                })
                .await;
            let library = library(metadata.clone(), &client).set_auth_type(auth);
            let tokens = signed_in(&library, &visitor, None).await;
            assert_eq!(tokens.expires_in(), Some(Duration::from_secs(300)), "{slug}");
            let said = userinfo(&library, &tokens).await;
            assert_eq!(said.name().unwrap().get(None).unwrap().as_str(), "Siti Rahmawati");
            assert_eq!((said.email().unwrap().as_str(), said.email_verified()), (SITI, Some(true)));
            let ours = said.additional_claims().gerbang.clone().unwrap();
            assert_eq!(ours["access_id"], access.to_string());
            assert_eq!((&ours["role"], &ours["profile_type"]), (&json!("pa"), &json!("non_penyedia")));
            assert_eq!(ours["nama_klpd"], "Kementerian Kesehatan");
            assert!(ours["kd_klpd"].is_string() && ours["kd_satker"].is_string(), "{ours}");
            assert!(ours["nama_satker"].as_str().unwrap().starts_with("Sekretariat"), "{ours}");
            let ends = ours["access_expires_at"].as_i64().unwrap();
            assert_eq!(Timestamp::from_micros(ends * 1_000_000).date(Default::default()).to_string(), "2031-01-01");
            subjects.insert(said.subject().as_str().to_owned());
        }
        // Each of another sector, each another name for the same person (OpenID Connect Core, section 8.1).
        assert_eq!(subjects.len(), 3);
    }

    async fn platforms_of_one_sector_know_a_person_by_one_name(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let visitor = site.siti().await;
        let metadata = discovered(&site).await;
        let mut names = BTreeSet::new();
        for (slug, subject) in [("satu", SubjectType::Pairwise), ("dua", SubjectType::Pairwise), ("tiga", SubjectType::Public)] {
            let client = world.platform(slug, |form| form.subject_type = Some(subject)).await;
            let library = library(metadata.clone(), &client);
            let tokens = signed_in(&library, &visitor, None).await;
            names.insert(userinfo(&library, &tokens).await.subject().as_str().to_owned());
        }
        assert_eq!(names.len(), 2);
    }

    async fn scopes_decide_what_is_said(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let visitor = site.siti().await;
        let client = world.platform("cakupan", |_| {}).await;
        let cases: [(&str, &[&str]); 4] = [
            ("openid", &["sub"]),
            ("openid profile", &["sub", "name"]),
            ("openid email", &["sub", "email", "email_verified"]),
            ("openid gerbang tidak-dikenal", &["sub", "gerbang"]),
        ];
        for (scope, expected) in cases {
            let fields = changed(request(&client.client_id), &[("scope", scope)]);
            let code = parameter(&site.answered(&visitor, &fields, None).await, "code").unwrap();
            let tokens = site.token(&client, &exchange(&code)).await.expect(200);
            assert_eq!(tokens.header("cache-control"), "no-store");
            let tokens = tokens.json();
            assert!(tokens.get("refresh_token").is_none(), "{scope} gives no refresh token");
            let said = site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(200).json();
            let names: BTreeSet<_> = said.as_object().unwrap().keys().map(String::as_str).collect();
            assert!(names.is_superset(&expected.iter().copied().collect()), "{scope}: {said}");
            for other in ["name", "email", "gerbang"].into_iter().filter(|other| !expected.contains(other)) {
                assert!(!names.contains(other), "{scope} says {other}");
            }
        }
    }

    async fn a_refresh_gives_new_tokens_for_the_same_session(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let visitor = site.siti().await;
        let client = world.platform("segar", |_| {}).await;
        let library = library(discovered(&site).await, &client);
        let first = signed_in(&library, &visitor, None).await;
        let sid = userinfo(&library, &first).await;
        let old = first.refresh_token().unwrap();
        let second = library.exchange_refresh_token(old).unwrap().request_async(&sender()).await.unwrap();
        assert_ne!(second.refresh_token().unwrap().secret(), old.secret());
        assert_ne!(second.access_token().secret(), first.access_token().secret());
        assert_eq!(userinfo(&library, &second).await.subject(), sid.subject());
        let claims = second.id_token().map(|token| {
            token.claims(&library.id_token_verifier(), |_: Option<&Nonce>| Ok(())).unwrap().additional_claims().sid.clone()
        });
        if let Some(renewed) = claims {
            let known = first.id_token().unwrap();
            let known = known.claims(&library.id_token_verifier(), |_: Option<&Nonce>| Ok(())).unwrap();
            assert_eq!(renewed, known.additional_claims().sid);
        }
        // A token that was used is refused, and ends what came of it (RFC 9700, section 4.14.2).
        assert_eq!(code_of(library.exchange_refresh_token(old).unwrap().request_async(&sender()).await), "invalid_grant");
        let newest = second.refresh_token().unwrap();
        let outcome = library.exchange_refresh_token(newest).unwrap().request_async(&sender()).await;
        assert_eq!(code_of(outcome), "invalid_grant");
    }

    async fn a_client_proves_itself_by_assertion(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let visitor = site.siti().await;
        let key = ClientKey::new("kunci-1");
        let client = world
            .platform("bukti", |form| {
                form.auth_method = Some(AuthMethod::PrivateKeyJwt);
                form.jwks = key.jwks().to_string();
            })
            .await;
        let code = site.code(&visitor, &client.client_id).await;
        let now = world.backend.world.now().micros() / 1_000_000;
        let issuer = issuer(&site);
        for (nth, audience) in [json!(issuer), json!([format!("{issuer}/oidc/token")])].into_iter().enumerate() {
            let claims = json!({
                "iss": client.client_id, "sub": client.client_id, "aud": audience, "jti": format!("sekali-{nth}"),
                "iat": now, "exp": now + 60,
            });
            let assertion = key.assertion(&claims);
            let proof = [
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion.as_str()),
            ];
            if nth == 0 {
                site.token(&client, &changed(exchange(&code), &proof)).await.expect(200);
            } else {
                let fields = changed(vec![("token".into(), "x".into())], &proof);
                let answer = site.server_asks("/oidc/introspect", &client, &fields).await;
                assert_eq!(answer.expect(200).json()["active"], false);
            }
        }
    }

    async fn the_last_choice_is_remembered_and_can_be_changed(site) {
        let world = &site.world;
        let first = world.active("Sekretariat").await;
        let second = world.active("Inspektorat").await;
        let visitor = site.siti().await;
        let client = world.platform("pilihan", |_| {}).await;
        let asked = request(&client.client_id);
        let chosen = async |to: Url| {
            let code = parameter(&to, "code").unwrap_or_else(|| panic!("{to}"));
            let tokens = site.token(&client, &exchange(&code)).await.expect(200).json();
            let said = site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(200).json();
            said["gerbang"]["access_id"].as_str().unwrap().parse::<Uuid>().unwrap()
        };
        assert_eq!(chosen(site.answered(&visitor, &asked, Some(second)).await).await, second);
        // Asked again without a word of which, the page has the last choice preselected.
        let again = changed(asked.clone(), &[("prompt", "select_account")]);
        assert_eq!(chosen(site.answered(&visitor, &again, None).await).await, second);
        assert_eq!(chosen(site.answered(&visitor, &again, Some(first)).await).await, first);
    }

    async fn somebody_who_is_not_signed_in_signs_in_on_the_way(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("tamu", |_| {}).await;
        let visitor = site.visitor();
        let asked = visitor.get(&authorize(&request(&client.client_id))).await;
        let page = visitor.open(asked.location().unwrap_or_else(|| panic!("{}", asked.text()))).await.expect(200);
        page.shows(&["Masuk"]);
        let fields = changed(page.form("/masuk"), &[("email", SITI), ("password", PASSWORD)]);
        let to = through(&visitor, visitor.post("/masuk", &fields).await, None).await;
        assert!(parameter(&to, "code").is_some(), "{to}");
        assert_eq!(parameter(&to, "iss"), Some(issuer(&site)));
        // `max_age` and `prompt=login` ask for the password again (OpenID Connect Core, section 3.1.2.1).
        for again in [("prompt", "login"), ("max_age", "0")] {
            let asked = visitor.get(&authorize(&changed(request(&client.client_id), &[again]))).await;
            let to = asked.location().unwrap_or_default().to_owned();
            assert!(to.starts_with("/masuk"), "{again:?} leads to {to:?}");
            // Also of somebody who is signed in, whom that page would let go on otherwise.
            world.advance(Duration::from_secs(1));
            let fields = visitor.get(&to).await.expect(200).form("/masuk");
            let fields = changed(fields, &[("email", SITI), ("password", PASSWORD)]);
            let to = through(&visitor, visitor.post("/masuk", &fields).await, None).await;
            assert!(parameter(&to, "code").is_some(), "{again:?} leads to {to}");
        }
    }

    async fn signing_out_by_the_platform_ends_both_sessions(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let visitor = site.siti().await;
        let client = world.platform("keluar", |_| {}).await;
        let metadata = discovered(&site).await;
        let endpoint = metadata.additional_metadata().end_session_endpoint.clone().unwrap();
        let library = library(metadata, &client);
        let tokens = signed_in(&library, &visitor, None).await;
        let url = LogoutRequest::from(endpoint)
            .set_id_token_hint(tokens.id_token().unwrap())
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(LOGGED_OUT.to_owned()).unwrap())
            .set_state(CsrfToken::new("pulang".to_owned()))
            .http_get_url();
        let to = through(&visitor, visitor.get(&path_of(&url)).await, None).await;
        assert!(to.as_str().starts_with(LOGGED_OUT), "{to}");
        assert_eq!(parameter(&to, "state").as_deref(), Some("pulang"));
        assert_eq!(visitor.get("/akses").await.expect(302).location().unwrap().split('?').next(), Some("/masuk"));
        let outcome = library.exchange_refresh_token(tokens.refresh_token().unwrap()).unwrap();
        assert_eq!(code_of(outcome.request_async(&sender()).await), "invalid_grant");
        site.userinfo(tokens.access_token().secret()).await.expect(401);
    }

    async fn a_browser_that_signs_in_anew_has_one_session(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let visitor = site.siti().await;
        let client = world.platform("lagi", |_| {}).await;
        let tokens = site.tokens(&visitor, &client).await;
        let access_token = tokens["access_token"].as_str().unwrap();
        visitor.sign_in(SITI).await;
        // What she has there goes on, and ends with the new session.
        site.userinfo(access_token).await.expect(200);
        visitor.send("/keluar", &[("", "")]).await.expect(200);
        site.userinfo(access_token).await.expect(401);

        // Somebody else at the same browser takes nothing over.
        visitor.sign_in(SITI).await;
        let tokens = site.tokens(&visitor, &client).await;
        visitor.sign_in("budi.kpa@contoh.go.id").await;
        site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(401);
    }

    async fn signing_out_at_a_platform_ends_what_it_has_whatever_session_gave_it(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("jauh", |_| {}).await;
        let tokens = site.tokens(&site.siti().await, &client).await;
        let mut url: Url = "http://gerbang.test/oidc/logout".parse().unwrap();
        url.query_pairs_mut()
            .append_pair("id_token_hint", tokens["id_token"].as_str().unwrap())
            .append_pair("post_logout_redirect_uri", LOGGED_OUT);
        let other = site.siti().await;
        let asked = other.get(&path_of(&url)).await.expect(303);
        assert!(asked.location().unwrap().starts_with("/oidc/keluar?"), "of Gerbang itself she is asked");
        other.get("/akses").await.expect(200);
        let refused = site.token(&client, &refresh(tokens["refresh_token"].as_str().unwrap())).await.expect(400);
        assert_eq!(refused.json()["error"], "invalid_grant");
    }

    async fn a_role_that_a_platform_admits_no_more_is_out_for_good(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("sempit", |_| {}).await;
        let tokens = site.tokens(&site.siti().await, &client).await;
        let admin = world.actor("admin@contoh.go.id").await;
        for roles in [vec![Role::Kpa], vec![Role::Pa, Role::Kpa]] {
            let stored = platforms::admin::find(&world.backend, &admin, client.id).await.unwrap();
            let form = PlatformForm { roles, profile_types: vec![ProfileType::NonPenyedia], ..stored.form };
            platforms::admin::change(&world.backend, &admin, client.id, stored.version, &form).await.unwrap();
            site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(401);
        }
    }

    async fn introspection_tells_the_client_of_its_own_tokens(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let visitor = site.siti().await;
        let client = world.platform("periksa", |_| {}).await;
        let tokens = site.tokens(&visitor, &client).await;
        let ask = async |token: &str| {
            let fields = vec![("token".to_owned(), token.to_owned())];
            site.server_asks("/oidc/introspect", &client, &fields).await.expect(200).json()
        };
        let said = ask(tokens["access_token"].as_str().unwrap()).await;
        assert_eq!((&said["active"], &said["client_id"]), (&json!(true), &json!("periksa")));
        assert!(said["sub"].is_string() && said["exp"].is_i64(), "{said}");
        assert_eq!(ask(tokens["refresh_token"].as_str().unwrap()).await["active"], true);
        assert_eq!(ask("tidak-ada").await, json!({ "active": false }));
    }

    async fn nothing_that_opens_a_door_is_stored_as_it_is(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let visitor = site.siti().await;
        let client = world.platform("rahasia", |_| {}).await;
        let code = site.code(&visitor, &client.client_id).await;
        let tokens = site.token(&client, &exchange(&code)).await.expect(200).json();
        let secrets = [
            code,
            tokens["access_token"].as_str().unwrap().to_owned(),
            tokens["refresh_token"].as_str().unwrap().to_owned(),
            client.secret.unwrap(),
        ];
        let url = secrecy::ExposeSecret::expose_secret(&world.config.database.url).to_owned();
        for (table, rows) in Outside::of(&url).await.everything().await {
            for secret in &secrets {
                assert!(rows.iter().all(|row| !row.contains(secret.as_str())), "{table} has a secret as it is");
            }
        }
    }

    async fn rights_end_at_once(site) {
        let world = &site.world;
        let client = world.platform("hak", |_| {}).await;
        for ending in [Ending::Reopened, Ending::Disabled, Ending::Expired] {
            let budi = world.budi().await;
            let access = match ending {
                Ending::Expired => {
                    let today = world.backend.world.today(budi.zone);
                    world.granted(&budi, Role::Kpa, ending.unit(), today, today).await
                }
                _ => world.budis(ending.unit()).await,
            };
            let visitor = site.budi().await;
            let to = site.answered(&visitor, &request(&client.client_id), Some(access)).await;
            let tokens = site.token(&client, &exchange(&parameter(&to, "code").unwrap())).await.expect(200).json();
            let unused = parameter(&site.answered(&visitor, &request(&client.client_id), Some(access)).await, "code");
            let access_token = tokens["access_token"].as_str().unwrap().to_owned();
            site.userinfo(&access_token).await.expect(200);

            match ending {
                Ending::Reopened => {
                    let application = application_of(&site, &budi, access).await;
                    let supervisor = world.actor("penyelia@contoh.go.id").await;
                    verification::reopen(&world.backend, &supervisor, application, "Surat ternyata dicabut.").await.unwrap();
                }
                // Of an account that is none of the staff's there is no use case yet: the row says it.
                Ending::Disabled => {
                    world.sql("UPDATE users SET disabled_at = 1 WHERE email = 'budi.kpa@contoh.go.id'").await.unwrap();
                }
                Ending::Expired => world.advance(DAY),
            }
            let refused = site.token(&client, &refresh(tokens["refresh_token"].as_str().unwrap())).await.expect(400);
            assert_eq!(refused.json()["error"], "invalid_grant", "{ending:?}");
            site.userinfo(&access_token).await.expect(401);
            let refused = site.token(&client, &exchange(&unused.unwrap())).await.expect(400);
            assert_eq!(refused.json()["error"], "invalid_grant", "{ending:?}");
            world.sql("UPDATE users SET disabled_at = NULL WHERE email = 'budi.kpa@contoh.go.id'").await.unwrap();
        }
    }

    async fn an_approval_that_is_taken_back_ends_what_it_gave(site) {
        let world = &site.world;
        let access = world.active("Sekretariat").await;
        let client = world.platform("urung", |_| {}).await;
        let visitor = site.siti().await;
        let tokens = site.tokens(&visitor, &client).await;
        let application = application_of(&site, &world.siti().await, access).await;
        verification::undo(&world.backend, &world.verifier().await, application).await.unwrap();
        let refused = site.token(&client, &refresh(tokens["refresh_token"].as_str().unwrap())).await.expect(400);
        assert_eq!(refused.json()["error"], "invalid_grant");
        site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(401);
        // Approved again, the access is back; what it gave before is not.
        let verifier = world.verifier().await;
        let case = verification::case_file(&world.backend, &verifier, application).await.unwrap();
        let form = form_for(&case, Verdict::Approve, "");
        verification::decide(&world.backend, &verifier, application, &form).await.unwrap();
        site.token(&client, &refresh(tokens["refresh_token"].as_str().unwrap())).await.expect(400);
        site.tokens(&visitor, &client).await;
    }

    async fn a_session_that_is_ended_ends_what_it_entered_and_nothing_else(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("sesi", |_| {}).await;
        let (here, elsewhere) = (site.siti().await, site.siti().await);
        let (kept, ended) = (site.tokens(&here, &client).await, site.tokens(&elsewhere, &client).await);
        here.send("/profil/sesi", &[("sesi", "lain")]).await.expect(200);
        site.userinfo(ended["access_token"].as_str().unwrap()).await.expect(401);
        let refused = site.token(&client, &refresh(ended["refresh_token"].as_str().unwrap())).await.expect(400);
        assert_eq!(refused.json()["error"], "invalid_grant");
        site.userinfo(kept["access_token"].as_str().unwrap()).await.expect(200);
        // A session that ends by time is no sign-out: a refresh token goes on.
        world.advance(DAY);
        backend::accounts::sessions::sweep(&world.backend).await.unwrap();
        site.token(&client, &refresh(kept["refresh_token"].as_str().unwrap())).await.expect(200);
    }

    async fn a_new_password_ends_what_the_old_one_entered(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("sandi", |_| {}).await;
        let tokens = site.tokens(&site.siti().await, &client).await;
        backend::accounts::forgot_password(&world.backend, SITI).await.unwrap();
        let link = world.secret_for(SITI).await;
        let password = "kuda lari di pantai".into();
        backend::accounts::reset_password(&world.backend, &link, &password, &origin()).await.unwrap();
        site.token(&client, &refresh(tokens["refresh_token"].as_str().unwrap())).await.expect(400);
        site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(401);
    }

    async fn without_a_hint_the_person_is_asked_first(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("tanya", |_| {}).await;
        let siti = site.siti().await;
        let tokens = site.tokens(&siti, &client).await;
        let mut url: Url = "http://gerbang.test/oidc/logout".parse().unwrap();
        url.query_pairs_mut()
            .append_pair("client_id", &client.client_id)
            .append_pair("post_logout_redirect_uri", LOGGED_OUT)
            .append_pair("state", "pulang & pergi");
        let asked = siti.get(&path_of(&url)).await.expect(303);
        let page = siti.open(asked.location().unwrap()).await.expect(200);
        page.shows(&["Keluar dari Gerbang?", "Platform tanya meminta Anda keluar."]);
        // Seeing the page ends nothing, nor does another page that sends its form.
        let fields = page.form("/oidc/keluar");
        let forged = siti.bare(Method::POST, "/oidc/keluar").header("origin", "https://jahat.example").form(&fields);
        assert_eq!(Answer::of("/oidc/keluar", forged).await.status, 403);
        site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(200);

        let left = siti.post("/oidc/keluar", &fields).await.expect(200);
        let to: Url = leads_to(&left).unwrap().parse().unwrap();
        assert!(to.as_str().starts_with(LOGGED_OUT), "{to}");
        assert_eq!(parameter(&to, "state").as_deref(), Some("pulang & pergi"));
        assert!(!left.header("set-cookie").is_empty(), "the cookie of the session goes with it");
        site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(401);
        siti.get("/akses").await.expect(302);
        siti.get("/oidc/keluar").await.expect(200).shows(&["Anda sudah keluar"]);

        // An address that is not registered is left out of the question.
        let again = site.siti().await;
        let strange = changed(
            vec![("client_id".to_owned(), client.client_id.clone())],
            &[("post_logout_redirect_uri", "https://jahat.example/")],
        );
        let left = again.post("/oidc/keluar", &strange).await.expect(303);
        assert_eq!(left.location(), Some("/oidc/keluar"));
    }

    /// A platform may send its request by a form; the cookie of our session does not come along with that.
    async fn a_platform_may_post_its_request(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("pos", |_| {}).await;
        let siti = site.siti().await;
        let tokens = site.tokens(&siti, &client).await;
        let fields = [("id_token_hint", tokens["id_token"].as_str().unwrap()), ("post_logout_redirect_uri", LOGGED_OUT)];
        let posted = site.visitor().bare(Method::POST, "/oidc/logout").header("origin", "https://platform.contoh.go.id");
        let answer = Answer::of("/oidc/logout", posted.form(&fields)).await.expect(303);
        let to = site.base.join(answer.location().unwrap()).unwrap();
        assert_eq!((to.origin(), to.path()), (site.base.origin(), "/oidc/logout"));
        let back = through(&siti, siti.get(&path_of(&to)).await, None).await;
        assert!(back.as_str().starts_with(LOGGED_OUT), "{back}");
        siti.get("/akses").await.expect(302);
    }

    async fn a_platform_that_was_down_is_told_once_it_is_back(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let ear = Ear::new().await;
        let client = world.platform("kabar", |form| form.backchannel_logout_uri = ear.url.clone()).await;
        let siti = site.siti().await;
        let tokens = site.tokens(&siti, &client).await;
        ear.answers(StatusCode::SERVICE_UNAVAILABLE);
        siti.send("/keluar", &[("", "")]).await.expect(200);
        ear.hears(1).await;
        // The clock stands: the next attempt is due in 5 seconds, the one after it 10 seconds later.
        let mut outside = Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await;
        let mut noted = async |wait: u64| {
            let due = world.clock.world().now().plus(Duration::from_secs(wait)).micros();
            let noted = format!("SELECT 'noted' FROM logout_notices WHERE due_at = {due} AND last_error IS NOT NULL");
            while outside.texts(&noted).await.is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        noted(5).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        ear.hears(1).await;
        world.advance(Duration::from_secs(5));
        ear.hears(2).await;
        noted(10).await;
        ear.answers(StatusCode::OK);
        world.advance(Duration::from_secs(10));
        ear.hears(3).await;
        world.advance(HOUR);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        ear.hears(3).await;

        let keys: JwkSet = serde_json::from_value(site.visitor().get("/oidc/jwks").await.expect(200).json()).unwrap();
        let known = claims(&keys, tokens["id_token"].as_str().unwrap(), "JWT", &client.client_id);
        let mut names = BTreeSet::new();
        for token in ear.heard() {
            let said = claims(&keys, &token, "logout+jwt", &client.client_id);
            assert_eq!((&said["iss"], &said["sub"], &said["sid"]), (&known["iss"], &known["sub"], &known["sid"]));
            assert_eq!(said["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
            assert!(said.get("nonce").is_none(), "{said}");
            assert!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap() <= 120, "{said}");
            names.insert(said["jti"].as_str().unwrap().to_owned());
        }
        assert_eq!(names.len(), 3, "each attempt is a token of its own");
    }

    async fn a_platform_that_is_down_holds_up_no_other(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let (deaf, ear) = (Ear::new().await, Ear::new().await);
        let down = world.platform("mati", |form| form.backchannel_logout_uri = deaf.url.clone()).await;
        let up = world.platform("hidup", |form| form.backchannel_logout_uri = ear.url.clone()).await;
        let siti = site.siti().await;
        for _ in 0..6 {
            site.tokens(&siti, &down).await;
        }
        site.tokens(&siti, &up).await;
        deaf.is_silent();
        let began = Instant::now();
        siti.send("/keluar", &[("", "")]).await.expect(200);
        ear.hears(1).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
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

/// The back channel of a platform: hears logout tokens, and answers as it is told.
struct Ear {
    url: String,
    state: Arc<Mutex<Hearing>>,
}

struct Hearing {
    heard: Vec<String>,
    /// No answer at all if there is none.
    answer: Option<StatusCode>,
}

impl Ear {
    async fn new() -> Self {
        let state = Arc::new(Mutex::new(Hearing { heard: Vec::new(), answer: Some(StatusCode::OK) }));
        let router = Router::new().route("/kabar", post(hear)).with_state(state.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/kabar", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    fn answers(&self, status: StatusCode) {
        self.state.lock().unwrap().answer = Some(status);
    }

    fn is_silent(&self) {
        self.state.lock().unwrap().answer = None;
    }

    fn heard(&self) -> Vec<String> {
        self.state.lock().unwrap().heard.clone()
    }

    /// Waits until it has heard just so many.
    async fn hears(&self, times: usize) {
        let began = Instant::now();
        while self.heard().len() < times {
            assert!(began.elapsed() < Duration::from_secs(5), "{} of {times} were heard", self.heard().len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(self.heard().len(), times);
    }
}

async fn hear(State(state): State<Arc<Mutex<Hearing>>>, form: String) -> StatusCode {
    let answer = {
        let mut hearing = state.lock().unwrap();
        hearing.heard.push(form.strip_prefix("logout_token=").unwrap().to_owned());
        hearing.answer
    };
    match answer {
        Some(status) => status,
        None => std::future::pending().await,
    }
}

/// Tried as often as a mail, by one worker at a time, then given up.
async fn a_notice_is_given_up_in_the_end(database: Database) {
    let site = Site::new(database).await;
    let world = &site.world;
    world.active("Sekretariat").await;
    let ear = Ear::new().await;
    let client = world.platform("tuli", |form| form.backchannel_logout_uri = ear.url.clone()).await;
    let siti = site.siti().await;
    site.tokens(&siti, &client).await;
    // One that sends us elsewhere has not heard, and nobody is told there.
    ear.answers(StatusCode::TEMPORARY_REDIRECT);
    siti.send("/keluar", &[("", "")]).await.expect(200);
    let mut wait = 5;
    for attempt in 1..20 {
        // Of several workers at one moment, one takes it up.
        let at_once = join_all((0..4).map(|_| deliver_due(&world.backend, client.id))).await;
        let (some, none): (Vec<_>, Vec<_>) =
            at_once.into_iter().map(Result::unwrap).partition(|delivery| *delivery != Delivery::Nothing);
        let due = world.backend.world.now().plus(Duration::from_secs(wait));
        assert_eq!((some, none.len()), (vec![Delivery::Again(due)], 3), "attempt {attempt}");
        world.advance(Duration::from_secs(wait));
        wait = (2 * wait).min(3600);
    }
    assert_eq!(deliver_due(&world.backend, client.id).await.unwrap(), Delivery::Parked);
    world.advance(DAY);
    assert_eq!(deliver_due(&world.backend, client.id).await.unwrap(), Delivery::Nothing);
    assert_eq!(ear.heard().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_given_up_in_the_end_on_sqlite() {
    a_notice_is_given_up_in_the_end(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_given_up_in_the_end_on_postgres() {
    a_notice_is_given_up_in_the_end(Database::Postgres).await;
}

/// How a right ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Reopened,
    Disabled,
    Expired,
}

impl Ending {
    const fn unit(self) -> &'static str {
        match self {
            Self::Reopened => "Sekretariat",
            Self::Expired => "Inspektorat",
            Self::Disabled => "Biro Hukum",
        }
    }
}

/// The demo platform beside a site of its own.
struct Demo {
    site: Site,
    url: Url,
}

impl Demo {
    async fn new(database: Database) -> Self {
        let platform = DemoPlatform::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let url: Url = format!("http://{}", platform.addr()).parse().unwrap();
        let site = on_time(database, &[("demo_url", url.as_str())]).await;
        tokio::spawn(platform.serve(url.clone(), site.base.clone()));
        Self { site, url }
    }

    /// Presses a button there and goes through pages of ours; gives the page there that it ends with.
    async fn presses(&self, gerbang: &Visitor, button: &str, access: Option<Uuid>) -> Answer {
        let demo = gerbang.at(&self.url);
        let answer = demo.post(button, &[("", "")]).await.expect(303);
        let asked: Url = answer.location().unwrap().parse().unwrap();
        self.arrives(gerbang, gerbang.get(&path_of(&asked)).await, access).await
    }

    /// Goes on from an answer of ours to the page there that it ends with; it may ask us once more on the way.
    async fn arrives(&self, gerbang: &Visitor, mut answer: Answer, access: Option<Uuid>) -> Answer {
        let demo = gerbang.at(&self.url);
        for _ in 0..3 {
            let back = through(gerbang, answer, access).await;
            assert_eq!(back.origin(), self.url.origin(), "{back}");
            let there = demo.get(&path_of(&back)).await;
            match there.location().map(str::to_owned) {
                None => return there,
                Some(to) if to.starts_with('/') => return demo.open(&to).await,
                Some(to) => answer = gerbang.get(&path_of(&to.parse().unwrap())).await,
            }
        }
        panic!("nobody arrives");
    }

    /// Waits until the page there says something; for a second.
    async fn says_within_a_second(&self, gerbang: &Visitor, sentence: &str) {
        let (demo, began) = (gerbang.at(&self.url), Instant::now());
        while !demo.get("/").await.says(sentence) {
            assert!(began.elapsed() < Duration::from_secs(1), "the demo platform does not say {sentence:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

const ENDED: &str = "Sesi Anda di Daftar Hitam diakhiri oleh Gerbang.";

async fn the_demo_platform(database: Database) {
    let demo = Demo::new(database).await;
    let world = &demo.site.world;
    let (first, second) = (world.active("Sekretariat").await, world.active("Inspektorat").await);
    let siti = demo.site.siti().await;

    // From the platform: choice, terms, back.
    let inside = demo.presses(&siti, "/masuk", Some(first)).await.expect(200);
    inside.shows(&["Anda masuk", "Siti Rahmawati", SITI, "PA · Pengguna Anggaran", "Sekretariat", "31 Desember 2030"]);
    assert_eq!(world.count("acceptances").await, 2);

    // Another access, without signing out; the terms are accepted already.
    let inside = demo.presses(&siti, "/ganti", Some(second)).await.expect(200);
    inside.shows(&["Anda masuk", "Inspektorat"]);
    assert_eq!(world.count("acceptances").await, 2);
    for (button, notice) in [("/profil", "Profil dibaca ulang"), ("/perbarui", "Token diperbarui")] {
        let there = siti.at(&demo.url);
        there.send(button, &[("", "")]).await.expect(200).shows(&[notice, "Inspektorat"]);
    }

    // From the launcher.
    let launcher = siti.get("/platform/daftar-hitam").await.expect(200);
    let inside = demo.arrives(&siti, launcher, Some(first)).await.expect(200);
    inside.shows(&["Anda masuk", "Sekretariat"]);

    // Signed out there and here.
    let there = siti.at(&demo.url);
    let answer = there.post("/keluar", &[("", "")]).await.expect(303);
    let asked: Url = answer.location().unwrap().parse().unwrap();
    let back = through(&siti, siti.get(&path_of(&asked)).await, None).await;
    there.get(&path_of(&back)).await.expect(200).shows(&["Anda sudah keluar"]);
    siti.get("/akses").await.expect(302);
}

async fn the_demo_platform_hears_of_the_end(database: Database) {
    let demo = Demo::new(database).await;
    let world = &demo.site.world;
    let admin = world.actor("admin@contoh.go.id").await;
    world.active("Sekretariat").await;
    let siti = demo.site.siti().await;
    demo.presses(&siti, "/masuk", None).await.expect(200).shows(&["Anda masuk"]);
    // Signed out of Gerbang: the platform hears of it.
    siti.send("/keluar", &[("", "")]).await.expect(200);
    demo.says_within_a_second(&siti, ENDED).await;
    assert_eq!(world.count("logout_notices").await, 1);

    // A verifier may have an access too; their account is disabled.
    let hendra = world.verifier2().await;
    world.granted(&hendra, Role::Kpa, "Inspektorat", date!(2026 - 11 - 01), date!(2030 - 12 - 31)).await;
    let visitor = demo.site.verifier2().await;
    demo.presses(&visitor, "/masuk", None).await.expect(200).shows(&["Anda masuk", "Hendra Gunawan"]);
    staff::set_disabled(&world.backend, &admin, hendra.user_id, true).await.unwrap();
    demo.says_within_a_second(&visitor, ENDED).await;

    // An access that is taken away.
    let budi = demo.site.budi().await;
    let access = world.budis("Biro Hukum").await;
    demo.presses(&budi, "/masuk", None).await.expect(200).shows(&["Anda masuk", "Budi Santoso"]);
    let application = application_of(&demo.site, &world.budi().await, access).await;
    let supervisor = world.actor("penyelia@contoh.go.id").await;
    verification::reopen(&world.backend, &supervisor, application, "Surat ternyata dicabut.").await.unwrap();
    demo.says_within_a_second(&budi, ENDED).await;

    // An access that runs out: at midnight in the person's zone, to the second.
    let budi_himself = world.budi().await;
    let today = world.backend.world.today(budi_himself.zone);
    let access = world.granted(&budi_himself, Role::Kpa, "Inspektorat", today, today).await;
    demo.presses(&budi, "/masuk", Some(access)).await.expect(200).shows(&["Anda masuk", "Inspektorat"]);
    let end = Timestamp::start_of(today.next_day().unwrap(), budi_himself.zone);
    world.advance(end.since(world.backend.world.now()) - Duration::from_secs(1));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(budi.at(&demo.url).get("/").await.says("Anda masuk"), "the last second is still within");
    world.advance(Duration::from_secs(1));
    demo.says_within_a_second(&budi, ENDED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_platform_on_sqlite() {
    the_demo_platform(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_platform_on_postgres() {
    the_demo_platform(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_platform_hears_of_the_end_on_sqlite() {
    the_demo_platform_hears_of_the_end(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_platform_hears_of_the_end_on_postgres() {
    the_demo_platform_hears_of_the_end(Database::Postgres).await;
}

/// An answer that nobody asked for, or that another issuer gives, signs nobody in (RFC 9700, sections 4.4 and 4.7).
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_platform_believes_only_what_it_asked_for() {
    let demo = Demo::new(Database::Sqlite).await;
    demo.site.world.active("Sekretariat").await;
    let siti = demo.site.siti().await;
    let there = siti.at(&demo.url);
    there.get("/masuk/kembali?state=x&code=y").await.expect(403);

    let asked: Url = there.post("/masuk", &[("", "")]).await.expect(303).location().unwrap().parse().unwrap();
    let back = through(&siti, siti.get(&path_of(&asked)).await, None).await;
    // Brought to the browser of somebody else.
    demo.site.visitor().at(&demo.url).get(&path_of(&back)).await.expect(403);
    let asked: Url = there.post("/masuk", &[("", "")]).await.expect(303).location().unwrap().parse().unwrap();
    let back = through(&siti, siti.get(&path_of(&asked)).await, None).await;
    let mixed_up: Vec<(String, String)> = back.query_pairs().into_owned().collect();
    let mut other = back.clone();
    other.query_pairs_mut().clear().extend_pairs(changed(mixed_up, &[("iss", "https://jahat.example")]));
    there.get(&path_of(&other)).await.expect(403);
    // What was answered once is over.
    there.get(&path_of(&back)).await.expect(403);

    let issuer = issuer(&demo.site);
    there.get("/masuk/mulai?iss=https://jahat.example").await.expect(403);
    for target in ["https://jahat.example/", "//jahat.example", "javascript:alert(1)"] {
        let mut begin = demo.url.join("/masuk/mulai").unwrap();
        begin.query_pairs_mut().append_pair("iss", &issuer).append_pair("target_link_uri", target);
        let asked = there.get(&path_of(&begin)).await.expect(303);
        let asked: Url = asked.location().unwrap().parse().unwrap();
        assert_eq!(asked.origin(), demo.site.base.origin());
        let back = through(&siti, siti.get(&path_of(&asked)).await, None).await;
        assert_eq!(there.get(&path_of(&back)).await.expect(303).location(), Some("/"), "{target}");
    }
    for token in ["", "x.y.z", "eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9.e30."] {
        let request = there.bare(Method::POST, "/keluar/kanal-belakang").form(&[("logout_token", token)]);
        let answer = Answer::of("/keluar/kanal-belakang", request).await.expect(400);
        assert_eq!(answer.json()["error"], "invalid_request");
    }
    let page = there.get("/").await.expect(200);
    assert!(page.says("Anda masuk"), "a token that is not believed ends nothing");
    assert!(page.header(header::CONTENT_SECURITY_POLICY.as_str()).contains("frame-ancestors 'none'"));
}
