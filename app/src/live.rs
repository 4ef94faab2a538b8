//! Pages that update by themselves: server-sent events hint at changes, and the page fetches its data again.

use leptos::prelude::*;

/// Refreshes the page's data when an application of the person changes. Without script, use [`Reload`].
pub fn follow_applications() {
    #[cfg(feature = "hydrate")]
    {
        let refresh = crate::data::Refresh::current();
        follow("/akses/peristiwa", "application", move |hint| {
            if hint != Hint::Away {
                refresh.request();
            }
        });
    }
}

/// News from a stream.
#[cfg(feature = "hydrate")]
#[derive(Debug, PartialEq, Eq)]
pub enum Hint {
    /// The data of an event: the id of what changed.
    Changed(String),
    /// The stream broke and did not reopen at once. Changes are missed until [`Hint::Back`].
    Away,
    /// The stream is open again; anything may have changed meanwhile.
    Back,
}

/// Listens for `event` at `address` while the page is shown. `hear` also learns when the stream breaks and reopens.
#[cfg(feature = "hydrate")]
pub fn follow(address: &'static str, event: &'static str, hear: impl Fn(Hint) + Copy + 'static) {
    use gloo_timers::callback::Timeout;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{EventSource, MessageEvent};

    /// Milliseconds before the first retry; each failure in a row adds as many, up to six times.
    const RETRY: u32 = 5_000;

    let attempts = Trigger::new();
    let failures = StoredValue::new(0u32);
    Effect::new(move |_| {
        attempts.track();
        let Ok(source) = EventSource::new(address) else { return };
        let hint = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            hear(Hint::Changed(event.data().as_string().unwrap_or_default()));
        });
        let _ = source.add_event_listener_with_callback(event, hint.as_ref().unchecked_ref());
        let opened = Closure::<dyn Fn()>::new(move || {
            // Not for the first opening.
            if failures.get_value() > 0 {
                hear(Hint::Back);
            }
            failures.set_value(0);
        });
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        let failing = source.clone();
        let failed = Closure::<dyn Fn()>::new(move || {
            failures.update_value(|count| *count += 1);
            // After a single failure the browser usually reopens the stream within seconds.
            if failures.get_value() == 2 {
                hear(Hint::Away);
            }
            // The browser reopens a broken stream by itself, but not one that was refused, because the session ended or a
            // proxy found no server.
            if failing.ready_state() == EventSource::CLOSED {
                let wait = RETRY * failures.get_value().min(6);
                Timeout::new(wait, move || attempts.notify()).forget();
            }
        });
        source.set_onerror(Some(failed.as_ref().unchecked_ref()));
        let kept = StoredValue::new_local((source, hint, opened, failed));
        on_cleanup(move || {
            kept.with_value(|(source, ..)| source.close());
        });
    });
}

/// Without script, reloads the page every 15 seconds.
#[component]
pub fn Reload() -> impl IntoView {
    // As text: script would create real elements, and Chromium obeys an inserted refresh.
    view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="15" />"#></noscript> }
}
