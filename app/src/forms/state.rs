//! The state of a form in the browser, and what a posted form answers.

use domain::issues::{Field, Issue, Problem};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

/// What a posted form answers to script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// It is done; show this path. `session` says that somebody signed in or out.
    Go { to: String, session: bool },
    /// It is not done; show these issues.
    Stay(Vec<Issue>),
}

/// A form that was posted without script and came back; part of the page, so that script picks it up where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The path it was posted to.
    pub path: String,
    /// What is wrong.
    pub issues: Vec<Issue>,
    /// What was typed, without secrets.
    pub values: Vec<(String, String)>,
}

/// The posted form of the first page, until a form has taken it.
#[derive(Clone, Copy)]
pub struct FirstPost(StoredValue<Option<Posted>>);

/// Reads the posted form of this request, if there is one; once, at the root of the app.
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
    /// What is wrong, by the last answer.
    pub issues: RwSignal<Vec<Issue>>,
    /// Whether an answer is awaited.
    pub pending: RwSignal<bool>,
    /// Counts answers that were not done, so that the focus can go to what is wrong.
    pub refusals: RwSignal<u32>,
    /// While set, posting waits: something that belongs to the form is still being saved.
    pub hold: RwSignal<bool>,
    values: StoredValue<Vec<(String, String)>>,
}

impl FormState {
    /// The state of the form of this page. One that came back from a plain post starts with its issues and values.
    pub fn new() -> Self {
        let path = use_location().pathname.get_untracked();
        let first = use_context::<FirstPost>().and_then(|first| {
            let mine = first.0.with_value(|posted| posted.as_ref().is_some_and(|posted| posted.path == path));
            mine.then(|| first.0.try_update_value(Option::take).flatten()).flatten()
        });
        Self::of(first.unwrap_or_default())
    }

    /// The state of a small form beside others on one page (a button, say), which never takes what came back.
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

    /// Forgets what was wrong and what came back: the page turns to something else.
    pub fn clear(self) {
        self.issues.set(Vec::new());
        self.forget_typed();
    }

    /// What was typed into a field of a form that came back.
    pub fn typed(self, name: &str) -> Option<String> {
        self.values.with_value(|values| values.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
    }

    /// All that was sent under a name in a form that came back, such as boxes that were ticked.
    pub fn all_typed(self, name: &str) -> Vec<String> {
        self.values
            .with_value(|values| values.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect())
    }

    /// The first issue of a field.
    pub fn issue(self, field: Field) -> Option<Issue> {
        // A page that is going may be asked once more.
        self.issues.try_with(|issues| issues.iter().find(|issue| issue.field == field).cloned()).flatten()
    }

    /// Whether a field has one of these problems.
    pub fn problem(self, field: Field) -> Option<Problem> {
        self.issue(field).map(|issue| issue.problem)
    }

    /// Replaces what is known of one field, after it was typed into.
    /// An answer may come when the page is gone; then it does nothing.
    pub fn set_issue(self, field: Field, problem: Option<Problem>) {
        if self.problem_untracked(field) != problem {
            self.issues.try_update(|issues| {
                issues.retain(|issue| issue.field != field);
                issues.extend(problem.map(|problem| Issue::new(field, problem)));
            });
        }
    }

    /// Like [`Self::problem`], without following it.
    pub fn problem_untracked(self, field: Field) -> Option<Problem> {
        self.issues
            .try_with_untracked(|issues| {
                issues.iter().find(|issue| issue.field == field).map(|issue| issue.problem.clone())
            })
            .flatten()
    }

    /// Forgets what was typed into a form that came back: its fields begin anew.
    pub fn forget_typed(self) {
        self.values.set_value(Vec::new());
    }
}

/// Says on a form that nobody is signed in any more; what is on screen stays.
pub fn session_is_over(form: FormState) {
    form.set_issue(Field::Form, Some(Problem::SignedOut));
}

impl Default for FormState {
    fn default() -> Self {
        Self::new()
    }
}
