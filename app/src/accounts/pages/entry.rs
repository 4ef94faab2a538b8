//! Sign-in, sign-up, forgotten passwords: the pages beside the gate.

use domain::{
    accounts::email::Email,
    issues::{Field, Problem},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    accounts::api::{check_reset, registration},
    components::checks::{CHECK_EMAIL, CHECK_NAME, CHECK_PASSWORD},
    components::{
        Banner, FormProblem, LinkOver, PageTitle, PasswordField, SendButton, TextField, Tone, field::focus_first_issue,
    },
    data::page_data,
    forms::{FormState, PostForm},
};

/// A remark on addresses that are not the government's; they are taken all the same.
fn personal_address(value: &str) -> Option<&'static str> {
    Email::parse(value).is_ok_and(|email| !email.is_official()).then_some(
        "Alamat ini bukan alamat kedinasan (.go.id). Anda tetap dapat mendaftar; alamat kedinasan mempercepat verifikasi.",
    )
}

/// `/masuk`; who opens it signed in goes on, unless a platform wants them to sign in again (`?ulang`).
pub fn sign_in() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    let query = use_query_map();
    // A form that came back has it among what was typed.
    let next = move || form.typed("lanjut").or_else(|| query.with(|query| query.get("lanjut")));
    let again = move || query.with(|query| query.get("ulang").is_some());
    #[cfg(feature = "ssr")]
    if form.issues.with_untracked(Vec::is_empty) && !untrack(again) {
        go_on_if_signed_in(untrack(next).as_deref());
    }
    let changed = move || query.with(|query| query.get("kata-sandi").is_some());
    view! {
        <PageTitle text="Masuk" />
        <PostForm form action="/masuk" class="stack g6">
            <div class="stack g2">
                <h1>"Masuk"</h1>
                <p class="lead">
                    {move || if again() {
                        "Platform yang Anda tuju meminta Anda masuk sekali lagi."
                    } else {
                        "Satu akun untuk semua akses pengadaan Anda."
                    }}
                </p>
            </div>
            {move || changed().then(|| view! {
                <Banner tone=Tone::Done title="Kata sandi baru tersimpan">"Masuk dengan kata sandi baru Anda."</Banner>
            })}
            <FormProblem form />
            {move || next().map(|next| view! { <input type="hidden" name="lanjut" value=next /> })}
            <TextField
                form
                field=Field::Email
                label="Alamat surel"
                kind="email"
                autocomplete="username"
                placeholder="nama@instansi.go.id"
            />
            <PasswordField
                form
                field=Field::Password
                label="Kata sandi"
                autocomplete="current-password"
                aside=view! { <a class="sub push" href="/lupa-kata-sandi">"Lupa kata sandi?"</a> }.into_any()
            />
            <SendButton form label="Masuk" />
            <p class="sub">"Belum punya akun? " <a href="/daftar">"Daftar"</a></p>
        </PostForm>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
fn go_on_if_signed_in(to: Option<&str>) {
    if crate::state::Caller::current().is_ok_and(|caller| caller.actor.is_some()) {
        // What is no ASCII does not fit into the header, nor is it an address that a page of ours leads to.
        let to = to.filter(|to| to.is_ascii());
        leptos_axum::redirect(&crate::forms::server::own_path(to, "/akses"));
    }
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
                <p class="lead">"Buat akun, lalu hubungkan atau daftarkan akses Anda."</p>
            </div>
            <FormProblem form />
            <TextField
                form
                field=Field::Name
                label="Nama lengkap"
                hint="Sama dengan nama pada surat, boleh dengan gelar."
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
                hint="Paling sedikit 10 karakter. Beberapa kata acak lebih kuat daripada satu kata rumit."
                autocomplete="new-password"
                check=CHECK_PASSWORD
            />
            <SendButton form label="Daftar" />
            <p class="sub">"Sudah punya akun? " <a href="/masuk">"Masuk"</a></p>
        </PostForm>
    }
    .into_any()
}

