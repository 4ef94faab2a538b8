use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::components::SendButton;
use crate::{
    components::{FormProblem, Loaded, PageTitle},
    data::page_data,
    forms::{FormState, PostForm},
    oidc::api::{LeavingView, leaving as asked},
};

/// What the form hands on: who asks, where it wants the person back, what it wants back itself.
const HANDED_ON: [&str; 3] = ["client_id", "post_logout_redirect_uri", "state"];

/// `/oidc/keluar`: a platform asks the person to sign out; or they have signed out.
pub fn leaving() -> impl IntoView {
    let form = FormState::new();
    let query = use_query_map();
    // A form that came back has it among what was typed.
    let value = move |name: &str| form.typed(name).or_else(|| query.with(|query| query.get(name)));
    let data = page_data(move || value(HANDED_ON[0]), asked);
    view! {
        <PageTitle text="Keluar" />
        <Loaded
            data
            view={move |LeavingView { signed_in, platform }: LeavingView| {
                if !signed_in {
                    return view! { <SignedOut /> }.into_any();
                }
                let fields = HANDED_ON.map(|name| (name, untrack(move || value(name))));
                view! { <Question form platform fields /> }.into_any()
            }}
        />
    }
    .into_any()
}

#[component]
fn Question(form: FormState, platform: Option<String>, fields: [(&'static str, Option<String>); 3]) -> impl IntoView {
    let fields = fields.map(|(name, value)| value.map(|value| view! { <input type="hidden" name=name value=value /> }));
    view! {
        <PostForm form action="/oidc/keluar" class="stack g6">
            <div class="stack g2">
                <h1>"Keluar dari Gerbang?"</h1>
                <p class="lead">
                    {platform.map(|name| format!("{name} meminta Anda keluar. "))}
                    "Sesi Anda di Gerbang berakhir, juga di semua platform yang Anda masuki dengannya."
                </p>
            </div>
            <FormProblem form />
            {fields.into_iter().collect_view()}
            <SendButton form label="Keluar" />
            <p class="row"><a href="/akses">"Batal"</a></p>
        </PostForm>
    }
    .into_any()
}

#[component]
fn SignedOut() -> impl IntoView {
    view! {
        <div class="stack g6">
            <div class="stack g2">
                <h1>"Anda sudah keluar"</h1>
                <p class="lead">"Sesi Anda di Gerbang sudah berakhir."</p>
            </div>
            <p class="row"><a class="btn btn--primary" href="/masuk">"Masuk"</a></p>
        </div>
    }
    .into_any()
}
