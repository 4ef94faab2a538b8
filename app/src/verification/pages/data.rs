//! The data of the desk.

use domain::{
    issues::conflict::Conflict,
    verification::{CaseFile, Cursor, Queue, findings::Findings},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::address::{case_id, filters, query};
use crate::{
    data::{Data, Refresh},
    error::ApiError,
    verification::api::{TimelineEntry, case, findings, queue, timeline},
};

/// The open case, `None`, or the conflict that hides it.
type Open = Result<Option<CaseFile>, Conflict>;

/// The data of the desk. All resources are created at the root of the page: the server draws some parts more than once, and
/// resources created there would have other numbers in the browser, which would not find their answers in the page.
#[derive(Clone, Copy)]
pub struct DeskData {
    /// The first page of the queue.
    pub queue: Data<Queue>,
    pub case: Data<Open>,
    /// A case and the findings of its letter, while they are shown.
    pub findings: Data<Option<(Uuid, Findings)>>,
    /// A case and its timeline, while it is shown.
    pub timeline: Data<Option<(Uuid, Vec<TimelineEntry>)>>,
    /// Increases when the open case changes.
    pub changes: RwSignal<u32>,
    /// The open case as it is now.
    pub shown: RwSignal<Option<CaseFile>>,
    /// True once the queue is shown.
    pub is_drawn: RwSignal<bool>,
    /// Makes the page read its data again.
    #[cfg(feature = "hydrate")]
    pub refresh: Refresh,
}

impl DeskData {
    /// Reads what the address names.
    pub fn new() -> Self {
        let (changes, shown, is_drawn) = (RwSignal::new(0), RwSignal::new(None), RwSignal::new(false));
        Self {
            queue: queue_data(is_drawn),
            case: case_data(shown),
            findings: beside(|part| !matches!(part, Some("riwayat" | "linimasa")), changes, findings),
            timeline: beside(|part| part == Some("linimasa"), changes, timeline),
            changes,
            shown,
            is_drawn,
            #[cfg(feature = "hydrate")]
            refresh: Refresh::current(),
        }
    }
}

/// Follows [`Refresh`] until something is shown. What is shown is updated in place instead.
fn refresh_unless(is_shown: impl Fn() -> bool + Send + Sync + 'static) -> Memo<u32> {
    let refresh = Refresh::current();
    Memo::new(move |before: Option<&u32>| {
        let now = refresh.0.get();
        match before {
            Some(before) if is_shown() => *before,
            _ => now,
        }
    })
}

fn case_data(shown: RwSignal<Option<CaseFile>>) -> Data<Open> {
    let id = case_id();
    let refresh = refresh_unless(move || {
        shown.with_untracked(|case| case.as_ref().map(|case| case.id.to_string())) == untrack(id)
    });
    Resource::new_with_options(move || (id(), refresh.get()), |(id, _)| open(id), true)
}

async fn open(id: Option<String>) -> Result<Open, ApiError> {
    let Some(id) = id else { return Ok(Ok(None)) };
    let id = id.parse().map_err(|_| ApiError::NotFound)?;
    match case(id).await {
        Ok(case) => Ok(Ok(Some(case))),
        Err(ApiError::Conflict(conflict)) => Ok(Err(conflict)),
        Err(error) => Err(error),
    }
}

/// Reads something of the open case while the part of the page (`lihat`) that shows it is shown.
fn beside<T, Fut>(
    is_shown: fn(Option<&str>) -> bool,
    changes: RwSignal<u32>,
    fetch: impl Fn(Uuid) -> Fut + Copy + Send + Sync + 'static,
) -> Data<Option<(Uuid, T)>>
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    let (id, query) = (case_id(), query());
    let source = move || {
        let shown = query.with(|query| is_shown(query.get_str("lihat")));
        (id().filter(|_| shown).and_then(|id| id.parse::<Uuid>().ok()), changes.get())
    };
    let read = move |(id, _): (Option<Uuid>, u32)| async move {
        match id {
            Some(id) => fetch(id).await.map(|found| Some((id, found))),
            None => Ok(None),
        }
    };
    Resource::new_with_options(source, read, false)
}

/// The first page of the queue; without script also a later one (`setelah`).
fn queue_data(is_drawn: RwSignal<bool>) -> Data<Queue> {
    let search = use_location().search.get_untracked();
    let after = search.split('&').find_map(|part| part.trim_start_matches('?').strip_prefix("setelah="));
    let (query, after) = (filters(&search), after.and_then(|after| after.parse::<Cursor>().ok()));
    let refresh = refresh_unless(move || is_drawn.get_untracked());
    Resource::new_with_options(move || refresh.get(), move |_| queue(query.clone(), after), true)
}
