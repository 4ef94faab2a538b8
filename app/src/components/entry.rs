//! Parts of the pages for signing in, accepting an invitation and signing out.

use leptos::prelude::*;

use crate::{forms::FormState, texts::messages};

/// The submit button; busy while an answer is awaited.
#[component]
pub fn SendButton(form: FormState, label: &'static str) -> impl IntoView {
    view! {
        <button class="btn btn--primary btn--tall" aria-busy=move || form.pending.get().then_some("true")>
            {label}
        </button>
    }
}

/// The link of a mail has expired.
#[component]
pub fn LinkOver(
    /// What to do now.
    what: &'static str,
    /// The page that sends a new link.
    again: &'static str,
    /// The label of the link to `again`.
    label: &'static str,
) -> impl IntoView {
    view! {
        <div class="stack g6">
            <div class="stack g2">
                <h1>{messages::LINK_OVER}</h1>
                <p class="lead">{what}</p>
            </div>
            <p class="row">
                <a class="btn btn--primary" href=again>{label}</a>
                <a class="btn" href="/masuk">"Masuk"</a>
            </p>
        </div>
    }
}
