//! Keyboard shortcuts of the desk, and the sheet that lists them.
//!
//! A key presses its button, so it works exactly when the button does. Keys do nothing while text is typed or a dialog is
//! open, and can be switched off (WCAG 2.1.4).

use leptos::prelude::*;

use super::state::Desk;
use crate::components::Dialog;

/// Key, id of the button, label. **Lepaskan** has no key: a colleague may claim the case at once, and no key does what
/// cannot be undone.
const KEYS: &[(&str, &str, &str)] = &[
    ("A", "ambil-berikutnya", "Ambil berikutnya"),
    ("K", "ambil", "Ambil kasus ini"),
    ("S", "setujui", "Setujui"),
    ("P", "minta-perbaikan", "Minta Perbaikan"),
    ("T", "tolak", "Tolak"),
    ("Z", "urungkan", "Urungkan, dalam 10 detik"),
    ("←", "halaman-sebelum", "Halaman surat sebelumnya"),
    ("→", "halaman-berikut", "Halaman surat berikutnya"),
    ("-", "perkecil", "Perkecil surat"),
    ("+", "perbesar", "Perbesar surat"),
    ("R", "putar", "Putar surat"),
];

/// The cookie of switched off keys.
#[cfg(feature = "hydrate")]
const OFF: &str = "pintasan=mati";

/// Listens for keys while the desk is shown.
pub fn listen(desk: Desk) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::ev::keydown;
        let handle = window_event_listener(keydown, move |event| {
            if event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing() || live::busy() {
                return;
            }
            let key = event.key();
            // A held key repeats only for pages, zoom and queue.
            let moves = matches!(key.as_str(), "ArrowLeft" | "ArrowRight" | "-" | "+" | "=" | "j" | "J" | "h" | "H");
            if event.repeat() && !moves {
                return;
            }
            if key == "?" {
                desk.help.set(true);
                event.prevent_default();
                return;
            }
            if live::switched_off() {
                return;
            }
            let done = match key.as_str() {
                "/" => live::focus("cari"),
                "j" | "J" => live::neighbour(1),
                "k" | "K" if live::press("ambil") => true,
                "ArrowLeft" => live::press("halaman-sebelum"),
                "ArrowRight" => live::press("halaman-berikut"),
                "=" => live::press("perbesar"),
                "h" | "H" => live::neighbour(-1),
                key => KEYS
                    .iter()
                    .find(|(each, ..)| each.eq_ignore_ascii_case(key))
                    .is_some_and(|(_, button, _)| live::press(button)),
            };
            if done {
                event.prevent_default();
            }
        });
        let help = window_event_listener(leptos::ev::click, move |event| {
            use wasm_bindgen::JsCast;
            let on = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            if on.is_some_and(|on| on.closest("#pintasan").is_ok_and(|found| found.is_some())) {
                desk.help.set(true);
            }
        });
        on_cleanup(move || {
            handle.remove();
            help.remove();
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = desk;
}

/// The sheet of all keys.
#[component]
pub fn HelpSheet(desk: Desk) -> impl IntoView {
    let off = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| off.set(live::switched_off()));
    let switch = move |on: bool| {
        off.set(!on);
        #[cfg(feature = "hydrate")]
        live::switch(on);
    };
    let row = |key: &'static str, words: &'static str| view! { <div><dt><kbd>{key}</kbd></dt><dd>{words}</dd></div> };
    view! {
        {move || desk.help.get().then(|| view! {
            <Dialog
                title="Pintasan papan tik"
                close_to="/verifikasi"
                on_close=Callback::new(move |()| desk.help.set(false))
                footer=view! { <button class="btn" type="button" on:click=move |_| desk.help.set(false)>"Tutup"</button> }.into_any()
            >
                <dl class="keys-list">
                    {row("/", "Cari dalam antrean")}
                    {row("J", "Kasus berikutnya dalam antrean")}
                    {row("H", "Kasus sebelumnya dalam antrean")}
                    {KEYS.iter().map(|(key, _, words)| row(key, words)).collect_view()}
                    {row("?", "Lembar ini")}
                </dl>
                <label class="tick">
                    <input type="checkbox" prop:checked=move || !off.get() on:change:target=move |event| switch(event.target().checked()) />
                    "Pintasan aktif"
                </label>
            </Dialog>
        })}
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod live {
    use leptos::prelude::document;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlElement;

    use super::OFF;

    pub fn switched_off() -> bool {
        let cookies = js_sys::Reflect::get(&document(), &"cookie".into()).ok().and_then(|cookies| cookies.as_string());
        cookies.is_some_and(|cookies| cookies.split("; ").any(|cookie| cookie == OFF))
    }

    /// Stores the choice for a year.
    pub fn switch(on: bool) {
        let seconds = if on { 0 } else { 365 * 24 * 3600 };
        let cookie = format!("{OFF}; Max-Age={seconds}; Path=/verifikasi; SameSite=Lax");
        let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
    }

    /// True while text is typed or a dialog is open.
    pub fn busy() -> bool {
        let typing = document().active_element().is_some_and(|active| {
            matches!(active.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
                && !matches!(active.get_attribute("type").as_deref(), Some("checkbox" | "radio"))
        });
        typing || document().query_selector("dialog[open]").is_ok_and(|found| found.is_some())
    }

    fn element(id: &str) -> Option<HtmlElement> {
        document().get_element_by_id(id)?.dyn_into().ok()
    }

    pub fn press(id: &str) -> bool {
        match element(id) {
            Some(button) => {
                button.click();
                true
            }
            None => false,
        }
    }

    pub fn focus(id: &str) -> bool {
        element(id).is_some_and(|element| element.focus().is_ok())
    }

    /// Opens the case after (1) or before (-1) the open one in the queue; the first if none is open.
    pub fn neighbour(by: i32) -> bool {
        let document = document();
        let current = document.query_selector(".queue a[aria-current]").ok().flatten();
        let row = match current {
            Some(row) if by > 0 => row.next_element_sibling(),
            Some(row) => row.previous_element_sibling(),
            None => document.query_selector(".queue a").ok().flatten(),
        };
        let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) else { return false };
        row.click();
        row.focus().is_ok()
    }
}
