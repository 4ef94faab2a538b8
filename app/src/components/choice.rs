//! Radio buttons as cards, and tick boxes.

use domain::issues::Field;
use leptos::prelude::*;

use super::field::{FieldError, described_by, invalid};
use crate::forms::FormState;

/// A radio button as a card.
#[component]
pub fn Choice(
    /// Shared by the group.
    name: &'static str,
    value: &'static str,
    #[prop(into)] title: String,
    /// A line below the title.
    #[prop(optional, into)]
    note: Option<String>,
    #[prop(optional)] checked: bool,
    /// For links to it.
    #[prop(optional_no_strip)]
    id: Option<&'static str>,
    /// Called with `value` when it is chosen.
    #[prop(optional, into)]
    on_choose: Option<Callback<&'static str>>,
) -> impl IntoView {
    let choose = move |_| {
        if let Some(on_choose) = on_choose {
            on_choose.run(value);
        }
    };
    view! {
        <label class="choice">
            <input id=id type="radio" name=name value=value checked=checked on:change=choose />
            {match note {
                Some(note) => view! { <span><b>{title}</b><small>{note}</small></span> }.into_any(),
                None => title.into_any(),
            }}
        </label>
    }
    .into_any()
}

/// A group of [`Choice`]s with its label and error.
#[component]
pub fn Choices(
    form: FormState,
    field: Field,
    label: &'static str,
    /// In columns instead of rows.
    #[prop(optional)]
    beside: bool,
    children: Children,
) -> impl IntoView {
    let class = if beside { "cols cols--choices g2" } else { "stack g2" };
    view! {
        <fieldset
            class="field"
            role="radiogroup"
            aria-invalid=invalid(form, field)
            aria-describedby=described_by(form, field, false)
        >
            <legend class="label">{label}</legend>
            <div class=class>{children()}</div>
            <FieldError form field />
        </fieldset>
    }
    .into_any()
}

/// A tick box with a title and a note.
#[component]
pub fn Tick(
    /// Also the id.
    name: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] note: String,
    #[prop(into)] invalid: Signal<bool>,
    /// The id of the error sentence.
    error: &'static str,
) -> impl IntoView {
    view! {
        <label class="choice choice--wide">
            <input
                id=name
                type="checkbox"
                name=name
                value="ya"
                // Without script, focus the problem of a refused form.
                autofocus=invalid.get_untracked()
                aria-invalid=move || invalid.get().then_some("true")
                aria-describedby=move || invalid.get().then_some(error)
            />
            <span><b>{title}</b><small>{note}</small></span>
        </label>
    }
}
