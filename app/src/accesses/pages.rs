//! Manajemen Akses (guide step 1) and Pengaturan Informasi Instansi/Perusahaan (step 15).

use domain::{
    accesses::{
        AccessState,
        overview::{Access, Overview},
    },
    applications::views::{QueuePlace, Summary},
    indonesian::{date, date_time_with_weekday, date_with_weekday},
    role::ProfileType,
    status::Status,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use crate::{
    accesses::{
        api::{history, overview},
        texts,
    },
    components::{
        AccessBadge, DayStrip, Dialog, FormProblem, Gate, Icon, Loaded, PageTitle, StatusBadge,
        calendar::remaining_of_promise,
        status::{access_gate, status_gate},
    },
    data::{Refresh, page_data},
    forms::{FormState, PostForm},
    live::follow_applications,
    session::zone,
};

/// `/akses`; with `?hapus=` and the id of a draft, a dialog that discards it.
pub fn overview_page() -> impl IntoView {
    let data = page_data(|| (), |()| overview());
    follow_applications();
    view! {
        <PageTitle text="Manajemen Akses" />
        <Loaded data view={|data: Overview| view! { <OverviewPage data /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn OverviewPage(data: Overview) -> impl IntoView {
    let empty = data.accesses.is_empty() && data.applications.is_empty();
    let lead = texts::lead(&data);
    let drafts: Vec<(Uuid, String)> = data
        .applications
        .iter()
        .filter(|item| item.status == Status::Draft)
        .map(|item| (item.id, format!("{}, {}", item.role.title(), work_unit(item))))
        .collect();
    let query = use_query_map();
    let discarded = move || {
        let id: Uuid = query.with(|query| query.get("hapus"))?.parse().ok()?;
        drafts.iter().find(|(draft, _)| *draft == id).cloned()
    };
    view! {
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>"Manajemen Akses"</h1>
                    <p class="lead">{lead}</p>
                </div>
                {(!empty).then(|| view! { <StartButton /> })}
            </div>
            {empty.then(|| view! {
                <section class="panel stack empty">
                    <Gate state=None />
                    <h2>"Belum ada akses"</h2>
                    <p class="sub">
                        {texts::NO_ACCESS}
                    </p>
                    <StartButton />
                </section>
            })}
            {(!data.accesses.is_empty()).then(|| access_section(data.accesses))}
            {(!data.applications.is_empty()).then(|| application_section(data.applications))}
        </main>
        {move || discarded().map(|(id, name)| view! { <DiscardDialog id name /> })}
    }
    .into_any()
}

fn access_section(accesses: Vec<Access>) -> AnyView {
    let active = accesses.iter().any(|access| access.state == AccessState::Active);
    view! {
        <section class="section" aria-labelledby="h-akses">
            <header>
                <h2 id="h-akses">"Akses Anda"</h2>
                {active.then(|| view! {
                    <p class="sub">{texts::READY}</p>
                    // A link: the launcher's code comes with its own page.
                    <p><a class="btn btn--soft" href="/platform">"Pilih Platform"<Icon name="go" /></a></p>
                })}
            </header>
            <div class="panel">
                {accesses.into_iter().map(|access| view! { <AccessPass access /> }).collect_view()}
            </div>
        </section>
    }
    .into_any()
}

fn application_section(applications: Vec<Summary>) -> AnyView {
    view! {
        <section class="section" aria-labelledby="h-ajuan">
            <header>
                <h2 id="h-ajuan">"Pengajuan"</h2>
                <p class="sub scripted">{texts::UPDATES_ITSELF}</p>
            </header>
            <div class="panel">
                {applications.into_iter().map(|item| view! { <ApplicationPass item /> }).collect_view()}
            </div>
        </section>
    }
    .into_any()
}

/// Confirms that a draft is discarded.
#[component]
fn DiscardDialog(id: Uuid, name: String) -> impl IntoView {
    let form = FormState::new();
    let refresh = Refresh::current();
    // Load the list again once the draft is gone.
    Effect::new(move |waited: Option<bool>| {
        let waits = form.pending.get();
        if waited == Some(true) && !waits && form.issues.with_untracked(Vec::is_empty) {
            refresh.request();
        }
        waits
    });
    let footer = view! {
        <a class="btn" href="/akses">"Tidak jadi"</a>
        <PostForm form action=format!("/akses/pengajuan/{id}/status")>
            <button class="btn btn--danger" aria-busy=move || form.pending.get().then_some("true")>"Ya, Hapus Draf"</button>
        </PostForm>
    }
    .into_any();
    view! {
        <Dialog title="Hapus draf?" close_to="/akses" footer=footer>
            <FormProblem form />
            <p><b>{name}</b></p>
            <p>{texts::DISCARDING}</p>
        </Dialog>
    }
    .into_any()
}

#[component]
fn StartButton() -> impl IntoView {
    view! {
        <a class="btn btn--primary" href="/akses/baru">
            <Icon name="plus" />
            "Hubungkan atau Buat Akses"
        </a>
    }
}

#[component]
fn AccessPass(access: Access) -> impl IntoView {
    let zone = zone();
    let (first, last) = (access.validity.first(), access.validity.last());
    let (label, day) = match access.state {
        AccessState::Upcoming => ("Berlaku mulai", first),
        AccessState::Active => ("Berlaku sampai", last),
        AccessState::Expired => ("Berakhir pada", last),
        AccessState::Revoked => ("Dicabut pada", access.revoked_at.map_or(last, |at| at.date(zone))),
    };
    let application = access.application_id;
    let (page, what) = match access.state {
        AccessState::Revoked => ("status", "Lihat status"),
        _ => ("rincian", "Lihat rincian"),
    };
    let left = access.days_left.map(|days| match days {
        0 => "Hari terakhir".to_owned(),
        days => format!("{days} hari lagi"),
    });
    view! {
        <article class="pass">
            <div>
                <Gate state=access_gate(access.state) />
                <div class="stack g1">
                    <p class="row">
                        <span class="sub">{access.role.title()}</span>
                        <AccessBadge state=access.state />
                    </p>
                    <h3>{access.work_unit}</h3>
                    <Place code=access.work_unit_code institution=Some(access.institution) />
                    {access.note.map(note)}
                </div>
                <p class="sub">
                    {label}
                    <br />
                    <b><time datetime=day.to_string()>{date(day)}</time></b>
                    {left.map(|left| view! { <br /><span class="num">{left}</span> })}
                </p>
                <div class="stack g2">
                    {access.renewal.ok().map(|renewal| view! {
                        <Begin action=format!("/akses/perpanjang/{}", access.id) label=renewal.label() />
                    })}
                    <a class="btn" href=format!("/akses/pengajuan/{application}/{page}")>{what}</a>
                </div>
            </div>
        </article>
    }
    .into_any()
}

/// `452558 · Kementerian Ketenagakerjaan`
#[component]
fn Place(code: Option<String>, institution: Option<String>) -> impl IntoView {
    view! {
        <p class="sub">
            {code.map(|code| view! { <span class="num">{code}</span> " · " })}
            {institution}
        </p>
    }
}

fn work_unit(item: &Summary) -> String {
    let none = match item.role.info().profile_type {
        ProfileType::NonPenyedia => "Satuan kerja belum dipilih",
        ProfileType::Penyedia => "Perusahaan belum diisi",
    };
    item.work_unit.clone().unwrap_or_else(|| none.to_owned())
}

#[component]
fn ApplicationPass(item: Summary) -> impl IntoView {
    let zone = zone();
    let name = work_unit(&item);
    let (label, value) = match item.status {
        Status::Draft => ("Terakhir disimpan", date(item.updated_at.date(zone))),
        Status::Rejected => ("Ditolak pada", date(item.decided_at.unwrap_or(item.updated_at).date(zone))),
        _ => ("Nomor pengajuan", item.reference.clone().unwrap_or_default()),
    };
    let reference = item.reference.clone().filter(|_| item.status == Status::Rejected);
    view! {
        <article class="pass">
            <div>
                <Gate state=status_gate(item.status) />
                <div class="stack g1">
                    <p class="row">
                        <span class="sub">{item.role.title()}</span>
                        <StatusBadge status=item.status />
                    </p>
                    <h3>{name}</h3>
                    <Place code=item.work_unit_code.clone() institution=item.institution.clone() />
                    {item.reason.clone().map(|reason| note(format!("“{reason}”")))}
                    {item.repair.iter().chain(&item.notice).cloned().map(note).collect_view()}
                </div>
                <p class="sub">
                    {label}
                    <br />
                    <b class="num">{value}</b>
                    {reference.map(|reference| view! { <br /><span class="num">{reference}</span> })}
                </p>
                <NextAction id=item.id status=item.status />
            </div>
            <Waiting item />
        </article>
    }
    .into_any()
}

/// What the person can do with an application.
#[component]
fn NextAction(id: Uuid, status: Status) -> impl IntoView {
    match status {
        Status::Draft => view! {
            <div class="stack g2">
                <a class="btn btn--soft" href=format!("/akses/pengajuan/{id}")>"Lanjutkan"</a>
                <a class="btn btn--quiet btn--warn" href=format!("/akses?hapus={id}")>"Hapus draf"</a>
            </div>
        }
        .into_any(),
        Status::Returned => {
            view! { <a class="btn btn--soft" href=format!("/akses/pengajuan/{id}")>"Perbaiki"</a> }.into_any()
        }
        Status::Rejected => view! { <StartAgain id /> }.into_any(),
        _ => view! { <a class="btn" href=format!("/akses/pengajuan/{id}/status")>"Lihat status"</a> }.into_any(),
    }
}

/// Starts again from a rejected application (guide step 15).
#[component]
fn StartAgain(id: Uuid) -> impl IntoView {
    view! { <Begin action="/akses/baru".to_owned() label="Daftar Ulang" from=Some(id) /> }
}

/// A button that begins an application.
#[component]
fn Begin(action: String, label: &'static str, #[prop(optional_no_strip)] from: Option<Uuid>) -> impl IntoView {
    let form = FormState::new();
    view! {
        <PostForm form action class="stack">
            {from.map(|id| view! { <input type="hidden" name="dari" value=id.to_string() /> })}
            <button class="btn" aria-busy=move || form.pending.get().then_some("true")>{label}</button>
            <FormProblem form />
        </PostForm>
    }
    .into_any()
}

/// A line about an application or access.
fn note(text: String) -> impl IntoView {
    view! { <p class="sub quote">{text}</p> }
}

/// The progress of a waiting application, and the promised last day of the decision.
#[component]
fn Waiting(item: Summary) -> impl IntoView {
    let zone = zone();
    let (Some(promise), Some(sent)) = (item.promise, item.submitted_at) else { return ().into_any() };
    let place = item.place.map(|QueuePlace { place, of }| format!("Urutan ke-{place} dari {of} dalam antrean"));
    let (left, of_promise) = remaining_of_promise(&promise);
    let due = date_with_weekday(promise.deadline.due);
    view! {
        <div class="cols cols--waiting">
            <ol class="timeline" role="list">
                <li data-done>
                    <b>"Pengajuan diterima"</b>
                    <span>{date_time_with_weekday(sent, zone)}</span>
                </li>
                <li aria-current="step">
                    <b>"Menunggu Verifikator Akses INAPROC"</b>
                    {place.map(|place| view! { <span>{place}</span> })}
                </li>
                <li>
                    <b>"Keputusan dikirim lewat surel"</b>
                    <span>{format!("Paling lambat {due}")}</span>
                </li>
            </ol>
            <div class="stack g2">
                <p class="sub"><b>{left}</b>" "{of_promise}</p>
                <DayStrip promise />
            </div>
        </div>
    }
    .into_any()
}

/// `/pengaturan/instansi`: every application that was sent, with its status (guide step 15).
pub fn institution_settings() -> impl IntoView {
    let data = page_data(|| (), |()| history());
    follow_applications();
    view! {
        <PageTitle text="Pengaturan Informasi Instansi/Perusahaan" />
        <Loaded data view={|items: Vec<Summary>| view! { <SettingsPage items /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn SettingsPage(items: Vec<Summary>) -> impl IntoView {
    let empty = items.is_empty();
    view! {
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>"Pengaturan Informasi Instansi/Perusahaan"</h1>
                    <p class="lead">{texts::HISTORY_LEAD}</p>
                </div>
            </div>
            {if empty {
                view! {
                    <section class="panel stack empty">
                        <Icon name="office" tile=true />
                        <h2>"Belum ada pengajuan"</h2>
                        <p class="sub">{texts::NO_HISTORY}</p>
                        <StartButton />
                    </section>
                }.into_any()
            } else {
                view! {
                    <div class="panel">
                        {items.into_iter().map(|item| view! { <SettingsRow item /> }).collect_view()}
                    </div>
                }.into_any()
            }}
        </main>
    }
    .into_any()
}

#[component]
fn SettingsRow(item: Summary) -> impl IntoView {
    let zone = zone();
    let sent = item.submitted_at.map(|sent| date(sent.date(zone)));
    let again = item.status == Status::Rejected;
    let (title, below) = match item.role.info().profile_type {
        ProfileType::NonPenyedia => (item.institution, item.work_unit),
        ProfileType::Penyedia => (item.work_unit, item.institution),
    };
    view! {
        <article class="pass">
            <div>
                <Gate state=status_gate(item.status) />
                <div class="stack g1">
                    <p class="row">
                        <span class="sub">{item.role.title()}</span>
                        <StatusBadge status=item.status />
                    </p>
                    <h2>{title}</h2>
                    <Place code=item.work_unit_code institution=below />
                    {item.reason.map(|reason| note(format!("“{reason}”")))}
                    {item.repair.into_iter().chain(item.notice).map(note).collect_view()}
                </div>
                <p class="sub">
                    "Dikirim pada"
                    <br />
                    <b class="num">{sent}</b>
                    <br />
                    <span class="num">{item.reference}</span>
                </p>
                {if again {
                    view! { <StartAgain id=item.id /> }.into_any()
                } else {
                    view! { <a class="btn" href=format!("/akses/pengajuan/{}/status", item.id)>"Lihat status"</a> }.into_any()
                }}
            </div>
        </article>
    }
    .into_any()
}
