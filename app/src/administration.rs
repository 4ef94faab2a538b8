//! The frame of the pages of administration. Others than administrators get "not found" there.
//!
//! The task of a page is in its address (`tindak`), so that it works without script, and each form posts to its own address.
//! A page draws its task only when the answer for that address has arrived, so that a form is never replaced while
//! somebody types.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use crate::{
    components::{Banner, Dialog, FormProblem, PageTitle, Tone, field::focus_first_issue},
    forms::{FormState, PostForm},
};

/// The query of the page's address, without `?`.
pub fn query() -> impl Fn() -> String + Copy + Send + Sync {
    let search = use_location().search;
    move || search.with(|search| search.trim_start_matches('?').to_owned())
}

/// True after the page moved to another of its addresses, which may have lost the focus.
#[derive(Clone, Copy)]
struct Moved(StoredValue<bool>);

/// The form of a page that shows one task at a time. A new task clears it.
pub fn page_form() -> FormState {
    let form = FormState::new();
    focus_first_issue(form);
    let moved = Moved(StoredValue::new(false));
    provide_context(moved);
    let query = query();
    Effect::new(move |before: Option<String>| {
        let now = query();
        if before.is_some_and(|before| before != now) {
            form.issues.set(Vec::new());
            form.forget_typed();
            moved.0.set_value(true);
        }
        now
    });
    form
}

#[component]
pub fn AdminPage(
    #[prop(into)] title: String,
    /// The line below the title.
    #[prop(into)]
    lead: String,
    /// The main button, beside the title.
    #[prop(optional)]
    action: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname;
    let tab = move |to: &'static str, label: &'static str| {
        // `/admin` is current for itself only, the others also for the pages below them.
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

/// Moves the focus to the content if a new task removed the focused element.
fn keep_focus() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Some(Moved(moved)) = use_context::<Moved>() else { return };
        Effect::new(move |_| {
            if moved.try_get_value() != Some(true) {
                return;
            }
            leptos::task::spawn_local(async {
                // After the new task was drawn. A dialog takes the focus by itself.
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

/// The banner that says what was done, by the key `selesai` in the address.
#[component]
pub fn DoneBanner(
    /// Key, title and text.
    texts: &'static [(&'static str, &'static str, &'static str)],
) -> impl IntoView {
    let query = use_query_map();
    let done = move || {
        let key = query.with(|query| query.get("selesai"))?;
        texts.iter().find(|(each, ..)| *each == key)
    };
    view! {
        <div class="slot" role="status">
            {move || done().map(|(_, title, text)| view! { <Banner tone=Tone::Done title=*title>{*text}</Banner> })}
        </div>
    }
}

/// A dialog that asks before an action with consequences.
#[component]
pub fn Confirm(
    form: FormState,
    title: &'static str,
    /// The page, to which **Tidak jadi** leads.
    #[prop(into)]
    page: String,
    /// `tindak` of the address and of the form.
    task: &'static str,
    /// Name and value of the field that identifies the thing.
    subject: (&'static str, String),
    /// The label of the button.
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
