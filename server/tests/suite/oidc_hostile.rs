//! What an attacker, or a platform that was built wrongly, tries at the provider; each refused as the specification says.
//! Codes and statuses are those of RFC 6749 (sections 4.1.2.1 and 5.2), RFC 6750 (section 3.1), RFC 7636 (section 4.6) and
//! OpenID Connect Core (section 3.1.2.6); what is forbidden beyond them is from RFC 9700.

use std::{collections::BTreeSet, time::Duration};

use backend::{accounts::sessions, platforms::terms};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    platforms::{
        AuthMethod, ClientKind,
        terms::{TermsInput, TermsKind},
    },
    role::Role,
    validity::DateInput,
};
use reqwest::{Method, header};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Fields, Site, Visitor, changed},
    platform::*,
};

/// Changes of a request that is in order. A name that begins with `-` leaves a parameter out; one that begins with `+` adds
/// it once more.
type Changes = &'static [(&'static str, &'static str)];

fn with(fields: Fields, changes: &[(&str, &str)]) -> Fields {
    changes.iter().fold(fields, |mut fields, (name, value)| {
        if let Some(name) = name.strip_prefix('-') {
            return without(fields, name);
        }
        if let Some(name) = name.strip_prefix('+') {
            fields.push((name.to_owned(), (*value).to_owned()));
            return fields;
        }
        changed(fields, &[(name, value)])
    })
}

/// Requests that are answered by a page of ours and never by a redirect: whoever asks, or where to answer, is not known
/// (RFC 6749, section 4.1.2.1).
const SHOWN: &[(&str, Changes)] = &[
    ("no client", &[("-client_id", "")]),
    ("an unknown client", &[("client_id", "siapa-saja")]),
    ("no redirect", &[("-redirect_uri", "")]),
    ("a stranger's redirect", &[("redirect_uri", "https://jahat.example/")]),
    ("the redirect with a slash", &[("redirect_uri", "https://platform.contoh.go.id/masuk/kembali/")]),
    ("the redirect with a query", &[("redirect_uri", "https://platform.contoh.go.id/masuk/kembali?x=1")]),
    ("the redirect with a fragment", &[("redirect_uri", "https://platform.contoh.go.id/masuk/kembali#x")]),
    ("the redirect in capitals", &[("redirect_uri", "https://PLATFORM.contoh.go.id/masuk/kembali")]),
    ("the redirect without TLS", &[("redirect_uri", "http://platform.contoh.go.id/masuk/kembali")]),
    ("the redirect at a port", &[("redirect_uri", "https://platform.contoh.go.id:8443/masuk/kembali")]),
    ("the redirect climbing", &[("redirect_uri", "https://platform.contoh.go.id/masuk/kembali/../../jahat")]),
    (
        "the redirect below another host",
        &[("redirect_uri", "https://platform.contoh.go.id.jahat.example/masuk/kembali")],
    ),
    ("the redirect behind a user", &[("redirect_uri", "https://platform.contoh.go.id@jahat.example/masuk/kembali")]),
    ("two clients", &[("+client_id", "siapa-saja")]),
    ("two redirects", &[("+redirect_uri", "https://jahat.example/")]),
];

