//! The dialogs of the open case.

use domain::{
    issues::Field,
    verification::{CaseFile, MARKABLE, Reason},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    address::{self, KeptFilter},
    preview::Preview,
    state::Desk,
};
use crate::{
    components::{
        Dialog, FormProblem, Icon, TextArea,
        field::{FieldError, comes_back_first, described_by, invalid},
    },
    forms::{FormState, PostForm},
    verification::texts,
};

/// The dialogs of the case. The address names the open one (`tindak`), so they work without script.
#[component]
pub fn Dialogs(desk: Desk, case: Signal<CaseFile>) -> impl IntoView {
    let form = desk.form;
    let query = address::query();
    // Without script, a form that comes back is drawn for the bare path. Its own field names its dialog.
    let posted = form.typed("tindak");
    let asked = Memo::new(move |_| query.with(|query| query.get("tindak")).or_else(|| posted.clone()));
    let back = use_location().pathname;
    move || {
        let close_to = desk.address(&back.get(), &desk.filter.get());
        match asked.get().as_deref() {
            Some("tolak") => view! { <Reject case form close_to /> }.into_any(),
            Some("perbaikan") => view! { <Return desk case close_to /> }.into_any(),
            Some("ambil-alih") => view! {
                <WithReason
                    form
                    dialog="ambil-alih"
                    action=format!("/verifikasi/{}/ambil-alih", case.with_untracked(|case| case.id))
                    title=texts::TAKE_OVER
                    text=texts::TAKE_OVER_EFFECT
                    button="Ambil alih"
                    close_to
                />
            }
            .into_any(),
            Some("buka-kembali") => view! {
                <WithReason
                    form
                    dialog="buka-kembali"
                    action=format!("/verifikasi/{}/buka-kembali", case.with_untracked(|case| case.id))
                    title=texts::REOPEN
                    text=texts::REOPEN_EFFECT
                    button="Buka kembali"
                    close_to
                />
            }
            .into_any(),
            _ => ().into_any(),
        }
    }
}

/// **Tolak**: a reason of the list and a text. The mail and the next application show both.
#[component]
fn Reject(case: Signal<CaseFile>, form: FormState, close_to: String) -> impl IntoView {
    let (id, reasons) = case.with_untracked(|case| (case.id, case.reasons.clone()));
    let chosen = form.typed("reason_title");
    let suggest = suggestion(reasons.clone());
    let choose = move |value: String| {
        suggest(value);
        form.set_issue(Field::ReasonTitle, None);
    };
    let footer = view! {
        <Preview case verdict="reject" of="tolak-form" />
        <a class="btn" data-noscroll="" href=close_to.clone()>"Batal"</a>
        <button class="btn btn--danger" form="tolak-form" name="verdict" value="reject" aria-busy=move || form.pending.get().then_some("true")>
            "Tolak"
        </button>
    }
    .into_any();
    view! {
        <Dialog title=texts::REJECT close_to footer>
            <PostForm form action=format!("/verifikasi/{id}") class="stack g6" id="tolak-form">
                <KeptFilter />
                <input type="hidden" name="tindak" value="tolak" />
                <FormProblem form />
                <input type="hidden" name="version" value=move || case.with(|case| case.version).to_string() />
                <div class="field">
                    <label class="label" for="reason_title">"Alasan"</label>
                    <div class="control">
                        <select
                            id="reason_title"
                            name="reason_title"
                            autofocus=comes_back_first(form, Field::ReasonTitle)
                            aria-invalid=invalid(form, Field::ReasonTitle)
                            aria-describedby=described_by(form, Field::ReasonTitle, false)
                            on:change:target=move |event| choose(event.target().value())
                        >
                            <option value="">"Pilih alasan"</option>
                            {reasons.into_iter().map(|Reason { id, title, .. }| {
                                let id = id.to_string();
                                let selected = chosen.as_deref() == Some(id.as_str());
                                view! { <option value=id selected=selected>{title}</option> }
                            }).collect_view()}
                        </select>
                        <Icon name="down" small=true />
                    </div>
                    <FieldError form field=Field::ReasonTitle />
                </div>
                <TextArea
                    form
                    field=Field::Reason
                    label="Penjelasan untuk pemohon"
                    hint=texts::REASON_HINT
                    rows=4
                />
            </PostForm>
        </Dialog>
    }
    .into_any()
}

