//! Terms in versions, their acceptance and its export.

use backend::platforms::{acceptances, launch, terms};
use domain::{
    issues::conflict::Conflict,
    platforms::terms::{TermsInput, TermsKind},
    role::ProfileType,
};
use time::Duration;
use uuid::Uuid;

use super::*;
use crate::support::{browser::Site, *};

on_both! {
    async fn terms_stand_before_the_way_in_until_all_are_accepted(world) {
        let (siti, access) = (world.siti().await, world.active(UNIT).await);
        let id = platform(&world, "spse").await;
        let backend = &world.backend;
        gone(launch::launch(backend, &siti, "spse", access).await.unwrap());
        let [syarat, privasi] = published(&world, id).await;
        let mut due = asked(launch::launch(backend, &siti, "spse", access).await.unwrap());
        due.sort_unstable();
        let mut both = [syarat, privasi];
        both.sort_unstable();
        assert_eq!(due, both);
        terms::accept(backend, &siti, &[syarat], access).await.unwrap();
        assert_eq!(asked(launch::launch(backend, &siti, "spse", access).await.unwrap()), [privasi]);
        terms::accept(backend, &siti, &[syarat, privasi], access).await.unwrap();
        gone(launch::launch(backend, &siti, "spse", access).await.unwrap());
        assert_eq!(world.count("acceptances").await, 2, "accepted once, however often it is sent");
        let sql = "SELECT address FROM acceptances ORDER BY id";
        assert_eq!(outside(&world).await.texts(sql).await, ["127.0.0.1", "127.0.0.1"]);
        // What one person accepted, no other did.
        let (budi, budis) = (world.budi().await, world.budis("Inspektorat").await);
        assert_eq!(asked(launch::launch(backend, &budi, "spse", budis).await.unwrap()).len(), 2);
    }

    async fn only_the_profile_types_that_the_platform_names_accept_its_terms(world) {
        let (siti, access) = (world.siti().await, world.active(UNIT).await);
        let id = world.platform("spse", |form| form.terms_for = vec![ProfileType::Penyedia]).await.id;
        published(&world, id).await;
        gone(launch::launch(&world.backend, &siti, "spse", access).await.unwrap());
    }

    async fn a_new_version_asks_again_after_its_days_of_grace(world) {
        let (siti, access, boss) = (world.siti().await, world.active(UNIT).await, world.actor(ADMIN).await);
        let id = platform(&world, "spse").await;
        let backend = &world.backend;
        let both = published(&world, id).await;
        terms::accept(backend, &siti, &both, access).await.unwrap();
        let tomorrow = TODAY + Duration::days(1);
        let next = terms::publish(backend, &boss, id, &draft(TermsKind::Syarat, tomorrow, "14")).await.unwrap();
        gone(launch::launch(backend, &siti, "spse", access).await.unwrap());
        let early = terms::accept(backend, &siti, &[next], access).await.err().unwrap();
        assert_eq!(conflict(early), Conflict::TermsChanged, "not in force yet");
        world.advance(DAY);
        gone(launch::launch(backend, &siti, "spse", access).await.unwrap());
        // Who never accepted any has nothing to wait for.
        let (budi, budis) = (world.budi().await, world.budis("Inspektorat").await);
        assert!(asked(launch::launch(backend, &budi, "spse", budis).await.unwrap()).contains(&next));
        let late = terms::accept(backend, &budi, &both, budis).await.err().unwrap();
        assert_eq!(conflict(late), Conflict::TermsChanged, "what was read is not in force any more");
        world.advance(15 * DAY);
        assert_eq!(asked(launch::launch(backend, &siti, "spse", access).await.unwrap()), [next]);
    }

    async fn terms_of_another_platform_cannot_be_accepted(world) {
        let (siti, access) = (world.siti().await, world.active(UNIT).await);
        let (one, other) = (platform(&world, "satu").await, platform(&world, "dua").await);
        let (of_one, of_other) = (published(&world, one).await, published(&world, other).await);
        let backend = &world.backend;
        not_found(terms::accept(backend, &siti, &[], access).await);
        not_found(terms::accept(backend, &siti, &[Uuid::nil()], access).await);
        not_found(terms::accept(backend, &siti, &[of_one[0], of_other[0]], access).await);
        let budis = world.budis("Inspektorat").await;
        not_found(terms::accept(backend, &siti, &of_one, budis).await);
        assert_eq!(world.count("acceptances").await, 0);
    }

    async fn published_terms_never_change(world) {
        let id = platform(&world, "spse").await;
        published(&world, id).await;
        let terms_before = outside(&world).await.everything().await.remove("terms");
        for sql in ["UPDATE terms SET text = 'lain'", "UPDATE terms SET grace_days = 90", "DELETE FROM terms"] {
            assert!(world.sql(sql).await.is_err(), "{sql}");
        }
        assert_eq!(outside(&world).await.everything().await.remove("terms"), terms_before);
    }

    async fn simultaneous_publications_get_versions_of_their_own(world) {
        let (id, boss) = (platform(&world, "spse").await, world.actor(ADMIN).await);
        let draft = draft(TermsKind::Syarat, TODAY, "");
        let (a, b) = tokio::join!(
            terms::publish(&world.backend, &boss, id, &draft),
            terms::publish(&world.backend, &boss, id, &draft)
        );
        a.unwrap();
        b.unwrap();
        let versions = terms::list(&world.backend, &boss, id).await.unwrap();
        assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(versions[0].sha256, versions[1].sha256);
        assert_eq!(versions[0].sha256.len(), 64);
    }

    async fn acceptances_are_exported_and_that_leaves_a_trail(world) {
        let (siti, access, boss) = (world.siti().await, world.active(UNIT).await, world.actor(ADMIN).await);
        let id = platform(&world, "spse").await;
        let both = published(&world, id).await;
        terms::accept(&world.backend, &siti, &both, access).await.unwrap();
        world.sql("UPDATE accesses SET holder_name = '=Siti'").await.unwrap();
        let csv = acceptances::export(&world.backend, &boss, id).await.unwrap();
        let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').split("\r\n").collect();
        assert_eq!(lines[0], "Nama,Surel,Dokumen,Versi,SHA-256,Role,Waktu (UTC),Alamat jaringan");
        assert_eq!(lines.len(), 4, "two acceptances and the end: {csv}");
        for document in ["Syarat dan Ketentuan", "Kebijakan Privasi"] {
            let begins = format!("'=Siti,siti.pa@contoh.go.id,{document},1,");
            let kept = |line: &&str| line.starts_with(&begins) && line.ends_with(",127.0.0.1");
            assert_eq!(lines.iter().copied().filter(|line| kept(line)).count(), 1, "{csv}");
        }
        let trail = "SELECT action FROM audit_events WHERE action = 'acceptances_exported'";
        assert_eq!(outside(&world).await.texts(trail).await.len(), 1);
        not_found(acceptances::export(&world.backend, &boss, Uuid::nil()).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_are_shown_without_markup_of_their_own() {
    let site = Site::new(Database::Sqlite).await;
    let world = &site.world;
    let (id, boss) = (platform(world, "spse").await, world.actor(ADMIN).await);
    let text = "# Aturan <script>alert(1)</script>\n\n[jahat](javascript:alert(1)) [baik](https://contoh.go.id/aturan) \
                <img src=x onerror=alert(1)>\n\n</article><form action=\"https://jahat.example\">";
    let hostile = TermsInput { text: text.into(), ..draft(TermsKind::Syarat, TODAY, "0") };
    terms::publish(&world.backend, &boss, id, &hostile).await.unwrap();
    let access = world.active(UNIT).await;
    let page = site.siti().await.get(&format!("/platform/spse/ketentuan?akses={access}")).await.expect(200);
    page.shows(&["Aturan <script>alert(1)</script>", "jahat", "<img src=x onerror=alert(1)>"]);
    let html = page.html();
    for brought in ["<script>alert", "<img", "href=\"javascript", "<form action=\"https://jahat"] {
        assert!(!html.contains(brought), "{brought}");
    }
    assert!(html.contains("href=\"https://contoh.go.id/aturan\" rel=\"noopener noreferrer\""));
}
