use domain::verification::QueueFilter;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
#[cfg(feature = "hydrate")]
use leptos_router::{NavigateOptions, hooks::use_navigate};

#[cfg(feature = "hydrate")]
use super::filter::query;
use super::filter::{filter, hidden_fields, parse};
use crate::{components::Icon, verification::pages::state::Desk};

/// Milliseconds after the last key until typed words are searched.
#[cfg(feature = "hydrate")]
const PAUSE_MILLIS: u32 = 200;

/// The words of the filter. Typing changes the address, and the field follows the address.
#[component]
pub fn SearchField(desk: Desk) -> impl IntoView {
    let path = use_location().pathname;
    let first = desk.filter.with_untracked(|query| parse(query)).words;
    // The text to show; `None` at first, so that text typed before script runs stays.
    let words = RwSignal::new(None::<String>);
    let on_input = follow_typing(desk, words, first.clone());
    let hidden = move || hidden_fields(&QueueFilter { words: String::new(), ..filter(desk) });
    view! {
        <form role="search" method="get" action=move || path.get() on:submit=move |event| {
            if cfg!(feature = "hydrate") {
                event.prevent_default();
            }
        }>
            {hidden}
            <div class="control">
                <Icon name="search" small=true />
                <input
                    id="cari"
                    type="search"
                    name="cari"
                    value=first
                    prop:value=move || words.get()
                    autocomplete="off"
                    spellcheck="false"
                    aria-label="Cari nama, NIP, satuan kerja, atau nomor"
                    placeholder="Nama, NIP, satker, nomor"
                    on:input:target=move |event| on_input(event.target().value())
                />
                <kbd class="scripted">"/"</kbd>
            </div>
        </form>
    }
    .into_any()
}

/// Returns what to do with typed text: after a pause it goes into the address.
fn follow_typing(desk: Desk, words: RwSignal<Option<String>>, first: String) -> impl Fn(String) + Copy {
    #[cfg(feature = "hydrate")]
    {
        let path = use_location().pathname;
        let navigate = StoredValue::new_local(use_navigate());
        let typed = StoredValue::new(0u32);
        // The words of the address that the field has shown or set.
        let known = StoredValue::new(first);
        let go = move || {
            let mut filter = desk.filter.with_untracked(|query| parse(query));
            filter.words = words.get_untracked().unwrap_or_default();
            let query = query(&filter);
            known.set_value(parse(&query).words);
            let to = desk.address(&path.get_untracked(), &query);
            let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate.with_value(|navigate| navigate(&to, options));
        };
        // The address changed by a link or the browser's Back. Changes by typing are known already, and must not replace
        // what was typed after them.
        Effect::new(move |_| {
            let now = filter(desk).words;
            if known.with_value(|known| *known != now) {
                known.set_value(now.clone());
                typed.update_value(|typed| *typed += 1); // cancels what was typed last
                words.set(Some(now));
            }
        });
        move |text: String| {
            words.set(Some(text));
            typed.update_value(|typed| *typed += 1);
            let mine = typed.get_value();
            gloo_timers::callback::Timeout::new(PAUSE_MILLIS, move || {
                if typed.try_get_value() == Some(mine) {
                    go();
                }
            })
            .forget();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (desk, first);
        move |text: String| words.set(Some(text))
    }
}
