//! The pages of the desk and of its settings. The desk shows queue, letter and data side by side on one page.

mod address;
mod case;
mod checks;
mod clock;
mod data;
mod dialogs;
mod history;
mod holidays;
mod keys;
mod letter;
mod lists;
#[cfg(feature = "hydrate")]
mod live;
#[cfg(feature = "hydrate")]
mod order;
mod preview;
mod queue;
mod shell;
mod state;
mod statistics;
mod verdict;

pub use history::history_page;
pub use holidays::holidays_page;
pub use lists::lists_page;
pub use shell::DeskShell;
pub use statistics::statistics_page;

use domain::verification::Queue;
use leptos::prelude::*;

use crate::{
    components::{Loaded, PageTitle},
    forms::FormState,
};

/// `/verifikasi` and `/verifikasi/{id}`: the desk. One page, so that the queue stays as it is from case to case.
pub fn desk_page() -> impl IntoView {
    // At the root of the page: the server may draw its parts twice.
    let (data, form) = (data::DeskData::new(), FormState::new());
    view! {
        <PageTitle text="Verifikasi" />
        <Loaded data=data.queue view={move |queue| view! { <Desk queue data form /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn Desk(queue: Queue, data: data::DeskData, form: FormState) -> impl IntoView {
    let desk = state::Desk::new(queue, data, form);
    Effect::new(move |_| desk.live.set(true));
    #[cfg(feature = "hydrate")]
    live::follow(desk);
    keys::listen(desk);
    view! {
        <aside class="pane" aria-label="Antrean">
            <queue::QueuePane desk />
        </aside>
        <Loaded
            data=data.case
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
