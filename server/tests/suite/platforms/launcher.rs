//! Who may enter a platform, with which access, and how the launcher leads there.

use backend::{Actor, platforms::launch};
use domain::{
    issues::{Field, Problem},
    platforms::launcher::Closed,
    role::{ProfileType, Role},
};
use time::{Duration, macros::date};
use uuid::Uuid;

use super::*;
use crate::support::{
    browser::{Site, changed},
    platform::{leads_to, parameter},
    *,
};

on_both! {
    async fn a_platform_is_open_to_whom_it_admits_and_says_why_not_to_others(world) {
        let siti = world.siti().await;
        let suppliers = world
            .platform("penyedia", |form| {
                form.profile_types = vec![ProfileType::Penyedia];
                form.roles = ProfileType::Penyedia.roles().collect();
            })
            .await;
        let proxies = world.platform("kpa", |form| form.roles = vec![Role::Kpa]).await;
        let everybody = world.platform("semua", |_| ()).await;
        let entry = async |actor: &Actor, id: Uuid| {
            let choices = launch::platforms(&world.backend, actor).await.unwrap();
            choices.into_iter().find(|choice| choice.platform.id == id).expect("it is listed").entry
        };
        assert_eq!(entry(&siti, everybody.id).await, Err(Closed::NoAccess));
        world.active(UNIT).await;
        assert_eq!(entry(&siti, everybody.id).await, Ok(1));
        assert_eq!(entry(&siti, suppliers.id).await, Err(Closed::OtherProfile(vec![ProfileType::Penyedia])));
        assert_eq!(entry(&siti, proxies.id).await, Err(Closed::OtherRole(vec![Role::Kpa])));
        let first = TODAY + Duration::days(10);
        let budi = world.budi().await;
        world.granted(&budi, Role::Kpa, "Inspektorat", first, date!(2027 - 12 - 31)).await;
        assert_eq!(entry(&budi, proxies.id).await, Err(Closed::NotYet(first)));
    }

    async fn nobody_enters_with_the_access_of_another_or_one_that_is_not_admitted(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let (sitis, budis) = (world.active(UNIT).await, world.budis("Inspektorat").await);
        world.platform("kpa", |form| form.roles = vec![Role::Kpa]).await;
        let backend = &world.backend;
        not_found(launch::launch(backend, &siti, "kpa", budis).await);
        not_found(launch::agreement(backend, &siti, "kpa", budis).await);
        let refused = launch::launch(backend, &siti, "kpa", sitis).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Access), Problem::NotOffered);
        not_found(launch::launch(backend, &siti, "tidak-ada", sitis).await);
        not_found(launch::remember(backend, &siti, Uuid::nil(), sitis).await);
        not_found(launch::request(backend, &siti, Uuid::nil(), None).await);
        assert_eq!(world.count("platform_choices").await, 0);
        gone(launch::launch(backend, &budi, "kpa", budis).await.unwrap());
        assert_eq!(world.count("platform_choices").await, 1);
    }

    async fn an_access_that_is_over_or_was_revoked_opens_nothing(world) {
        let siti = world.siti().await;
        let access = world.granted(&siti, Role::Pa, UNIT, TODAY, TODAY).await;
        world.platform("semua", |_| ()).await;
        let backend = &world.backend;
        gone(launch::launch(backend, &siti, "semua", access).await.unwrap());
        world.advance(DAY);
        let refused = launch::launch(backend, &siti, "semua", access).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Access), Problem::NotOffered);
        assert!(launch::accesses_for(backend, &siti, "semua").await.unwrap().1.is_empty());
        let second = world.active("Inspektorat").await;
        world.sql("UPDATE accesses SET revoked_at = 1").await.unwrap();
        let refused = launch::launch(backend, &siti, "semua", second).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Access), Problem::NotOffered);
    }

    async fn launch_url_names_issuer_access_and_target(world) {
        let (siti, access) = (world.siti().await, world.active(UNIT).await);
        world
            .platform("spse", |form| form.initiate_login_uri = format!("{BEGIN}?dari=a"))
            .await;
        let url = gone(launch::launch(&world.backend, &siti, "spse", access).await.unwrap());
        assert!(url.as_str().starts_with(&format!("{BEGIN}?dari=a&")), "{url}");
        assert_eq!(parameter(&url, "iss").as_deref(), Some("http://gerbang.test"));
        // The access as this platform knows it.
        let hint: uuid::Uuid = parameter(&url, "login_hint").unwrap().parse().unwrap();
        assert_ne!(hint, access);
        assert_eq!(parameter(&url, "target_link_uri").as_deref(), Some("https://platform.contoh.go.id/"));
        world.platform("polos", |_| ()).await;
        let url = gone(launch::launch(&world.backend, &siti, "polos", access).await.unwrap());
        assert_eq!(url.as_str(), "https://platform.contoh.go.id/", "where nothing begins, it is opened where it is");
    }

    async fn the_last_choice_is_remembered_and_comes_first(world) {
        let siti = world.siti().await;
        world.platform("semua", |_| ()).await;
        let (first, second) = (world.active(UNIT).await, world.active("Inspektorat").await);
        let order = async || {
            let (_, choices) = launch::accesses_for(&world.backend, &siti, "semua").await.unwrap();
            choices.into_iter().map(|choice| (choice.id, choice.last_used)).collect::<Vec<_>>()
        };
        assert!(order().await.iter().all(|(_, last_used)| !last_used));
        for (chosen, other) in [(second, first), (first, second)] {
            launch::launch(&world.backend, &siti, "semua", chosen).await.unwrap();
            assert_eq!(order().await, [(chosen, true), (other, false)]);
        }
        assert_eq!(world.count("platform_choices").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_platforms_require_their_permission() {
    let site = Site::new(Database::Sqlite).await;
    let id = platform(&site.world, "spse").await;
    let (boss, verifier, siti) = (site.admin().await, site.verifier().await, site.siti().await);
    let details = format!("/admin/platform/{id}");
    for (path, words) in [("/admin/platform", "Tambah platform"), (details.as_str(), "Buat rahasia")] {
        boss.get(path).await.expect(200).expect_says(words);
        verifier.get(path).await.expect(404);
        siti.get(path).await.expect(404);
        let to = site.visitor().get(path).await;
        assert!(to.location().is_some_and(|to| to.starts_with("/masuk")), "{path} leads to {:?}", to.location());
    }
    // Nor do the forms behind them do anything.
    let secret = Uuid::from_u128(7).to_string();
    let posts: [(String, Vec<(&str, &str)>); 4] = [
        ("/admin/platform".into(), vec![("slug", "lain")]),
        (details.clone(), vec![("tindak", "nonaktifkan")]),
        (format!("{details}/rahasia"), vec![("rahasia", secret.as_str())]),
        (format!("{details}/persetujuan"), vec![("", "")]),
    ];
    let secrets = site.world.count("platform_secrets").await;
    for (path, fields) in &posts {
        for stranger in [&verifier, &siti] {
            stranger.post(path, fields).await.expect(404);
        }
        site.visitor().post(path, fields).await.expect(401);
        boss.get(&format!("{path}/x")).await.expect(404);
    }
    assert_eq!(site.world.count("platform_secrets").await, secrets);
    for path in ["/platform", "/platform/spse", "/platform/spse/ketentuan?akses=00000000-0000-0000-0000-000000000000"] {
        let to = site.visitor().get(path).await;
        assert!(to.location().is_some_and(|to| to.starts_with("/masuk")), "{path} leads to {:?}", to.location());
    }
    siti.get("/platform/tidak-ada").await.expect(404).expect_says("tidak ada atau tidak dapat Anda masuki");
    siti.get(&format!("/platform/lanjut/{}", Uuid::nil())).await.expect(404);
    siti.get("/platform/lanjut/x").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_is_entered_without_script() {
    let site = Site::new(Database::Sqlite).await;
    let world = &site.world;
    let id = platform(world, "spse").await;
    published(world, id).await;
    let siti = site.siti().await;
    siti.get("/platform").await.expect(200).expect_says("Belum ada platform yang dapat Anda masuki.");
    let (first, second) = (world.active(UNIT).await, world.active("Inspektorat").await);

    siti.get("/akses").await.expect(200).expect_says("Pilih Platform");
    let list = siti.get("/platform").await.expect(200);
    list.shows(&["Platform spse", "Toko Daring tidak ditampilkan karena hanya menerima akses Penyedia."]);
    assert!(list.html().contains("href=\"/platform/spse\""));
    let page = siti.get("/platform/spse").await.expect(200);
    page.shows(&["Terpilih", "Akses yang dipakai di Platform spse", "Sampai 31 Desember 2030"]);
    // Of two, neither is chosen for the person.
    let form = page.form("/platform/spse");
    assert!(form.iter().all(|(name, _)| name != "access"), "{form:?}");
    siti.post("/platform/spse", &form).await.expect(422).expect_says("Akses belum dipilih.");

    let chosen = changed(form, &[("access", &second.to_string())]);
    let terms = siti.send("/platform/spse", &chosen).await.expect(200);
    terms.shows(&["Ketentuan Platform spse", "Syarat dan Ketentuan", "Kebijakan Privasi", "Versi 1", "Setuju"]);
    // The terms cannot be passed by: not by the form before them, not by theirs without what it accepts.
    let action = "/platform/spse/ketentuan";
    let agreed = terms.form(action);
    assert_eq!(agreed.iter().filter(|(name, _)| name == "terms").count(), 2, "{agreed:?}");
    let skipped: Vec<_> = agreed.iter().filter(|(name, _)| name != "terms").cloned().collect();
    let again = siti.send(action, &skipped).await.expect(200).expect_says("Setuju");
    assert_eq!((again.path.split('?').next(), world.count("acceptances").await), (Some(action), 0));
    // An access of another person, or what is none, is not there.
    let budis = world.budis("Biro Umum").await.to_string();
    siti.post(action, &changed(agreed.clone(), &[("access", &budis)])).await.expect(404);

    let leaving = siti.post(action, &agreed).await.expect(200).expect_says("Membuka Platform spse");
    assert_eq!(leads_to(&leaving).as_deref(), Some("https://platform.contoh.go.id/"));
    assert!(leaving.header("content-security-policy").contains("form-action 'self'"));
    // The second time, the choice is remembered and nothing stands before it.
    let page = siti.get("/platform/spse").await.expect(200).expect_says("terakhir dipakai");
    let form = page.form("/platform/spse");
    assert!(form.contains(&("access".to_owned(), second.to_string())), "{form:?}");
    siti.post("/platform/spse", &form).await.expect(200).expect_says("Membuka Platform spse");
    // With script the browser is sent there.
    let other = changed(form, &[("access", &first.to_string())]);
    let reply = siti.post_by_script("/platform/spse", &other).await.expect(200);
    assert_eq!(reply.json()["Go"]["to"], "https://platform.contoh.go.id/");
}
