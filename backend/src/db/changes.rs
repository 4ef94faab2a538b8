//! A bounded log of the applications that changed, for caches that follow it. Each reader keeps its own position.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

use crate::notice::Notice;

/// The log keeps this many changes. A reader that is further behind must read everything.
const KEPT: usize = 500;

/// The log. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Changes(Arc<Mutex<ChangeLog>>);

#[derive(Default)]
struct ChangeLog {
    /// The number of changes since the start.
    end: u64,
    /// The latest changes. Before them, any application may have changed.
    ids: VecDeque<Uuid>,
}

/// The changes since a reader's position.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Since {
    /// The reader's next position.
    pub end: u64,
    /// The applications, sorted and without repetition; `None` if any may have changed.
    pub ids: Option<Vec<Uuid>>,
}

impl Changes {
    /// A guard that logs the applications of these notices when it is dropped, also if the commit fails or its caller goes
    /// away: a needless read does no harm.
    pub(super) fn when_done(&self, notices: &[Notice]) -> impl Drop + use<> {
        struct WhenDone(Changes, Vec<Uuid>);
        impl Drop for WhenDone {
            fn drop(&mut self) {
                self.0.put(self.1.drain(..));
            }
        }
        WhenDone(self.clone(), notices.iter().filter_map(application).collect())
    }

    /// Logs the application of a notice from another server.
    pub(super) fn heard(&self, notice: &Notice) {
        self.put(application(notice));
    }

    /// Anything may have changed: notices were missed.
    pub(super) fn anything(&self) {
        let mut log = self.log();
        log.end += 1;
        log.ids.clear();
    }

    fn put(&self, ids: impl IntoIterator<Item = Uuid>) {
        let mut log = self.log();
        for id in ids {
            log.end += 1;
            log.ids.push_back(id);
        }
        let surplus = log.ids.len().saturating_sub(KEPT);
        log.ids.drain(..surplus);
    }

    /// True if nothing changed since a reader's position.
    pub fn none_since(&self, seen: Option<u64>) -> bool {
        seen == Some(self.log().end)
    }

    /// The changes since a reader's position; `None` is a reader that has read nothing yet.
    pub fn since(&self, seen: Option<u64>) -> Since {
        let log = self.log();
        let new = seen.and_then(|seen| usize::try_from(log.end.checked_sub(seen)?).ok());
        let ids = new.filter(|new| *new <= log.ids.len()).map(|new| {
            let mut ids: Vec<Uuid> = log.ids.iter().rev().take(new).copied().collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        });
        Since { end: log.end, ids }
    }

    fn log(&self) -> MutexGuard<'_, ChangeLog> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn application(notice: &Notice) -> Option<Uuid> {
    match notice {
        Notice::Application { id, .. } => Some(*id),
        Notice::Person { .. } | Notice::Missed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(n: u128) -> Notice {
        Notice::Application { id: Uuid::from_u128(n), user_id: Uuid::nil(), institution_id: None }
    }

    fn ids(numbers: &[u128]) -> Option<Vec<Uuid>> {
        Some(numbers.iter().map(|n| Uuid::from_u128(*n)).collect())
    }

    #[test]
    fn each_reader_follows_from_its_own_position() {
        let changes = Changes::default();
        assert_eq!(changes.since(None).ids, None);
        let start = changes.since(None).end;
        assert!(changes.none_since(Some(start)) && !changes.none_since(None));
        let done = changes.when_done(&[notice(2), notice(1), notice(2)]);
        assert!(changes.none_since(Some(start)), "a change should be logged only after the commit");
        drop(done);
        let first = changes.since(Some(start));
        assert_eq!(first.ids, ids(&[1, 2]));
        changes.heard(&notice(3));
        assert_eq!(changes.since(Some(first.end)).ids, ids(&[3]));
        assert_eq!(changes.since(Some(start)).ids, ids(&[1, 2, 3]));
    }

    #[test]
    fn reader_that_is_far_behind_or_missed_notices_reads_everything() {
        let changes = Changes::default();
        let start = changes.since(None).end;
        changes.anything();
        let after = changes.since(Some(start));
        assert_eq!(after.ids, None);
        assert_eq!(changes.since(Some(after.end)).ids, ids(&[]));
        for n in 0..KEPT as u128 {
            changes.heard(&notice(n));
        }
        assert_eq!(changes.since(Some(after.end)).ids.map(|ids| ids.len()), Some(KEPT));
        changes.heard(&notice(0));
        assert_eq!(changes.since(Some(after.end)).ids, None);
        assert_eq!(changes.since(Some(after.end + 1)).ids.map(|ids| ids.len()), Some(KEPT));
    }
}
