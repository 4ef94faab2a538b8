//! The sections of the settings: their types and what a right value is.

use std::{
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use backend::vault::Secret;
use domain::accounts::email::Email;
use ipnet::IpNet;
use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use time::{Date, macros::format_description};
use tracing_subscriber::EnvFilter;
use url::Url;

use super::{
    Environment,
    errors::Faulty,
    loading::Reader,
    table,
    texts::{self, not},
};

const MEGABYTE: u64 = 1_000_000;

/// How many working days may be promised for a decision.
const PROMISES: RangeInclusive<u32> = 1..=30;
/// Seconds between the signal to stop and the last new connection.
const STOP_GRACES: RangeInclusive<u32> = 0..=300;
const CONNECTIONS_PER_NETWORK: RangeInclusive<u32> = 16..=10_000;
/// The text that stands for no proxy.
const NO_PROXY: &str = "none";

#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Where the server listens.
    pub addr: SocketAddr,
    /// Where people reach it; `None` stands for the address it listens on (development only).
    pub base_url: Option<Url>,
    /// The secret of the installation; `None` stands for one kept under `data_dir` (development only).
    pub secret: Option<Secret>,
    /// Earlier secrets, which still open what they sealed.
    pub secrets_old: Vec<Secret>,
    /// The folder of SQLite and letters.
    pub data_dir: PathBuf,
    /// The folder of the built site.
    pub site_dir: PathBuf,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Private networks in which platforms may hear logout notices.
    pub platform_networks: Vec<IpNet>,
    /// Between the signal to stop and the last new connection.
    pub stop_grace: Duration,
}

#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// `sqlite:FILE` or `postgres://…`.
    pub url: SecretString,
}

#[derive(Clone, Debug)]
pub struct DocumentSettings {
    /// `file:///…` or `s3://bucket/prefix`; `None` stands for a folder under `data_dir`.
    pub url: Option<Url>,
    /// Bytes that letters leave free on their disk.
    pub reserve: u64,
    /// True if new letters are sealed.
    pub encrypt: bool,
    pub s3: S3Settings,
}

#[derive(Clone, Debug)]
pub struct S3Settings {
    pub region: Option<String>,
    /// Not a `Url`, which would add a slash at its end.
    pub endpoint: Option<String>,
    pub allow_http: bool,
    pub access_key_id: Option<SecretString>,
    pub secret_access_key: Option<SecretString>,
    /// Other variables `AWS_…`, which the S3 client understands by itself.
    pub other: Vec<(String, SecretString)>,
}

impl S3Settings {
    /// The options of the S3 client by their names in the environment. Later ones win.
    pub fn options(&self) -> Vec<(String, String)> {
        let mut options: Vec<(String, String)> =
            self.other.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect();
        let ours = [
            (table::S3_REGION.variable, self.region.clone()),
            (table::S3_ENDPOINT.variable, self.endpoint.clone()),
            (table::S3_ALLOW_HTTP.variable, Some(self.allow_http.to_string())),
            (table::S3_ACCESS_KEY_ID.variable, expose(&self.access_key_id)),
            (table::S3_SECRET_ACCESS_KEY.variable, expose(&self.secret_access_key)),
        ];
        options.extend(ours.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        options
    }
}

fn expose(secret: &Option<SecretString>) -> Option<String> {
    secret.as_ref().map(|secret| secret.expose_secret().to_owned())
}

#[derive(Clone, Debug)]
pub struct SirupSettings {
    /// SiRUP's adapter.
    pub url: Url,
    /// The bearer token by which the adapter knows us.
    pub token: SecretString,
    /// SiRUP accounts registered on or after this day are not linked.
    pub cutoff: Date,
}

#[derive(Clone, Debug)]
pub struct LimitSettings {
    /// Working days within which a decision is promised.
    pub promised_working_days: u32,
    /// Connections that one address (IPv6: one /64) may have open.
    pub connections_per_network: usize,
}

#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The mail server; without one (development only), mail is only shown.
    pub smtp_url: Option<SecretString>,
    /// The sender of all mail.
    pub from: Mailbox,
}

#[derive(Clone, Debug)]
pub struct HelpSettings {
    /// The help desk's address.
    pub address: Email,
}

#[derive(Clone, Debug)]
pub struct AuditSettings {
    /// A file that anchors of the trail are appended to.
    pub anchor_file: Option<PathBuf>,
    /// Where anchors of the trail are mailed.
    pub anchor_mail: Option<Email>,
}

#[derive(Clone, Debug)]
pub struct LogSettings {
    /// What is logged, in the syntax of `RUST_LOG`.
    pub filter: String,
}

// Each function below reads all values of its section before it gives up, so that all faults are reported at once.

