//! The pages of a forgotten password.

use domain::issues::{Field, Problem};
use leptos::prelude::*;

use crate::{
    accounts::{api::reset_of, texts},
    components::{
        FormProblem, LinkOver, PageTitle, PasswordField, SendButton, TextField,
        checks::{CHECK_EMAIL, CHECK_PASSWORD},
        entry::kept_address,
        field::focus_first_issue,
    },
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    texts::NEW_PASSWORD_HINT,
};

/// `/lupa-kata-sandi`
pub fn forgot() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    view! {
        <PageTitle text="Lupa kata sandi" />
        <PostForm form action="/lupa-kata-sandi" class="stack g6">
            <div class="stack g2">
                <h1>"Lupa kata sandi"</h1>
                <p class="lead">{texts::FORGOT}</p>
            </div>
            <FormProblem form />
            <TextField
                form
                field=Field::Email
                label="Alamat surel"
                kind="email"
                autocomplete="username"
                placeholder="nama@instansi.go.id"
                check=CHECK_EMAIL
            />
            <SendButton form label="Kirim tautan" />
            <p class="sub"><a href="/masuk">"Kembali ke halaman masuk"</a></p>
        </PostForm>
    }
    .into_any()
}

/// `/lupa-kata-sandi/terkirim`, the same for every address.
pub fn forgot_sent() -> impl IntoView {
    view! {
        <PageTitle text="Periksa surel Anda" />
        <div class="stack g6">
            <div class="stack g2">
                <h1>"Periksa surel Anda"</h1>
                <p class="lead">{texts::FORGOT_SENT}</p>
            </div>
            <p class="sub">
                "Surel belum tiba? Periksa folder spam, atau " <a href="/lupa-kata-sandi">"minta sekali lagi"</a> "."
            </p>
        </div>
    }
    .into_any()
}

/// `/atur-ulang-kata-sandi`, with an open link
pub fn reset() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    let email = page_data(|| (), |()| reset_of());
    // The link may expire between loading the page and sending the form.
    let over = Memo::new(move |_| form.problem(Field::Form) == Some(Problem::LinkExpired));
    let gone = |error: Option<ApiError>| {
        view! { <LinkOver error what=texts::RESET_OVER again="/lupa-kata-sandi" label="Minta tautan baru" /> }
            .into_any()
    };
    let fields = move |email: String| {
        let form_or_end = move || match over.get() {
            true => gone(None),
            false => view! { <ResetForm form email=email.clone() /> }.into_any(),
        };
        form_or_end.into_any()
    };
    view! {
        <PageTitle text="Kata sandi baru" />
        <Transition>
            {move || Suspend::new(async move {
                match email.await {
                    Ok(email) => fields(email.to_string()),
                    Err(error) => match kept_address(form, &error) {
                        Some(email) => fields(email),
                        None => gone(Some(error)),
                    },
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn ResetForm(form: FormState, email: String) -> impl IntoView {
    view! {
        <PostForm form action="/atur-ulang-kata-sandi" class="stack g6">
            <div class="stack g2">
                <h1>"Kata sandi baru"</h1>
                <p class="lead">"Untuk akun " <b>{email.clone()}</b> ". " {texts::RESET}</p>
            </div>
            <FormProblem form />
            <input type="hidden" name="username" autocomplete="username" value=email />
            <PasswordField
                form
                field=Field::Password
                label="Kata sandi baru"
                hint=NEW_PASSWORD_HINT
                autocomplete="new-password"
                check=CHECK_PASSWORD
            />
            <SendButton form label="Simpan kata sandi" />
        </PostForm>
    }
    .into_any()
}
