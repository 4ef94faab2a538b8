//! A picker that searches while one types (ARIA combobox with a listbox). Without script it is a search field whose button
//! leads to a page of results.

mod list;
mod state;

pub use list::{marked, tally};
pub use state::{Chosen, Search};

use domain::issues::Field;
use leptos::prelude::*;

use self::{list::Listbox, state::Picker};
use super::{
    Icon,
    field::{FieldError, RepairNote, described_by_note, invalid},
};
use crate::forms::FormState;

/// The picker.
#[component]
pub fn Combobox(
    form: FormState,
    field: Field,
    label: &'static str,
    /// A line under the label.
    hint: &'static str,
    /// What the results are called: `instansi`, `satuan kerja`.
    noun: &'static str,
    /// The value of the button that searches without script.
    action: &'static str,
    #[prop(into)] chosen: Signal<Option<Chosen>>,
    /// Called with `None` when the choice is cleared.
    on_choose: Callback<Option<Chosen>>,
    search: Search,
    /// Why nothing can be chosen yet.
    #[prop(into)]
    blocked: Signal<Option<&'static str>>,
    /// The desk's note.
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let noted = note.is_some();
    // A form that came back without a choice still has the query.
    let query = chosen.get_untracked().map(|chosen| chosen.name).or_else(|| form.typed(&format!("{field}_query")));
    let picker = Picker::new(field, query.unwrap_or_default(), chosen, on_choose, search, blocked);
    view! {
        <div class="field">
            <label class="label" for=field.as_str()>{label}</label>
            <p class="sub" id=format!("{field}-h")>
                {move || blocked.get().unwrap_or(hint)}
            </p>
            <RepairNote field note />
            <input type="hidden" name=field.as_str() value=move || chosen.get().map(|chosen| chosen.id.to_string()) />
            <div class="combo">
                <Control form picker label action noted />
                <Listbox picker label noun />
            </div>
            <FieldError form field />
        </div>
    }
    .into_any()
}

/// The input with its buttons.
#[component]
fn Control(form: FormState, picker: Picker, label: &'static str, action: &'static str, noted: bool) -> impl IntoView {
    let Picker { field, live, open, text, chosen, .. } = picker;
    let input = NodeRef::<leptos::html::Input>::new();
    view! {
        <div class="control">
            <Icon name="search" />
            <input
                id=field.as_str()
                name=format!("{field}_query")
                type="text"
                autocomplete="off"
                spellcheck="false"
                role=move || live.get().then_some("combobox")
                aria-autocomplete=move || live.get().then_some("list")
                aria-expanded=move || live.get().then(|| open.get().to_string())
                aria-controls=move || open.get().then(|| picker.list_id())
                aria-activedescendant=move || picker.active_id()
                aria-invalid=invalid(form, field)
                aria-describedby=described_by_note(form, field, true, noted)
                // Not `disabled`: the error summary links here, and the hint says why it is blocked.
                aria-disabled=move || picker.is_shut().then_some("true")
                readonly=move || picker.is_shut()
                node_ref=input
                value=text.get_untracked()
                prop:value=move || text.get()
                on:input:target=move |ev| {
                    let value = ev.target().value();
                    text.set(value.clone());
                    picker.ask_soon(value);
                }
                on:click=move |_| if !open.get_untracked() { picker.ask(String::new()) }
                on:keydown=move |event| picker.on_key(&event)
                on:blur=move |_| {
                    picker.close();
                    picker.restore();
                }
            />
            {move || chosen.get().and_then(|chosen| chosen.code).map(|code| view! {
                <span class="sub num">{code}</span>
            })}
            {move || (!live.get()).then(|| view! {
                <button class="btn btn--quiet" name="aksi" value=action>
                    "Cari"<span class="sr">" "{label}</span>
                </button>
            })}
            {move || (live.get() && chosen.get().is_some()).then(|| view! { <ClearButton picker label input /> })}
        </div>
    }
    .into_any()
}

#[component]
fn ClearButton(picker: Picker, label: &'static str, input: NodeRef<leptos::html::Input>) -> impl IntoView {
    let clear = move |_| {
        picker.clear();
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    view! {
        <button
            class="btn btn--quiet btn--icon"
            type="button"
            aria-label=format!("Kosongkan {label}")
            on:click=clear
        >
            <Icon name="x" small=true />
        </button>
    }
}
