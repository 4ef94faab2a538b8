//! Platforms as administrators add, change and close them.

use backend::{
    platforms::{acceptances, admin, launch, terms},
    staff,
};
use domain::{
    issues::{Field, Problem, conflict::Conflict},
    permission::StaffRole,
    platforms::{AuthMethod, ClientKind, form::PlatformForm, terms::TermsKind},
};
use uuid::Uuid;

use super::*;
use crate::support::{
    browser::{Site, changed},
    *,
};

on_both! {
    async fn only_administrators_administer_platforms(world) {
        let id = platform(&world, "spse").await;
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let hendra = "verifikator2@contoh.go.id";
        staff::set_staff_role(&world.backend, hendra, Some(StaffRole::Supervisor)).await.unwrap();
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
            forbidden(acceptances::export(backend, stranger, id).await);
            // Nor do they learn what is wrong with a form, or that there is no such platform.
            forbidden(admin::create(backend, stranger, &PlatformForm::default()).await);
            forbidden(admin::find(backend, stranger, Uuid::nil()).await);
        }
        assert_eq!(world.count("audit_events").await, events);
    }

    async fn secret_is_shown_once_and_two_are_valid_at_a_time(world) {
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

    async fn platform_changes_need_the_current_version_and_keep_the_client(world) {
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

    async fn migration_keeps_scopes_and_takes_holders_from_their_applications(world) {
        world.active(UNIT).await;
        platform(&world, "spse").await;
        for sql in [
            "UPDATE users SET name = 'Menteri Keuangan', employee_number = NULL, zone = 'wit'
             WHERE email = 'siti.pa@contoh.go.id'",
            "ALTER TABLE accesses DROP COLUMN holder_name",
            "ALTER TABLE accesses DROP COLUMN holder_nip",
            "ALTER TABLE accesses DROP COLUMN zone",
            "ALTER TABLE platforms DROP COLUMN scopes",
            "DROP INDEX oidc_grants_by_age",
            "CREATE INDEX oidc_grants_alone ON oidc_grants (created_at)",
            "DELETE FROM _sqlx_migrations WHERE version = 8",
        ] {
            world.sql(sql).await.unwrap();
        }
        world.backend.db.migrate().await.unwrap();
        let texts = async |sql: &str| outside(&world).await.texts(sql).await;
        let holders = texts("SELECT holder_name || ', ' || holder_nip || ', ' || zone FROM accesses").await;
        assert_eq!(holders, ["Siti Rahmawati, 197804122003122003, wit"]);
        let scopes = texts("SELECT DISTINCT scopes FROM platforms").await;
        assert_eq!(scopes, ["openid profile email gerbang offline_access"]);
    }

    async fn closed_platform_is_not_listed(world) {
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
