//! Settings: a TOML file and, over it, the environment (`GERBANG_…`). The README has the table. A value that is unknown
//! or wrong stops the start with a sentence that says which.

use std::{
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
};

use backend::{Settings, oidc::Secret};
use domain::{accounts::email::Email, applications::sirup::CUTOFF, calendar::PROMISED_WORKING_DAYS};
use figment::{
    Figment,
    providers::{Format, Toml},
};
use ipnet::IpNet;
use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use time::{Date, macros::format_description};
use tracing_subscriber::EnvFilter;
use url::Url;

/// How many working days may be promised for a decision.
const PROMISES: RangeInclusive<u32> = 1..=30;

/// Where the product runs. The binary decides: `gerbang` is for production, `gerbang-dev` for development.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// On a developer's machine, with development data and without a mail server.
    #[default]
    Development,
    /// For real.
    Production,
}

/// The settings as they are written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    env: Option<Environment>,
    addr: Option<String>,
    base_url: Option<String>,
    secret: Option<SecretString>,
    data_dir: Option<PathBuf>,
    database_url: Option<SecretString>,
    documents_url: Option<String>,
    site_dir: Option<PathBuf>,
    sirup_url: Option<String>,
    sirup_token: Option<SecretString>,
    sirup_cutoff: Option<String>,
    promised_working_days: Option<String>,
    smtp_url: Option<SecretString>,
    mail_from: Option<String>,
    help_url: Option<String>,
    trusted_proxies: Option<String>,
    log: Option<String>,
}

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the product runs.
    pub env: Environment,
    /// Where the server listens.
    pub addr: SocketAddr,
    /// Where people reach it; from the address it listens on if nothing is said (development only).
    pub base_url: Option<Url>,
    /// The secret of the installation; one that is kept under `data_dir` if nothing is said (development only).
    pub secret: Option<Secret>,
    /// Where SQLite and letters lie.
    pub data_dir: PathBuf,
    /// The database; SQLite under `data_dir` if nothing is said.
    pub database_url: SecretString,
    /// Where letters lie; a folder under `data_dir` if nothing is said.
    pub documents_url: Option<Url>,
    /// Where the built site lies.
    pub site_dir: PathBuf,
    /// SiRUP, or its adapter.
    pub sirup_url: Url,
    /// How we are known to it.
    pub sirup_token: SecretString,
    /// SiRUP accounts made on or after this day are not linked.
    pub sirup_cutoff: Date,
    /// Working days within which a decision is promised.
    pub promised_working_days: u32,
    /// Where mail leaves; without it (development only), mail is only shown.
    pub smtp_url: Option<SecretString>,
    /// The sender of all mail.
    pub mail_from: Mailbox,
    /// The help desk.
    pub help_address: Email,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What is logged, in the syntax of `RUST_LOG`.
    pub log: String,
}

/// What is wrong with a setting.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

fn wrong(name: &str, sentence: impl std::fmt::Display) -> ConfigError {
    ConfigError(format!("Pengaturan GERBANG_{name} salah: {sentence}"))
}

