use std::{os::unix::fs::PermissionsExt, sync::Arc};

use backend::world::ManualClock;
use devtools::DEMO_URL;
use domain::role::Role;
use secrecy::ExposeSecret;
use server::{
    application::{Application, Extras},
    config::Config,
};
use tempfile::TempDir;
use tokio::sync::oneshot;
use url::Url;
use uuid::Uuid;

use super::Visitor;
use crate::support::{Database, NOW, World, new_postgres, new_sirup, program};

/// A server on a port of its own, over a fresh [`World`]. Its clock moves only when the test moves it.
pub struct Site {
    pub world: World,
    /// The configured address, as people see it.
    pub base: Url,
    /// The address it listens on.
    pub address: Url,
    /// Stops the server when dropped.
    _stop: oneshot::Sender<()>,
}

impl Site {
    pub async fn new(database: Database) -> Self {
        Self::with(database, &[], false).await
    }

    /// Changes settings, of which `demo_url` is the address of the demo platform; `workers` also runs the background work (mail, master data, jobs).
    pub async fn with(database: Database, settings: &[(&str, &str)], workers: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        // In production, nothing starts where others may read.
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let data_dir = dir.path().to_str().unwrap().to_owned();
        let sirup = new_sirup().await;
        let mut pairs = vec![("data_dir", data_dir.as_str()), ("addr", "127.0.0.1:0"), ("sirup_url", &sirup)];
        let postgres = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(new_postgres().await),
        };
        pairs.extend(postgres.as_deref().map(|url| ("database_url", url)));
        let (apart, settings): (Vec<_>, Vec<_>) = settings.iter().partition(|(name, _)| *name == "demo_url");
        pairs.extend(settings);
        let config = Config::from_pairs(&pairs).unwrap();
        let demo_url = apart.first().map_or(DEMO_URL, |(_, url)| url);
        let extras =
            if config.is_development() { devtools::extras(demo_url.parse().unwrap()) } else { Extras::default() };
        Self::start(config, extras, ManualClock::at(NOW), dir, workers, 1).await
    }

    /// Starts a second server on the same database, letters and clock.
    pub async fn beside(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let extras = devtools::extras(DEMO_URL.parse().unwrap());
        Self::start(self.world.config.clone(), extras, self.world.clock.clone(), dir, false, 2).await
    }

    /// Starts a second server on the same database and letters, with other settings.
    pub async fn beside_with(&self, config: Config) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let extras = devtools::extras(DEMO_URL.parse().unwrap());
        Self::start(config, extras, self.world.clock.clone(), dir, false, 2).await
    }

    async fn start(
        config: Config,
        extras: Extras,
        clock: Arc<ManualClock>,
        dir: TempDir,
        workers: bool,
        servers: usize,
    ) -> Self {
        let application = Application::build(config.clone(), program(), clock.world(), extras).await.unwrap();
        let (backend, base) = (application.backend.clone(), application.base_url.clone());
        let address = format!("http://{}", application.addr).parse().unwrap();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            application.run(workers, shutdown).await.unwrap();
        });
        let world = World { backend, clock, config, _dir: dir };
        world.hears_notices(servers).await;
        Self { world, base, address, _stop: stop }
    }

    /// Somebody without a session.
    pub fn visitor(&self) -> Visitor {
        let mut visitor = Visitor::of(&self.address);
        visitor.origin = self.base.origin().ascii_serialization();
        visitor
    }

    /// Signs in somebody of the development data, from a device that their account knows.
    pub async fn signed_in(&self, email: &str) -> Visitor {
        let (visitor, device) = (self.visitor(), self.world.device(email).await);
        visitor.sign_in_from(email, device.expose_secret()).await;
        visitor
    }

    pub async fn siti(&self) -> Visitor {
        self.signed_in("siti.pa@contoh.go.id").await
    }

    pub async fn budi(&self) -> Visitor {
        self.signed_in("budi.kpa@contoh.go.id").await
    }

    pub async fn verifier(&self) -> Visitor {
        self.signed_in("verifikator@contoh.go.id").await
    }

    pub async fn verifier2(&self) -> Visitor {
        self.signed_in("verifikator2@contoh.go.id").await
    }

    pub async fn admin(&self) -> Visitor {
        self.signed_in("admin@contoh.go.id").await
    }

    /// Makes a complete draft of Siti's.
    pub async fn draft(&self, unit: &str) -> Uuid {
        self.world.filled_draft(&self.world.siti().await, Role::Pa, self.world.answers(unit)).await
    }

    /// Submits an application of Siti's.
    pub async fn sent(&self, unit: &str) -> Uuid {
        self.world.submitted(&self.world.siti().await, Role::Pa, unit).await
    }
}
