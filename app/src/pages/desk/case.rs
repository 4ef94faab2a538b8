use domain::{
    application::Verdict,
    indonesian::{date_time, period, size},
    issue::Field,
    sirup::SirupAccount,
};
use leptos::prelude::*;

use crate::{
    api::{
        ApiError,
        desk::{CaseView, case},
    },
    components::{
        Banner, FormProblem, Icon, Loaded, PageTitle, StatusBadge, TextArea, Tone, calendar::remaining,
        field::focus_first_issue, page_data,
    },
    forms::{FormState, PostForm, Refresh},
    pages::path_id,
    session::zone,
};

/// `/verifikasi/{id}`: the letter beside the data, and the verdict.
pub fn case_page() -> impl IntoView {
    let data = page_data(path_id(), |id| async move { case(id.ok_or(ApiError::NotFound)?).await });
    let form = FormState::new();
    focus_first_issue(form);
    view! { <Loaded data view={move |case: CaseView| view! { <Case form case /> }.into_any()} /> }.into_any()
}

#[component]
fn Case(form: FormState, case: CaseView) -> impl IntoView {
    let title = format!("{}, Verifikasi", case.reference);
    let zone = zone();
    let sent = date_time(case.submitted_at, zone);
    let (status, name, reference) = (case.status, case.name.clone(), case.reference.clone());
    let left = status.is_waiting().then(|| remaining(&case.promise));
    view! {
        <PageTitle text=title />
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <p><a href="/verifikasi">"Antrean"</a></p>
                    <p class="row">
                        <StatusBadge status />
                        {left.map(|left| view! { <span class="sub">{left}</span> })}
                    </p>
                    <h1>{name}</h1>
                    <p class="sub"><span class="num">{reference}</span>" · dikirim "{sent}</p>
                </div>
            </div>
            <div class="case">
                <LetterPages case=case.clone() />
                <div class="stack g6 facts">
                    <Comparison case=case.clone() />
                    <VerdictPart form case />
                </div>
            </div>
        </main>
    }
    .into_any()
}

#[component]
fn LetterPages(case: CaseView) -> impl IntoView {
    let id = case.id;
    let label = case.role.info().letter;
    let (file_name, bytes) = case.letter;
    let pages = case.pages;
    view! {
        <section class="letter-pages" aria-label="Surat">
            <div class="row bar">
                <b>{label}</b>
                <span class="sub num push">{format!("{pages} halaman · {}", size(bytes))}</span>
                <a
                    class="btn btn--quiet btn--icon"
                    href=format!("/verifikasi/{id}/surat")
                    rel="external"
                    download=""
                    aria-label=format!("Unduh berkas asli {file_name}")
                >
                    <Icon name="download" />
                </a>
            </div>
            {(0..pages).map(|page| view! {
                <img
                    class="page"
                    src=format!("/verifikasi/{id}/surat/{page}.png")
                    alt=format!("Surat, halaman {} dari {pages}", page + 1)
                    loading=if page == 0 { "eager" } else { "lazy" }
                    width="900"
                    height="1273"
                />
            }).collect_view()}
        </section>
    }
    .into_any()
}

