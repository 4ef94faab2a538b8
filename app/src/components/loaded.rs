//! Shows the data of a page, its loading state and its failures.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::{icon::Icon, not_found::NotFound};
use crate::{
    data::{Data, Refresh},
    error::ApiError,
    location::here,
    texts::messages,
};

/// Shows a skeleton while the data loads, then the view, or an error page. During a refresh the old view stays.
#[component]
pub fn Loaded<T, V>(data: Data<T>, view: V) -> impl IntoView
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
            <span class="sr">{messages::LOADING}</span>
            <span class="skeleton"></span>
            <span class="skeleton"></span>
            <span class="skeleton"></span>
        </div>
    }
}

/// A button that fetches the page's data again.
#[component]
pub fn Retry() -> impl IntoView {
    let refresh = Refresh::current();
    let here = here();
    view! {
        // Without script, the link reloads the page.
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
            <h1>{messages::PAGE_FAILED}</h1>
            <p class="lead">{messages::PAGE_FAILED_NOTE}</p>
            <Retry />
        </div>
    }
}
