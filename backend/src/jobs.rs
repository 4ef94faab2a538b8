//! Work that runs by time: the jobs, how often each runs, and the outcome of its last run on this server.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    jobs::{JobRun, JobStatus},
    permission::Permission,
    time::Timestamp,
};

use crate::{
    Actor, Backend,
    accounts::sessions,
    applications::{self, lapses, renewals},
    audit,
    error::Result,
    oidc::{self, keys, rights},
    panics::caught,
    reseal, verification,
};

pub use crate::panics::kept_up;

/// How often a job with a fixed time looks at the clock.
const TICK: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// Refreshes the open cases in memory.
    ReadOpenCases,
    /// Puts cases whose lease has ended back into the queue.
    EndLeases,
    /// Merges small parts of the search index of decided cases.
    MergeWords,
    /// Ends grants at platforms whose access, or other right, has ended.
    EndEntries,
    /// Sends reminders of accesses that end soon.
    Remind,
    /// Announces the end of drafts that nobody changes, and ends them.
    EndDrafts,
    /// Deletes expired sessions, links and counts of attempts.
    Sweep,
    /// Deletes old authorization requests, codes and grants of platforms.
    SweepEntries,
    /// Makes the next signing keys.
    RotateKeys,
    /// Seals again with the current secret what is sealed with an earlier one, or not at all.
    Reseal,
    /// Signs the head of the audit trail, once a day.
    AnchorTrail,
    /// Deletes letters that belong to no application.
    CollectLetters,
    /// Deletes the files of broken uploads, and old images of letter pages.
    CollectStrays,
    /// Measures the room on the disk of the letters.
    MeasureRoom,
}

impl Job {
    pub const ALL: [Self; 14] = [
        Self::ReadOpenCases,
        Self::EndLeases,
        Self::MergeWords,
        Self::EndEntries,
        Self::Remind,
        Self::EndDrafts,
        Self::Sweep,
        Self::SweepEntries,
        Self::RotateKeys,
        Self::Reseal,
        Self::AnchorTrail,
        Self::CollectLetters,
        Self::CollectStrays,
        Self::MeasureRoom,
    ];

    /// Its name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ReadOpenCases => "Menyegarkan antrean",
            Self::EndLeases => "Mengakhiri pegangan kasus",
            Self::MergeWords => "Merapikan indeks pencarian riwayat",
            Self::EndEntries => "Mengakhiri sesi platform yang haknya berakhir",
            Self::Remind => "Mengingatkan akses yang segera berakhir",
            Self::EndDrafts => "Mengakhiri draf yang lama tidak berubah",
            Self::Sweep => "Membersihkan sesi dan tautan lama",
            Self::SweepEntries => "Membersihkan sesi platform yang sudah lama berakhir",
            Self::RotateKeys => "Menyiapkan kunci tanda tangan",
            Self::Reseal => "Memperbarui segel dengan rahasia terbaru",
            Self::AnchorTrail => "Menandatangani ujung jejak audit",
            Self::CollectLetters => "Menghapus surat tanpa pengajuan",
            Self::CollectStrays => "Menghapus sisa unggahan dan gambar surat lama",
            Self::MeasureRoom => "Mengukur ruang penyimpanan surat",
        }
    }

    /// The time between two runs.
    pub const fn pace(self) -> Duration {
        Duration::from_secs(match self {
            Self::ReadOpenCases => 30,
            Self::EndLeases => 5,
            Self::MergeWords => 10,
            Self::EndEntries | Self::MeasureRoom | Self::Reseal => 60,
            Self::Remind | Self::Sweep | Self::SweepEntries | Self::AnchorTrail | Self::CollectLetters => 600,
            Self::EndDrafts | Self::RotateKeys => 3600,
            Self::CollectStrays => 24 * 3600,
        })
    }

    /// An additional run after `now`: accesses end at midnight, and their grants must not wait for the next regular run.
    fn runs_at(self, now: Timestamp) -> Option<Timestamp> {
        (self == Self::EndEntries).then(|| rights::next_end(now))
    }

    /// Runs it once. Returns how many things it did.
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
            Self::EndDrafts => lapses::run(backend).await,
            Self::Sweep => sessions::sweep(backend).await.map(|()| 0),
            Self::SweepEntries => oidc::sweep(backend).await,
            Self::RotateKeys => keys::rotate(backend).await,
            Self::Reseal => reseal::run(backend).await,
            Self::AnchorTrail => audit::anchor(backend).await,
            Self::CollectLetters => applications::collect_garbage(backend).await,
            Self::CollectStrays => {
                let strays = applications::collect_strays(backend).await?;
                Ok(strays + backend.documents.forget_old_pages(backend.world.now()).await?)
            }
            Self::MeasureRoom => {
                backend.documents.room.is_left(backend.world.now());
                Ok(0)
            }
        }
    }
}

/// The last run of each job of this server.
#[derive(Default)]
pub struct Jobs(Mutex<BTreeMap<Job, JobRun>>);

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
        // Computed before the run, so that a time that passes during the run is not missed.
        let again = job.runs_at(backend.world.now());
        let outcome = caught("a job", job.run(backend)).await.flatten();
        match &outcome {
            Ok(0) => {}
            Ok(done) => tracing::info!(?job, done, "a job ran"),
            Err(error) => tracing::error!(?job, %error, "a job failed"),
        }
        metrics::counter!("gerbang_jobs_total", "job" => format!("{job:?}"), "ok" => outcome.is_ok().to_string())
            .increment(1);
        let run = JobRun { at: backend.world.now(), outcome: outcome.map_err(|error| error.to_string()) };
        backend.jobs.0.lock().unwrap_or_else(PoisonError::into_inner).insert(job, run);
        rest(backend, job.pace(), again).await;
    }
}

/// Waits for the pace of a job, or until the clock shows `again` if that comes first. It polls, because the clock may be
/// set and the machine may sleep.
async fn rest(backend: &Backend, pace: Duration, again: Option<Timestamp>) {
    let Some(again) = again else { return tokio::time::sleep(pace).await };
    let shown = async {
        while backend.world.now() < again {
            tokio::time::sleep(TICK).await;
        }
    };
    let _ = tokio::time::timeout(pace, shown).await;
}

/// The last run of each job on this server.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub fn overview(backend: &Backend, actor: &Actor) -> Result<Vec<JobStatus>> {
    actor.require(Permission::Administer)?;
    let runs = backend.jobs.0.lock().unwrap_or_else(PoisonError::into_inner);
    let status = |job: Job| JobStatus {
        name: job.label().to_owned(),
        pace: job.pace().as_secs(),
        last: runs.get(&job).cloned(),
    };
    Ok(Job::ALL.into_iter().map(status).collect())
}
