//! The form of guide step 10. `domain::applications::fields` lists its fields.

mod aside;
mod company;
mod filling;
mod letter;
mod official;
#[cfg(feature = "hydrate")]
mod saving;
#[cfg(feature = "hydrate")]
mod upload;

use domain::{
    applications::{
        views::{DraftPage, PreviousRejection},
        wizard::{Draft, Link, Step, issues},
    },
    indonesian::{period, time},
    issues::Field,
    master_data::institution::InstitutionType,
    role::ProfileType,
    validity::Validity,
};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_query_map;

use self::{
    aside::aside,
    company::CompanySection,
    filling::{Filling, Saving},
    letter::LetterField,
    official::{HeldPlace, InstitutionSection, PeriodField},
};
use super::{Frame, link_words, over_draft, repairs, role_words};
use crate::{
    applications::texts,
    components::{Banner, ErrorSummary, FormProblem, Icon, PageTitle, ReadOnlyField, Tone, WizardStep},
    forms::{FormState, PostForm},
    session::zone,
};

/// `/akses/pengajuan/{id}/formulir`
pub fn form_step() -> impl IntoView {
    let form = FormState::new();
    view! { {over_draft(Step::Form, move |draft| view! { <FormPage form draft /> }.into_any())} }.into_any()
}

#[component]
fn FormPage(form: FormState, draft: DraftPage) -> impl IntoView {
    let (role, profile_type) = (draft.draft.role, draft.draft.profile_type);
    let (repair, rejection) = (draft.repair.clone(), draft.rejection.clone());
    let (title, lead) = {
        let (repairs, renews) = (repair.is_some(), draft.renews.is_some());
        (texts::form::title(role, repairs, renews), texts::form::lead(profile_type, repairs, renews))
    };
    let path = draft.path(Step::Form);
    show_missing(form, &draft);
    let role_words = role_words(profile_type, role);
    let sirup_words = link_words(&draft.draft);
    let sirup = sirup_banners(&draft);
    let types = draft.types.clone();
    let filling = Filling::new(form, draft);
    filling.check_while_typing();
    #[cfg(feature = "hydrate")]
    saving::Saver::watch(filling);
    let version = NodeRef::new();
    filling.take_over(version);
    focus_anchor();

    view! {
        <PageTitle text=title.clone() />
        <Frame
            step=WizardStep::Form
            role=Some(role_words)
            sirup=sirup_words
            aside=aside(profile_type, rejection.clone())
        >
            <div class="stack g2">
                <h1>{title}</h1>
                <p class="lead">{lead}<span class="scripted">{texts::form::SAVES_ITSELF}</span></p>
            </div>
            <ErrorSummary form />
            {repair.map(|repair| repairs(role, repair, Some(String::new())))}
            {rejection.map(|PreviousRejection { reference, reason }| view! {
                <div class="only-narrow">
                    <Banner tone=Tone::Error title=format!("Alasan penolakan {reference}")>{reason}</Banner>
                </div>
            })}
            {sirup}
            <PostForm form action=path.clone() class="stack g8" multipart=true>
                <Fields filling path=path.clone() types version />
            </PostForm>
        </Frame>
    }
    .into_any()
}

/// Shows what is missing to a person whom the review sent here.
fn show_missing(form: FormState, page: &DraftPage) {
    let asked = use_query_map().with_untracked(|query| query.get("periksa").is_some());
    if asked && form.issues.with_untracked(Vec::is_empty) {
        form.issues.set(issues(&page.draft, Step::Form, page.today));
    }
}

/// Says what SiRUP filled in, and that it records another role.
fn sirup_banners(page: &DraftPage) -> AnyView {
    let role = page.draft.role;
    let differing = page.draft.differing_sirup_role().map(str::to_owned);
    let filled_in = username(&page.draft).is_some()
        && page.draft.institution.is_some()
        && page.repair.is_none()
        && page.renews.is_none();
    view! {
        {differing.map(|sirup_role| view! {
            <Banner tone=Tone::Waiting title=format!("SiRUP mencatat role {sirup_role}")>
                {texts::form::differing_role(role)}
            </Banner>
        })}
        {filled_in.then(|| view! {
            <Banner tone=Tone::Info title="Data diisi dari SiRUP">{texts::form::FILLED_FROM_SIRUP}</Banner>
        })}
    }
    .into_any()
}

/// The username of the linked SiRUP account.
fn username(draft: &Draft) -> Option<String> {
    match &draft.link {
        Link::Linked(account) => Some(account.username.clone()),
        _ => None,
    }
}

#[component]
fn Fields(filling: Filling, path: String, types: Vec<InstitutionType>, version: NodeRef<html::Input>) -> impl IntoView {
    let form = filling.form;
    let (profile_type, renews) = filling.draft.with_value(|page| (page.draft.profile_type, page.renews.is_some()));
    let role = filling.draft.with_value(|page| role_section(&page.draft));
    view! {
        <input type="hidden" name="version" value=move || filling.version.get().to_string() node_ref=version />
        // Enter in any field presses the first button of a form; that must be the main one.
        <button class="sr" name="aksi" value="ajukan" tabindex="-1" aria-hidden="true">"Ajukan Akses"</button>
        <FormProblem form />
        {move || (filling.saving.get() == Saving::Stopped).then(|| view! { <LoadLatest path=path.clone() /> })}
        {role}
        <hr />
        {match profile_type {
            ProfileType::Penyedia => view! { <CompanySection filling held=renews /> }.into_any(),
            ProfileType::NonPenyedia if renews => view! { <HeldPlace filling /> }.into_any(),
            ProfileType::NonPenyedia => view! { <InstitutionSection filling types /> }.into_any(),
        }}
        <hr />
        <PeriodSection filling />
        <hr />
        <LetterSection filling />
        <Actions filling />
    }
    .into_any()
}

