//! The errors of use cases.

use domain::{
    issues::{Field, Issue, Problem, conflict::Conflict},
    time::Timestamp,
};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case failed. The person who asked sees all but [`Error::Internal`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("not signed in")]
    SignedOut,
    /// The person lacks the permission.
    #[error("forbidden")]
    Forbidden,
    /// It does not exist, or belongs to somebody else: the answer is the same.
    #[error("not found")]
    NotFound,
    /// The input is wrong. Holds at least one issue.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<Issue>),
    /// Something else happened first.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// Too many attempts. The next is accepted at this instant.
    #[error("too many attempts")]
    Throttled(Timestamp),
    /// Too many people ask for the same slow work at this moment. Nothing was changed; trying again after so many seconds
    /// may help.
    #[error("busy")]
    Busy { seconds: u32 },
    /// Something that is needed does not answer or is full. Nothing was changed.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of the program or its surroundings. Its text goes to the log, never to a person.
    #[error(transparent)]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// [`Error::Invalid`] with one issue.
    pub fn invalid(field: Field, problem: Problem) -> Self {
        Self::Invalid(vec![Issue::new(field, problem)])
    }

    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

/// PostgreSQL's codes of what passes: too slow, locked for too long, a deadlock, idle for too long, stopping or starting.
const PASSING: &[&str] = &["57014", "55P03", "40P01", "25P03", "57P01", "57P02", "57P03"];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Unavailable("no free database connection".to_owned()),
            sqlx::Error::Io(cause) => Self::Unavailable(format!("the database does not answer: {cause}")),
            sqlx::Error::Database(cause) if cause.code().is_some_and(|code| PASSING.contains(&&*code)) => {
                Self::Unavailable(cause.to_string())
            }
            other => Self::internal(other),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
