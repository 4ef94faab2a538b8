//! The search pages of the pickers: a field and its results. They do without script what the pickers do with it.

use domain::{applications::wizard::Step, role::ProfileType};
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_query_map};

use crate::applications::pages::{Frame, link_words, over_draft, role_words};
use crate::{
    applications::api::{DraftView, Options, institutions, work_units},
    components::{
        FormProblem, Icon, PageTitle, WizardStep,
        combobox::{marked, tally},
    },
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
};

/// Which of the two.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Institution,
    WorkUnit,
}

/// `/akses/pengajuan/{id}/instansi?q=…`
pub fn institution_search() -> impl IntoView {
    search(What::Institution)
}

/// `/akses/pengajuan/{id}/satker?q=…`
pub fn work_unit_search() -> impl IntoView {
    search(What::WorkUnit)
}

fn search(what: What) -> impl IntoView {
    let form = FormState::new();
    let title = match what {
        What::Institution => "Cari Nama Instansi",
        What::WorkUnit => "Cari Satuan Kerja",
    };
    view! {
        <PageTitle text=title />
        {over_draft(Step::Form, move |draft| match draft.draft.profile_type {
            ProfileType::NonPenyedia => view! { <SearchPage form what title draft /> }.into_any(),
            // A supplier has neither.
            ProfileType::Penyedia => view! { <Redirect path=draft.path(Step::Form) /> }.into_any(),
        })}
    }
    .into_any()
}

#[component]
fn SearchPage(form: FormState, what: What, title: &'static str, draft: DraftView) -> impl IntoView {
    let query = use_query_map().with_untracked(|query| query.get("q")).unwrap_or_default();
    let answers = draft.draft.answers.clone();
    let found = {
        let query = query.clone();
        page_data(
            move || query.clone(),
            move |query| async move {
                match what {
                    What::Institution => match answers.institution_type {
                        Some(kind) => institutions(kind, query).await.map(Some),
                        None => Ok(None),
                    },
                    What::WorkUnit => match answers.institution {
                        Some(institution) => work_units(institution, query).await.map(Some),
                        None => Ok(None),
                    },
                }
            },
        )
    };
    let (noun, slug) = match what {
        What::Institution => ("instansi", "instansi"),
        What::WorkUnit => ("satuan kerja", "satker"),
    };
    let action = format!("/akses/pengajuan/{}/{slug}", draft.id);
    let back = draft.path(Step::Form);
    let scope = match what {
        What::Institution => draft.draft.answers.institution_type.map(|kind| format!("Jenis: {}", kind.label())),
        What::WorkUnit => draft.draft.institution.as_ref().map(|institution| institution.name.clone()),
    };
    let version = draft.version;
    let role = role_words(draft.draft.profile_type, draft.draft.role);
    let results = {
        let action = action.clone();
        move |found: Result<Option<Options>, ApiError>| match found {
            Ok(Some(found)) => {
                let tally = tally(&found, noun, false);
                let shown = found.options.len();
                let more = found.total.saturating_sub(shown);
                view! {
                    <PostForm form action=action.clone() class="stack">
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
                        {(more > 0).then(|| view! {
                            <p class="sub">{format!("Dan {more} lainnya. Tambah kata agar daftar lebih pendek.")}</p>
                        })}
                    </PostForm>
                }
                .into_any()
            }
            Ok(None) => view! {
                <p>
                    {match what {
                        What::Institution => "Pilih Jenis Instansi pada formulir lebih dahulu.",
                        What::WorkUnit => "Pilih Nama Instansi pada formulir lebih dahulu.",
                    }}
                </p>
            }
            .into_any(),
            Err(_) => view! { <p>"Pencarian belum dapat dijalankan. Coba lagi sebentar lagi."</p> }.into_any(),
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
