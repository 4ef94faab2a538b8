//! Banners, and what is said above a form.

use domain::issues::{Field, Issue};
use leptos::{html, prelude::*};

use super::Icon;
use crate::{forms::FormState, session::zone, texts};

/// What a banner means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something to know.
    Info,
    /// Something to wait for, or to look at.
    Waiting,
    /// Something that went well.
    Done,
    /// Something that is in the way.
    Error,
}

impl Tone {
    const fn state(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Error => "error",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Waiting => "clock",
            Self::Done => "check",
            Self::Error => "alert",
        }
    }
}

/// A message that stays: a heading and a sentence.
#[component]
pub fn Banner(
    /// What it means.
    tone: Tone,
    /// Its heading.
    #[prop(into)]
    title: String,
    /// Its sentence.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="banner" data-state=tone.state()>
            <Icon name=tone.icon() />
            <div>
                <b>{title}</b>
                {children()}
            </div>
        </div>
    }
}

/// The problem of a form as a whole, where it has one; read out when it appears.
#[component]
pub fn FormProblem(
    /// The form.
    form: FormState,
) -> impl IntoView {
    let text = move || form.issue(Field::Form).map(|issue| texts::sentence(&issue, zone()));
    view! {
        <div class="slot" role="alert">
            {move || {
                text().map(|text| {
                    view! {
                        <p class="banner" data-state="error">
                            <Icon name="alert" />
                            <span>{text}</span>
                        </p>
                    }
                })
            }}
        </div>
    }
}

/// What is wrong with a long form, with a link to each field; focused after a refusal.
#[component]
pub fn ErrorSummary(
    /// The form.
    form: FormState,
) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |before: Option<u32>| {
        let refusals = form.refusals.get();
        if before.unwrap_or(0) < refusals
            && let Some(element) = element.get()
        {
            let _ = element.focus();
        }
        refusals
    });
    let fields = move || {
        form.issues.with(|issues| issues.iter().filter(|issue| issue.field != Field::Form).cloned().collect::<Vec<_>>())
    };
    let shown = Memo::new(move |_| !fields().is_empty());
    view! {
        {move || {
            shown.get().then(|| {
                view! {
                    <div class="stack g2 errors" role="alert" tabindex="-1" aria-labelledby="masalah" node_ref=element autofocus>
                        <h2 class="label" id="masalah">
                            {move || format!("Ada {} isian yang perlu diperbaiki", fields().len())}
                        </h2>
                        <ul role="list">
                            {move || fields().into_iter().map(|issue| view! { <li>{link(&issue)}</li> }).collect_view()}
                        </ul>
                    </div>
                }
            })
        }}
    }
}

fn link(issue: &Issue) -> impl IntoView + use<> {
    // An anchor within the page: the router leaves it to the browser, which moves the focus.
    let href = format!("#{}", issue.field);
    view! { <a href=href rel="external">{texts::summary(issue, zone())}</a> }
}
