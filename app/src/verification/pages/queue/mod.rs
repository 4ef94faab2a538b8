//! The queue: search, filters and rows.

mod filter;
mod filters;
mod search;

use domain::{
    indonesian::count,
    status::Status,
    verification::{Age, Cursor, Part, QueueRow},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use self::{
    filter::{chooses_institution, filter},
    filters::{Filters, PartChip},
    search::SearchField,
};
use super::{address::case_id, state::Desk};
use crate::{
    components::{Banner, Icon, Tone, calendar::remaining},
    verification::texts,
};

/// The queue: search, filters, rows, oldest first.
#[component]
pub fn QueuePane(desk: Desk) -> impl IntoView {
    let is_filtered = RwSignal::new(filter(desk).is_narrowed() || chooses_institution(desk));
    view! {
        <div class="bar stack g2">
            <SearchField desk />
            <nav class="row g2" aria-label="Bagian antrean">
                {Part::ALL.map(|part| view! { <PartChip desk part /> }).collect_view()}
            </nav>
            <details class="filters" open=is_filtered>
                <summary class="row"><Icon name="filter" small=true />"Saring"</summary>
                <Filters desk />
            </details>
            <AwayNote desk />
            <p class="sr" role="status">{move || format!("{} pengajuan", count(u64::from(desk.queue.with(|queue| queue.total))))}</p>
        </div>
        <div class="queue">
            <For each=move || desk.queue.with(|queue| queue.rows.clone()) key=|row| row.id let:row>
                <Row desk row />
            </For>
        </div>
        {move || desk.queue.with(|queue| queue.rows.is_empty()).then(|| view! { <Empty desk /> })}
        {move || desk.queue.with(|queue| queue.next).map(|after| view! { <More desk after /> })}
    }
    .into_any()
}

/// Says that no updates arrive. Shown with the queue, and with an open case where the queue is not beside it.
#[component]
pub fn AwayNote(desk: Desk) -> impl IntoView {
    view! {
        <div class="slot away" role="status">
            {move || desk.is_away.get().then(|| view! {
                <Banner tone=Tone::Waiting title=texts::NO_LIVE_UPDATES>
                    {texts::NO_LIVE_UPDATES_ADVICE}
                </Banner>
            })}
        </div>
    }
}

/// One row, updated in place.
#[component]
fn Row(desk: Desk, row: QueueRow) -> impl IntoView {
    let id = row.id;
    let open = case_id();
    let first = row.clone();
    let row = Memo::new(move |_| {
        desk.queue.with(|queue| queue.rows.iter().find(|row| row.id == id).cloned()).unwrap_or_else(|| first.clone())
    });
    let address = move || desk.address(&format!("/verifikasi/{id}"), &desk.filter.get());
    let left = move || row.with(|row| (Age::of(row.deadline), remaining(row.deadline)));
    let state = move || match left().0 {
        Age::Overdue => Some("rejected"),
        Age::DueToday => Some("waiting"),
        Age::InTime => None,
    };
    let holder = move || {
        row.with(|row| match &row.holder {
            Some(holder) if holder.mine => Some("Anda".to_owned()),
            Some(holder) => Some(holder.name.clone()),
            None if row.for_me => Some("Untuk Anda".to_owned()),
            None => None,
        })
    };
    view! {
        <a href=address aria-current=move || open().is_some_and(|open| open == id.to_string()).then_some("true")>
            <b>{move || row.with(|row| row.name.clone())}</b>
            {move || match state() {
                Some(state) => view! { <span class="badge" data-state=state>{left().1}</span> }.into_any(),
                None => view! { <span>{left().1}</span> }.into_any(),
            }}
            <span>{move || row.with(|row| match row.work_unit.as_str() {
                "" => texts::BEING_REPAIRED.to_owned(),
                name => name.to_owned(),
            })}</span>
            <span>{move || row.with(|row| row.role.info().code)}</span>
            <span>{move || row.with(|row| row.institution.clone())}</span>
            <span class="row g1 holder">
                {move || holder().map(|name| view! { <Icon name="lock" small=true /><span class="sr">"Dipegang: "</span>{name} })}
                {move || (row.with(|row| row.status) == Status::Returned).then_some("Perbaikan")}
            </span>
        </a>
    }
    .into_any()
}

#[component]
fn Empty(desk: Desk) -> impl IntoView {
    view! {
        <div class="stack empty">
            <Icon name="inbox" tile=true />
            {move || if filter(desk).is_narrowed() || filter(desk).part != Part::default() {
                view! {
                    <p><b>{texts::NOTHING_MATCHES}</b></p>
                    <p class="sub">{texts::CHANGE_FILTER}</p>
                }.into_any()
            } else {
                view! {
                    <p><b>{texts::QUEUE_EMPTY}</b></p>
                    <p class="sub">{texts::NEW_CASES_APPEAR}</p>
                }.into_any()
            }}
        </div>
    }
}

#[component]
fn More(desk: Desk, after: Cursor) -> impl IntoView {
    let path = use_location().pathname;
    let address = move || {
        let filter = desk.filter.get();
        let joined = if filter.is_empty() { String::new() } else { format!("{filter}&") };
        format!("{}?{joined}setelah={after}", path.get())
    };
    view! {
        <p class="more">
            <a
                class="btn btn--quiet"
                href=address
                on:click=move |event| {
                    #[cfg(feature = "hydrate")]
                    {
                        event.prevent_default();
                        crate::verification::pages::live::show_more(desk);
                    }
                    #[cfg(not(feature = "hydrate"))]
                    let _ = event;
                }
            >
                "Tampilkan berikutnya"
            </a>
        </p>
    }
}
