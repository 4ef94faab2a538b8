use domain::{
    indonesian::count,
    role::Role,
    verification::{Age, Part, QueueFilter},
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use uuid::Uuid;

use crate::verification::pages::state::{Desk, case_id};
use crate::{
    components::{Banner, Icon, Tone, calendar::remaining},
    verification::api::WaitingView,
};

/// The queue: search, filters, rows, oldest first.
#[component]
pub fn QueuePane(desk: Desk) -> impl IntoView {
    let narrowed = RwSignal::new(filter(desk).is_narrowed() || chooses_institution(desk));
    view! {
        <div class="bar stack g2">
            <SearchField desk />
            <nav class="row g2" aria-label="Bagian antrean">
                {Part::ALL.map(|part| view! { <PartChip desk part /> }).collect_view()}
            </nav>
            <details class="filters" open=narrowed>
                <summary class="row"><Icon name="filter" small=true />"Saring"</summary>
                <Filters desk />
            </details>
            <AwayNote desk />
            <p class="sr" role="status">{move || format!("{} pengajuan", count(u64::from(desk.queue.with(|queue| queue.total))))}</p>
        </div>
        <div class="queue">
            <For each=move || desk.queue.with(|queue| queue.rows.clone()) key=|row| row.id let:row>
                <Row desk row />
            </For>
        </div>
        {move || desk.queue.with(|queue| queue.rows.is_empty()).then(|| view! { <Empty desk /> })}
        {move || desk.queue.with(|queue| queue.next.clone()).map(|after| view! { <More desk after /> })}
    }
    .into_any()
}

/// That nothing is heard of changes: with the queue, and with an open case where the queue is not beside it.
#[component]
pub fn AwayNote(desk: Desk) -> impl IntoView {
    view! {
        <div class="slot away" role="status">
            {move || desk.is_away.get().then(|| view! {
                <Banner tone=Tone::Waiting title="Halaman ini tidak lagi diperbarui sendiri.">
                    "Sambungan sedang dicoba kembali; jika pesan ini tetap tampil, muat ulang halaman."
                </Banner>
            })}
        </div>
    }
}

/// Whether the list of institutions was asked for (`pilih`).
fn chooses_institution(desk: Desk) -> bool {
    desk.filter.with(|query| query.split('&').any(|part| part == "pilih=instansi"))
}

fn filter(desk: Desk) -> QueueFilter {
    desk.filter.with(|query| parse(query))
}

fn parse(query: &str) -> QueueFilter {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter_map(|part| part.split_once('='))
        .map(|(key, value)| (key.to_owned(), crate::query_text(value)))
        .collect();
    QueueFilter::from_query(|key| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str()))
}

