//! Pages that change by themselves: the server sends hints (server-sent events), the page asks for what changed.

use leptos::prelude::*;

/// Rings [`crate::data::Refresh`] when an application of the person changes, for as long as the page is shown.
/// Without script, a page that waits reloads itself (see [`Reload`]).
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

/// What a page hears of a stream.
#[cfg(feature = "hydrate")]
#[derive(Debug, PartialEq, Eq)]
pub enum Hint {
    /// What an event said: the id of what changed.
    Changed(String),
    /// The stream broke and could not be opened again at once: until [`Hint::Back`], nothing is heard of changes.
    Away,
    /// It is open again; anything may have changed meanwhile.
    Back,
}

/// Follows a stream of hints for as long as the page is shown: `hear` gets each `event` at `address`, and what becomes of
/// the stream.
#[cfg(feature = "hydrate")]
pub fn follow(address: &'static str, event: &'static str, hear: impl Fn(Hint) + Copy + 'static) {
    use gloo_timers::callback::Timeout;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{EventSource, MessageEvent};

    /// Milliseconds before the first try after a refusal; each failure in a row adds as many, up to six times.
    const PATIENCE: u32 = 5_000;

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
            // The first opening comes after no failure.
            if failures.get_value() > 0 {
                hear(Hint::Back);
            }
            failures.set_value(0);
        });
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        let failing = source.clone();
        let failed = Closure::<dyn Fn()>::new(move || {
            failures.update_value(|count| *count += 1);
            // A stream that only breaks is open again within seconds.
            if failures.get_value() == 2 {
                hear(Hint::Away);
            }
            // The browser goes back to a stream that broke by itself, but never to one that was refused: the session was
            // over, or a proxy found no server.
            if failing.ready_state() == EventSource::CLOSED {
                let wait = PATIENCE * failures.get_value().min(6);
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

/// Reloads a page that waits for something every 15 seconds, where there is no script.
#[component]
pub fn Reload() -> impl IntoView {
    // As text: drawn in the browser, real elements would come of it, and Chromium obeys a refresh that is put in.
    view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="15" />"#></noscript> }
}