impl Config {
    /// Reads `gerbang.toml` (or the file that `GERBANG_CONFIG` names) and the process environment. `env` is what the binary
    /// is for. `apart` names settings that the binary reads itself, such as `DEMO_URL`.
    ///
    /// # Errors
    /// The first setting that is unknown or wrong; also if `GERBANG_ENV` says anything but `env`.
    pub fn load(env: Environment, apart: &[&str]) -> Result<Self, ConfigError> {
        let named = std::env::var("GERBANG_CONFIG").ok();
        let file = named.clone().unwrap_or_else(|| "gerbang.toml".to_owned());
        if named.is_some() && !std::path::Path::new(&file).exists() {
            return Err(wrong("CONFIG", format!("berkas {file} tidak ada.")));
        }
        // A file that is not there is an empty one. What the environment says is text, even where it looks like a number.
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.to_str()?.strip_prefix("GERBANG_")?;
            let ours = name != "CONFIG" && !apart.contains(&name);
            ours.then(|| (name.to_lowercase(), value.to_string_lossy().into_owned()))
        });
        let figment = environment.fold(Figment::from(Toml::file(file)), |figment, pair| figment.merge(pair));
        Self::from_figment(figment, Some(env))
    }

    /// From settings given as pairs of name (in lower case, without `GERBANG_`) and value, for tests and tools. The pair
    /// `env` decides what they are for; without it, they are for development.
    ///
    /// # Errors
    /// The first setting that is unknown or wrong.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Result<Self, ConfigError> {
        let figment = pairs.iter().fold(Figment::new(), |figment, pair| figment.merge(*pair));
        Self::from_figment(figment, None)
    }

    /// `env` is what the binary is for, if the binary decides.
    fn from_figment(figment: Figment, env: Option<Environment>) -> Result<Self, ConfigError> {
        let mut raw: Raw = figment.extract().map_err(|error| {
            use figment::error::Kind;
            let name = error.path.last().cloned().unwrap_or_default().to_uppercase();
            match &error.kind {
                Kind::UnknownField(field, _) => ConfigError(format!(
                    "Pengaturan GERBANG_{} tidak dikenal. Periksa ejaannya pada tabel di README.",
                    field.to_uppercase()
                )),
                Kind::UnknownVariant(value, expected) => {
                    wrong(&name, format!("{value:?} bukan salah satu dari {}.", expected.join(", ")))
                }
                // What was found there may be a secret, and is not repeated.
                Kind::InvalidType(..) | Kind::InvalidValue(..) => wrong(&name, "tulis nilainya di antara tanda petik."),
                // The first line says where; those below it show the line of the file.
                kind => ConfigError(format!(
                    "Berkas pengaturan tidak terbaca: {}",
                    kind.to_string().lines().next().unwrap_or_default()
                )),
            }
        })?;
        if let Some(env) = env {
            raw.accept(env)?;
        }
        raw.check()
    }

    /// Whether the product runs on somebody's desk.
    pub fn is_development(&self) -> bool {
        self.env == Environment::Development
    }

    /// What the use cases are told, once address and secret are known.
    pub fn settings(&self, base_url: Url, secret: Secret) -> Settings {
        Settings {
            base_url,
            secret,
            sirup_cutoff: self.sirup_cutoff,
            promised_working_days: self.promised_working_days,
            help_address: self.help_address.clone(),
        }
    }

    /// Whether `address` is a proxy of ours.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|net| net.contains(&address))
    }
}

impl Raw {
    /// Takes over what the binary is for. A setting that says otherwise is refused: it must never switch on development.
    fn accept(&mut self, env: Environment) -> Result<(), ConfigError> {
        if self.env.is_some_and(|said| said != env) {
            return Err(wrong(
                "ENV",
                match env {
                    Environment::Production => {
                        "gerbang hanya untuk production; untuk development, jalankan gerbang-dev."
                    }
                    Environment::Development => {
                        "gerbang-dev hanya untuk development; untuk production, jalankan gerbang."
                    }
                },
            ));
        }
        if env == Environment::Production {
            self.env = Some(env);
        }
        Ok(())
    }

