//! The command line.

mod import;

use std::{net::SocketAddr, path::PathBuf};

use backend::{
    audit::{self, Broken, Fault, Verified},
    development::{ACCOUNTS, BEHIND, PASSWORD, SIRUP_PASSWORD, fill_former, fill_supplier},
    documents::pdf,
    world::{ManualClock, World},
};
use clap::{Parser, Subcommand};
use domain::{
    indonesian::{count, date_time},
    staff::StaffRole,
    time::Zone,
};
use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;

use crate::{
    application::{Application, StartError, open_backend},
    config::Config,
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
        what: import::What,
    },
    /// Mengelola instalasi.
    Admin {
        #[command(subcommand)]
        what: Admin,
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
        what: Audit,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Memeriksa bahwa tidak ada peristiwa yang diubah, dihapus, atau disisipkan.
    Verify,
}

#[derive(Subcommand)]
enum Pdf {
    Inspect,
    Draw { page: usize, width: u16 },
    Text,
}

/// Runs what the command line says.
///
/// # Errors
/// Whatever stops it.
pub fn run() -> Result<(), StartError> {
    let line = CommandLine::parse();
    // Before anything else: this process only looks at a stranger's file.
    if let Command::Pdf { task } = line.command {
        let task = match task {
            Pdf::Inspect => pdf::Task::Inspect,
            Pdf::Draw { page, width } => pdf::Task::Draw { page, width },
            Pdf::Text => pdf::Task::Text,
        };
        return pdf::child(task).map_err(|error| error.to_string().into());
    }
    let config = Config::load()?;
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
            Command::Import { what } => import::run(&open(&config).await?, what).await,
            Command::Admin { what: Admin::Role { email, role } } => {
                set_role(&open(&config).await?, &email, &role).await
            }
            Command::Admin { what: Admin::Audit { what: Audit::Verify } } => verify_audit(&open(&config).await?).await,
            Command::Pdf { .. } => Ok(()),
        }
    })
}

fn start_logging(config: &Config) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(&config.log));
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

/// Where people reach the server.
fn base_url(config: &Config) -> Result<url::Url, StartError> {
    match &config.base_url {
        Some(url) => Ok(url.clone()),
        None => Ok(format!("http://{}", config.addr).parse()?),
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

/// Waits for Ctrl+C or a polite end from the system.
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

/// What a newcomer needs to know.
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
        None => named(&config.sirup_url).await?.ok_or("GERBANG_SIRUP_URL menyebut host yang tidak ditemukan.")?,
    };
    let (addr, serving) = sirup_simulator::bind(addr, config.sirup_token.expose_secret().to_owned()).await?;
    tracing::info!(%addr, "the SiRUP simulator is listening");
    tokio::select! {
        outcome = serving => Ok(outcome?),
        () = shutdown() => Ok(()),
    }
}

/// The address that a URL names; `None` if nobody knows its host.
async fn named(url: &url::Url) -> Result<Option<SocketAddr>, StartError> {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return Ok(None) };
    // As it stands in a URL, an address of version 6 is in brackets.
    Ok(tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await?.next())
}

async fn demonstrate(config: &Config, addr: Option<SocketAddr>) -> Result<(), StartError> {
    if !config.is_development() {
        return Err("Platform percobaan tidak dijalankan bila GERBANG_ENV=production.".into());
    }
    let addr = match addr {
        Some(addr) => addr,
        None => named(&config.demo_url).await?.ok_or("GERBANG_DEMO_URL menyebut host yang tidak ditemukan.")?,
    };
    let platform = DemoPlatform::bind(addr).await?;
    tracing::info!(addr = %platform.addr(), "the demo platform is listening");
    tokio::select! {
        outcome = platform.serve(config.demo_url.clone(), base_url(config)?) => Ok(outcome?),
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

/// Says that the trail is whole, or fails with the first that does not hold.
async fn verify_audit(backend: &backend::Backend) -> Result<(), StartError> {
    match audit::verify(backend).await? {
        Verified::Whole(events) => {
            println!("Jejak audit utuh: {} peristiwa berurutan.", count(events.unsigned_abs()));
            Ok(())
        }
        Verified::Broken(broken) => Err(told(&broken).into()),
    }
}

fn told(Broken { seq, fault, event }: &Broken) -> String {
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
