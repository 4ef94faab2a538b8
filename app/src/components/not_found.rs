//! The page for what does not exist.

use leptos::prelude::*;

use super::PageTitle;

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
