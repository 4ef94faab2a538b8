//! Forms that work with and without script, on one route each.
//!
//! A form posts to the path of its own page. The handler (`server::Post`) runs one use case and answers
//! - a plain post with a redirect, or with the same page again, which shows the issues and what was typed. If no page can
//!   show them, the answer is a notice (`notice`);
//! - script (`Accept: application/json`) with a [`Reply`] that says the same, so that the page does not reload.

#[cfg(feature = "hydrate")]
mod client;
#[cfg(feature = "hydrate")]
pub use client::fields;
#[cfg(feature = "ssr")]
pub mod notice;
#[cfg(feature = "ssr")]
pub mod server;
mod state;

pub use state::{FormState, Posted, Reply, provide_first_post, session_is_over};

use leptos::prelude::*;

/// A form that posts to `action`, the path of its page.
#[component]
pub fn PostForm(
    form: FormState,
    #[prop(into)] action: String,
    #[prop(optional, into)] class: &'static str,
    /// True if the form has a file field. Only a post without script sends files; script uploads them separately.
    #[prop(optional)]
    multipart: bool,
    /// For buttons outside the form.
    #[prop(optional)]
    id: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let enctype = if multipart { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
    #[cfg(feature = "hydrate")]
    let submit = client::submitter(form);
    #[cfg(not(feature = "hydrate"))]
    let submit = {
        let _ = form;
        |_: leptos::ev::SubmitEvent| {}
    };
    view! {
        <form id=id class=class method="post" action=action enctype=enctype novalidate on:submit=submit>
            {children()}
        </form>
    }
}

/// A form with the method GET: it leads to the page `action` with the fields in the query. With script, the page does not
/// reload, and empty fields are left out of the query.
#[component]
pub fn AskForm(
    action: &'static str,
    #[prop(into)] class: &'static str,
    /// `search` for a search form.
    #[prop(optional)]
    role: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    let ask = client::asker(action);
    #[cfg(not(feature = "hydrate"))]
    let ask = |_: leptos::ev::SubmitEvent| {};
    view! {
        <form class=class method="get" action=action role=role on:submit=ask>
            {children()}
        </form>
    }
}
