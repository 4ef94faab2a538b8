//! The running server: the backend with everything it opens, the listener and the background workers.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use app::state::{AppState, Cookies};
use axum::Router;
use backend::{
    Backend, jobs,
    mail::{self, Mailbox, Transport},
    master_data::Directory,
    oidc, verification,
    world::World,
};
use futures::future::BoxFuture;
use leptos::config::LeptosOptions;
use tokio::{net::TcpListener, sync::watch};
use url::Url;

use crate::{
    config::{Config, table},
    connections::{self, Limits, Phase},
    http,
    opening::blame,
};

pub use crate::opening::{StartError, open_backend};

/// How long the database may take to close at the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

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
    limits: Limits,
    state: AppState,
    routes: Router<AppState>,
    config: Arc<Config>,
    mailbox: Mailbox,
    phase: watch::Sender<Phase>,
}

impl Application {
    /// Opens everything and binds the address. [`Application::run`] serves.
    ///
    /// # Errors
    /// If something does not open; the text names the setting.
    pub async fn build(config: Config, program: PathBuf, world: World, extras: Extras) -> Result<Self, StartError> {
        let limits = Limits::of_this_process(config.limits.connections_per_network);
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
            limits,
            state,
            routes: extras.routes,
            config: Arc::new(config),
            mailbox,
            phase: watch::channel(Phase::Serving).0,
        })
    }

    /// The way mail leaves, for tests that run the outbox step by step.
    pub fn mailbox(&self) -> Mailbox {
        self.mailbox.clone()
    }

    /// Serves until `shutdown` completes, and for the grace of the settings after it, in which the server is not ready
    /// any more. Then it waits for requests in progress, at most 30 s, and a minute at most for mails under way.
    ///
    /// With `workers`, background tasks send mail, send logout tokens to platforms, reload the master data and run the
    /// scheduled jobs.
    ///
    /// # Errors
    /// None at present.
    pub async fn run(
        self,
        workers: bool,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), StartError> {
        let Self { backend, listener, limits, state, routes, config, mailbox, phase, .. } = self;
        let (mut tasks, mut mails) = (tokio::task::JoinSet::new(), tokio::task::JoinSet::new());
        if workers {
            let mut stopped = phase.subscribe();
            mails.spawn(mail::run(backend.clone(), mailbox, async move {
                let _ = stopped.wait_for(|phase| *phase != Phase::Serving).await;
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
        let router = http::router(state, routes, config.clone(), phase.subscribe());
        let grace = config.server.stop_grace;
        let trusts = Arc::new(move |address| config.trusts(address));
        let serving = connections::serve(listener, router, limits, trusts, phase.subscribe());
        let stopping = async move {
            shutdown.await;
            phase.send_replace(Phase::Leaving);
            tokio::time::sleep(grace).await;
            phase.send_replace(Phase::Closing);
        };
        tokio::join!(serving, stopping);
        tasks.shutdown().await;
        // Mails under way are finished and noted before the database closes.
        while mails.join_next().await.is_some() {}
        if tokio::time::timeout(CLOSE_TIMEOUT, backend.db.close()).await.is_err() {
            tracing::warn!("the database did not close in time");
        }
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
