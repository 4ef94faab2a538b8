//! The bar with the actions on the open case.

use domain::{issues::Field, status::Status, time::Timestamp, verification::CaseFile};
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    address::KeptFilter,
    checks::{FORM, Ticked},
    clock::{browser_seconds, seconds_left},
    state::{Desk, Recent},
};
use crate::{
    components::Icon,
    forms::{FormState, PostForm},
    session::zone,
    verification::texts,
};

/// The actions on the case: claim it, decide it, undo a verdict.
#[component]
pub fn VerdictBar(desk: Desk, case: Signal<CaseFile>, ticked: Ticked) -> impl IntoView {
    let (id, form) = (case.with_untracked(|case| case.id), desk.form);
    follow_verdict(desk, case);
    let stage = Memo::new(move |_| case.with(Stage::of));
    view! {
        <footer class="verdict row" aria-label="Putusan">
            {move || desk.recent.get().filter(|recent| recent.id != id).map(|recent| view! { <TakeBack desk recent /> })}
            {move || match stage.get() {
                Stage::Mine => view! { <Decide desk case ticked /> }.into_any(),
                Stage::Free => view! { <Take id form /> }.into_any(),
                Stage::Held { by, until, supervises } => view! { <HeldByOther desk by until supervises /> }.into_any(),
                Stage::Barred { why } => view! { <p class="row g2"><Icon name="info" />{why}</p> }.into_any(),
                Stage::Ended { status, supervises } => view! { <Ended desk case status supervises /> }.into_any(),
            }}
        </footer>
    }
    .into_any()
}

