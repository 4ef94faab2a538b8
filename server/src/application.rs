//! The running product: the use cases with their outside world, the listener, the workers.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use app::state::{AppState, Cookies};
use axum::{Router, serve::ListenerExt};
use backend::{
    Backend,
    accounts::passwords::Passwords,
    db::Db,
    documents::{Documents, PdfReader, private_folder},
    jobs,
    mail::{self, Mailbox, Transport},
    master_data::Directory,
    oidc::{self, Provider, Secret},
    sirup::Sirup,
    verification,
    world::World,
};
use futures::future::BoxFuture;
use leptos::config::LeptosOptions;
use secrecy::ExposeSecret;
use tokio::{net::TcpListener, sync::watch};
use url::Url;

use crate::{config::Config, http};

/// What went wrong at the start.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// What a binary adds to the product. `gerbang` adds nothing.
#[derive(Default)]
pub struct Extras {
    /// More routes, behind the layers of every page.
    pub routes: Router<AppState>,
    /// Runs at every start after the migrations, before anything is read from the database.
    pub prepare: Option<Prepare>,
}

/// See [`Extras::prepare`].
pub type Prepare = Box<dyn FnOnce(Arc<Backend>) -> BoxFuture<'static, Result<(), StartError>> + Send>;

/// The product, ready to serve.
pub struct Application {
    /// The use cases.
    pub backend: Arc<Backend>,
    /// Where it listens.
    pub addr: SocketAddr,
    /// Where people reach it.
    pub base_url: Url,
    listener: TcpListener,
    state: AppState,
    routes: Router<AppState>,
    config: Arc<Config>,
    mailbox: Mailbox,
    stop: watch::Sender<bool>,
}

/// Opens the outside world: the database, brought up to date, the letters, SiRUP. A data directory that is missing is made
/// for us alone, since password hashes and letters lie in it. `program` is our own binary, which
/// looks into PDFs.
///
/// # Errors
/// Whatever does not open.
pub async fn open_backend(
    config: &Config,
    base_url: Url,
    program: PathBuf,
    world: World,
) -> Result<Backend, StartError> {
    private_folder(&config.data_dir).map_err(blame("DATA_DIR"))?;
    let secret = match &config.secret {
        Some(secret) => secret.clone(),
        None => kept_secret(&config.data_dir, &world).map_err(blame("DATA_DIR"))?,
    };
    let db = Db::connect(config.database_url.expose_secret()).await.map_err(blame("DATABASE_URL"))?;
    db.migrate().await?;
    let reader = PdfReader::new(program);
    let documents = match &config.documents_url {
        Some(url) => Documents::at(url, reader).map_err(blame("DOCUMENTS_URL"))?,
        None => Documents::in_folder(&config.data_dir.join("documents"), reader).map_err(blame("DATA_DIR"))?,
    };
    Ok(Backend {
        db,
        documents,
        sirup: Sirup::new(&config.sirup_url, config.sirup_token.clone(), world.clone())?,
        passwords: Passwords::new(&world)?,
        master_data: Directory::default(),
        open_cases: Default::default(),
        jobs: Default::default(),
        oidc: Provider::new(&secret)?,
        settings: config.settings(base_url, secret),
        outbox_bell: Arc::default(),
        world,
    })
}

/// The secret of an installation that was given none: made once, and kept beside its data for us alone.
fn kept_secret(folder: &Path, world: &World) -> std::io::Result<Secret> {
    let path = folder.join("secret");
    if !path.exists() {
        // Written beside it and then linked: of two that start together one makes it, and nobody ever reads half of it.
        let draft = folder.join(format!("secret.{}", std::process::id()));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(Secret::new(world).to_text().as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&draft, &path);
        fs::remove_file(&draft)?;
        linked.or_else(|error| if error.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(error) })?;
    }
    let unread = || std::io::Error::new(ErrorKind::InvalidData, format!("isi {} bukan rahasia.", path.display()));
    Secret::parse(&fs::read_to_string(&path)?).ok_or_else(unread)
}

/// Names the setting by which something does not open.
fn blame<E: std::fmt::Display>(setting: &'static str) -> impl FnOnce(E) -> StartError {
    move |error| format!("Pengaturan GERBANG_{setting} tidak dapat dipakai: {error}").into()
}

