//! Upload of the letter from the browser, with progress.

use domain::issues::{
    Field, Problem,
    letter::{Letter, LetterProblem, MAX_BYTES},
};
use leptos::prelude::*;
use uuid::Uuid;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{File, ProgressEvent, XmlHttpRequest};

use super::letter::Transfer;
use crate::{applications::api::remove_letter, error::ApiError, forms::FormState};

/// A running upload. The closures must live as long as the request.
struct Running {
    request: XmlHttpRequest,
    _progress: Closure<dyn FnMut(ProgressEvent)>,
    _ends: [Closure<dyn FnMut()>; 2],
}

/// The uploads of the letter field, one at a time.
#[derive(Clone, Copy)]
pub(super) struct Uploads {
    form: FormState,
    application: Uuid,
    letter: RwSignal<Option<Letter>>,
    transfer: RwSignal<Option<Transfer>>,
    running: StoredValue<Option<Running>, LocalStorage>,
}

impl Uploads {
    pub(super) fn new(
        form: FormState,
        application: Uuid,
        letter: RwSignal<Option<Letter>>,
        transfer: RwSignal<Option<Transfer>>,
    ) -> Self {
        let uploads = Self { form, application, letter, transfer, running: StoredValue::new_local(None) };
        on_cleanup(move || uploads.cancel());
        uploads
    }

    /// Uploads the chosen file, and empties the input so that the same file can be chosen again.
    pub(super) fn pick(self, event: &leptos::ev::Event) {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        let file = input.files().and_then(|files| files.get(0));
        if let Some(file) = file {
            self.start(file);
            input.set_value("");
        }
    }

    /// Uploads a file, and cancels a running upload.
    pub(super) fn start(self, file: File) {
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
            ApiError::TooMany(until) => {
                self.form.set_issue(Field::Letter, Some(Problem::TooManyAttempts { until }));
            }
            ApiError::NotFound | ApiError::Busy { .. } | ApiError::Unavailable => {
                self.fail(LetterProblem::NotStored);
            }
        }
    }

    /// Removes the letter, and moves the focus from the button that disappears to the file input.
    pub(super) fn remove(self) {
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

    /// Cancels the running upload. An earlier letter stays.
    pub(super) fn cancel(self) {
        if let Some(Running { request, .. }) = self.running.try_update_value(Option::take).flatten() {
            request.set_onload(None);
            request.set_onerror(None);
            let _ = request.abort();
        }
        self.transfer.try_set(None);
    }
}
