//! The page of sign-in.

use domain::issues::Field;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    accounts::texts,
    components::{
        Banner, FormProblem, PageTitle, PasswordField, SendButton, TextField, Tone, field::focus_first_issue,
    },
    forms::{FormState, PostForm},
};

/// `/masuk`. A person who is signed in is sent on, unless a platform wants them to sign in again (`?ulang`).
pub fn sign_in() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    let query = use_query_map();
    // A form that came back carries it.
    let next = move || form.typed("lanjut").or_else(|| query.with(|query| query.get("lanjut")));
    let again = move || query.with(|query| query.get("ulang").is_some());
    #[cfg(feature = "ssr")]
    if form.issues.with_untracked(Vec::is_empty) && !untrack(again) {
        send_on_if_signed_in(untrack(next).as_deref());
    }
    let changed = move || query.with(|query| query.get("kata-sandi").is_some());
    view! {
        <PageTitle text="Masuk" />
        <PostForm form action="/masuk" class="stack g6">
            <div class="stack g2">
                <h1>"Masuk"</h1>
                <p class="lead">
                    {move || if again() {
                        texts::SIGN_IN_AGAIN
                    } else {
                        texts::SIGN_IN
                    }}
                </p>
            </div>
            {move || changed().then(|| view! {
                <Banner tone=Tone::Done title="Kata sandi baru tersimpan">{texts::NEW_PASSWORD_SAVED}</Banner>
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
fn send_on_if_signed_in(to: Option<&str>) {
    if crate::state::Caller::current().is_ok_and(|caller| caller.actor.is_some()) {
        // A header holds ASCII only, and so do all our addresses.
        let to = to.filter(|to| to.is_ascii());
        leptos_axum::redirect(&crate::forms::server::own_path(to, "/akses"));
    }
}