/// Fills the text with the advice of the chosen reason, unless the verifier has typed something else.
fn suggestion(reasons: Vec<Reason>) -> impl Fn(String) {
    move |value| {
        #[cfg(feature = "hydrate")]
        {
            use wasm_bindgen::JsCast;
            let text = reasons.iter().find(|reason| reason.id.to_string() == value).map(|reason| &reason.advice);
            let area = document().get_element_by_id("reason");
            let area = area.and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
            if let (Some(text), Some(area)) = (text, area)
                && (area.value().trim().is_empty() || reasons.iter().any(|reason| reason.advice == area.value()))
            {
                area.set_value(text);
            }
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (&reasons, value);
    }
}

/// **Minta Perbaikan**: marked fields, each with a note.
#[component]
fn Return(desk: Desk, case: Signal<CaseFile>, close_to: String) -> impl IntoView {
    let form = desk.form;
    let (id, role) = case.with_untracked(|case| (case.id, case.role));
    let fields = MARKABLE.iter().copied().filter(|field| case.with_untracked(|case| case.can_be_repaired(*field)));
    let marks = fields.map(|field| view! { <MarkField desk field label=field.label(role) /> }).collect_view();
    let footer = view! {
        <Preview case verdict="return" of="perbaikan-form" />
        <a class="btn" data-noscroll="" href=close_to.clone()>"Batal"</a>
        <button class="btn btn--primary" form="perbaikan-form" name="verdict" value="return" aria-busy=move || form.pending.get().then_some("true")>
            "Minta Perbaikan"
        </button>
    }
    .into_any();
    view! {
        <Dialog title="Minta perbaikan" close_to footer>
            <PostForm form action=format!("/verifikasi/{id}") class="stack g6" id="perbaikan-form">
                <KeptFilter />
                <input type="hidden" name="tindak" value="perbaikan" />
                <FormProblem form />
                <input type="hidden" name="version" value=move || case.with(|case| case.version).to_string() />
                <fieldset
                    class="field"
                    id="marks"
                    tabindex="-1"
                    autofocus=comes_back_first(form, Field::Marks)
                    aria-describedby=described_by(form, Field::Marks, false)
                >
                    <legend class="label">"Tandai yang perlu diperbaiki"</legend>
                    <div class="stack g3">{marks}</div>
                    <FieldError form field=Field::Marks />
                </fieldset>
                <TextArea form field=Field::Reason label="Pesan tambahan (boleh kosong)" rows=2 />
            </PostForm>
        </Dialog>
    }
    .into_any()
}

#[component]
fn MarkField(desk: Desk, field: Field, label: &'static str) -> impl IntoView {
    let form = desk.form;
    let note = format!("note_{field}");
    let typed = form.typed(&note).unwrap_or_default();
    let marked = RwSignal::new(!typed.is_empty());
    view! {
        <div class="marking stack g2">
            <label class="tick">
                <input
                    type="checkbox"
                    name="mark"
                    value=field.as_str()
                    checked=marked.get_untracked()
                    on:change:target=move |event| marked.set(event.target().checked())
                />
                {label}
            </label>
            // Without script the note is always shown; with script only for a marked field.
            <div class="control note" data-off=move || (desk.live.get() && !marked.get()).then_some("")>
                <input
                    id=field.as_str()
                    name=note
                    value=typed
                    maxlength="500"
                    autocomplete="off"
                    autofocus=comes_back_first(form, field)
                    aria-label=format!("Catatan untuk {label}")
                    placeholder="Apa yang perlu diperbaiki"
                    aria-invalid=invalid(form, field)
                    aria-describedby=described_by(form, field, false)
                    on:input=move |_| form.set_issue(field, None)
                />
            </div>
            <FieldError form field />
        </div>
    }
    .into_any()
}

/// An action that needs a reason for the audit trail.
#[component]
fn WithReason(
    form: FormState,
    dialog: &'static str,
    action: String,
    title: &'static str,
    text: &'static str,
    button: &'static str,
    close_to: String,
) -> impl IntoView {
    let footer = view! {
        <a class="btn" data-noscroll="" href=close_to.clone()>"Batal"</a>
        <button class="btn btn--primary" form="alasan-form" aria-busy=move || form.pending.get().then_some("true")>{button}</button>
    }
    .into_any();
    view! {
        <Dialog title close_to footer>
            <PostForm form action class="stack g6" id="alasan-form">
                <KeptFilter />
                <input type="hidden" name="tindak" value=dialog />
                <FormProblem form />
                <p>{text}</p>
                <TextArea form field=Field::Reason label="Alasan" rows=3 />
            </PostForm>
        </Dialog>
    }
    .into_any()
}
