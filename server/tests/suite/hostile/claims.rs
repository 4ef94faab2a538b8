//! What platforms are told, and what they can learn beyond it.

use std::collections::BTreeSet;

use backend::{accounts, oidc::rights, platforms};
use domain::{
    accounts::person::EmployeeNumberKind,
    oidc::{Scope, Scopes},
    platforms::{
        AuthMethod,
        form::PlatformForm,
        terms::{TermsInput, TermsKind},
    },
    role::{ProfileType, Role},
    time::{Timestamp, Zone},
    validity::DateInput,
};
use reqwest::Method;
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
        // Nor does signing in as herself. A hint may have expired.
        world.advance(HOUR);
        let stranger = site.visitor();
        let to = sent(&stranger, "petunjuk", &[("id_token_hint", other)]).await;
        let answer = signs_in(&stranger, &path_of(&to), SITI).await;
        let page = answer.location().unwrap().to_owned();
        stranger.get(&page).await.expect(200).expect_says("meminta pemilik akun lain");
        assert_eq!(world.count("oidc_codes").await, codes, "a code was given for somebody else");

        // Whoever signs in as the person that is asked for goes on.
        let answer = signs_in(&stranger, &format!("/masuk?ulang=ya&lanjut={page}"), BUDI).await;
        let to = through(&stranger, answer.expect(303), Some(theirs)).await;
        let code = parameter(&to, "code").unwrap_or_else(|| panic!("{to}"));
        let tokens = site.token(&client, &exchange(&code)).await.expect(200).json();
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
        let parts = |token: &Value| text(token).split('.').map(str::to_owned).collect::<Vec<_>>();
        let (mine, strange) = (parts(&own["id_token"]), parts(&foreign["id_token"]));
        let (own, body) = (text(&own["id_token"]), &mine[1]);
        let hints = [
            ("nothing of ours", "x.y.z".to_owned()),
            ("a word", "siti".to_owned()),
            ("an address", SITI.to_owned()),
            ("unsigned", format!("eyJhbGciOiJub25lIn0.{body}.")),
            ("without its signature", format!("{}.{body}.", mine[0])),
            ("with another's signature", format!("{}.{body}.{}", mine[0], strange[2])),
            ("of another platform", text(&foreign["id_token"]).to_owned()),
        ];
        for (case, hint) in hints {
            for silent in ["", "none"] {
                let to = sent(&siti, "satu", &[("prompt", silent), ("id_token_hint", &hint)]).await;
                refused(case, &to, "invalid_request");
            }
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
        for cause in ["keluar", "peran", "sandi"] {
            let client = world.platform(cause, |_| {}).await;
            let siti = site.siti().await;
            let tokens = site.tokens(&siti, &client).await;
            let tokens = site.token(&client, &refresh(text(&tokens["refresh_token"]))).await.expect(200).json();
            let newest = refresh(text(&tokens["refresh_token"]));
            match cause {
                "keluar" => drop(siti.send("/keluar", &[("", "")]).await.expect(200)),
                "sandi" => {
                    // From another device: every other session ends.
                    let fields = [("current_password", PASSWORD), ("password", "kuda lari di pantai")];
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

    async fn a_new_name_is_not_told_as_if_it_were_verified(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let client = world
            .platform("nama", |form| {
                form.scopes = Scope::ALL.into_iter().collect();
                form.terms_for = ProfileType::ALL.to_vec();
            })
            .await;
        let admin = world.actor("admin@contoh.go.id").await;
        let terms = TermsInput {
            kind: TermsKind::Syarat,
            text: "Syarat yang cukup panjang untuk dibaca.".to_owned(),
            in_force_on: DateInput::from_date(world.backend.world.today(Zone::Wib)),
            grace_days: "0".to_owned(),
        };
        platforms::terms::publish(&world.backend, &admin, client.id, &terms).await.unwrap();
        let siti = site.siti().await;
        let asked = changed(request("nama"), &[("scope", "openid profile nip gerbang offline_access")]);
        let enter = async || {
            let code = parameter(&site.answered(&siti, &asked, None).await, "code").unwrap();
            site.token(&client, &exchange(&code)).await.expect(200).json()
        };
        let before = enter().await;
        let (name, nip) = (json!("Siti Rahmawati"), claims(&before)["nip"].clone());
        assert!(nip.as_str().is_some_and(|nip| nip.len() == 18), "{nip}");

        let renamed = [
            ("name", "Menteri Keuangan"),
            ("employee_number_kind", "nip"),
            ("employee_number", "199001012015031001"),
            ("zone", "wib"),
        ];
        siti.send("/profil", &renamed).await.expect(200).shows(&["tetap memakai nama yang diverifikasi"]);
        let shown = siti.get("/profil").await.expect(200).value("/profil", "name");
        assert_eq!(shown.as_deref(), Some("Menteri Keuangan"));
        let refreshed = site.token(&client, &refresh(text(&before["refresh_token"]))).await.expect(200).json();
        for tokens in [&refreshed, &enter().await] {
            for said in [claims(tokens), told(&site, tokens).await] {
                assert_eq!((&said["name"], &said["nip"]), (&name, &nip), "{said}");
            }
        }
        let csv = platforms::acceptances::export(&world.backend, &admin, client.id).await.unwrap();
        assert!(csv.contains("Siti Rahmawati") && !csv.contains("Menteri Keuangan"), "{csv}");
        let sql = "SELECT detail FROM audit_events WHERE action = 'profile_changed'";
        let detail: Value = serde_json::from_str(&world.outside().await.texts(sql).await[0]).unwrap();
        assert_eq!(detail["name"], json!(["Siti Rahmawati", "Menteri Keuangan"]));
        assert_eq!(detail["employee_number"], json!([nip, "199001012015031001"]));
        assert!(detail.get("zone").is_none(), "{detail}");
    }

    async fn another_zone_lengthens_no_access(site) {
        let world = &site.world;
        let siti = world.siti().await;
        let zone = async |zone: Zone| {
            let form = accounts::ProfileForm {
                name: "Siti Rahmawati".to_owned(),
                employee_number_kind: EmployeeNumberKind::Nip,
                employee_number: "197804122003122003".to_owned(),
                phone: String::new(),
                zone,
            };
            accounts::change_profile(&world.backend, &siti, &form).await.unwrap();
        };
        zone(Zone::Wit).await;
        // Granted at noon in Jayapura for this day alone.
        let now = world.backend.world.now();
        let noon = Timestamp::start_of(now.date(Zone::Wit).next_day().unwrap(), Zone::Wit).plus(12 * HOUR);
        world.advance(noon.since(now));
        let (today, siti) = (noon.date(Zone::Wit), world.siti().await);
        world.granted(&siti, Role::Pa, "Sekretariat", today, today).await;
        let client = world.platform("zona", |_| {}).await;
        let visitor = site.siti().await;
        let before = site.tokens(&visitor, &client).await;

        zone(Zone::Wib).await;
        let after = site.tokens(&visitor, &client).await;
        let ends = |tokens: &Value| claims(tokens)["gerbang"]["access_expires_at"].clone();
        assert_eq!(ends(&after), ends(&before));
        assert_eq!(ends(&after), json!(noon.plus(12 * HOUR).seconds()));
        world.advance(12 * HOUR);
        site.userinfo(text(&after["access_token"])).await.expect(401);
        let renewed = site.token(&client, &refresh(text(&after["refresh_token"]))).await.expect(400);
        assert_eq!(renewed.json()["error"], "invalid_grant");
        let visitor = site.siti().await;
        refused("over", &sent(&visitor, "zona", &[("prompt", "none")]).await, "access_denied");
        visitor.get("/platform").await.expect(200).expect_says("sudah berakhir");
        visitor.get("/akses").await.expect(200).expect_says("Kedaluwarsa");
        rights::end_over(&world.backend).await.unwrap();
        let sql = "SELECT ended_why FROM oidc_grants WHERE ended_why IS NOT NULL";
        assert_eq!(world.outside().await.texts(sql).await, ["access_expired", "access_expired"]);
    }

    async fn platforms_cannot_match_people_by_their_accesses(site) {
        let world = &site.world;
        let access = world.active("Sekretariat").await;
        world.active("Inspektorat").await;
        let start = "https://platform.contoh.go.id/masuk/mulai";
        let siti = site.siti().await;
        let mut known = BTreeSet::from([access.to_string()]);
        for slug in ["satu", "dua"] {
            let client = world
                .platform(slug, |form| {
                    form.sector = format!("{slug}.contoh.go.id");
                    form.initiate_login_uri = start.to_owned();
                })
                .await;
            // From the launcher, the hint names the access as this platform knows it, and spares the question.
            let left = siti.post(&format!("/platform/{slug}"), &[("access", access.to_string())]).await;
            let left: Url = leads_to(&left).unwrap().parse().unwrap();
            let hint = parameter(&left, "login_hint").unwrap();
            let to = sent(&siti, slug, &[("login_hint", &hint)]).await;
            let code = parameter(&to, "code").unwrap_or_else(|| panic!("asked again: {to}"));
            let tokens = site.token(&client, &exchange(&code)).await.expect(200).json();
            for said in [claims(&tokens), told(&site, &tokens).await] {
                assert_eq!(said["gerbang"]["access_id"], hint);
                assert!(!said.to_string().contains(&access.to_string()), "{said}");
            }
            known.insert(hint);
        }
        assert_eq!(known.len(), 3, "one name for each sector, and none is ours: {known:?}");
        // What another platform, or nobody, knows the access by is no hint.
        for hint in &known {
            let to = sent(&siti, "dua", &[("login_hint", hint)]).await;
            let (asked, own) = (to.path().starts_with("/platform/lanjut/"), parameter(&to, "code").is_some());
            assert!(asked != own, "{to}");
        }
        assert_eq!(world.count("oidc_codes").await, 3, "only its own hint spares the question");
    }

    async fn a_platform_gets_only_what_it_is_registered_for(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        let some = |scopes: &str| Scopes::parse(scopes);
        let client = world.platform("sedikit", |form| form.scopes = some("profile email")).await;
        let siti = site.siti().await;
        let asks = [("scope", "openid profile email gerbang nip offline_access")];
        let to = site.answered(&siti, &changed(request("sedikit"), &asks), None).await;
        let tokens = site.token(&client, &exchange(&parameter(&to, "code").unwrap())).await.expect(200).json();
        assert_eq!((&tokens["scope"], tokens.get("refresh_token")), (&json!("openid profile email"), None));
        let names = |said: &Value| {
            let kept = |name: &&str| said.get(*name).is_some();
            ["name", "nip", "email", "gerbang"].into_iter().filter(kept).collect::<Vec<_>>()
        };
        for said in [claims(&tokens), told(&site, &tokens).await] {
            assert_eq!(names(&said), ["name", "email"], "{said}");
        }
        let openid_only = sent(&siti, "sedikit", &[("scope", "openid nip gerbang")]).await;
        let code = parameter(&openid_only, "code").unwrap();
        assert_eq!(site.token(&client, &exchange(&code)).await.expect(200).json()["scope"], "openid");

        // What is taken from a platform is taken from its sessions too.
        let (client, admin) = (world.platform("banyak", |_| {}).await, world.actor("admin@contoh.go.id").await);
        let tokens = site.tokens(&siti, &client).await;
        let stored = platforms::admin::find(&world.backend, &admin, client.id).await.unwrap();
        let form = PlatformForm { scopes: some("profile offline_access"), ..stored.form };
        platforms::admin::change(&world.backend, &admin, client.id, stored.version, &form).await.unwrap();
        assert_eq!(names(&told(&site, &tokens).await), ["name"]);
        let token = vec![("token".to_owned(), text(&tokens["access_token"]).to_owned())];
        let said = site.server_asks("/oidc/introspect", &client, &token).await.expect(200).json();
        assert_eq!(said["scope"], "openid profile offline_access");
        let again = changed(refresh(text(&tokens["refresh_token"])), &[("scope", text(&tokens["scope"]))]);
        let tokens = site.token(&client, &again).await.expect(200).json();
        assert_eq!(tokens["scope"], "openid profile offline_access");
        assert_eq!(names(&claims(&tokens)), ["name"]);
    }

    async fn a_new_platform_is_not_told_the_civil_servant_number_unasked(site) {
        let add = "/admin/platform?tindak=tambah";
        let boss = site.admin().await;
        let form = boss.get(add).await.expect(200).form(add);
        let ticked: Vec<&str> = form.iter().filter_map(|(name, _)| name.strip_prefix("scope_")).collect();
        assert_eq!(ticked, ["profile", "email", "gerbang", "offline_access"]);
        let filled = changed(
            without(without(form, "scope_gerbang"), "scope_offline_access"),
            &[
                ("platform_name", "e-Katalog"),
                ("slug", "e-katalog"),
                ("line", "Belanja produk tayang"),
                ("site", "https://katalog.contoh.go.id/"),
                ("redirects", "https://katalog.contoh.go.id/kembali"),
                ("profile_non_penyedia", "ya"),
                ("role_pa", "ya"),
                ("scope_nip", "ya"),
                ("scope_admin", "ya"),
            ],
        );
        let details = boss.send(add, &filled).await.expect(200);
        details.shows(&["openid profile email nip"]);
        // Kept when the form is opened again, also when it is refused.
        let change = format!("{}?tindak=ubah", details.path.split('?').next().unwrap());
        let form = boss.get(&change).await.expect(200).form(&change);
        let refused = boss.post(&change, &changed(form, &[("line", "")])).await.expect(422).form(&change);
        let ticked: Vec<&str> = refused.iter().filter_map(|(name, _)| name.strip_prefix("scope_")).collect();
        assert_eq!(ticked, ["profile", "email", "nip"]);
    }

    async fn people_see_and_end_their_own_connections_alone(site) {
        let world = &site.world;
        world.active("Sekretariat").await;
        world.budis("Inspektorat").await;
        let back = "https://platform.contoh.go.id/keluar/kabar";
        let client = world.platform("sambung", |form| form.backchannel_logout_uri = back.to_owned()).await;
        let other = world.platform("tetap", |_| {}).await;
        let (siti, budi) = (site.siti().await, site.budi().await);
        let hers = [site.tokens(&siti, &client).await, site.tokens(&siti, &client).await];
        let (kept, his) = (site.tokens(&siti, &other).await, site.tokens(&budi, &client).await);
        let page = "/profil/platform";
        siti.get("/profil").await.expect(200).expect_says("Platform");
        let shown = siti.get(page).await.expect(200);
        shown.shows(&[
            "Platform sambung",
            "Platform tetap",
            "Platform hanya menerima nama, alamat surel, dan data akses yang Anda pilih.",
            "dengan akses PA",
        ]);
        let again = siti.get(&authorize(&changed(request("sambung"), &[("prompt", "select_account")]))).await;
        siti.open(again.location().unwrap()).await.expect(200).expect_says("Platform hanya menerima nama");
        let stranger = site.visitor();
        assert!(stranger.get(page).await.expect(302).location().unwrap().starts_with("/masuk"));
        let id = client.id.to_string();
        stranger.post(page, &[("platform", &id)]).await;
        site.userinfo(text(&hers[0]["access_token"])).await.expect(200);
        // Nothing changes by looking, nor by a form of another site.
        siti.get(&format!("{page}?platform={id}")).await.expect(200);
        let forged = siti.bare(Method::POST, page).header("origin", "https://jahat.example").form(&[("platform", &id)]);
        assert_eq!(browser::Answer::of(page, forged).await.status, 403);
        site.userinfo(text(&hers[1]["access_token"])).await.expect(200);

        let ended = siti.send(page, &[("platform", &id)]).await.expect(200);
        ended.shows(&["Hubungan diakhiri", "Platform tetap"]);
        assert!(!ended.says("Platform sambung"), "{}", ended.text());
        for tokens in &hers {
            site.userinfo(text(&tokens["access_token"])).await.expect(401);
            site.token(&client, &refresh(text(&tokens["refresh_token"]))).await.expect(400);
        }
        for tokens in [&kept, &his] {
            site.userinfo(text(&tokens["access_token"])).await.expect(200);
        }
        let notices = "SELECT p.slug FROM logout_notices n JOIN platforms p ON p.id = n.platform_id";
        assert_eq!(world.outside().await.texts(notices).await, ["sambung", "sambung"], "the platform is told of both");
        let events = "SELECT detail FROM audit_events WHERE action = 'platform_disconnected'";
        assert_eq!(world.outside().await.texts(events).await, ["2"]);
        // It cannot come back behind her: she must choose again.
        refused("back", &sent(&siti, "sambung", &[("prompt", "none")]).await, "interaction_required");
        siti.send(page, &[("platform", &id)]).await.expect(200);
        siti.post(page, &[("platform", "bukan-id")]).await.expect(404);
        budi.get(page).await.expect(200).expect_says("Platform sambung");
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
