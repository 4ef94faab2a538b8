//! `/undangan`: accepting an invitation.

use domain::{
    issues::{Field, Problem},
    permission::StaffRole,
    staff::view::OfferedRole,
};
use leptos::prelude::*;

use crate::{
    components::{
        FormProblem, LinkOver, PageTitle, PasswordField, Retry, SendButton, TextField,
        checks::{CHECK_NAME, CHECK_PASSWORD},
        entry::kept_address,
        field::focus_first_issue,
    },
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    staff::{api::invitation::invitation as offered, texts},
    texts::NEW_PASSWORD_HINT,
};

/// `/undangan`, with an open link
pub fn invitation() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    let data = page_data(|| (), |()| offered());
    // A memo of the page, because the view below may still run for a moment after the page was left.
    let over = Memo::new(move |_| form.problem(Field::Form) == Some(Problem::LinkExpired));
    view! {
        <PageTitle text="Terima undangan" />
        <Transition>
            {move || {
                let over = over.get();
                Suspend::new(async move {
                    let error = match data.await {
                        Ok(OfferedRole { email, role }) if !over => {
                            return view! { <AcceptForm form email=email.to_string() role=Some(role) /> }.into_any();
                        }
                        // The link may well be valid: the server cannot tell at the moment.
                        Err(ApiError::Unavailable) => return view! { <NotNow /> }.into_any(),
                        other => other.err(),
                    };
                    match error.as_ref().and_then(|error| kept_address(form, error)) {
                        Some(email) => view! { <AcceptForm form email role=None /> }.into_any(),
                        None => view! {
                            <LinkOver
                                error
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
fn AcceptForm(
    form: FormState,
    email: String,
    /// Unknown while the link is not open.
    role: Option<StaffRole>,
) -> impl IntoView {
    let offered = role.map(|role| view! { " menjadi " <b>{role.label()}</b> });
    view! {
        <PostForm form action="/undangan" class="stack g6">
            <div class="stack g2">
                <h1>"Terima undangan"</h1>
                <p class="lead">
                    "Anda diundang" {offered} " dengan alamat " <b>{email.clone()}</b> "."
                </p>
            </div>
            <FormProblem form />
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
