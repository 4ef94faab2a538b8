//! Settings: a TOML file and, over it, the environment.
//!
//! [`table`] lists them, `loading` reads them, `sections` says what a right value is. Whatever is wrong or unknown stops
//! the start; all faults are reported at once.

mod errors;
mod loading;
pub mod sample;
mod sections;
pub mod table;
pub mod texts;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use backend::{Settings, oidc::Reach};
use url::Url;

use errors::Faults;
use loading::{Reader, Written};

pub use errors::ConfigError;
pub use sections::{
    AuditSettings, DatabaseSettings, DocumentSettings, HelpSettings, LimitSettings, LogSettings, MailSettings,
    S3Settings, ServerSettings, SirupSettings,
};

/// Where the product runs. The binary decides: `gerbang` is for production, `gerbang-dev` for development. A setting can
/// only confirm it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// On a developer's machine, with development data. Mail may be shown instead of sent.
    Development,
    Production,
}

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub environment: Environment,
    pub server: ServerSettings,
    pub database: DatabaseSettings,
    pub documents: DocumentSettings,
    pub sirup: SirupSettings,
    pub limits: LimitSettings,
    pub mail: MailSettings,
    pub help: HelpSettings,
    pub audit: AuditSettings,
    pub log: LogSettings,
}

impl Config {
    /// Reads the file that `GERBANG_CONFIG` names (or the nearest `gerbang.toml`) and the environment.
    /// `apart` names variables that the program reads itself.
    ///
    /// # Errors
    /// Every setting that is unknown, wrong or missing.
    pub fn load(environment: Environment, apart: &[&str]) -> Result<Self, ConfigError> {
        let mut faults = Faults::default();
        match Written::from_process(apart, &mut faults) {
            Ok(written) => Self::check(environment, &written, faults),
            Err(faulty) => faults.unless_any(Err(faulty)),
        }
    }

    /// Settings from pairs of variable and value, for tests and tools. Variables are in lower case and without `GERBANG_`.
    /// The settings are for development, unless the pair `env` says `production`.
    ///
    /// # Errors
    /// Every setting that is unknown or wrong.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Result<Self, ConfigError> {
        let production = pairs.contains(&("env", "production"));
        let environment = if production { Environment::Production } else { Environment::Development };
        Self::check(environment, &Written::from_pairs(pairs), Faults::default())
    }

    fn check(environment: Environment, written: &Written, mut faults: Faults) -> Result<Self, ConfigError> {
        written.check_names(&mut faults);
        let reader = &mut Reader { environment, written, faults: &mut faults };
        let server = sections::server(reader);
        // Without a right server section, only the faults of the others matter.
        let data_dir = server.as_ref().map(|server| server.data_dir.clone()).unwrap_or_default();
        let database = sections::database(reader, &data_dir);
        let documents = sections::documents(reader);
        let sirup = sections::sirup(reader);
        let limits = sections::limits(reader);
        let mail = sections::mail(reader);
        let help = sections::help(reader);
        let audit = sections::audit(reader);
        let log = sections::log(reader);
        let read = || {
            Ok(Self {
                environment,
                server: server?,
                database: database?,
                documents: documents?,
                sirup: sirup?,
                limits: limits?,
                mail: mail?,
                help: help?,
                audit: audit?,
                log: log?,
            })
        };
        faults.unless_any(read())
    }

    pub fn is_development(&self) -> bool {
        self.environment == Environment::Development
    }

    /// The settings of the use cases, once the address is known.
    pub fn settings(&self, base_url: Url) -> Settings {
        Settings {
            base_url,
            sirup_cutoff: self.sirup.cutoff,
            promised_working_days: self.limits.promised_working_days,
            help_address: self.help.address.clone(),
            anchor_file: self.audit.anchor_file.clone(),
            anchor_mail: self.audit.anchor_mail.clone(),
        }
    }

    /// Which addresses of platforms the server connects to: in development all.
    pub fn reach(&self) -> Reach {
        if self.is_development() { Reach::everywhere() } else { Reach::public_and(&self.server.platform_networks) }
    }

    /// True if `address` is a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.server.trusted_proxies.iter().any(|net| net.contains(&address))
    }
}
