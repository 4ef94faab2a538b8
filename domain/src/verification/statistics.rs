//! The page of statistics.

use std::time::Duration;

use ::time::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::age::Age;
use crate::status::Verdict;

/// Days, both included, on the verifier's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub first: Date,
    pub last: Date,
}

/// The statistics of a period. Verdicts that were undone or reopened do not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    pub period: Period,
    /// Every day with its first submissions and its verdicts.
    pub days: Vec<(Date, u32, u32)>,
    /// Cases that wait now, in the order of [`Age::ALL`].
    pub queue_age: Vec<(Age, u32)>,
    /// Median time from submission to verdict.
    pub median: Option<Duration>,
    /// 90th percentile of that time.
    pub p90: Option<Duration>,
    /// In the order of [`Verdict::ALL`].
    pub verdicts: Vec<(Verdict, u32)>,
    /// Rejections by reason, most frequent first.
    pub reasons: Vec<(String, u32)>,
    /// Verdicts by verifier, most first.
    pub verifiers: Vec<(String, u32)>,
}

/// Statistics with the institutions to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsPage {
    pub statistics: Statistics,
    /// The institution that was asked for.
    pub institution: Option<Uuid>,
    /// Those in the verifier's scope, by name: id and name.
    pub institutions: Vec<(Uuid, String)>,
}