/// `/daftar/terkirim`: the same for every address.
pub fn sign_up_sent() -> impl IntoView {
    view! {
        <PageTitle text="Periksa surel Anda" />
        <div class="stack g6">
            <div class="stack g2">
                <h1>"Periksa surel Anda"</h1>
                <p class="lead">"Kami mengirim surel ke alamat yang Anda tulis. Buka tautan di dalamnya untuk melanjutkan."</p>
            </div>
            <p class="sub">
                "Tautan berlaku selama 24 jam. Surel belum tiba? Periksa folder spam, atau " <a href="/daftar">"daftar sekali lagi"</a> "."
            </p>
        </div>
    }
    .into_any()
}

/// `/daftar/konfirmasi?token=…`
pub fn confirm() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    // A form that came back has its token among what was typed.
    let token = form.typed("token").or_else(|| use_query_map().with_untracked(|query| query.get("token")));
    let token = StoredValue::new(token.unwrap_or_default());
    let email = page_data(move || token.get_value(), registration);
    view! {
        <PageTitle text="Konfirmasi alamat surel" />
        <Transition>
            {move || Suspend::new(async move {
                match email.await {
                    Ok(email) => view! {
                        <PostForm form action="/daftar/konfirmasi" class="stack g6">
                            <div class="stack g2">
                                <h1>"Konfirmasi alamat surel"</h1>
                                <p class="lead">"Alamat " <b>{email.to_string()}</b> " siap dipakai."</p>
                            </div>
                            <FormProblem form />
                            <input type="hidden" name="token" value=token.get_value() />
                            <input type="hidden" name="username" autocomplete="username" value=email.to_string() />
                            <PasswordField
                                form
                                field=Field::Password
                                label="Kata sandi"
                                hint="Kata sandi yang Anda buat saat mendaftar."
                                autocomplete="current-password"
                            />
                            <SendButton form label="Konfirmasi dan masuk" />
                        </PostForm>
                    }.into_any(),
                    Err(_) => view! {
                        <LinkOver
                            what="Tautan konfirmasi ini sudah dipakai atau lebih lama dari 24 jam."
                            again="/daftar"
                            label="Daftar sekali lagi"
                        />
                    }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// `/lupa-kata-sandi`
pub fn forgot() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    view! {
        <PageTitle text="Lupa kata sandi" />
        <PostForm form action="/lupa-kata-sandi" class="stack g6">
            <div class="stack g2">
                <h1>"Lupa kata sandi"</h1>
                <p class="lead">"Kami mengirim tautan untuk membuat kata sandi baru."</p>
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

/// `/lupa-kata-sandi/terkirim`: the same for every address.
pub fn forgot_sent() -> impl IntoView {
    view! {
        <PageTitle text="Periksa surel Anda" />
        <div class="stack g6">
            <div class="stack g2">
                <h1>"Periksa surel Anda"</h1>
                <p class="lead">"Kami mengirim surel ke alamat yang Anda tulis. Tautan di dalamnya berlaku selama 1 jam."</p>
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
    let holds = page_data(move || token.get_value(), check_reset);
    // A link that held when the page was opened may be over when the form is sent.
    let over = Memo::new(move |_| form.problem(Field::Form) == Some(Problem::LinkExpired));
    let fields = move || {
        view! {
            <PostForm form action="/atur-ulang-kata-sandi" class="stack g6">
                <div class="stack g2">
                    <h1>"Kata sandi baru"</h1>
                    <p class="lead">"Setelah disimpan, semua sesi Anda diakhiri."</p>
                </div>
                <FormProblem form />
                <input type="hidden" name="token" value=token.get_value() />
                <PasswordField
                    form
                    field=Field::Password
                    label="Kata sandi baru"
                    hint="Paling sedikit 10 karakter. Beberapa kata acak lebih kuat daripada satu kata rumit."
                    autocomplete="new-password"
                    check=CHECK_PASSWORD
                />
                <SendButton form label="Simpan kata sandi" />
            </PostForm>
        }
        .into_any()
    };
    let gone = || {
        view! {
            <LinkOver
                what="Tautan ini sudah dipakai atau lebih lama dari 1 jam."
                again="/lupa-kata-sandi"
                label="Minta tautan baru"
            />
        }
        .into_any()
    };
    view! {
        <PageTitle text="Kata sandi baru" />
        <Transition>
            {move || Suspend::new(async move {
                match holds.await {
                    Ok(()) => (move || if over.get() { gone() } else { fields() }).into_any(),
                    Err(_) => gone(),
                }
            })}
        </Transition>
    }
    .into_any()
}
