//! The use cases and the outside world: database, mail, files, SiRUP.
//!
//! A use case is one function in the module of its area (`accounts`, `applications`, `verification` …). It checks the
//! permission, makes one guarded change in one transaction together with its audit event and its mails, and commits.
//! Nothing else in the program writes to the database.

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
pub mod network;
pub mod notice;
pub mod oidc;
mod panics;
pub mod platforms;
pub mod prose;
pub mod refusals;
pub mod reseal;
pub mod secrets;
pub mod seed;
pub mod sirup;
pub mod staff;
pub mod throttle;
pub mod vault;
pub mod verification;
pub mod world;

use std::{path::PathBuf, sync::Arc};

use ::time::Date;
use url::Url;

pub use actor::{Actor, Origin};
pub use error::{Error, Result};

/// Everything the use cases need. Made once at the start and shared.
pub struct Backend {
    pub db: db::Db,
    /// Clock and randomness.
    pub world: world::World,
    /// Seals what a copy of the database or of the letters must not give away.
    pub vault: vault::Vault,
    /// The store of letters and the reader of PDFs.
    pub documents: documents::Documents,
    pub sirup: sirup::Sirup,
    pub passwords: accounts::passwords::Passwords,
    pub device_key: accounts::devices::DeviceKey,
    /// The institutions and work units in memory.
    pub master_data: master_data::Directory,
    /// The open cases of the desk in memory.
    pub open_cases: verification::OpenCases,
    /// The last run of each job.
    pub jobs: jobs::Jobs,
    /// The writes of each person in this minute.
    pub writes: throttle::Writes,
    pub settings: Settings,
    /// Wakes the mail worker after a mail was written.
    pub outbox_bell: Arc<tokio::sync::Notify>,
    /// The OpenID Connect provider.
    pub oidc: oidc::Provider,
}

/// The operator's settings that use cases read.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address of the site, without a slash at the end; links in mails begin with it.
    pub base_url: Url,
    /// SiRUP accounts registered on or after this day cannot be linked.
    pub sirup_cutoff: Date,
    /// Working days within which a decision is promised.
    pub promised_working_days: u32,
    /// The recipient of messages to the help desk.
    pub help_address: domain::accounts::email::Email,
    /// A file that anchors of the audit trail are appended to.
    pub anchor_file: Option<PathBuf>,
    /// Where anchors of the audit trail are mailed.
    pub anchor_mail: Option<domain::accounts::email::Email>,
}

impl Settings {
    /// The absolute address of a path of the site, which begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_str().trim_end_matches('/'))
    }
}
