//! Notices of other servers, over a connection to PostgreSQL.

use std::{convert::Infallible, time::Duration};

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::{sync::broadcast, time::timeout};

use super::changes::Changes;
use crate::{
    error::{Error, Result},
    notice::Notice,
};

/// The channel of PostgreSQL on which notices travel.
pub(super) const CHANNEL: &str = "gerbang";

/// After this long without a notice, the connection is tested.
const SILENCE: Duration = Duration::from_secs(60);
/// How long a test of the connection may take.
const TEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Listens until the connection is lost.
///
/// # Errors
/// Always: why the connection was lost.
pub(super) async fn listen(
    options: &PgConnectOptions,
    changes: &Changes,
    notices: &broadcast::Sender<Notice>,
) -> Result<Infallible> {
    // The listener takes its connection from a pool of sqlx's.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(TEST_TIMEOUT).connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    // Never reconnect silently: callers must learn that notices were missed.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    // Notices may have been lost; tell caches and pages to reload.
    changes.anything();
    let _ = notices.send(Notice::Missed);
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(received) => match received? {
                Some(received) => {
                    if let Ok(notice) = serde_json::from_str(received.payload()) {
                        changes.heard(&notice);
                        // Fails if no page is open, which is no error.
                        let _ = notices.send(notice);
                    }
                }
                None => return Err(Error::internal("the connection is gone")),
            },
            // Nothing happened, or the network drops packets silently: only a query can tell.
            Err(_) => {
                let answered = timeout(TEST_TIMEOUT, sqlx::query("SELECT 1").execute(&mut listener)).await;
                answered.map_err(Error::internal)??;
            }
        }
    }
}