pub fn server(reader: &mut Reader<'_>) -> Result<ServerSettings, Faulty> {
    let production = reader.is_production();
    let environment = environment(reader);
    let addr = reader.value(&table::ADDR, |text| text.parse().map_err(|_| not(text, texts::AN_ADDRESS)));
    let base_url = reader.optional(&table::BASE_URL, |text| {
        let url = own_host(text)?;
        if production && url.scheme() != "https" { Err(texts::BASE_URL_NEEDS_HTTPS.to_owned()) } else { Ok(url) }
    });
    let secret =
        reader.optional(&table::SECRET, |text| Secret::parse(text).ok_or_else(|| texts::SECRET_SHAPE.to_owned()));
    let secrets_old = reader.optional(&table::SECRETS_OLD, secrets);
    let data_dir = reader.value(&table::DATA_DIR, |text| Ok(PathBuf::from(text)));
    let site_dir = reader.value(&table::SITE_DIR, |text| Ok(PathBuf::from(text)));
    let trusted_proxies = reader.optional(&table::TRUSTED_PROXIES, |text| match text.trim() {
        NO_PROXY => Ok(Vec::new()),
        text => networks(text),
    });
    let platform_networks = reader.optional(&table::PLATFORM_NETWORKS, networks);
    let stop_grace = reader.optional(&table::STOP_GRACE, |text| number(text, STOP_GRACES));
    environment?;
    let (addr, base_url): (SocketAddr, Option<Url>) = (addr?, base_url?);
    // Development data and mail that anybody can read must not be reachable because a setting was forgotten.
    let reachable = !addr.ip().is_loopback() || base_url.as_ref().is_some_and(|url| !is_loopback(url));
    if !production && reachable && !reader.is_given(&table::ENV) {
        return Err(reader.faults.add(texts::REACHABLE.to_owned()));
    }
    Ok(ServerSettings {
        addr,
        base_url,
        secret: secret?,
        secrets_old: secrets_old?.unwrap_or_default(),
        data_dir: data_dir?,
        site_dir: site_dir?,
        trusted_proxies: trusted_proxies?.unwrap_or_default(),
        platform_networks: platform_networks?.unwrap_or_default(),
        stop_grace: Duration::from_secs(u64::from(stop_grace?.unwrap_or(if production { 5 } else { 0 }))),
    })
}

/// The program decides the environment; a setting can only confirm it.
fn environment(reader: &mut Reader<'_>) -> Result<(), Faulty> {
    let serves = reader.environment;
    let named = |text: &str| match text {
        "development" => Ok(Environment::Development),
        "production" => Ok(Environment::Production),
        _ => Err(not(text, texts::AN_ENVIRONMENT)),
    };
    reader.optional(&table::ENV, |text| {
        if named(text)? == serves { Ok(()) } else { Err(texts::serves_only(serves).to_owned()) }
    })?;
    Ok(())
}

/// The database is in `data_dir` unless a setting names another.
pub fn database(reader: &mut Reader<'_>, data_dir: &Path) -> Result<DatabaseSettings, Faulty> {
    let known = |text: &str| ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| text.starts_with(scheme));
    let url = reader.optional(&table::DATABASE_URL, |text| {
        if known(text) { Ok(SecretString::from(text)) } else { Err(texts::DATABASE_SHAPE.to_owned()) }
    })?;
    let url = url.unwrap_or_else(|| format!("sqlite:{}", data_dir.join("gerbang.db").display()).into());
    Ok(DatabaseSettings { url })
}

pub fn documents(reader: &mut Reader<'_>) -> Result<DocumentSettings, Faulty> {
    let url: Result<Option<Url>, Faulty> =
        reader.optional(&table::DOCUMENTS_URL, |text| text.parse().map_err(|_| not(text, texts::A_DOCUMENT_STORE)));
    let reserve = reader.value(&table::DISK_RESERVE, |text| {
        text.parse::<u64>().map_err(|_| not(text, texts::MEGABYTES)).map(|reserve| reserve.saturating_mul(MEGABYTE))
    });
    let encrypt = reader.value(&table::DOCUMENTS_ENCRYPT, flag);
    let s3 = s3(reader);
    let (url, reserve, encrypt, s3) = (url?, reserve?, encrypt?, s3?);
    let in_s3 = url.as_ref().is_some_and(|url| url.scheme() == "s3");
    let plain = s3.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http:"));
    if in_s3 && plain && !s3.allow_http {
        return Err(reader.wrong(&table::S3_ENDPOINT, texts::S3_NEEDS_HTTPS));
    }
    Ok(DocumentSettings { url, reserve, encrypt, s3 })
}

fn s3(reader: &mut Reader<'_>) -> Result<S3Settings, Faulty> {
    let region = reader.optional(&table::S3_REGION, |text| Ok(text.to_owned()));
    let endpoint = reader.optional(&table::S3_ENDPOINT, |text| http_url(text).map(|_| text.to_owned()));
    let allow_http = reader.value(&table::S3_ALLOW_HTTP, flag);
    let access_key_id = reader.optional(&table::S3_ACCESS_KEY_ID, secret_text);
    let secret_access_key = reader.optional(&table::S3_SECRET_ACCESS_KEY, secret_text);
    let other = reader.written.other_aws_variables();
    Ok(S3Settings {
        region: region?,
        endpoint: endpoint?,
        allow_http: allow_http?,
        access_key_id: access_key_id?,
        secret_access_key: secret_access_key?,
        other: other.map(|(name, value)| (name.to_owned(), value.into())).collect(),
    })
}

