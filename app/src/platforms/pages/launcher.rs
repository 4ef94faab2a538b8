//! **Pilih Platform**: the launcher, a dialog over Manajemen Akses (guide steps 16 to 18).

use domain::platforms::launcher::{Closed, Launcher, PlatformSummary, UsableAccess};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{
    access_choices::{AccessChoices, EnterButton, typed_access},
    symbol::symbol,
};
use crate::{
    accesses::pages,
    components::{Dialog, FormProblem, Icon, Loaded, PageTitle, field::focus_first_issue},
    data::page_data,
    forms::{FormState, PostForm},
    platforms::{api::launcher, texts},
};

/// `/platform` and `/platform/{slug}`.
pub fn launcher_page() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    // Kept outside the list, which is drawn again when an application changes.
    let chosen = RwSignal::new(typed_access(form));
    let params = use_params_map();
    let slug = move || params.with(|params| params.get("slug"));
    Effect::new(move |before: Option<Option<String>>| {
        let now = slug();
        if before.is_some_and(|before| before != now) {
            form.clear();
            chosen.set(None);
        }
        now
    });
    let data = page_data(slug, launcher);
    view! {
        {pages::overview_page()}
        <PageTitle text="Pilih Platform" />
        <Loaded data view={move |data: Launcher| view! { <LauncherDialog form chosen data /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn LauncherDialog(form: FormState, chosen: RwSignal<Option<Uuid>>, data: Launcher) -> impl IntoView {
    let Launcher { open, closed, chosen: picked, unknown } = data;
    let slug = picked.as_ref().map(|(platform, _)| platform.slug.clone());
    let usable = picked.as_ref().is_some_and(|(_, accesses)| !accesses.is_empty());
    let footer = view! {
        <a class="btn btn--quiet" href="/akses">"Batal"</a>
        {usable.then(|| view! { <EnterButton form form_id="masuk-platform" /> })}
    }
    .into_any();
    let has_chosen = slug.is_some();
    view! {
        <Dialog title="Pilih Platform" close_to="/akses" footer>
            <div class="picker" data-picked=has_chosen.then_some("")>
                <Destinations open closed slug unknown />
                {picked.map(|(platform, accesses)| view! { <EnterForm form chosen platform accesses /> })}
            </div>
        </Dialog>
    }
    .into_any()
}

/// The list of platforms (guide steps 16 and 17).
#[component]
fn Destinations(
    open: Vec<PlatformSummary>,
    closed: Vec<(String, Closed)>,
    /// Of the chosen platform.
    slug: Option<String>,
    unknown: bool,
) -> impl IntoView {
    let nothing = open.is_empty();
    let has_chosen = slug.is_some();
    let choices = open.into_iter().map(|platform| {
        let is_chosen = slug.as_ref() == Some(&platform.slug);
        view! { <PlatformChoice platform is_chosen /> }
    });
    let choices = choices.collect_view();
    view! {
        <section class="stack" aria-labelledby="h-tujuan">
            <div class="row">
                <h3 id="h-tujuan">"1. Platform tujuan"</h3>
                {has_chosen.then(|| view! {
                    <a class="sub push again" href="/platform" data-noscroll="">"Ganti platform"</a>
                })}
            </div>
            {unknown.then(|| view! {
                <p class="banner" data-state="waiting">
                    <Icon name="alert" />
                    <span>{texts::UNKNOWN_PLATFORM}</span>
                </p>
            })}
            {nothing.then(|| view! { <Nothing /> })}
            <ul class="stack g2" role="list">{choices}</ul>
            {closed
                .into_iter()
                .map(|(name, why)| view! { <p class="sub">{texts::closed(&name, &why)}</p> })
                .collect_view()}
        </section>
    }
    .into_any()
}

/// No platform can be entered.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="stack g2">
            <p>{texts::NO_PLATFORM}</p>
            <p class="sub">{texts::NO_PLATFORM_ADVICE}</p>
        </div>
    }
}

#[component]
fn PlatformChoice(platform: PlatformSummary, is_chosen: bool) -> impl IntoView {
    let PlatformSummary { slug, name, line, logo } = platform;
    let end = if is_chosen {
        view! { <span class="badge" data-state="info"><Icon name="check" />"Terpilih"</span> }.into_any()
    } else {
        view! {
            <a class="btn" href=format!("/platform/{slug}") data-noscroll="">
                "Pilih"<span class="sr">" "{name.clone()}</span>
            </a>
        }
        .into_any()
    };
    view! {
        <li class="choice" data-chosen=is_chosen.then_some("")>
            <Icon name=symbol(logo.as_deref()) tile=true />
            <div><b>{name}</b><small>{line}</small></div>
            {end}
        </li>
    }
    .into_any()
}

/// The choice of an access (guide step 18).
#[component]
fn EnterForm(
    form: FormState,
    chosen: RwSignal<Option<Uuid>>,
    platform: PlatformSummary,
    accesses: Vec<UsableAccess>,
) -> impl IntoView {
    let legend = format!("2. Akses yang dipakai di {}", platform.name);
    view! {
        <PostForm form action=format!("/platform/{}", platform.slug) id="masuk-platform" class="stack">
            <FormProblem form />
            <AccessChoices form chosen legend accesses />
            <p class="sub">{texts::ACCESS_CAN_CHANGE}</p>
        </PostForm>
    }
    .into_any()
}
