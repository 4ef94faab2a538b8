//! Platforms: who sees and enters them with what (guide steps 16 to 19), terms in versions, and their administration.
//! What the protocol itself refuses is in `oidc_hostile`.

use backend::{
    Actor,
    platforms::{
        admin,
        launch::{self, Closed, Launch},
        terms::{self, Draft},
    },
    staff,
};
use domain::{
    issues::{Field, Problem, conflict::Conflict},
    platforms::{AuthMethod, ClientKind, form::PlatformForm, terms::TermsKind},
    role::{ProfileType, Role},
    staff::StaffRole,
    validity::DateInput,
};
use time::{Date, Duration, macros::date};
use url::Url;
use uuid::Uuid;

use crate::support::{
    browser::{Site, changed},
    outside::Outside,
    platform::{leads_to, parameter},
    *,
};

const ADMIN: &str = "admin@contoh.go.id";
const UNIT: &str = "Sekretariat";
const BEGIN: &str = "https://platform.contoh.go.id/masuk/mulai";
const TEXT: &str = "# Aturan\n\nData pada platform ini **hanya** dipakai untuk pengadaan pemerintah.";

async fn outside(world: &World) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await
}

fn draft(kind: TermsKind, day: Date, grace_days: &str) -> Draft {
    Draft { kind, text: TEXT.into(), in_force_on: DateInput::from_date(day), grace_days: grace_days.into() }
}

/// Publishes the next version of both documents, in force today.
async fn published(world: &World, platform: Uuid) -> [Uuid; 2] {
    let boss = world.actor(ADMIN).await;
    let mut ids = Vec::new();
    for kind in [TermsKind::Syarat, TermsKind::Privasi] {
        ids.push(terms::publish(&world.backend, &boss, platform, &draft(kind, TODAY, "0")).await.unwrap());
    }
    [ids[0], ids[1]]
}

/// A platform for every profile type, whose terms are asked of all.
async fn platform(world: &World, slug: &str) -> Uuid {
    world.platform(slug, |form| form.terms_for = ProfileType::ALL.to_vec()).await.id
}

/// The versions that stand before a way in.
fn asked(launch: Launch) -> Vec<Uuid> {
    match launch {
        Launch::Accept(due) => due.into_iter().map(|version| version.id).collect(),
        Launch::Go(url) => panic!("the way is open: {url}"),
    }
}

/// The way in.
fn gone(launch: Launch) -> Url {
    match launch {
        Launch::Go(url) => url,
        Launch::Accept(due) => panic!("terms stand before it: {due:?}"),
    }
}

/// The form of a platform as it is stored.
async fn stored(world: &World, id: Uuid) -> (PlatformForm, i64) {
    let details = admin::find(&world.backend, &world.actor(ADMIN).await, id).await.unwrap();
    (details.form, details.version)
}

