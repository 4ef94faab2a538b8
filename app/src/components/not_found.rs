//! The page for what does not exist.

use leptos::prelude::*;

use super::shell::PageTitle;
use crate::texts::messages;

/// Also shown for what the person may not see, so that its existence is not revealed.
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
                <h1>{messages::NOT_FOUND}</h1>
                <p class="lead">{messages::NOT_FOUND_ADVICE}</p>
            </div>
            <p class="row">
                <a class="btn btn--primary" href="/akses">"Manajemen Akses"</a>
                <a class="btn" href="/bantuan">"Pusat Bantuan"</a>
            </p>
        </main>
    }
    .into_any()
}
