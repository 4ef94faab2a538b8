//! What ends a session at a platform: logout, lost rights, another password.

use backend::{platforms, verification};
use domain::{
    platforms::form::PlatformForm,
    role::{ProfileType, Role},
    status::Verdict,
};
use openidconnect::{CsrfToken, LogoutRequest, OAuth2TokenResponse, PostLogoutRedirectUrl, TokenResponse};
use reqwest::Method;
use url::Url;

use super::*;
use crate::support::{
    browser::{Answer, changed},
    platform::*,
    verdicts::form_for,
    *,
};

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

on_both_sites! {
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

    async fn new_sign_in_takes_over_the_platform_sessions_of_the_browser(site) {
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

    async fn logout_at_a_platform_ends_its_tokens_of_any_session(site) {
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

    async fn role_removed_from_a_platform_ends_its_tokens(site) {
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

    async fn undone_approval_ends_sessions_at_platforms(site) {
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

    async fn ended_session_ends_only_its_own_platform_sessions(site) {
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

    async fn new_password_ends_sessions_at_platforms(site) {
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

    async fn logout_without_a_hint_asks_first(site) {
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
}
