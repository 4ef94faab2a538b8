//! Draws the data of a page, its loading state and its failures.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::Icon;
use crate::{
    components::NotFound,
    data::{Data, Refresh},
    error::ApiError,
    location::here,
};

/// Draws a page's data once it is there; before that a skeleton, and if it does not come, why and what to do. While it
/// is asked for anew, what is shown stays.
#[component]
pub fn Loaded<T, V>(
    /// The data.
    data: Data<T>,
    /// How it is drawn.
    view: V,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    let here = here();
    view! {
        <Transition fallback=Skeleton>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match data.await {
                        Ok(data) => view(data),
                        Err(ApiError::SignedOut) => {
                            let query = crate::query_value(&untrack(here));
                            view! { <Redirect path=format!("/masuk?lanjut={query}") /> }.into_any()
                        }
                        Err(ApiError::NotFound) => view! { <NotFound /> }.into_any(),
                        Err(_) => view! { <Failed /> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="wrap stack loading" role="status">
            <span class="sr">"Memuat…"</span>
            <span class="skeleton"></span>
            <span class="skeleton"></span>
            <span class="skeleton"></span>
        </div>
    }
}

/// A button that asks for the page's data again.
#[component]
pub fn Retry() -> impl IntoView {
    let refresh = Refresh::current();
    let here = here();
    view! {
        // Without script, the link loads the page again.
        <a
            class="btn"
            href=here
            rel="external"
            on:click=move |ev| {
                ev.prevent_default();
                refresh.request();
            }
        >
            <Icon name="rotate" />
            "Coba lagi"
        </a>
    }
}

#[component]
fn Failed() -> impl IntoView {
    view! {
        <div class="wrap stack empty">
            <Icon name="alert" tile=true />
            <h1>"Halaman belum dapat ditampilkan"</h1>
            <p class="lead">"Sistem belum dapat menjawab. Isian yang sudah tersimpan tetap aman."</p>
            <Retry />
        </div>
    }
}
