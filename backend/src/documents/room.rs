//! Room on the disk of the letters. Uploads stop first when it runs low, so that everything else can go on writing.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::time::Timestamp;
use nix::sys::statvfs::statvfs;

/// How long a measurement counts.
const FRESH: Duration = Duration::from_secs(5);
/// Of a large disk a fiftieth stays free, but no more than so many bytes for that.
const SHARE: u64 = 50;
const MOST_OF_SHARE: u64 = 5_000_000_000;

/// Bytes that stay free, unless a setting says otherwise.
pub const RESERVE: u64 = 500_000_000;

/// The disk that letters are stored on.
pub struct Room {
    /// `None` if letters are not on a disk of this machine.
    folder: Option<PathBuf>,
    reserve: AtomicU64,
    /// When it was last measured, and whether there was enough.
    last: Mutex<Option<(Timestamp, bool)>>,
}

impl Room {
    /// Room in `folder`; `None` for a store elsewhere, which is never short.
    pub(super) fn new(folder: Option<&Path>) -> Self {
        Self { folder: folder.map(Path::to_owned), reserve: RESERVE.into(), last: Mutex::default() }
    }

    /// Keeps at least this many bytes free from now on.
    pub fn keep_free(&self, reserve: u64) {
        self.reserve.store(reserve, Ordering::Relaxed);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// True if a letter may be stored. Measures at most every few seconds, and logs when the answer changes. A disk that
    /// cannot be measured counts as having room: storing the letter will tell.
    pub fn is_left(&self, now: Timestamp) -> bool {
        let Some(folder) = &self.folder else { return true };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, enough)) = *last
            && at <= now
            && now.since(at) < FRESH
        {
            return enough;
        }
        let enough = match statvfs(folder) {
            Ok(disk) => {
                let free = disk.blocks_available().saturating_mul(disk.fragment_size());
                let total = disk.blocks().saturating_mul(disk.fragment_size());
                metrics::gauge!("gerbang_letters_free_bytes").set(free as f64);
                free >= kept_free(self.reserve.load(Ordering::Relaxed), total)
            }
            Err(error) => {
                tracing::warn!(%error, "the disk of the letters cannot be measured");
                true
            }
        };
        match (last.is_none_or(|(_, before)| before), enough) {
            (true, false) => tracing::error!("the disk of the letters is almost full: letters are refused"),
            (false, true) => tracing::info!("the disk of the letters has room again: letters are accepted"),
            _ => {}
        }
        *last = Some((now, enough));
        enough
    }
}

fn kept_free(reserve: u64, total: u64) -> u64 {
    reserve.max((total / SHARE).min(MOST_OF_SHARE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const NOW: Timestamp = Timestamp::from_micros(1_795_316_400_000_000);

    #[rstest]
    #[case(10_000_000_000, RESERVE)]
    #[case(100_000_000_000, 2_000_000_000)]
    #[case(4_000_000_000_000, MOST_OF_SHARE)]
    fn a_large_disk_keeps_a_share(#[case] total: u64, #[case] expected: u64) {
        assert_eq!(kept_free(RESERVE, total), expected);
    }

    #[test]
    fn a_measurement_counts_for_some_seconds() {
        let dir = tempfile::tempdir().unwrap();
        let mut room = Room::new(Some(dir.path()));
        room.keep_free(u64::MAX);
        assert!(!room.is_left(NOW), "no disk is so large");
        room.folder = Some("/tidak/ada".into());
        assert!(!room.is_left(NOW.plus(FRESH - Duration::from_micros(1))));
        assert!(room.is_left(NOW.plus(FRESH)), "a disk that cannot be measured stops nobody");
        let elsewhere = Room::new(None);
        elsewhere.keep_free(u64::MAX);
        assert!(elsewhere.is_left(NOW), "a store elsewhere has room");
    }
}
