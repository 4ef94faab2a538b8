//! The pop-ups of the guide: a real `<dialog>` with script, a section over the page without.

use leptos::{html, prelude::*};

use super::Icon;

/// A pop-up that is open as long as it is drawn. With script it is modal: the rest of the page is out of reach, Escape
/// closes it, and the focus goes back where it was.
#[component]
pub fn Dialog(
    /// Its heading.
    #[prop(into)]
    title: String,
    /// Where closing it leads without script.
    #[prop(into)]
    close_to: String,
    /// Called when it is closed with script; without this, closing follows `close_to`.
    #[prop(optional, into)]
    on_close: Option<Callback<()>>,
    /// What it says.
    children: Children,
    /// Its buttons, the primary one last.
    footer: AnyView,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    let modal = RwSignal::new(false);
    // Only an open dialog that is closed gives the focus back; one that is taken away leaves it nowhere.
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
                <div class="body">{children()}</div>
                <div class="row dialog-foot">{footer}</div>
            </dialog>
        </div>
    }
    .into_any()
}

/// Opens it, once it is part of the page: it may have been drawn before what it stands over is there.
#[cfg(feature = "hydrate")]
fn open(dialog: web_sys::HtmlDialogElement, modal: RwSignal<bool>) {
    // What is gone is not waited for.
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
