//! Errors that several use cases of an account share.

use domain::issues::{Field, Issue, Problem};

use crate::error::Error;

/// [`Problem::LinkExpired`] of a form: its link is unknown, used or expired.
pub(super) fn link_expired() -> Error {
    Error::invalid(Field::Form, Problem::LinkExpired)
}

/// The issues of those fields that have a problem.
pub(super) fn issues<const N: usize>(found: [(Field, Option<Problem>); N]) -> Vec<Issue> {
    found.into_iter().filter_map(|(field, problem)| Some(Issue::new(field, problem?))).collect()
}
