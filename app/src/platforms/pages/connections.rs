//! **Platform yang terhubung**: where the person is signed in with their accesses, what each platform gets, and the end of
//! it.

use domain::{indonesian::date_time, platforms::connections::Connection};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::symbol::symbol;
use crate::{
    accounts::pages::AccountPage,
    components::{Banner, FormProblem, Icon, Loaded, Tone},
    data::page_data,
    forms::{FormState, PostForm},
    platforms::{api::connections, texts},
    session::zone,
};

/// `/profil/platform`
pub fn connections_page() -> impl IntoView {
    let data = page_data(|| (), |()| connections());
    let form = FormState::new();
    let query = use_query_map();
    let ended = move || query.with(|query| query.get("selesai").is_some());
    view! {
        <AccountPage title="Platform yang terhubung" lead=texts::CONNECTIONS>
            <div class="slot" role="status">
                {move || ended().then(|| view! {
                    <Banner tone=Tone::Done title="Hubungan diakhiri">{texts::CONNECTION_ENDED}</Banner>
                })}
            </div>
            <FormProblem form />
            <Loaded
                data
                view={move |connections: Vec<Connection>| view! { <ConnectionList form connections /> }.into_any()}
            />
        </AccountPage>
    }
    .into_any()
}

#[component]
fn ConnectionList(form: FormState, connections: Vec<Connection>) -> impl IntoView {
    if connections.is_empty() {
        return view! { <p>{texts::NO_CONNECTIONS}</p> }.into_any();
    }
    view! {
        <PostForm form action="/profil/platform" class="stack g6">
            <ul class="panel" role="list">
                {connections.into_iter().map(|connection| view! { <ConnectionItem connection /> }).collect_view()}
            </ul>
        </PostForm>
    }
    .into_any()
}

#[component]
fn ConnectionItem(connection: Connection) -> impl IntoView {
    let Connection { id, platform, scopes, roles, since } = connection;
    let name = platform.name.clone();
    let roles: Vec<&str> = roles.iter().map(|role| role.info().code).collect();
    let since = texts::connected_since(&date_time(since, zone()), &roles);
    view! {
        <li class="pass">
            <div class="row">
                <Icon name=symbol(platform.logo.as_deref()) tile=true />
                <div class="stack g1">
                    <b>{platform.name}</b>
                    <p class="sub">{texts::learns(&scopes)}</p>
                    <p class="sub">{since}</p>
                </div>
                <button class="btn push" name="platform" value=id.to_string()>
                    "Akhiri"<span class="sr">{format!(" {name}")}</span>
                </button>
            </div>
        </li>
    }
}
