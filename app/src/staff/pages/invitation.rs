//! `/undangan`: accepting an invitation.

use domain::{
    issues::{Field, Problem},
    staff::view::OfferedRole,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{
        FormProblem, LinkOver, PageTitle, PasswordField, Retry, SendButton, TextField,
        checks::{CHECK_NAME, CHECK_PASSWORD},
        field::focus_first_issue,
    },
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    staff::{api::invitation::invitation as offered, texts},
    texts::NEW_PASSWORD_HINT,
};

/// `/undangan?token=…`
pub fn invitation() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    // A form that came back carries its token.
    let token = form.typed("token").or_else(|| use_query_map().with_untracked(|query| query.get("token")));
    let token = token.unwrap_or_default();
    let data = {
        let token = token.clone();
        page_data(move || token.clone(), offered)
    };
    // A memo of the page, because the view below may still run for a moment after the page was left.
    let over = Memo::new(move |_| form.problem(Field::Form) == Some(Problem::LinkExpired));
    view! {
        <PageTitle text="Terima undangan" />
        <Transition>
            {move || {
                let (token, over) = (token.clone(), over.get());
                Suspend::new(async move {
                    match data.await {
                        Ok(invitation) if !over => view! { <AcceptForm form token invitation /> }.into_any(),
                        // The link may well be valid: the server cannot tell at the moment.
                        Err(ApiError::Unavailable) => view! { <NotNow /> }.into_any(),
                        _ => view! {
                            <LinkOver
                                what=texts::INVITATION_OVER
                                again="/bantuan"
                                label="Pusat Bantuan"
                            />
                        }.into_any(),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn AcceptForm(form: FormState, token: String, invitation: OfferedRole) -> impl IntoView {
    let email = invitation.email.to_string();
    view! {
        <PostForm form action="/undangan" class="stack g6">
            <div class="stack g2">
                <h1>"Terima undangan"</h1>
                <p class="lead">
                    "Anda diundang menjadi " <b>{invitation.role.label()}</b>
                    " dengan alamat " <b>{email.clone()}</b> "."
                </p>
            </div>
            <FormProblem form />
            <input type="hidden" name="token" value=token />
            <TextField
                form
                field=Field::Name
                label="Nama lengkap"
                hint=texts::NAME_HINT
                autocomplete="name"
                check=CHECK_NAME
            />
            <input type="hidden" name="username" autocomplete="username" value=email />
            <PasswordField
                form
                field=Field::Password
                label="Kata sandi"
                hint=NEW_PASSWORD_HINT
                autocomplete="new-password"
                check=CHECK_PASSWORD
            />
            <SendButton form label="Buat akun dan masuk" />
        </PostForm>
    }
    .into_any()
}

#[component]
fn NotNow() -> impl IntoView {
    view! {
        <div class="stack g6">
            <div class="stack g2">
                <h1>"Undangan belum dapat dibuka"</h1>
                <p class="lead">{texts::INVITATION_UNAVAILABLE}</p>
            </div>
            <p class="row"><Retry /></p>
        </div>
    }
}
