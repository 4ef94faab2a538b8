//! What runs by time: each job with its pace, and how its last runs went.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{permission::Permission, time::Timestamp};

use crate::{Actor, Backend, applications, error::Result, renewals, sessions, verification};

/// A job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// Keeps the open cases in memory fresh.
    ReadOpenCases,
    /// Puts cases whose lease ended back into the queue.
    EndLeases,
    /// Reminds of accesses that end soon.
    Remind,
    /// Clears sessions, links and counts that are over.
    Sweep,
    /// Removes letters that no application holds.
    CollectLetters,
    /// Removes letters of uploads that broke off, and pages that were drawn long ago.
    CollectStrays,
}

impl Job {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::ReadOpenCases, Self::EndLeases, Self::Remind, Self::Sweep, Self::CollectLetters, Self::CollectStrays];

    /// Its name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ReadOpenCases => "Menyegarkan antrean",
            Self::EndLeases => "Mengakhiri pegangan kasus",
            Self::Remind => "Mengingatkan akses yang segera berakhir",
            Self::Sweep => "Membersihkan sesi dan tautan lama",
            Self::CollectLetters => "Menghapus surat tanpa pengajuan",
            Self::CollectStrays => "Menghapus sisa unggahan dan gambar surat lama",
        }
    }

    /// How often it runs.
    pub const fn pace(self) -> Duration {
        Duration::from_secs(match self {
            Self::ReadOpenCases => 30,
            Self::EndLeases => 5,
            Self::Remind | Self::Sweep | Self::CollectLetters => 600,
            Self::CollectStrays => 24 * 3600,
        })
    }

    /// Runs it once; gives how much it did.
    ///
    /// # Errors
    /// If the database or the store does not answer.
    pub async fn run(self, backend: &Backend) -> Result<usize> {
        match self {
            Self::ReadOpenCases => verification::read_open_cases(backend).await.map(|()| 0),
            Self::EndLeases => verification::end_leases(backend).await,
            Self::Remind => renewals::remind(backend).await,
            Self::Sweep => sessions::sweep(backend).await.map(|()| 0),
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
        tokio::spawn(async move {
            loop {
                let outcome = job.run(&backend).await;
                match &outcome {
                    Ok(0) => {}
                    Ok(done) => tracing::info!(?job, done, "a job ran"),
                    Err(error) => tracing::error!(?job, %error, "a job failed"),
                }
                metrics::counter!("gerbang_jobs_total", "job" => format!("{job:?}"), "ok" => outcome.is_ok().to_string())
                    .increment(1);
                let run = Run { at: backend.world.now(), outcome: outcome.map_err(|error| error.to_string()) };
                backend.jobs.0.lock().unwrap_or_else(PoisonError::into_inner).insert(job, run);
                tokio::time::sleep(job.pace()).await;
            }
        })
    });
    futures::future::join_all(jobs).await;
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