/// The query of a filter.
fn query(filter: &QueueFilter) -> String {
    let pairs = filter.pairs().into_iter().map(|(key, value)| format!("{key}={}", crate::query_value(&value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A link to the queue narrowed otherwise; the open case stays open.
fn narrowed_address(desk: Desk, change: impl Fn(&mut QueueFilter)) -> String {
    let mut filter = filter(desk);
    change(&mut filter);
    let path = use_location().pathname;
    desk.address(&path.get(), &query(&filter))
}

/// The words of the queue's address: what is typed leads there, and what the address says is shown.
#[component]
fn SearchField(desk: Desk) -> impl IntoView {
    let path = use_location().pathname;
    let first = desk.filter.with_untracked(|query| parse(query)).words;
    // What the field is to show; nothing yet, so that what was typed before script was there stays.
    let words = RwSignal::new(None::<String>);
    #[cfg(feature = "hydrate")]
    let on_input = {
        let navigate = StoredValue::new_local(use_navigate());
        let typed = StoredValue::new(0u32);
        // The words of the address as far as the field has seen them, or led there itself.
        let known = StoredValue::new(first.clone());
        let go = move || {
            let mut filter = desk.filter.with_untracked(|query| parse(query));
            filter.words = words.get_untracked().unwrap_or_default();
            let query = query(&filter);
            known.set_value(parse(&query).words);
            let to = desk.address(&path.get_untracked(), &query);
            let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate.with_value(|navigate| navigate(&to, options));
        };
        // The address changed otherwise: by a link, or the browser's Back. What comes of typing is known already, and never
        // replaces what was typed after it.
        Effect::new(move |_| {
            let now = filter(desk).words;
            if known.with_value(|known| *known != now) {
                known.set_value(now.clone());
                typed.update_value(|typed| *typed += 1); // what was typed last is over, too
                words.set(Some(now));
            }
        });
        move |text: String| {
            words.set(Some(text));
            typed.update_value(|typed| *typed += 1);
            let mine = typed.get_value();
            gloo_timers::callback::Timeout::new(200, move || {
                if typed.try_get_value() == Some(mine) {
                    go();
                }
            })
            .forget();
        }
    };
    #[cfg(not(feature = "hydrate"))]
    let on_input = move |text: String| words.set(Some(text));
    let hidden = move || {
        let mut filter = filter(desk);
        filter.words.clear();
        let fields =
            filter.pairs().into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
        fields.collect_view()
    };
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

#[component]
fn PartChip(desk: Desk, part: Part) -> impl IntoView {
    let address = move || narrowed_address(desk, |filter| filter.part = part);
    let current = move || (filter(desk).part == part).then_some("true");
    let number = move || {
        desk.queue.with(|queue| queue.parts.iter().find(|(each, _)| *each == part).map_or(0, |(_, number)| *number))
    };
    view! {
        <a class="btn chip" href=address aria-current=current>
            {part.label()}" "<span class="num">{move || count(u64::from(number()))}</span>
        </a>
    }
}

#[component]
fn Filters(desk: Desk) -> impl IntoView {
    let age = move |age: Age| {
        let number =
            move || desk.queue.with(|queue| queue.ages.iter().find(|(each, _)| *each == age).map_or(0, |(_, n)| *n));
        let chosen = move || filter(desk).age == Some(age);
        let address = move || {
            let other = if chosen() { None } else { Some(age) };
            narrowed_address(desk, move |filter| filter.age = other)
        };
        view! { <Facet label=age.label() number=Signal::derive(number) chosen=Signal::derive(chosen) address=Signal::derive(address) /> }
    };
    let role = move |role: Role| {
        let number =
            move || desk.queue.with(|queue| queue.roles.iter().find(|(each, _)| *each == role).map_or(0, |(_, n)| *n));
        let chosen = move || filter(desk).role == Some(role);
        let address = move || {
            let other = if chosen() { None } else { Some(role) };
            narrowed_address(desk, move |filter| filter.role = other)
        };
        view! {
            <Facet label=role.info().code number=Signal::derive(number) chosen=Signal::derive(chosen) address=Signal::derive(address) />
        }
    };
    let link = move |linked: bool| {
        let number = move || desk.queue.with(|queue| if linked { queue.linked } else { queue.fresh });
        let chosen = move || filter(desk).linked == Some(linked);
        let address = move || {
            let other = if chosen() { None } else { Some(linked) };
            narrowed_address(desk, move |filter| filter.linked = other)
        };
        let label = if linked { "SiRUP" } else { "Akses baru" };
        view! { <Facet label number=Signal::derive(number) chosen=Signal::derive(chosen) address=Signal::derive(address) /> }
    };
    view! {
        <div class="stack g2">
            <div class="row g2" role="group" aria-label="Umur">{Age::ALL.map(age).collect_view()}</div>
            <div class="row g2" role="group" aria-label="Role">{Role::ALL.iter().copied().map(role).collect_view()}</div>
            <div class="row g2" role="group" aria-label="SiRUP">{[true, false].map(link).collect_view()}</div>
            {move || if filter(desk).institution.is_some() || chooses_institution(desk) {
                view! { <InstitutionFilter desk /> }.into_any()
            } else {
                let address = move || {
                    let narrow = narrowed_address(desk, |_| {});
                    format!("{narrow}{}pilih=instansi", if narrow.contains('?') { '&' } else { '?' })
                };
                view! { <a class="btn chip" data-noscroll="" href=address>"Pilih instansi"</a> }.into_any()
            }}
            {move || filter(desk).is_narrowed().then(|| {
                let address = move || narrowed_address(desk, |filter| *filter = QueueFilter { part: filter.part, ..Default::default() });
                view! { <a class="btn btn--quiet" href=address>"Hapus saringan"</a> }
            })}
        </div>
    }
    .into_any()
}

#[component]
fn Facet(label: &'static str, number: Signal<u32>, chosen: Signal<bool>, address: Signal<String>) -> impl IntoView {
    view! {
        <a class="btn chip" href=move || address.get() aria-current=move || chosen.get().then_some("true")>
            {label}" "<span class="num">{move || count(u64::from(number.get()))}</span>
        </a>
    }
}

/// A list of the institutions that have open cases. With script a choice acts at once, without by the button.
#[component]
fn InstitutionFilter(desk: Desk) -> impl IntoView {
    let navigate = use_navigate();
    let path = use_location().pathname;
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let chosen = move || filter(desk).institution;
    let choose = move |value: String| {
        let mut filter = desk.filter.with_untracked(|query| parse(query));
        filter.institution = value.parse::<Uuid>().ok();
        let to = desk.address(&path.get_untracked(), &query(&filter));
        navigate(&to, NavigateOptions { scroll: false, ..Default::default() });
    };
    let hidden = move || {
        let mut filter = filter(desk);
        filter.institution = None;
        let fields =
            filter.pairs().into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
        fields.collect_view()
    };
    view! {
        <form class="row g2" method="get" action=move || path.get()>
            {hidden}
            <div class="control grow">
                <select name="instansi" aria-label="Instansi" on:change:target=move |event| choose(event.target().value())>
                    <option value="">"Semua instansi"</option>
                    {move || desk.queue.with(|queue| queue.institutions.clone()).into_iter().map(|(id, name, number)| view! {
                        <option value=id.to_string() selected=move || chosen() == Some(id)>
                            {format!("{name} ({})", count(u64::from(number)))}
                        </option>
                    }).collect_view()}
                </select>
                <Icon name="down" small=true />
            </div>
            {move || (!live.get()).then(|| view! { <button class="btn">"Saring"</button> })}
        </form>
    }
    .into_any()
}

/// One row; what changes in it changes in place.
#[component]
fn Row(desk: Desk, row: WaitingView) -> impl IntoView {
    let id = row.id;
    let open = case_id();
    let first = row.clone();
    let row = Memo::new(move |_| {
        desk.queue.with(|queue| queue.rows.iter().find(|row| row.id == id).cloned()).unwrap_or_else(|| first.clone())
    });
    let address = move || desk.address(&format!("/verifikasi/{id}"), &desk.filter.get());
    let left = move || row.with(|row| (Age::of(row.deadline), remaining(row.deadline)));
    let state = move || match left().0 {
        Age::Overdue => Some("rejected"),
        Age::DueToday => Some("waiting"),
        Age::InTime => None,
    };
    let holder = move || {
        row.with(|row| match &row.holder {
            Some(holder) if holder.mine => Some("Anda".to_owned()),
            Some(holder) => Some(holder.name.clone()),
            None if row.for_me => Some("Untuk Anda".to_owned()),
            None => None,
        })
    };
    view! {
        <a href=address aria-current=move || open().is_some_and(|open| open == id.to_string()).then_some("true")>
            <b>{move || row.with(|row| row.name.clone())}</b>
            {move || match state() {
                Some(state) => view! { <span class="badge" data-state=state>{left().1}</span> }.into_any(),
                None => view! { <span>{left().1}</span> }.into_any(),
            }}
            <span>{move || row.with(|row| match row.work_unit.as_str() {
                "" => "Sedang diperbaiki pemohon".to_owned(),
                name => name.to_owned(),
            })}</span>
            <span>{move || row.with(|row| row.role.info().code)}</span>
            <span>{move || row.with(|row| row.institution.clone())}</span>
            <span class="row g1 holder">
                {move || holder().map(|name| view! { <Icon name="lock" small=true /><span class="sr">"Dipegang: "</span>{name} })}
                {move || (row.with(|row| row.status) == domain::status::Status::Returned).then_some("Perbaikan")}
            </span>
        </a>
    }
    .into_any()
}

#[component]
fn Empty(desk: Desk) -> impl IntoView {
    view! {
        <div class="stack empty">
            <Icon name="inbox" tile=true />
            {move || if filter(desk).is_narrowed() || filter(desk).part != Part::default() {
                view! {
                    <p><b>"Tidak ada yang cocok"</b></p>
                    <p class="sub">"Hapus saringan atau pilih bagian lain."</p>
                }.into_any()
            } else {
                view! {
                    <p><b>"Antrean kosong"</b></p>
                    <p class="sub">"Pengajuan baru tampil di sini sendiri."</p>
                }.into_any()
            }}
        </div>
    }
}

#[component]
fn More(desk: Desk, after: String) -> impl IntoView {
    let path = use_location().pathname;
    let address = move || {
        let filter = desk.filter.get();
        let joined = if filter.is_empty() { String::new() } else { format!("{filter}&") };
        format!("{}?{joined}setelah={after}", path.get())
    };
    view! {
        <p class="more">
            <a
                class="btn btn--quiet"
                href=address
                on:click=move |event| {
                    if cfg!(feature = "hydrate") {
                        event.prevent_default();
                        desk.show_more();
                    }
                }
            >
                "Tampilkan berikutnya"
            </a>
        </p>
    }
}
