use std::collections::BTreeSet;

use domain::{
    application::{Status, Verdict},
    indonesian::time,
    issue::Field,
    time::Timestamp,
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    api::desk::CaseView,
    components::Icon,
    forms::{FormState, PostForm},
    session::zone,
    texts,
};

/// The id of the verdict's form, for the check list that stands outside of it.
pub const FORM: &str = "putusan";

/// What must be ticked before **Setujui**.
#[component]
pub fn CheckList(case: Signal<CaseView>, ticked: RwSignal<BTreeSet<Uuid>>) -> impl IntoView {
    let held = Memo::new(move |_| case.with(|case| case.holder.as_ref().is_some_and(|holder| holder.mine)));
    let (checks, code) = case.with_untracked(|case| (case.checks.clone(), case.role.info().code));
    let count = checks.len();
    let left = move || count - ticked.with(BTreeSet::len).min(count);
    let items = move || {
        checks.clone().into_iter().map(|(id, text)| view! {
            <label class="tick">
                <input
                    type="checkbox"
                    name="check"
                    value=id.to_string()
                    form=FORM
                    prop:checked=move || ticked.with(|ticked| ticked.contains(&id))
                    on:change:target=move |event| {
                        let on = event.target().checked();
                        ticked.update(|ticked| {
                            if on {
                                ticked.insert(id);
                            } else {
                                ticked.remove(&id);
                            }
                        });
                    }
                />
                {text}
            </label>
        }).collect_view()
    };
    view! {
        {move || held.get().then(|| view! {
            <fieldset class="checks" id="checks" tabindex="-1">
                <legend class="row sub">
                    <b>{format!("Daftar periksa {code}")}</b>
                    <span class="push scripted" id="v-h">
                        {move || match left() {
                            0 => "Lengkap".to_owned(),
                            left => format!("{left} butir lagi untuk menyetujui"),
                        }}
                    </span>
                </legend>
                {items()}
            </fieldset>
        })}
    }
    .into_any()
}

/// What can be done with the case now: take it, decide it, take a verdict back.
#[component]
pub fn VerdictBar(case: Signal<CaseView>, form: FormState, ticked: RwSignal<BTreeSet<Uuid>>) -> impl IntoView {
    let id = case.with_untracked(|case| case.id);
    let stage = Memo::new(move |_| case.with(Stage::of));
    view! {
        <footer class="verdict row" aria-label="Putusan">
            {move || match stage.get() {
                Stage::Mine => view! { <Decide case form ticked /> }.into_any(),
                Stage::Free => view! { <Take id form /> }.into_any(),
                Stage::Held { by, until, supervises } => view! { <HeldByOther by until supervises /> }.into_any(),
                Stage::Own => view! {
                    <p class="row g2"><Icon name="info" />"Pengajuan Anda sendiri. Putusan harus diberikan oleh verifikator lain."</p>
                }.into_any(),
                Stage::Ended { status, supervises } => view! { <Ended case form status supervises /> }.into_any(),
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
            Some(holder) => {
                Self::Held { by: holder.name.clone(), until: holder.until, supervises: case.supervises }
            }
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
            <button id="ambil" class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                "Ambil kasus ini"<kbd class="scripted">"K"</kbd>
            </button>
        </PostForm>
    }
    .into_any()
}

#[component]
fn HeldByOther(by: String, until: Timestamp, supervises: bool) -> impl IntoView {
    let zone = zone();
    view! {
        <p class="row g2">
            <Icon name="lock" />
            <span>{format!("Dipegang oleh {by} sampai {}.", time(until, zone))}</span>
        </p>
        {supervises.then(|| view! { <a class="btn push" href="?tindak=ambil-alih">"Ambil alih"</a> })}
    }
    .into_any()
}

#[component]
fn Decide(case: Signal<CaseView>, form: FormState, ticked: RwSignal<BTreeSet<Uuid>>) -> impl IntoView {
    let id = case.with_untracked(|case| case.id);
    let incomplete = move || case.with(|case| ticked.with(BTreeSet::len) < case.checks.len());
    view! {
        <BarProblem form />
        <a id="tolak" class="btn btn--danger push" href="?tindak=tolak">"Tolak"<kbd class="scripted">"T"</kbd></a>
        <a id="minta-perbaikan" class="btn" href="?tindak=perbaikan">"Minta Perbaikan"<kbd class="scripted">"P"</kbd></a>
        <PostForm form action=format!("/verifikasi/{id}") id=FORM>
            <input type="hidden" name="version" value=move || case.with(|case| case.version).to_string() />
            <button
                id="setujui"
                class="btn btn--primary"
                name="verdict"
                value="approve"
                aria-describedby="v-h"
                aria-disabled=move || (cfg!(feature = "hydrate") && incomplete()).then_some("true")
                aria-busy=move || form.pending.get().then_some("true")
            >
                "Setujui"<kbd class="scripted">"S"</kbd>
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
fn Ended(case: Signal<CaseView>, form: FormState, status: Status, supervises: bool) -> impl IntoView {
    let id = case.with_untracked(|case| case.id);
    let until = Memo::new(move |_| case.with(|case| case.undo_until));
    let words = case.with_untracked(|case| {
        let word = match case.decision.as_ref().map(|decision| decision.verdict) {
            Some(Verdict::Approve) => "Disetujui",
            Some(Verdict::Reject) => "Ditolak",
            Some(Verdict::Return) => "Perbaikan diminta",
            None => case.status.label(),
        };
        format!("{word}: {}.", case.name)
    });
    let words = StoredValue::new(words);
    let left = seconds_left(until, case);
    view! {
        {move || match left.get() {
            Some(seconds) => view! {
                <PostForm form action=format!("/verifikasi/{id}/urungkan") class="row toast">
                    <Icon name="check" />
                    <span role="status">
                        {words.get_value()}" "<span class="scripted">"Surel dikirim dalam "<span class="num">{seconds}" detik"</span>"."</span>
                    </span>
                    <button id="urungkan" class="btn btn--quiet">"Urungkan"<kbd class="scripted">"Z"</kbd></button>
                </PostForm>
            }.into_any(),
            None => view! { <p class="row g2"><Icon name="check" /><span>{words.get_value()}</span></p> }.into_any(),
        }}
        <BarProblem form />
        {(supervises && status.is_decided()).then(|| view! { <a class="btn push" href="?tindak=buka-kembali">"Buka kembali"</a> })}
    }
    .into_any()
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
/// that fails.
pub fn keep_lease(case: Signal<CaseView>) {
    #[cfg(feature = "hydrate")]
    {
        let refresh = crate::forms::Refresh::current();
        let interval = StoredValue::new_local(None);
        Effect::new(move |_| {
            interval.set_value(Some(gloo_timers::callback::Interval::new(60_000, move || {
                let held = case.try_with_untracked(|case| {
                    case.holder.as_ref().is_some_and(|holder| holder.mine).then_some(case.id)
                });
                let Some(id) = held.flatten() else { return };
                leptos::task::spawn_local(async move {
                    let request = gloo_net::http::Request::post(&format!("/verifikasi/{id}/perpanjang"));
                    let request = request.header("Accept", "application/json");
                    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
                    if let Ok(request) = request.body("") {
                        let answered = request.send().await.is_ok_and(|response| response.ok());
                        if answered {
                            refresh.ring();
                        }
                    }
                });
            })));
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = case;
}
