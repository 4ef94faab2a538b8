//! What runs by time: each job with its pace, and how its last runs went; and that a panic ends nothing that runs in the
//! background.

use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{staff::Permission, time::Timestamp};
use futures::FutureExt;

use crate::{
    Actor, Backend,
    accounts::sessions,
    applications::{self, renewals},
    error::{Error, Result},
    oidc::{self, keys, rights},
    verification,
};

/// How often a job that runs at an instant looks at the clock.
const TICK: Duration = Duration::from_millis(200);
/// How long something that panicked rests before it begins again.
const RECOVERY: Duration = Duration::from_secs(1);

/// A job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// Keeps the open cases in memory fresh.
    ReadOpenCases,
    /// Puts cases whose lease ended back into the queue.
    EndLeases,
    /// Keeps the index that decided cases are found by in few parts.
    MergeWords,
    /// Ends what stands at platforms on an access that is over, or on another right that is gone.
    EndEntries,
    /// Reminds of accesses that end soon.
    Remind,
    /// Clears sessions, links and counts that are over.
    Sweep,
    /// Clears what platforms asked for and were given long ago.
    SweepEntries,
    /// Makes the next keys that sign for platforms.
    RotateKeys,
    /// Removes letters that no application holds.
    CollectLetters,
    /// Removes letters of uploads that broke off, and pages that were drawn long ago.
    CollectStrays,
}

impl Job {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::ReadOpenCases,
        Self::EndLeases,
        Self::MergeWords,
        Self::EndEntries,
        Self::Remind,
        Self::Sweep,
        Self::SweepEntries,
        Self::RotateKeys,
        Self::CollectLetters,
        Self::CollectStrays,
    ];

    /// Its name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ReadOpenCases => "Menyegarkan antrean",
            Self::EndLeases => "Mengakhiri pegangan kasus",
            Self::MergeWords => "Merapikan indeks pencarian riwayat",
            Self::EndEntries => "Mengakhiri sesi platform yang haknya berakhir",
            Self::Remind => "Mengingatkan akses yang segera berakhir",
            Self::Sweep => "Membersihkan sesi dan tautan lama",
            Self::SweepEntries => "Membersihkan sesi platform yang sudah lama berakhir",
            Self::RotateKeys => "Menyiapkan kunci tanda tangan",
            Self::CollectLetters => "Menghapus surat tanpa pengajuan",
            Self::CollectStrays => "Menghapus sisa unggahan dan gambar surat lama",
        }
    }

    /// How often it runs.
    pub const fn pace(self) -> Duration {
        Duration::from_secs(match self {
            Self::ReadOpenCases => 30,
            Self::EndLeases => 5,
            Self::MergeWords => 10,
            Self::EndEntries => 60,
            Self::Remind | Self::Sweep | Self::SweepEntries | Self::CollectLetters => 600,
            Self::RotateKeys => 3600,
            Self::CollectStrays => 24 * 3600,
        })
    }

    /// The instant after `now` at which it runs besides: what ends with a day must not wait for its pace.
    fn runs_at(self, now: Timestamp) -> Option<Timestamp> {
        (self == Self::EndEntries).then(|| rights::next_end(now))
    }

    /// Runs it once; gives how much it did.
    ///
    /// # Errors
    /// If the database or the store does not answer.
    pub async fn run(self, backend: &Backend) -> Result<usize> {
        match self {
            Self::ReadOpenCases => verification::read_open_cases(backend).await.map(|()| 0),
            Self::EndLeases => verification::end_leases(backend).await,
            Self::MergeWords => verification::merge_words(backend).await,
            Self::EndEntries => rights::end_over(backend).await,
            Self::Remind => renewals::remind(backend).await,
            Self::Sweep => sessions::sweep(backend).await.map(|()| 0),
            Self::SweepEntries => oidc::sweep(backend).await,
            Self::RotateKeys => keys::rotate(backend).await,
            Self::CollectLetters => applications::collect_garbage(backend).await,
            Self::CollectStrays => {
                let strays = applications::collect_strays(backend).await?;
                Ok(strays + backend.documents.forget_old_pages(backend.world.now()).await?)
            }
        }
    }
}

