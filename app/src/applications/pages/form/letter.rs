//! The letter: with script uploaded at once, with progress and cancel; without script sent with the form.

use domain::{
    indonesian::size,
    issues::{Field, letter::Letter},
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    components::field::{FieldError, RepairNote, described_by_note},
    forms::FormState,
};

/// The progress of an upload.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Transfer {
    pub name: String,
    /// Bytes.
    pub sent: f64,
    /// Bytes.
    pub total: f64,
    /// Milliseconds since it began.
    pub elapsed: f64,
}

impl Transfer {
    fn percent(&self) -> f64 {
        if self.total > 0.0 { (self.sent / self.total * 100.0).floor() } else { 0.0 }
    }

    /// `64 % · 1,1 MB dari 1,7 MB · sisa sekitar 4 detik`
    fn words(&self) -> String {
        let mut words = format!("{} % · {} dari {}", self.percent(), size(self.sent as u64), size(self.total as u64));
        if self.sent > 0.0 && self.elapsed > 1000.0 && self.sent < self.total {
            let left = (self.elapsed * (self.total - self.sent) / self.sent / 1000.0).ceil();
            words.push_str(&format!(" · sisa sekitar {left} detik"));
        } else if self.sent >= self.total {
            words.push_str(" · memeriksa berkas");
        }
        words
    }
}

/// The state of the letter field.
#[derive(Clone, Copy)]
struct Letters {
    form: FormState,
    label: &'static str,
    letter: RwSignal<Option<Letter>>,
    transfer: RwSignal<Option<Transfer>>,
    /// True once script runs.
    live: RwSignal<bool>,
    /// A file is dragged over the field.
    dragged: RwSignal<bool>,
    #[cfg(feature = "hydrate")]
    uploads: super::upload::Uploads,
}

impl Letters {
    fn state(self) -> Option<&'static str> {
        if self.transfer.get().is_some() {
            Some("progress")
        } else if self.form.issue(Field::Letter).is_some() {
            Some("error")
        } else if self.letter.get().is_some() || self.dragged.get() {
            Some("done")
        } else {
            None
        }
    }

    fn icon(self) -> &'static str {
        match self.state() {
            Some("progress") => "file",
            Some("error") => "error",
            Some("done") => "check",
            _ => "upload",
        }
    }

    fn pick_label(self) -> &'static str {
        if self.letter.get().is_some() {
            "Ganti"
        } else if self.form.issue(Field::Letter).is_some() {
            "Pilih berkas lain"
        } else {
            "Pilih berkas"
        }
    }

    fn pick(self, event: &leptos::ev::Event) {
        #[cfg(feature = "hydrate")]
        self.uploads.pick(event);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    }

    fn drop(self, event: &leptos::ev::DragEvent) {
        event.prevent_default();
        self.dragged.set(false);
        #[cfg(feature = "hydrate")]
        if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
            self.uploads.start(file);
        }
    }

    /// Without script, the button sends the form.
    fn remove(self, event: &leptos::ev::MouseEvent) {
        #[cfg(feature = "hydrate")]
        {
            event.prevent_default();
            self.uploads.remove();
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    }

    fn cancel(self) {
        #[cfg(feature = "hydrate")]
        self.uploads.cancel();
    }
}

/// The letter of an application.
#[component]
pub(super) fn LetterField(
    form: FormState,
    application: Uuid,
    /// The name of the document (guide step 10).
    label: &'static str,
    letter: RwSignal<Option<Letter>>,
    /// The desk's note.
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let field = Field::Letter;
    let noted = note.is_some();
    let transfer = RwSignal::new(None::<Transfer>);
    let state = Letters {
        form,
        label,
        letter,
        transfer,
        live: RwSignal::new(false),
        dragged: RwSignal::new(false),
        #[cfg(feature = "hydrate")]
        uploads: super::upload::Uploads::new(form, application, letter, transfer),
    };
    #[cfg(not(feature = "hydrate"))]
    let _ = application;
    Effect::new(move |_| state.live.set(true));
    view! {
        <div class="field">
            <RepairNote field note />
            <div
                class="drop"
                data-state=move || state.state()
                on:dragover=move |ev| {
                    ev.prevent_default();
                    state.dragged.set(true);
                }
                on:dragleave=move |_| state.dragged.set(false)
                on:drop=move |event| state.drop(&event)
            >
                <svg class="icon tile" aria-hidden="true">
                    <use href=move || format!("/icons.svg#i-{}", state.icon()) />
                </svg>
                <Content state />
                <Buttons state noted />
                {move || transfer.get().map(|transfer| view! {
                    <progress
                        value=transfer.percent()
                        max="100"
                        aria-label=format!("Mengunggah {}", transfer.name)
                    >
                        {format!("{} %", transfer.percent())}
                    </progress>
                })}
            </div>
            <div class="slot" role="alert"><FieldError form field /></div>
        </div>
    }
    .into_any()
}

/// The name of the file, and how it stands.
#[component]
fn Content(state: Letters) -> impl IntoView {
    move || match (state.transfer.get(), state.letter.get()) {
        (Some(transfer), _) => view! {
            <b>{transfer.name.clone()}</b>
            <span class="sub num">{transfer.words()}</span>
        }
        .into_any(),
        (None, Some(letter)) => view! {
            <b>{letter.file_name.clone()}</b>
            <span class="sub num">
                {format!("Terunggah · {} halaman · {}", letter.pages, size(letter.bytes))}
            </span>
        }
        .into_any(),
        (None, None) => view! {
            <b>{if state.live.get() { "Seret berkas PDF ke sini" } else { "Pilih berkas PDF" }}</b>
            <span class="sub">"Paling besar 2 MB."</span>
        }
        .into_any(),
    }
}

#[component]
fn Buttons(state: Letters, noted: bool) -> impl IntoView {
    let Letters { form, label, letter, transfer, live, .. } = state;
    let field = Field::Letter;
    view! {
        <span class="drop-actions row g2">
            {move || transfer.get().is_some().then(|| view! {
                <button class="btn btn--quiet" type="button" on:click=move |_| state.cancel()>"Batalkan"</button>
            })}
            <label class=move || if live.get() { "btn" } else { "plain" } hidden=move || transfer.get().is_some()>
                <span class=move || if live.get() { "" } else { "sr" }>
                    {move || state.pick_label()}<span class="sr">": "{label}</span>
                </span>
                <input
                    id=field.as_str()
                    class=move || if live.get() { "sr" } else { "" }
                    type="file"
                    name=field.as_str()
                    accept="application/pdf,.pdf"
                    aria-invalid=move || form.issue(field).map(|_| "true")
                    aria-describedby=described_by_note(form, field, false, noted)
                    on:change=move |event| state.pick(&event)
                />
            </label>
            {move || (!live.get()).then(|| view! { <button class="btn" name="aksi" value="unggah">"Unggah"</button> })}
            {move || (letter.get().is_some() && transfer.get().is_none()).then(|| view! {
                <button class="btn btn--quiet" name="aksi" value="hapus-surat" on:click=move |event| state.remove(&event)>
                    "Hapus"<span class="sr">" "{label}</span>
                </button>
            })}
        </span>
    }
    .into_any()
}
