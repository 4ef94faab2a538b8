//! Discovery, login, userinfo and refresh, as a client library does them.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    platforms::{AuthMethod, ClientKind, SubjectType},
    time::Timestamp,
};
use openidconnect::{AuthType, Nonce, OAuth2TokenResponse, TokenResponse};
use reqwest::Method;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::*;
use crate::support::{
    browser::{Answer, changed},
    outside::Outside,
    platform::*,
    *,
};

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
        assert_eq!(list("scopes_supported"), set(&["openid", "profile", "email", "gerbang", "nip", "offline_access"]));
        assert_eq!(list("id_token_signing_alg_values_supported"), set(&["ES256", "RS256"]));
        assert_eq!(list("subject_types_supported"), set(&["pairwise", "public"]));
        let methods = set(&["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]);
        assert_eq!(list("token_endpoint_auth_methods_supported"), methods);
        assert!(list("claims_supported").is_superset(&set(&["sub", "name", "nip", "email", "gerbang", "sid"])), "{said}");

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
        let (mut subjects, mut accesses) = (BTreeSet::new(), BTreeSet::from([access]));
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
            accesses.insert(ours["access_id"].as_str().unwrap().parse().unwrap());
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
        assert_eq!(accesses.len(), 4, "nor can they match accesses, or know our own name of one");
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
        for nth in 0..2 {
            let claims = json!({
                "iss": client.client_id, "sub": client.client_id, "aud": issuer, "jti": format!("sekali-{nth}"),
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
            let (id, unit) = (&said["gerbang"]["access_id"], &said["gerbang"]["nama_satker"]);
            (id.as_str().unwrap().parse::<Uuid>().unwrap(), unit.as_str().unwrap().to_owned())
        };
        let (there, unit) = chosen(site.answered(&visitor, &asked, Some(second)).await).await;
        assert!(unit.starts_with("Inspektorat"), "{unit}");
        // Asked again without a word of which, the page has the last choice preselected.
        let again = changed(asked.clone(), &[("prompt", "select_account")]);
        assert_eq!(chosen(site.answered(&visitor, &again, None).await).await.0, there);
        let (other, unit) = chosen(site.answered(&visitor, &again, Some(first)).await).await;
        assert!(other != there && unit.starts_with("Sekretariat"), "{unit}");
    }

    async fn visitor_without_session_signs_in_first(site) {
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

    async fn codes_tokens_and_secrets_are_stored_hashed(site) {
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
}
