//! A transaction of either database.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

use super::{
    changes::Changes,
    conn::{Conn, Dialect},
    listen::CHANNEL,
    log::Log,
    macros::{execute, fetch_optional},
    trail::{self, Event},
};
use crate::{error::Result, notice::Notice};

/// A transaction, with the notices and events that take effect at its commit.
pub struct Tx {
    conn: Conn,
    /// SQLite only: a commit is durable after a flush of this log.
    log: Option<Log>,
    notices: broadcast::Sender<Notice>,
    changes: Changes,
    pending: Vec<Notice>,
    events: Vec<Event>,
    bells: Vec<Arc<Notify>>,
}

impl Tx {
    /// `log` is the write-ahead log of SQLite.
    pub(super) fn new(conn: Conn, log: Option<Log>, notices: broadcast::Sender<Notice>, changes: Changes) -> Self {
        Self { conn, log, notices, changes, pending: Vec::new(), events: Vec::new(), bells: Vec::new() }
    }

    /// Wakes a worker of this server after the commit.
    pub fn ring(&mut self, bell: &Arc<Notify>) {
        self.bells.push(bell.clone());
    }

    /// Appends an event to the audit trail at the commit.
    pub(crate) fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Sends a notice to open pages after the commit.
    pub fn notify(&mut self, notice: Notice) {
        self.pending.push(notice);
    }

    /// Locks a person until the end of this transaction, so that a check over several of their rows stays true. SQLite has
    /// one writer and needs no lock.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn lock_user(&mut self, user_id: Uuid) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            // NO KEY: rows that refer to the person, such as a verdict they give, may be written at the same time.
            fetch_optional!(self, (Uuid,), "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE", user_id)?;
        }
        Ok(())
    }

    /// Commits, waits until the commit is durable, then sends the notices.
    ///
    /// # Errors
    /// If the database refuses; then nothing is changed. With SQLite also if the flush to disk fails; then the change may be
    /// lost with the power.
    pub async fn commit(self) -> Result<()> {
        self.commit_and(|| {}).await
    }

    /// Commits, and calls `writer_is_free` as soon as others may write, which is before the commit is durable.
    pub(crate) async fn commit_and(self, writer_is_free: impl FnOnce() + Send + 'static) -> Result<()> {
        // In a task of its own: the notices of a commit are sent even if the caller goes away.
        tokio::spawn(self.finish(writer_is_free)).await.map_err(crate::Error::internal)?
    }

    async fn finish(mut self, writer_is_free: impl FnOnce()) -> Result<()> {
        let changed = self.changes.when_done(&self.pending);
        if self.dialect() == Dialect::Postgres {
            // PostgreSQL delivers them at the commit, to this server too.
            for notice in std::mem::take(&mut self.pending) {
                let payload = serde_json::to_string(&notice)?;
                execute!(self, "SELECT pg_notify($1, $2)", CHANNEL, payload)?;
            }
        }
        // Last, because it locks the head of the audit trail.
        trail::append(&mut self.conn, std::mem::take(&mut self.events)).await?;
        match self.conn {
            Conn::SqliteTx(tx) => {
                tx.commit().await?;
                writer_is_free();
                if let Some(log) = &self.log {
                    log.flush.done().await?;
                    log.checkpoints.soon();
                }
            }
            Conn::PostgresTx(tx) => {
                tx.commit().await?;
                writer_is_free();
            }
            Conn::Sqlite(_) | Conn::Postgres(_) => {}
        }
        drop(changed);
        for notice in self.pending {
            let _ = self.notices.send(notice);
        }
        for bell in self.bells {
            bell.notify_one();
        }
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
