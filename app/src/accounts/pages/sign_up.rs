//! The pages of sign-up and of the confirmation of an address.

use domain::{accounts::email::Email, issues::Field};
use leptos::prelude::*;

use crate::{
    accounts::{api::registration, texts},
    components::{
        FormProblem, LinkOver, PageTitle, PasswordField, SendButton, TextField,
        checks::{CHECK_EMAIL, CHECK_NAME, CHECK_PASSWORD},
        entry::kept_address,
        field::focus_first_issue,
    },
    data::page_data,
    forms::{FormState, PostForm},
    texts::NEW_PASSWORD_HINT,
};

/// A remark on addresses that do not belong to the government. They are accepted.
fn personal_address(value: &str) -> Option<&'static str> {
    Email::parse(value).is_ok_and(|email| !email.is_official()).then_some(texts::PERSONAL_ADDRESS)
}

/// `/daftar`
pub fn sign_up() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    view! {
        <PageTitle text="Daftar" />
        <PostForm form action="/daftar" class="stack g6">
            <div class="stack g2">
                <h1>"Daftar"</h1>
                <p class="lead">{texts::SIGN_UP}</p>
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
            <TextField
                form
                field=Field::Email
                label="Alamat surel"
                kind="email"
                autocomplete="email"
                placeholder="nama@instansi.go.id"
                check=CHECK_EMAIL
                remark=personal_address
            />
            <PasswordField
                form
                field=Field::Password
                label="Kata sandi"
                hint=NEW_PASSWORD_HINT
                autocomplete="new-password"
                check=CHECK_PASSWORD
            />
            <SendButton form label="Daftar" />
            <p class="sub">"Sudah punya akun? " <a href="/masuk">"Masuk"</a></p>
        </PostForm>
    }
    .into_any()
}

/// `/daftar/terkirim`, the same for every address.
pub fn sign_up_sent() -> impl IntoView {
    view! {
        <PageTitle text="Periksa surel Anda" />
        <div class="stack g6">
            <div class="stack g2">
                <h1>"Periksa surel Anda"</h1>
                <p class="lead">{texts::SIGN_UP_SENT}</p>
            </div>
            <p class="sub">
                "Tautan berlaku selama 24 jam. Surel belum tiba? Periksa folder spam, atau " <a href="/daftar">"daftar sekali lagi"</a> "."
            </p>
        </div>
    }
    .into_any()
}

/// `/daftar/konfirmasi`, with an open link
pub fn confirm() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    let email = page_data(|| (), |()| registration());
    view! {
        <PageTitle text="Konfirmasi alamat surel" />
        <Transition>
            {move || Suspend::new(async move {
                match email.await {
                    Ok(email) => view! { <ConfirmForm form email=email.to_string() /> }.into_any(),
                    Err(error) => match kept_address(form, &error) {
                        Some(email) => view! { <ConfirmForm form email /> }.into_any(),
                        None => view! {
                            <LinkOver
                                error=Some(error)
                                what=texts::CONFIRMATION_OVER
                                again="/daftar"
                                label="Daftar sekali lagi"
                            />
                        }.into_any(),
                    },
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn ConfirmForm(form: FormState, email: String) -> impl IntoView {
    view! {
        <PostForm form action="/daftar/konfirmasi" class="stack g6">
            <div class="stack g2">
                <h1>"Konfirmasi alamat surel"</h1>
                <p class="lead">"Alamat " <b>{email.clone()}</b> " siap dipakai."</p>
            </div>
            <FormProblem form />
            <input type="hidden" name="username" autocomplete="username" value=email />
            <PasswordField
                form
                field=Field::Password
                label="Kata sandi"
                hint=texts::CONFIRM_PASSWORD_HINT
                autocomplete="current-password"
            />
            <SendButton form label="Konfirmasi dan masuk" />
        </PostForm>
    }
    .into_any()
}
