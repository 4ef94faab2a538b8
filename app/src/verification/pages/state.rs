//! The state of the open desk.

use domain::verification::{CaseFile, Queue};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use uuid::Uuid;

#[cfg(feature = "hydrate")]
use super::order::Order;
use super::{address::filters, data::DeskData};
use crate::forms::FormState;

/// The open desk. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Desk {
    pub queue: RwSignal<Queue>,
    /// Number of pages of the queue that are shown.
    #[cfg(feature = "hydrate")]
    pub pages: RwSignal<usize>,
    /// Order of the requests for the queue.
    #[cfg(feature = "hydrate")]
    pub queue_order: Order,
    /// Order of the requests for the open case.
    #[cfg(feature = "hydrate")]
    pub case_order: Order,
    pub data: DeskData,
    pub case: RwSignal<Option<CaseFile>>,
    /// The forms of the open case.
    pub form: FormState,
    /// True while the help sheet is open.
    pub help: RwSignal<bool>,
    /// A verdict that can still be undone; another case may be open by now.
    pub recent: RwSignal<Option<Recent>>,
    /// True once script runs. Without it, everything is on screen.
    pub live: RwSignal<bool>,
    /// True while no notices arrive from the server, so the page may be outdated.
    pub is_away: RwSignal<bool>,
    /// The filter of the queue, as a query without `?`.
    pub filter: Memo<String>,
}

/// A verdict that this verifier gave seconds ago.
#[derive(Clone, Debug, PartialEq)]
pub struct Recent {
    /// The application.
    pub id: Uuid,
    /// `Disetujui: Siti Rahmawati.`
    pub words: String,
    /// Until when it can be undone, in milliseconds of the browser's clock.
    pub until: f64,
}

impl Desk {
    /// Opens the desk with a queue that was read.
    pub fn new(queue: Queue, data: DeskData, form: FormState) -> Self {
        let search = use_location().search;
        data.is_drawn.set(true);
        Self {
            queue: RwSignal::new(queue),
            #[cfg(feature = "hydrate")]
            pages: RwSignal::new(1),
            #[cfg(feature = "hydrate")]
            queue_order: Order::new(),
            #[cfg(feature = "hydrate")]
            case_order: Order::new(),
            data,
            case: data.shown,
            form,
            help: RwSignal::new(false),
            recent: RwSignal::new(None),
            live: RwSignal::new(false),
            is_away: RwSignal::new(false),
            filter: Memo::new(move |_| search.with(|search| filters(search))),
        }
    }

    /// A link to the open case with a task in its query (`tindak=tolak`; empty to close a dialog), and the same filter.
    pub fn link(self, what: &str) -> String {
        let parts = [self.filter.get(), what.to_owned()];
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        format!("?{}", parts.join("&"))
    }

    /// A path with a query, which may be empty.
    pub fn address(self, path: &str, query: &str) -> String {
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}
