//! The state of applications and accesses, as a badge and as a gate.

use domain::{accesses::AccessState, status::Status};
use leptos::prelude::*;

use super::Icon;

/// `data-state` and icon of a status badge.
const fn status_badge(status: Status) -> (Option<&'static str>, Option<&'static str>) {
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

/// `data-state` and icon of an access badge.
const fn access_badge(state: AccessState) -> (Option<&'static str>, &'static str) {
    match state {
        AccessState::Upcoming => (Some("info"), "calendar"),
        AccessState::Active => (Some("active"), "check"),
        AccessState::Expired => (None, "clock"),
        AccessState::Revoked => (Some("rejected"), "ban"),
    }
}

#[component]
pub fn StatusBadge(status: Status) -> impl IntoView {
    let (state, icon) = status_badge(status);
    view! {
        <span class="badge" data-state=state>
            {icon.map(|name| view! { <Icon name /> })}
            {status.label()}
        </span>
    }
}

#[component]
pub fn AccessBadge(state: AccessState) -> impl IntoView {
    let (colour, icon) = access_badge(state);
    view! {
        <span class="badge" data-state=colour>
            <Icon name=icon />
            {state.label()}
        </span>
    }
}

/// A drawing of a gate that is open, ajar or shut.
#[component]
pub fn Gate(
    /// `active`, `waiting`, `rejected`, or `None` for what has ended.
    state: Option<&'static str>,
) -> impl IntoView {
    // Not a literal: Leptos wraps static children of an SVG in a <g> when it renders in the browser, and the style tells the
    // two halves apart as neighbours.
    let half = || "/icons.svg#i-half".to_owned();
    view! {
        <svg class="tile gate" data-state=state viewBox="0 0 16 16" aria-hidden="true">
            <use href=half() />
            <use href=half() />
        </svg>
    }
}

/// The state of [`Gate`] for an access.
pub const fn access_gate(state: AccessState) -> Option<&'static str> {
    match state {
        AccessState::Active => Some("active"),
        AccessState::Upcoming => Some("waiting"),
        AccessState::Expired | AccessState::Revoked => None,
    }
}

/// The state of [`Gate`] for an application.
pub const fn status_gate(status: Status) -> Option<&'static str> {
    match status {
        Status::Approved => Some("active"),
        Status::Submitted | Status::InReview | Status::Returned => Some("waiting"),
        Status::Rejected => Some("rejected"),
        Status::Draft | Status::Withdrawn => None,
    }
}
