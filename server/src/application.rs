//! The running server: the backend with everything it opens, the listener and the background workers.

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

use crate::{
    config::{
        Config,
        table::{self, Setting},
        texts,
    },
    http,
};

/// The reason why a command stops; its text is shown to the operator.
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

/// A server that is bound to its address and does not serve yet.
pub struct Application {
    pub backend: Arc<Backend>,
    /// The address it listens on, with the port that the system chose if none was given.
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

/// Opens the database (and migrates it), the document store and the SiRUP client.
///
/// Creates the data directory if it is missing, readable only by this user because it holds password hashes and letters.
/// `program` is the path of this binary, which is started again to read PDFs.
///
/// # Errors
/// If something does not open; the text names the setting.
pub async fn open_backend(
    config: &Config,
    base_url: Url,
    program: PathBuf,
    world: World,
) -> Result<Backend, StartError> {
    private_folder(&config.server.data_dir).map_err(blame(&table::DATA_DIR))?;
    let secret = match &config.server.secret {
        Some(secret) => secret.clone(),
        None => kept_secret(&config.server.data_dir, &world).map_err(blame(&table::DATA_DIR))?,
    };
    let db = Db::connect(config.database.url.expose_secret()).await.map_err(blame(&table::DATABASE_URL))?;
    db.migrate().await?;
    let reader = PdfReader::new(program);
    let documents = match &config.documents.url {
        Some(url) => Documents::at(url, config.documents.s3.options(), reader).map_err(blame(&table::DOCUMENTS_URL))?,
        None => {
            Documents::in_folder(&config.server.data_dir.join("documents"), reader).map_err(blame(&table::DATA_DIR))?
        }
    };
    Ok(Backend {
        db,
        documents,
        sirup: Sirup::new(&config.sirup.url, config.sirup.token.clone(), world.clone())?,
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

/// Reads the generated secret of an installation whose settings give none; creates it at the first call.
fn kept_secret(folder: &Path, world: &World) -> std::io::Result<Secret> {
    let path = folder.join("secret");
    if !path.exists() {
        // Write a draft and link it: if two servers start together, one creates the file, and none reads half of it.
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

/// Turns an error into one that names the setting behind it.
fn blame<E: std::fmt::Display>(setting: &'static Setting) -> impl FnOnce(E) -> StartError {
    move |error| texts::unusable(setting, error).into()
}

impl Application {
    /// Opens everything and binds the address. [`Application::run`] serves.
    ///
    /// # Errors
    /// If something does not open; the text names the setting.
    pub async fn build(config: Config, program: PathBuf, world: World, extras: Extras) -> Result<Self, StartError> {
        let listener = TcpListener::bind(config.server.addr).await.map_err(blame(&table::ADDR))?;
        let addr = listener.local_addr()?;
        let base_url = match &config.server.base_url {
            Some(url) => url.clone(),
            None => format!("http://{addr}").parse()?,
        };
        let backend = Arc::new(open_backend(&config, base_url.clone(), program, world).await?);
        if let Some(prepare) = extras.prepare {
            prepare(backend.clone()).await?;
        }
        oidc::ready(&backend).await.map_err(blame(&table::SECRET))?;
        Directory::refresh(&backend).await?;
        // Fill the cache now, so that the first dashboard does not wait for it.
        verification::read_open_cases(&backend).await?;
        let transport = match &config.mail.smtp_url {
            Some(url) => Transport::smtp(url).map_err(blame(&table::SMTP_URL))?,
            None => Transport::Shown,
        };
        let mailbox = Mailbox { transport, from: config.mail.from.clone(), keeps_secrets: config.is_development() };
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

    /// The way mail leaves, for tests that run the outbox step by step.
    pub fn mailbox(&self) -> Mailbox {
        self.mailbox.clone()
    }

    /// Serves until `shutdown` completes, then waits for requests in progress, and a minute at most for mails under way.
    ///
    /// With `workers`, background tasks send mail, send logout tokens to platforms, reload the master data and run the
    /// scheduled jobs.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn run(
        self,
        workers: bool,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), StartError> {
        let Self { backend, listener, state, routes, config, mailbox, stop, .. } = self;
        let (mut tasks, mut mails) = (tokio::task::JoinSet::new(), tokio::task::JoinSet::new());
        if workers {
            let mut stopped = stop.subscribe();
            mails.spawn(mail::run(backend.clone(), mailbox, async move {
                let _ = stopped.wait_for(|stopped| *stopped).await;
            }));
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
            // Event streams never end by themselves.
            let _ = stop.send(true);
        };
        // Disable Nagle's algorithm (RFC 9293, section 3.7.4): a response in two writes, such as a file, would wait 40 ms
        // for the acknowledgement of the first.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection is slower than it could be");
            }
        });
        axum::serve(listener, service).with_graceful_shutdown(signal).await?;
        tasks.shutdown().await;
        // Mails under way are finished and noted before the database closes.
        while mails.join_next().await.is_some() {}
        backend.db.close().await;
        Ok(())
    }
}

fn leptos_options(config: &Config, addr: SocketAddr) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("gerbang")
        .site_root(config.server.site_dir.display().to_string())
        .site_pkg_dir(pkg_dir(&config.server.site_dir))
        .site_addr(addr)
        .hash_files(false) // the folder's name has the hash
        .build()
}

/// The folder of scripts and styles under the site: a folder in `pkg` named after its content (`sitebuilder`), or `pkg`
/// itself in a site that was built by hand.
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
    fn generated_secret_is_kept_and_readable_by_its_owner_only() {
        let (dir, world) = (tempfile::tempdir().unwrap(), World::system());
        let made = kept_secret(dir.path(), &world).unwrap();
        let path = dir.path().join("secret");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(kept_secret(dir.path(), &world).unwrap().to_text(), made.to_text());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "the draft should be removed");
        fs::write(&path, "rusak").unwrap();
        assert!(kept_secret(dir.path(), &world).is_err());
    }
}
