//! Parts of the pages for signing in, accepting an invitation and signing out.

use domain::issues::Problem;
use leptos::prelude::*;

use crate::{error::ApiError, forms::FormState, texts::messages};

/// The submit button; busy while an answer is awaited.
#[component]
pub fn SendButton(form: FormState, label: &'static str) -> impl IntoView {
    view! {
        <button class="btn btn--primary btn--tall" aria-busy=move || form.pending.get().then_some("true")>
            {label}
        </button>
    }
}

/// The link of a mail has expired, or is not open in this browser.
#[component]
pub fn LinkOver(
    /// Why there is no form.
    error: Option<ApiError>,
    /// What to do if the link has expired.
    what: &'static str,
    /// The page that sends a new link.
    again: &'static str,
    /// The label of the link to `again`.
    label: &'static str,
) -> impl IntoView {
    let (heading, what) = match error {
        Some(error) if error.is(&Problem::LinkNotOpen) => (messages::LINK_NOT_OPEN, messages::LINK_NOT_OPEN_ADVICE),
        _ => (messages::LINK_OVER, what),
    };
    view! {
        <div class="stack g6">
            <div class="stack g2">
                <h1>{heading}</h1>
                <p class="lead">{what}</p>
            </div>
            <p class="row">
                <a class="btn btn--primary" href=again>{label}</a>
                <a class="btn" href="/masuk">"Masuk"</a>
            </p>
        </div>
    }
}

/// The address for which a form was drawn that was sent without script after its link had been closed. The form is drawn
/// again, so that what was typed stays.
pub fn kept_address(form: FormState, error: &ApiError) -> Option<String> {
    error.is(&Problem::LinkNotOpen).then(|| form.typed("username")).flatten()
}
