//! Panics in jobs and in background work.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use backend::{
    Actor, accounts,
    actor::Scope,
    jobs::{self, Job},
    mail::{self, recent},
    verification,
    world::{Clock, Entropy},
};
use domain::{
    master_data::institution::InstitutionType,
    permission::StaffRole,
    role::Role,
    time::{Timestamp, Zone},
};
use rstest::rstest;
use secrecy::ExposeSecret;
use server::{
    application::{Application, open_backend},
    config::Config,
};
use uuid::Uuid;

use super::*;
use crate::support::{outside::Outside, *};

/// A clock that stands at [`NOW`] and true randomness, each of which panics while it is told to: as a fault of ours would,
/// in the middle of whatever asks it.
#[derive(Default)]
struct Faulty {
    clock: AtomicBool,
    randomness: AtomicBool,
}

impl Faulty {
    fn world(self: &Arc<Self>) -> backend::world::World {
        backend::world::World::new(self.clone(), self.clone())
    }
}

impl Clock for Faulty {
    fn now(&self) -> Timestamp {
        assert!(!self.clock.load(Ordering::SeqCst), "no time");
        NOW
    }
}

impl Entropy for Faulty {
    fn fill(&self, bytes: &mut [u8]) {
        assert!(!self.randomness.load(Ordering::SeqCst), "no randomness");
        for byte in bytes {
            [*byte] = backend::world::World::system().random::<1>();
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn panicking_job_fails_and_runs_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let world = World::new(database).await;
    let (siti, verifier) = (world.siti().await, world.verifier().await);
    let admin = world.actor("admin@contoh.go.id").await;
    let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
    verification::claim(&world.backend, &verifier, id).await.unwrap();
    world.sql("UPDATE applications SET lease_ends_at = 1 WHERE lease_holder IS NOT NULL").await.unwrap();

    let faulty = Arc::new(Faulty::default());
    let base_url = "http://gerbang.test".parse().unwrap();
    let backend = Arc::new(open_backend(&world.config, base_url, program(), faulty.world()).await.unwrap());
    let last = || {
        let listed = jobs::overview(&backend, &admin).unwrap();
        let job = listed.into_iter().find(|job| job.name == Job::EndLeases.label()).unwrap();
        job.last.map(|run| run.outcome)
    };
    faulty.randomness.store(true, Ordering::SeqCst);
    tokio::spawn(jobs::run(backend.clone()));
    until("the job ran", async || last().is_some()).await;
    assert_eq!(last(), Some(Err("panicked: no randomness".to_owned())));
    faulty.randomness.store(false, Ordering::SeqCst);
    until("the job did what it could not do before", async || last() == Some(Ok(1))).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn panic_does_not_end_background_work(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let dir = tempfile::tempdir().unwrap();
    let mut pairs = vec![("data_dir", dir.path().to_str().unwrap()), ("addr", "127.0.0.1:0")];
    let postgres = match database {
        Database::Sqlite => None,
        Database::Postgres => Some(new_postgres().await),
    };
    pairs.extend(postgres.as_deref().map(|url| ("database_url", url)));
    let config = Config::from_pairs(&pairs).unwrap();
    let faulty = Arc::new(Faulty::default());
    let extras = devtools::extras(devtools::DEMO_URL.parse().unwrap());
    let application = Application::build(config.clone(), program(), faulty.world(), extras).await.unwrap();
    let backend = application.backend.clone();
    accounts::forgot_password(&backend, SITI).await.unwrap();
    let mut outside = Outside::of(config.database.url.expose_secret()).await;
    outside.texts("UPDATE institutions SET name = 'Kementerian Percobaan' WHERE kd_klpd = 'K34' RETURNING name").await;
    outside.texts("UPDATE master_data SET version = version + 1 RETURNING 'x'").await;

    faulty.clock.store(true, Ordering::SeqCst);
    tokio::spawn(application.run(true, std::future::pending()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    faulty.clock.store(false, Ordering::SeqCst);
    let admin = Actor {
        user_id: Uuid::nil(),
        session_id: Uuid::nil(),
        name: String::new(),
        email: String::new(),
        zone: Zone::Wib,
        staff_role: Some(StaffRole::Admin),
        scope: Scope::National,
        address: Ipv4Addr::LOCALHOST.into(),
    };
    until("every job", async || jobs::overview(&backend, &admin).unwrap().iter().all(|job| job.last.is_some())).await;
    until("the mail", async || recent(&backend, 1).await.unwrap()[0].status == mail::Status::Sent).await;
    until("the master data", async || {
        backend.master_data.snapshot().institutions(InstitutionType::Kementerian, "percobaan", 1).total == 1
    })
    .await;
}
