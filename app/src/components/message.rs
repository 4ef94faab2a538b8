//! Banners, and the messages above a form.

use domain::issues::{Field, Issue};
use leptos::{html, prelude::*};

use super::icon::Icon;
use crate::{
    forms::FormState,
    session::zone,
    texts::{self, messages},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Info,
    /// Something is pending or needs attention.
    Waiting,
    Done,
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

/// A permanent message with a heading.
#[component]
pub fn Banner(tone: Tone, #[prop(into)] title: String, children: Children) -> impl IntoView {
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

/// The problem of the form as a whole. Screen readers announce it when it appears.
#[component]
pub fn FormProblem(form: FormState) -> impl IntoView {
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

/// The issues of a long form, with a link to each field. Gets the focus after a refusal.
#[component]
pub fn ErrorSummary(form: FormState) -> impl IntoView {
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
                            {move || messages::fields_to_repair(fields().len())}
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
    // `external` makes the router ignore the link, so that the browser moves the focus to the field.
    let href = format!("#{}", issue.field);
    view! { <a href=href rel="external">{texts::summary(issue, zone())}</a> }
}
