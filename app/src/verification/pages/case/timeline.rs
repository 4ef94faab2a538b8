use domain::{indonesian::date_time, verification::CaseFile};
use leptos::prelude::*;

use crate::{
    session::zone,
    verification::{api::TimelineEntry, pages::state::Desk, texts},
};

/// The events of the case, latest first.
#[component]
pub fn Timeline(desk: Desk, case: Signal<CaseFile>) -> impl IntoView {
    let (id, entries) = (case.with_untracked(|case| case.id), desk.data.timeline);
    view! {
        <h2 class="sr">"Linimasa"</h2>
        <Transition fallback=|| view! { <span class="skeleton"></span> }>
            {move || Suspend::new(async move {
                match entries.await {
                    Ok(Some((of, entries))) if of == id => view! { <Entries entries /> }.into_any(),
                    // The answer is still on its way.
                    Ok(_) => view! { <span class="skeleton"></span> }.into_any(),
                    Err(_) => view! { <p class="sub">{texts::TIMELINE_UNAVAILABLE}</p> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Entries(entries: Vec<TimelineEntry>) -> impl IntoView {
    let zone = zone();
    let rows = entries.into_iter().rev().map(|entry| {
        let by = entry.by.unwrap_or_else(|| "Sistem".to_owned());
        let from = entry.address.map(|address| format!(" dari {address}")).unwrap_or_default();
        view! {
            <li data-done="">
                <b>{entry.action}</b>
                {entry.detail.map(|detail| view! { <small class="lines">{detail}</small> })}
                <small><span class="num">{date_time(entry.at, zone)}</span>{format!(" · {by}{from}")}</small>
            </li>
        }
    });
    view! { <ol class="timeline" role="list">{rows.collect_view()}</ol> }
}
