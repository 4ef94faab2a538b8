//! The list of platforms.

use domain::platforms::administration::ListedPlatform;
use leptos::prelude::*;

use super::{
    address::{PAGE, value},
    settings::AddPage,
};
use crate::{
    administration::{AdminPage, DoneBanner, page_form, query},
    components::{Icon, Loaded},
    data::page_data,
    platforms::{api::platforms, pages::symbol::symbol, texts},
};

/// `/admin/platform`; with `?tindak=tambah`, the form for a new platform.
pub fn platforms_page() -> impl IntoView {
    let form = page_form();
    let data = page_data(query(), |query| async move { platforms().await.map(|platforms| (query, platforms)) });
    view! {
        <Loaded
            data
            view={move |(query, platforms): (String, Vec<ListedPlatform>)| match value(&query, "tindak") {
                Some("tambah") => view! { <AddPage form /> }.into_any(),
                _ => view! { <ListPage platforms /> }.into_any(),
            }}
        />
    }
    .into_any()
}

#[component]
fn ListPage(platforms: Vec<ListedPlatform>) -> impl IntoView {
    let add = view! {
        <a class="btn btn--primary" href=format!("{PAGE}?tindak=tambah")><Icon name="plus" />"Tambah platform"</a>
    }
    .into_any();
    let open = platforms.iter().filter(|platform| !platform.disabled).count();
    let lead = texts::list_lead(open);
    view! {
        <AdminPage title="Platform" lead action=add>
            <DoneBanner texts=texts::DONE />
            {if platforms.is_empty() {
                view! { <p class="sub">{texts::EMPTY_LIST}</p> }.into_any()
            } else {
                let rows = platforms.into_iter().map(|platform| view! { <PlatformRow platform /> });
                view! { <ul class="panel results" role="list">{rows.collect_view()}</ul> }.into_any()
            }}
        </AdminPage>
    }
    .into_any()
}

#[component]
fn PlatformRow(platform: ListedPlatform) -> impl IntoView {
    let profiles: Vec<&str> = platform.profile_types.iter().map(|each| each.label()).collect();
    let roles: Vec<&str> = platform.roles.iter().map(|role| role.info().code).collect();
    view! {
        <li class="row">
            <Icon name=symbol(platform.logo.as_deref()) tile=true />
            <span class="words">
                <b>{platform.name.clone()}</b>
                <small class="sub">{format!("{} · {}", profiles.join(", "), roles.join(", "))}</small>
                <small class="cap">{format!("/platform/{}", platform.slug)}</small>
            </span>
            {platform.disabled.then(|| view! {
                <span class="badge" data-state="rejected"><Icon name="ban" />"Nonaktif"</span>
            })}
            <a class="btn btn--quiet push" href=format!("{PAGE}/{}", platform.id)>
                "Buka"<span class="sr">" "{platform.name}</span>
            </a>
        </li>
    }
    .into_any()
}
