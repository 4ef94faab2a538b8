//! Fields of forms: label, hint, control, error. [`Field`] gives the `id` and `name` of a control.

use domain::issues::{Field, Problem};
use leptos::{html, prelude::*};

use super::icon::Icon;
use crate::{
    forms::FormState,
    session::zone,
    texts::{self, messages},
};

/// A check that runs while a person types.
pub type Check = fn(&str) -> Result<(), Problem>;

/// The sentence of the field's issue, if it has one.
#[component]
pub fn FieldError(form: FormState, field: Field) -> impl IntoView {
    move || {
        form.issue(field).map(|issue| {
            view! {
                <p class="error" id=format!("{field}-e")>
                    <Icon name="error" />
                    {texts::sentence(&issue, zone())}
                </p>
            }
        })
    }
}

/// The value of `aria-describedby`: the ids of the hint and the error, if they exist.
pub fn described_by(form: FormState, field: Field, hint: bool) -> impl Fn() -> Option<String> + Copy {
    described_by_note(form, field, hint, false)
}

/// Like [`described_by`], with the id of the [`RepairNote`].
pub fn described_by_note(form: FormState, field: Field, hint: bool, note: bool) -> impl Fn() -> Option<String> + Copy {
    move || {
        let note = note.then(|| format!("{field}-m"));
        let hint = hint.then(|| format!("{field}-h"));
        let error = form.issue(field).map(|_| format!("{field}-e"));
        let ids: Vec<String> = note.into_iter().chain(hint).chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// The verifier's note of what to repair in a field.
#[component]
pub fn RepairNote(field: Field, note: Option<String>) -> impl IntoView {
    note.map(|note| {
        view! {
            <p class="repair" id=format!("{field}-m")>
                <Icon name="flag" />
                <span><b>{messages::TO_REPAIR}</b>{note}</span>
            </p>
        }
    })
}

/// The value of `aria-invalid`: `true` while the field has an issue, otherwise absent.
pub fn invalid(form: FormState, field: Field) -> impl Fn() -> Option<&'static str> + Copy {
    move || form.issue(field).map(|_| "true")
}

/// The handlers of input and change events. The check runs when the field is left for the first time, and from then on at
/// every input. An issue from the server disappears at the next input.
fn checking(
    form: FormState,
    field: Field,
    check: Option<Check>,
    on_change: Option<Callback<String>>,
) -> (impl Fn(String) + Copy, impl Fn(String) + Copy) {
    let left = StoredValue::new(false);
    let verdict = move |value: &str| check.and_then(|check| check(value).err());
    let on_input = move |value: String| {
        if left.get_value() || form.issues.with_untracked(|issues| issues.iter().any(|issue| issue.field == field)) {
            form.set_issue(field, verdict(&value));
        }
        if let Some(on_change) = on_change {
            on_change.run(value);
        }
    };
    let on_leave = move |value: String| {
        // Passing an empty field is not an error.
        if !value.is_empty() {
            left.set_value(true);
            // Wait a moment: a sentence that appears at once would move the button that is being pressed. Keep issues
            // that the server found meanwhile.
            #[cfg(feature = "hydrate")]
            let refusals = form.refusals.get_untracked();
            #[cfg(feature = "hydrate")]
            gloo_timers::callback::Timeout::new(200, move || {
                if form.pending.try_get_untracked() == Some(false) && form.refusals.get_untracked() == refusals {
                    form.set_issue(field, verdict(&value));
                }
            })
            .forget();
            #[cfg(not(feature = "hydrate"))]
            form.set_issue(field, verdict(&value));
        }
    };
    (on_input, on_leave)
}

/// After a refusal, moves the focus to the first field with an issue. For forms without an `ErrorSummary`.
pub fn focus_first_issue(form: FormState) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |before: Option<u32>| {
        use wasm_bindgen::JsCast;
        let refusals = form.refusals.get();
        if before.is_some_and(|before| before < refusals) {
            let first = form.issues.with_untracked(|issues| issues.first().map(|issue| issue.field.to_string()));
            let element = first.and_then(|id| document().get_element_by_id(&id));
            if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = element.focus();
            }
        }
        refusals
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = form;
}

/// True for the first field with an issue in a form that was refused without script; it gets the focus.
pub fn comes_back_first(form: FormState, field: Field) -> bool {
    form.issues.with_untracked(|issues| issues.first().is_some_and(|issue| issue.field == field))
}

/// Label, hint, repair note, control and error of a field, in this order.
#[component]
fn Labelled(
    form: FormState,
    field: Field,
    label: &'static str,
    #[prop(optional_no_strip)] hint: Option<String>,
    #[prop(optional_no_strip)] note: Option<String>,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for=field.as_str()>{label}</label>
            {hint.map(|hint| view! { <p class="sub" id=format!("{field}-h")>{hint}</p> })}
            <RepairNote field note />
            {children()}
            <FieldError form field />
        </div>
    }
    .into_any()
}

