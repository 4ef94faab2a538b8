//! The state of a form on a page, and the answer to a posted form.

use domain::issues::{Field, Issue, Problem};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

/// The answer to a form that script posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Success: go to this path. `session` is true if somebody signed in or out.
    Go { to: String, session: bool },
    /// Failure: show these issues.
    Stay(Vec<Issue>),
}

/// A form that was posted without script and refused. It is part of the page, so that hydration finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    pub path: String,
    pub issues: Vec<Issue>,
    /// Names and values of the fields, without secrets.
    pub values: Vec<(String, String)>,
}

/// The refused form of the first page, until a form on that page takes it.
#[derive(Clone, Copy)]
pub struct FirstPost(StoredValue<Option<Posted>>);

/// Provides the refused form of this request, if there is one. Called once, at the root of the app.
pub fn provide_first_post() {
    let posted = SharedValue::<_, crate::data::PageJson>::new_with_encoding(|| {
        #[cfg(feature = "ssr")]
        return use_context::<axum::http::request::Parts>().and_then(|parts| parts.extensions.get::<Posted>().cloned());
        #[cfg(not(feature = "ssr"))]
        None::<Posted>
    });
    provide_context(FirstPost(StoredValue::new(posted.into_inner())));
}

/// The state of a form on a page. Cheap to copy.
#[derive(Clone, Copy)]
pub struct FormState {
    /// From the last answer and the checks while typing.
    pub issues: RwSignal<Vec<Issue>>,
    /// True while an answer is awaited.
    pub pending: RwSignal<bool>,
    /// Counts refusals. A new one moves the focus to the first issue.
    pub refusals: RwSignal<u32>,
    /// While true, posting waits for a save of the same form to end.
    pub hold: RwSignal<bool>,
    values: StoredValue<Vec<(String, String)>>,
}

impl FormState {
    /// The state of the page's main form. If a plain post was refused, it starts with the issues and values of that post.
    pub fn new() -> Self {
        let path = use_location().pathname.get_untracked();
        let first = use_context::<FirstPost>().and_then(|first| {
            let mine = first.0.with_value(|posted| posted.as_ref().is_some_and(|posted| posted.path == path));
            mine.then(|| first.0.try_update_value(Option::take).flatten()).flatten()
        });
        Self::of(first.unwrap_or_default())
    }

    /// The state of a small form beside the main one, such as a button. It never takes a refused post.
    pub fn beside() -> Self {
        Self::of(Posted::default())
    }

    fn of(posted: Posted) -> Self {
        let Posted { issues, values, .. } = posted;
        Self {
            refusals: RwSignal::new(u32::from(!issues.is_empty())),
            issues: RwSignal::new(issues),
            pending: RwSignal::new(false),
            hold: RwSignal::new(false),
            values: StoredValue::new(values),
        }
    }

    /// Forgets issues and values.
    pub fn clear(self) {
        self.issues.set(Vec::new());
        self.forget_typed();
    }

    /// The value of a field of the refused post.
    pub fn typed(self, name: &str) -> Option<String> {
        self.values.with_value(|values| values.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
    }

    /// All values of a name in the refused post, such as ticked boxes.
    pub fn all_typed(self, name: &str) -> Vec<String> {
        self.values
            .with_value(|values| values.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect())
    }

    /// The first issue of a field.
    pub fn issue(self, field: Field) -> Option<Issue> {
        // The signal may be disposed: effects can run once more while a page is removed.
        self.issues.try_with(|issues| issues.iter().find(|issue| issue.field == field).cloned()).flatten()
    }

    pub fn problem(self, field: Field) -> Option<Problem> {
        self.issue(field).map(|issue| issue.problem)
    }

    /// Replaces the issue of a field. Does nothing once the page is gone.
    pub fn set_issue(self, field: Field, problem: Option<Problem>) {
        if self.problem_untracked(field) != problem {
            self.issues.try_update(|issues| {
                issues.retain(|issue| issue.field != field);
                issues.extend(problem.map(|problem| Issue::new(field, problem)));
            });
        }
    }

    /// Like [`Self::problem`], without subscribing.
    pub fn problem_untracked(self, field: Field) -> Option<Problem> {
        self.issues
            .try_with_untracked(|issues| {
                issues.iter().find(|issue| issue.field == field).map(|issue| issue.problem.clone())
            })
            .flatten()
    }

    /// Forgets the values of the refused post.
    pub fn forget_typed(self) {
        self.values.set_value(Vec::new());
    }
}

/// Shows on a form that the session ended; what was typed stays.
pub fn session_is_over(form: FormState) {
    form.set_issue(Field::Form, Some(Problem::SignedOut));
}

impl Default for FormState {
    fn default() -> Self {
        Self::new()
    }
}
