//! The search pages of the pickers, for browsers without script: a search field and its results.

use domain::{
    applications::{pickers::Options, views::DraftPage, wizard::Step},
    master_data::institution::InstitutionType,
    role::ProfileType,
};
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_query_map};
use uuid::Uuid;

use super::{Frame, link_words, over_draft, role_words};
use crate::{
    applications::{
        api::{institutions, work_units},
        texts,
    },
    components::{
        FormProblem, Icon, PageTitle, WizardStep,
        combobox::{marked, tally},
    },
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
};

/// What the page searches for.
#[derive(Clone, Copy, PartialEq)]
enum Picked {
    Institution,
    WorkUnit,
}

impl Picked {
    /// What the results are called, and the last part of the path.
    const fn noun_and_slug(self) -> (&'static str, &'static str) {
        match self {
            Self::Institution => ("instansi", "instansi"),
            Self::WorkUnit => ("satuan kerja", "satker"),
        }
    }

    const fn choose_first(self) -> &'static str {
        match self {
            Self::Institution => texts::form::TYPE_FIRST_IN_FORM,
            Self::WorkUnit => texts::form::INSTITUTION_FIRST_IN_FORM,
        }
    }

    /// `None` if nothing can be searched yet ([`Self::choose_first`]).
    async fn search(
        self,
        kind: Option<InstitutionType>,
        institution: Option<Uuid>,
        query: String,
    ) -> Result<Option<Options>, ApiError> {
        match (self, kind, institution) {
            (Self::Institution, Some(kind), _) => institutions(kind, query).await.map(Some),
            (Self::WorkUnit, _, Some(institution)) => work_units(institution, query).await.map(Some),
            _ => Ok(None),
        }
    }
}

/// `/akses/pengajuan/{id}/instansi?q=…`
pub fn institution_search() -> impl IntoView {
    search(Picked::Institution)
}

/// `/akses/pengajuan/{id}/satker?q=…`
pub fn work_unit_search() -> impl IntoView {
    search(Picked::WorkUnit)
}

fn search(picked: Picked) -> impl IntoView {
    let form = FormState::new();
    let title = match picked {
        Picked::Institution => "Cari Nama Instansi",
        Picked::WorkUnit => "Cari Satuan Kerja",
    };
    view! {
        <PageTitle text=title />
        {over_draft(Step::Form, move |draft| match draft.draft.profile_type {
            ProfileType::NonPenyedia => view! { <SearchPage form picked title draft /> }.into_any(),
            // A supplier has neither.
            ProfileType::Penyedia => view! { <Redirect path=draft.path(Step::Form) /> }.into_any(),
        })}
    }
    .into_any()
}

#[component]
fn SearchPage(form: FormState, picked: Picked, title: &'static str, draft: DraftPage) -> impl IntoView {
    let query = use_query_map().with_untracked(|query| query.get("q")).unwrap_or_default();
    let answers = &draft.draft.answers;
    let (kind, institution) = (answers.institution_type, answers.institution);
    let found = {
        let query = query.clone();
        page_data(move || query.clone(), move |query| async move { picked.search(kind, institution, query).await })
    };
    let (noun, slug) = picked.noun_and_slug();
    let action = format!("/akses/pengajuan/{}/{slug}", draft.id);
    let back = draft.path(Step::Form);
    let scope = match picked {
        Picked::Institution => draft.draft.answers.institution_type.map(|kind| format!("Jenis: {}", kind.label())),
        Picked::WorkUnit => draft.draft.institution.as_ref().map(|institution| institution.name.clone()),
    };
    let version = draft.version;
    let role = role_words(draft.draft.profile_type, draft.draft.role);
    let results = {
        let action = action.clone();
        move |found: Result<Option<Options>, ApiError>| match found {
            Ok(Some(found)) => view! { <Results form action=action.clone() version noun found /> }.into_any(),
            Ok(None) => view! { <p>{picked.choose_first()}</p> }.into_any(),
            Err(_) => view! { <p>{texts::form::SEARCH_FAILED}</p> }.into_any(),
        }
    };
    view! {
        <Frame
            step=WizardStep::Form
            role=Some(role)
            sirup=link_words(&draft.draft)
            aside=view! { <aside></aside> }.into_any()
        >
            <div class="stack g2">
                <h1>{title}</h1>
                <p class="lead">{scope}</p>
            </div>
            <form class="stack" method="get" action=action.clone() role="search">
                <div class="field">
                    <label class="label" for="q">"Nama atau kode"</label>
                    <div class="control">
                        <Icon name="search" />
                        <input id="q" name="q" type="search" autocomplete="off" value=query />
                        <button class="btn btn--quiet">"Cari"</button>
                    </div>
                </div>
            </form>
            <Transition>{move || { let results = results.clone(); Suspend::new(async move { results(found.await) }) }}</Transition>
            <p><a href=back>"Kembali ke formulir"</a></p>
        </Frame>
    }
    .into_any()
}

#[component]
fn Results(form: FormState, action: String, version: i64, noun: &'static str, found: Options) -> impl IntoView {
    let tally = tally(&found, noun, false);
    let more = found.total.saturating_sub(found.options.len());
    view! {
        <PostForm form action class="stack">
            <FormProblem form />
            <input type="hidden" name="version" value=version.to_string() />
            <p class="sub" role="status">{tally}</p>
            <ul class="panel results" role="list">
                {found.options.into_iter().map(|option| view! {
                    <li class="row">
                        <span>
                            {marked(&option.name, &option.marks)}
                            <small class="sub num">{option.code}</small>
                        </span>
                        <button class="btn push" name="pilih" value=option.id.to_string()>
                            "Pilih"<span class="sr">" "{option.name.clone()}</span>
                        </button>
                    </li>
                }).collect_view()}
            </ul>
            {(more > 0).then(|| view! { <p class="sub">{texts::form::more_options(more)}</p> })}
        </PostForm>
    }
    .into_any()
}
