//! The status page of an application that was sent, and the page of its details (guide steps 13 to 15).

use domain::{
    applications::views::Detail,
    indonesian::{date_time_with_weekday, date_with_weekday, period},
    status::Status,
    time::Timestamp,
};
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_query_map};
use uuid::Uuid;

use super::{Frame, entered::Entered, link_words, period_words, repairs, role_words};
use crate::{
    applications::{api::status, texts},
    components::{
        Banner, DayStrip, Dialog, FormProblem, Icon, Loaded, PageTitle, StatusBadge, Tone, WizardStep,
        calendar::remaining,
    },
    data::{Data, page_data},
    error::ApiError,
    forms::{FormState, PostForm},
    live::{Reload, follow_applications},
    location::path_id,
    session::zone,
};

fn data() -> Data<Detail> {
    page_data(path_id(), |id| async move { status(id.ok_or(ApiError::NotFound)?).await })
}

/// `/akses/pengajuan/{id}/status`
pub fn status_page() -> impl IntoView {
    let (data, form) = (data(), FormState::new());
    follow_applications();
    view! {
        <PageTitle text="Status pengajuan" />
        <Loaded data view={move |data: Detail| view! { <StatusBody form data /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn StatusBody(form: FormState, data: Detail) -> impl IntoView {
    let (id, state) = (data.summary.id, data.summary.status);
    // Continue a draft where it was left.
    if state == Status::Draft {
        return view! { <Redirect path=format!("/akses/pengajuan/{id}") /> }.into_any();
    }
    let query = use_query_map();
    let asks = move || is_withdrawable(state) && query.with(|query| query.get("batalkan").is_some());
    let role = role_words(data.draft.profile_type, data.draft.role);
    let sirup = link_words(&data.draft);
    let zone = zone();
    let updated = date_time_with_weekday(data.now, zone);
    let notice = data.summary.notice.clone();
    view! {
        <Frame step=WizardStep::Verification role=Some(role) sirup aside=aside(&data)>
            <div class="stack">
                <StatusBadge status=state />
                {heading(&data)}
            </div>
            <FormProblem form />
            {notice.map(|notice| {
                let title = texts::status::notice_title(state.is_open());
                view! { <Banner tone=Tone::Waiting title><p class="lines">{notice}</p></Banner> }
            })}
            {match state {
                Status::Approved => approved(&data),
                Status::Rejected => rejected(form, &data),
                Status::Returned => returned(&data),
                Status::Withdrawn => withdrawn(),
                _ => waiting(&data),
            }}
            {history(&data)}
            <p class="cap row live" role="status">
                <Icon name="rotate" small=true />
                {texts::status::updates_itself(&updated)}
            </p>
            {state.is_waiting().then(|| view! { <Reload /> })}
        </Frame>
        {move || asks().then(|| view! { <WithdrawDialog id /> })}
    }
    .into_any()
}

/// True if the person can withdraw the application.
const fn is_withdrawable(status: Status) -> bool {
    matches!(status, Status::Submitted | Status::Returned)
}

fn heading(data: &Detail) -> AnyView {
    use texts::status as text;
    // Where a lead ends with the address of the person, the address is needed too.
    let email = || Some(data.email.clone());
    let (title, lead, email) = match data.summary.status {
        Status::Approved => (text::APPROVED, text::NOTIFIED_AT, email()),
        Status::Rejected => (text::REJECTED, text::REJECTED_LEAD, None),
        Status::Returned => (text::RETURNED, text::RETURNED_LEAD, None),
        Status::Submitted | Status::InReview if data.summary.notice.is_some() => {
            (text::REOPENED, text::NEW_DECISION_GOES_TO, email())
        }
        Status::Withdrawn => (text::WITHDRAWN, text::WITHDRAWN_LEAD, None),
        Status::Draft | Status::Submitted | Status::InReview => (text::RECEIVED, text::NOTHING_TO_DO, email()),
    };
    view! {
        <h1>{title}</h1>
        <p class="lead">{lead}{email.map(|email| view! { <b>{email}</b>"." })}</p>
    }
    .into_any()
}

#[component]
fn ReferenceNumber(reference: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = {
        let reference = reference.clone();
        move |_| {
            copied.set(true);
            #[cfg(feature = "hydrate")]
            let _ = window().navigator().clipboard().write_text(&reference);
            #[cfg(not(feature = "hydrate"))]
            let _ = &reference;
        }
    };
    view! {
        <div class="row between">
            <p>
                <span class="sub">"Nomor pengajuan"</span>
                <br />
                <b class="num figure">{reference}</b>
            </p>
            <button class="btn scripted" type="button" on:click=copy>
                <Icon name="copy" />
                <span aria-live="polite">{move || if copied.get() { "Nomor tersalin" } else { "Salin nomor" }}</span>
            </button>
        </div>
    }
}

fn waiting(data: &Detail) -> AnyView {
    let reference = data.summary.reference.clone().unwrap_or_default();
    let Some(sent) = data.summary.submitted_at else { return ().into_any() };
    let promise = data.summary.promise.clone();
    let named = promise.as_ref().map(|_| "w");
    view! {
        <section class="panel stack g6 promise" aria-labelledby=named>
            <ReferenceNumber reference />
            {promise.map(|promise| {
                let due = date_with_weekday(promise.deadline.due);
                view! {
                    <hr />
                    <div class="row between">
                        <h2 id="w" class="countdown">{remaining(promise.deadline)}</h2>
                        <p class="sub">"Paling lambat " <b>{due}</b></p>
                    </div>
                    <DayStrip promise />
                }
            })}
        </section>
        {next_steps(data, sent)}
    }
    .into_any()
}

/// What happens next.
fn next_steps(data: &Detail, sent: Timestamp) -> AnyView {
    let zone = zone();
    let review = data.summary.status == Status::InReview;
    let comparing = texts::status::comparing(data.draft.profile_type);
    let place = match review {
        true => texts::status::IN_REVIEW.to_owned(),
        false => texts::status::place(data.summary.place),
    };
    view! {
        <section class="stack g6" aria-labelledby="n">
            <h2 id="n">"Apa yang terjadi selanjutnya"</h2>
            <ol class="timeline" role="list">
                <li data-done>
                    <b>"Pengajuan diterima"</b>
                    <span>{date_time_with_weekday(sent, zone)}</span>
                </li>
                <li data-done=review.then_some("") aria-current=(!review).then_some("step")>
                    <b>"Berada di Verifikator Akses INAPROC"</b>
                    <span>{place}</span>
                </li>
                <li aria-current=review.then_some("step")>
                    <b>{comparing}</b>
                    <span>{texts::status::STATUS_CHANGES}</span>
                </li>
                <li>
                    <b>"Keputusan"</b>
                    <span>{texts::status::DECISIONS}</span>
                </li>
            </ol>
        </section>
    }
    .into_any()
}

/// What to repair, with a link to the form.
fn returned(data: &Detail) -> AnyView {
    let Some(repair) = data.repair.clone() else { return ().into_any() };
    let reference = data.summary.reference.clone().unwrap_or_default();
    let path = repair.path(data.summary.id);
    view! {
        {repairs(data.draft.role, repair, None)}
        <p class="row">
            <a class="btn btn--primary" href=path>"Perbaiki Pengajuan"</a>
        </p>
        <section class="panel stack g6 promise">
            <ReferenceNumber reference />
        </section>
    }
    .into_any()
}

/// The timeline.
fn history(data: &Detail) -> AnyView {
    let zone = zone();
    let steps = data.timeline.iter().map(|(at, milestone)| {
        let (what, when) = (milestone.label(), date_time_with_weekday(*at, zone));
        view! { <li data-done><b>{what}</b><span>{when}</span></li> }
    });
    view! {
        <section class="stack g6" aria-labelledby="riwayat">
            <h2 id="riwayat">"Riwayat pengajuan"</h2>
            <ol class="timeline" role="list">{steps.collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn approved(data: &Detail) -> AnyView {
    let zone = zone();
    let reference = data.summary.reference.clone().unwrap_or_default();
    let decided = data.summary.decided_at.map(|at| date_time_with_weekday(at, zone));
    let valid = data.validity.map(|validity| period(validity.first(), validity.last()));
    view! {
        <section class="panel stack g6 promise">
            <ReferenceNumber reference />
            <hr />
            <p>
                <span class="sub">"Berlaku"</span>
                <br />
                <b>{valid}</b>
            </p>
            <p class="sub">"Disetujui " <b>{decided}</b></p>
        </section>
        <p class="row">
            <a class="btn btn--primary" href="/akses">"Buka Manajemen Akses"</a>
        </p>
    }
    .into_any()
}

fn rejected(form: FormState, data: &Detail) -> AnyView {
    let zone = zone();
    let id = data.summary.id;
    let reference = data.summary.reference.clone().unwrap_or_default();
    let reason = data.summary.reason.clone().unwrap_or_default();
    let decided = data.summary.decided_at.map(|at| date_time_with_weekday(at, zone)).unwrap_or_default();
    view! {
        <Banner tone=Tone::Error title="Alasan penolakan">
            <p class="lines">{reason}</p>
        </Banner>
        <section class="panel stack g6 promise">
            <ReferenceNumber reference />
            <p class="sub">"Ditolak " <b>{decided}</b></p>
        </section>
        <PostForm form action="/akses/baru" class="row">
            <input type="hidden" name="dari" value=id.to_string() />
            <button class="btn btn--primary">"Daftar Ulang"</button>
            <a class="btn" href="/pengaturan/instansi">"Pengaturan Informasi Instansi/Perusahaan"</a>
        </PostForm>
    }
    .into_any()
}

fn withdrawn() -> AnyView {
    view! {
        <p class="row">
            <a class="btn btn--primary" href="/akses">"Manajemen Akses"</a>
        </p>
    }
    .into_any()
}

fn aside(data: &Detail) -> AnyView {
    let id = data.summary.id;
    let unit = data.summary.work_unit.clone();
    let institution = data.summary.institution.clone();
    let valid = period_words(data.validity, data.draft.role);
    let (returned, withdrawable) = (data.summary.status == Status::Returned, is_withdrawable(data.summary.status));
    let continued = data.renews.map(|before| period(before.first(), before.last()));
    view! {
        <aside class="stack g3" aria-labelledby="as">
            <h2 id="as" class="label">"Yang Anda ajukan"</h2>
            <dl class="stack sub g3">
                <div><dt>"Role"</dt><dd><b>{data.draft.role.title()}</b></dd></div>
                <div><dt>{data.draft.role.place_labels().0}</dt><dd><b>{unit}</b><br />{institution}</dd></div>
                <div><dt>"Masa Berlaku Peran"</dt><dd><b>{valid}</b></dd></div>
                {continued.map(|continued| view! {
                    <div><dt>"Melanjutkan akses"</dt><dd><b>{continued}</b></dd></div>
                })}
            </dl>
            <hr />
            <div class="stack g1 links">
                // While the person repairs it, the stored answers are not what was sent.
                {(!returned).then(|| view! {
                    <a class="btn btn--quiet" href=format!("/akses/pengajuan/{id}/rincian")>
                        <Icon name="file" />
                        "Lihat pengajuan"
                    </a>
                    <a class="btn btn--quiet" href=format!("/akses/pengajuan/{id}/bukti.pdf") rel="external" download="">
                        <Icon name="download" />
                        "Unduh bukti (PDF)"
                    </a>
                })}
                {withdrawable.then(|| view! {
                    <a class="btn btn--quiet btn--warn" href=format!("/akses/pengajuan/{id}/status?batalkan")>
                        <Icon name="x" />
                        "Batalkan pengajuan"
                    </a>
                })}
            </div>
        </aside>
    }
    .into_any()
}

#[component]
fn WithdrawDialog(id: Uuid) -> impl IntoView {
    // A form state of its own, so that the dialog shows its issues.
    let form = FormState::new();
    let path = format!("/akses/pengajuan/{id}/status");
    let footer = view! {
        <a class="btn" href=path.clone()>"Tidak jadi"</a>
        <PostForm form action=path.clone()>
            <button class="btn btn--danger" aria-busy=move || form.pending.get().then_some("true")>
                "Ya, Batalkan Pengajuan"
            </button>
        </PostForm>
    }
    .into_any();
    view! {
        <Dialog title="Batalkan pengajuan?" close_to=path footer=footer>
            <FormProblem form />
            <p>{texts::status::WITHDRAWING}</p>
        </Dialog>
    }
    .into_any()
}

/// `/akses/pengajuan/{id}/rincian`: what was sent (**Lihat pengajuan**).
pub fn detail_page() -> impl IntoView {
    let data = data();
    view! {
        <PageTitle text="Rincian pengajuan" />
        <Loaded data view={|data: Detail| view! { <DetailBody data /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn DetailBody(data: Detail) -> impl IntoView {
    let (id, state) = (data.summary.id, data.summary.status);
    match state {
        Status::Draft => return view! { <Redirect path=format!("/akses/pengajuan/{id}") /> }.into_any(),
        // While the person repairs it, the stored answers are not what was sent.
        Status::Returned => return view! { <Redirect path=format!("/akses/pengajuan/{id}/status") /> }.into_any(),
        _ => {}
    }
    let entered = data.submitted();
    let Detail { summary, renews, validity, .. } = data;
    view! {
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <StatusBadge status=state />
                    <h1>"Rincian pengajuan"</h1>
                    <p class="lead num">{summary.reference}</p>
                </div>
            </div>
            <div class="stack g8 narrow">
                <Entered id entered change=None renews granted=validity />
                <p><a href=format!("/akses/pengajuan/{id}/status")>"Kembali ke status"</a></p>
            </div>
        </main>
    }
    .into_any()
}
