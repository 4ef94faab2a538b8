//! The letter: a file that is uploaded at once with script, with progress and cancel; with the form without.

use domain::{
    indonesian::size,
    issues::{Field, letter::Letter},
};
use leptos::prelude::*;
use uuid::Uuid;

use super::field::{FieldError, RepairNote, described_by_note};
use crate::forms::FormState;

/// An upload under way.
#[derive(Clone, Debug, PartialEq)]
struct Transfer {
    name: String,
    sent: f64,
    total: f64,
    /// Milliseconds since it began.
    elapsed: f64,
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

/// The letter of an application.
#[component]
pub fn LetterField(
    /// The form.
    form: FormState,
    /// The application.
    application: Uuid,
    /// What the letter is called (guide step 10).
    label: &'static str,
    /// The letter that was taken.
    letter: RwSignal<Option<Letter>>,
    /// What the desk asked to repair.
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let field = Field::Letter;
    let noted = note.is_some();
    let live = RwSignal::new(false);
    let transfer = RwSignal::new(None::<Transfer>);
    let over = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    #[cfg(feature = "hydrate")]
    let uploads = upload::Uploads::new(form, application, letter, transfer);
    let pick = move |event: leptos::ev::Event| {
        #[cfg(feature = "hydrate")]
        uploads.pick(&event);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    let drop = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        #[cfg(feature = "hydrate")]
        if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
            uploads.start(file);
        }
    };
    // The page stays as it is; without script, the button sends the form.
    let remove = move |event: leptos::ev::MouseEvent| {
        #[cfg(feature = "hydrate")]
        {
            event.prevent_default();
            uploads.remove();
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    let cancel = move |_| {
        #[cfg(feature = "hydrate")]
        uploads.cancel();
    };
    let state = move || {
        if transfer.get().is_some() {
            Some("progress")
        } else if form.issue(field).is_some() {
            Some("error")
        } else if letter.get().is_some() || over.get() {
            Some("done")
        } else {
            None
        }
    };
    let icon = move || match state() {
        Some("progress") => "file",
        Some("error") => "error",
        Some("done") => "check",
        _ => "upload",
    };
    let pick_label = move || {
        if letter.get().is_some() {
            "Ganti"
        } else if form.issue(field).is_some() {
            "Pilih berkas lain"
        } else {
            "Pilih berkas"
        }
    };
    let _ = application;
    view! {
        <div class="field">
            <RepairNote field note />
            <div
                class="drop"
                data-state=state
                on:dragover=move |ev| {
                    ev.prevent_default();
                    over.set(true);
                }
                on:dragleave=move |_| over.set(false)
                on:drop=drop
            >
                <svg class="icon tile" aria-hidden="true">
                    <use href=move || format!("/icons.svg#i-{}", icon()) />
                </svg>
                {move || match (transfer.get(), letter.get()) {
                    (Some(transfer), _) => view! {
                        <b>{transfer.name.clone()}</b>
                        <span class="sub num">{transfer.words()}</span>
                    }.into_any(),
                    (None, Some(letter)) => view! {
                        <b>{letter.file_name.clone()}</b>
                        <span class="sub num">
                            {format!("Terunggah · {} halaman · {}", letter.pages, size(letter.bytes))}
                        </span>
                    }.into_any(),
                    (None, None) => view! {
                        <b>{if live.get() { "Seret berkas PDF ke sini" } else { "Pilih berkas PDF" }}</b>
                        <span class="sub">"Paling besar 2 MB."</span>
                    }.into_any(),
                }}
                <span class="drop-actions row g2">
                    {move || transfer.get().is_some().then(|| view! {
                        <button class="btn btn--quiet" type="button" on:click=cancel>"Batalkan"</button>
                    })}
                    <label class=move || if live.get() { "btn" } else { "plain" } hidden=move || transfer.get().is_some()>
                        <span class=move || if live.get() { "" } else { "sr" }>
                            {pick_label}<span class="sr">": "{label}</span>
                        </span>
                        <input
                            id=field.as_str()
                            class=move || if live.get() { "sr" } else { "" }
                            type="file"
                            name=field.as_str()
                            accept="application/pdf,.pdf"
                            aria-invalid=move || form.issue(field).map(|_| "true")
                            aria-describedby=described_by_note(form, field, false, noted)
                            on:change=pick
                        />
                    </label>
                    {move || (!live.get()).then(|| view! { <button class="btn" name="aksi" value="unggah">"Unggah"</button> })}
                    {move || (letter.get().is_some() && transfer.get().is_none()).then(|| view! {
                        <button class="btn btn--quiet" name="aksi" value="hapus-surat" on:click=remove>
                            "Hapus"<span class="sr">" "{label}</span>
                        </button>
                    })}
                </span>
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

#[cfg(feature = "hydrate")]
mod upload {
    use domain::issues::{
        Field, Problem,
        letter::{Letter, LetterProblem, MAX_BYTES},
    };
    use leptos::prelude::*;
    use uuid::Uuid;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{File, ProgressEvent, XmlHttpRequest};

    use super::Transfer;
    use crate::{applications::api::remove_letter, error::ApiError, forms::FormState};

    /// What keeps an upload alive: the request and the functions it calls.
    struct Running {
        request: XmlHttpRequest,
        _progress: Closure<dyn FnMut(ProgressEvent)>,
        _ends: [Closure<dyn FnMut()>; 2],
    }

    /// Uploads of one letter field, one at a time.
    #[derive(Clone, Copy)]
    pub struct Uploads {
        form: FormState,
        application: Uuid,
        letter: RwSignal<Option<Letter>>,
        transfer: RwSignal<Option<Transfer>>,
        running: StoredValue<Option<Running>, LocalStorage>,
    }

    impl Uploads {
        pub fn new(
            form: FormState,
            application: Uuid,
            letter: RwSignal<Option<Letter>>,
            transfer: RwSignal<Option<Transfer>>,
        ) -> Self {
            let uploads = Self { form, application, letter, transfer, running: StoredValue::new_local(None) };
            on_cleanup(move || uploads.cancel());
            uploads
        }

        /// The file that was picked. The box is emptied, so that the same file can be picked again.
        pub fn pick(self, event: &leptos::ev::Event) {
            let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
            let Some(input) = input else { return };
            let file = input.files().and_then(|files| files.get(0));
            if let Some(file) = file {
                self.start(file);
                input.set_value("");
            }
        }

        /// Sends a file; one that is under way is given up.
        pub fn start(self, file: File) {
            self.cancel();
            let (name, total) = (file.name(), file.size());
            let refused = if total == 0.0 {
                Some(LetterProblem::Empty)
            } else if total > MAX_BYTES as f64 {
                Some(LetterProblem::TooBig { bytes: Some(total as u64) })
            } else {
                None
            };
            self.form.set_issue(Field::Letter, refused.map(Problem::Letter));
            if refused.is_some() {
                return;
            }
            if self.send(&file, &name, total).is_none() {
                self.fail(LetterProblem::Interrupted);
            }
        }

        fn send(self, file: &File, name: &str, total: f64) -> Option<()> {
            let request = XmlHttpRequest::new().ok()?;
            request.open("POST", &format!("/akses/pengajuan/{}/surat", self.application)).ok()?;
            request.set_request_header("Content-Type", "application/pdf").ok()?;
            let encoded = js_sys::encode_uri_component(name).as_string()?;
            request.set_request_header("X-File-Name", &encoded).ok()?;
            let begun = js_sys::Date::now();
            self.transfer.set(Some(Transfer { name: name.to_owned(), sent: 0.0, total, elapsed: 0.0 }));

            let transfer = self.transfer;
            let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
                transfer.update(|transfer| {
                    if let Some(transfer) = transfer {
                        transfer.sent = event.loaded();
                        transfer.elapsed = js_sys::Date::now() - begun;
                    }
                });
            });
            let done = {
                let request = request.clone();
                Closure::<dyn FnMut()>::new(move || self.finish(&request))
            };
            let broken = Closure::<dyn FnMut()>::new(move || self.fail(LetterProblem::Interrupted));
            request.upload().ok()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
            request.set_onload(Some(done.as_ref().unchecked_ref()));
            request.set_onerror(Some(broken.as_ref().unchecked_ref()));
            request.send_with_opt_blob(Some(file)).ok()?;
            self.running.set_value(Some(Running { request, _progress: progress, _ends: [done, broken] }));
            Some(())
        }

        fn finish(self, request: &XmlHttpRequest) {
            let text = request.response_text().ok().flatten().unwrap_or_default();
            self.transfer.set(None);
            match serde_json::from_slice::<Result<Letter, ApiError>>(text.as_bytes()) {
                Ok(Ok(letter)) => {
                    self.form.set_issue(Field::Letter, None);
                    self.letter.set(Some(letter));
                }
                Ok(Err(error)) => self.refused(error),
                Err(_) if request.status().unwrap_or(0) == 413 => self.fail(LetterProblem::TooBig { bytes: None }),
                Err(_) => self.fail(LetterProblem::NotStored),
            }
        }

        fn refused(self, error: ApiError) {
            match error {
                ApiError::Invalid(issues) => {
                    let problem = issues.into_iter().find(|issue| issue.field == Field::Letter);
                    self.form.set_issue(Field::Letter, problem.map(|issue| issue.problem));
                }
                ApiError::Conflict(conflict) => self.form.set_issue(Field::Form, Some(Problem::Conflict(conflict))),
                ApiError::SignedOut => crate::forms::session_is_over(self.form),
                ApiError::NotFound | ApiError::TooMany(_) | ApiError::Unavailable => {
                    self.fail(LetterProblem::NotStored);
                }
            }
        }

        /// Takes the letter off. The button goes with it, so the focus moves on to the box that takes another.
        pub fn remove(self) {
            leptos::task::spawn_local(async move {
                let outcome = remove_letter(self.application).await;
                if self.letter.try_get_untracked().is_none() {
                    return; // the page is gone
                }
                match outcome {
                    Ok(()) => {
                        self.form.set_issue(Field::Letter, None);
                        self.letter.set(None);
                        let input = document().get_element_by_id(Field::Letter.as_str());
                        if let Some(input) = input.and_then(|input| input.dyn_into::<web_sys::HtmlElement>().ok()) {
                            let _ = input.focus();
                        }
                    }
                    Err(ApiError::Unavailable) => self.form.set_issue(Field::Form, Some(Problem::Unavailable)),
                    Err(error) => self.refused(error),
                }
            });
        }

        fn fail(self, problem: LetterProblem) {
            self.transfer.set(None);
            self.form.set_issue(Field::Letter, Some(Problem::Letter(problem)));
        }

        /// Gives up what is under way; the letter that was there before stays.
        pub fn cancel(self) {
            if let Some(Running { request, .. }) = self.running.try_update_value(Option::take).flatten() {
                request.set_onload(None);
                request.set_onerror(None);
                let _ = request.abort();
            }
            self.transfer.try_set(None);
        }
    }
}
