//! What the desk shows, kept fresh: hints come by server-sent events, the page fetches what changed and puts it where it
//! is shown, so that scroll, focus and what is being typed stay.

use domain::issues::conflict::Conflict;
use leptos::prelude::*;
use leptos_router::{
    hooks::{use_location, use_params_map},
    params::ParamsMap,
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

#[cfg(feature = "hydrate")]
use crate::components::shell::{catch_focus, focus_is_lost};
use crate::{
    data::Data,
    data::Refresh,
    error::ApiError,
    forms::FormState,
    verification::api::{CaseView, EntryView, FindingsView, QueueView, case, findings, queue, timeline},
};

/// The parts of the address that narrow the queue; the others belong to the case.
const FILTERS: &[&str] = &["bagian", "instansi", "role", "umur", "sirup", "cari", "pilih"];

/// What is open: a case, nothing, or nothing for a reason that can be told.
type Open = Result<Option<CaseView>, Conflict>;

/// What the desk reads. All of it is asked for where the page begins: the server draws some parts more than once, and
/// what is asked for there would be numbered otherwise in the browser, which then finds no answer to it in the page.
#[derive(Clone, Copy)]
pub struct Reads {
    /// The first page of the queue.
    pub queue: Data<QueueView>,
    /// What is open.
    pub case: Data<Open>,
    /// What the letter says, while it is compared, and of which case.
    pub findings: Data<Option<(Uuid, FindingsView)>>,
    /// The history, while it is shown, and of which case.
    pub timeline: Data<Option<(Uuid, Vec<EntryView>)>>,
    /// Counts up when the open case changes.
    pub changes: RwSignal<u32>,
    /// The case that is shown, as it is now.
    pub shown: RwSignal<Option<CaseView>>,
    /// Whether the queue is shown.
    pub is_drawn: RwSignal<bool>,
    /// Makes the page ask anew.
    #[cfg(feature = "hydrate")]
    pub refresh: Refresh,
}

impl Reads {
    /// Asks for what the address names.
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

/// The query of the address. `use_query_map` would go on saying that of the address before, where one page has many
/// (leptos_router 0.8.17).
pub fn query() -> Memo<ParamsMap> {
    use_location().query
}

/// Follows [`Refresh`] as long as something is not shown: what is shown is kept fresh in its place and not drawn anew.
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

/// What the address names.
fn case_data(shown: RwSignal<Option<CaseView>>) -> Data<Open> {
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

/// Asks for something beside the open case, while the part of the page (`lihat`) that shows it is shown.
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

/// The open desk. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The queue.
    pub queue: RwSignal<QueueView>,
    /// How many of its pages are shown; followed in the browser alone.
    #[cfg(feature = "hydrate")]
    pub pages: RwSignal<usize>,
    /// In which order the queue was asked for anew.
    #[cfg(feature = "hydrate")]
    queue_order: live::Order,
    /// In which order the open case was asked for anew.
    #[cfg(feature = "hydrate")]
    case_order: live::Order,
    /// What the page reads.
    pub reads: Reads,
    /// The open case.
    pub case: RwSignal<Option<CaseView>>,
    /// The forms of the open case.
    pub form: FormState,
    /// Whether the help sheet is open.
    pub help: RwSignal<bool>,
    /// The verdict that can still be taken back, wherever one is by now.
    pub recent: RwSignal<Option<Recent>>,
    /// Whether script has taken over: before it, and without, everything is on screen.
    pub live: RwSignal<bool>,
    /// Whether the server's hints do not come, so that what is shown may be of before.
    pub is_away: RwSignal<bool>,
    /// What narrows the queue, as a query without `?`.
    pub filter: Memo<String>,
}

/// A verdict of the one who looks, given seconds ago.
#[derive(Clone, Debug, PartialEq)]
pub struct Recent {
    /// The application.
    pub id: Uuid,
    /// `Disetujui: Siti Rahmawati.`
    pub words: String,
    /// Until when it can be taken back, in milliseconds of the browser's clock.
    pub until: f64,
}

/// What the open address narrows the queue by, for a form that leads on: without script, the page that follows is as
/// narrow.
#[component]
pub fn KeptFilter() -> impl IntoView {
    let search = use_location().search;
    view! { <input type="hidden" name="saring" value=move || search.with(|search| filters(search)) /> }
}

/// The id of the case that the address names, as it stands there.
pub fn case_id() -> impl Fn() -> Option<String> + Copy + Send + Sync {
    let params = use_params_map();
    move || params.with(|params| params.get("id"))
}

/// The filters of a query, in one order.
fn filters(search: &str) -> String {
    let search = search.trim_start_matches('?');
    let parts = search.split('&').filter(|part| part.split_once('=').is_some_and(|(key, _)| FILTERS.contains(&key)));
    parts.collect::<Vec<_>>().join("&")
}

/// The first page of the queue, for the first drawing; without script also the pages after it (`setelah`).
fn queue_data(is_drawn: RwSignal<bool>) -> Data<QueueView> {
    let search = use_location().search.get_untracked();
    let after = search.split('&').find_map(|part| part.trim_start_matches('?').strip_prefix("setelah="));
    let (query, after) = (filters(&search), after.map(str::to_owned));
    let refresh = refresh_unless(move || is_drawn.get_untracked());
    Resource::new_with_options(move || refresh.get(), move |_| queue(query.clone(), after.clone()), true)
}

impl Desk {
    /// The desk around a queue that was read.
    pub fn new(queue: QueueView, reads: Reads, form: FormState) -> Self {
        let search = use_location().search;
        reads.is_drawn.set(true);
        Self {
            queue: RwSignal::new(queue),
            #[cfg(feature = "hydrate")]
            pages: RwSignal::new(1),
            #[cfg(feature = "hydrate")]
            queue_order: live::Order::new(),
            #[cfg(feature = "hydrate")]
            case_order: live::Order::new(),
            reads,
            case: reads.shown,
            form,
            help: RwSignal::new(false),
            recent: RwSignal::new(None),
            live: RwSignal::new(false),
            is_away: RwSignal::new(false),
            filter: Memo::new(move |_| search.with(|search| filters(search))),
        }
    }

    /// A link to the open case with something in its address (`tindak=tolak`; nothing closes what is open); the queue
    /// stays as narrow as it is.
    pub fn link(self, what: &str) -> String {
        let parts = [self.filter.get(), what.to_owned()];
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        format!("?{}", parts.join("&"))
    }

    /// The address of this page with other filters; the open case stays.
    pub fn address(self, path: &str, query: &str) -> String {
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Follows the server's hints, the address and the forms of the page, for as long as it is shown.
    pub fn follow(self) {
        Effect::new(move |_| self.live.set(true));
        #[cfg(feature = "hydrate")]
        live::follow(self);
    }

    /// Shows one page more of the queue.
    pub fn show_more(self) {
        #[cfg(feature = "hydrate")]
        {
            self.pages.update(|pages| *pages += 1);
            live::reload_queue(self);
        }
    }
}

/// Puts the focus on the case where what had it went with a change of the case: a button that was pressed, an item that
/// was ticked.
#[cfg(feature = "hydrate")]
fn keep_focus() {
    leptos::task::spawn_local(catch_focus(|_| false));
}

#[cfg(feature = "hydrate")]
mod live {
    use gloo_timers::callback::Timeout;
    use leptos::{prelude::*, task::spawn_local};

    use super::{Desk, case_id, focus_is_lost};
    use crate::{
        data::Refresh,
        error::ApiError,
        live::{self, Hint},
        verification::api::{case, queue},
    };

    /// Hints that come close together are answered by one look.
    const GATHER: u32 = 120;

    /// Numbers the questions for one thing, since answers may overtake each other: how many were asked, and which one's
    /// answer is shown. An answer need not be to the latest question: where hints come faster than answers, none would
    /// ever be shown.
    #[derive(Clone, Copy)]
    pub struct Order(StoredValue<(u32, u32)>);

    impl Order {
        pub fn new() -> Self {
            Self(StoredValue::new((0, 0)))
        }

        /// The number of a question that is about to be asked; `None` once the page is gone.
        fn ask(self) -> Option<u32> {
            self.0.try_update_value(|(asked, _)| {
                *asked += 1;
                *asked
            })
        }

        /// Whether an answer may be shown: none to a later question is.
        fn show(self, number: u32) -> bool {
            let is_newer = self.0.try_update_value(|(_, shown)| {
                let is_newer = number > *shown;
                *shown = number.max(*shown);
                is_newer
            });
            is_newer == Some(true)
        }
    }

    pub fn follow(desk: Desk) {
        Effect::new(move |before: Option<String>| {
            let filter = desk.filter.get();
            if before.is_some_and(|before| before != filter) {
                desk.pages.set(1);
                reload_queue(desk);
            }
            filter
        });
        let refresh = Refresh::current();
        Effect::new(move |before: Option<(u32, bool)>| {
            let now = (refresh.0.get(), desk.form.pending.get());
            // Rung for, or a form of the case was answered.
            if before.is_some_and(|before| before.0 != now.0 || before.1 && !now.1) {
                reload_queue(desk);
                reload_case(desk);
            }
            now
        });
        let gathering = StoredValue::new(false);
        let address = case_id();
        live::follow("/verifikasi/peristiwa", "case", move |hint| {
            let id = match hint {
                Hint::Changed(id) => Some(id),
                Hint::Back => {
                    desk.is_away.set(false);
                    None
                }
                Hint::Away => return desk.is_away.set(true),
            };
            // The case of the address; none may be shown for it, while its person repairs it.
            let open = untrack(address);
            if open.is_some() && (id.is_none() || open == id) {
                match desk.case.with_untracked(Option::is_some) {
                    true => reload_case(desk),
                    false => desk.reads.refresh.request(),
                }
            }
            if !gathering.get_value() {
                gathering.set_value(true);
                let look = move || {
                    gathering.try_set_value(false);
                    reload_queue(desk);
                };
                Timeout::new(GATHER, look).forget();
            }
        });
    }

    /// Asks for as many pages as are shown; what was asked for last wins.
    pub fn reload_queue(desk: Desk) {
        let Some(number) = desk.queue_order.ask() else { return };
        spawn_local(async move {
            let now = move || desk.filter.try_get_untracked().zip(desk.pages.try_get_untracked());
            let Some((filter, pages)) = now() else { return };
            let Ok(mut all) = queue(filter.clone(), None).await else { return };
            for _ in 1..pages {
                let Some(after) = all.next.take() else { break };
                let Ok(next) = queue(filter.clone(), Some(after)).await else { return };
                all.rows.extend(next.rows);
                all.next = next.next;
            }
            // For another filter, or for more pages, another answer is on its way.
            if now() != Some((filter, pages)) || !desk.queue_order.show(number) {
                return;
            }
            if desk.queue.try_get_untracked().as_ref() != Some(&all) {
                let has_focus = document().query_selector(".queue a:focus").is_ok_and(|row| row.is_some());
                desk.queue.try_set(all);
                if has_focus {
                    super::keep_focus(); // its row may be one that went
                }
            }
        });
    }

    /// Asks for the open case again.
    pub fn reload_case(desk: Desk) {
        let Some(id) = desk.case.try_with_untracked(|case| case.as_ref().map(|case| case.id)).flatten() else { return };
        let Some(number) = desk.case_order.ask() else { return };
        spawn_local(async move {
            let fresh = match case(id).await {
                Ok(fresh) => Some(fresh),
                Err(ApiError::NotFound | ApiError::Conflict(_)) => None,
                Err(_) => return,
            };
            let still = desk.case.try_with_untracked(|case| case.as_ref().map(|case| case.id)).flatten();
            if still != Some(id) || !desk.case_order.show(number) {
                return;
            }
            let (had_focus, is_gone) = (!focus_is_lost(), fresh.is_none());
            desk.case.try_set(fresh);
            if is_gone {
                desk.reads.refresh.request(); // the page says why
            }
            if had_focus {
                super::keep_focus();
            }
        });
    }
}
