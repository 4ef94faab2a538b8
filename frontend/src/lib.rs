//! The entry of the browser's part.

/// Takes over the page that the server drew. A fault of ours is told on the browser's console.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|fault| leptos::logging::error!("{fault}")));
    leptos::mount::hydrate_lazy(app::App);
}
