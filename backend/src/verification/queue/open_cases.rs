//! Keeping the snapshot of the open cases current.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{Mutex, MutexGuard},
};

use super::{
    rows,
    snapshot::{SegmentBuilder, Snapshot},
};
use crate::{
    Backend,
    db::changes::Since,
    error::{Error, Result},
};

/// The open cases, in memory.
#[derive(Default)]
pub struct OpenCases {
    current: RwLock<Arc<Snapshot>>,
    /// Held while changes are read, so that one task reads them for all.
    reading: Mutex<()>,
    /// Held while all cases are read again.
    renewing: Mutex<()>,
}

impl OpenCases {
    /// Returns the open cases with everything that was committed before the call. Reads all of them again if that was
    /// last done `max_age` ago.
    pub(super) async fn fresh(&self, backend: &Backend, max_age: Duration) -> Result<Arc<Snapshot>> {
        let mut current = self.snapshot();
        if !backend.db.changes().none_since(current.seen) {
            let reading = self.reading.lock().await;
            current = self.catch_up(backend, self.snapshot(), &reading).await?;
        }
        if !current.is_older(max_age, backend.world.now()) {
            return Ok(current);
        }
        // Another task may be renewing. What is known is good until then.
        let Ok(_renewing) = self.renewing.try_lock() else { return Ok(current) };
        // Changes are still followed while everything is read.
        let renewed = Arc::new(read_all(backend).await?);
        let reading = self.reading.lock().await;
        self.catch_up(backend, renewed, &reading).await
    }

    /// Replaces the current snapshot by `from` with the changes since it was read. Cancelling loses nothing: changes are
    /// asked for by the number of the current snapshot.
    async fn catch_up(
        &self,
        backend: &Backend,
        from: Arc<Snapshot>,
        _reading: &MutexGuard<'_, ()>,
    ) -> Result<Arc<Snapshot>> {
        // Before the query: what is committed while it runs is read again.
        let Since { end, ids } = backend.db.changes().since(from.seen);
        let next = match ids {
            Some(ids) if ids.is_empty() => from,
            Some(ids) => {
                let changed = rows::read_some(&mut backend.db.read().await?, &ids).await?;
                Arc::new(from.with(end, &ids, changed))
            }
            None => Arc::new(read_all(backend).await?),
        };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next.clone();
        Ok(next)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn read_all(backend: &Backend) -> Result<Snapshot> {
    let (Since { end, .. }, now) = (backend.db.changes().since(None), backend.world.now());
    let db = backend.db.clone();
    // Off the async threads: thousands of cases take a tenth of a second.
    let reading = tokio::task::spawn_blocking(move || {
        Handle::current().block_on(async {
            let mut snapshot = Snapshot { seen: Some(end), read_at: Some(now), ..Snapshot::default() };
            let mut builder = SegmentBuilder::default();
            let mut conn = db.read().await?;
            rows::read_all(&mut conn, |row| snapshot.put(row, &mut builder)).await?;
            snapshot.add(builder);
            snapshot.cases.shrink_to_fit();
            Ok(snapshot)
        })
    });
    reading.await.map_err(Error::internal)?
}
