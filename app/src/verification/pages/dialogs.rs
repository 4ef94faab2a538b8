use domain::{
    issues::{Field, Issue},
    verification::{MARKABLE, is_markable},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use uuid::Uuid;

use crate::verification::pages::state::{self, Desk, KeptFilter};
use crate::{
    components::{
        Dialog, FormProblem, Icon, TextArea,
        field::{FieldError, comes_back_first, described_by, invalid},
    },
    forms::{FormState, PostForm},
    texts,
    verification::api::{CaseView, MailView},
};

/// The dialogs of the case page; which is open stands in its address (`tindak`), so that they work without script.
#[component]
pub fn Dialogs(desk: Desk, case: Signal<CaseView>) -> impl IntoView {
    let form = desk.form;
    let query = state::query();
    // A form that came back without script is drawn for the bare path; what it was tells which dialog it belongs to.
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
                    title="Ambil alih kasus ini?"
                    text="Pemegang sekarang kehilangan kasus ini. Alasan Anda tercatat pada linimasa."
                    button="Ambil alih"
                    close_to
                />
            }.into_any(),
            Some("buka-kembali") => view! {
                <WithReason
                    form
                    dialog="buka-kembali"
                    action=format!("/verifikasi/{}/buka-kembali", case.with_untracked(|case| case.id))
                    title="Buka kembali kasus ini?"
                    text="Kasus kembali ke antrean. Akses yang sudah diberikan dicabut, dan pemohon diberi tahu lewat surel."
                    button="Buka kembali"
                    close_to
                />
            }.into_any(),
            _ => ().into_any(),
        }
    }
}

/// **Tolak**: a reason of the list and a text; both go into the mail and the next attempt.
#[component]
fn Reject(case: Signal<CaseView>, form: FormState, close_to: String) -> impl IntoView {
    let (id, reasons) = case.with_untracked(|case| (case.id, case.reasons.clone()));
    let chosen = form.typed("reason_title");
    let advice = reasons.clone();
    // The advice of the chosen reason is a beginning, as long as nothing of one's own was typed.
    let suggest = move |value: String| {
        #[cfg(feature = "hydrate")]
        {
            use wasm_bindgen::JsCast;
            let text = advice.iter().find(|(id, ..)| id.to_string() == value).map(|(_, _, advice)| advice.clone());
            let area = document().get_element_by_id("reason");
            let area = area.and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
            if let (Some(text), Some(area)) = (text, area)
                && (area.value().trim().is_empty() || advice.iter().any(|(_, _, advice)| *advice == area.value()))
            {
                area.set_value(&text);
            }
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (&advice, value);
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
        <Dialog title="Tolak pengajuan ini?" close_to footer>
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
                            on:change:target=move |event| suggest(event.target().value())
                        >
                            <option value="">"Pilih alasan"</option>
                            {reasons.into_iter().map(|(id, title, _)| {
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
                    hint="Dikirim lewat surel dan tampil saat pemohon mendaftar ulang."
                    rows=4
                />
            </PostForm>
        </Dialog>
    }
    .into_any()
}

/// **Minta Perbaikan**: marks on fields or the letter, each with a note.
#[component]
fn Return(desk: Desk, case: Signal<CaseView>, close_to: String) -> impl IntoView {
    let form = desk.form;
    let (id, role) = case.with_untracked(|case| (case.id, case.role));
    let fields = MARKABLE.iter().copied().filter(|field| case.with_untracked(|case| can_be_repaired(case, *field)));
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

/// Whether the person can change this field: one of their form, an address only if it was asked for, the place not where
/// an access is renewed.
fn can_be_repaired(case: &CaseView, field: Field) -> bool {
    is_markable(field, case.role)
        && match field {
            Field::Address => case.address.is_some(),
            Field::Institution | Field::WorkUnit | Field::Nib => case.renews.is_none(),
            _ => true,
        }
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
            // Without script the note is always there; with script only for what is marked.
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

/// Something that needs a reason for the trail.
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

/// Shows the mail before it goes. Only with script: it reads the form as it is typed, and goes when that changes.
#[component]
pub fn Preview(
    case: Signal<CaseView>,
    /// The verdict.
    verdict: &'static str,
    /// The id of its form.
    of: &'static str,
) -> impl IntoView {
    let shown = RwSignal::new(None::<Result<MailView, Vec<Issue>>>);
    let id: Uuid = case.with_untracked(|case| case.id);
    // Counts what is asked and what is typed: an answer to what was typed before is none.
    let latest = StoredValue::new(0u32);
    let changed = window_event_listener(leptos::ev::input, move |_| {
        latest.update_value(|latest| *latest += 1);
        if shown.with_untracked(Option::is_some) {
            shown.set(None);
        }
    });
    on_cleanup(move || changed.remove());
    let ask =
        move |_| {
            #[cfg(feature = "hydrate")]
            {
                latest.update_value(|latest| *latest += 1);
                let mine = latest.get_value();
                leptos::task::spawn_local(async move {
                    let answer = live::preview(id, verdict, of).await;
                    if latest.try_get_value() == Some(mine) {
                        shown.try_set(Some(answer.unwrap_or_else(|| {
                            Err(vec![Issue::new(Field::Form, domain::issues::Problem::Unavailable)])
                        })));
                    }
                });
            }
            #[cfg(not(feature = "hydrate"))]
            let _ = (id, verdict, of);
        };
    view! {
        <button class="btn btn--quiet scripted preview-button" type="button" on:click=ask>"Pratinjau surel"</button>
        {move || shown.get().map(|shown| match shown {
            Ok(mail) => view! {
                <div class="preview stack g2" role="status">
                    <p class="sub">"Kepada "{mail.to}</p>
                    <b>{mail.subject}</b>
                    <pre class="lines">{mail.text}</pre>
                </div>
            }.into_any(),
            Err(issues) => view! {
                <div class="preview" role="status">
                    {issues.iter().map(|issue| view! {
                        <p class="error"><Icon name="error" />{texts::sentence(issue, crate::session::zone())}</p>
                    }).collect_view()}
                </div>
            }.into_any(),
        })}
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod live {
    use domain::issues::Issue;
    use uuid::Uuid;
    use wasm_bindgen::JsCast;

    use crate::verification::api::MailView;

    /// Posts a form as it is typed; nothing is changed by it.
    pub async fn preview(id: Uuid, verdict: &'static str, form: &str) -> Option<Result<MailView, Vec<Issue>>> {
        let form = leptos::prelude::document().get_element_by_id(form)?;
        let form = form.dyn_into::<web_sys::HtmlFormElement>().ok()?;
        let body = crate::forms::fields(&form)?;
        body.append("verdict", verdict);
        let request = gloo_net::http::Request::post(&format!("/verifikasi/{id}/pratinjau"));
        let response = request.header("Accept", "application/json").body(body).ok()?.send().await.ok()?;
        serde_json::from_slice(&response.binary().await.ok()?).ok()
    }
}
