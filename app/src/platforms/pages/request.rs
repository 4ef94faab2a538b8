//! The page of a platform that asks for the person (guide steps 18 and 19).

use domain::{
    oidc::Scopes,
    platforms::launcher::{PlatformRequest, PlatformSummary, UsableAccess},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use super::{
    access_choices::{AccessChoices, EnterButton, typed_access},
    symbol::symbol,
    terms::AgreementForm,
};
use crate::{
    components::{FormProblem, Icon, Loaded, PageTitle, field::focus_first_issue},
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    location::path_id,
    platforms::{api::request, texts},
};

/// `/platform/lanjut/{id}`, with `?akses=` once an access is chosen.
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
            view={move |(id, view): (Uuid, PlatformRequest)| {
                let action = format!("/platform/lanjut/{id}");
                if view.other_person {
                    return view! { <OtherPerson page=action platform=view.platform /> }.into_any();
                }
                match view.agreement {
                    Some(agreement) => view! { <AgreementForm form action agreement /> }.into_any(),
                    None => {
                        let PlatformRequest { platform, scopes, accesses, .. } = view;
                        view! { <RequestPage form chosen action platform scopes accesses /> }.into_any()
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
    platform: PlatformSummary,
    scopes: Scopes,
    accesses: Vec<UsableAccess>,
) -> impl IntoView {
    let legend = format!("Akses yang dipakai di {}", platform.name);
    let matter = if accesses.is_empty() {
        view! {
            <div class="stack g6">
                <p>{texts::NO_ACCESS}</p>
                <p class="row"><a class="btn btn--primary" href="/akses">"Manajemen Akses"</a></p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <PostForm form action class="stack g6" id="masuk-platform">
                <FormProblem form />
                <AccessChoices form chosen legend accesses />
                <p class="sub">{texts::learns(&scopes)}</p>
                <div class="row actions">
                    <EnterButton form form_id="masuk-platform" />
                    <a class="btn btn--quiet" href="/akses">"Batal"</a>
                </div>
            </PostForm>
        }
        .into_any()
    };
    view! { <Frame platform>{matter}</Frame> }.into_any()
}

/// The platform named another person than the one who is signed in.
#[component]
fn OtherPerson(
    /// The path of this page, to which signing in leads back.
    page: String,
    platform: PlatformSummary,
) -> impl IntoView {
    let sentence = texts::other_person(&platform.name);
    view! {
        <Frame platform>
            <div class="stack g6">
                <p>{sentence}</p>
                <p class="row">
                    <a class="btn btn--primary" href=format!("/masuk?ulang=ya&lanjut={page}")>"Masuk dengan akun lain"</a>
                    <a class="btn btn--quiet" href="/akses">"Batal"</a>
                </p>
            </div>
        </Frame>
    }
    .into_any()
}

/// The head of the page, with the platform.
#[component]
fn Frame(platform: PlatformSummary, children: Children) -> impl IntoView {
    let PlatformSummary { name, line, logo, .. } = platform;
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
            {children()}
        </main>
    }
    .into_any()
}
