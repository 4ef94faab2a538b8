//! What the page of jobs reads.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A job of the server that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStatus {
    pub name: String,
    /// Seconds between two runs.
    pub pace: u64,
    /// `None` if it has not run since the server started.
    pub last: Option<JobRun>,
}

/// One run of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRun {
    pub at: Timestamp,
    /// How many things it did, or the error as an administrator reads it.
    pub outcome: Result<usize, String>,
}
