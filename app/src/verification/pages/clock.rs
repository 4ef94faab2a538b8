//! Countdowns, and the renewal of the lease.

use domain::{time::Timestamp, verification::CaseFile};
use leptos::prelude::*;

/// Whole seconds until an instant of the browser's clock, rounded up; `None` afterwards. `until` is in milliseconds.
pub fn browser_seconds(until: f64) -> Memo<Option<u64>> {
    #[cfg(feature = "hydrate")]
    {
        let now = RwSignal::new(js_sys::Date::now());
        let interval = StoredValue::new_local(None);
        Effect::new(move |_| {
            interval.set_value(Some(gloo_timers::callback::Interval::new(500, move || {
                now.try_set(js_sys::Date::now());
            })));
        });
        Memo::new(move |_| {
            let left = (until - now.get()) / 1000.0;
            (left > 0.0).then(|| left.ceil() as u64)
        })
    }
    #[cfg(not(feature = "hydrate"))]
    Memo::new(move |_| (until > 0.0).then_some(1))
}

/// The server's clock in the browser: its time when the case was read, plus the time since.
fn server_now(case: Signal<CaseFile>) -> Signal<Timestamp> {
    #[cfg(feature = "hydrate")]
    {
        let read = Memo::new(move |_| (case.with(|case| case.now), js_sys::Date::now()));
        let tick = RwSignal::new(0u32);
        let interval = StoredValue::new_local(None);
        Effect::new(move |_| {
            interval.set_value(Some(gloo_timers::callback::Interval::new(500, move || {
                tick.try_update(|tick| *tick += 1);
            })));
        });
        Signal::derive(move || {
            tick.track();
            let (now, at) = read.get();
            let passed = (js_sys::Date::now() - at).max(0.0);
            now.plus(std::time::Duration::from_secs_f64(passed / 1000.0))
        })
    }
    #[cfg(not(feature = "hydrate"))]
    Signal::derive(move || case.with(|case| case.now))
}

/// Whole seconds until an instant, rounded up; `None` afterwards.
pub fn seconds_left(until: Memo<Option<Timestamp>>, case: Signal<CaseFile>) -> Memo<Option<u64>> {
    let now = server_now(case);
    Memo::new(move |_| {
        let left = until.get()?.since(now.get());
        (!left.is_zero()).then(|| left.as_secs() + u64::from(left.subsec_nanos() > 0))
    })
}

/// `13.42`: minutes and seconds until the lease ends.
#[component]
pub fn Countdown(until: Memo<Option<Timestamp>>, case: Signal<CaseFile>) -> impl IntoView {
    let left = seconds_left(until, case);
    move || {
        let seconds = left.get().unwrap_or(0);
        format!("{}.{:02}", seconds / 60, seconds % 60)
    }
}

/// Every minute while the case is open: renews the verifier's own lease, or reads the case again if another holds it.
pub fn keep_lease(case: Signal<CaseFile>) {
    #[cfg(feature = "hydrate")]
    {
        let refresh = crate::data::Refresh::current();
        let interval = StoredValue::new_local(None);
        Effect::new(move |_| {
            interval.set_value(Some(gloo_timers::callback::Interval::new(60_000, move || {
                let held = case.try_with_untracked(|case| case.holder.as_ref().map(|holder| (case.id, holder.mine)));
                let Some((id, mine)) = held.flatten() else { return };
                if !mine {
                    // Renewals by its holder come without a notice.
                    refresh.request();
                    return;
                }
                leptos::task::spawn_local(async move {
                    let request = gloo_net::http::Request::post(&format!("/verifikasi/{id}/perpanjang"));
                    let request = request.header("Accept", "application/json");
                    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
                    if let Ok(request) = request.body("") {
                        let answered = request.send().await.is_ok_and(|response| response.ok());
                        if answered {
                            refresh.request();
                        }
                    }
                });
            })));
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = case;
}
