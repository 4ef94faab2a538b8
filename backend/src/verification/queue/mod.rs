//! The queue: every open case in memory, so that filters, search and counts need no query and give the same answer on
//! both databases.
//!
//! A process holds one snapshot of the submitted, reviewed and returned cases. It contains everything that this process
//! committed, and what others committed once their notice has arrived. Names, and changes without a notice (renewed
//! leases), are at most [`MOST_AGE`] old.

mod counting;
mod open_cases;
mod rows;
mod snapshot;
mod view;

pub use open_cases::OpenCases;

use std::time::Duration;

use domain::{
    permission::Permission,
    verification::{Age, Cursor, Queue, QueueFilter},
};
use uuid::Uuid;

use self::view::QueueView;
use crate::{Actor, Backend, error::Result};

/// After this time everything is read again, whether or not a change is known. Whoever looks at the queue then waits a
/// tenth of a second for 20,000 cases.
pub(super) const MOST_AGE: Duration = Duration::from_secs(5 * 60);
/// After this time [`read_open_cases`] reads everything again, before anybody has to wait for it.
const RENEW_AGE: Duration = Duration::from_secs(4 * 60);

/// Reads the page of open cases in scope after a cursor, oldest first; without institutions to choose from.
///
/// # Errors
/// [`Error::Forbidden`](crate::Error::Forbidden).
pub async fn queue(backend: &Backend, actor: &Actor, filter: &QueueFilter, after: Option<Cursor>) -> Result<Queue> {
    actor.require(Permission::Verify)?;
    let open = backend.open_cases.fresh(backend, MOST_AGE).await?;
    let holidays = backend.master_data.holidays();
    let view = QueueView::new(&open, actor, backend.world.now(), &holidays, filter.institution);
    Ok(view.page(filter, after))
}

/// Reads a page of the queue with the institutions to choose from.
///
/// # Errors
/// As [`queue`].
pub async fn queue_with_institutions(
    backend: &Backend,
    actor: &Actor,
    filter: &QueueFilter,
    after: Option<Cursor>,
) -> Result<Queue> {
    let page = queue(backend, actor, filter, after).await?;
    Ok(Queue { institutions: institutions(backend, actor, filter).await?, ..page })
}

/// Returns the institutions in scope with cases that pass the other filters, and the chosen one, by name: id, name,
/// number of cases.
///
/// # Errors
/// As [`queue`].
pub async fn institutions(backend: &Backend, actor: &Actor, filter: &QueueFilter) -> Result<Vec<(Uuid, String, u32)>> {
    actor.require(Permission::Verify)?;
    let open = backend.open_cases.fresh(backend, MOST_AGE).await?;
    let holidays = backend.master_data.holidays();
    Ok(QueueView::new(&open, actor, backend.world.now(), &holidays, None).institutions(filter))
}

/// Counts the waiting cases in scope, or those of one institution, by age. The caller checks the permission.
pub(super) async fn ages(backend: &Backend, actor: &Actor, institution: Option<Uuid>) -> Result<Vec<(Age, u32)>> {
    let open = backend.open_cases.fresh(backend, MOST_AGE).await?;
    let holidays = backend.master_data.holidays();
    let view = QueueView::new(&open, actor, backend.world.now(), &holidays, institution);
    Ok(view.page(&QueueFilter::default(), None).counts.ages)
}

/// Reads all open cases into memory if they were last read some minutes ago, so that nobody has to wait for it.
///
/// # Errors
/// If the database does not answer.
pub async fn read_open_cases(backend: &Backend) -> Result<()> {
    backend.open_cases.fresh(backend, RENEW_AGE).await.map(drop)
}

#[cfg(test)]
mod tests;
