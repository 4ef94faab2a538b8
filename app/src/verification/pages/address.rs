//! The address of the desk: the open case, the filter of the queue, and what is shown of the case.

use leptos::prelude::*;
use leptos_router::{
    hooks::{use_location, use_params_map},
    params::ParamsMap,
};

/// The names in a query that filter the queue; others belong to the case.
const FILTERS: &[&str] = &["bagian", "instansi", "role", "umur", "sirup", "cari", "pilih"];

/// The query of the address. `use_query_map` keeps the previous one while the page stays the same (leptos_router 0.8.17).
pub fn query() -> Memo<ParamsMap> {
    use_location().query
}

/// Carries the filter of the queue through a posted form, so that the next page has the same filter without script.
#[component]
pub fn KeptFilter() -> impl IntoView {
    let search = use_location().search;
    view! { <input type="hidden" name="saring" value=move || search.with(|search| filters(search)) /> }
}

/// The id of the case in the address, as text.
pub fn case_id() -> impl Fn() -> Option<String> + Copy + Send + Sync {
    let params = use_params_map();
    move || params.with(|params| params.get("id"))
}

/// The part of a query that filters the queue.
pub fn filters(search: &str) -> String {
    let search = search.trim_start_matches('?');
    let parts = search.split('&').filter(|part| part.split_once('=').is_some_and(|(key, _)| FILTERS.contains(&key)));
    parts.collect::<Vec<_>>().join("&")
}
