//! The state of applications and accesses: a word, and the gate.

use domain::{accesses::AccessState, status::Status};
use leptos::prelude::*;

use super::Icon;

/// `data-state` and icon of a status, by the table of the visual reference.
const fn look(status: Status) -> (Option<&'static str>, Option<&'static str>) {
    match status {
        Status::Draft => (None, None),
        Status::Submitted => (Some("waiting"), Some("clock")),
        Status::InReview => (Some("info"), Some("eye")),
        Status::Returned => (Some("waiting"), Some("flag")),
        Status::Approved => (Some("active"), Some("check")),
        Status::Rejected => (Some("rejected"), Some("x")),
        Status::Withdrawn => (None, Some("undo")),
    }
}

const fn access_look(state: AccessState) -> (Option<&'static str>, &'static str) {
    match state {
        AccessState::Upcoming => (Some("info"), "calendar"),
        AccessState::Active => (Some("active"), "check"),
        AccessState::Expired => (None, "clock"),
        AccessState::Revoked => (Some("rejected"), "ban"),
    }
}

/// The status of an application.
#[component]
pub fn StatusBadge(
    /// Which.
    status: Status,
) -> impl IntoView {
    let (state, icon) = look(status);
    view! {
        <span class="badge" data-state=state>
            {icon.map(|name| view! { <Icon name /> })}
            {status.label()}
        </span>
    }
}

/// The status of an access.
#[component]
pub fn AccessBadge(
    /// Which.
    state: AccessState,
) -> impl IntoView {
    let (look, icon) = access_look(state);
    view! {
        <span class="badge" data-state=look>
            <Icon name=icon />
            {state.label()}
        </span>
    }
}

/// The gate: open, ajar or shut.
#[component]
pub fn Gate(
    /// `active`, `waiting`, `rejected`, or nothing for what is over.
    state: Option<&'static str>,
) -> impl IntoView {
    // Not a literal: Leptos wraps wholly static parts of an SVG in a <g> when it draws in the browser, and the two halves
    // are told apart as neighbours.
    let half = || "/icons.svg#i-half".to_owned();
    view! {
        <svg class="tile gate" data-state=state viewBox="0 0 16 16" aria-hidden="true">
            <use href=half() />
            <use href=half() />
        </svg>
    }
}

/// The gate of an access.
pub const fn access_gate(state: AccessState) -> Option<&'static str> {
    match state {
        AccessState::Active => Some("active"),
        AccessState::Upcoming => Some("waiting"),
        AccessState::Expired | AccessState::Revoked => None,
    }
}

/// The gate of an application.
pub const fn status_gate(status: Status) -> Option<&'static str> {
    match status {
        Status::Approved => Some("active"),
        Status::Submitted | Status::InReview | Status::Returned => Some("waiting"),
        Status::Rejected => Some("rejected"),
        Status::Draft | Status::Withdrawn => None,
    }
}
