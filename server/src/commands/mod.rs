//! The command line.

mod import;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use backend::{
    audit::{self, Broken, Fault, Verified},
    development::{ACCOUNTS, BEHIND, PASSWORD, SIRUP_PASSWORD, fill_former, fill_supplier},
    documents::pdf,
    world::{ManualClock, World},
};
use clap::{Parser, Subcommand};
use domain::{
    indonesian::{count, date_time},
    permission::StaffRole,
    time::Zone,
};
use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;

use crate::{
    application::{Application, StartError, open_backend},
    config::{Config, Environment, sample, texts},
    demo_platform::DemoPlatform,
    sirup_simulator,
};

/// Gerbang: gerbang pejabat anggaran menuju platform pengadaan pemerintah.
#[derive(Parser)]
#[command(name = "gerbang", version, about, disable_help_subcommand = true)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Menjalankan server.
    Serve,
    /// Menjalankan simulator SiRUP (bukan untuk produksi).
    SirupSimulator {
        /// Alamat yang didengarkan; bawaannya host dan porta GERBANG_SIRUP_URL.
        #[arg(long)]
        addr: Option<SocketAddr>,
    },
    /// Menjalankan platform percobaan "Daftar Hitam" (bukan untuk produksi).
    DemoPlatform {
        /// Alamat yang didengarkan; bawaannya host dan porta GERBANG_DEMO_URL.
        #[arg(long)]
        addr: Option<SocketAddr>,
    },
    /// Memperbarui tabel basis data.
    Migrate,
    /// Mengimpor data induk.
    Import {
        #[command(subcommand)]
        import: import::Import,
    },
    /// Mengelola instalasi.
    Admin {
        #[command(subcommand)]
        admin: Admin,
    },
    /// Pengaturan.
    Config {
        #[command(subcommand)]
        config: ConfigCommand,
    },
    /// Membaca PDF dari masukan baku; dipakai server sendiri.
    #[command(hide = true)]
    Pdf {
        #[command(subcommand)]
        task: Pdf,
    },
}

#[derive(Subcommand)]
enum Admin {
    /// Memberi atau mencabut peran petugas sebuah akun.
    Role {
        /// Alamat surel akun.
        email: String,
        /// verifier, supervisor, admin, atau none.
        role: String,
    },
    /// Jejak audit.
    Audit {
        #[command(subcommand)]
        audit: Audit,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Memeriksa bahwa tidak ada peristiwa yang diubah, dihapus, atau disisipkan.
    Verify,
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Memeriksa pengaturan dan menyebut semua kesalahannya.
    Check,
    /// Mencetak contoh gerbang.toml yang memuat semua pengaturan.
    Example,
}

#[derive(Subcommand)]
enum Pdf {
    Inspect,
    Draw { page: usize, width: u16 },
    Text,
}

impl From<Pdf> for pdf::Task {
    fn from(task: Pdf) -> Self {
        match task {
            Pdf::Inspect => Self::Inspect,
            Pdf::Draw { page, width } => Self::Draw { page, width },
            Pdf::Text => Self::Text,
        }
    }
}

/// Runs the command line. An error goes to standard error, each of its lines behind the program's name.
pub fn main(environment: Environment) -> ExitCode {
    match run(environment) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in error.to_string().lines() {
                eprintln!("gerbang: {line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(environment: Environment) -> Result<(), StartError> {
    let line = CommandLine::parse();
    match line.command {
        // First, because this process reads a stranger's file and needs nothing else.
        Command::Pdf { task } => return pdf::child(task.into()).map_err(|error| error.to_string().into()),
        // Works while the settings are still wrong.
        Command::Config { config: ConfigCommand::Example } => {
            print!("{}", sample::sample());
            return Ok(());
        }
        _ => {}
    }
    let config = Config::load(environment)?;
    start_logging(&config);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async move {
        match line.command {
            Command::Serve => serve(config).await,
            Command::SirupSimulator { addr } => simulate(&config, addr).await,
            Command::DemoPlatform { addr } => demonstrate(&config, addr).await,
            Command::Migrate => {
                open(&config).await?;
                println!("Basis data sudah terbaru.");
                Ok(())
            }
            Command::Import { import } => import::run(&open(&config).await?, import).await,
            Command::Admin { admin: Admin::Role { email, role } } => {
                set_role(&open(&config).await?, &email, &role).await
            }
            Command::Admin { admin: Admin::Audit { audit: Audit::Verify } } => {
                verify_audit(&open(&config).await?).await
            }
            Command::Config { .. } => {
                println!("{}", texts::CORRECT);
                Ok(())
            }
            Command::Pdf { .. } => Ok(()),
        }
    })
}

fn start_logging(config: &Config) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(&config.log.filter));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.is_development() {
        builder.with_target(false).compact().init();
    } else {
        builder.json().flatten_event(true).init();
    }
}

async fn open(config: &Config) -> Result<backend::Backend, StartError> {
    open_backend(config, base_url(config)?, own_program()?, World::system()).await
}

/// The address that people open: the setting, or else the one to listen on.
fn base_url(config: &Config) -> Result<url::Url, StartError> {
    match &config.server.base_url {
        Some(url) => Ok(url.clone()),
        None => Ok(format!("http://{}", config.server.addr).parse()?),
    }
}

fn own_program() -> Result<PathBuf, StartError> {
    Ok(std::env::current_exe()?)
}