pub fn sirup(reader: &mut Reader<'_>) -> Result<SirupSettings, Faulty> {
    let production = reader.is_production();
    let url = reader.value(&table::SIRUP_URL, |text| {
        let url = http_url(text)?;
        let safe = url.scheme() == "https" || is_loopback(&url);
        if production && !safe { Err(texts::SIRUP_NEEDS_HTTPS.to_owned()) } else { Ok(url) }
    });
    let token = reader.value(&table::SIRUP_TOKEN, secret_text);
    let cutoff = reader.value(&table::SIRUP_CUTOFF, |text| {
        Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| not(text, texts::A_DATE))
    });
    Ok(SirupSettings { url: url?, token: token?, cutoff: cutoff? })
}

pub fn limits(reader: &mut Reader<'_>) -> Result<LimitSettings, Faulty> {
    let promised_working_days = reader.value(&table::PROMISED_WORKING_DAYS, |text| number(text, PROMISES));
    let connections = reader.value(&table::CONNECTIONS_PER_NETWORK, |text| number(text, CONNECTIONS_PER_NETWORK));
    Ok(LimitSettings { promised_working_days: promised_working_days?, connections_per_network: connections? as usize })
}

pub fn mail(reader: &mut Reader<'_>) -> Result<MailSettings, Faulty> {
    let production = reader.is_production();
    let smtp_url = reader.optional(&table::SMTP_URL, |text| {
        let url = text.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host());
        let url = url.ok_or_else(|| texts::SMTP_SHAPE.to_owned())?;
        let requires_tls = || url.query_pairs().any(|pair| pair == ("tls".into(), "required".into()));
        let safe = url.scheme() == "smtps" || requires_tls() || is_loopback(&url);
        if production && !safe { Err(texts::SMTP_NEEDS_TLS.to_owned()) } else { secret_text(text) }
    });
    let from = reader.value(&table::MAIL_FROM, |text| text.parse().map_err(|_| not(text, texts::A_SENDER)));
    Ok(MailSettings { smtp_url: smtp_url?, from: from? })
}

pub fn help(reader: &mut Reader<'_>) -> Result<HelpSettings, Faulty> {
    let address = reader.value(&table::HELP_URL, |text| {
        Email::parse(text.trim_start_matches("mailto:")).map_err(|_| not(text, texts::A_MAIL_ADDRESS))
    })?;
    Ok(HelpSettings { address })
}

pub fn audit(reader: &mut Reader<'_>) -> Result<AuditSettings, Faulty> {
    let anchor_file = reader.optional(&table::AUDIT_ANCHOR_FILE, |text| Ok(PathBuf::from(text)));
    let anchor_mail = reader.optional(&table::AUDIT_ANCHOR_MAIL, |text| {
        Email::parse(text.trim_start_matches("mailto:")).map_err(|_| not(text, texts::A_MAIL_ADDRESS))
    });
    Ok(AuditSettings { anchor_file: anchor_file?, anchor_mail: anchor_mail? })
}

pub fn log(reader: &mut Reader<'_>) -> Result<LogSettings, Faulty> {
    let filter = reader.value(&table::LOG, |text| match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    })?;
    Ok(LogSettings { filter })
}

fn secret_text(text: &str) -> Result<SecretString, String> {
    Ok(text.into())
}

/// Secrets, separated by commas or spaces. A fault never repeats one.
fn secrets(text: &str) -> Result<Vec<Secret>, String> {
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    parts.map(|part| Secret::parse(part).ok_or_else(|| texts::SECRET_SHAPE.to_owned())).collect()
}

fn number(text: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| not(text, texts::a_number(*range.start(), *range.end())))
}

/// The words that the S3 client takes for a flag.
fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" | "y" => Ok(true),
        "false" | "0" | "off" | "no" | "n" => Ok(false),
        _ => Err(not(text, texts::A_FLAG)),
    }
}

/// Addresses and networks, separated by commas or spaces. IPv4 mapped into IPv6 becomes IPv4, as callers have it.
fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    let network = |part: &str| {
        let network = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
        network.map(canonical).map_err(|_| not(part, texts::A_NETWORK))
    };
    parts.map(network).collect()
}

/// The length of the prefix `::ffff:0:0`.
const MAPPED: u8 = 96;

fn canonical(network: IpNet) -> IpNet {
    match network.addr().to_canonical() {
        address @ IpAddr::V4(_) if matches!(network, IpNet::V6(_)) && network.prefix_len() >= MAPPED => {
            IpNet::new(address, network.prefix_len() - MAPPED).unwrap_or(network)
        }
        _ => network,
    }
}

fn http_url(text: &str) -> Result<Url, String> {
    let url = text.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    url.ok_or_else(|| not(text, texts::A_WEB_ADDRESS))
}

/// The address of a program that has its host to itself.
fn own_host(text: &str) -> Result<Url, String> {
    let url = http_url(text)?;
    if url.path() != "/" || url.query().is_some() { Err(texts::has_path(text)) } else { Ok(url) }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        // In URLs with a scheme that the standard does not know, such as smtp, an IPv4 address is parsed as a name.
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}
