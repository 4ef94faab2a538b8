//! Administration: the staff, platforms, what the desk works by, mails that were given up, jobs. For administrators; to others
//! these pages are not there.
//!
//! What a page asks for stands in its address (`tindak`), so that it works without script, and each form posts to the
//! very address that it was drawn for. A page draws its task once the answer to that address is there, and only then:
//! what is being typed is never drawn anew.

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

/// Whether the page went on to another of its addresses, so that the focus may have been lost on the way.
#[derive(Clone, Copy)]
struct WentOn(StoredValue<bool>);

/// The form of a page that draws one task at a time; it begins anew with each.
pub fn page_form() -> FormState {
    let form = FormState::new();
    focus_first_issue(form);
    let went_on = WentOn(StoredValue::new(false));
    provide_context(went_on);
    let query = query();
    Effect::new(move |before: Option<String>| {
        let now = query();
        if before.is_some_and(|before| before != now) {
            form.issues.set(Vec::new());
            form.forget_typed();
            went_on.0.set_value(true);
        }
        now
    });
    form
}

/// The frame of the pages of this area.
#[component]
pub fn AdminPage(
    /// Its heading.
    #[prop(into)]
    title: String,
    /// A line below it.
    #[prop(into)]
    lead: String,
    /// The one next step, beside the heading.
    #[prop(optional)]
    action: Option<AnyView>,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname;
    let tab = move |to: &'static str, label: &'static str| {
        // The first place stands only for itself, the others also for what is below them.
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

/// Puts the focus on the page's content where a new task has taken its place from under it.
fn keep_focus() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Some(WentOn(went_on)) = use_context::<WentOn>() else { return };
        Effect::new(move |_| {
            if went_on.try_get_value() != Some(true) {
                return;
            }
            leptos::task::spawn_local(async {
                // After it was drawn; a dialog takes the focus by itself.
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

/// Says what was done: the word `selesai` in the address, its heading and its sentence.
#[component]
pub fn DoneBanner(
    /// All words with what they say.
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

/// Asks before something is done that a single click should not do.
#[component]
pub fn Confirm(
    /// The page's form.
    form: FormState,
    /// The question.
    title: &'static str,
    /// The page, where not doing it leads.
    #[prop(into)]
    page: String,
    /// What is to be done: `tindak` of the address and of the form.
    task: &'static str,
    /// The name and the id of what it is done with.
    subject: (&'static str, String),
    /// The button that does it.
    button: &'static str,
    /// What comes of it.
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
