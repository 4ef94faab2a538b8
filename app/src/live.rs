//! Pages that change by themselves: the server sends hints (server-sent events), the page asks for what changed.

use leptos::prelude::*;

/// Rings [`crate::forms::Refresh`] when an application of the person changes, for as long as the page is shown.
/// Without script, a page that waits reloads itself (see [`Reload`]).
pub fn follow_applications() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::{JsCast, closure::Closure};

        let refresh = crate::forms::Refresh::current();
        Effect::new(move |_| {
            let Ok(source) = web_sys::EventSource::new("/akses/peristiwa") else { return };
            let ring = Closure::<dyn FnMut()>::new(move || refresh.ring());
            let _ = source.add_event_listener_with_callback("application", ring.as_ref().unchecked_ref());
            // After a break, something may have been missed; the first opening is no break.
            let opened = StoredValue::new(false);
            let reopen = Closure::<dyn FnMut()>::new(move || {
                if opened.get_value() {
                    refresh.ring();
                }
                opened.set_value(true);
            });
            source.set_onopen(Some(reopen.as_ref().unchecked_ref()));
            let kept = StoredValue::new_local((source, ring, reopen));
            on_cleanup(move || {
                kept.with_value(|(source, ..)| source.close());
            });
        });
    }
}

/// Reloads a page that waits for something every 15 seconds, where there is no script.
#[component]
pub fn Reload() -> impl IntoView {
    // As text: drawn in the browser, real elements would come of it, and Chromium obeys a refresh that is put in.
    view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="15" />"#></noscript> }
}
