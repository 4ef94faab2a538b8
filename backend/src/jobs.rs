//! What runs by time: each job with its pace, and how its last run went.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{staff::Permission, time::Timestamp};

use crate::{
    Actor, Backend,
    accounts::sessions,
    applications::{self, renewals},
    error::Result,
    oidc::{self, keys, rights},
    panics::caught,
    verification,
};

pub use crate::panics::kept_up;

/// How often a job that runs at an instant looks at the clock.
const TICK: Duration = Duration::from_millis(200);

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