impl Application {
    /// Opens everything and listens; nothing is served before [`Application::run`].
    ///
    /// # Errors
    /// Whatever does not open.
    pub async fn build(config: Config, program: PathBuf, world: World, extras: Extras) -> Result<Self, StartError> {
        let listener = TcpListener::bind(config.addr).await.map_err(blame("ADDR"))?;
        let addr = listener.local_addr()?;
        let base_url = match &config.base_url {
            Some(url) => url.clone(),
            None => format!("http://{addr}").parse()?,
        };
        let backend = Arc::new(open_backend(&config, base_url.clone(), program, world).await?);
        if let Some(prepare) = extras.prepare {
            prepare(backend.clone()).await?;
        }
        oidc::ready(&backend).await.map_err(blame("SECRET"))?;
        Directory::refresh(&backend).await?;
        // The first dashboard need not wait for it.
        verification::read_open_cases(&backend).await?;
        let transport = match &config.smtp_url {
            Some(url) => Transport::smtp(url).map_err(blame("SMTP_URL"))?,
            None => Transport::Shown,
        };
        let mailbox = Mailbox { transport, from: config.mail_from.clone(), keeps_secrets: config.is_development() };
        let state = AppState {
            backend: backend.clone(),
            leptos_options: leptos_options(&config, addr),
            // In production always, whatever the address says.
            cookies: Cookies { secure: !config.is_development() || base_url.scheme() == "https" },
        };
        Ok(Self {
            backend,
            addr,
            base_url,
            listener,
            state,
            routes: extras.routes,
            config: Arc::new(config),
            mailbox,
            stop: watch::channel(false).0,
        })
    }

    /// How mails leave; for tests that step the outbox themselves.
    pub fn mailbox(&self) -> Mailbox {
        self.mailbox.clone()
    }

    /// Serves until `shutdown` is done, then lets what is under way end. With `workers`, mail is sent, platforms are told
    /// what ended, master data kept fresh and waste cleared meanwhile.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn run(
        self,
        workers: bool,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), StartError> {
        let Self { backend, listener, state, routes, config, mailbox, stop, .. } = self;
        let mut tasks = tokio::task::JoinSet::new();
        if workers {
            tasks.spawn(mail::run(backend.clone(), mailbox));
            tasks.spawn(jobs::run(backend.clone()));
            let (telling, reading) = (backend.clone(), backend.clone());
            tasks.spawn(jobs::kept_up("telling platforms", move || oidc::logout::run(telling.clone())));
            tasks.spawn(jobs::kept_up("reading the master data", move || Directory::keep_fresh(reading.clone())));
        }
        let relay = backend.clone();
        tasks.spawn(jobs::kept_up("hearing other servers", move || {
            let relay = relay.clone();
            async move { relay.db.relay_notices().await }
        }));
        let router = http::router(state, routes, config, stop.subscribe());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let signal = async move {
            shutdown.await;
            // Streams that never end by themselves end now.
            let _ = stop.send(true);
        };
        // What is written leaves at once: an answer in two writes, as that of a file, would otherwise wait for what was
        // received of the first, 40 milliseconds (Nagle's algorithm, RFC 9293, section 3.7.4).
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection is slower than it could be");
            }
        });
        axum::serve(listener, service).with_graceful_shutdown(signal).await?;
        tasks.shutdown().await;
        backend.db.close().await;
        Ok(())
    }
}

fn leptos_options(config: &Config, addr: SocketAddr) -> LeptosOptions {
    // The names of hashed files are in a file beside the binary; a binary that was built without the site has none.
    let hash_file = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("hash.txt")));
    LeptosOptions::builder()
        .output_name("gerbang")
        .site_root(config.site_dir.display().to_string())
        .site_pkg_dir(pkg_dir(&config.site_dir))
        .site_addr(addr)
        .hash_files(hash_file.is_some_and(|file| file.exists()))
        .build()
}

/// Where the code of the browser lies under the site: in a folder named after its content (`scripts/name-assets`), or, in
/// a site that was just built for trying things, directly in `pkg`.
fn pkg_dir(site: &Path) -> String {
    let folders = std::fs::read_dir(site.join("pkg")).into_iter().flatten().flatten();
    let named =
        folders.filter(|entry| entry.path().is_dir()).filter_map(|entry| entry.file_name().into_string().ok()).next();
    named.map_or_else(|| "pkg".to_owned(), |name| format!("pkg/{name}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_made_once_and_for_us_alone() {
        let (dir, world) = (tempfile::tempdir().unwrap(), World::system());
        let made = kept_secret(dir.path(), &world).unwrap();
        let path = dir.path().join("secret");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(kept_secret(dir.path(), &world).unwrap().to_text(), made.to_text());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left there");
        fs::write(&path, "rusak").unwrap();
        assert!(kept_secret(dir.path(), &world).is_err());
    }
}
