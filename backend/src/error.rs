//! What a use case can answer instead of its result.

use domain::{
    issues::{Field, Issue, Problem, conflict::Conflict},
    time::Timestamp,
};

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not do what was asked. Everything but [`Error::Internal`] is meant for the person who asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("not signed in")]
    SignedOut,
    /// The person may not do this at all.
    #[error("forbidden")]
    Forbidden,
    /// There is no such thing, or it is not this person's: the two look alike.
    #[error("not found")]
    NotFound,
    /// The input is wrong; at least one issue.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<Issue>),
    /// The request does not fit what is stored.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// Too many attempts; the next is heard at this instant.
    #[error("too many attempts")]
    Throttled(Timestamp),
    /// A part that is needed does not answer, or has no room; nothing was changed.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours. Its text goes to the log, never to a person.
    #[error(transparent)]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// One issue.
    pub fn invalid(field: Field, problem: Problem) -> Self {
        Self::Invalid(vec![Issue::new(field, problem)])
    }

    /// A fault of ours, from whatever tells what happened.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Unavailable("no free database connection".to_owned()),
            other => Self::internal(other),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
