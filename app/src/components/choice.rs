//! Radio buttons as cards, and tick boxes.

use domain::issues::Field;
use leptos::prelude::*;

use super::field::{FieldError, described_by, invalid};
use crate::forms::FormState;

/// One of several, as a card.
#[component]
pub fn Choice(
    /// The name they share.
    name: &'static str,
    /// What is sent if it is chosen.
    value: &'static str,
    /// Its title.
    #[prop(into)]
    title: String,
    /// A line below it.
    #[prop(optional, into)]
    note: Option<String>,
    /// Whether it is chosen at the beginning.
    #[prop(optional)]
    checked: bool,
    /// Its id, for a link to it.
    #[prop(optional_no_strip)]
    id: Option<&'static str>,
    /// Called when it is chosen.
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

/// Several choices of which one is taken: their name, the choices, what is wrong.
#[component]
pub fn Choices(
    /// The form.
    form: FormState,
    /// The field.
    field: Field,
    /// Its label.
    label: &'static str,
    /// Whether the choices stand side by side.
    #[prop(optional)]
    beside: bool,
    /// The choices.
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

/// A tick box with its words.
#[component]
pub fn Tick(
    /// Its id and name.
    name: &'static str,
    /// What it confirms.
    #[prop(into)]
    title: String,
    /// A line below it.
    #[prop(into)]
    note: String,
    /// `true` while it has an issue.
    #[prop(into)]
    invalid: Signal<bool>,
    /// The id of its error.
    error: &'static str,
) -> impl IntoView {
    view! {
        <label class="choice choice--wide">
            <input
                id=name
                type="checkbox"
                name=name
                value="ya"
                // In a form that came back without script, what is wrong has the focus.
                autofocus=invalid.get_untracked()
                aria-invalid=move || invalid.get().then_some("true")
                aria-describedby=move || invalid.get().then_some(error)
            />
            <span><b>{title}</b><small>{note}</small></span>
        </label>
    }
}
