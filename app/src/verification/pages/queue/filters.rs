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

use super::filter::{chooses_institution, filter, filtered_address, hidden_fields, parse, query};
use crate::{components::Icon, verification::pages::state::Desk};

#[component]
pub fn PartChip(desk: Desk, part: Part) -> impl IntoView {
    let address = move || filtered_address(desk, |filter| filter.part = part);
    let current = move || (filter(desk).part == part).then_some("true");
    let number = move || {
        desk.queue
            .with(|queue| queue.counts.parts.iter().find(|(each, _)| *each == part).map_or(0, |(_, number)| *number))
    };
    view! {
        <a class="btn chip" href=address aria-current=current>
            {part.label()}" "<span class="num">{move || count(u64::from(number()))}</span>
        </a>
    }
}

#[component]
pub fn Filters(desk: Desk) -> impl IntoView {
    view! {
        <div class="stack g2">
            <div class="row g2" role="group" aria-label="Umur">{Age::ALL.map(|age| view! { <AgeChip desk age /> }).collect_view()}</div>
            <div class="row g2" role="group" aria-label="Role">{Role::ALL.iter().copied().map(|role| view! { <RoleChip desk role /> }).collect_view()}</div>
            <div class="row g2" role="group" aria-label="SiRUP">{[true, false].map(|linked| view! { <LinkChip desk linked /> }).collect_view()}</div>
            {move || if filter(desk).institution.is_some() || chooses_institution(desk) {
                view! { <InstitutionFilter desk /> }.into_any()
            } else {
                let address = move || {
                    let address = filtered_address(desk, |_| {});
                    format!("{address}{}pilih=instansi", if address.contains('?') { '&' } else { '?' })
                };
                view! { <a class="btn chip" data-noscroll="" href=address>"Pilih instansi"</a> }.into_any()
            }}
            {move || filter(desk).is_narrowed().then(|| {
                let address = move || filtered_address(desk, |filter| *filter = QueueFilter { part: filter.part, ..Default::default() });
                view! { <a class="btn btn--quiet" href=address>"Hapus saringan"</a> }
            })}
        </div>
    }
    .into_any()
}

#[component]
fn AgeChip(desk: Desk, age: Age) -> impl IntoView {
    let number =
        move || desk.queue.with(|queue| queue.counts.ages.iter().find(|(each, _)| *each == age).map_or(0, |(_, n)| *n));
    let chosen = move || filter(desk).age == Some(age);
    let address = move || {
        let other = if chosen() { None } else { Some(age) };
        filtered_address(desk, move |filter| filter.age = other)
    };
    view! { <Facet label=age.label() number chosen address /> }
}

#[component]
fn RoleChip(desk: Desk, role: Role) -> impl IntoView {
    let number = move || {
        desk.queue.with(|queue| queue.counts.roles.iter().find(|(each, _)| *each == role).map_or(0, |(_, n)| *n))
    };
    let chosen = move || filter(desk).role == Some(role);
    let address = move || {
        let other = if chosen() { None } else { Some(role) };
        filtered_address(desk, move |filter| filter.role = other)
    };
    view! { <Facet label=role.info().code number chosen address /> }
}

#[component]
fn LinkChip(desk: Desk, linked: bool) -> impl IntoView {
    let number = move || desk.queue.with(|queue| if linked { queue.counts.linked } else { queue.counts.fresh });
    let chosen = move || filter(desk).linked == Some(linked);
    let address = move || {
        let other = if chosen() { None } else { Some(linked) };
        filtered_address(desk, move |filter| filter.linked = other)
    };
    view! { <Facet label=if linked { "SiRUP" } else { "Akses baru" } number chosen address /> }
}

#[component]
fn Facet(
    label: &'static str,
    number: impl Fn() -> u32 + Send + Sync + 'static,
    chosen: impl Fn() -> bool + Send + Sync + 'static,
    address: impl Fn() -> String + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <a class="btn chip" href=address aria-current=move || chosen().then_some("true")>
            {label}" "<span class="num">{move || count(u64::from(number()))}</span>
        </a>
    }
}

/// The institutions with open cases. With script a choice acts at once; without, the button does.
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
    let hidden = move || hidden_fields(&QueueFilter { institution: None, ..filter(desk) });
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
