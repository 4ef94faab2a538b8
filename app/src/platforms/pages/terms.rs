//! The terms of a platform, and **Setuju** (guide step 19).

use domain::{
    indonesian::{capitalised, date, date_time},
    issues::Field,
    platforms::{
        launcher::{Agreement, TermsDocument},
        terms::TermsKind,
    },
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

use crate::{
    components::{FormProblem, Icon, Loaded, PageTitle, field::FieldError},
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    platforms::{api::agreement, texts},
    prose::Prose,
    session::zone,
};

/// `/platform/{slug}/ketentuan?akses=…`.
pub fn agreement_page() -> impl IntoView {
    let form = FormState::new();
    let (params, query) = (use_params_map(), use_query_map());
    let asked = move || {
        let slug = params.with(|params| params.get("slug")).unwrap_or_default();
        // A refused form has it among its values.
        let access = form.typed(Field::Access.as_str()).or_else(|| query.with(|query| query.get("akses")));
        (slug, access.and_then(|id| id.parse::<Uuid>().ok()))
    };
    let data =
        page_data(asked, |(slug, access)| async move { agreement(slug, access.ok_or(ApiError::NotFound)?).await });
    view! {
        <Loaded
            data
            view={move |agreement: Agreement| {
                let action = format!("/platform/{}/ketentuan", agreement.platform.slug);
                view! { <AgreementForm form action agreement /> }.into_any()
            }}
        />
    }
    .into_any()
}

/// The documents in full, and **Setuju**.
#[component]
pub(super) fn AgreementForm(
    form: FormState,
    /// The address of the form.
    action: String,
    agreement: Agreement,
) -> impl IntoView {
    let Agreement { platform, scopes, since, access, documents } = agreement;
    let learns = texts::learns(&scopes);
    let since = since.map(|since| texts::already_connected(&date_time(since, zone())));
    let title = if documents.is_empty() {
        format!("Masuk ke {}", platform.name)
    } else {
        format!("Ketentuan {}", platform.name)
    };
    let lead = texts::agreement_lead(documents.len());
    let button = if documents.is_empty() { "Lanjutkan" } else { "Setuju" };
    let kinds = documents.iter().map(|document| document.kind).collect();
    let accepted = documents.iter().map(|document| {
        view! { <input type="hidden" name="terms" value=document.id.to_string() /> }
    });
    let accepted = accepted.collect_view();
    let with = format!("{} · {}", access.role.info().code, access.place);
    view! {
        <PageTitle text=title.clone() />
        <main class="wrap terms-page" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>{title}</h1>
                    <p class="lead">{lead}</p>
                </div>
            </div>
            <Contents kinds />
            {documents.into_iter().map(|document| view! { <Document document /> }).collect_view()}
            <PostForm form action class="stack g3 agree">
                <FormProblem form />
                <FieldError form field=Field::Access />
                <input type="hidden" name=Field::Access.as_str() value=access.id.to_string() />
                {accepted}
                <p class="sub">{learns}{since}</p>
                <p class="sub">
                    "Anda masuk dengan akses " <b>{with}</b>
                    {texts::ACCEPTANCE_IS_RECORDED}
                </p>
                <div class="row">
                    <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                        {button}
                        <Icon name="go" />
                    </button>
                    <a class="btn btn--quiet" href="/akses">"Tidak sekarang"</a>
                </div>
            </PostForm>
        </main>
    }
    .into_any()
}

/// Links to the documents, if there are several.
#[component]
fn Contents(kinds: Vec<TermsKind>) -> impl IntoView {
    (kinds.len() > 1).then(|| {
        let contents = kinds.into_iter().map(|kind| {
            // `external`: the router leaves the anchor to the browser.
            view! { <li><a href=format!("#d-{kind}") rel="external">{kind.label()}</a></li> }
        });
        view! {
            <nav aria-label="Dokumen"><ul class="row" role="list">{contents.collect_view()}</ul></nav>
        }
    })
}

#[component]
fn Document(document: TermsDocument) -> impl IntoView {
    let id = format!("d-{}", document.kind);
    let labelled_by = id.clone();
    let of = format!("versi {}, berlaku sejak {}", document.version, date(document.in_force_on));
    view! {
        <article class="panel document" aria-labelledby=labelled_by>
            <header class="stack g1">
                <h2 id=id>{document.kind.label()}</h2>
                <p class="sub num">{capitalised(&of)}</p>
            </header>
            <Prose nodes=document.text />
        </article>
    }
    .into_any()
}
