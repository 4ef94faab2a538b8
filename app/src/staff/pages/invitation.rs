use domain::issues::{Field, Problem};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::components::{LinkOver, SendButton};
use crate::{
    components::checks::{CHECK_NAME, CHECK_PASSWORD},
    components::{FormProblem, PageTitle, PasswordField, Retry, TextField, field::focus_first_issue},
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    staff::invitation::{InvitationView, invitation as invited},
};

/// `/undangan?token=…`: makes the account of somebody who was invited to the staff.
pub fn invitation() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    // A form that came back has its token among what was typed.
    let token = form.typed("token").or_else(|| use_query_map().with_untracked(|query| query.get("token")));
    let token = token.unwrap_or_default();
    let data = {
        let token = token.clone();
        page_data(move || token.clone(), invited)
    };
    // Not asked within the drawing, which goes on for a moment when the page was left.
    let over = Memo::new(move |_| form.problem(Field::Form) == Some(Problem::LinkExpired));
    view! {
        <PageTitle text="Terima undangan" />
        <Transition>
            {move || {
                let (token, over) = (token.clone(), over.get());
                Suspend::new(async move {
                    match data.await {
                        Ok(invitation) if !over => view! { <AcceptForm form token invitation /> }.into_any(),
                        // Nothing is known of the link while the server cannot answer.
                        Err(ApiError::Unavailable) => view! { <NotNow /> }.into_any(),
                        _ => view! {
                            <LinkOver
                                what="Undangan ini sudah dipakai, ditarik, atau lebih lama dari 7 hari. Minta \
                                      administrator mengundang Anda lagi."
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
fn AcceptForm(form: FormState, token: String, invitation: InvitationView) -> impl IntoView {
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
                hint="Tampil pada putusan dan riwayat kasus, boleh dengan gelar."
                autocomplete="name"
                check=CHECK_NAME
            />
            <input type="hidden" name="username" autocomplete="username" value=email />
            <PasswordField
                form
                field=Field::Password
                label="Kata sandi"
                hint="Paling sedikit 10 karakter. Beberapa kata acak lebih kuat daripada satu kata rumit."
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
                <p class="lead">"Sistem belum dapat menjawab. Undangan Anda tetap berlaku; coba lagi sebentar lagi."</p>
            </div>
            <p class="row"><Retry /></p>
        </div>
    }
}