    fn check(self) -> Result<Config, ConfigError> {
        let env = self.env.unwrap_or_default();
        let production = env == Environment::Production;
        let needed = |name: &str, given: bool| {
            if production && !given {
                Err(ConfigError(format!("Pengaturan GERBANG_{name} wajib diisi bila GERBANG_ENV=production.")))
            } else {
                Ok(())
            }
        };
        needed("BASE_URL", self.base_url.is_some())?;
        needed("SECRET", self.secret.is_some())?;
        needed("SIRUP_URL", self.sirup_url.is_some())?;
        needed("SIRUP_TOKEN", self.sirup_token.is_some())?;
        needed("SMTP_URL", self.smtp_url.is_some())?;
        needed("MAIL_FROM", self.mail_from.is_some())?;
        needed("HELP_URL", self.help_url.is_some())?;

        let addr = self.addr.as_deref().unwrap_or("127.0.0.1:3000");
        let addr: SocketAddr =
            addr.parse().map_err(|_| wrong("ADDR", format!("{addr:?} bukan alamat seperti 127.0.0.1:3000.")))?;
        let base_url = self.base_url.map(|text| base_url(&text, production)).transpose()?;
        // Whoever forgets the word on a public host must not get demo accounts there, and every mail for all to read.
        let reachable = !addr.ip().is_loopback() || base_url.as_ref().is_some_and(|url| !is_loopback(url));
        if self.env.is_none() && reachable {
            return Err(ConfigError(
                "Pengaturan GERBANG_ENV wajib diisi (production atau development) bila Gerbang dapat dicapai dari luar \
                 mesin ini."
                    .to_owned(),
            ));
        }
        // What stands there is a secret, and is not repeated.
        let secret = self
            .secret
            .map(|text| {
                Secret::parse(text.expose_secret()).ok_or_else(|| {
                    wrong("SECRET", "tulis 32 byte acak dalam base64, seperti hasil `openssl rand -base64 32`.")
                })
            })
            .transpose()?;
        let data_dir = self.data_dir.unwrap_or_else(|| PathBuf::from("./data"));
        let database_url = match self.database_url {
            Some(url) => {
                let text = url.expose_secret();
                if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| text.starts_with(scheme)) {
                    return Err(wrong("DATABASE_URL", "tulis sqlite:BERKAS atau postgres://…"));
                }
                url
            }
            None => format!("sqlite:{}", data_dir.join("gerbang.db").display()).into(),
        };
        let sirup_url = self.sirup_url.as_deref().unwrap_or("http://127.0.0.1:3001");
        let sirup_url = http_url("SIRUP_URL", sirup_url)?;
        if production && sirup_url.scheme() != "https" && !is_loopback(&sirup_url) {
            return Err(wrong("SIRUP_URL", "kata sandi SiRUP hanya boleh dikirim lewat https."));
        }
        let cutoff = match self.sirup_cutoff {
            Some(text) => Date::parse(&text, format_description!("[year]-[month]-[day]"))
                .map_err(|_| wrong("SIRUP_CUTOFF", format!("{text:?} bukan tanggal seperti 2024-08-01.")))?,
            None => CUTOFF,
        };
        let promised_working_days = match self.promised_working_days {
            Some(text) => text.parse().ok().filter(|days| PROMISES.contains(days)).ok_or_else(|| {
                let (least, most) = PROMISES.into_inner();
                wrong("PROMISED_WORKING_DAYS", format!("{text:?} bukan bilangan dari {least} sampai {most}."))
            })?,
            None => PROMISED_WORKING_DAYS,
        };
        if let Some(url) = &self.smtp_url {
            let text = url.expose_secret();
            let url = text.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host());
            let url = url.ok_or_else(|| wrong("SMTP_URL", "tulis smtp://… atau smtps://…"))?;
            let encrypted =
                url.scheme() == "smtps" || url.query_pairs().any(|pair| pair == ("tls".into(), "required".into()));
            if production && !encrypted && !is_loopback(&url) {
                return Err(wrong(
                    "SMTP_URL",
                    "surel memuat tautan rahasia; tulis smtps://… atau smtp://…?tls=required.",
                ));
            }
        }
        let from = self.mail_from.as_deref().unwrap_or("Gerbang <tidak-membalas@gerbang.contoh.go.id>");
        let mail_from = from.parse().map_err(|_| {
            wrong("MAIL_FROM", format!("{from:?} bukan pengirim seperti Gerbang <nama@instansi.go.id>."))
        })?;
        let help = self.help_url.as_deref().unwrap_or("mailto:bantuan@contoh.go.id");
        let help_address = Email::parse(help.trim_start_matches("mailto:"))
            .map_err(|_| wrong("HELP_URL", format!("{help:?} bukan alamat surel atau mailto:alamat.")))?;
        let documents_url = self
            .documents_url
            .map(|text| {
                text.parse::<Url>().map_err(|_| {
                    wrong("DOCUMENTS_URL", format!("{text:?} bukan alamat seperti file:///srv/surat atau s3://ember."))
                })
            })
            .transpose()?;
        let trusted_proxies = self
            .trusted_proxies
            .unwrap_or_default()
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(|part| {
                let net = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
                net.map_err(|_| wrong("TRUSTED_PROXIES", format!("{part:?} bukan alamat IP atau jaringan.")))
            })
            .collect::<Result<_, _>>()?;
        let log = self.log.unwrap_or_else(|| "info,sqlx=warn".to_owned());
        EnvFilter::try_new(&log).map_err(|error| wrong("LOG", error))?;
        Ok(Config {
            env,
            addr,
            base_url,
            secret,
            data_dir,
            database_url,
            documents_url,
            site_dir: self.site_dir.unwrap_or_else(|| PathBuf::from("target/site")),
            sirup_url,
            sirup_token: self.sirup_token.unwrap_or_else(|| "simulator".into()),
            sirup_cutoff: cutoff,
            promised_working_days,
            smtp_url: self.smtp_url,
            mail_from,
            help_address,
            trusted_proxies,
            log,
        })
    }
}

fn http_url(name: &str, text: &str) -> Result<Url, ConfigError> {
    text.parse::<Url>()
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
        .ok_or_else(|| wrong(name, format!("{text:?} bukan alamat http(s).")))
}

