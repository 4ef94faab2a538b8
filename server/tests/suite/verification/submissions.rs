//! What is kept of an application as it was sent.

use std::time::Duration;

use backend::{applications, verification};
use domain::{
    applications::answers::Answers,
    issues::conflict::Conflict,
    role::Role,
    status::{Status, Verdict},
    verification::UNDO,
};
use uuid::Uuid;

use crate::{
    support::verdicts::{approve, form_for},
    support::*,
};

async fn returned(world: &World, id: Uuid) {
    let ratna = world.verifier().await;
    verification::claim(&world.backend, &ratna, id).await.unwrap();
    let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
    let form = form_for(&case, Verdict::Return, "");
    verification::decide(&world.backend, &ratna, id, &form).await.unwrap();
    world.advance(UNDO + Duration::from_secs(1));
}

on_both! {
    async fn each_sending_is_kept_once(world) {
        let siti = world.siti().await;
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let before = world.count("submissions").await;
        returned(&world, id).await;
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        let answers = Answers { address: "Jalan Merdeka Barat 7, Jakarta".into(), ..stored.draft.answers };
        applications::save(&world.backend, &siti, id, stored.version, answers).await.unwrap();
        world.submit(&siti, id).await.unwrap();
        assert_eq!(world.count("submissions").await, before, "the last sending takes the place of the one before");
        let case = verification::case_file(&world.backend, &world.verifier().await, id).await.unwrap();
        assert_eq!(case.address.as_deref(), Some("Jalan Merdeka Barat 7, Jakarta"));
    }

    async fn migration_fills_in_what_was_sent_before_it(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let waiting = world.submitted(&siti, Role::Kpa, "Sekretariat").await;
        let approved = world.submitted(&siti, Role::Pa, "Biro Umum").await;
        approve(&world, &ratna, approved).await.unwrap();
        let [untouched, repairing, withdrawn] = [
            world.submitted(&siti, Role::Pa, "Sekretariat").await,
            world.submitted(&siti, Role::Pa, "Inspektorat").await,
            world.submitted(&siti, Role::Pa, "Direktorat").await,
        ];
        for id in [untouched, repairing, withdrawn] {
            returned(&world, id).await;
        }
        let stored = applications::draft(&world.backend, &siti, repairing).await.unwrap();
        let answers = Answers { address: "Jalan Merdeka Barat 7, Jakarta".into(), ..stored.draft.answers };
        applications::save(&world.backend, &siti, repairing, stored.version, answers).await.unwrap();
        applications::withdraw(&world.backend, &siti, withdrawn).await.unwrap();
        let sent = world.count("submissions").await;

        for sql in [
            "DROP TABLE submissions",
            "ALTER TABLE applications DROP COLUMN repair_began_at",
            "DELETE FROM _sqlx_migrations WHERE version = 7",
        ] {
            world.sql(sql).await.unwrap();
        }
        world.backend.db.migrate().await.unwrap();
        assert_eq!(world.count("submissions").await, sent);
        for id in [waiting, approved, untouched] {
            verification::case_file(&world.backend, &ratna, id).await.unwrap();
        }
        for (id, expected) in [(repairing, Status::Returned), (withdrawn, Status::Withdrawn)] {
            let hidden = verification::case_file(&world.backend, &ratna, id).await.err().unwrap();
            assert!(matches!(conflict(hidden), Conflict::StatusChanged { status, .. } if status == expected));
        }
        // The repair goes on as if nothing had happened.
        world.submit(&siti, repairing).await.unwrap();
        verification::case_file(&world.backend, &ratna, repairing).await.unwrap();
    }
}
