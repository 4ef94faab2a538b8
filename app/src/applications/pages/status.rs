use domain::{
    indonesian::{date_time_with_weekday, date_with_weekday, period},
    role::ProfileType,
    status::Status,
};
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_query_map};
use uuid::Uuid;

use crate::applications::pages::{Frame, link_words, period_words, repairs, review::Entered, role_words};
use crate::{
    applications::api::{StatusView, status},
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

fn data() -> Data<StatusView> {
    page_data(path_id(), |id| async move { status(id.ok_or(ApiError::NotFound)?).await })
}

/// `/akses/pengajuan/{id}/status`: where the application stands; changes by itself (guide steps 13 to 15).
pub fn status_page() -> impl IntoView {
    let (data, form) = (data(), FormState::new());
    follow_applications();
    view! {
        <PageTitle text="Status pengajuan" />
        <Loaded data view={move |data: StatusView| view! { <StatusBody form data /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn StatusBody(form: FormState, data: StatusView) -> impl IntoView {
    let (id, state) = (data.application.id, data.application.status);
    // A draft has no status to show; it goes on where it was left.
    if state == Status::Draft {
        return view! { <Redirect path=format!("/akses/pengajuan/{id}") /> }.into_any();
    }
    let query = use_query_map();
    let asks = move || is_withdrawable(state) && query.with(|query| query.get("batalkan").is_some());
    let role = role_words(data.draft.profile_type, data.draft.role);
    let sirup = link_words(&data.draft);
    let zone = zone();
    let updated = date_time_with_weekday(data.now, zone);
    let notice = data.application.notice.clone();
    view! {
        <Frame step=WizardStep::Verification role=Some(role) sirup aside=aside(&data)>
            <div class="stack">
                <StatusBadge status=state />
                {heading(&data)}
            </div>
            <FormProblem form />
            {notice.map(|notice| {
                let title = if state.is_open() { "Keputusan sebelumnya dibuka kembali" } else { "Akses dicabut" };
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
                {format!("Halaman ini memperbarui diri. Terakhir {updated}")}
            </p>
            {state.is_waiting().then(|| view! { <Reload /> })}
        </Frame>
        {move || asks().then(|| view! { <WithdrawDialog id /> })}
    }
    .into_any()
}

/// Whether the person can take it back now.
const fn is_withdrawable(status: Status) -> bool {
    matches!(status, Status::Submitted | Status::Returned)
}

fn heading(data: &StatusView) -> AnyView {
    let email = data.email.clone();
    match data.application.status {
        Status::Approved => view! {
            <h1>"Akses Anda disetujui"</h1>
            <p class="lead">"Pemberitahuan sudah dikirim ke " <b>{email}</b> "."</p>
        }
        .into_any(),
        Status::Rejected => view! {
            <h1>"Pengajuan Anda ditolak"</h1>
            <p class="lead">"Anda dapat mendaftar ulang sekarang; isian lama sudah kami siapkan."</p>
        }
        .into_any(),
        Status::Returned => view! {
            <h1>"Pengajuan Anda perlu diperbaiki"</h1>
            <p class="lead">
                "Perbaiki yang disebut di bawah, lalu kirim kembali. Isian lain tetap tersimpan, dan pengajuan kembali \
                 kepada verifikator yang sama."
            </p>
        }
        .into_any(),
        Status::Submitted | Status::InReview if data.application.notice.is_some() => view! {
            <h1>"Pengajuan Anda ditinjau kembali"</h1>
            <p class="lead">"Keputusan baru dikirim ke " <b>{email}</b> "."</p>
        }
        .into_any(),
        Status::Withdrawn => view! {
            <h1>"Pengajuan dibatalkan"</h1>
            <p class="lead">"Pengajuan ini tidak diproses lagi."</p>
        }
        .into_any(),
        _ => view! {
            <h1>"Pengajuan Anda sudah kami terima"</h1>
            <p class="lead">
                "Tidak ada yang perlu Anda lakukan sekarang. Keputusan dikirim ke " <b>{email}</b> "."
            </p>
        }
        .into_any(),
    }
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

fn waiting(data: &StatusView) -> AnyView {
    let application = &data.application;
    let zone = zone();
    let reference = application.reference.clone().unwrap_or_default();
    let Some(sent) = application.submitted_at else { return ().into_any() };
    let promise = application.promise.clone();
    let named = promise.as_ref().map(|_| "w");
    let review = application.status == Status::InReview;
    let comparing = match data.draft.profile_type {
        ProfileType::NonPenyedia => "Verifikator mencocokkan surat dengan data",
        ProfileType::Penyedia => "Verifikator mencocokkan bukti dengan data",
    };
    let place = match (application.place, review) {
        (_, true) => "Seorang verifikator sedang memeriksa pengajuan Anda.".to_owned(),
        (Some((place, of)), false) => {
            format!("Urutan ke-{place} dari {of} dalam antrean nasional. Belum diambil verifikator.")
        }
        (None, false) => "Dalam antrean nasional.".to_owned(),
    };
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
                    <span>"Status berubah menjadi Sedang Ditinjau."</span>
                </li>
                <li>
                    <b>"Keputusan"</b>
                    <span>
                        "Disetujui: akses langsung aktif. Perlu Perbaikan atau Ditolak: alasan dan langkah berikutnya ada \
                         dalam surel."
                    </span>
                </li>
            </ol>
        </section>
    }
    .into_any()
}

/// What is to be repaired, and the one way there.
fn returned(data: &StatusView) -> AnyView {
    let Some(repair) = data.repair.clone() else { return ().into_any() };
    let reference = data.application.reference.clone().unwrap_or_default();
    let path = repair.path(data.application.id);
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

/// What happened so far.
fn history(data: &StatusView) -> AnyView {
    let zone = zone();
    let steps = data.timeline.iter().map(|(at, what)| {
        let (what, when) = (what.clone(), date_time_with_weekday(*at, zone));
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

fn approved(data: &StatusView) -> AnyView {
    let zone = zone();
    let reference = data.application.reference.clone().unwrap_or_default();
    let decided = data.application.decided_at.map(|at| date_time_with_weekday(at, zone));
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

fn rejected(form: FormState, data: &StatusView) -> AnyView {
    let zone = zone();
    let id = data.application.id;
    let reference = data.application.reference.clone().unwrap_or_default();
    let reason = data.application.reason.clone().unwrap_or_default();
    let decided = data.application.decided_at.map(|at| date_time_with_weekday(at, zone)).unwrap_or_default();
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

fn aside(data: &StatusView) -> AnyView {
    let id = data.application.id;
    let unit = data.application.work_unit.clone();
    let institution = data.application.institution.clone();
    let valid = period_words(data.validity, data.draft.role);
    let (returned, withdrawable) =
        (data.application.status == Status::Returned, is_withdrawable(data.application.status));
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
                // While it is repaired, what is stored is not what was sent.
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
    // Its own, so that what is wrong is said here and not behind it.
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
            <p>"Pengajuan tidak diproses lagi dan tidak dapat dikembalikan. Anda dapat mendaftar baru kapan saja."</p>
        </Dialog>
    }
    .into_any()
}

/// `/akses/pengajuan/{id}/rincian`: what was sent (**Lihat pengajuan**).
pub fn detail_page() -> impl IntoView {
    let data = data();
    view! {
        <PageTitle text="Rincian pengajuan" />
        <Loaded data view={|data: StatusView| view! { <DetailBody data /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn DetailBody(data: StatusView) -> impl IntoView {
    let StatusView { application, draft, address, renews, validity, .. } = data;
    let (id, state) = (application.id, application.status);
    match state {
        Status::Draft => return view! { <Redirect path=format!("/akses/pengajuan/{id}") /> }.into_any(),
        // What is stored is not what was sent.
        Status::Returned => return view! { <Redirect path=format!("/akses/pengajuan/{id}/status") /> }.into_any(),
        _ => {}
    }
    // What was sent, not what the form would ask for today.
    let mut entered = draft;
    entered.answers.address = address.clone().unwrap_or_default();
    if let Some(unit) = &mut entered.work_unit {
        unit.address_required = address.is_some();
    }
    view! {
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <StatusBadge status=state />
                    <h1>"Rincian pengajuan"</h1>
                    <p class="lead num">{application.reference}</p>
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