/// An address of a program that has its host to itself.
fn own_host(name: &str, text: &str) -> Result<Url, ConfigError> {
    let url = http_url(name, text)?;
    if url.path() != "/" || url.query().is_some() {
        return Err(wrong(name, format!("{text:?} tidak boleh memuat jalur; seluruh host dipakai.")));
    }
    Ok(url)
}

fn base_url(text: &str, production: bool) -> Result<Url, ConfigError> {
    let url = own_host("BASE_URL", text)?;
    if production && url.scheme() != "https" {
        return Err(wrong("BASE_URL", "alamat harus https bila GERBANG_ENV=production."));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        // Of schemes that the standard does not know, such as smtp, an address of numbers counts as a name.
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// 32 bytes.
    const SECRET: &str = "cmFoYXNpYS1yYWhhc2lhLXJhaGFzaWEtcmFoYXNpYTE=";

    const PRODUCTION: &[(&str, &str)] = &[
        ("env", "production"),
        ("base_url", "https://gerbang.contoh.go.id"),
        ("secret", SECRET),
        ("sirup_url", "https://sirup.contoh.go.id"),
        ("sirup_token", "rahasia"),
        ("smtp_url", "smtps://surel.contoh.go.id"),
        ("mail_from", "Gerbang <gerbang@contoh.go.id>"),
        ("help_url", "mailto:bantuan@contoh.go.id"),
    ];

    fn refusal(pairs: &[(&str, &str)]) -> String {
        Config::from_pairs(pairs).unwrap_err().to_string()
    }

    #[test]
    fn development_needs_nothing() {
        let config = Config::from_pairs(&[]).unwrap();
        assert!(config.is_development() && config.smtp_url.is_none() && config.secret.is_none());
        assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
    }

    #[test]
    fn no_setting_changes_what_a_binary_is_for() {
        let load = |text: &str, env| Config::from_figment(Figment::from(Toml::string(text)), Some(env));
        let refused = load("env = \"development\"", Environment::Production).unwrap_err().to_string();
        assert!(refused.contains("GERBANG_ENV") && refused.contains("gerbang-dev"), "{refused}");
        let refused = load("env = \"production\"", Environment::Development).unwrap_err().to_string();
        assert!(refused.contains("GERBANG_ENV") && refused.contains("jalankan gerbang."), "{refused}");
        // Without the setting, production asks for everything that production needs.
        let missing = load("", Environment::Production).unwrap_err().to_string();
        assert!(missing.contains("GERBANG_BASE_URL"), "{missing}");
        assert!(load("", Environment::Development).unwrap().is_development());
    }

    #[test]
    fn production_names_what_is_missing() {
        assert!(Config::from_pairs(PRODUCTION).is_ok());
        for at in 1..PRODUCTION.len() {
            let mut pairs = PRODUCTION.to_vec();
            let (name, _) = pairs.remove(at);
            let sentence = refusal(&pairs);
            assert!(sentence.contains(&format!("GERBANG_{}", name.to_uppercase())), "{sentence}");
        }
    }

    #[test]
    fn wrong_values_are_named() {
        assert!(refusal(&[("adr", "x")]).contains("GERBANG_ADR tidak dikenal"));
        assert!(refusal(&[("env", "prod")]).contains("GERBANG_ENV"));
        assert!(refusal(&[("addr", "3000")]).contains("GERBANG_ADDR"));
        assert!(refusal(&[("base_url", "https://contoh.go.id/gerbang")]).contains("GERBANG_BASE_URL"));
        assert!(refusal(&[("database_url", "mysql://x")]).contains("GERBANG_DATABASE_URL"));
        assert!(refusal(&[("trusted_proxies", "10.0.0.0/8, x")]).contains("GERBANG_TRUSTED_PROXIES"));
        assert!(refusal(&[("sirup_cutoff", "1 Agustus")]).contains("GERBANG_SIRUP_CUTOFF"));
        let insecure = [PRODUCTION, &[("base_url", "http://contoh.go.id")]].concat();
        assert!(refusal(&insecure).contains("https"));
        let with_demo = [PRODUCTION, &[("demo_url", "http://127.0.0.1:3002")]].concat();
        assert!(refusal(&with_demo).contains("GERBANG_DEMO_URL"));
    }

    #[test]
    fn a_promise_is_of_one_to_thirty_days() {
        assert_eq!(Config::from_pairs(&[]).unwrap().promised_working_days, 3);
        for (text, days) in [("1", 1), ("5", 5), ("30", 30)] {
            let config = Config::from_pairs(&[("promised_working_days", text)]).unwrap();
            let settings = config.settings("http://localhost".parse().unwrap(), Secret::parse(SECRET).unwrap());
            assert_eq!(settings.promised_working_days, days);
        }
        for text in ["0", "31", "-1", "tiga", "3 hari", ""] {
            let sentence = refusal(&[("promised_working_days", text)]);
            let said = format!("GERBANG_PROMISED_WORKING_DAYS salah: {text:?} bukan bilangan dari 1 sampai 30.");
            assert!(sentence.ends_with(&said), "{sentence}");
        }
    }

    #[test]
    fn development_is_for_this_machine_unless_it_is_said() {
        for reachable in [("addr", "0.0.0.0:3000"), ("addr", "[::]:3000"), ("base_url", "https://gerbang.contoh.go.id")]
        {
            assert!(refusal(&[reachable]).contains("GERBANG_ENV"), "{reachable:?}");
            assert!(Config::from_pairs(&[reachable, ("env", "development")]).unwrap().is_development());
        }
        assert!(Config::from_pairs(&[("addr", "[::1]:3000"), ("base_url", "http://localhost:3000")]).is_ok());
    }

    #[test]
    fn mail_is_encrypted_in_production() {
        let with = |url| [PRODUCTION, &[("smtp_url", url)]].concat();
        for url in ["smtp://u:sandi@surel.contoh.go.id:587", "smtp://surel.contoh.go.id?tls=opportunistic"] {
            let sentence = refusal(&with(url));
            assert!(sentence.contains("GERBANG_SMTP_URL") && !sentence.contains("sandi@"), "{sentence}");
        }
        for url in ["smtp://surel.contoh.go.id?tls=required", "smtp://127.0.0.1:25", "smtp://[::1]", "smtp://localhost"]
        {
            assert!(Config::from_pairs(&with(url)).is_ok(), "{url}");
        }
        assert!(refusal(&[("smtp_url", "https://surel.contoh.go.id")]).contains("GERBANG_SMTP_URL"));
        assert!(Config::from_pairs(&[("smtp_url", "smtp://surel.contoh.go.id")]).is_ok());
    }

    #[test]
    fn a_secret_that_is_wrong_is_not_repeated() {
        for file in
            ["sirup_token = 271828", "sirup_token = rahasia271828", "env = 271828", "sirup_token = [\"271828\"]"]
        {
            let sentence = Config::from_figment(Figment::from(Toml::string(file)), None).unwrap_err().to_string();
            assert!(!sentence.contains("271828"), "{sentence}");
        }
        let number =
            Config::from_figment(Figment::from(Toml::string("sirup_token = 1")), None).unwrap_err().to_string();
        assert!(number.contains("GERBANG_SIRUP_TOKEN") && number.contains("tanda petik"), "{number}");
    }

    #[test]
    fn the_secret_is_32_bytes_and_not_repeated() {
        assert!(Config::from_pairs(&[("secret", SECRET)]).unwrap().secret.is_some());
        for text in ["", "rahasia-pendek", &SECRET[4..], "bukan base64, tetapi rahasia juga"] {
            let sentence = refusal(&[("secret", text)]);
            assert!(sentence.contains("GERBANG_SECRET"), "{sentence}");
            assert!(text.is_empty() || !sentence.contains(text), "{sentence}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let pairs = [("sirup_token", "sangat-rahasia"), ("smtp_url", "smtp://u:sandi@h"), ("secret", SECRET)];
        let printed = format!("{:?}", Config::from_pairs(&pairs).unwrap());
        assert!(!printed.contains("sangat-rahasia") && !printed.contains("sandi@") && !printed.contains(SECRET));
    }

    /// The table of the README and the settings are one set, with the same ones required in production.
    #[test]
    fn the_readme_names_every_setting() {
        use figment::error::Kind;

        const README: &str = include_str!("../../README.md");
        let rows: Vec<(String, &str)> = README
            .lines()
            .filter_map(|line| {
                let (name, rest) = line.strip_prefix("| `GERBANG_")?.split_once('`')?;
                Some((name.to_lowercase(), rest))
            })
            .collect();
        let named: BTreeSet<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        let error = Figment::new().merge(("no_such_setting", "")).extract::<Raw>().unwrap_err();
        let Kind::UnknownField(_, known) = error.kind else { panic!("{error}") };
        // `config` names the file, and is not in it.
        assert_eq!(named, known.iter().copied().chain(["config"]).collect());

        let needed: Vec<&str> =
            rows.iter().filter(|(_, rest)| rest.starts_with(" †")).map(|(name, _)| name.as_str()).collect();
        assert_eq!(needed, PRODUCTION[1..].iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }
}
