//! The frame of the administration pages (staff, platforms, desk settings, mails, jobs), and their confirmation dialog and
//! success banner. Others than administrators get "not found".
//!
//! The query names the task of a page (`tindak`), so that it works without script. A form posts to the URL of its page.
//! A page renders a task only when the data for its URL has arrived; it never renders again while somebody types.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use crate::{
    components::{Banner, Dialog, FormProblem, PageTitle, Tone, field::focus_first_issue},
    forms::{FormState, PostForm},
};

/// The query of the page's URL, without `?`.
pub fn query() -> impl Fn() -> String + Copy + Send + Sync {
    let search = use_location().search;
    move || search.with(|search| search.trim_start_matches('?').to_owned())
}

/// True after the page changed its query, so that the focus may be lost.
#[derive(Clone, Copy)]
struct QueryChanged(StoredValue<bool>);

/// The form of a page with one task at a time. It is reset when the task changes.
pub fn page_form() -> FormState {
    let form = FormState::new();
    focus_first_issue(form);
    let changed = QueryChanged(StoredValue::new(false));
    provide_context(changed);
    let query = query();
    Effect::new(move |before: Option<String>| {
        let now = query();
        if before.is_some_and(|before| before != now) {
            form.clear();
            changed.0.set_value(true);
        }
        now
    });
    form
}

/// The frame of the pages of this area.
#[component]
pub fn AdminPage(
    #[prop(into)] title: String,
    /// The line below the heading.
    #[prop(into)]
    lead: String,
    /// The main action, beside the heading.
    #[prop(optional)]
    action: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname;
    let tab = move |to: &'static str, label: &'static str| {
        // Every tab but the first is also current on the pages below its path.
        let below = move |path: &str| to != "/admin" && path.strip_prefix(to).is_some_and(|rest| rest.starts_with('/'));
        let current = move || path.with(|path| path == to || below(path)).then_some("page");
        view! { <a href=to aria-current=current>{label}</a> }
    };
    keep_focus();
    view! {
        <PageTitle text=format!("{title}, Administrasi") />
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>{title}</h1>
                    <p class="lead">{lead}</p>
                </div>
                {action}
            </div>
            <nav class="tabs tabs--page" aria-label="Administrasi">
                {tab("/admin", "Petugas")}
                {tab("/admin/platform", "Platform")}
                {tab("/admin/alasan", "Alasan dan daftar periksa")}
                {tab("/admin/libur", "Hari libur")}
                {tab("/admin/surel", "Surel")}
                {tab("/admin/tugas", "Tugas")}
            </nav>
            <div class="stack g6 admin">{children()}</div>
        </main>
    }
    .into_any()
}

/// Moves the focus to the page's content if a new task removed the focused element.
fn keep_focus() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Some(QueryChanged(changed)) = use_context::<QueryChanged>() else { return };
        Effect::new(move |_| {
            if changed.try_get_value() != Some(true) {
                return;
            }
            leptos::task::spawn_local(async {
                // Wait until the task is rendered; a dialog takes the focus by itself.
                gloo_timers::future::TimeoutFuture::new(50).await;
                let main = document().get_element_by_id("isi");
                if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok())
                    && document().active_element().is_none_or(|active| active.tag_name() == "BODY")
                {
                    let _ = main.focus();
                }
            });
        });
    }
}

/// The banner after a successful task, chosen by `selesai` in the query.
#[component]
pub fn DoneBanner(
    /// Value of `selesai`, heading and sentence.
    texts: &'static [(&'static str, &'static str, &'static str)],
) -> impl IntoView {
    let query = use_query_map();
    let done = move || {
        let word = query.with(|query| query.get("selesai"))?;
        texts.iter().find(|(each, ..)| *each == word)
    };
    view! {
        <div class="slot" role="status">
            {move || done().map(|(_, title, text)| view! { <Banner tone=Tone::Done title=*title>{*text}</Banner> })}
        </div>
    }
}

/// Asks for confirmation.
#[component]
pub fn Confirm(
    form: FormState,
    title: &'static str,
    /// The page to return to.
    #[prop(into)]
    page: String,
    /// The value of `tindak` in the query and the form.
    task: &'static str,
    /// Name and value of the field with the subject's id.
    subject: (&'static str, String),
    /// The label of the confirming button.
    button: &'static str,
    /// The consequences.
    children: Children,
) -> impl IntoView {
    let (name, id) = subject;
    let footer = view! {
        <a class="btn" href=page.clone()>"Tidak jadi"</a>
        <PostForm form action=format!("{page}?tindak={task}&{name}={id}")>
            <input type="hidden" name="tindak" value=task />
            <input type="hidden" name=name value=id />
            <button class="btn btn--danger" aria-busy=move || form.pending.get().then_some("true")>{button}</button>
        </PostForm>
    }
    .into_any();
    view! {
        <Dialog title close_to=page footer>
            <FormProblem form />
            {children()}
        </Dialog>
    }
    .into_any()
}