fn role_section(draft: &Draft) -> AnyView {
    let role = draft.role.title();
    let username = username(draft);
    view! {
        <section class="stack g6" aria-labelledby="b1">
            <h2 id="b1" class="sr">"Peran"</h2>
            <div class="cols">
                <ReadOnlyField id="pilih-role" label="Pilih Role" value=role />
                {username.map(|username| view! {
                    <ReadOnlyField id="username" label="Username pada Platform Sebelumnya" value=username />
                })}
            </div>
        </section>
    }
    .into_any()
}

/// Masa Berlaku Peran. Suppliers do not type it.
#[component]
fn PeriodSection(filling: Filling) -> impl IntoView {
    let (profile_type, renews, today) =
        filling.draft.with_value(|page| (page.draft.profile_type, page.renews, page.today));
    let supplier = profile_type == ProfileType::Penyedia;
    view! {
        <section class="stack g6" aria-labelledby="b3">
            <div class="stack g1">
                <h2 id="b3">"Masa Berlaku Peran"</h2>
                {renews.map(|before| view! { <Before before over={before.last() < today} /> })}
                {supplier.then(|| view! { <p class="sub">{texts::form::company_validity(renews.is_some())}</p> })}
            </div>
            {(!supplier).then(|| view! {
                <div class="cols">
                    <PeriodField filling field=Field::FirstDay label="Hari pertama" />
                    <PeriodField filling field=Field::LastDay label="Hari terakhir" />
                </div>
            })}
        </section>
    }
    .into_any()
}

/// The period of the access that is renewed.
#[component]
fn Before(before: Validity, over: bool) -> impl IntoView {
    view! {
        <p class="sub">
            {if over { "Akses lama berlaku " } else { "Akses sekarang berlaku " }}
            <b>{period(before.first(), before.last())}</b>
            "."
        </p>
    }
}

#[component]
fn LetterSection(filling: Filling) -> impl IntoView {
    let (id, label) = filling.draft.with_value(|page| (page.id, page.draft.role.info().letter));
    view! {
        <section class="stack g6" aria-labelledby="b4">
            <div class="stack g1">
                <h2 id="b4">{label}</h2>
                <p class="sub">{texts::form::LETTER_LIMIT}</p>
            </div>
            <LetterField
                form=filling.form
                application=id
                label
                letter=filling.letter
                note=filling.note(Field::Letter)
            />
        </section>
    }
    .into_any()
}

#[component]
fn Actions(filling: Filling) -> impl IntoView {
    let form = filling.form;
    view! {
        <div class="row actions">
            <button
                class="btn btn--primary"
                name="aksi"
                value="ajukan"
                aria-busy=move || form.pending.get().then_some("true")
            >
                "Ajukan Akses"
            </button>
            <button class="btn btn--quiet" name="aksi" value="simpan">"Simpan dan keluar"</button>
            <SavingNote saving=filling.saving />
        </div>
    }
    .into_any()
}

/// `Tersimpan 15.04 WIB`
#[component]
fn SavingNote(saving: RwSignal<Saving>) -> impl IntoView {
    let zone = zone();
    view! {
        <span class="sub push row g2 scripted" role="status">
            {move || match saving.get() {
                Saving::Saved(at) => view! {
                    <Icon name="check" small=true />
                    {format!("Tersimpan {}", time(at, zone))}
                }.into_any(),
                Saving::Pending => "Menyimpan…".into_any(),
                Saving::Failed => view! {
                    <Icon name="alert" small=true />
                    {texts::form::SAVE_FAILED}
                }.into_any(),
                Saving::Stopped => view! {
                    <Icon name="alert" small=true />
                    {texts::form::NOT_SAVED}
                }.into_any(),
            }}
        </span>
    }
}

/// Scrolls to the field in the anchor of the URL (`#address`, from the review) and focuses it, once the form is drawn.
/// The browser does so itself for a page that is loaded as a whole.
fn focus_anchor() {
    #[cfg(feature = "hydrate")]
    Effect::new(move |before: Option<()>| {
        use wasm_bindgen::JsCast;
        let hash = window().location().hash().unwrap_or_default();
        let id = hash.trim_start_matches('#').to_owned();
        if before.is_some() || id.is_empty() {
            return;
        }
        leptos::task::spawn_local(async move {
            for _ in 0..40 {
                gloo_timers::future::TimeoutFuture::new(50).await;
                let element = document().get_element_by_id(&id);
                if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
                    element.scroll_into_view();
                    let _ = element.focus();
                    return;
                }
            }
        });
    });
}

/// Loads the page again, with the stored answers in place of those on screen.
#[component]
fn LoadLatest(path: String) -> impl IntoView {
    view! {
        <p>
            <a class="btn" href=path rel="external">
                <Icon name="rotate" />
                "Muat isian terbaru"
            </a>
        </p>
    }
}
