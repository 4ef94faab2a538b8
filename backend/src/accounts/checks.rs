//! Checks and errors that several use cases of an account share.

use domain::issues::{Field, Issue, Problem};

use crate::{
    Backend,
    error::{Error, Result},
    throttle::Scope,
};

/// [`Problem::LinkExpired`] of a form: its link is unknown, used or expired.
pub(super) fn link_expired() -> Error {
    Error::invalid(Field::Form, Problem::LinkExpired)
}

/// The issues of those fields that have a problem.
pub(super) fn issues<const N: usize>(found: [(Field, Option<Problem>); N]) -> Vec<Issue> {
    found.into_iter().filter_map(|(field, problem)| Some(Issue::new(field, problem?))).collect()
}

/// Takes an attempt back if nobody had time to look at the password.
///
/// # Errors
/// Those of `outcome`, or if the database refuses.
pub(super) async fn unless_busy<T>(backend: &Backend, scope: Scope, key: &str, outcome: Result<T>) -> Result<T> {
    if matches!(outcome, Err(Error::Busy { .. })) {
        backend.uncount_attempt(scope, key).await?;
    }
    outcome
}
