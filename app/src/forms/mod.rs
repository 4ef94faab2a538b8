//! Forms that work with script and without, by one route each.
//!
//! A form posts to the path of its own page. The handler (on the server, [`server::Post`]) runs one use case and answers
//! - to a plain post, with a redirect, or with the same page again: its status, the issues, all that was typed; where
//!   no page can take it, with a notice;
//! - to script (`Accept: application/json`), with a [`Reply`] that says the same, and nothing reloads.

#[cfg(feature = "hydrate")]
mod client;
#[cfg(feature = "hydrate")]
pub use client::fields;
#[cfg(feature = "ssr")]
pub mod notice;
#[cfg(feature = "ssr")]
pub mod server;

use domain::issue::{Field, Issue, Problem};
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
    let posted = SharedValue::<_, crate::components::loaded::PageJson>::new_with_encoding(|| {
        #[cfg(feature = "ssr")]
        return use_context::<axum::http::request::Parts>().and_then(|parts| parts.extensions.get::<Posted>().cloned());
        #[cfg(not(feature = "ssr"))]
        None::<Posted>
    });
    provide_context(FirstPost(StoredValue::new(posted.into_inner())));
}

/// Counts up when what pages show may have changed; page resources follow it.
#[derive(Clone, Copy)]
pub struct Refresh(pub RwSignal<u32>);

impl Refresh {
    /// The one of the app.
    pub fn current() -> Self {
        expect_context()
    }

    /// Makes pages ask anew.
    pub fn ring(self) {
        self.0.update(|count| *count += 1);
    }
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

/// A form that posts to `action`, the path of its page.
#[component]
pub fn PostForm(
    /// Its state.
    form: FormState,
    /// Where it posts to.
    #[prop(into)]
    action: String,
    /// Its class.
    #[prop(optional, into)]
    class: &'static str,
    /// Whether it carries files when posted without script; with script they go their own way.
    #[prop(optional)]
    multipart: bool,
    /// Its id, for buttons that stand outside.
    #[prop(optional)]
    id: Option<&'static str>,
    /// Its fields and buttons.
    children: Children,
) -> impl IntoView {
    let enctype = if multipart { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
    #[cfg(feature = "hydrate")]
    let submit = client::submitter(form);
    #[cfg(not(feature = "hydrate"))]
    let submit = {
        let _ = form;
        |_: leptos::ev::SubmitEvent| {}
    };
    view! {
        <form id=id class=class method="post" action=action enctype=enctype novalidate on:submit=submit>
            {children()}
        </form>
    }
}

/// A form that changes nothing: it leads to the page `action` with what was typed in the address. With script, nothing
/// reloads, and what is empty stays out of the address.
#[component]
pub fn AskForm(
    /// The path that it leads to.
    action: &'static str,
    /// Its class.
    #[prop(into)]
    class: &'static str,
    /// Its role, where it searches.
    #[prop(optional)]
    role: Option<&'static str>,
    /// Its fields and buttons.
    children: Children,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    let ask = client::asker(action);
    #[cfg(not(feature = "hydrate"))]
    let ask = |_: leptos::ev::SubmitEvent| {};
    view! {
        <form class=class method="get" action=action role=role on:submit=ask>
            {children()}
        </form>
    }
}
