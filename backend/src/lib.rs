//! The outside world and the use cases: everything in Gerbang that has an effect.
//!
//! A use case is one function in the module of its area (`accounts`, `applications`, `verification` …): it checks who
//! asks, makes one guarded change in one transaction together with its audit row and its mails, and commits. Nothing
//! else in the program writes to the database.

pub mod accesses;
pub mod accounts;
pub mod actor;
pub mod applications;
pub mod audit;
pub mod db;
pub mod documents;
pub mod error;
pub mod help;
pub mod jobs;
pub mod mail;
pub mod master_data;
pub mod notice;
pub mod oidc;
mod panics;
pub mod platforms;
pub mod secrets;
pub mod seed;
pub mod sirup;
pub mod staff;
pub mod throttle;
pub mod verification;
pub mod world;

use std::sync::Arc;

use ::time::Date;
use url::Url;

pub use actor::{Actor, Origin};
pub use error::{Error, Result};

/// What the use cases work with; made once at the start and shared.
pub struct Backend {
    /// The database.
    pub db: db::Db,
    /// Clock and randomness.
    pub world: world::World,
    /// Where letters are kept, and the reader that looks into them.
    pub documents: documents::Documents,
    /// The way to SiRUP.
    pub sirup: sirup::Sirup,
    /// Hashing of passwords, bounded.
    pub passwords: accounts::passwords::Passwords,
    /// Institutions and work units, searchable.
    pub master_data: master_data::Directory,
    /// The desk's open cases, in memory.
    pub open_cases: verification::OpenCases,
    /// What runs by time.
    pub jobs: jobs::Jobs,
    /// What an operator decides.
    pub settings: Settings,
    /// Wakes the mail worker when a mail was written.
    pub outbox_bell: Arc<tokio::sync::Notify>,
    /// The OpenID Connect provider.
    pub oidc: oidc::Provider,
}

/// What an operator decides about the rules of the use cases.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach the product, without a slash at the end; links in mails begin with it.
    pub base_url: Url,
    /// SiRUP accounts made on or after this day are not linked.
    pub sirup_cutoff: Date,
    /// Working days within which a decision is promised.
    pub promised_working_days: u32,
    /// The help desk's address; messages of the form go there.
    pub help_address: domain::accounts::email::Email,
    /// The secret of the installation.
    pub secret: oidc::Secret,
}

impl Settings {
    /// The absolute address of a path of ours that begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_str().trim_end_matches('/'))
    }
}