/// What was submitted beside what SiRUP says; differences stand out, by word and by colour.
#[component]
fn Comparison(case: CaseView) -> impl IntoView {
    let sirup = case.sirup.clone();
    let linked = sirup.is_some();
    let (institution, kd_klpd) = case.institution.clone();
    let (unit, code) = case.work_unit.clone();
    let row = |term: &'static str, submitted: String, said: Option<(String, bool)>| {
        let differs = said.as_ref().is_some_and(|(_, same)| !same);
        view! {
            <tr data-state=differs.then_some("waiting")>
                <th scope="row">{term}</th>
                <td>{submitted}</td>
                <td>
                    {match said {
                        Some((_, true)) => view! { <Icon name="check" small=true /><span class="sr">"sama"</span> }.into_any(),
                        Some((text, false)) => view! { <b>{text}</b><span class="sr">" (berbeda)"</span> }.into_any(),
                        None => view! { <span class="cap">"tidak ada"</span> }.into_any(),
                    }}
                </td>
            </tr>
        }
        .into_any()
    };
    let said = |pick: fn(&SirupAccount) -> Option<String>, same: &dyn Fn(&str) -> bool| {
        sirup.as_ref().and_then(pick).map(|text| {
            let same = same(&text);
            (text, same)
        })
    };
    let with_code = |name: &str, code: &Option<String>| match code {
        Some(code) => format!("{name} ({code})"),
        None => name.to_owned(),
    };
    let same_name = |other: &str| domain::search::normalised(other) == domain::search::normalised(&case.name);
    let role = case.role;
    view! {
        <table class="table compare">
            <caption class="sr">"Data pengajuan dan data SiRUP"</caption>
            <thead>
                <tr>
                    <th scope="col">"Data"</th>
                    <th scope="col">"Diajukan"</th>
                    <th scope="col">"SiRUP"</th>
                </tr>
            </thead>
            <tbody>
                {row("Nama", case.name.clone(), said(|account| Some(account.name.clone()), &same_name))}
                {row("NIP/NRP", case.employee_number.clone().unwrap_or_else(|| "belum diisi pada profil".into()), None)}
                {row("Surel", case.email.clone(), None)}
                {row(
                    "Role",
                    role.title(),
                    said(|account| Some(account.role.clone()), &|other| other.eq_ignore_ascii_case(role.info().code)),
                )}
                {row(
                    "Instansi",
                    with_code(&institution, &kd_klpd),
                    said(|account| account.kd_klpd.clone(), &|other| kd_klpd.as_deref() == Some(other)),
                )}
                {row(
                    "Satker",
                    with_code(&unit, &code),
                    said(|account| account.kd_satker.clone(), &|other| code.as_deref() == Some(other)),
                )}
                {row("Berlaku", period(case.validity.first(), case.validity.last()), None)}
                {case.address.clone().map(|address| row("Alamat", address, None))}
            </tbody>
        </table>
        <ul class="stack notes g2" role="list">
            {(!linked).then(|| view! {
                <li data-state="info"><Icon name="info" /><span>"Akses baru tanpa hubungan SiRUP."</span></li>
            })}
            {case.over.then(|| view! {
                <li data-state="waiting">
                    <Icon name="alert" />
                    <span><b>"Masa berlaku sudah lewat."</b>" Akses yang disetujui langsung berstatus Kedaluwarsa."</span>
                </li>
            })}
        </ul>
    }
    .into_any()
}

#[component]
fn VerdictPart(form: FormState, case: CaseView) -> impl IntoView {
    let zone = zone();
    if let Some((verdict, reason, by, at)) = case.decision {
        let (tone, title) = match verdict {
            Verdict::Approve => (Tone::Done, "Disetujui"),
            Verdict::Reject => (Tone::Error, "Ditolak"),
        };
        return view! {
            <FormProblem form />
            <Banner tone title=format!("{title} oleh {by}, {}", date_time(at, zone))>
                {reason.map(|reason| view! { <p class="lines">{reason}</p> })}
            </Banner>
        }
        .into_any();
    }
    if case.own {
        return view! {
            <Banner tone=Tone::Waiting title="Pengajuan Anda sendiri">
                "Putusan harus diberikan oleh verifikator lain."
            </Banner>
        }
        .into_any();
    }
    let refresh = Refresh::current();
    let stale = move || matches!(form.problem(Field::Form), Some(domain::issue::Problem::Conflict(_)));
    view! {
        <PostForm form action=format!("/verifikasi/{}", case.id) class="stack g6 verdict-form">
            <FormProblem form />
            {move || stale().then(|| view! {
                <p>
                    <button class="btn scripted" type="button" on:click=move |_| refresh.ring()>
                        <Icon name="rotate" />
                        "Muat keadaan terbaru"
                    </button>
                </p>
            })}
            <input type="hidden" name="version" value=case.version.to_string() />
            <TextArea
                form
                field=Field::Reason
                label="Alasan penolakan"
                hint="Wajib diisi bila menolak. Dikirim kepada pemohon lewat surel."
                rows=4
            />
            <div class="row actions">
                <button
                    class="btn btn--primary"
                    name="verdict"
                    value="approve"
                    aria-busy=move || form.pending.get().then_some("true")
                >
                    "Setujui"
                </button>
                <button class="btn btn--danger" name="verdict" value="reject">"Tolak"</button>
            </div>
        </PostForm>
    }
    .into_any()
}
