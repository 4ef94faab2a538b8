//! The write-ahead log of SQLite.

use std::sync::Arc;

use super::{checkpoint::Checkpoints, flush::Flush};

/// What happens to the log after a commit: a flush makes the commit durable, a checkpoint later moves it into the database.
#[derive(Clone)]
pub(super) struct Log {
    pub flush: Arc<Flush>,
    pub checkpoints: Arc<Checkpoints>,
}
