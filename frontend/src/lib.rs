//! The entry point of the browser's WASM.

/// Hydrates the page that the server rendered. Panics are logged to the browser's console.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|fault| leptos::logging::error!("{fault}")));
    leptos::mount::hydrate_lazy(app::App);
}
