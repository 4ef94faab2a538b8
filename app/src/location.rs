//! What a page reads from its own URL.

use leptos::prelude::*;
use leptos_router::{
    hooks::{use_location, use_params_map},
    location::Location,
};
use uuid::Uuid;

/// The parameter `id` of the path, if it is a UUID.
pub fn path_id() -> impl Fn() -> Option<Uuid> + Copy + Send + Sync {
    let params = use_params_map();
    move || params.with(|params| params.get("id").and_then(|id| id.parse().ok()))
}

/// Path and query of the current page.
pub fn here() -> impl Fn() -> String + Copy + Send + Sync {
    let Location { pathname, search, .. } = use_location();
    move || {
        let (path, query) = (pathname.get(), search.get());
        if query.is_empty() { path } else { format!("{path}?{}", query.trim_start_matches('?')) }
    }
}