/// One line of text.
#[component]
pub fn TextField(
    form: FormState,
    field: Field,
    label: &'static str,
    /// The initial value; a refused post replaces it.
    #[prop(optional, into)]
    value: String,
    #[prop(optional, into)] hint: Option<String>,
    /// The `type` of the input.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] placeholder: Option<&'static str>,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] check: Option<Check>,
    /// Computes a remark under the control from the current value.
    #[prop(optional)]
    remark: Option<fn(&str) -> Option<&'static str>>,
    /// Called with the value at every input.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
    /// See [`RepairNote`].
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let (on_input, on_leave) = checking(form, field, check, on_change);
    let describedby = described_by_note(form, field, hint.is_some(), note.is_some());
    let value = form.typed(field.as_str()).unwrap_or(value);
    let typed = RwSignal::new(value.clone());
    let spellcheck = (kind == "email" || field == Field::SirupUsername).then_some("false");
    view! {
        <Labelled form field label hint note>
            <div class="control">
                <input
                    id=field.as_str()
                    name=field.as_str()
                    type=kind
                    value=value
                    autocomplete=autocomplete
                    placeholder=placeholder
                    inputmode=inputmode
                    spellcheck=spellcheck
                    autocapitalize=spellcheck.map(|_| "none")
                    autofocus=comes_back_first(form, field)
                    aria-invalid=invalid(form, field)
                    aria-describedby=describedby
                    on:input:target=move |ev| {
                        on_input(ev.target().value());
                        typed.set(ev.target().value());
                    }
                    on:change:target=move |ev| on_leave(ev.target().value())
                />
            </div>
            {remark.map(|remark| view! { <Remark typed remark /> })}
        </Labelled>
    }
    .into_any()
}

/// A remark that follows what is typed; screen readers announce it.
#[component]
fn Remark(typed: RwSignal<String>, remark: fn(&str) -> Option<&'static str>) -> impl IntoView {
    view! {
        <div class="slot" aria-live="polite">
            {move || typed.with(|typed| remark(typed)).map(|text| view! { <p class="sub">{text}</p> })}
        </div>
    }
}

/// A password with a button that reveals it. Never has an initial value.
#[component]
pub fn PasswordField(
    form: FormState,
    field: Field,
    label: &'static str,
    #[prop(optional, into)] hint: Option<String>,
    /// `current-password`, `new-password` or `off`.
    autocomplete: &'static str,
    #[prop(optional)] check: Option<Check>,
    /// A link beside the label.
    #[prop(optional)]
    aside: Option<AnyView>,
) -> impl IntoView {
    let (on_input, on_leave) = checking(form, field, check, None);
    let shown = RwSignal::new(false);
    let element = NodeRef::<html::Input>::new();
    view! {
        <div class="field">
            <div class="row">
                <label class="label" for=field.as_str()>{label}</label>
                {aside}
            </div>
            {hint.clone().map(|hint| view! { <p class="sub" id=format!("{field}-h")>{hint}</p> })}
            <div class="control">
                <input
                    id=field.as_str()
                    name=field.as_str()
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    spellcheck="false"
                    autocapitalize="none"
                    autofocus=comes_back_first(form, field)
                    aria-invalid=invalid(form, field)
                    aria-describedby=described_by(form, field, hint.is_some())
                    node_ref=element
                    on:input:target=move |ev| on_input(ev.target().value())
                    on:change:target=move |ev| on_leave(ev.target().value())
                />
                <button
                    class="btn btn--quiet btn--icon scripted"
                    type="button"
                    aria-label="Tampilkan kata sandi"
                    aria-pressed=move || shown.get().to_string()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    <Icon name="eye" />
                </button>
            </div>
            <FieldError form field />
        </div>
    }
    .into_any()
}

/// A value that cannot be changed here.
#[component]
pub fn ReadOnlyField(id: &'static str, label: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <div class="control">
                <input id=id readonly value=value />
                <Icon name="lock" small=true />
            </div>
        </div>
    }
}

/// Several lines of text. Never use `<textarea>` directly: Leptos 0.8 does not escape its children when it renders on the
/// server; this component does.
#[component]
pub fn TextArea(
    form: FormState,
    field: Field,
    label: &'static str,
    /// The initial value; a refused post replaces it.
    #[prop(optional, into)]
    value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(default = 3)] rows: u32,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] check: Option<Check>,
    /// Called with the value at every input.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
    /// See [`RepairNote`].
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let (on_input, on_leave) = checking(form, field, check, on_change);
    let describedby = described_by_note(form, field, hint.is_some(), note.is_some());
    let value = crate::escape(&form.typed(field.as_str()).unwrap_or(value));
    // Browsers drop a line break right after the tag; an extra one preserves the text's own.
    let text = if cfg!(feature = "ssr") { format!("\n{value}") } else { value };
    view! {
        <Labelled form field label hint note>
            <div class="control">
                <textarea
                    id=field.as_str()
                    name=field.as_str()
                    rows=rows
                    autocomplete=autocomplete
                    autofocus=comes_back_first(form, field)
                    aria-invalid=invalid(form, field)
                    aria-describedby=describedby
                    inner_html=text
                    on:input:target=move |ev| on_input(ev.target().value())
                    on:change:target=move |ev| on_leave(ev.target().value())
                ></textarea>
            </div>
        </Labelled>
    }
    .into_any()
}
