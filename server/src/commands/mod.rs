//! The command line.

mod audit;
mod import;
mod secret;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use backend::{documents::pdf, world::World};
use clap::{Parser, Subcommand};
use domain::permission::StaffRole;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::{
    application::{Application, Extras, StartError, open_backend},
    config::{Config, Environment, sample, texts},
    opening::keep_files_private,
};

/// How long blocking work may go on at the end of a command.
const BLOCKING_TIMEOUT: Duration = Duration::from_secs(5);

/// Gerbang: gerbang pejabat anggaran menuju platform pengadaan pemerintah.
#[derive(Parser)]
#[command(name = "gerbang", version, about, disable_help_subcommand = true)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

/// The commands of the product. `gerbang-dev` has them too.
#[derive(Subcommand)]
pub enum Command {
    /// Menjalankan server.
    Serve,
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

/// The commands of an operator.
#[derive(Subcommand)]
pub enum Admin {
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
        audit: audit::Audit,
    },
    /// Rahasia instalasi.
    Secret {
        #[command(subcommand)]
        secret: secret::Secret,
    },
}

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Memeriksa pengaturan dan menyebut semua kesalahannya.
    Check,
    /// Mencetak contoh gerbang.toml yang memuat semua pengaturan.
    Example,
}

/// What the child process does with a PDF.
#[derive(Subcommand)]
pub enum Pdf {
    /// Say what confines the process.
    Confinement,
    Inspect,
    Draw {
        page: usize,
        width: u16,
    },
    Text,
}

/// Runs the command line of `gerbang`.
///
/// # Errors
/// Whatever stops the command.
pub fn run() -> Result<(), StartError> {
    let command = CommandLine::parse().command;
    if let Some(outcome) = command.perform_without_settings() {
        return outcome;
    }
    let config = Config::load(Environment::Production, &[])?;
    in_runtime(&config.clone(), command.perform(config, Extras::default()))
}

/// Makes the exit code of `program`. An error goes to standard error, each of its lines behind the program's name.
pub fn exit_code(program: &str, outcome: Result<(), StartError>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in error.to_string().lines() {
                eprintln!("{program}: {line}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Starts logging and runs `task` on all cores. What it writes is for this user alone.
///
/// # Errors
/// Whatever stops the task.
pub fn in_runtime(config: &Config, task: impl Future<Output = Result<(), StartError>>) -> Result<(), StartError> {
    keep_files_private();
    start_logging(config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(task);
    // Dropping it would wait for blocking work, such as a hash of a password, without a limit.
    runtime.shutdown_timeout(BLOCKING_TIMEOUT);
    outcome
}

impl Pdf {
    /// Looks into a stranger's file. Must run before any setting is read or thread started: the process has no environment
    /// and is confined.
    ///
    /// # Errors
    /// If the file cannot be read, or the answer cannot be written.
    pub fn run(&self) -> Result<(), StartError> {
        let task = match *self {
            Self::Confinement => None,
            Self::Inspect => Some(pdf::Task::Inspect),
            Self::Draw { page, width } => Some(pdf::Task::Draw { page, width }),
            Self::Text => Some(pdf::Task::Text),
        };
        pdf::child(task).map_err(|error| error.to_string().into())
    }
}

impl Command {
    /// Performs the command if it needs no settings; `None` if it does. The sample must print while the settings are still
    /// wrong.
    pub fn perform_without_settings(&self) -> Option<Result<(), StartError>> {
        match self {
            Self::Pdf { task } => Some(task.run()),
            Self::Config { config: ConfigCommand::Example } => {
                print!("{}", sample::sample());
                Some(Ok(()))
            }
            _ => None,
        }
    }

    /// Performs the command; `extras` belong to the server.
    ///
    /// # Errors
    /// Whatever stops the command.
    pub async fn perform(self, config: Config, extras: Extras) -> Result<(), StartError> {
        match self {
            Self::Serve => {
                let ready = |application: &Application| tracing::info!(addr = %application.addr, "listening");
                serve(config, extras, ready).await
            }
            Self::Migrate => {
                open(&config).await?;
                println!("Basis data sudah terbaru.");
                Ok(())
            }
            Self::Import { import } => import::run(&open(&config).await?, import).await,
            Self::Admin { admin: Admin::Role { email, role } } => set_role(&open(&config).await?, &email, &role).await,
            Self::Admin { admin: Admin::Audit { audit } } => audit::run(&config, audit).await,
            Self::Admin { admin: Admin::Secret { secret } } => secret::run(&config, secret).await,
            Self::Config { .. } => {
                println!("{}", texts::CORRECT);
                Ok(())
            }
            Self::Pdf { task } => task.run(),
        }
    }
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

/// The address at which people reach the server.
///
/// # Errors
/// If the address that it listens on makes no URL.
pub fn base_url(config: &Config) -> Result<url::Url, StartError> {
    match &config.server.base_url {
        Some(url) => Ok(url.clone()),
        None => Ok(format!("http://{}", config.server.addr).parse()?),
    }
}

/// The running binary; its `pdf` command looks into PDFs.
///
/// # Errors
/// If the system does not know it.
pub fn own_program() -> Result<PathBuf, StartError> {
    Ok(std::env::current_exe()?)
}

/// Serves until the process is asked to end; `ready` is called once the server listens. Asked a second time, the process
/// ends at once.
///
/// # Errors
/// If the server cannot start, or the listener fails.
pub async fn serve(config: Config, extras: Extras, ready: impl FnOnce(&Application)) -> Result<(), StartError> {
    if !config.is_development() {
        // Nobody but root may read its memory or environment, nor find them in a core dump.
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    }
    let application = Application::build(config, own_program()?, World::system(), extras).await?;
    let mut asked = StopSignals::new()?;
    application.backend.documents.reader.log_confinement().await;
    ready(&application);
    let stopping = async move {
        asked.next().await;
        tokio::spawn(async move {
            asked.next().await;
            tracing::warn!("ending at once");
            std::process::exit(0);
        });
    };
    application.run(true, stopping).await
}

/// Ctrl+C and SIGTERM.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        tracing::info!("stopping");
    }
}

/// Waits for Ctrl+C or SIGTERM.
pub async fn shutdown() {
    match StopSignals::new() {
        Ok(mut signals) => signals.next().await,
        Err(error) => {
            tracing::error!(%error, "signals cannot be heard");
            std::future::pending().await
        }
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
