//! Fields of forms: label, hint, control, error. The `id` and `name` of a control is its [`Field`].

use domain::issues::{Field, Problem};
use leptos::{html, prelude::*};

use super::Icon;
use crate::{forms::FormState, session::zone, texts};

/// What a field checks as one types.
pub type Check = fn(&str) -> Result<(), Problem>;

/// The sentence under a control, while its field has an issue.
#[component]
pub fn FieldError(
    /// The form.
    form: FormState,
    /// The field.
    field: Field,
) -> impl IntoView {
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

/// The ids that describe a control: its hint, and its error while there is one.
pub fn described_by(form: FormState, field: Field, hint: bool) -> impl Fn() -> Option<String> + Copy {
    described_by_note(form, field, hint, false)
}

/// Like [`described_by`], for a control that may have a [`RepairNote`].
pub fn described_by_note(form: FormState, field: Field, hint: bool, note: bool) -> impl Fn() -> Option<String> + Copy {
    move || {
        let note = note.then(|| format!("{field}-m"));
        let hint = hint.then(|| format!("{field}-h"));
        let error = form.issue(field).map(|_| format!("{field}-e"));
        let ids: Vec<String> = note.into_iter().chain(hint).chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// What the desk asked to repair at a field, beside it.
#[component]
pub fn RepairNote(
    /// The field.
    field: Field,
    /// What is wrong with it and what to do.
    note: Option<String>,
) -> impl IntoView {
    note.map(|note| {
        view! {
            <p class="repair" id=format!("{field}-m")>
                <Icon name="flag" />
                <span><b>"Perlu perbaikan: "</b>{note}</span>
            </p>
        }
    })
}

/// `true` while a field has an issue; absent otherwise.
pub fn invalid(form: FormState, field: Field) -> impl Fn() -> Option<&'static str> + Copy {
    move || form.issue(field).map(|_| "true")
}

/// Checks a value once its field was left, and from then on as one types; an issue that the server found goes with the
/// next change.
fn checking(form: FormState, field: Field, check: Option<Check>) -> (impl Fn(String) + Copy, impl Fn(String) + Copy) {
    let left = StoredValue::new(false);
    let verdict = move |value: &str| check.and_then(|check| check(value).err());
    let on_input = move |value: String| {
        if left.get_value() || form.issues.with_untracked(|issues| issues.iter().any(|issue| issue.field == field)) {
            form.set_issue(field, verdict(&value));
        }
    };
    let on_leave = move |value: String| {
        // An empty field that was only passed is not wrong yet.
        if !value.is_empty() {
            left.set_value(true);
            // A moment later: a sentence that appears at once moves the button away that is just being pressed.
            // What the server found meanwhile stands.
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

/// Puts the focus on the first field that is wrong, after a refusal of a short form (one without a summary).
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

/// Whether a field is the first that is wrong in a form that came back without script; it then gets the focus.
pub fn comes_back_first(form: FormState, field: Field) -> bool {
    form.issues.with_untracked(|issues| issues.first().is_some_and(|issue| issue.field == field))
}

/// One line of text.
#[component]
pub fn TextField(
    /// The form.
    form: FormState,
    /// The field.
    field: Field,
    /// Its label.
    label: &'static str,
    /// What it begins with, unless the form came back.
    #[prop(optional, into)]
    value: String,
    /// A hint under the label.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The type of the input.
    #[prop(default = "text")]
    kind: &'static str,
    /// What browsers may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// An example, shown while it is empty.
    #[prop(optional)]
    placeholder: Option<&'static str>,
    /// The keyboard of a phone.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// What it checks as one types.
    #[prop(optional)]
    check: Option<Check>,
    /// A remark under the control that follows what is typed.
    #[prop(optional)]
    remark: Option<fn(&str) -> Option<&'static str>>,
    /// Called with what is typed.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
    /// What the desk asked to repair.
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let (on_input, on_leave) = checking(form, field, check);
    let noted = note.is_some();
    let value = form.typed(field.as_str()).unwrap_or(value);
    let typed = RwSignal::new(value.clone());
    let spellcheck = (kind == "email" || field == Field::SirupUsername).then_some("false");
    let autocapitalize = spellcheck.map(|_| "none");
    view! {
        <div class="field">
            <label class="label" for=field.as_str()>{label}</label>
            {hint.clone().map(|hint| view! { <p class="sub" id=format!("{field}-h")>{hint}</p> })}
            <RepairNote field note />
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
                    autocapitalize=autocapitalize
                    autofocus=comes_back_first(form, field)
                    aria-invalid=invalid(form, field)
                    aria-describedby=described_by_note(form, field, hint.is_some(), noted)
                    on:input:target=move |ev| {
                        let value = ev.target().value();
                        on_input(value.clone());
                        if let Some(on_change) = on_change {
                            on_change.run(value.clone());
                        }
                        typed.set(value);
                    }
                    on:change:target=move |ev| on_leave(ev.target().value())
                />
            </div>
            {remark.map(|remark| view! {
                <div class="slot" aria-live="polite">
                    {move || typed.with(|typed| remark(typed)).map(|text| view! { <p class="sub">{text}</p> })}
                </div>
            })}
            <FieldError form field />
        </div>
    }
    .into_any()
}

/// A password, with a button that shows it. Never filled in by us.
#[component]
pub fn PasswordField(
    /// The form.
    form: FormState,
    /// The field.
    field: Field,
    /// Its label.
    label: &'static str,
    /// A hint under the label.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What browsers may fill in: `current-password`, `new-password` or `off`.
    autocomplete: &'static str,
    /// What it checks as one types.
    #[prop(optional)]
    check: Option<Check>,
    /// A link beside the label.
    #[prop(optional)]
    aside: Option<AnyView>,
) -> impl IntoView {
    let (on_input, on_leave) = checking(form, field, check);
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

/// Something known already that cannot be changed here.
#[component]
pub fn ReadOnlyField(
    /// Its id.
    id: &'static str,
    /// Its label.
    label: &'static str,
    /// Its value.
    #[prop(into)]
    value: String,
) -> impl IntoView {
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

/// Several lines of text. Leptos 0.8 writes the children of a `<textarea>` unescaped when it renders on the server; this
/// component escapes them, and nothing else in the product may use the raw element.
#[component]
pub fn TextArea(
    /// The form.
    form: FormState,
    /// The field.
    field: Field,
    /// Its label.
    label: &'static str,
    /// What it begins with, unless the form came back.
    #[prop(optional, into)]
    value: String,
    /// A hint under the label.
    #[prop(optional, into)]
    hint: Option<String>,
    /// How many lines it shows at least.
    #[prop(default = 3)]
    rows: u32,
    /// What browsers may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What it checks as one types.
    #[prop(optional)]
    check: Option<Check>,
    /// Called with what is typed.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
    /// What the desk asked to repair.
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let (on_input, on_leave) = checking(form, field, check);
    let noted = note.is_some();
    let value = crate::escape(&form.typed(field.as_str()).unwrap_or(value));
    // In a page, browsers drop a line break right after the tag; one more keeps the person's own.
    let text = if cfg!(feature = "ssr") { format!("\n{value}") } else { value };
    view! {
        <div class="field">
            <label class="label" for=field.as_str()>{label}</label>
            {hint.clone().map(|hint| view! { <p class="sub" id=format!("{field}-h")>{hint}</p> })}
            <RepairNote field note />
            <div class="control">
                <textarea
                    id=field.as_str()
                    name=field.as_str()
                    rows=rows
                    autocomplete=autocomplete
                    autofocus=comes_back_first(form, field)
                    aria-invalid=invalid(form, field)
                    aria-describedby=described_by_note(form, field, hint.is_some(), noted)
                    inner_html=text
                    on:input:target=move |ev| {
                        let value = ev.target().value();
                        on_input(value.clone());
                        if let Some(on_change) = on_change {
                            on_change.run(value);
                        }
                    }
                    on:change:target=move |ev| on_leave(ev.target().value())
                ></textarea>
            </div>
            <FieldError form field />
        </div>
    }
    .into_any()
}
