//! Hubungkan Akses SiRUP (guide steps 3 to 9).

use domain::{
    applications::{views::DraftPage, wizard::Step},
    issues::{Field, Problem, link_failure::LinkFailure},
};
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_query_map};

use super::{Frame, link_words, over_draft, role_words};
use crate::{
    applications::texts,
    components::{
        Banner, Dialog, FormProblem, PageTitle, PasswordField, TextField, Tone, WizardStep, field::focus_first_issue,
    },
    forms::{FormState, PostForm},
    help::api::HelpContext,
    session::zone,
    texts::sentence,
};

/// `/akses/pengajuan/{id}/sirup`: Hubungkan Akses SiRUP (guide steps 3 to 9); with `?baru`, the confirmation of step 9.
pub fn sirup_step() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    view! {
        <PageTitle text="Hubungkan Akses SiRUP" />
        {over_draft(Step::Sirup, move |draft| if draft.draft.role.info().in_sirup {
            view! { <SirupPage form draft /> }.into_any()
        } else {
            view! { <Redirect path=draft.path(draft.next()) /> }.into_any()
        })}
    }
    .into_any()
}

#[component]
fn SirupPage(form: FormState, draft: DraftPage) -> impl IntoView {
    let path = draft.path(Step::Sirup);
    let fresh = format!("{path}?baru");
    let (dialog_path, dialog_fresh, link_fresh) = (path.clone(), fresh.clone(), fresh);
    let confirm_path = path.clone();
    let query = use_query_map();
    let asks = move || query.with(|query| query.get("baru").is_some());
    let role = role_words(draft.draft.profile_type, draft.draft.role);
    let id = draft.id;
    let failure = move || match form.problem(Field::SirupUsername) {
        Some(Problem::Sirup(failure)) => Some(failure),
        _ => None,
    };
    let accounts = draft.accounts;
    view! {
        <Frame step=WizardStep::Sirup role=Some(role) sirup=link_words(&draft.draft) aside=view! { <aside></aside> }.into_any()>
            <div class="stack g2">
                <h1>"Hubungkan akses SiRUP"</h1>
                <p class="lead">{texts::form::sirup_lead()}</p>
            </div>
            <KnownAccounts form accounts path=path.clone() />
            <PostForm form action=path class="stack g6" id="sirup"><Credentials form /></PostForm>
            <p class="sub">
                {texts::form::not_in_sirup()}
                <a href=link_fresh>"Daftar Akses Baru"</a>
            </p>
        </Frame>
        {move || failure().filter(|_| !asks()).map(|failure| view! {
            <FailureDialog form failure id path=dialog_path.clone() fresh=dialog_fresh.clone() />
        })}
        {move || asks().then(|| view! { <NewAccessDialog path=confirm_path.clone() /> })}
    }
    .into_any()
}

/// The accounts that the person linked before.
#[component]
fn KnownAccounts(form: FormState, accounts: Vec<String>, path: String) -> impl IntoView {
    (!accounts.is_empty()).then(move || {
        view! {
            <section class="panel stack g3 known" aria-labelledby="k-akun">
                <h2 id="k-akun" class="label">"Sudah pernah Anda hubungkan"</h2>
                {accounts.into_iter().map(|account| view! {
                    <PostForm form action=path.clone() class="row">
                        <input type="hidden" name="aksi" value="akun" />
                        <input type="hidden" name="akun" value=account.clone() />
                        <span><b>{account.clone()}</b></span>
                        <button class="btn push">"Pakai"<span class="sr">" "{account.clone()}</span></button>
                    </PostForm>
                }).collect_view()}
            </section>
        }
    })
}