on_both! {
    async fn only_administrators_administer_platforms(world) {
        let id = platform(&world, "spse").await;
        let (siti, verifier, boss) = (world.siti().await, world.verifier().await, world.actor(ADMIN).await);
        let hendra = world.verifier2().await.user_id;
        staff::set_role(&world.backend, &boss, hendra, Some(StaffRole::Supervisor), &[]).await.unwrap();
        let supervisor = world.verifier2().await;
        let (form, version) = stored(&world, id).await;
        let events = world.count("audit_events").await;
        let backend = &world.backend;
        for stranger in [&siti, &verifier, &supervisor] {
            forbidden(admin::list(backend, stranger).await);
            forbidden(admin::find(backend, stranger, id).await);
            forbidden(admin::create(backend, stranger, &PlatformForm { slug: "lain".into(), ..form.clone() }).await);
            forbidden(admin::change(backend, stranger, id, version, &form).await);
            forbidden(admin::make_secret(backend, stranger, id, Uuid::nil()).await.map(|_| ()));
            forbidden(admin::retire_secret(backend, stranger, id, Uuid::nil()).await);
            forbidden(admin::set_disabled(backend, stranger, id, true).await);
            forbidden(terms::list(backend, stranger, id).await);
            forbidden(terms::publish(backend, stranger, id, &draft(TermsKind::Syarat, TODAY, "0")).await);
            forbidden(terms::export(backend, stranger, id).await);
            // Nor do they learn what is wrong with a form, or that there is no such platform.
            forbidden(admin::create(backend, stranger, &PlatformForm::default()).await);
            forbidden(admin::find(backend, stranger, Uuid::nil()).await);
        }
        assert_eq!(world.count("audit_events").await, events);
    }

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
        not_found(launch::before_entering(backend, &siti, "kpa", budis).await);
        let refused = launch::launch(backend, &siti, "kpa", sitis).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Access), Problem::NotOffered);
        not_found(launch::launch(backend, &siti, "tidak-ada", sitis).await);
        not_found(launch::remember(backend, &siti, Uuid::nil(), sitis).await);
        not_found(launch::parked(backend, &siti, Uuid::nil()).await);
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

    async fn the_way_in_names_us_the_choice_and_the_place(world) {
        let (siti, access) = (world.siti().await, world.active(UNIT).await);
        world
            .platform("spse", |form| form.initiate_login_uri = format!("{BEGIN}?dari=a"))
            .await;
        let url = gone(launch::launch(&world.backend, &siti, "spse", access).await.unwrap());
        assert!(url.as_str().starts_with(&format!("{BEGIN}?dari=a&")), "{url}");
        assert_eq!(parameter(&url, "iss").as_deref(), Some("http://gerbang.test"));
        assert_eq!(parameter(&url, "login_hint"), Some(access.to_string()));
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

    async fn terms_of_elsewhere_cannot_be_accepted(world) {
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

    async fn what_was_published_stays_as_it_is(world) {
        let id = platform(&world, "spse").await;
        published(&world, id).await;
        let terms_before = outside(&world).await.everything().await.remove("terms");
        for sql in ["UPDATE terms SET text = 'lain'", "UPDATE terms SET grace_days = 90", "DELETE FROM terms"] {
            assert!(world.sql(sql).await.is_err(), "{sql}");
        }
        assert_eq!(outside(&world).await.everything().await.remove("terms"), terms_before);
    }

    async fn of_two_who_publish_at_one_instant_each_gets_a_version(world) {
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
        world.sql("UPDATE users SET name = '=Siti' WHERE email = 'siti.pa@contoh.go.id'").await.unwrap();
        let csv = terms::export(&world.backend, &boss, id).await.unwrap();
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
        not_found(terms::export(&world.backend, &boss, Uuid::nil()).await);
    }

    async fn a_secret_is_given_once_and_two_hold_at_a_time(world) {
        let boss = world.actor(ADMIN).await;
        let id = world.platform("spse", |_| ()).await.id; // makes the first
        let backend = &world.backend;
        world.advance(MINUTE);
        let row = backend.world.id();
        let (client_id, secret) = admin::make_secret(backend, &boss, id, row).await.unwrap();
        assert_eq!(client_id, "spse");
        let third = admin::make_secret(backend, &boss, id, backend.world.id()).await.map(|_| ()).err().unwrap();
        assert_eq!(conflict(third), Conflict::TwoSecrets);
        let rows = outside(&world).await.everything().await;
        let leaked = rows.values().flatten().any(|row| row.contains(secret.expose()));
        assert!(!leaked, "only its hash is kept");
        let secrets = admin::find(backend, &boss, id).await.unwrap().secrets;
        assert_eq!(secrets.len(), 2);
        assert!(secret.expose().ends_with(&secrets[1].hint) && secrets[1].hint.len() == 4);

        admin::retire_secret(backend, &boss, id, secrets[0].id).await.unwrap();
        not_found(admin::retire_secret(backend, &boss, id, secrets[0].id).await);
        let other = world.platform("lain", |_| ()).await.id;
        not_found(admin::retire_secret(backend, &boss, other, secrets[1].id).await);
        // Sent twice, a form makes one.
        not_found(admin::make_secret(backend, &boss, id, row).await.map(|_| ()));
        admin::make_secret(backend, &boss, id, backend.world.id()).await.unwrap();

        let keyless = world.platform("publik", |form| {
            form.client_kind = Some(ClientKind::Public);
            form.auth_method = Some(AuthMethod::None);
        });
        let keyless = keyless.await.id;
        not_found(admin::make_secret(backend, &boss, keyless, backend.world.id()).await.map(|_| ()));
    }

    async fn a_platform_is_changed_by_one_at_a_time_and_keeps_its_client(world) {
        let boss = world.actor(ADMIN).await;
        let id = platform(&world, "spse").await;
        platform(&world, "lain").await;
        let (form, version) = stored(&world, id).await;
        let backend = &world.backend;
        let renamed = PlatformForm {
            slug: "spse-baru".into(),
            redirects: "https://b.contoh.go.id/x\nhttps://a.contoh.go.id/x\nhttps://b.contoh.go.id/x".into(),
            ..form.clone()
        };
        admin::change(backend, &boss, id, version, &renamed).await.unwrap();
        let details = admin::find(backend, &boss, id).await.unwrap();
        assert_eq!((details.client_id.as_str(), details.form.slug.as_str()), ("spse", "spse-baru"));
        assert_eq!(details.form.redirects, "https://a.contoh.go.id/x\nhttps://b.contoh.go.id/x");
        let late = admin::change(backend, &boss, id, version, &form).await.err().unwrap();
        assert_eq!(conflict(late), Conflict::ChangedMeanwhile { at: NOW });
        let taken = PlatformForm { slug: "lain".into(), ..renamed };
        let refused = admin::change(backend, &boss, id, version + 1, &taken).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Slug), Problem::Taken);
        let refused = admin::create(backend, &boss, &taken).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::Slug), Problem::Taken);
        not_found(admin::change(backend, &boss, Uuid::nil(), 1, &form).await);
    }

    async fn a_platform_that_is_closed_is_nowhere(world) {
        let (siti, access, boss) = (world.siti().await, world.active(UNIT).await, world.actor(ADMIN).await);
        let id = platform(&world, "spse").await;
        let backend = &world.backend;
        admin::set_disabled(backend, &boss, id, true).await.unwrap();
        not_found(launch::launch(backend, &siti, "spse", access).await);
        not_found(launch::accesses_for(backend, &siti, "spse").await.map(|_| ()));
        let listed = launch::platforms(backend, &siti).await.unwrap();
        assert!(listed.iter().all(|choice| choice.platform.id != id));
        admin::set_disabled(backend, &boss, id, false).await.unwrap();
        gone(launch::launch(backend, &siti, "spse", access).await.unwrap());
        not_found(admin::set_disabled(backend, &boss, Uuid::nil(), true).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_platforms_are_there_for_those_whose_they_are() {
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

#[tokio::test(flavor = "multi_thread")]
async fn terms_are_shown_without_anything_that_they_bring_along() {
    let site = Site::new(Database::Sqlite).await;
    let world = &site.world;
    let (id, boss) = (platform(world, "spse").await, world.actor(ADMIN).await);
    let text = "# Aturan <script>alert(1)</script>\n\n[jahat](javascript:alert(1)) [baik](https://contoh.go.id/aturan) \
                <img src=x onerror=alert(1)>\n\n</article><form action=\"https://jahat.example\">";
    let hostile = Draft { text: text.into(), ..draft(TermsKind::Syarat, TODAY, "0") };
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

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_is_added_and_kept_without_script() {
    let site = Site::new(Database::Sqlite).await;
    let (boss, add) = (site.admin().await, "/admin/platform?tindak=tambah");
    let page = boss.get(add).await.expect(200);
    let form = page.form(add);
    let refused = boss.post(add, &form).await.expect(422);
    refused.shows(&["Isian belum lengkap.", "Belum ada yang dicentang. Centang paling sedikit satu."]);
    let filled = changed(
        form,
        &[
            ("platform_name", "e-Katalog"),
            ("slug", "e-katalog"),
            ("line", "Belanja produk tayang"),
            ("logo", "cart"),
            ("site", "https://katalog.contoh.go.id/"),
            ("redirects", "https://katalog.contoh.go.id/kembali"),
            ("profile_non_penyedia", "ya"),
            ("role_pa", "ya"),
        ],
    );
    let wrong = changed(filled.clone(), &[("redirects", "http://katalog.contoh.go.id/kembali")]);
    let refused = boss.post(add, &wrong).await.expect(422);
    assert_eq!(refused.value(add, "slug").as_deref(), Some("e-katalog"), "what was typed stays");
    let kept = refused.form(add);
    assert!(kept.contains(&("role_pa".to_owned(), "ya".to_owned())), "what was ticked stays ticked: {kept:?}");
    let details = boss.send(add, &filled).await.expect(200);
    details.shows(&["Platform ditambah", "e-Katalog", "https://katalog.contoh.go.id/kembali", "Belum ada rahasia."]);
    let path = details.path.split('?').next().unwrap().to_owned();

    let make = format!("{path}/rahasia");
    let form = details.form(&make);
    let shown = boss.post(&make, &form).await.expect(200).expect_says("Salin sekarang.");
    assert_eq!(shown.header("cache-control"), "no-store");
    // Loaded again, the page makes no second one, nor shows the first.
    boss.post(&make, &form).await.expect(404);
    let id: Uuid = path.rsplit('/').next().unwrap().parse().unwrap();
    let stored = admin::find(&site.world.backend, &site.world.actor(ADMIN).await, id).await.unwrap();
    let hint = &stored.secrets[0].hint;
    assert!(shown.text().contains(hint.as_str()));
    boss.get(&path).await.expect(200).expect_says(&format!("…{hint}"));

    let publish = format!("{path}?tindak=terbitkan&jenis=syarat");
    let form = boss.get(&publish).await.expect(200).form(&publish);
    boss.post(&publish, &form).await.expect(422).expect_says("Teks belum diisi.");
    let late = changed(form.clone(), &[("text", TEXT), ("day_year", "2020")]);
    boss.post(&publish, &late).await.expect(422).expect_says("sudah lewat.");
    let done = boss.send(&publish, &changed(form, &[("text", TEXT)])).await.expect(200);
    done.shows(&["Ketentuan diterbitkan", "Versi 1", "Berlaku", "0 orang menyetujui"]);
    let csv = boss.post(&format!("{path}/persetujuan"), &[("", "")]).await.expect(200);
    assert!(csv.header("content-disposition").starts_with("attachment; filename=\"persetujuan-"));

    let ask = format!("{path}?tindak=nonaktifkan");
    let question = boss.get(&ask).await.expect(200).expect_says("Nonaktifkan platform ini?");
    let action = format!("{ask}&platform={id}");
    boss.send(&action, &question.form(&action)).await.expect(200).shows(&["Platform dinonaktifkan", "Aktifkan"]);
}
