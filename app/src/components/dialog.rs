//! The pop-ups of the guide: a modal `<dialog>` with script, a section over the page without.

use leptos::{html, prelude::*};

use super::icon::Icon;

/// A pop-up that is open while it is rendered. With script it is modal: the rest of the page is inert, Escape closes the
/// pop-up, and the focus returns to where it was.
#[component]
pub fn Dialog(
    #[prop(into)] title: String,
    /// The page to go to on closing, unless `on_close` is set and script runs.
    #[prop(into)]
    close_to: String,
    /// Called on closing with script.
    #[prop(optional, into)]
    on_close: Option<Callback<()>>,
    children: Children,
    /// The buttons, the primary one last.
    footer: AnyView,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    let modal = RwSignal::new(false);
    // `close` returns the focus; removing an open dialog from the page does not.
    let shut = move || {
        #[cfg(feature = "hydrate")]
        if let Some(Some(dialog)) = element.try_get_untracked() {
            dialog.close();
        }
    };
    let navigate = leptos_router::hooks::use_navigate();
    let close = {
        let close_to = close_to.clone();
        move |event: leptos::ev::Event| {
            event.prevent_default();
            shut();
            match on_close {
                Some(on_close) => on_close.run(()),
                None => navigate(&close_to, Default::default()),
            }
        }
    };
    let cancel = close.clone();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(dialog) = element.get() {
            open(dialog, modal);
        }
    });
    on_cleanup(shut);
    view! {
        <div class=move || if modal.get() { "" } else { "scrim" }>
            <dialog
                class="dialog"
                node_ref=element
                open
                aria-modal="true"
                aria-labelledby="dialog-judul"
                on:cancel=cancel
            >
                {head(title, close_to, close)}
                <div class="body">{children()}</div>
                <div class="row dialog-foot">{footer}</div>
            </dialog>
        </div>
    }
    .into_any()
}

/// The heading, and the link that closes the dialog.
fn head(title: String, close_to: String, close: impl Fn(leptos::ev::Event) + 'static) -> impl IntoView {
    view! {
        <div class="dialog-head">
            <h2 id="dialog-judul">{title}</h2>
            <a
                class="btn btn--quiet btn--icon"
                href=close_to
                aria-label="Tutup pesan"
                on:click=move |event| close(event.into())
            >
                <Icon name="x" />
            </a>
        </div>
    }
}

/// Opens the dialog once it is connected to the document; it may be created earlier.
#[cfg(feature = "hydrate")]
fn open(dialog: web_sys::HtmlDialogElement, modal: RwSignal<bool>) {
    // Stop if the component is gone or the dialog is open already.
    if modal.try_get_untracked() != Some(false) {
        return;
    }
    if !dialog.is_connected() {
        request_animation_frame(move || open(dialog, modal));
        return;
    }
    dialog.close();
    if dialog.show_modal().is_ok() {
        modal.set(true);
    }
}
