//! **Pilih Platform**: platforms, the accesses usable there, the terms before one, and the way in (guide steps 16 to
//! 19). From the launcher, which stands over Manajemen Akses, and from a platform that asks for the person.

mod admin;
mod terms;

pub use admin::{platform_page, platforms_page};
pub use terms::agreement_page;

use domain::{indonesian::date, issues::Field, platforms::form::LOGOS};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

use crate::accesses::pages;
use crate::{
    components::{
        Dialog, FormProblem, Icon, Loaded, PageTitle,
        field::{FieldError, described_by, focus_first_issue, invalid},
    },
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    location::path_id,
    platforms::api::{LauncherView, PlatformView, RequestView, UsableAccess, launcher, request},
};

/// The symbol that stands for a platform: one of ours, or that of another place.
pub(super) fn symbol(logo: Option<&str>) -> &'static str {
    LOGOS.into_iter().find(|symbol| Some(*symbol) == logo).unwrap_or("external")
}

/// `/platform` and `/platform/{slug}`: the launcher, a dialog over Manajemen Akses.
pub fn launcher_page() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    // It outlives the list, which is drawn anew when an application changes.
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
        <Loaded data view={move |data: LauncherView| view! { <Launcher form chosen data /> }.into_any()} />
    }
    .into_any()
}

/// The access that came back with a form.
fn typed_access(form: FormState) -> Option<Uuid> {
    form.typed(Field::Access.as_str()).and_then(|id| id.parse().ok())
}

#[component]
fn Launcher(form: FormState, chosen: RwSignal<Option<Uuid>>, data: LauncherView) -> impl IntoView {
    let LauncherView { open, closed, chosen: picked, unknown } = data;
    let nothing = open.is_empty();
    let slug = picked.as_ref().map(|(platform, _)| platform.slug.clone());
    let usable = picked.as_ref().is_some_and(|(_, accesses)| !accesses.is_empty());
    let footer = view! {
        <a class="btn btn--quiet" href="/akses">"Batal"</a>
        {usable.then(|| view! { <EnterButton form form_id="masuk-platform" /> })}
    }
    .into_any();
    let choices = open.into_iter().map(|platform| {
        let is_chosen = slug.as_ref() == Some(&platform.slug);
        view! { <PlatformChoice platform is_chosen /> }
    });
    let choices = choices.collect_view();
    let has_chosen = slug.is_some();
    view! {
        <Dialog title="Pilih Platform" close_to="/akses" footer>
            <div class="picker" data-picked=has_chosen.then_some("")>
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
                            <span>"Platform pada alamat ini tidak ada atau tidak dapat Anda masuki."</span>
                        </p>
                    })}
                    {nothing.then(|| view! { <Nothing /> })}
                    <ul class="stack g2" role="list">{choices}</ul>
                    {closed.into_iter().map(|why| view! { <p class="sub">{why}</p> }).collect_view()}
                </section>
                {picked.map(|(platform, accesses)| view! { <EnterForm form chosen platform accesses /> })}
            </div>
        </Dialog>
    }
    .into_any()
}

/// No platform can be entered.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="stack g2">
            <p>"Belum ada platform yang dapat Anda masuki."</p>
            <p class="sub">
                "Platform terbuka setelah akses Anda disetujui dan masa berlakunya dimulai. Lihat akses dan pengajuan \
                 Anda di Manajemen Akses."
            </p>
        </div>
    }
}

