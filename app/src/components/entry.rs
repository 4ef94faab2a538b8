//! Parts of the pages on which somebody signs in, accepts an invitation or leaves.

use leptos::prelude::*;

use crate::forms::FormState;

/// The button that sends a form; busy while an answer is awaited.
#[component]
pub fn SendButton(
    /// The form.
    form: FormState,
    /// What it says.
    label: &'static str,
) -> impl IntoView {
    view! {
        <button class="btn btn--primary btn--tall" aria-busy=move || form.pending.get().then_some("true")>
            {label}
        </button>
    }
}

#[component]
pub fn LinkOver(what: &'static str, again: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <div class="stack g6">
            <div class="stack g2">
                <h1>"Tautan tidak berlaku"</h1>
                <p class="lead">{what}</p>
            </div>
            <p class="row">
                <a class="btn btn--primary" href=again>{label}</a>
                <a class="btn" href="/masuk">"Masuk"</a>
            </p>
        </div>
    }
}
