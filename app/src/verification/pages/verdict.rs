use std::collections::BTreeSet;

use domain::{
    indonesian::time,
    issues::{Field, Issue, Problem},
    status::{Status, Verdict},
    time::Timestamp,
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::verification::pages::{
    dialogs::Preview,
    state::{Desk, KeptFilter, Recent},
};
use crate::{
    components::Icon,
    forms::{FormState, PostForm},
    session::zone,
    texts,
    verification::api::CaseView,
};

/// The id of the verdict's form, for the check list that stands outside of it.
pub const FORM: &str = "putusan";

/// The items of the check list that are ticked, of the case as it was sent last: what was found in order in one letter
/// says nothing of the next. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Ticked {
    case: Signal<CaseView>,
    items: RwSignal<BTreeSet<Uuid>>,
}

impl Ticked {
    /// None, or those of a form that came back.
    pub fn new(form: FormState, case: Signal<CaseView>) -> Self {
        let is_same = form.typed("version") == Some(case.with_untracked(|case| case.version).to_string());
        let before = form.all_typed("check").into_iter().filter(|_| is_same);
        let items = RwSignal::new(before.filter_map(|id| id.parse().ok()).collect());
        Effect::new(move |before: Option<Timestamp>| {
            let sent = case.with(|case| case.submitted_at);
            if before.is_some_and(|before| before != sent) {
                items.set(BTreeSet::new());
            }
            sent
        });
        Self { case, items }
    }

    fn has(self, id: Uuid) -> bool {
        self.items.with(|items| items.contains(&id))
    }

    fn set(self, id: Uuid, on: bool) {
        self.items.update(|items| {
            if on {
                items.insert(id)
            } else {
                items.remove(&id)
            };
        });
    }

    /// Whether the case can be approved: all is ticked of a list that is not empty.
    fn complete(self) -> bool {
        self.left() == 0 && self.case.with(|case| !case.checks.is_empty())
    }

    /// How many are not ticked.
    fn left(self) -> usize {
        let items = self.items;
        self.case.with(|case| items.with(|items| case.checks.iter().filter(|(id, _)| !items.contains(id)).count()))
    }
}

/// What must be ticked before **Setujui**, and the mail that tells of it. It stands below every part of the case, since
/// what is ticked is sent with the verdict wherever one looks.
#[component]
pub fn CheckList(case: Signal<CaseView>, ticked: Ticked) -> impl IntoView {
    let held = Memo::new(move |_| case.with(|case| case.holder.as_ref().is_some_and(|holder| holder.mine)));
    let code = case.with_untracked(|case| case.role.info().code);
    let checks = Memo::new(move |_| case.with(|case| case.checks.clone()));
    let zone = zone();
    view! {
        {move || held.get().then(|| view! {
            <fieldset class="checks" id="checks" tabindex="-1">
                <legend class="row sub">
                    <b>{format!("Daftar periksa {code}")}</b>
                    <span class="push scripted" id="v-h">
                        {move || match ticked.left() {
                            0 if checks.with(Vec::is_empty) => "Kosong".to_owned(),
                            0 => "Lengkap".to_owned(),
                            left => format!("{left} butir lagi untuk menyetujui"),
                        }}
                    </span>
                </legend>
                {move || checks.with(Vec::is_empty).then(|| view! {
                    <p class="row g2"><Icon name="info" />{texts::sentence(&Issue::new(Field::Checks, Problem::NoChecks), zone)}</p>
                })}
                <For each=move || checks.get() key=Clone::clone let:item>
                    <label class="tick">
                        <input
                            type="checkbox"
                            name="check"
                            value=item.0.to_string()
                            form=FORM
                            checked=untrack(|| ticked.has(item.0))
                            prop:checked=move || ticked.has(item.0)
                            on:change:target=move |event| ticked.set(item.0, event.target().checked())
                        />
                        {item.1}
                    </label>
                </For>
            </fieldset>
            <div class="row">
                <Preview case verdict="approve" of=FORM />
            </div>
        })}
    }
    .into_any()
}

/// What can be done with the case now: take it, decide it, take a verdict back.
#[component]
pub fn VerdictBar(desk: Desk, case: Signal<CaseView>, ticked: Ticked) -> impl IntoView {
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
                Stage::Own => view! {
                    <p class="row g2"><Icon name="info" />"Pengajuan Anda sendiri. Putusan harus diberikan oleh verifikator lain."</p>
                }.into_any(),
                Stage::Ended { status, supervises } => view! { <Ended desk case status supervises /> }.into_any(),
            }}
        </footer>
    }
    .into_any()
}

/// What the bar is about.
#[derive(Clone, PartialEq)]
enum Stage {
    Mine,
    Free,
    Held { by: String, until: Timestamp, supervises: bool },
    Own,
    Ended { status: Status, supervises: bool },
}

impl Stage {
    fn of(case: &CaseView) -> Self {
        if !case.status.is_waiting() {
            return Self::Ended { status: case.status, supervises: case.supervises };
        }
        match &case.holder {
            _ if case.own => Self::Own,
            Some(holder) if holder.mine => Self::Mine,
            Some(holder) => Self::Held { by: holder.name.clone(), until: holder.until, supervises: case.supervises },
            None => Self::Free,
        }
    }
}

#[component]
fn Take(id: Uuid, form: FormState) -> impl IntoView {
    view! {
        <p class="sub">"Kasus ini bebas. Ambil dahulu untuk memutusnya."</p>
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
            <span>{format!("Dipegang oleh {by} sampai {}.", time(until, zone))}</span>
        </p>
        <BarProblem form=desk.form />
        {supervises.then(|| view! { <a class="btn push" data-noscroll="" href=move || desk.link("tindak=ambil-alih")>"Ambil alih"</a> })}
    }
    .into_any()
}

