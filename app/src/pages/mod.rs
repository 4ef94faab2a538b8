//! The pages, by area. A page reads top-down like the screen it draws.

pub mod access;
pub mod account;
pub mod admin;
pub mod desk;
pub mod entry;
pub mod help;
pub mod page;
pub mod platform;
pub mod wizard;

pub use page::Page;

use domain::{email::Email, password, person::PersonName};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use crate::components::{PageTitle, field::Check};

// What fields that stand on several pages check as one types.
const CHECK_EMAIL: Check = |value| Email::parse(value).map(|_| ());
const CHECK_NAME: Check = |value| PersonName::parse(value).map(|_| ());
const CHECK_PASSWORD: Check = |value| password::check_length(value);

/// What is not there, or not for this person.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <PageTitle text="Tidak ditemukan" />
        <main class="wrap stack g6 notice" id="isi" tabindex="-1">
            <div class="stack g2">
                <h1>"Halaman tidak ditemukan"</h1>
                <p class="lead">
                    "Alamat ini tidak ada, atau bukan milik akun Anda. Periksa alamatnya, atau mulai dari Manajemen Akses."
                </p>
            </div>
            <p class="row">
                <a class="btn btn--primary" href="/akses">"Manajemen Akses"</a>
                <a class="btn" href="/bantuan">"Pusat Bantuan"</a>
            </p>
        </main>
    }
    .into_any()
}

/// The application that the path names; nothing if it is no id.
fn path_id() -> impl Fn() -> Option<Uuid> + Copy + Send + Sync {
    let params = use_params_map();
    move || params.with(|params| params.get("id").and_then(|id| id.parse().ok()))
}
