//! Saves what is typed, a moment after the last change. Saves run one at a time: each names the version that the one
//! before it returned. A form that is sent meanwhile waits for the running save, so that it names the latest version.

use domain::{
    applications::{answers::Answers, views::SavedDraft},
    issues::{Field, Problem},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::filling::{Filling, Saving};
use crate::{applications::api::save, error::ApiError, forms::session_is_over};

/// Milliseconds between the last change and its save.
const QUIET: u32 = 700;
/// Milliseconds until a failed save is retried.
const AGAIN: u32 = 5000;
/// Milliseconds between two checks.
const STEP: u32 = 50;

/// Saves the answers of one page.
#[derive(Clone, Copy)]
pub(super) struct Saver {
    filling: Filling,
    /// The stored answers; `None` if they are not known.
    stored: StoredValue<Option<Answers>>,
    /// Number of changes so far.
    changes: StoredValue<u32>,
    /// True while [`Saver::run`] runs.
    running: StoredValue<bool>,
}

impl Saver {
    /// Saves what is typed from now on.
    pub(super) fn watch(filling: Filling) {
        let form = filling.form;
        let stored = filling.draft.with_value(|draft| draft.draft.answers.clone());
        let saver = Self {
            filling,
            stored: StoredValue::new(Some(stored)),
            changes: StoredValue::new(0),
            running: StoredValue::new(false),
        };
        Effect::new(move |_| {
            let answers = filling.answers.get();
            if !saver.holds(&answers) {
                saver.start();
            }
        });
        // A form that came back with issues was saved by the server, or not: save again to learn the version.
        Effect::new(move |before: Option<u32>| {
            let refusals = form.refusals.get();
            if before.is_some_and(|before| before < refusals) {
                match form.problem_untracked(Field::Form) {
                    Some(Problem::Conflict(_)) => filling.saving.set(Saving::Stopped),
                    _ => {
                        saver.stored.set_value(None);
                        saver.start();
                    }
                }
            }
            refusals
        });
        // Let a form be sent that waited when the page went away.
        on_cleanup(move || {
            form.hold.try_set(false);
        });
    }

    fn holds(self, answers: &Answers) -> bool {
        self.stored.with_value(|stored| stored.as_ref() == Some(answers))
    }

    fn start(self) {
        let Filling { form, saving, .. } = self.filling;
        if saving.get_untracked() == Saving::Stopped {
            return;
        }
        saving.set(Saving::Pending);
        self.changes.update_value(|count| *count += 1);
        if self.running.get_value() {
            return;
        }
        self.running.set_value(true);
        // A form on its way carries the older answers; save the newer ones after its answer.
        let sending = form.pending.get_untracked();
        form.hold.set(!sending);
        spawn_local(async move {
            if sending && !self.until_answered().await {
                return;
            }
            self.run().await;
        });
    }

    async fn run(self) {
        let Filling { form, draft, answers, version, saving, .. } = self.filling;
        let mut pause = QUIET;
        loop {
            self.rest(pause).await;
            // The page may be gone after every wait.
            let (Some(typed), Some(state)) = (answers.try_get_untracked(), saving.try_get_untracked()) else { return };
            if state == Saving::Stopped {
                break;
            }
            let outcome = save(draft.with_value(|draft| draft.id), version.get_untracked(), typed.clone()).await;
            let Some(now) = answers.try_get_untracked() else { return };
            match outcome {
                Ok(saved) => {
                    self.take_over(saved);
                    let all = now == typed;
                    self.stored.set_value(Some(typed));
                    if all {
                        saving.set(Saving::Saved(saved.at));
                        break;
                    }
                    pause = QUIET;
                }
                Err(ApiError::Conflict(conflict)) => {
                    saving.set(Saving::Stopped);
                    form.set_issue(Field::Form, Some(Problem::Conflict(conflict)));
                    break;
                }
                Err(error) => {
                    saving.set(Saving::Failed);
                    if error == ApiError::SignedOut {
                        session_is_over(form);
                    }
                    // Send a waiting form all the same: its answer says what is wrong.
                    if form.pending.get_untracked() && !self.until_answered().await {
                        return;
                    }
                    pause = AGAIN;
                }
            }
        }
        self.running.set_value(false);
        form.hold.set(false);
    }

    /// Takes over the answer to a save.
    fn take_over(self, saved: SavedDraft) {
        let Filling { form, version, work_unit, .. } = self.filling;
        version.set(saved.version);
        if work_unit
            .with_untracked(|unit| unit.as_ref().is_some_and(|unit| unit.address_required != saved.address_required))
        {
            work_unit.update(|unit| {
                if let Some(unit) = unit {
                    unit.address_required = saved.address_required;
                }
            });
        }
        if form.problem_untracked(Field::Form) == Some(Problem::SignedOut) {
            form.set_issue(Field::Form, None);
        }
    }

    /// Waits until `millis` have passed since the last change, or until the form is to be sent.
    async fn rest(self, millis: u32) {
        let mut seen = self.changes.try_get_value();
        let mut waited = 0;
        while waited < millis && self.filling.form.pending.try_get_untracked() == Some(false) {
            TimeoutFuture::new(STEP).await;
            waited += STEP;
            let now = self.changes.try_get_value();
            if now != seen {
                (seen, waited) = (now, 0);
            }
        }
    }

    /// Lets the form be sent and waits for its answer. False if the page is gone.
    async fn until_answered(self) -> bool {
        let form = self.filling.form;
        form.hold.try_set(false);
        while form.pending.try_get_untracked() == Some(true) {
            TimeoutFuture::new(STEP).await;
        }
        let there = self.running.try_get_value().is_some();
        if there {
            form.hold.set(true);
        }
        there
    }
}
