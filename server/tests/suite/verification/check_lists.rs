//! A role whose check list is empty.

use std::time::Duration;

use backend::verification::{
    self,
    settings::{self, Change},
};
use domain::{
    issues::{Field, Problem},
    role::Role,
    status::Verdict,
};
use rstest::rstest;

use crate::{
    support::verdicts::{form_for, reject},
    support::{browser::Site, *},
};

async fn empty(world: &World, role: Role) {
    let admin = world.actor("admin@contoh.go.id").await;
    for check in settings::checks(&world.backend, &admin).await.unwrap().into_iter().filter(|check| check.role == role)
    {
        settings::change(&world.backend, &admin, &Change::RetireCheck { id: check.id }).await.unwrap();
    }
}

/// Recipients of the mails about empty lists, sorted.
async fn told(world: &World) -> Vec<String> {
    let mails = world.mails().await.into_iter();
    let mails = mails.filter(|(_, subject, _)| subject == "Daftar periksa PA kosong");
    let mut recipients: Vec<String> = mails.map(|(recipient, ..)| recipient).collect();
    recipients.sort();
    recipients
}

on_both! {
    async fn empty_check_list_refuses_approval_and_tells_administrators_once_a_day(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        empty(&world, Role::Pa).await;
        assert_eq!(told(&world).await, Vec::<String>::new(), "nobody is in need of the list yet");
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
        assert!(case.checks.is_empty());
        let form = form_for(&case, Verdict::Approve, "");
        let decide = async || verification::decide(&world.backend, &ratna, id, &form).await.err().unwrap();
        for _ in 0..3 {
            assert_eq!(problem_at(decide().await, Field::Checks), Problem::NoChecks);
        }
        assert_eq!(world.count("verdicts").await, 0);
        let administrators = ["admin2@contoh.go.id", "admin@contoh.go.id"];
        assert_eq!(told(&world).await, administrators, "one mail each, however often somebody tries");
        world.advance(Duration::from_secs(25 * 3600));
        verification::claim(&world.backend, &ratna, id).await.unwrap();
        decide().await;
        assert_eq!(told(&world).await.len(), 4, "and again on another day");
        // The other verdicts need no list.
        reject(&world, &ratna, id, "Surat bukan atas nama Anda.").await.unwrap();
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn desk_and_administrator_read_that_the_list_is_empty(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let site = Site::new(database).await;
    let id = site.sent("Sekretariat").await;
    empty(&site.world, Role::Pa).await;
    verification::claim(&site.world.backend, &site.world.verifier().await, id).await.unwrap();
    let ratna = site.signed_in("verifikator@contoh.go.id").await;
    let sentence = "Daftar periksa untuk role ini kosong, sehingga pengajuan belum dapat disetujui.";
    ratna.get(&format!("/verifikasi/{id}")).await.expect(200).expect_says(sentence);
    let admin = site.signed_in("admin@contoh.go.id").await;
    let lists = admin.get("/admin/alasan").await.expect(200);
    lists.expect_says("Tanpa daftar periksa, pengajuan untuk role ini tidak dapat disetujui.");
}
