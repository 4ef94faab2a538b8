//! The pages of a forgotten password.

use domain::issues::{Field, Problem};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    accounts::{api::check_reset, texts},
    components::{
        FormProblem, LinkOver, PageTitle, PasswordField, SendButton, TextField,
        checks::{CHECK_EMAIL, CHECK_PASSWORD},
        field::focus_first_issue,
    },
    data::page_data,
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

/// `/atur-ulang-kata-sandi?token=…`
pub fn reset() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    let token = form.typed("token").or_else(|| use_query_map().with_untracked(|query| query.get("token")));
    let token = StoredValue::new(token.unwrap_or_default());
    let valid = page_data(move || token.get_value(), check_reset);
    // The link may expire between loading the page and sending the form.
    let over = Memo::new(move |_| form.problem(Field::Form) == Some(Problem::LinkExpired));
    let fields = move || view! { <ResetForm form token=token.get_value() /> }.into_any();
    let gone =
        || view! { <LinkOver what=texts::RESET_OVER again="/lupa-kata-sandi" label="Minta tautan baru" /> }.into_any();
    view! {
        <PageTitle text="Kata sandi baru" />
        <Transition>
            {move || Suspend::new(async move {
                match valid.await {
                    Ok(()) => (move || if over.get() { gone() } else { fields() }).into_any(),
                    Err(_) => gone(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn ResetForm(form: FormState, token: String) -> impl IntoView {
    view! {
        <PostForm form action="/atur-ulang-kata-sandi" class="stack g6">
            <div class="stack g2">
                <h1>"Kata sandi baru"</h1>
                <p class="lead">{texts::RESET}</p>
            </div>
            <FormProblem form />
            <input type="hidden" name="token" value=token />
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
