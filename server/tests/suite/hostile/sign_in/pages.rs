//! Over HTTP: planted sessions, a flood of hashing, and what operators see of refusals.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use backend::staff::{self, Invitation};
use domain::{issues::conflict::Conflict, permission::StaffRole, role::Role, status::Verdict};
use reqwest::Method;
use serde_json::Value;

use super::*;
use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    platform::*,
    verdicts::form_for,
};

/// The value of the session's cookie that an answer sets.
fn session(answer: &Answer) -> String {
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let values = set.filter_map(|text| text.strip_prefix("gerbang="));
    values.map(|rest| rest.split(';').next().unwrap().to_owned()).next().unwrap_or_else(|| panic!("{answer:?}"))
}

/// True if somebody is signed in with this cookie.
async fn is_open(site: &Site, session: &str) -> bool {
    let request = site.visitor().request(Method::GET, "/akses").header("cookie", format!("gerbang={session}"));
    Answer::of("/akses", request).await.status == 200
}

/// Signs in Siti and enters a platform; returns her browser, its session and her tokens.
async fn entered(site: &Site, slug: &str) -> (Visitor, String, Value) {
    let client = site.world.platform(slug, |_| {}).await;
    let visitor = site.visitor();
    let signed_in = visitor.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(303);
    let tokens = site.tokens(&visitor, &client).await;
    (visitor, session(&signed_in), tokens)
}

/// Opens a mailed link and posts its form.
async fn follow(visitor: &Visitor, path: &str, secret: &str, fields: &[(&str, &str)]) -> Answer {
    let page = visitor.open(&format!("{path}?token={secret}")).await.expect(200);
    visitor.post(path, &changed(page.form(path), fields)).await.expect(303)
}

async fn knows(site: &Site, tokens: &Value) -> bool {
    site.userinfo(tokens["access_token"].as_str().unwrap()).await.status == 200
}

on_both_sites! {
    /// Somebody left their session in a browser, on purpose or not: what the next person does there must not be theirs.
    async fn a_new_account_ends_the_session_that_the_browser_had(site) {
        site.world.active("Sekretariat").await;
        let (visitor, before, tokens) = entered(&site, "satu").await;
        accounts::sign_up(&site.world.backend, &sign_up("rina@contoh.go.id"), origin().address).await.unwrap();
        let link = site.world.secret_for("rina@contoh.go.id").await;
        assert!(is_open(&site, &before).await && knows(&site, &tokens).await);
        let confirmed = follow(&visitor, "/daftar/konfirmasi", link.expose(), &[("password", STRONG)]).await;
        assert!(is_open(&site, &session(&confirmed)).await);
        assert!(!is_open(&site, &before).await && !knows(&site, &tokens).await);

        let (visitor, before, tokens) = entered(&site, "dua").await;
        let fitri = Invitation {
            email: "fitri@contoh.go.id".into(),
            role: Some(StaffRole::Verifier),
            institutions: vec![],
        };
        staff::invite(&site.world.backend, &site.world.actor(ADMIN).await, &fitri).await.unwrap();
        let link = site.world.secret_for("fitri@contoh.go.id").await;
        let fields = [("name", "Fitri Hasan"), ("password", STRONG)];
        let accepted = follow(&visitor, "/undangan", link.expose(), &fields).await;
        assert!(is_open(&site, &session(&accepted)).await);
        assert!(!is_open(&site, &before).await && !knows(&site, &tokens).await);
    }

    async fn a_new_password_gives_the_session_a_new_token(site) {
        site.world.active("Sekretariat").await;
        let (visitor, before, tokens) = entered(&site, "tiga").await;
        let fields = [("current_password", "bukan kata sandinya"), ("password", STRONG)];
        visitor.post("/profil/kata-sandi", &fields).await.expect(422);
        assert!(is_open(&site, &before).await, "a wrong password changes nothing");
        let fields = [("current_password", PASSWORD), ("password", STRONG)];
        let changed = visitor.post("/profil/kata-sandi", &fields).await.expect(303);
        let after = session(&changed);
        assert_ne!(after, before);
        assert!(!is_open(&site, &before).await, "a copy of the cookie is worthless");
        assert!(is_open(&site, &after).await && knows(&site, &tokens).await, "the person goes on");
    }
}