/// The state of the case that decides what the bar shows.
#[derive(Clone, PartialEq)]
enum Stage {
    Mine,
    Free,
    Held { by: String, until: Timestamp, supervises: bool },
    Barred { why: &'static str },
    Ended { status: Status, supervises: bool },
}

impl Stage {
    fn of(case: &CaseFile) -> Self {
        if !case.status.is_waiting() {
            return Self::Ended { status: case.status, supervises: case.supervises };
        }
        match &case.holder {
            _ if case.own => Self::Barred { why: texts::OWN_APPLICATION },
            _ if case.close => Self::Barred { why: texts::CLOSE_APPLICANT },
            Some(holder) if holder.mine => Self::Mine,
            Some(holder) => Self::Held { by: holder.name.clone(), until: holder.until, supervises: case.supervises },
            None => Self::Free,
        }
    }
}

#[component]
fn Take(id: Uuid, form: FormState) -> impl IntoView {
    view! {
        <p class="sub">{texts::FREE_CASE}</p>
        <BarProblem form />
        <PostForm form action=format!("/verifikasi/{id}/ambil") class="push">
            <KeptFilter />
            <button id="ambil" aria-keyshortcuts="K" class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                "Ambil kasus ini"<kbd class="scripted" aria-hidden="true">"K"</kbd>
            </button>
        </PostForm>
    }
    .into_any()
}

#[component]
fn HeldByOther(desk: Desk, by: String, until: Timestamp, supervises: bool) -> impl IntoView {
    let zone = zone();
    view! {
        <p class="row g2">
            <Icon name="lock" />
            <span>{texts::held_by(&by, until, zone)}</span>
        </p>
        <BarProblem form=desk.form />
        {supervises.then(|| view! { <a class="btn push" data-noscroll="" href=move || desk.link("tindak=ambil-alih")>"Ambil alih"</a> })}
    }
    .into_any()
}

#[component]
fn Decide(desk: Desk, case: Signal<CaseFile>, ticked: Ticked) -> impl IntoView {
    let (id, form) = (case.with_untracked(|case| case.id), desk.form);
    view! {
        <BarProblem form />
        <a id="tolak" aria-keyshortcuts="T" class="btn btn--danger push" data-noscroll="" href=move || desk.link("tindak=tolak")>"Tolak"<kbd class="scripted" aria-hidden="true">"T"</kbd></a>
        <a id="minta-perbaikan" aria-keyshortcuts="P" class="btn" data-noscroll="" href=move || desk.link("tindak=perbaikan")>"Minta Perbaikan"<kbd class="scripted" aria-hidden="true">"P"</kbd></a>
        <PostForm form action=format!("/verifikasi/{id}") id=FORM>
            <KeptFilter />
            <input type="hidden" name="version" value=move || case.with(|case| case.version).to_string() />
            <button
                id="setujui"
                aria-keyshortcuts="S"
                class="btn btn--primary"
                name="verdict"
                value="approve"
                aria-describedby="v-h"
                aria-disabled=move || (desk.live.get() && !ticked.complete()).then_some("true")
                aria-busy=move || form.pending.get().then_some("true")
            >
                "Setujui"<kbd class="scripted" aria-hidden="true">"S"</kbd>
            </button>
        </PostForm>
    }
    .into_any()
}

/// The problem of the last attempt, in the bar.
#[component]
fn BarProblem(form: FormState) -> impl IntoView {
    let zone = zone();
    let text = move || {
        let issue = form.issue(Field::Form).or_else(|| form.issue(Field::Checks));
        issue.map(|issue| crate::texts::sentence(&issue, zone))
    };
    view! {
        <div class="slot bar-problem" role="alert">
            {move || text().map(|text| view! { <p class="error"><Icon name="error" />{text}</p> })}
        </div>
    }
}

/// A decided case: **Urungkan** while there is time, and **Buka kembali** for supervisors.
#[component]
fn Ended(desk: Desk, case: Signal<CaseFile>, status: Status, supervises: bool) -> impl IntoView {
    let id = case.with_untracked(|case| case.id);
    let until = Memo::new(move |_| case.with(|case| case.undo_until));
    let words = case.with_untracked(texts::verdict_of);
    let left = seconds_left(until, case);
    view! {
        {move || {
            let words = words.clone();
            match left.get() {
                Some(seconds) => view! { <Toast desk id words seconds /> }.into_any(),
                None => view! { <p class="row g2"><Icon name="check" /><span>{words}</span></p> }.into_any(),
            }
        }}
        <BarProblem form=desk.form />
        {(supervises && status.is_decided()).then(|| view! {
            <a class="btn push" data-noscroll="" href=move || desk.link("tindak=buka-kembali")>"Buka kembali"</a>
        })}
    }
    .into_any()
}

/// **Urungkan**, with the remaining seconds.
#[component]
fn Toast(desk: Desk, id: Uuid, words: String, seconds: u64) -> impl IntoView {
    view! {
        <PostForm form=desk.form action=format!("/verifikasi/{id}/urungkan") class="row toast">
            <KeptFilter />
            <Icon name="check" />
            <span role="status">
                {words}" "
                <span class="scripted" aria-hidden="true">"Surel dikirim dalam "<span class="num">{seconds}" detik"</span>"."</span>
            </span>
            <button id="urungkan" aria-keyshortcuts="Z" class="btn btn--quiet">"Urungkan"<kbd class="scripted" aria-hidden="true">"Z"</kbd></button>
        </PostForm>
    }
    .into_any()
}

/// **Urungkan** for the verdict on the case that was open before.
#[component]
fn TakeBack(desk: Desk, recent: Recent) -> impl IntoView {
    let Recent { id, words, until } = recent;
    let left = browser_seconds(until);
    move || left.get().map(|seconds| view! { <Toast desk id words=words.clone() seconds /> })
}

/// Remembers the verdict on this case for the next open case; forgets it once it was undone.
fn follow_verdict(desk: Desk, case: Signal<CaseFile>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let (id, left, words) =
            case.with(|case| (case.id, case.undo_until.map(|until| until.since(case.now)), texts::verdict_of(case)));
        match left {
            Some(left) => {
                let until = js_sys::Date::now() + left.as_secs_f64() * 1000.0;
                desk.recent.set(Some(Recent { id, words, until }));
            }
            None if desk.recent.with_untracked(|recent| recent.as_ref().is_some_and(|recent| recent.id == id)) => {
                desk.recent.set(None);
            }
            None => {}
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (desk, case);
}
