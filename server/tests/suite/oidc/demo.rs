//! The demo platform: both ways in, and what it shows once rights end.

use std::time::{Duration, Instant};

use backend::{staff, verification};
use devtools::demo_platform::DemoPlatform;
use domain::{role::Role, time::Timestamp};
use reqwest::{Method, header};
use time::macros::date;
use url::Url;
use uuid::Uuid;

use super::*;
use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    platform::*,
    *,
};

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
async fn demo_platform_accepts_only_answers_to_its_requests() {
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