/// Keeps the lane of new passwords full until `stop`.
fn flood(backend: &Arc<backend::Backend>, stop: &Arc<AtomicBool>) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..64 {
        let (backend, stop) = (backend.clone(), stop.clone());
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let nth = NEXT.fetch_add(1, Ordering::Relaxed);
                let _ = accounts::sign_up(&backend, &sign_up(&format!("banjir.{nth}@contoh.go.id")), origin().address)
                    .await;
                tokio::task::yield_now().await;
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_sign_ups_is_refused_and_keeps_nobody_from_signing_in() {
    let site = Site::new(Database::Sqlite).await;
    let stop = Arc::new(AtomicBool::new(false));
    flood(&site.world.backend, &stop);
    let visitor = site.visitor();
    let fields = [("name", "Rina Marpaung"), ("email", "rina@contoh.go.id"), ("password", STRONG)];
    let mut tries = 0;
    let busy = loop {
        let answer = visitor.post("/daftar", &fields).await;
        if answer.status == 503 {
            break answer;
        }
        tries += 1;
        assert!(tries < 25, "nothing refuses: {}", answer.expect(303).text());
    };
    assert_eq!(busy.header("retry-after"), "5");
    assert_eq!(busy.value("/daftar", "email").as_deref(), Some("rina@contoh.go.id"), "what was typed is kept");
    assert!(!busy.html().contains(STRONG));
    busy.expect_says("Terlalu banyak orang sedang masuk atau mendaftar.");
    visitor.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(303);
    stop.store(true, Ordering::Relaxed);
}

/// The value of a counter on the page of figures, which all servers of this process share.
async fn figure(site: &Site, kind: &str, reason: &str) -> u64 {
    let page = site.visitor().get("/metrics").await.expect(200);
    let start = format!("gerbang_refusals_total{{kind=\"{kind}\",reason=\"{reason}\"}} ");
    let line = page.html().lines().find_map(|line| line.strip_prefix(&start).map(str::to_owned));
    line.map_or(0, |value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_refusals_and_the_trail_does_not() {
    let site = Site::new(Database::Sqlite).await;
    let world = &site.world;
    let (siti, verifier, other) = (world.siti().await, world.verifier().await, world.verifier2().await);
    let case = world.submitted(&siti, Role::Pa, "Sekretariat").await;
    let client = world.platform("satu", |_| {}).await;
    let kinds = [
        ("sign_in", "wrong_password"),
        ("sign_in", "no_account"),
        ("sign_in", "wrong_confirmation"),
        ("limit", "sign_in"),
        ("origin", "foreign_site"),
        ("client", "invalid_client"),
        ("verdict", "lease_ended"),
        ("verdict", "forbidden"),
    ];
    let mut before = Vec::new();
    for (kind, reason) in kinds {
        before.push(figure(&site, kind, reason).await);
    }
    let visitor = site.siti().await;
    let trail = world.count("audit_events").await;

    while guess(world, SITI, &origin()).await.is_err_and(|error| matches!(error, Error::Invalid(_))) {}
    wrong(guess(world, "tidak.ada@contoh.go.id", &origin()).await);
    visitor.post("/profil/kata-sandi", &[("current_password", STRONG), ("password", STRONG)]).await.expect(422);
    let forged = visitor.bare(Method::POST, "/keluar").header("origin", "https://jahat.example");
    Answer::of("/keluar", forged.form(&[("", "")])).await.expect(403);
    let stranger = Registered { secret: Some("salah".into()), ..client };
    site.token(&stranger, &exchange("x")).await.expect(401);
    let form = form_for(
        &backend::verification::case_file(&world.backend, &verifier, case).await.unwrap(),
        Verdict::Approve,
        "",
    );
    let refused = backend::verification::decide(&world.backend, &other, case, &form).await;
    assert!(matches!(conflict(refused.err().unwrap()), Conflict::LeaseEnded { .. }));
    forbidden(backend::verification::decide(&world.backend, &siti, case, &form).await);

    for ((kind, reason), before) in kinds.into_iter().zip(before) {
        assert!(figure(&site, kind, reason).await > before, "{kind} {reason}");
    }
    assert_eq!(world.count("audit_events").await, trail, "strangers must not make the trail grow");
    let page = site.visitor().get("/metrics").await.expect(200);
    assert!(!page.html().contains("contoh.go.id"), "nobody is named");
}