/// How a job's last run went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// When.
    pub at: Timestamp,
    /// How much it did, or the fault, for an administrator's eyes.
    pub outcome: std::result::Result<usize, String>,
}

/// The last run of each job of this server.
#[derive(Default)]
pub struct Jobs(Mutex<BTreeMap<Job, Run>>);

/// Runs all jobs until the process ends.
pub async fn run(backend: Arc<Backend>) {
    let jobs = Job::ALL.map(|job| {
        let backend = backend.clone();
        tokio::spawn(async move { kept_up("a job", || keep(job, &backend)).await })
    });
    futures::future::join_all(jobs).await;
}

async fn keep(job: Job, backend: &Backend) {
    loop {
        // Before it runs: an instant that passes meanwhile is not missed.
        let again = job.runs_at(backend.world.now());
        let outcome = caught("a job", job.run(backend)).await.flatten();
        match &outcome {
            Ok(0) => {}
            Ok(done) => tracing::info!(?job, done, "a job ran"),
            Err(error) => tracing::error!(?job, %error, "a job failed"),
        }
        metrics::counter!("gerbang_jobs_total", "job" => format!("{job:?}"), "ok" => outcome.is_ok().to_string())
            .increment(1);
        let run = Run { at: backend.world.now(), outcome: outcome.map_err(|error| error.to_string()) };
        backend.jobs.0.lock().unwrap_or_else(PoisonError::into_inner).insert(job, run);
        rest(backend, job.pace(), again).await;
    }
}

/// Does something whose panic must not end what it is a part of; `what` names it in the log.
///
/// # Errors
/// [`Error::Internal`] with what the panic said.
pub(crate) async fn caught<T>(what: &str, doing: impl Future<Output = T>) -> Result<T> {
    // What it left half done harms nobody: its transaction is rolled back, and a lock that it held is taken as it is.
    AssertUnwindSafe(doing).catch_unwind().await.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word");
        tracing::error!(what, panic = text, "caught a panic");
        Error::internal(format!("panicked: {text}"))
    })
}

/// Runs what is to run until the process ends, and begins it again when it panicked; `what` names it in the log.
pub async fn kept_up<F: Future<Output = ()>>(what: &str, begin: impl Fn() -> F) {
    while caught(what, begin()).await.is_err() {
        tokio::time::sleep(RECOVERY).await;
    }
}

/// Waits for the pace of a job, or until the clock shows an instant: by looking, since it may be set meanwhile, and a
/// machine may sleep.
async fn rest(backend: &Backend, pace: Duration, again: Option<Timestamp>) {
    let Some(again) = again else { return tokio::time::sleep(pace).await };
    let shown = async {
        while backend.world.now() < again {
            tokio::time::sleep(TICK).await;
        }
    };
    // Whichever comes first.
    let _ = tokio::time::timeout(pace, shown).await;
}

/// Every job, and its last run on this server.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub fn overview(backend: &Backend, actor: &Actor) -> Result<Vec<(Job, Option<Run>)>> {
    actor.require(Permission::Administer)?;
    let runs = backend.jobs.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Job::ALL.into_iter().map(|job| (job, runs.get(&job).cloned())).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Panics at the first and the second call, in the two ways that a panic has a text.
    async fn third(calls: &AtomicU32) {
        match calls.fetch_add(1, Ordering::SeqCst) {
            0 => panic!("rusak"),
            1 => std::panic::panic_any("rusak lagi".to_owned()),
            _ => {}
        }
    }

    #[tokio::test]
    async fn a_panic_is_an_error_that_says_what_it_said() {
        let calls = AtomicU32::new(0);
        let mut said = Vec::new();
        for _ in 0..3 {
            said.push(caught("a test", third(&calls)).await.map_err(|error| error.to_string()));
        }
        assert_eq!(said, [Err("panicked: rusak".to_owned()), Err("panicked: rusak lagi".to_owned()), Ok(())]);
    }

    #[tokio::test]
    async fn what_panicked_begins_again_and_what_ended_does_not() {
        let calls = AtomicU32::new(0);
        kept_up("a test", || third(&calls)).await;
        assert_eq!(calls.load(Ordering::SeqCst), 3);
    }
}
