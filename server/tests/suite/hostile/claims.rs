//! What platforms are told, and what they can learn beyond it.

use backend::{oidc::rights, platforms};
use domain::{
    platforms::{AuthMethod, form::PlatformForm},
    role::Role,
};
use serde_json::{Value, json};
use url::Url;

use crate::support::{
    browser::{Fields, Site, Visitor, changed},
    platform::*,
    *,
};

const BUDI: &str = "budi.kpa@contoh.go.id";

/// Where a browser is sent that asks with these changes of a valid request.
async fn sent(visitor: &Visitor, client_id: &str, changes: &[(&str, &str)]) -> Url {
    let answer = visitor.get(&authorize(&changed(request(client_id), changes))).await;
    let to = answer.location().unwrap_or_else(|| panic!("{} leads nowhere: {}", answer.path, answer.text()));
    visitor.base.join(to).unwrap()
}

/// The browser is sent back to the platform with this error and no code.
#[track_caller]
fn refused(case: &str, to: &Url, error: &str) {
    assert!(to.as_str().starts_with(CALLBACK), "{case}: {to}");
    assert_eq!(parameter(to, "error").as_deref(), Some(error), "{case}: {to}");
    assert_eq!(parameter(to, "code"), None, "{case}: {to}");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// The claims of an ID token.
fn claims(tokens: &Value) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = text(&tokens["id_token"]).split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The claims that userinfo gives for these tokens.
async fn told(site: &Site, tokens: &Value) -> Value {
    site.userinfo(text(&tokens["access_token"])).await.expect(200).json()
}

/// Signs in on the page to which a request led, and goes on to the platform or as far as our pages allow.
async fn signs_in(visitor: &Visitor, page: &str, email: &str) -> browser::Answer {
    let fields = visitor.open(page).await.expect(200).form("/masuk");
    visitor.post("/masuk", &changed(fields, &[("email", email), ("password", PASSWORD)])).await
}

on_both_sites! {
    async fn a_hint_of_another_person_gives_no_code(site) {
        let world = &site.world;
        let mine = world.active("Sekretariat").await;
        let theirs = world.budis("Inspektorat").await;
        let client = world.platform("petunjuk", |_| {}).await;
        let (siti, budi) = (site.siti().await, site.budi().await);
        let (hers, his) = (site.tokens(&siti, &client).await, site.tokens(&budi, &client).await);
        let (own, other) = (text(&hers["id_token"]), text(&his["id_token"]));
        let codes = world.count("oidc_codes").await;

        let to = sent(&siti, "petunjuk", &[("prompt", "none"), ("id_token_hint", other)]).await;
        refused("silently", &to, "login_required");
        // With pages allowed, she is told whom the platform asks for; nothing that she can send gives a code.
        for more in [("prompt", ""), ("prompt", "select_account")] {
            let to = sent(&siti, "petunjuk", &[more, ("id_token_hint", other)]).await;
            assert!(to.path().starts_with("/platform/lanjut/"), "{to}");
            let page = siti.get(to.path()).await.expect(200).expect_says("meminta pemilik akun lain");
            let forms = page.select("form[action]");
            let of_platform = |action: Option<&str>| action.is_some_and(|action| action.starts_with("/platform"));
            assert!(!forms.iter().any(|form| of_platform(form.get("action"))), "{}", page.html());
            for access in [theirs, mine] {
                let answer = siti.post(to.path(), &[("access", access.to_string())]).await;
                assert_eq!(leads_to(&answer).as_deref(), Some(to.path()), "{}", answer.text());
            }
        }
        // Nor does signing in as herself.
        let stranger = site.visitor();
        let to = sent(&stranger, "petunjuk", &[("id_token_hint", other)]).await;
        let answer = signs_in(&stranger, &path_of(&to), SITI).await;
        let page = answer.location().unwrap().to_owned();
        stranger.get(&page).await.expect(200).expect_says("meminta pemilik akun lain");
        assert_eq!(world.count("oidc_codes").await, codes, "a code was given for somebody else");

        // Whoever signs in as the person that is asked for goes on, also with a hint that expired.
        world.advance(HOUR);
        let answer = signs_in(&stranger, &format!("/masuk?ulang=ya&lanjut={page}"), BUDI).await;
        let answered = match answer.status {
            303 => through(&stranger, answer, Some(theirs)).await,
            status => panic!("{status}: {}", answer.text()),
        };
        let to = if parameter(&answered, "code").is_some() { answered } else { panic!("{answered}") };
        let tokens = site.token(&client, &exchange(&parameter(&to, "code").unwrap())).await.expect(200).json();
        assert_eq!(claims(&tokens)["sub"], claims(&his)["sub"]);
        let to = sent(&siti, "petunjuk", &[("prompt", "none"), ("id_token_hint", own)]).await;
        assert!(parameter(&to, "code").is_some(), "{to}");
    }

    async fn a_hint_that_is_none_of_the_platforms_own_is_refused(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let (client, other) = (world.platform("satu", |_| {}).await, world.platform("dua", |_| {}).await);
        let siti = site.siti().await;
        let (own, foreign) = (site.tokens(&siti, &client).await, site.tokens(&siti, &other).await);
        let own = text(&own["id_token"]);
        let body = own.split('.').nth(1).unwrap();
        let changed_body = own.replacen(&body[..8], "eyJpc3Mi", 1);
        let hints = [
            ("nothing of ours", "x.y.z".to_owned()),
            ("a word", "siti".to_owned()),
            ("an address", SITI.to_owned()),
            ("unsigned", format!("eyJhbGciOiJub25lIn0.{body}.")),
            ("without its signature", own.rsplit_once('.').unwrap().0.to_owned() + "."),
            ("of another platform", text(&foreign["id_token"]).to_owned()),
        ];
        for (case, hint) in hints {
            for silent in ["", "none"] {
                let to = sent(&siti, "satu", &[("prompt", silent), ("id_token_hint", &hint)]).await;
                refused(case, &to, "invalid_request");
            }
        }
        if changed_body != own {
            refused("changed", &sent(&siti, "satu", &[("id_token_hint", &changed_body)]).await, "invalid_request");
        }
        let to = sent(&siti, "satu", &[("prompt", "none"), ("id_token_hint", own)]).await;
        assert!(parameter(&to, "code").is_some(), "{to}");
    }

    async fn refreshing_does_not_outlive_the_grant(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let back = "https://platform.contoh.go.id/keluar/kabar";
        let client = world.platform("rantai", |form| form.backchannel_logout_uri = back.to_owned()).await;
        let mut tokens = site.tokens(&site.siti().await, &client).await;
        for pause in [10 * DAY, 10 * DAY, 10 * DAY - MINUTE] {
            world.advance(pause);
            tokens = site.token(&client, &refresh(text(&tokens["refresh_token"]))).await.expect(200).json();
        }
        let lifetime = tokens["expires_in"].as_u64().unwrap();
        assert_eq!(lifetime, 60, "no token is valid longer than the grant");
        world.advance(MINUTE);
        let answer = site.token(&client, &refresh(text(&tokens["refresh_token"]))).await.expect(400);
        assert_eq!(answer.json()["error"], "invalid_grant");
        let token = vec![("token".to_owned(), text(&tokens["refresh_token"]).to_owned())];
        let said = site.server_asks("/oidc/introspect", &client, &token).await.expect(200).json();
        assert_eq!(said, json!({ "active": false }));
        site.userinfo(text(&tokens["access_token"])).await.expect(401);
        rights::end_over(&world.backend).await.unwrap();
        assert_eq!(world.count("logout_notices").await, 1, "the platform is told once");
    }

    async fn refreshed_tokens_end_with_the_session_behind_them(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world.platform("ujung", |_| {}).await;
        for cause in ["sign-out", "password", "role"] {
            let siti = site.siti().await;
            let tokens = site.tokens(&siti, &client).await;
            let tokens = site.token(&client, &refresh(text(&tokens["refresh_token"]))).await.expect(200).json();
            let newest = refresh(text(&tokens["refresh_token"]));
            match cause {
                "sign-out" => drop(siti.send("/keluar", &[("", "")]).await.expect(200)),
                "password" => {
                    // From another device: every other session ends.
                    let fields = [("current_password", PASSWORD), ("password", PASSWORD)];
                    drop(site.siti().await.send("/profil/kata-sandi", &fields).await.expect(200));
                }
                _ => {
                    let admin = world.actor("admin@contoh.go.id").await;
                    let stored = platforms::admin::find(&world.backend, &admin, client.id).await.unwrap();
                    let form = PlatformForm { roles: vec![Role::Kpa], ..stored.form };
                    platforms::admin::change(&world.backend, &admin, client.id, stored.version, &form).await.unwrap();
                }
            }
            let answer = site.token(&client, &newest).await;
            assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("invalid_grant")), "{cause}");
            site.userinfo(text(&tokens["access_token"])).await.expect(401);
        }
    }

    async fn an_assertion_is_for_our_issuer_alone(site) {
        let world = &site.world;
        let key = ClientKey::new("kunci-1");
        let client = world
            .platform("bukti", |form| {
                form.auth_method = Some(AuthMethod::PrivateKeyJwt);
                form.jwks = key.jwks().to_string();
            })
            .await;
        let issuer = site.base.as_str().trim_end_matches('/').to_owned();
        let now = world.backend.world.now().seconds();
        let ask = async |audience: Value| {
            let assertion = key.assertion(&json!({
                "iss": "bukti", "sub": "bukti", "aud": audience, "jti": world.backend.world.id(), "exp": now + 60,
            }));
            let fields: Fields = [
                ("token", "x"),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion.as_str()),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
            site.server_asks("/oidc/introspect", &client, &fields).await.status
        };
        for audience in [
            json!([issuer]),
            json!([issuer, "https://jahat.example"]),
            json!(format!("{issuer}/oidc/token")),
            json!(format!("{issuer}/")),
            json!("https://jahat.example"),
        ] {
            assert_eq!(ask(audience.clone()).await, 401, "{audience}");
        }
        assert_eq!(ask(json!(issuer)).await, 200);
    }
}