#[component]
fn Decide(desk: Desk, case: Signal<CaseView>, ticked: Ticked) -> impl IntoView {
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

/// What is wrong with the last try, in the bar.
#[component]
fn BarProblem(form: FormState) -> impl IntoView {
    let zone = zone();
    let text = move || {
        let issue = form.issue(Field::Form).or_else(|| form.issue(Field::Checks));
        issue.map(|issue| texts::sentence(&issue, zone))
    };
    view! {
        <div class="slot bar-problem" role="alert">
            {move || text().map(|text| view! { <p class="error"><Icon name="error" />{text}</p> })}
        </div>
    }
}

/// A decided case: the seconds in which the verdict can be taken back, and what a supervisor can do.
#[component]
fn Ended(desk: Desk, case: Signal<CaseView>, status: Status, supervises: bool) -> impl IntoView {
    let id = case.with_untracked(|case| case.id);
    let until = Memo::new(move |_| case.with(|case| case.undo_until));
    let words = case.with_untracked(words);
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

/// `Disetujui: Siti Rahmawati.`
fn words(case: &CaseView) -> String {
    let word = match case.decision.as_ref().map(|decision| decision.verdict) {
        Some(Verdict::Approve) => "Disetujui",
        Some(Verdict::Reject) => "Ditolak",
        Some(Verdict::Return) => "Perbaikan diminta",
        None => case.status.label(),
    };
    format!("{word}: {}.", case.name)
}

/// **Urungkan**, with the seconds that are left.
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

/// The verdict before the open case, for the rest of its seconds.
#[component]
fn TakeBack(desk: Desk, recent: Recent) -> impl IntoView {
    let Recent { id, words, until } = recent;
    let left = browser_seconds(until);
    move || left.get().map(|seconds| view! { <Toast desk id words=words.clone() seconds /> })
}

/// Remembers the verdict that was given on this case, for when the next one is open; forgets it once it was taken back.
fn follow_verdict(desk: Desk, case: Signal<CaseView>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let (id, left, words) =
            case.with(|case| (case.id, case.undo_until.map(|until| until.since(case.now)), words(case)));
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

/// Whole seconds until an instant of the browser's clock, rounded up; `None` once it is past.
fn browser_seconds(until: f64) -> Memo<Option<u64>> {
    #[cfg(feature = "hydrate")]
    {
        let now = RwSignal::new(js_sys::Date::now());
        let interval = StoredValue::new_local(None);
        Effect::new(move |_| {
            interval.set_value(Some(gloo_timers::callback::Interval::new(500, move || {
                now.try_set(js_sys::Date::now());
            })));
        });
        Memo::new(move |_| {
            let left = (until - now.get()) / 1000.0;
            (left > 0.0).then(|| left.ceil() as u64)
        })
    }
    #[cfg(not(feature = "hydrate"))]
    Memo::new(move |_| (until > 0.0).then_some(1))
}

/// The server's clock in the browser: its instant when the case was read, and what passed since.
fn server_now(case: Signal<CaseView>) -> Signal<Timestamp> {
    #[cfg(feature = "hydrate")]
    {
        let read = Memo::new(move |_| (case.with(|case| case.now), js_sys::Date::now()));
        let tick = RwSignal::new(0u32);
        let interval = StoredValue::new_local(None);
        Effect::new(move |_| {
            interval.set_value(Some(gloo_timers::callback::Interval::new(500, move || {
                tick.try_update(|tick| *tick += 1);
            })));
        });
        Signal::derive(move || {
            tick.track();
            let (now, at) = read.get();
            let passed = (js_sys::Date::now() - at).max(0.0);
            now.plus(std::time::Duration::from_secs_f64(passed / 1000.0))
        })
    }
    #[cfg(not(feature = "hydrate"))]
    Signal::derive(move || case.with(|case| case.now))
}

/// Whole seconds until an instant, rounded up; `None` once it is past.
fn seconds_left(until: Memo<Option<Timestamp>>, case: Signal<CaseView>) -> Memo<Option<u64>> {
    let now = server_now(case);
    Memo::new(move |_| {
        let left = until.get()?.since(now.get());
        (!left.is_zero()).then(|| left.as_secs() + u64::from(left.subsec_nanos() > 0))
    })
}

/// `13.42`: minutes and seconds until the lease ends.
#[component]
pub fn Countdown(until: Memo<Option<Timestamp>>, case: Signal<CaseView>) -> impl IntoView {
    let left = seconds_left(until, case);
    move || {
        let seconds = left.get().unwrap_or(0);
        format!("{}.{:02}", seconds / 60, seconds % 60)
    }
}

/// Renews the lease every minute while the case is open and held by the one who looks; asks what became of the case when
/// that fails. Of a case that another holds, asks every minute until when.
pub fn keep_lease(case: Signal<CaseView>) {
    #[cfg(feature = "hydrate")]
    {
        let refresh = crate::data::Refresh::current();
        let interval = StoredValue::new_local(None);
        Effect::new(move |_| {
            interval.set_value(Some(gloo_timers::callback::Interval::new(60_000, move || {
                let held = case.try_with_untracked(|case| case.holder.as_ref().map(|holder| (case.id, holder.mine)));
                let Some((id, mine)) = held.flatten() else { return };
                if !mine {
                    // Its holder renews without a hint to everybody.
                    refresh.request();
                    return;
                }
                leptos::task::spawn_local(async move {
                    let request = gloo_net::http::Request::post(&format!("/verifikasi/{id}/perpanjang"));
                    let request = request.header("Accept", "application/json");
                    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
                    if let Ok(request) = request.body("") {
                        let answered = request.send().await.is_ok_and(|response| response.ok());
                        if answered {
                            refresh.request();
                        }
                    }
                });
            })));
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = case;
}
