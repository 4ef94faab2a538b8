//! Exchanges of codes and refresh tokens, client authentication, and tokens at userinfo.

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::platforms::AuthMethod;
use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::support::{
    browser::{Answer, Fields},
    platform::*,
};

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

on_both_sites! {
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

    async fn one_of_simultaneous_exchanges_succeeds(site) {
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

    async fn simultaneous_exchanges_are_answered_independently(site) {
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

    async fn code_verifier_without_challenge_is_refused(site) {
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

    async fn revoked_tokens_are_refused(site) {
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
}
