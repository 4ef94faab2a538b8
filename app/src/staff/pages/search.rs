//! The search for the institutions of a scope.

use std::collections::BTreeSet;

use domain::{
    issues::Field,
    staff::view::{FoundInstitutions, RoleChoice, ScopeInstitution},
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{components::Icon, forms::FormState, staff::texts};

/// The institutions of a scope: those that are ticked, and the result of a search. Without script, a search loads this page
/// again with the whole form in its query; with script it searches as one types. CSS shows it while **Instansi tertentu**
/// is chosen.
#[component]
pub fn ScopeSearch(form: FormState, role: RoleChoice) -> impl IntoView {
    let search = Search::new(form, role.chosen, &role.words, role.found);
    let has_script = RwSignal::new(false);
    Effect::new(move |_| has_script.set(true));
    view! {
        <div class="stack g3 scope-search">
            <div class="field">
                <label class="label" for="cari">"Cari instansi"</label>
                <div class="control">
                    <Icon name="search" />
                    <input
                        id="cari"
                        type="search"
                        name="cari"
                        value=role.words
                        autocomplete="off"
                        spellcheck="false"
                        aria-controls="instansi"
                        on:input:target=move |event| search.run(event.target().value())
                        // Enter must not send the form from here.
                        on:keydown=move |event| if event.key() == "Enter" { event.prevent_default() }
                    />
                    {move || (!has_script.get()).then(|| view! {
                        <button class="btn btn--quiet" formmethod="get" formaction="/admin">"Cari"</button>
                    })}
                </div>
            </div>
            <p class="sub" role="status">
                {move || search.result.with(SearchResult::words)}
                {move || texts::ticked(search.ticked.with(BTreeSet::len))}
            </p>
            <OfferedInstitutions form search />
        </div>
    }
    .into_any()
}

#[component]
fn OfferedInstitutions(form: FormState, search: Search) -> impl IntoView {
    let Search { ticked, offered, .. } = search;
    let tick = move |id: Uuid, on: bool| {
        ticked.update(|ticked| {
            if on {
                ticked.insert(id);
            } else {
                ticked.remove(&id);
            }
        });
        form.set_issue(Field::Scope, None);
    };
    view! {
        <ul id="instansi" class="panel results" role="list">
            <For each=move || offered.get() key=|(id, _)| *id let:institution>
                {
                    let (id, name) = institution;
                    view! {
                        <li>
                            <label class="tick">
                                <input
                                    type="checkbox"
                                    name=format!("scope_{id}")
                                    value="ya"
                                    checked=ticked.with_untracked(|ticked| ticked.contains(&id))
                                    on:change:target=move |event| tick(id, event.target().checked())
                                />
                                {name}
                            </label>
                        </li>
                    }
                }
            </For>
        </ul>
    }
    .into_any()
}

/// The state of the search. Cheap to copy.
#[derive(Clone, Copy)]
struct Search {
    ticked: RwSignal<BTreeSet<Uuid>>,
    /// The institutions on screen.
    offered: RwSignal<Vec<ScopeInstitution>>,
    result: RwSignal<SearchResult>,
    /// The number of the latest query.
    latest: StoredValue<u32>,
}

impl Search {
    fn new(form: FormState, chosen: Vec<ScopeInstitution>, words: &str, found: FoundInstitutions) -> Self {
        let came_back = form.typed("tindak").is_some();
        let ticked: BTreeSet<Uuid> = if came_back {
            let offered = chosen.iter().chain(&found.institutions).map(|(id, _)| *id);
            offered.filter(|id| form.typed(&format!("scope_{id}")).is_some()).collect()
        } else {
            chosen.iter().map(|(id, _)| *id).collect()
        };
        Self {
            ticked: RwSignal::new(ticked),
            result: RwSignal::new(SearchResult::of(words, &found)),
            offered: RwSignal::new(offer(chosen, found)),
            latest: StoredValue::new(0),
        }
    }

    /// Searches after a short pause in typing, in the browser only.
    fn run(self, words: String) {
        let number = self.latest.get_value() + 1;
        self.latest.set_value(number);
        #[cfg(feature = "hydrate")]
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(150).await;
            if self.latest.try_get_value() != Some(number) {
                return;
            }
            let answer = crate::staff::api::institutions(words.clone()).await;
            // Answers may arrive in another order; only that to the latest query counts.
            if self.latest.try_get_value() != Some(number) {
                return;
            }
            match answer {
                Ok(found) => self.show(&words, found),
                Err(_) => self.result.set(SearchResult::Failed),
            }
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = words;
    }

    #[cfg(feature = "hydrate")]
    fn show(self, words: &str, found: FoundInstitutions) {
        let mut kept = self.offered.get_untracked();
        kept.retain(|(id, _)| self.ticked.with_untracked(|ticked| ticked.contains(id)));
        self.result.set(SearchResult::of(words, &found));
        self.offered.set(offer(kept, found));
    }
}

/// The institutions to show: the chosen ones, then the found ones.
fn offer(chosen: Vec<ScopeInstitution>, found: FoundInstitutions) -> Vec<ScopeInstitution> {
    let mut offered = chosen;
    for institution in found.institutions {
        if !offered.iter().any(|(id, _)| *id == institution.0) {
            offered.push(institution);
        }
    }
    offered
}

/// The result of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SearchResult {
    /// There were no words.
    NoWords,
    Found {
        total: usize,
        shown: usize,
    },
    /// The server does not answer.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only the browser searches in the background"))]
    Failed,
}

impl SearchResult {
    fn of(words: &str, found: &FoundInstitutions) -> Self {
        if words.trim().is_empty() {
            return Self::NoWords;
        }
        Self::Found { total: found.total, shown: found.institutions.len() }
    }

    fn words(&self) -> String {
        match *self {
            Self::NoWords => texts::SEARCH.to_owned(),
            Self::Failed => texts::SEARCH_FAILED.to_owned(),
            Self::Found { total: 0, .. } => texts::NOTHING_FOUND.to_owned(),
            Self::Found { total, shown } if total > shown => texts::found_more(total, shown),
            Self::Found { total, .. } => texts::found(total),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn institution(n: u128, name: &str) -> ScopeInstitution {
        (Uuid::from_u128(n), name.to_owned())
    }

    #[test]
    fn chosen_institutions_come_first() {
        let found = FoundInstitutions { institutions: vec![institution(1, "A"), institution(2, "B")], total: 40 };
        let offered = offer(vec![institution(3, "C"), institution(2, "B")], found.clone());
        assert_eq!(offered, [institution(3, "C"), institution(2, "B"), institution(1, "A")]);
        assert_eq!(SearchResult::of(" ", &found), SearchResult::NoWords);
        assert_eq!(
            SearchResult::of("a", &found).words(),
            "40 instansi cocok, tampil 2. Tambah kata agar daftar lebih pendek."
        );
    }
}
