//! Requests to sign in and to sign out.

use backend::{accounts::sessions, platforms::terms};
use domain::{
    platforms::{
        AuthMethod, ClientKind,
        terms::{TermsInput, TermsKind},
    },
    role::Role,
    validity::DateInput,
};
use reqwest::Method;
use url::Url;
use uuid::Uuid;

use super::*;
use crate::support::{browser::Answer, platform::*};

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

on_both_sites! {
    async fn unknown_redirect_uri_gets_an_error_page(site) {
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

    async fn prompt_none_never_shows_a_page(site) {
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

    async fn id_token_hint_is_not_trusted(site) {
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
