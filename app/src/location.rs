//! What a page reads from its own address.

use leptos::prelude::*;
use leptos_router::{
    hooks::{use_location, use_params_map},
    location::Location,
};
use uuid::Uuid;

/// The application that the path names; nothing if it is no id.
pub fn path_id() -> impl Fn() -> Option<Uuid> + Copy + Send + Sync {
    let params = use_params_map();
    move || params.with(|params| params.get("id").and_then(|id| id.parse().ok()))
}

/// The address of the page that is shown: its path and its query.
pub fn here() -> impl Fn() -> String + Copy + Send + Sync {
    let Location { pathname, search, .. } = use_location();
    move || {
        let (path, query) = (pathname.get(), search.get());
        if query.is_empty() { path } else { format!("{path}?{}", query.trim_start_matches('?')) }
    }
}