#[component]
fn PlatformChoice(platform: PlatformView, is_chosen: bool) -> impl IntoView {
    let PlatformView { slug, name, line, logo } = platform;
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

#[component]
fn EnterButton(form: FormState, form_id: &'static str) -> impl IntoView {
    view! {
        <button class="btn btn--primary" form=form_id aria-busy=move || form.pending.get().then_some("true")>
            "Selanjutnya"
            <Icon name="go" />
        </button>
    }
}

/// Step 18 in the launcher.
#[component]
fn EnterForm(
    form: FormState,
    chosen: RwSignal<Option<Uuid>>,
    platform: PlatformView,
    accesses: Vec<UsableAccess>,
) -> impl IntoView {
    let legend = format!("2. Akses yang dipakai di {}", platform.name);
    view! {
        <PostForm form action=format!("/platform/{}", platform.slug) id="masuk-platform" class="stack">
            <FormProblem form />
            <AccessChoices form chosen legend accesses />
            <p class="sub">"Akses dapat diganti di dalam platform tanpa keluar."</p>
        </PostForm>
    }
    .into_any()
}

/// What is chosen at the beginning: the only access, or the one that was chosen the last time.
fn preselected(accesses: &[UsableAccess]) -> Option<Uuid> {
    match accesses {
        [only] => Some(only.id),
        several => several.iter().find(|access| access.last_used).map(|access| access.id),
    }
}

/// The accesses that are usable on a platform, the last choice first.
#[component]
fn AccessChoices(
    form: FormState,
    chosen: RwSignal<Option<Uuid>>,
    legend: String,
    accesses: Vec<UsableAccess>,
) -> impl IntoView {
    let known = |id: Option<Uuid>| accesses.iter().any(|access| Some(access.id) == id);
    if !known(chosen.get_untracked()) {
        chosen.set(preselected(&accesses));
    }
    let options = accesses.into_iter().enumerate().map(|(nth, access)| {
        let id = access.id;
        // A link to the field, and the focus after a refusal, come to the first.
        let element = (nth == 0).then(|| Field::Access.as_str());
        let until = match access.last_used {
            true => format!("Sampai {} · terakhir dipakai", date(access.last_day)),
            false => format!("Sampai {}", date(access.last_day)),
        };
        view! {
            <label class="choice choice--wide">
                <input
                    id=element
                    type="radio"
                    name=Field::Access.as_str()
                    value=id.to_string()
                    checked={chosen.get_untracked() == Some(id)}
                    on:change=move |_| {
                        chosen.set(Some(id));
                        form.set_issue(Field::Access, None);
                    }
                />
                <span>
                    <b>{format!("{} · {}", access.role.info().code, access.place)}</b>
                    {access.institution.map(|institution| view! { <small>{institution}</small> })}
                    <small>{until}</small>
                </span>
            </label>
        }
    });
    view! {
        <fieldset
            class="field"
            role="radiogroup"
            aria-invalid=invalid(form, Field::Access)
            aria-describedby=described_by(form, Field::Access, false)
        >
            <legend class="label">{legend}</legend>
            <div class="stack g2">{options.collect_view()}</div>
            <FieldError form field=Field::Access />
        </fieldset>
    }
    .into_any()
}

/// `/platform/lanjut/{id}`, with `?akses=` once an access is chosen: a platform asks for the person (step 18, then 19).
pub fn request_page() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    let chosen = RwSignal::new(typed_access(form));
    let (path, query) = (path_id(), use_query_map());
    let access = move || query.with(|query| query.get("akses").and_then(|id| id.parse::<Uuid>().ok()));
    let data = page_data(
        move || (path(), access()),
        |(id, access)| async move {
            let id = id.ok_or(ApiError::NotFound)?;
            request(id, access).await.map(|view| (id, view))
        },
    );
    view! {
        <Loaded
            data
            view={move |(id, view): (Uuid, RequestView)| {
                let action = format!("/platform/lanjut/{id}");
                match view.agreement {
                    Some(agreement) => view! { <terms::Agreement form action agreement /> }.into_any(),
                    None => {
                        let RequestView { platform, accesses, .. } = view;
                        view! { <RequestPage form chosen action platform accesses /> }.into_any()
                    }
                }
            }}
        />
    }
    .into_any()
}

#[component]
fn RequestPage(
    form: FormState,
    chosen: RwSignal<Option<Uuid>>,
    action: String,
    platform: PlatformView,
    accesses: Vec<UsableAccess>,
) -> impl IntoView {
    let PlatformView { name, line, logo, .. } = platform;
    let legend = format!("Akses yang dipakai di {name}");
    let matter = if accesses.is_empty() {
        view! {
            <div class="stack g6">
                <p>"Tidak ada akses Anda yang diterima platform ini sekarang."</p>
                <p class="row"><a class="btn btn--primary" href="/akses">"Manajemen Akses"</a></p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <PostForm form action class="stack g6" id="masuk-platform">
                <FormProblem form />
                <AccessChoices form chosen legend accesses />
                <p class="sub">"Platform hanya menerima nama, alamat surel, dan data akses yang Anda pilih."</p>
                <div class="row actions">
                    <EnterButton form form_id="masuk-platform" />
                    <a class="btn btn--quiet" href="/akses">"Batal"</a>
                </div>
            </PostForm>
        }
        .into_any()
    };
    view! {
        <PageTitle text=format!("Masuk ke {name}") />
        <main class="wrap stack g8 notice request" id="isi" tabindex="-1">
            <div class="row platform-head">
                <Icon name=symbol(logo.as_deref()) tile=true />
                <div class="words">
                    <h1>{format!("Masuk ke {name}")}</h1>
                    <p class="lead">{line}</p>
                </div>
            </div>
            {matter}
        </main>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::role::Role;
    use time::macros::date;

    use super::*;

    fn access(n: u128, last_used: bool) -> UsableAccess {
        UsableAccess {
            id: Uuid::from_u128(n),
            role: Role::Pa,
            place: "Sekretariat".into(),
            institution: None,
            last_day: date!(2027 - 12 - 31),
            last_used,
        }
    }

    #[test]
    fn the_only_access_and_the_last_choice_are_chosen_already() {
        assert_eq!(preselected(&[]), None);
        assert_eq!(preselected(&[access(1, false)]), Some(Uuid::from_u128(1)));
        assert_eq!(preselected(&[access(1, false), access(2, false)]), None);
        assert_eq!(preselected(&[access(1, false), access(2, true)]), Some(Uuid::from_u128(2)));
    }

    #[test]
    fn a_symbol_is_one_of_ours() {
        assert_eq!(symbol(Some("cart")), "cart");
        assert_eq!([symbol(None), symbol(Some("x\"><script>"))], ["external"; 2]);
    }
}
