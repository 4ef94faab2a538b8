//! Forms that work with script and without, by one route each.
//!
//! A form posts to the path of its own page. The handler (on the server, [`server::Post`]) runs one use case and answers
//! - to a plain post, with a redirect, or with the same page again: its status, the issues, all that was typed; where
//!   no page can take it, with a notice;
//! - to script (`Accept: application/json`), with a [`Reply`] that says the same, and nothing reloads.

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
    /// Its state.
    form: FormState,
    /// Where it posts to.
    #[prop(into)]
    action: String,
    /// Its class.
    #[prop(optional, into)]
    class: &'static str,
    /// Whether it carries files when posted without script; with script they go their own way.
    #[prop(optional)]
    multipart: bool,
    /// Its id, for buttons that stand outside.
    #[prop(optional)]
    id: Option<&'static str>,
    /// Its fields and buttons.
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

/// A form that changes nothing: it leads to the page `action` with what was typed in the address. With script, nothing
/// reloads, and what is empty stays out of the address.
#[component]
pub fn AskForm(
    /// The path that it leads to.
    action: &'static str,
    /// Its class.
    #[prop(into)]
    class: &'static str,
    /// Its role, where it searches.
    #[prop(optional)]
    role: Option<&'static str>,
    /// Its fields and buttons.
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
