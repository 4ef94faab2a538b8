//! The desk of the verifiers: queue, letter and data side by side on one page, what was decided, the figures.

mod case;
mod dialogs;
mod figures;
mod history;
mod keys;
mod letter;
mod queue;
mod shell;
mod state;
mod verdict;

pub use figures::figures_page;
pub use history::history_page;
pub use shell::DeskShell;

use leptos::prelude::*;

use crate::{
    api::ApiError,
    components::{Loaded, PageTitle, page_data},
    forms::FormState,
};

/// `/verifikasi` and `/verifikasi/{id}`: the desk. One page, so that going from case to case leaves the queue as it is.
pub fn desk_page() -> impl IntoView {
    let queue = state::queue_data();
    // Here and not where it is drawn, which the server may do twice.
    let form = FormState::new();
    view! {
        <PageTitle text="Verifikasi" />
        <Loaded data=queue view={move |queue| view! { <Desk queue form /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn Desk(queue: crate::api::desk::QueueView, form: FormState) -> impl IntoView {
    let desk = state::Desk::new(queue, form);
    desk.follow();
    keys::listen(desk);
    let case = page_data(state::case_id(), |id| async move {
        let Some(id) = id else { return Ok(None) };
        let id = id.parse().map_err(|_| ApiError::NotFound)?;
        crate::api::desk::case(id).await.map(Some)
    });
    view! {
        <aside class="pane" aria-label="Antrean">
            <queue::QueuePane desk />
        </aside>
        <Loaded
            data=case
            view={move |case| match case {
                Some(case) => view! { <case::CasePanes desk case /> }.into_any(),
                None => view! { <case::NoCase desk /> }.into_any(),
            }}
        />
        <keys::HelpSheet desk />
    }
    .into_any()
}
