//! What every section needs: the built program and site, and temporary stores on both databases.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use ::server::{application::open_backend, config::Config};
use backend::{Backend, world::World};
use sqlx::{ConnectOptions, Executor, postgres::PgConnectOptions};
use tokio::sync::OnceCell;

use crate::data;
pub use crate::failure::Failure;

/// The built product and a folder for temporary stores.
pub struct Stage {
    /// The binary `gerbang-dev`: the server of the product, with settings and data to measure it with.
    pub program: PathBuf,
    /// The root of the checkout.
    pub root: PathBuf,
    scratch: PathBuf,
    postgres: String,
    large: OnceCell<Vec<Large>>,
}

/// A database and the folder of its letters.
#[derive(Clone)]
pub struct Store {
    /// `SQLite` or `PostgreSQL`.
    pub database: &'static str,
    /// Holds the letters, and the SQLite file.
    pub data_dir: PathBuf,
    pub database_url: String,
}

/// A store with the master data of the whole country.
pub struct Large {
    pub store: Store,
    /// The time to import the 200,000 work units.
    pub import: Duration,
}

impl Stage {
    /// Fails unless the product is built and PostgreSQL runs.
    pub fn set() -> Result<Self, Failure> {
        let own = std::env::current_exe()?;
        let built = own.parent().ok_or("the program lies nowhere")?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the package lies nowhere")?.to_owned();
        let program = built.join("gerbang-dev");
        if !program.exists() || !root.join("target/site/pkg").exists() {
            return Err("the product is not built; run `make bench`".into());
        }
        let postgres = std::env::var("TEST_POSTGRES_URL").map_err(|_| "run it within scripts/with-postgres")?;
        // Beside the build: the system's temporary folder may be in memory.
        let scratch = built.join(format!("bench-{}", std::process::id()));
        Ok(Self { program, root, scratch, postgres, large: OnceCell::new() })
    }

    /// An empty store on each database. `name` must be unique.
    pub async fn stores(&self, name: &str) -> Result<[Store; 2], Failure> {
        let sqlite = self.folder(&format!("{name}-sqlite"))?;
        let file = sqlite.join("gerbang.db");
        let database = format!("bench_{}_{name}", std::process::id());
        let mut conn = self.postgres.parse::<PgConnectOptions>()?.connect().await?;
        conn.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {database}"))).await?;
        Ok([
            Store { database: "SQLite", data_dir: sqlite, database_url: format!("sqlite:{}", file.to_string_lossy()) },
            Store {
                database: "PostgreSQL",
                data_dir: self.folder(&format!("{name}-postgres"))?,
                database_url: self.postgres.replacen("/postgres?", &format!("/{database}?"), 1),
            },
        ])
    }

    fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.scratch.join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The stores with the master data of the whole country, filled on first use.
    pub async fn large(&self) -> Result<&[Large], Failure> {
        let fill = async || {
            let mut filled = Vec::new();
            for store in self.stores("large").await? {
                eprintln!("  importing the master data of a whole country into {}", store.database);
                let backend = store.open(self).await?;
                let units = data::prepare_country(&backend).await?;
                let began = Instant::now();
                data::import_units(&backend, &units).await?;
                filled.push(Large { store, import: began.elapsed() });
                backend.db.close().await;
            }
            Ok::<_, Failure>(filled)
        };
        Ok(self.large.get_or_try_init(fill).await?)
    }
}

/// The secret of every installation that is measured.
pub const SECRET: &str = "cmFoYXNpYS1yYWhhc2lhLXJhaGFzaWEtcmFoYXNpYTE=";

impl Drop for Stage {
    fn drop(&mut self) {
        // It may not exist.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

impl Store {
    /// Settings for a server on `addr`.
    pub fn config(&self, stage: &Stage, addr: &str) -> Result<Config, Failure> {
        let site = stage.root.join("target/site");
        Ok(Config::from_pairs(&[
            ("addr", addr),
            ("data_dir", self.data_dir.to_str().ok_or("a path is no text")?),
            ("database_url", &self.database_url),
            ("secret", SECRET),
            ("site_dir", site.to_str().ok_or("a path is no text")?),
        ])?)
    }

    /// Opens the use cases in this process.
    pub async fn open(&self, stage: &Stage) -> Result<Backend, Failure> {
        let config = self.config(stage, "127.0.0.1:0")?;
        open_backend(&config, "http://127.0.0.1".parse()?, stage.program.clone(), World::system()).await
    }
}