/// Requests that are refused to the platform itself, with this error.
const REFUSED: &[(&str, Changes, &str)] = &[
    ("no response type", &[("-response_type", "")], "invalid_request"),
    ("the implicit flow", &[("response_type", "token")], "unsupported_response_type"),
    ("an ID token by the browser", &[("response_type", "id_token")], "unsupported_response_type"),
    ("the hybrid flow", &[("response_type", "code id_token")], "unsupported_response_type"),
    ("an answer in the fragment", &[("response_mode", "fragment")], "invalid_request"),
    ("no scope", &[("-scope", "")], "invalid_scope"),
    ("a scope without openid", &[("scope", "profile email")], "invalid_scope"),
    ("no proof of possession", &[("-code_challenge", ""), ("-code_challenge_method", "")], "invalid_request"),
    ("proof by itself", &[("code_challenge_method", "plain")], "invalid_request"),
    ("proof by a method unsaid", &[("-code_challenge_method", "")], "invalid_request"),
    ("a challenge too short", &[("code_challenge", "abc")], "invalid_request"),
    (
        "a challenge of other letters",
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM=")],
        "invalid_request",
    ),
    ("a request in a token", &[("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported"),
    ("a request elsewhere", &[("request_uri", "https://jahat.example/minta")], "request_uri_not_supported"),
    ("no prompt and a prompt", &[("prompt", "none login")], "invalid_request"),
    ("an age that is none", &[("max_age", "kemarin")], "invalid_request"),
    ("two nonces", &[("+nonce", "dua")], "invalid_request"),
];

/// Wrong exchanges of a code that is right, with this error.
const EXCHANGES: &[(&str, Changes, &str)] = &[
    ("no grant type", &[("-grant_type", "")], "invalid_request"),
    ("a password", &[("grant_type", "password")], "unsupported_grant_type"),
    ("the client's own", &[("grant_type", "client_credentials")], "unsupported_grant_type"),
    ("no code", &[("-code", "")], "invalid_request"),
    ("a code made up", &[("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")], "invalid_grant"),
    ("two codes", &[("+code", "lain")], "invalid_request"),
    ("another redirect", &[("redirect_uri", "https://platform.contoh.go.id/lain")], "invalid_grant"),
    ("another verifier", &[("code_verifier", "xBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")], "invalid_grant"),
    ("no verifier", &[("-code_verifier", "")], "invalid_grant"),
    ("the challenge as verifier", &[("code_verifier", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")], "invalid_grant"),
];

/// The answer of an endpoint for servers is this refusal.
#[track_caller]
fn refuses(case: &str, answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{case}: {}", answer.html());
    assert_eq!(answer.json()["error"], code, "{case}: {}", answer.html());
    assert_eq!(answer.header("cache-control"), "no-store", "{case}");
    if status == 401 {
        assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE), "{case}: nothing says how to prove oneself");
    }
}

/// The browser is sent back with this error, our name and the state, and without a code.
#[track_caller]
fn sends_back(case: &str, site: &Site, to: &Url, code: &str) {
    assert!(to.as_str().starts_with(CALLBACK), "{case}: {to}");
    assert_eq!(parameter(to, "error").as_deref(), Some(code), "{case}: {to}");
    assert_eq!(parameter(to, "state").as_deref(), Some("keadaan"), "{case}: {to}");
    assert_eq!(parameter(to, "iss").as_deref(), Some(site.base.as_str().trim_end_matches('/')), "{case}: {to}");
    assert_eq!(parameter(to, "code"), None, "{case}: {to}");
}

/// Nobody can put a page into theirs (clickjacking).
#[track_caller]
fn cannot_be_framed(answer: &Answer) {
    let policy = answer.header(header::CONTENT_SECURITY_POLICY.as_str());
    assert!(policy.contains("frame-ancestors 'none'"), "{}: {policy}", answer.path);
    assert_eq!(answer.header("x-frame-options"), "DENY", "{}", answer.path);
}

/// Where a browser is sent that asks with these parameters and goes through with nothing.
async fn sent(visitor: &Visitor, fields: &Fields) -> Url {
    let answer = visitor.get(&authorize(fields)).await;
    let to = answer.location().unwrap_or_else(|| panic!("{} leads nowhere: {}", answer.path, answer.text()));
    visitor.base.join(to).unwrap()
}

on_both_sites! {
    async fn nobody_is_sent_where_no_platform_is(site) {
        site.world.active("Sekretariat").await;
        site.world.platform("rusak", |_| {}).await;
        for visitor in [site.siti().await, site.visitor()] {
            for (case, changes) in SHOWN {
                let answer = visitor.get(&authorize(&with(request("rusak"), changes))).await;
                assert_eq!((answer.status, answer.location()), (400, None), "{case}");
                assert!(answer.text().contains("platform"), "{case}: {}", answer.text());
                assert!(!answer.html().contains("jahat.example/\""), "{case}: a link leads to a stranger");
                cannot_be_framed(&answer);
            }
        }
        assert_eq!(site.world.count("oidc_requests").await, 0);
    }

    async fn a_wrong_request_is_refused_to_the_platform(site) {
        site.world.active("Sekretariat").await;
        site.world.platform("salah", |_| {}).await;
        let visitor = site.siti().await;
        for (case, changes, code) in REFUSED {
            sends_back(case, &site, &sent(&visitor, &with(request("salah"), changes)).await, code);
        }
        // Two states: which of them to repeat is not known.
        let to = sent(&visitor, &with(request("salah"), &[("+state", "lain")])).await;
        assert_eq!(parameter(&to, "error").as_deref(), Some("invalid_request"), "{to}");
        assert_eq!(parameter(&to, "code"), None);
        assert_eq!(site.world.count("oidc_codes").await, 0);
    }

    async fn a_public_client_always_proves_possession(site) {
        site.world.active("Sekretariat").await;
        let public = site.world.platform("umum", |form| {
            (form.client_kind, form.auth_method) = (Some(ClientKind::Public), Some(AuthMethod::None));
            form.pkce_required = false;
        });
        public.await;
        let visitor = site.siti().await;
        let bare = with(request("umum"), &[("-code_challenge", ""), ("-code_challenge_method", "")]);
        sends_back("public", &site, &sent(&visitor, &bare).await, "invalid_request");
    }

    async fn without_a_prompt_nothing_is_asked(site) {
        let world = &site.world;
        world.platform("senyap", |_| {}).await;
        let silent = with(request("senyap"), &[("prompt", "none")]);
        sends_back("nobody", &site, &sent(&site.visitor(), &silent).await, "login_required");
        let visitor = site.siti().await;
        let no_access = sent(&visitor, &silent).await;
        sends_back("no access", &site, &no_access, "access_denied");
        world.active("Sekretariat").await;
        world.active("Inspektorat").await;
        sends_back("two accesses", &site, &sent(&visitor, &silent).await, "interaction_required");
    }

    async fn a_wrong_exchange_is_refused(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("tukar", |_| {}).await;
        let visitor = site.siti().await;
        for (case, changes, error) in EXCHANGES {
            let code = site.code(&visitor, "tukar").await;
            let answer = site.token(&client, &with(exchange(&code), changes)).await;
            refuses(case, &answer, 400, error);
        }
        let code = site.code(&visitor, "tukar").await;
        world.advance(Duration::from_secs(61));
        refuses("a code that is a minute old", &site.token(&client, &exchange(&code)).await, 400, "invalid_grant");
    }

    async fn a_code_is_for_one_client_alone(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let (client, other) = (world.platform("satu", |_| {}).await, world.platform("dua", |_| {}).await);
        let visitor = site.siti().await;
        let code = site.code(&visitor, "satu").await;
        refuses("of another", &site.token(&other, &exchange(&code)).await, 400, "invalid_grant");
        // The name in the body is another than the one that is proved.
        let named = with(exchange(&site.code(&visitor, "satu").await), &[("client_id", "satu")]);
        let answer = site.token(&other, &named).await;
        assert!(matches!(answer.status, 400 | 401), "{}", answer.html());
        assert!(answer.json().get("access_token").is_none());
        let tokens = site.tokens(&visitor, &client).await;
        let stolen = refresh(tokens["refresh_token"].as_str().unwrap());
        refuses("refresh of another", &site.token(&other, &stolen).await, 400, "invalid_grant");
        let token = vec![("token".to_owned(), tokens["access_token"].as_str().unwrap().to_owned())];
        let told = site.server_asks("/oidc/introspect", &other, &token).await.expect(200).json();
        assert_eq!(told, json!({ "active": false }));
        // Revoking what is another's changes nothing, and says nothing (RFC 7009, section 2.2).
        site.server_asks("/oidc/revoke", &other, &token).await;
        site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(200);
    }

    async fn a_code_that_is_replayed_ends_what_it_gave(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("ulang", |_| {}).await;
        let visitor = site.siti().await;
        let code = site.code(&visitor, "ulang").await;
        let tokens = site.token(&client, &exchange(&code)).await.expect(200).json();
        refuses("replayed", &site.token(&client, &exchange(&code)).await, 400, "invalid_grant");
        let answer = site.userinfo(tokens["access_token"].as_str().unwrap()).await;
        assert_eq!(answer.status, 401);
        let renewed = site.token(&client, &refresh(tokens["refresh_token"].as_str().unwrap())).await;
        refuses("the refresh token of a replayed code", &renewed, 400, "invalid_grant");
    }

    async fn of_exchanges_at_one_moment_one_succeeds(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("serentak", |_| {}).await;
        let visitor = site.siti().await;
        let fields = exchange(&site.code(&visitor, "serentak").await);
        let answers = futures::future::join_all((0..8).map(|_| site.token(&client, &fields))).await;
        assert!(answers.iter().filter(|answer| answer.status == 200).count() <= 1);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 400)), "{answers:?}");

        let tokens = site.tokens(&visitor, &client).await;
        let fields = refresh(tokens["refresh_token"].as_str().unwrap());
        let answers = futures::future::join_all((0..8).map(|_| site.token(&client, &fields))).await;
        assert!(answers.iter().filter(|answer| answer.status == 200).count() <= 1);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 400)), "{answers:?}");
    }

    async fn exchanges_at_one_moment_are_each_answered_for_themselves(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        world.budis("Inspektorat").await;
        let (one, other) = (world.platform("ramai", |_| {}).await, world.platform("lain", |_| {}).await);
        let (siti, budi) = (site.siti().await, site.budi().await);
        let mut asked: Vec<(&Registered, Fields, Option<&str>)> = Vec::new();
        for _ in 0..3 {
            for (visitor, email) in [(&siti, "siti.pa@contoh.go.id"), (&budi, "budi.kpa@contoh.go.id")] {
                let right = exchange(&site.code(visitor, "ramai").await);
                let wrong = with(exchange(&site.code(visitor, "ramai").await), &[("-code_verifier", "")]);
                let stolen = exchange(&site.code(visitor, "ramai").await);
                let renewed = refresh(site.tokens(visitor, &other).await["refresh_token"].as_str().unwrap());
                asked.extend([(&one, right, Some(email)), (&one, wrong, None), (&other, stolen, None)]);
                asked.extend([(&other, renewed, Some(email)), (&one, exchange("tidak ada"), None)]);
            }
        }
        let answers = futures::future::join_all(asked.iter().map(|(client, fields, _)| site.token(client, fields))).await;
        let (mut given, mut sessions) = (0, BTreeSet::new());
        for ((_, fields, email), answer) in asked.iter().zip(answers) {
            let Some(email) = email else {
                refuses(&format!("{fields:?}"), &answer, 400, "invalid_grant");
                continue;
            };
            let tokens = answer.expect(200).json();
            let told = site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(200).json();
            assert_eq!(told["email"], *email, "{fields:?}");
            let claims = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
            let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
            assert_eq!((&claims["sub"], &claims["email"]), (&told["sub"], &told["email"]));
            sessions.insert(claims["sid"].to_string());
            given += 1;
        }
        assert_eq!((given, sessions.len()), (12, 12), "each has a session of its own");
    }

    async fn a_proof_that_was_not_promised_is_refused(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("lama", |form| form.pkce_required = false).await;
        let visitor = site.siti().await;
        let bare = with(request("lama"), &[("-code_challenge", ""), ("-code_challenge_method", "")]);
        let code = parameter(&site.answered(&visitor, &bare, None).await, "code").unwrap();
        // A code of a request without a challenge, put into the session of somebody who sent one (RFC 9700, section 4.8.2).
        refuses("downgrade", &site.token(&client, &exchange(&code)).await, 400, "invalid_grant");
        let code = parameter(&site.answered(&visitor, &bare, None).await, "code").unwrap();
        site.token(&client, &without(exchange(&code), "code_verifier")).await.expect(200);
    }

    async fn a_client_that_does_not_prove_itself_gets_nothing(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let basic = world.platform("dasar", |_| {}).await;
        let post = world.platform("kirim", |form| form.auth_method = Some(AuthMethod::ClientSecretPost)).await;
        let visitor = site.siti().await;
        let code = site.code(&visitor, "dasar").await;
        let other = |secret: Option<&str>| Registered {
            id: basic.id,
            client_id: basic.client_id.clone(),
            secret: secret.map(str::to_owned),
        };
        let named = with(exchange(&code), &[("client_id", "dasar")]);
        refuses("a wrong secret", &site.token(&other(Some("salah")), &exchange(&code)).await, 401, "invalid_client");
        refuses("no secret", &site.token(&other(None), &named).await, 401, "invalid_client");
        let secret = basic.secret.clone().unwrap();
        let in_body = with(named.clone(), &[("client_secret", &secret)]);
        refuses("by another method", &site.token(&other(None), &in_body).await, 401, "invalid_client");
        refuses("by two methods", &site.token(&basic, &in_body).await, 400, "invalid_request");
        let code = site.code(&visitor, "kirim").await;
        let named = with(exchange(&code), &[("client_id", "kirim")]);
        refuses("basic where post is set", &site.token(&post, &named).await, 401, "invalid_client");
        for path in ["/oidc/introspect", "/oidc/revoke"] {
            let answer = site.server_asks(path, &other(None), &vec![("token".to_owned(), "x".to_owned())]).await;
            refuses(path, &answer, 401, "invalid_client");
        }
        let asked = Answer::of("/oidc/token", site.visitor().bare(Method::GET, "/oidc/token")).await;
        assert_eq!(asked.status, 405);
        let body = site.visitor().bare(Method::POST, "/oidc/token").json(&json!({ "grant_type": "authorization_code" }));
        assert!(matches!(Answer::of("/oidc/token", body).await.status, 400 | 401 | 415));
    }

    async fn an_assertion_must_be_the_client_s_own_fresh_and_for_us(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let (key, foreign) = (ClientKey::new("kunci-1"), ClientKey::new("kunci-1"));
        let client = world
            .platform("bukti", |form| {
                form.auth_method = Some(AuthMethod::PrivateKeyJwt);
                form.jwks = key.jwks().to_string();
            })
            .await;
        let now = world.backend.world.now().micros() / 1_000_000;
        let issuer = site.base.as_str().trim_end_matches('/').to_owned();
        let claims = |changes: Value| {
            let mut claims = json!({
                "iss": "bukti", "sub": "bukti", "aud": issuer, "jti": world.backend.world.id(), "iat": now, "exp": now + 60,
            });
            for (name, value) in changes.as_object().unwrap() {
                claims[name.as_str()] = value.clone();
            }
            claims
        };
        let ask = async |assertion: &str| {
            let fields = [
                ("token", "x"),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion),
            ];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            site.server_asks("/oidc/introspect", &client, &fields).await
        };
        ask(&key.assertion(&claims(json!({})))).await.expect(200);

        let twice = key.assertion(&claims(json!({})));
        ask(&twice).await.expect(200);
        refuses("presented twice", &ask(&twice).await, 401, "invalid_client");
        let cases = [
            ("expired", json!({ "exp": now - 120, "iat": now - 180 })),
            ("that never expires", json!({ "exp": now + 30 * 86_400 })),
            ("for another", json!({ "aud": "https://gerbang.lain.example" })),
            ("of another issuer", json!({ "iss": "lain" })),
            ("about another", json!({ "sub": "lain" })),
            ("without a number", json!({ "jti": null })),
            ("without an end", json!({ "exp": null })),
        ];
        for (case, changes) in cases {
            let mut changed = claims(changes);
            changed.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            refuses(case, &ask(&key.assertion(&changed)).await, 401, "invalid_client");
        }
        refuses("by another's key", &ask(&foreign.assertion(&claims(json!({})))).await, 401, "invalid_client");
        let good = key.assertion(&claims(json!({})));
        let (_, rest) = good.split_once('.').unwrap();
        let body = rest.split('.').next().unwrap();
        // {"alg":"none"} and {"alg":"HS256"}
        for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9"] {
            refuses("unsigned", &ask(&format!("{header}.{body}.")).await, 401, "invalid_client");
            refuses("signed otherwise", &ask(&format!("{header}.{rest}")).await, 401, "invalid_client");
        }
        refuses("nothing", &ask("").await, 401, "invalid_client");
    }

    async fn what_was_revoked_opens_nothing(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("cabut", |_| {}).await;
        let visitor = site.siti().await;
        let tokens = site.tokens(&visitor, &client).await;
        let [access, renewal] = ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap().to_owned());
        let token = |token: &str| vec![("token".to_owned(), token.to_owned())];
        site.server_asks("/oidc/revoke", &client, &token(&access)).await.expect(200);
        let answer = site.userinfo(&access).await;
        refuses_bearer(&answer, "invalid_token");
        // A refresh token takes its access tokens along (RFC 7009, section 2.1).
        let tokens = site.token(&client, &refresh(&renewal)).await.expect(200).json();
        let [access, renewal] = ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap().to_owned());
        site.server_asks("/oidc/revoke", &client, &token(&renewal)).await.expect(200);
        refuses("revoked", &site.token(&client, &refresh(&renewal)).await, 400, "invalid_grant");
        refuses_bearer(&site.userinfo(&access).await, "invalid_token");
        for token in [token(&access), token(&renewal)] {
            let told = site.server_asks("/oidc/introspect", &client, &token).await.expect(200).json();
            assert_eq!(told, json!({ "active": false }));
        }
        // What is not known is revoked already (RFC 7009, section 2.2).
        site.server_asks("/oidc/revoke", &client, &token("tidak-ada")).await.expect(200);
    }

    async fn a_refresh_token_that_is_used_twice_ends_the_session(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("putar", |_| {}).await;
        let visitor = site.siti().await;
        let first = site.tokens(&visitor, &client).await;
        let old = refresh(first["refresh_token"].as_str().unwrap());
        let wider = with(old.clone(), &[("scope", "openid profile email gerbang offline_access admin")]);
        let narrowed = site.token(&client, &with(old.clone(), &[("scope", "openid profile")])).await.expect(200).json();
        let wide = with(refresh(narrowed["refresh_token"].as_str().unwrap()), &[("scope", "openid admin")]);
        let wide = site.token(&client, &wide).await;
        assert!(wide.status == 400 && wide.json()["error"] == "invalid_scope" || wide.json()["scope"] == "openid", "{}", wide.html());
        refuses("used twice", &site.token(&client, &wider).await, 400, "invalid_grant");
        refuses("used twice", &site.token(&client, &old).await, 400, "invalid_grant");
        let newest = refresh(narrowed["refresh_token"].as_str().unwrap());
        refuses("what came of it", &site.token(&client, &newest).await, 400, "invalid_grant");
        refuses_bearer(&site.userinfo(narrowed["access_token"].as_str().unwrap()).await, "invalid_token");
    }

    async fn userinfo_takes_a_token_in_the_header_and_no_other(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("siapa", |_| {}).await;
        let visitor = site.siti().await;
        let tokens = site.tokens(&visitor, &client).await;
        let [access, renewal] = ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap().to_owned());
        let nobody = Answer::of("/oidc/userinfo", site.visitor().bare(Method::GET, "/oidc/userinfo")).await;
        assert_eq!((nobody.status, nobody.header("www-authenticate").starts_with("Bearer")), (401, true));
        // A session of ours is no token, and an address is written into logs (RFC 6750, section 5.3).
        assert_eq!(visitor.get("/oidc/userinfo").await.status, 401);
        let path = format!("/oidc/userinfo?access_token={access}");
        let answer = Answer::of(&path, site.visitor().bare(Method::GET, &path)).await;
        assert!(matches!(answer.status, 400 | 401), "{}", answer.status);
        refuses_bearer(&site.userinfo(&renewal).await, "invalid_token");
        refuses_bearer(&site.userinfo(tokens["id_token"].as_str().unwrap()).await, "invalid_token");
        world.advance(Duration::from_secs(301));
        refuses_bearer(&site.userinfo(&access).await, "invalid_token");
    }

    async fn only_an_access_of_one_s_own_that_the_platform_admits(site) {
        let world = &site.world;
        let (mine, theirs) = (world.active("Sekretariat").await, world.budis("Inspektorat").await);
        world.platform("pa-saja", |form| form.roles = vec![Role::Pa]).await;
        world.platform("kpa-saja", |form| form.roles = vec![Role::Kpa]).await;
        let siti = site.siti().await;
        for (client, access) in [("pa-saja", theirs), ("kpa-saja", mine), ("pa-saja", Uuid::nil())] {
            let asked = visitor_asks(&siti, client).await;
            let answer = chooses(&siti, &asked, access).await;
            assert!(matches!(answer.status, 400 | 403 | 404 | 422), "{client}: {}", answer.status);
            assert_eq!(leads_to(&answer), None, "{client}");
        }
        // A request of somebody else's browser, once it is theirs, and one that was never made.
        let asked = visitor_asks(&siti, "pa-saja").await;
        let _ = through(&siti, siti.get(&asked).await, Some(mine)).await;
        let again = chooses(&siti, &asked, mine).await;
        assert!(matches!(again.status, 400 | 404 | 409 | 410 | 422), "a request is answered once: {}", again.status);
        let unknown = format!("/platform/lanjut/{}", world.backend.world.id());
        siti.get(&unknown).await.expect(404);
        assert_eq!(world.count("oidc_codes").await, 1);
    }

    async fn what_a_hint_carries_opens_nothing(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        world.active("Inspektorat").await;
        let theirs = world.budis("Inspektorat").await;
        world.platform("petunjuk", |_| {}).await;
        let siti = site.siti().await;
        let hints = [
            theirs.to_string(),
            "x&prompt=none&redirect_uri=https://jahat.example/".to_owned(),
            "\"><script>alert(1)</script>".to_owned(),
            "x\r\nLocation: https://jahat.example/\r\n\r\n".to_owned(),
            "budi.kpa@contoh.go.id".to_owned(),
            "x".repeat(4000),
        ];
        for hint in hints {
            let answer = siti.get(&authorize(&with(request("petunjuk"), &[("login_hint", &hint)]))).await;
            let to = answer.location().unwrap_or_default().to_owned();
            if hint.contains('\r') {
                // What no platform sends is refused to it, and not repeated.
                sends_back(&hint, &site, &to.parse().unwrap(), "invalid_request");
                continue;
            }
            assert!(to.starts_with("/platform/lanjut/") || answer.status == 400, "{hint:?} leads to {to:?}");
            assert!(!answer.html().contains("<script>alert"), "{hint:?}");
            if answer.status != 400 {
                let page = siti.open(&to).await.expect(200);
                assert!(!page.says("Budi Santoso") && !page.html().contains(&theirs.to_string()), "{hint:?}");
                assert!(!page.html().contains("<script>alert"), "{hint:?}");
            }
        }
    }

    async fn terms_are_not_skipped_by_an_address(site) {
        let world = &site.world;
        let access = world.active("Sekretariat").await;
        let client = world.platform("syarat", |form| form.terms_for = domain::role::ProfileType::ALL.to_vec()).await;
        let admin = world.actor("admin@contoh.go.id").await;
        let today = world.backend.world.today(Default::default());
        let publish = async |kind: TermsKind, text: &str| {
            let draft = TermsInput {
                kind,
                text: text.to_owned(),
                in_force_on: DateInput::from_date(today),
                grace_days: "0".to_owned(),
            };
            terms::publish(&world.backend, &admin, client.id, &draft).await.unwrap();
        };
        publish(TermsKind::Syarat, "Syarat yang pertama, cukup panjang untuk dibaca.").await;
        publish(TermsKind::Privasi, "Kebijakan yang pertama, cukup panjang untuk dibaca.").await;
        let siti = site.siti().await;
        let asked = visitor_asks(&siti, "syarat").await;
        // Chosen, and the page of the terms left: whoever asks again, in whichever way, stands before them once more.
        let page = chooses(&siti, &asked, access).await;
        assert!(leads_to(&page).is_none_or(|to| to.starts_with("/platform/")), "{:?}", leads_to(&page));
        for again in [asked.clone(), format!("{asked}?akses={access}"), format!("{asked}?akses={access}&setuju=ya")] {
            let answer = siti.open(&again).await.expect(200);
            assert_eq!(leads_to(&answer), None, "{again}");
        }
        let silent = sent(&siti, &with(request("syarat"), &[("prompt", "none")])).await;
        sends_back("terms", &site, &silent, "interaction_required");
        assert_eq!((world.count("acceptances").await, world.count("oidc_codes").await), (0, 0));

        let code = parameter(&site.answered(&siti, &request("syarat"), Some(access)).await, "code").unwrap();
        assert_eq!(world.count("acceptances").await, 2);
        let tokens = site.token(&client, &exchange(&code)).await.expect(200).json();
        // A new version asks again.
        publish(TermsKind::Syarat, "Syarat yang kedua, cukup panjang untuk dibaca.").await;
        sends_back("new terms", &site, &sent(&siti, &with(request("syarat"), &[("prompt", "none")])).await, "interaction_required");
        let renewed = site.token(&client, &refresh(tokens["refresh_token"].as_str().unwrap())).await;
        assert!(matches!(renewed.status, 200 | 400), "{}", renewed.html());
        site.answered(&siti, &request("syarat"), Some(access)).await;
        assert_eq!(world.count("acceptances").await, 3);
    }

    async fn signing_out_leads_nowhere_else(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("pulang", |_| {}).await;
        let siti = site.siti().await;
        let tokens = site.tokens(&siti, &client).await;
        let hint = tokens["id_token"].as_str().unwrap();
        let (_, rest) = hint.split_once('.').unwrap();
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", rest.split('.').next().unwrap());
        let cases = [
            ("a stranger's address", Some(hint), "https://jahat.example/"),
            ("the address for signing in", Some(hint), CALLBACK),
            ("a hint that is not signed", Some(unsigned.as_str()), LOGGED_OUT),
            ("a hint made up", Some("x.y.z"), LOGGED_OUT),
            ("no hint and no client", None, LOGGED_OUT),
        ];
        for (case, hint, back) in cases {
            let mut url: Url = "http://gerbang.test/oidc/logout".parse().unwrap();
            url.query_pairs_mut().append_pair("post_logout_redirect_uri", back);
            if let Some(hint) = hint {
                url.query_pairs_mut().append_pair("id_token_hint", hint);
            }
            let answer = siti.get(&path_of(&url)).await;
            let to = leads_to(&answer).unwrap_or_default();
            assert!(to.is_empty() || to.starts_with('/'), "{case} leads to {to}");
            cannot_be_framed(&answer);
        }
        // None of it signed her out: that needs a word of hers, or a hint that is believed.
        siti.get("/akses").await.expect(200);
        site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(200);
    }

    async fn pages_on_the_way_cannot_be_framed(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        world.active("Inspektorat").await;
        world.platform("bingkai", |_| {}).await;
        let siti = site.siti().await;
        cannot_be_framed(&siti.get(&authorize(&request("bingkai"))).await);
        cannot_be_framed(&siti.get(&visitor_asks(&siti, "bingkai").await).await.expect(200));
        // From a page of somebody else, no choice is made.
        let asked = visitor_asks(&siti, "bingkai").await;
        let page = siti.get(&asked).await.expect(200);
        let (action, fields) = form_of(&page);
        let forged = siti.bare(Method::POST, &action).header("origin", "https://jahat.example").form(&fields);
        assert_eq!(Answer::of(&action, forged).await.status, 403);
    }

    async fn scripts_of_others_are_answered_only_where_that_is_meant(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        world.platform("asal", |_| {}).await;
        let siti = site.siti().await;
        let from = |method: Method, path: &str| siti.bare(method, path).header("origin", "https://jahat.example");
        for path in ["/oidc/introspect", "/oidc/revoke", "/oidc/logout", &authorize(&request("asal")), "/akses"] {
            let answer = Answer::of(path, from(Method::GET, path)).await;
            assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        }
        for path in ["/.well-known/openid-configuration", "/oidc/jwks"] {
            let answer = Answer::of(path, from(Method::GET, path)).await.expect(200);
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
        }
    }

    async fn a_session_that_ended_gives_no_code(site) {
        let world = &site.world;
        let access = world.active("Sekretariat").await;
        world.platform("tutup", |_| {}).await;
        let siti = site.siti().await;
        let asked = visitor_asks(&siti, "tutup").await;
        let others = world.siti().await;
        sessions::end(&world.backend, &others, sessions::Which::Others).await.unwrap();
        let answer = chooses(&siti, &asked, access).await;
        let to = leads_to(&answer).unwrap_or_default();
        assert!(to.starts_with("/masuk") || matches!(answer.status, 401 | 403), "{} leads to {to:?}", answer.status);
        assert_eq!(world.count("oidc_codes").await, 0);
    }
}

