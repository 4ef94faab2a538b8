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

use crate::components::{Loaded, PageTitle, page_data};

/// `/verifikasi` and `/verifikasi/{id}`: the desk. One page, so that going from case to case leaves the queue as it is.
pub fn desk_page() -> impl IntoView {
    let queue = state::queue_data();
    view! {
        <PageTitle text="Verifikasi" />
        <Loaded data=queue view={|queue| view! { <Desk queue /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn Desk(queue: crate::api::desk::QueueView) -> impl IntoView {
    let desk = state::Desk::new(queue);
    desk.follow();
    keys::listen(desk);
    let case = page_data(state::case_id(), |id| async move {
        match id {
            Some(id) => crate::api::desk::case(id).await.map(Some),
            None => Ok(None),
        }
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
