//! Keeping the desk current in the browser: notices come by server-sent events; the page reads what changed and replaces it
//! in place, so that scroll position, focus and typed text stay.

use gloo_timers::callback::Timeout;
use leptos::{prelude::*, task::spawn_local};

use super::{address::case_id, state::Desk};
use crate::{
    components::shell::{catch_focus, focus_is_lost},
    data::Refresh,
    error::ApiError,
    live::{self, Hint},
    verification::api::{case, queue},
};

/// Milliseconds in which notices are answered by one request.
const GATHER_MILLIS: u32 = 120;

pub fn follow(desk: Desk) {
    Effect::new(move |before: Option<String>| {
        let filter = desk.filter.get();
        if before.is_some_and(|before| before != filter) {
            desk.pages.set(1);
            reload_queue(desk);
        }
        filter
    });
    let refresh = Refresh::current();
    Effect::new(move |before: Option<(u32, bool)>| {
        let now = (refresh.0.get(), desk.form.pending.get());
        // A refresh was requested, or a form of the case was answered.
        if before.is_some_and(|before| before.0 != now.0 || before.1 && !now.1) {
            reload_queue(desk);
            reload_case(desk);
        }
        now
    });
    follow_notices(desk);
}

/// Reads again what a notice of the server concerns.
fn follow_notices(desk: Desk) {
    let gathering = StoredValue::new(false);
    let address = case_id();
    live::follow("/verifikasi/peristiwa", "case", move |hint| {
        let id = match hint {
            Hint::Changed(id) => Some(id),
            Hint::Back => {
                desk.is_away.set(false);
                None
            }
            Hint::Away => return desk.is_away.set(true),
        };
        // The case of the address. Nothing is shown for it while its applicant repairs it.
        let open = untrack(address);
        if open.is_some() && (id.is_none() || open == id) {
            match desk.case.with_untracked(Option::is_some) {
                true => reload_case(desk),
                false => desk.data.refresh.request(),
            }
        }
        if !gathering.get_value() {
            gathering.set_value(true);
            let look = move || {
                gathering.try_set_value(false);
                reload_queue(desk);
            };
            Timeout::new(GATHER_MILLIS, look).forget();
        }
    });
}

/// Reads as many pages as are shown.
pub fn reload_queue(desk: Desk) {
    let Some(number) = desk.queue_order.ask() else { return };
    spawn_local(async move {
        let now = move || desk.filter.try_get_untracked().zip(desk.pages.try_get_untracked());
        let Some((filter, pages)) = now() else { return };
        let Ok(mut all) = queue(filter.clone(), None).await else { return };
        for _ in 1..pages {
            let Some(after) = all.next.take() else { break };
            let Ok(next) = queue(filter.clone(), Some(after)).await else { return };
            all.rows.extend(next.rows);
            all.next = next.next;
        }
        // The filter or the number of pages has changed: another answer is on its way.
        if now() != Some((filter, pages)) || !desk.queue_order.show(number) {
            return;
        }
        if desk.queue.try_get_untracked().as_ref() != Some(&all) {
            let has_focus = document().query_selector(".queue a:focus").is_ok_and(|row| row.is_some());
            desk.queue.try_set(all);
            if has_focus {
                keep_focus(); // its row may be gone
            }
        }
    });
}

/// Reads the open case again.
fn reload_case(desk: Desk) {
    let Some(id) = desk.case.try_with_untracked(|case| case.as_ref().map(|case| case.id)).flatten() else { return };
    let Some(number) = desk.case_order.ask() else { return };
    spawn_local(async move {
        let fresh = match case(id).await {
            Ok(fresh) => Some(fresh),
            Err(ApiError::NotFound | ApiError::Conflict(_)) => None,
            Err(_) => return,
        };
        let still = desk.case.try_with_untracked(|case| case.as_ref().map(|case| case.id)).flatten();
        if still != Some(id) || !desk.case_order.show(number) {
            return;
        }
        let (had_focus, is_gone) = (!focus_is_lost(), fresh.is_none());
        desk.case.try_set(fresh);
        if is_gone {
            desk.data.refresh.request(); // the page says why
        }
        if had_focus {
            keep_focus();
        }
    });
}

/// Moves the focus to the case if the focused element is gone after a change, such as a pressed button.
fn keep_focus() {
    leptos::task::spawn_local(catch_focus(|_| false));
}

/// Shows one page more of the queue.
pub fn show_more(desk: Desk) {
    desk.pages.update(|pages| *pages += 1);
    reload_queue(desk);
}
