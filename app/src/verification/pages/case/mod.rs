//! The open case.

mod comparison;
mod decision;
mod earlier;
mod notes;
mod rows;
mod timeline;

use domain::{
    indonesian::{date_time, time},
    issues::conflict::Conflict,
    status::Status,
    verification::CaseFile,
};
use leptos::prelude::*;

use self::{
    comparison::Comparison, decision::LastDecision, earlier::EarlierApplications, notes::Notes, timeline::Timeline,
};
use super::{
    address::{self, KeptFilter},
    checks::{CheckList, Ticked},
    clock::{Countdown, keep_lease},
    dialogs::Dialogs,
    letter::LetterPane,
    queue::AwayNote,
    state::Desk,
    verdict::VerdictBar,
};
use crate::{
    components::{Icon, PageTitle, StatusBadge, calendar::remaining},
    forms::{FormState, PostForm},
    session::zone,
    verification::texts,
};

/// The desk without an open case.
#[component]
pub fn NoCase(desk: Desk) -> impl IntoView {
    desk.case.set(None);
    let query = address::query();
    let text = move || texts::no_case(query.with(|query| query.get("kosong").is_some()));
    view! {
        <main class="pane no-case" id="isi" tabindex="-1">
            <div class="stack empty">
                <Icon name="inbox" tile=true />
                <h1>{move || text().0}</h1>
                <p class="sub">{move || text().1}</p>
            </div>
        </main>
    }
}

/// A case that its applicant repairs, or withdrew while repairing it.
#[component]
pub fn BeingRepaired(desk: Desk, conflict: Conflict) -> impl IntoView {
    desk.case.set(None);
    let heading = match conflict {
        Conflict::StatusChanged { status: Status::Withdrawn, .. } => texts::WITHDRAWN,
        _ => texts::BEING_REPAIRED,
    };
    view! {
        <main class="pane no-case" id="isi" tabindex="-1">
            <div class="stack empty">
                <Icon name="edit" tile=true />
                <h1>{heading}</h1>
                <p class="sub">{crate::texts::conflict(&conflict, zone())}</p>
            </div>
        </main>
    }
}

/// The letter, the data and the verdict of a case. `For` draws another case anew, so that no state of this one remains.
#[component]
pub fn CasePanes(desk: Desk, case: CaseFile) -> impl IntoView {
    view! {
        <For each=move || [case.clone()] key=|case| case.id let:case>
            <OneCase desk case />
        </For>
    }
}

#[component]
fn OneCase(desk: Desk, case: CaseFile) -> impl IntoView {
    let form = desk.form;
    if desk.case.with_untracked(|open| open.as_ref().is_some_and(|open| open.id != case.id)) {
        form.clear();
    }
    desk.case.set(Some(case.clone()));
    let first = case.clone();
    // The open case as it is now. While another is being opened, this one as it was last.
    let case = Memo::new(move |_| {
        desk.case.with(|open| open.clone().filter(|open| open.id == first.id)).unwrap_or_else(|| first.clone())
    });
    let case = Signal::derive(move || case.get());
    crate::components::field::focus_first_issue(form);
    Effect::new(move |before: Option<_>| {
        let now = case.with(|case| (case.status, case.version, case.holder.clone()));
        if before.is_some_and(|before| before != now) {
            desk.data.changes.update(|changes| *changes += 1);
        }
        now
    });
    let ticked = Ticked::new(form, case);
    let title = case.with_untracked(|case| format!("{}, Verifikasi", case.reference));
    view! {
        <PageTitle text=title />
        <LetterPane case back=Signal::derive(move || desk.address("/verifikasi", &desk.filter.get())) />
        <main class="pane" id="isi" tabindex="-1" aria-labelledby="c-t">
            <div class="stack case-data">
                <AwayNote desk />
                <CaseHead case />
                <Parts desk case />
                <Part desk case />
                <CheckList case ticked />
            </div>
        </main>
        <VerdictBar desk case ticked />
        <Dialogs desk case />
    }
    .into_any()
}

#[component]
fn CaseHead(case: Signal<CaseFile>) -> impl IntoView {
    let zone = zone();
    view! {
        <div class="stack g1">
            <div class="row">
                {move || view! { <StatusBadge status=case.with(|case| case.status) /> }}
                <Hold case />
            </div>
            <h1 id="c-t">{move || case.with(|case| case.name.clone())}</h1>
            <p class="sub">
                <span class="num">{move || case.with(|case| case.reference.clone())}</span>
                " · "
                {move || case.with(|case| date_time(case.submitted_at, zone))}
                {move || case.with(|case| case.status.is_waiting().then(|| format!(" · {}", remaining(case.deadline))))}
            </p>
        </div>
    }
}

/// The holder of the case. They see the minutes left and can release it.
#[component]
fn Hold(case: Signal<CaseFile>) -> impl IntoView {
    let zone = zone();
    let mine = Memo::new(move |_| {
        case.with(|case| case.holder.as_ref().filter(|holder| holder.mine).map(|holder| holder.until))
    });
    let id = case.with_untracked(|case| case.id);
    keep_lease(case);
    let form = FormState::beside();
    view! {
        {move || match (mine.get(), case.with(|case| case.holder.clone())) {
            (Some(_), _) => view! {
                <PostForm form action=format!("/verifikasi/{id}/lepas") class="sub row push g2">
                    <KeptFilter />
                    <span>"Anda pegang "<b class="num"><Countdown until=mine case /></b></span>
                    <button class="btn btn--quiet">"Lepaskan"</button>
                </PostForm>
            }.into_any(),
            (None, Some(holder)) => view! {
                <span class="sub row push g1">
                    <Icon name="lock" small=true />
                    {format!("{} sampai {}", holder.name, time(holder.until, zone))}
                </span>
            }.into_any(),
            (None, None) => ().into_any(),
        }}
    }
    .into_any()
}

/// The part of the data that is shown: `lihat` in the address.
fn shown() -> impl Fn() -> Option<String> + Copy + Send + Sync {
    let query = address::query();
    move || query.with(|query| query.get("lihat"))
}

#[component]
fn Parts(desk: Desk, case: Signal<CaseFile>) -> impl IntoView {
    let shown = shown();
    let tab = move |part: Option<&'static str>, label: &'static str, count: Option<usize>| {
        let href = move || desk.link(&part.map(|part| format!("lihat={part}")).unwrap_or_default());
        view! {
            <a href=href data-noscroll="" aria-current=move || (shown().as_deref() == part).then_some("true")>
                {label}{count.filter(|count| *count > 0).map(|count| view! { " "<span class="cap num">{count}</span> })}
            </a>
        }
    };
    let earlier = case.with_untracked(|case| case.earlier.len());
    view! {
        <nav class="tabs tabs--line" aria-label="Bagian kasus">
            {tab(None, "Pencocokan", None)}
            {tab(Some("riwayat"), "Riwayat", Some(earlier))}
            {tab(Some("linimasa"), "Linimasa", None)}
        </nav>
    }
}

#[component]
fn Part(desk: Desk, case: Signal<CaseFile>) -> impl IntoView {
    let shown = Memo::new({
        let shown = shown();
        move |_| shown()
    });
    move || match shown.get().as_deref() {
        Some("riwayat") => view! { <EarlierApplications case /> }.into_any(),
        Some("linimasa") => view! { <Timeline desk case /> }.into_any(),
        _ => view! {
            <Comparison desk case />
            <Notes case />
            <LastDecision case />
        }
        .into_any(),
    }
}