/// A refusal of RFC 6750, section 3.1.
#[track_caller]
fn refuses_bearer(answer: &Answer, code: &str) {
    assert_eq!(answer.status, 401, "{}", answer.html());
    let says = answer.header("www-authenticate");
    assert!(says.starts_with("Bearer") && says.contains(&format!("error=\"{code}\"")), "{says}");
}

/// The page of a request that waits for somebody who is signed in.
async fn visitor_asks(visitor: &Visitor, client_id: &str) -> String {
    let fields = changed(request(client_id), &[("prompt", "select_account")]);
    let answer = visitor.get(&authorize(&fields)).await;
    let to = answer.location().unwrap_or_else(|| panic!("{}", answer.text())).to_owned();
    assert!(to.starts_with("/platform/lanjut/"), "{to}");
    to
}

/// The form of such a page, as it stands.
fn form_of(page: &Answer) -> (String, Fields) {
    let tags = page.tags();
    let mut actions = tags.iter().filter(|tag| tag.name == "form").filter_map(|tag| tag.get("action"));
    let action = actions.find(|action| action.starts_with("/platform/"));
    let action = action.unwrap_or_else(|| panic!("no form: {}", page.text())).to_owned();
    let fields = page.form(&action);
    (action, fields)
}

/// Chooses an access, whether or not the page offers it.
async fn chooses(visitor: &Visitor, asked: &str, access: Uuid) -> Answer {
    visitor.post(asked, &[("access", access.to_string().as_str())]).await
}
