//! `/oidc/keluar`: asks whether to sign out, and confirms that it is done.

use domain::oidc::LogoutQuestion;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{api::question, texts};
use crate::{
    components::{FormProblem, Loaded, PageTitle, SendButton},
    data::page_data,
    forms::{FormState, PostForm},
};

/// Parameters of the address that the form sends on.
const SENT_ON: [&str; 3] = ["client_id", "post_logout_redirect_uri", "state"];

/// `/oidc/keluar`.
pub fn leaving() -> impl IntoView {
    let form = FormState::new();
    let query = use_query_map();
    // A refused form has it among its values.
    let value = move |name: &str| form.typed(name).or_else(|| query.with(|query| query.get(name)));
    let data = page_data(move || value(SENT_ON[0]), question);
    view! {
        <PageTitle text="Keluar" />
        <Loaded
            data
            view={move |LogoutQuestion { signed_in, platform }: LogoutQuestion| {
                if !signed_in {
                    return view! { <SignedOut /> }.into_any();
                }
                let fields = SENT_ON.map(|name| (name, untrack(move || value(name))));
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
                    {platform.map(|name| texts::asked_by(&name))}
                    {texts::CONSEQUENCE}
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
                <p class="lead">{texts::SIGNED_OUT}</p>
            </div>
            <p class="row"><a class="btn btn--primary" href="/masuk">"Masuk"</a></p>
        </div>
    }
    .into_any()
}
