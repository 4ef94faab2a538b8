//! The state of a picker, and what keys and answers do to it.

use domain::{
    applications::pickers::{Options, PickerOption},
    issues::Field,
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::error::ApiError;

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub id: Uuid,
    pub name: String,
    pub code: Option<String>,
}

/// Searches for a query, and calls back with the result.
pub type Search = Callback<(String, Callback<Result<Options, ApiError>>)>;

/// A picker. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Picker {
    pub field: Field,
    /// True once script runs; the server renders the picker as it starts.
    pub live: RwSignal<bool>,
    pub open: RwSignal<bool>,
    /// Index of the active option.
    pub active: RwSignal<Option<usize>>,
    pub found: RwSignal<Options>,
    /// The last search failed.
    pub failed: RwSignal<bool>,
    /// What the input shows.
    pub text: RwSignal<String>,
    pub chosen: Signal<Option<Chosen>>,
    on_choose: Callback<Option<Chosen>>,
    search: Search,
    blocked: Signal<Option<&'static str>>,
    /// Number of the latest search.
    asked: StoredValue<u32>,
}

impl Picker {
    pub fn new(
        field: Field,
        text: String,
        chosen: Signal<Option<Chosen>>,
        on_choose: Callback<Option<Chosen>>,
        search: Search,
        blocked: Signal<Option<&'static str>>,
    ) -> Self {
        let picker = Self {
            field,
            live: RwSignal::new(false),
            open: RwSignal::new(false),
            active: RwSignal::new(None),
            found: RwSignal::new(Options::default()),
            failed: RwSignal::new(false),
            text: RwSignal::new(text),
            chosen,
            on_choose,
            search,
            blocked,
            asked: StoredValue::new(0),
        };
        Effect::new(move |_| picker.live.set(true));
        picker.follow_choice();
        #[cfg(feature = "hydrate")]
        picker.keep_active_in_sight();
        picker
    }

    /// Shows a choice that was made or cleared elsewhere.
    fn follow_choice(self) {
        Effect::new(move |before: Option<Option<Uuid>>| {
            let now = self.chosen.get();
            let id = now.as_ref().map(|chosen| chosen.id);
            if before.is_some_and(|before| before != id) {
                self.text.set(now.map(|chosen| chosen.name).unwrap_or_default());
            }
            id
        });
    }

    #[cfg(feature = "hydrate")]
    fn keep_active_in_sight(self) {
        Effect::new(move |_| {
            if let Some(at) = self.active.get()
                && let Some(element) = document().get_element_by_id(&self.option_id(at))
            {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                element.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    }

    pub fn list_id(self) -> String {
        format!("{}-l", self.field)
    }

    pub fn option_id(self, at: usize) -> String {
        format!("{}-{at}", self.field)
    }

    pub fn active_id(self) -> Option<String> {
        self.active.get().filter(|_| self.open.get()).map(|at| self.option_id(at))
    }

    /// True while nothing can be chosen.
    pub fn is_shut(self) -> bool {
        self.live.get() && self.blocked.get().is_some()
    }

    /// Searches, and opens the list with the result.
    pub fn ask(self, query: String) {
        if self.blocked.get_untracked().is_some() {
            return;
        }
        let number = self.next_search();
        let answer = Callback::new(move |answer: Result<Options, ApiError>| {
            // Answers may overtake each other; only the latest search counts.
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            self.failed.set(answer.is_err());
            let options = answer.unwrap_or_default();
            self.active.set((!options.options.is_empty()).then_some(0));
            self.found.set(options);
            self.open.set(true);
        });
        self.search.run((query, answer));
    }

    /// Searches once the person pauses.
    pub fn ask_soon(self, query: String) {
        #[cfg(feature = "hydrate")]
        {
            let number = self.next_search();
            leptos::task::spawn_local(async move {
                gloo_timers::future::TimeoutFuture::new(120).await;
                if self.asked.try_get_value() == Some(number) {
                    self.ask(query);
                }
            });
        }
        #[cfg(not(feature = "hydrate"))]
        self.ask(query);
    }

    /// Makes answers to earlier searches count no more.
    fn next_search(self) -> u32 {
        let number = self.asked.get_value() + 1;
        self.asked.set_value(number);
        number
    }

    pub fn close(self) {
        self.asked.update_value(|number| *number += 1);
        self.open.set(false);
        self.active.set(None);
    }

    pub fn choose(self, option: PickerOption) {
        self.close();
        self.text.set(option.name.clone());
        self.on_choose.run(Some(Chosen { id: option.id, name: option.name, code: option.code }));
    }

    /// Clears the choice.
    pub fn clear(self) {
        self.text.set(String::new());
        self.on_choose.run(None);
    }

    /// Shows the choice again in place of what was typed.
    pub fn restore(self) {
        self.text.set(self.chosen.get_untracked().map(|chosen| chosen.name).unwrap_or_default());
    }

    /// The keys of the ARIA combobox pattern.
    pub fn on_key(self, event: &leptos::ev::KeyboardEvent) {
        let length = self.found.with_untracked(|found| found.options.len());
        let open = self.open.get_untracked();
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open => {
                event.prevent_default();
                self.ask(String::new());
            }
            "ArrowDown" if length > 0 => {
                event.prevent_default();
                self.active.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % length)));
            }
            "ArrowUp" if length > 0 => {
                event.prevent_default();
                self.active.update(|at| *at = Some(at.map_or(length - 1, |at| (at + length - 1) % length)));
            }
            "Enter" if open => {
                event.prevent_default();
                let at = self.active.get_untracked();
                let option = at.and_then(|at| self.found.with_untracked(|found| found.options.get(at).cloned()));
                if let Some(option) = option {
                    self.choose(option);
                }
            }
            "Escape" if open => {
                event.prevent_default();
                self.close();
                self.restore();
            }
            _ => {}
        }
    }
}
