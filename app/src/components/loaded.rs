//! Data of a page: asked for before the page is drawn on the server, and anew when something may have changed.

use leptos::prelude::*;
use leptos_router::components::Redirect;
use serde::{Serialize, de::DeserializeOwned};

use super::{Icon, shell::here};
use crate::{api::ApiError, forms::Refresh, pages::NotFound};

/// JSON in a page, read with the same code as the answers of server functions: what reads a type is large, and needed
/// only once.
pub struct PageJson;

impl<T: Serialize> codee::Encoder<T> for PageJson {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> codee::Decoder<T> for PageJson {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, serde_json::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

/// Data of a page.
pub type Data<T> = Resource<Result<T, ApiError>, PageJson>;

/// Asks for a page's data; follows `source` and [`Refresh`].
pub fn page_data<S, T, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Data<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    let refresh = Refresh::current();
    Resource::new_with_options(move || (source(), refresh.0.get()), move |(source, _)| fetch(source), true)
}

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
                refresh.ring();
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
