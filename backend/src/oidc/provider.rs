//! What the provider keeps in memory.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

use super::{
    exchange::{Exchange, Outcome},
    keys::{Keys, pairwise_salt},
    reach::Reach,
};
use crate::{
    Backend,
    db::{Db, batcher::Batcher},
    error::{Error, Result},
    vault::Vault,
    world::World,
};

/// How long a platform has to answer a logout notice.
const NOTICE_TIMEOUT: Duration = Duration::from_secs(5);

/// What the provider keeps in memory.
pub struct Provider {
    pub(crate) keys: Keys,
    /// Exchanges that wait for the next transaction.
    pub(super) exchanges: Batcher<Exchange, Outcome>,
    /// Wakes the worker that sends logout notices.
    pub(crate) bell: Arc<Notify>,
    /// Sends logout notices.
    pub(crate) http: reqwest::Client,
    /// Where they may go.
    pub(crate) reach: Reach,
}

impl Provider {
    /// Reads the salt of pairwise identifiers; stores it at the first start.
    ///
    /// # Errors
    /// If the database refuses, its salt was sealed with a secret that the vault does not have, or no HTTPS client can be
    /// made on this machine.
    pub async fn open(db: &Db, vault: &Vault, world: &World, reach: Reach) -> Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(NOTICE_TIMEOUT)
            .timeout(NOTICE_TIMEOUT)
            .dns_resolver(Arc::new(reach.clone()))
            .redirect(reqwest::redirect::Policy::none()) // only to the address that the administrator set
            .build()
            .map_err(Error::internal)?;
        let keys = Keys::new(&pairwise_salt(db, vault, world).await?);
        Ok(Self { keys, exchanges: Batcher::default(), bell: Arc::default(), http, reach })
    }
}

impl Backend {
    /// Our issuer (OpenID Connect Discovery 1.0, section 3): the base address without a slash at the end.
    pub fn issuer(&self) -> String {
        self.settings.link("")
    }
}