#[component]
fn Credentials(form: FormState) -> impl IntoView {
    view! {
        <FormProblem form />
        <TextField form field=Field::SirupUsername label="Username pada Platform SiRUP" />
        <PasswordField
            form
            field=Field::SirupPassword
            label="Kata Sandi pada Platform SiRUP"
            hint=texts::form::PASSWORD_IS_NOT_KEPT
            autocomplete="off"
        />
        <div class="row actions">
            <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                <LinkIcon form />
                "Hubungkan Akses"
            </button>
            <a class="btn btn--quiet" href="/akses">"Kembali"</a>
            <span class="sub push" role="status">
                {move || form.pending.get().then_some(texts::form::CHECKING_AT_SIRUP)}
            </span>
        </div>
    }
    .into_any()
}

#[component]
fn LinkIcon(form: FormState) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=move || if form.pending.get() { "/icons.svg#i-rotate" } else { "/icons.svg#i-link" } />
        </svg>
    }
}

/// The pop-ups of guide steps 6 and 7.
#[component]
fn FailureDialog(form: FormState, failure: LinkFailure, id: uuid::Uuid, path: String, fresh: String) -> impl IntoView {
    let (title, context) = match failure {
        LinkFailure::WrongCredentials { .. } => ("Gagal masuk ke SiRUP", HelpContext::SirupWrong),
        LinkFailure::Paused { .. } => ("Pemeriksaan dijeda", HelpContext::SirupWrong),
        LinkFailure::RegisteredTooLate { .. } => ("Akun SiRUP tidak dapat dihubungkan", HelpContext::SirupLate),
        LinkFailure::AlreadyLinked => ("Akses SiRUP sudah pernah dihubungkan", HelpContext::SirupLinked),
        LinkFailure::Unavailable => ("SiRUP belum menjawab", HelpContext::SirupDown),
    };
    let sentence = sentence(&domain::issues::Issue::new(Field::SirupUsername, Problem::Sirup(failure)), zone());
    let left = match failure {
        LinkFailure::WrongCredentials { left } => Some(left),
        _ => None,
    };
    let close = Callback::new(move |()| {
        form.issues.set(Vec::new());
        focus("sirup_username");
    });
    let again = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        form.issues.set(Vec::new());
        resubmit();
    };
    // The guide offers a new access for a failed sign-in (step 6), not for an account that is taken (step 7).
    let offers_new = failure != LinkFailure::AlreadyLinked;
    let offers_again = failure == LinkFailure::Unavailable;
    let footer = view! {
        <a class="btn" href=format!("/bantuan?langkah={}&pengajuan={id}", context.slug())>"Pusat Bantuan"</a>
        {offers_again.then(|| view! { <a class="btn" href=path.clone() on:click=again>"Coba lagi"</a> })}
        {offers_new.then(|| view! { <a class="btn btn--primary" href=fresh>"Daftar Akses Baru"</a> })}
    }
    .into_any();
    view! {
        <Dialog title=title close_to=path on_close=close footer=footer>
            <p>{sentence}</p>
            {left.map(|left| {
                let (title, text) = texts::form::attempts_left(left);
                view! { <Banner tone=Tone::Waiting title>{text}</Banner> }
            })}
        </Dialog>
    }
    .into_any()
}

/// The pop-up of guide step 9.
#[component]
fn NewAccessDialog(path: String) -> impl IntoView {
    // A form state of its own, so that the dialog shows its issues.
    let form = FormState::new();
    let footer = view! {
        <a class="btn" href=path.clone()>"Batal"</a>
        <PostForm form action=path.clone()>
            <input type="hidden" name="aksi" value="baru" />
            <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                "Ya, Lanjutkan"
            </button>
        </PostForm>
    }
    .into_any();
    view! {
        <Dialog title="Daftarkan akses baru?" close_to=path footer=footer>
            <FormProblem form />
            <p>{texts::form::NEW_ACCESS}</p>
        </Dialog>
    }
    .into_any()
}

fn focus(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let element = document().get_element_by_id(id).and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) = element {
            let _ = element.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Sends the form of this page once more, with what is in it.
fn resubmit() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let form =
            document().get_element_by_id("sirup").and_then(|found| found.dyn_into::<web_sys::HtmlFormElement>().ok());
        if let Some(form) = form {
            let _ = form.request_submit();
        }
    }
}
