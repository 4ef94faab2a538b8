//! The filter of the queue in the address.

use domain::verification::QueueFilter;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::verification::pages::state::Desk;

/// True if the address asks for the list of institutions (`pilih`).
pub fn chooses_institution(desk: Desk) -> bool {
    desk.filter.with(|query| query.split('&').any(|part| part == "pilih=instansi"))
}

pub fn filter(desk: Desk) -> QueueFilter {
    desk.filter.with(|query| parse(query))
}

/// The filter of a query.
pub fn parse(query: &str) -> QueueFilter {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter_map(|part| part.split_once('='))
        .map(|(key, value)| (key.to_owned(), crate::query_text(value)))
        .collect();
    QueueFilter::from_pairs(&pairs)
}

/// The query of a filter, without `?`.
pub fn query(filter: &QueueFilter) -> String {
    let pairs = filter.pairs().into_iter().map(|(key, value)| format!("{key}={}", crate::query_value(&value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The address with a changed filter and the same open case.
pub fn filtered_address(desk: Desk, change: impl Fn(&mut QueueFilter)) -> String {
    let mut filter = filter(desk);
    change(&mut filter);
    let path = use_location().pathname;
    desk.address(&path.get(), &query(&filter))
}

/// The fields of a filter, hidden, for a form that changes only one of them.
pub fn hidden_fields(filter: &QueueFilter) -> impl IntoView + use<> {
    let fields =
        filter.pairs().into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    fields.collect_view()
}
