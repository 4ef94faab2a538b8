//! The desk of the verifiers: queue, letter and data side by side on one page, what was decided, the figures.

mod case;
mod dialogs;
mod figures;
mod history;
mod holidays;
mod keys;
mod letter;
mod lists;
mod queue;
mod shell;
mod state;
mod verdict;

pub use figures::figures_page;
pub use history::history_page;
pub use holidays::holidays_page;
pub use lists::lists_page;
pub use shell::DeskShell;

use leptos::prelude::*;

use crate::{
    components::{Loaded, PageTitle},
    forms::FormState,
};

/// `/verifikasi` and `/verifikasi/{id}`: the desk. One page, so that going from case to case leaves the queue as it is.
pub fn desk_page() -> impl IntoView {
    // Here and not where they are drawn, which the server may do twice.
    let (reads, form) = (state::Reads::new(), FormState::new());
    view! {
        <PageTitle text="Verifikasi" />
        <Loaded data=reads.queue view={move |queue| view! { <Desk queue reads form /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn Desk(queue: crate::verification::api::QueueView, reads: state::Reads, form: FormState) -> impl IntoView {
    let desk = state::Desk::new(queue, reads, form);
    desk.follow();
    keys::listen(desk);
    view! {
        <aside class="pane" aria-label="Antrean">
            <queue::QueuePane desk />
        </aside>
        <Loaded
            data=reads.case
            view={move |case| match case {
                Ok(Some(case)) => view! { <case::CasePanes desk case /> }.into_any(),
                Ok(None) => view! { <case::NoCase desk /> }.into_any(),
                Err(conflict) => view! { <case::BeingRepaired desk conflict /> }.into_any(),
            }}
        />
        <keys::HelpSheet desk />
    }
    .into_any()
}
