//! The command line of `gerbang-dev`: every command of the product for development, and two servers to try it with.

use std::net::SocketAddr;

use backend::{
    Backend,
    world::{ManualClock, World},
};
use clap::{Parser, Subcommand};
use secrecy::ExposeSecret;
use server::{
    application::{Extras, StartError, open_backend},
    commands::{Command as ProductCommand, base_url, in_runtime, own_program, serve, shutdown},
    config::{Config, Environment},
};
use url::Url;

use crate::{
    DEMO_URL,
    demo_platform::DemoPlatform,
    development::{ACCOUNTS, FORMER_ACCESS_AGE, PASSWORD, SIRUP_PASSWORD, fill, fill_former, fill_supplier},
    mailbox,
    misbehave::{self, Attempt, Layer},
    sirup_simulator,
};

/// Gerbang untuk pengembangan: perintah gerbang dengan data contoh, simulator SiRUP, dan platform percobaan.
#[derive(Parser)]
#[command(name = "gerbang-dev", version, about, disable_help_subcommand = true)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Product(ProductCommand),
    /// Menjalankan simulator SiRUP.
    SirupSimulator {
        /// Alamat yang didengarkan; bawaannya host dan porta GERBANG_SIRUP_URL.
        #[arg(long)]
        addr: Option<SocketAddr>,
    },
    /// Menjalankan platform percobaan "Daftar Hitam".
    DemoPlatform {
        /// Alamat yang didengarkan; bawaannya host dan porta GERBANG_DEMO_URL.
        #[arg(long)]
        addr: Option<SocketAddr>,
    },
    /// Mencoba yang dilarang bagi proses pembaca PDF; dipakai pengujian.
    #[command(hide = true)]
    Misbehave {
        attempt: Attempt,
        /// A path or an address.
        #[arg(default_value = "")]
        target: String,
        #[arg(long, default_value = "all")]
        layer: Layer,
    },
}

/// Runs the command line.
///
/// # Errors
/// Whatever stops the command.
pub fn run() -> Result<(), StartError> {
    let command = CommandLine::parse().command;
    if let Command::Product(command) = &command
        && let Some(outcome) = command.perform_without_settings()
    {
        return outcome;
    }
    if let Command::Misbehave { attempt, target, layer } = &command {
        return misbehave::run(*attempt, target, *layer);
    }
    let config = Config::load(Environment::Development, &["GERBANG_DEMO_URL"])?;
    let demo_url = demo_url(std::env::var("GERBANG_DEMO_URL").ok().as_deref())?;
    in_runtime(&config.clone(), async move {
        match command {
            Command::Product(ProductCommand::Serve) => serve_with_data(config, demo_url).await,
            Command::Product(command) => command.perform(config, Extras::default()).await,
            Command::SirupSimulator { addr } => simulate(&config, addr).await,
            Command::DemoPlatform { addr } => demonstrate(&config, demo_url, addr).await,
            Command::Misbehave { attempt, target, layer } => misbehave::run(attempt, &target, layer),
        }
    })
}

/// Reads `GERBANG_DEMO_URL`: an address without a path, because the demo platform takes the whole host.
fn demo_url(text: Option<&str>) -> Result<Url, StartError> {
    let text = text.unwrap_or(DEMO_URL);
    text.parse::<Url>()
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none())
        .ok_or_else(|| format!("Pengaturan GERBANG_DEMO_URL salah: {text:?} bukan alamat http(s) tanpa jalur.").into())
}

/// Serves the product with the whole development data, and prints how to use them.
async fn serve_with_data(config: Config, demo_url: Url) -> Result<(), StartError> {
    let (settings, platform) = (config.clone(), demo_url.clone());
    let prepare = move |backend: std::sync::Arc<Backend>| -> futures::future::BoxFuture<'static, _> {
        Box::pin(async move { fill_all(&backend, settings, &platform).await })
    };
    let extras = Extras { routes: mailbox::routes(), prepare: Some(Box::new(prepare)) };
    serve(config, extras, |application| introduce(&application.base_url, &demo_url)).await
}

/// Fills an empty database, and writes the applications of two people.
async fn fill_all(backend: &Backend, config: Config, demo_url: &Url) -> Result<(), StartError> {
    if !fill(backend, demo_url).await? {
        return Ok(());
    }
    tracing::info!("filled the empty database with development data");
    let then = ManualClock::at(World::system().now().minus(FORMER_ACCESS_AGE)).world();
    let past = open_backend(&config, backend.settings.base_url.clone(), own_program()?, then).await?;
    fill_former(&past).await?;
    past.db.close().await;
    fill_supplier(backend).await?;
    Ok(())
}

/// Prints what a newcomer needs to know.
fn introduce(base_url: &Url, demo_url: &Url) {
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
    let addr = match addr {
        Some(addr) => addr,
        None => resolve(&config.sirup.url).await?.ok_or("GERBANG_SIRUP_URL menyebut host yang tidak ditemukan.")?,
    };
    let (addr, serving) = sirup_simulator::bind(addr, config.sirup.token.expose_secret().to_owned()).await?;
    tracing::info!(%addr, "the SiRUP simulator is listening");
    tokio::select! {
        outcome = serving => Ok(outcome?),
        () = shutdown() => Ok(()),
    }
}

async fn demonstrate(config: &Config, demo_url: Url, addr: Option<SocketAddr>) -> Result<(), StartError> {
    let addr = match addr {
        Some(addr) => addr,
        None => resolve(&demo_url).await?.ok_or("GERBANG_DEMO_URL menyebut host yang tidak ditemukan.")?,
    };
    let platform = DemoPlatform::bind(addr).await?;
    tracing::info!(addr = %platform.addr(), "the demo platform is listening");
    tokio::select! {
        outcome = platform.serve(demo_url, base_url(config)?) => Ok(outcome?),
        () = shutdown() => Ok(()),
    }
}

/// The first address of a URL's host; `None` if the host is unknown.
async fn resolve(url: &Url) -> Result<Option<SocketAddr>, StartError> {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return Ok(None) };
    // In a URL, an IPv6 address is in brackets.
    Ok(tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await?.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_url_is_an_address_without_a_path() {
        assert_eq!(demo_url(None).unwrap().as_str(), "http://127.0.0.1:3002/");
        assert_eq!(demo_url(Some("https://demo.contoh.go.id")).unwrap().as_str(), "https://demo.contoh.go.id/");
        for wrong in ["http://127.0.0.1:3002/daftar", "http://127.0.0.1:3002/?a=b", "ftp://127.0.0.1", "demo"] {
            assert!(demo_url(Some(wrong)).unwrap_err().to_string().contains("GERBANG_DEMO_URL"), "{wrong}");
        }
    }
}