async fn serve(config: Config) -> Result<(), StartError> {
    let development = config.is_development();
    let application = Application::build(config.clone(), own_program()?, World::system()).await?;
    if development {
        if application.filled {
            let then = ManualClock::at(World::system().now().minus(BEHIND)).world();
            let past = open_backend(&config, application.base_url.clone(), own_program()?, then).await?;
            fill_former(&past).await?;
            past.db.close().await;
            fill_supplier(&application.backend).await?;
        }
        introduce(&application.base_url, &application.backend.settings.demo_url);
    } else {
        tracing::info!(addr = %application.addr, "listening");
    }
    application.run(true, shutdown()).await
}

/// Waits for Ctrl+C or SIGTERM.
async fn shutdown() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
    tracing::info!("stopping");
}

/// Prints the addresses and accounts to start with.
fn introduce(base_url: &url::Url, demo_url: &url::Url) {
    let base = base_url.as_str().trim_end_matches('/');
    println!("\nGerbang siap di {base}\n\nAkun, semuanya dengan kata sandi {PASSWORD}:");
    for account in ACCOUNTS {
        println!("  {:<28} {}", account.email, account.purpose);
    }
    let usernames: Vec<_> = sirup_simulator::usernames().collect();
    println!("\nUsername SiRUP, semuanya dengan kata sandi {SIRUP_PASSWORD}:\n  {}", usernames.join(", "));
    println!("\nSurel tampil di {base}/dev/surat");
    println!("Platform percobaan Daftar Hitam di {}\n", demo_url.as_str().trim_end_matches('/'));
}

async fn simulate(config: &Config, addr: Option<SocketAddr>) -> Result<(), StartError> {
    if !config.is_development() {
        return Err("Simulator SiRUP tidak dijalankan bila GERBANG_ENV=production.".into());
    }
    let addr = match addr {
        Some(addr) => addr,
        None => named(&config.sirup.url).await?.ok_or("GERBANG_SIRUP_URL menyebut host yang tidak ditemukan.")?,
    };
    let (addr, serving) = sirup_simulator::bind(addr, config.sirup.token.expose_secret().to_owned()).await?;
    tracing::info!(%addr, "the SiRUP simulator is listening");
    tokio::select! {
        outcome = serving => Ok(outcome?),
        () = shutdown() => Ok(()),
    }
}

/// Resolves the host and port of a URL; `None` if the host has no address.
async fn named(url: &url::Url) -> Result<Option<SocketAddr>, StartError> {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return Ok(None) };
    // URLs write an IPv6 address in brackets.
    Ok(tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await?.next())
}

async fn demonstrate(config: &Config, addr: Option<SocketAddr>) -> Result<(), StartError> {
    if !config.is_development() {
        return Err("Platform percobaan tidak dijalankan bila GERBANG_ENV=production.".into());
    }
    let addr = match addr {
        Some(addr) => addr,
        None => named(&config.demo.url).await?.ok_or("GERBANG_DEMO_URL menyebut host yang tidak ditemukan.")?,
    };
    let platform = DemoPlatform::bind(addr).await?;
    tracing::info!(addr = %platform.addr(), "the demo platform is listening");
    tokio::select! {
        outcome = platform.serve(config.demo.url.clone(), base_url(config)?) => Ok(outcome?),
        () = shutdown() => Ok(()),
    }
}

async fn set_role(backend: &backend::Backend, email: &str, role: &str) -> Result<(), StartError> {
    let staff_role: Option<StaffRole> = match role {
        "none" => None,
        role => Some(role.parse().map_err(|_| format!("{role:?} bukan verifier, supervisor, admin, atau none."))?),
    };
    if backend::staff::set_staff_role(backend, email, staff_role).await? {
        println!("{email}: {}", staff_role.map_or("bukan petugas", StaffRole::label));
        Ok(())
    } else {
        Err(format!("Belum ada akun dengan alamat {email}. Daftarkan dahulu lewat halaman Daftar.").into())
    }
}

/// # Errors
/// If the audit trail was changed; the text names the first event that does not fit.
async fn verify_audit(backend: &backend::Backend) -> Result<(), StartError> {
    match audit::verify(backend).await? {
        Verified::Whole(events) => {
            println!("Jejak audit utuh: {} peristiwa berurutan.", count(events.unsigned_abs()));
            Ok(())
        }
        Verified::Broken(broken) => Err(describe(&broken).into()),
    }
}

fn describe(Broken { seq, fault, event }: &Broken) -> String {
    let event = event.as_ref().map(|(at, action)| format!("{}, {action}", date_time(*at, Zone::Wib)));
    match (fault, event) {
        (Fault::Gone, Some(before)) => {
            format!("Jejak audit terputus: peristiwa nomor {seq} tidak ada lagi. Sebelumnya: {before}.")
        }
        (Fault::Gone, None) => format!("Jejak audit terputus: peristiwa nomor {seq} tidak ada lagi."),
        (Fault::Changed, event) => format!(
            "Jejak audit terputus: peristiwa nomor {seq} ({}) berubah setelah dicatat.",
            event.unwrap_or_default()
        ),
        (Fault::OtherHead, event) => format!(
            "Jejak audit terputus: sesudah peristiwa nomor {seq} ({}), ujung rantai tidak cocok.",
            event.unwrap_or_default()
        ),
        (Fault::Beside, event) => format!(
            "Jejak audit tidak utuh: peristiwa nomor {seq} ({}) bukan bagian dari rantai.",
            event.unwrap_or_default()
        ),
        (Fault::Unnumbered, event) => format!(
            "Jejak audit tidak utuh: peristiwa tanpa nomor ({}) bukan bagian dari rantai.",
            event.unwrap_or_default()
        ),
    }
}
