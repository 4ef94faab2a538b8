use domain::{
    applications::{company::Company, sirup::SirupAccount},
    indonesian::{date, date_time, period, time},
    issues::conflict::Conflict,
    role::Role,
    search::normalised,
    status::{Status, Verdict},
    verification::finding::{FindingKind, bare_name},
};
use leptos::prelude::*;

use crate::verification::pages::{
    dialogs::Dialogs,
    letter::LetterPane,
    queue::AwayNote,
    state::{self, Desk},
    verdict::{CheckList, Ticked, VerdictBar},
};
use crate::{
    components::{Banner, Icon, PageTitle, StatusBadge, Tone, calendar::remaining},
    forms::{FormState, PostForm},
    session::zone,
    texts,
    verification::api::{CaseView, DecisionView, EntryView, FindingsView},
};

/// Nothing is open yet.
#[component]
pub fn NoCase(desk: Desk) -> impl IntoView {
    desk.case.set(None);
    let query = state::query();
    let empty = move || query.with(|query| query.get("kosong").is_some());
    view! {
        <main class="pane no-case" id="isi" tabindex="-1">
            <div class="stack empty">
                <Icon name="inbox" tile=true />
                <h1>{move || if empty() { "Tidak ada kasus bebas" } else { "Pilih kasus dari antrean" }}</h1>
                <p class="sub">
                    {move || if empty() {
                        "Semua pengajuan dalam lingkup Anda sudah dipegang atau diputus. Yang baru tampil sendiri di antrean."
                    } else {
                        "Ambil berikutnya memberi Anda pengajuan bebas yang paling lama menunggu."
                    }}
                </p>
            </div>
        </main>
    }
}

/// A case that its person has begun to repair, or withdrew in the middle of that.
#[component]
pub fn BeingRepaired(desk: Desk, conflict: Conflict) -> impl IntoView {
    desk.case.set(None);
    let heading = match conflict {
        Conflict::StatusChanged { status: Status::Withdrawn, .. } => "Dibatalkan pemohon",
        _ => "Sedang diperbaiki pemohon",
    };
    view! {
        <main class="pane no-case" id="isi" tabindex="-1">
            <div class="stack empty">
                <Icon name="edit" tile=true />
                <h1>{heading}</h1>
                <p class="sub">{texts::conflict(&conflict, zone())}</p>
            </div>
        </main>
    }
}

/// The letter, the data and the verdict of a case. Drawn anew for another case, so that nothing of one stays for the next.
#[component]
pub fn CasePanes(desk: Desk, case: CaseView) -> impl IntoView {
    view! {
        <For each=move || [case.clone()] key=|case| case.id let:case>
            <OneCase desk case />
        </For>
    }
}

#[component]
fn OneCase(desk: Desk, case: CaseView) -> impl IntoView {
    let form = desk.form;
    if desk.case.with_untracked(|open| open.as_ref().is_some_and(|open| open.id != case.id)) {
        form.clear();
    }
    desk.case.set(Some(case.clone()));
    let first = case.clone();
    // The open case as it is now; while another is being opened, the last look at this one.
    let case = Memo::new(move |_| {
        desk.case.with(|open| open.clone().filter(|open| open.id == first.id)).unwrap_or_else(|| first.clone())
    });
    let case = Signal::derive(move || case.get());
    crate::components::field::focus_first_issue(form);
    Effect::new(move |before: Option<_>| {
        let now = case.with(|case| (case.status, case.version, case.holder.clone()));
        if before.is_some_and(|before| before != now) {
            desk.reads.changes.update(|changes| *changes += 1);
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
fn CaseHead(case: Signal<CaseView>) -> impl IntoView {
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

/// Who holds the case; the holder sees the minutes left and can give it back.
#[component]
fn Hold(case: Signal<CaseView>) -> impl IntoView {
    let zone = zone();
    let mine = Memo::new(move |_| {
        case.with(|case| case.holder.as_ref().filter(|holder| holder.mine).map(|holder| holder.until))
    });
    let id = case.with_untracked(|case| case.id);
    crate::verification::pages::verdict::keep_lease(case);
    let form = FormState::beside();
    view! {
        {move || match (mine.get(), case.with(|case| case.holder.clone())) {
            (Some(_), _) => view! {
                <PostForm form action=format!("/verifikasi/{id}/lepas") class="sub row push g2">
                    <crate::verification::pages::state::KeptFilter />
                    <span>"Anda pegang "<b class="num"><crate::verification::pages::verdict::Countdown until=mine case /></b></span>
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

/// Which part of the data is shown: `lihat` in the address.
fn shown() -> impl Fn() -> Option<String> + Copy + Send + Sync {
    let query = state::query();
    move || query.with(|query| query.get("lihat"))
}

#[component]
fn Parts(desk: Desk, case: Signal<CaseView>) -> impl IntoView {
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
fn Part(desk: Desk, case: Signal<CaseView>) -> impl IntoView {
    let shown = Memo::new({
        let shown = shown();
        move |_| shown()
    });
    move || match shown.get().as_deref() {
        Some("riwayat") => view! { <EarlierCases case /> }.into_any(),
        Some("linimasa") => view! { <Timeline desk case /> }.into_any(),
        _ => view! {
            <Comparison desk case />
            <Notes case />
            <LastDecision case />
        }
        .into_any(),
    }
}

/// What was submitted beside what SiRUP says and where the letter says it; differences stand out, by word and by colour.
#[component]
fn Comparison(desk: Desk, case: Signal<CaseView>) -> impl IntoView {
    let (id, found) = (case.with_untracked(|case| case.id), desk.reads.findings);
    view! {
        <Transition fallback=move || view! { <Table case found=None /> }>
            {move || Suspend::new(async move {
                let found = found.await.ok().flatten().filter(|(of, _)| *of == id).map(|(_, found)| found);
                if found == Some(FindingsView::Reading) {
                    ask_again(desk);
                }
                view! { <Table case found /> }
            })}
        </Transition>
    }
}

/// Asks once more in two seconds what the letter says.
fn ask_again(desk: Desk) {
    #[cfg(feature = "hydrate")]
    gloo_timers::callback::Timeout::new(2000, move || {
        desk.reads.changes.try_update(|changes| *changes += 1);
    })
    .forget();
    #[cfg(not(feature = "hydrate"))]
    let _ = desk;
}

#[component]
fn Table(case: Signal<CaseView>, #[prop(optional_no_strip)] found: Option<FindingsView>) -> impl IntoView {
    let scan = match &found {
        Some(FindingsView::Scan) => Some("Surat ini hasil pindai tanpa teks. Bandingkan dengan mata."),
        Some(FindingsView::Reading) => Some("Teks surat masih dibaca. Hasilnya menyusul."),
        Some(FindingsView::Unreadable) => Some("Teks surat tidak dapat dibaca. Bandingkan dengan mata."),
        _ => None,
    };
    // What is read of the letter may come when the case is no longer shown.
    let rows = move || case.try_with(|case| rows(case, found.as_ref())).unwrap_or_default();
    // SiRUP knows nothing of suppliers.
    let sirup = case.with_untracked(|case| case.role.info().in_sirup);
    let (caption, paper) = if sirup {
        ("Data pengajuan, data SiRUP, dan halaman surat yang memuatnya", "Surat")
    } else {
        ("Data pengajuan dan halaman bukti yang memuatnya", "Bukti")
    };
    view! {
        <table class="table compare">
            <caption class="sr">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Data"</th>
                    <th scope="col">"Diajukan"</th>
                    {sirup.then(|| view! { <th scope="col">"SiRUP"</th> })}
                    <th scope="col">{paper}</th>
                </tr>
            </thead>
            <tbody>{move || rows().into_iter().map(|row| view! { <TableRow row sirup /> }).collect_view()}</tbody>
        </table>
        {scan.map(|text| view! { <p class="sub row g2"><Icon name="info" small=true />{text}</p> })}
    }
    .into_any()
}

/// What SiRUP says of a value.
enum Said {
    /// Nothing: it is not linked, or does not keep it.
    Nothing,
    /// The same.
    Same,
    /// Something else.
    Other(String),
}

/// One row of the comparison.
struct Compared {
    term: &'static str,
    submitted: String,
    said: Said,
    /// The pages of the letter that say it; `None` where that is not known.
    pages: Option<Vec<u32>>,
}

fn rows(case: &CaseView, found: Option<&FindingsView>) -> Vec<Compared> {
    let said = |pick: fn(&SirupAccount) -> Option<String>, same: &dyn Fn(&str) -> bool| match case
        .sirup
        .as_ref()
        .and_then(pick)
    {
        None => Said::Nothing,
        Some(text) if same(&text) => Said::Same,
        Some(text) => Said::Other(text),
    };
    let pages = |what: FindingKind| match found {
        Some(FindingsView::Text(found)) => found.iter().find(|(each, _)| *each == what).map(|(_, pages)| pages.clone()),
        _ => None,
    };
    if let Some(company) = &case.company {
        return company_rows(case, company, &pages);
    }
    let with_code = |(name, code): &(String, Option<String>)| match code {
        Some(code) => format!("{name} ({code})"),
        None => name.clone(),
    };
    let role: Role = case.role;
    let same_code =
        |code: &Option<String>, other: &str| code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(other));
    let mut rows = vec![
        Compared {
            term: "Nama",
            submitted: case.name.clone(),
            said: said(|account| Some(account.name.clone()), &|other| {
                normalised(&bare_name(other)) == normalised(&bare_name(&case.name))
            }),
            pages: pages(FindingKind::Name),
        },
        Compared {
            term: "NIP",
            submitted: case.employee_number.clone().unwrap_or_else(|| "belum diisi pada profil".to_owned()),
            said: Said::Nothing,
            pages: case.employee_number.as_ref().and_then(|_| pages(FindingKind::EmployeeNumber)),
        },
        Compared {
            term: "Role",
            submitted: role.title(),
            said: said(|account| Some(account.role.clone()), &|other| other.eq_ignore_ascii_case(role.info().code)),
            pages: pages(FindingKind::Role),
        },
        Compared {
            term: "Instansi",
            submitted: with_code(&case.institution),
            said: said(|account| account.kd_klpd.clone(), &|other| same_code(&case.institution.1, other)),
            pages: pages(FindingKind::Institution),
        },
        Compared {
            term: "Satker",
            submitted: with_code(&case.work_unit),
            said: said(|account| account.kd_satker.clone(), &|other| same_code(&case.work_unit.1, other)),
            pages: pages(FindingKind::WorkUnit),
        },
        Compared {
            term: "Berlaku mulai",
            submitted: date(case.validity.first()),
            said: Said::Nothing,
            pages: pages(FindingKind::FirstDay),
        },
        Compared {
            term: "Berlaku sampai",
            submitted: date(case.validity.last()),
            said: Said::Nothing,
            pages: pages(FindingKind::LastDay),
        },
    ];
    if let Some(address) = &case.address {
        rows.push(Compared { term: "Alamat", submitted: address.clone(), said: Said::Nothing, pages: None });
    }
    rows.push(Compared { term: "Surel", submitted: case.email.clone(), said: Said::Nothing, pages: None });
    rows
}

/// The rows of a supplier: the company that was sent, beside where the proof names it.
fn company_rows(case: &CaseView, company: &Company, pages: &dyn Fn(FindingKind) -> Option<Vec<u32>>) -> Vec<Compared> {
    let row = |term, submitted: String, what: Option<FindingKind>| Compared {
        term,
        submitted,
        said: Said::Nothing,
        pages: what.and_then(pages),
    };
    let validity = period(case.validity.first(), case.validity.last());
    let valid = match case.status {
        Status::Approved => validity,
        status if status.is_waiting() => format!("{validity}, bila disetujui hari ini"),
        _ => "Satu tahun sejak disetujui".to_owned(),
    };
    vec![
        row("Pemohon", case.name.clone(), Some(FindingKind::Name)),
        row("Perusahaan", company.name.as_str().to_owned(), Some(FindingKind::Company)),
        row("NPWP", company.npwp.printed(), Some(FindingKind::Npwp)),
        row("NIB", company.nib.as_str().to_owned(), Some(FindingKind::Nib)),
        row("Alamat", company.address.clone(), Some(FindingKind::Address)),
        row("Berlaku", valid, None),
        row("Surel", case.email.clone(), None),
    ]
}

#[component]
fn TableRow(row: Compared, sirup: bool) -> impl IntoView {
    let differs = matches!(row.said, Said::Other(_)) || row.pages.as_ref().is_some_and(Vec::is_empty);
    view! {
        <tr data-state=differs.then_some("waiting")>
            <th scope="row">{row.term}</th>
            <td class="lines">{row.submitted}</td>
            {sirup.then(|| view! {
                <td>
                    {match row.said {
                        Said::Same => view! { <Icon name="check" small=true /><span class="sr">"sama"</span> }.into_any(),
                        Said::Other(text) => view! { <b>{text}</b><span class="sr">" (berbeda)"</span> }.into_any(),
                        Said::Nothing => view! { <span class="cap">"tidak ada"</span> }.into_any(),
                    }}
                </td>
            })}
            <td>
                {match row.pages {
                    None => view! { <span class="cap">"–"</span> }.into_any(),
                    Some(pages) if pages.is_empty() => view! { <b>"tidak ditemukan"</b> }.into_any(),
                    Some(pages) => pages.into_iter().take(3).map(|page| view! {
                        <a href=format!("#hal-{page}") rel="external">{format!("hal. {page}")}</a>" "
                    }).collect_view().into_any(),
                }}
            </td>
        </tr>
    }
}

/// What is worth a look: others with this role, earlier refusals, the same file, the address on record.
#[component]
fn Notes(case: Signal<CaseView>) -> impl IntoView {
    let zone = zone();
    let note = |state: &'static str, icon: &'static str, body: AnyView| {
        view! { <li data-state=state><Icon name=icon /><span>{body}</span></li> }
    };
    let notes = move || {
        case.with(|case| {
            let mut notes = Vec::new();
            if let Some(renews) = &case.renews {
                let text = format!(" akses yang berlaku {}.", period(renews.first(), renews.last()));
                notes.push(note("info", "info", view! { <b>"Perpanjangan"</b>{text} }.into_any()));
            }
            for other in &case.others {
                let place = match case.role {
                    Role::Pa => "instansi",
                    _ if case.company.is_some() => "perusahaan",
                    _ => "satuan kerja",
                };
                let who = if other.same_person { "pemohon sendiri".to_owned() } else { other.name.clone() };
                let title = format!("{} aktif lain pada {place} ini: ", other.role.info().code);
                let text =
                    format!("{who}, {}, {}.", other.work_unit, period(other.validity.first(), other.validity.last()));
                notes.push(note("waiting", "alert", view! { <b>{title}</b>{text} }.into_any()));
            }
            for earlier in case.earlier.iter().filter(|earlier| earlier.status == Status::Rejected).take(2) {
                let title = format!("Ditolak {}", earlier.decided_at.map(|at| date_time(at, zone)).unwrap_or_default());
                let text =
                    format!(" sebagai {}: {}", earlier.role.info().code, earlier.reason.clone().unwrap_or_default());
                let link = earlier.in_scope.then(|| format!("/verifikasi/{}", earlier.id));
                notes.push(note(
                    "info",
                    "info",
                    view! {
                        <b>{title}</b>{text}" "{link.map(|href| view! { <a href=href>"Buka"</a> })}
                    }
                    .into_any(),
                ));
            }
            if case.same_letter.is_empty() {
                notes.push(note("active", "check", "Berkas ini belum pernah dipakai pada pengajuan lain.".into_any()));
            }
            for same in &case.same_letter {
                let whose = if same.same_person { "pemohon yang sama" } else { same.name.as_str() };
                let text = format!(" dipakai {whose} pada {}. ", same.reference);
                let link = same.in_scope.then(|| format!("/verifikasi/{}", same.id));
                let state = if same.same_person { "info" } else { "rejected" };
                notes.push(note(
                    state,
                    if same.same_person { "info" } else { "alert" },
                    view! {
                        <b>"Berkas yang sama"</b>{text}{link.map(|href| view! { <a href=href>"Buka"</a> })}
                    }
                    .into_any(),
                ));
            }
            // Only the first of a work unit is asked for its address; of the others the desk sees the one on record.
            match (&case.address, &case.address_on_record) {
                (Some(sent), Some(known)) if normalised(sent) == normalised(known) => {
                    notes.push(note("active", "check", "Alamat sama dengan alamat tercatat.".into_any()));
                }
                (Some(_), Some(known)) => {
                    let text = format!(" {known}");
                    notes.push(note("waiting", "office", view! { <b>"Alamat tercatat berbeda:"</b>{text} }.into_any()));
                }
                (None, Some(known)) => {
                    let text = format!(" {known}");
                    notes.push(note("info", "office", view! { <b>"Alamat tercatat:"</b>{text} }.into_any()));
                }
                (_, None) => {}
            }
            if case.sirup.is_none() && case.role.info().in_sirup {
                notes.push(note("info", "info", "Akses baru tanpa hubungan SiRUP.".into_any()));
            }
            if case.over {
                notes.push(note(
                    "waiting",
                    "alert",
                    view! {
                        <b>"Masa berlaku sudah lewat."</b>" Akses yang disetujui langsung berstatus Kedaluwarsa."
                    }
                    .into_any(),
                ));
            }
            notes.into_iter().collect_view()
        })
    };
    view! { <ul class="stack notes g2" role="list">{notes}</ul> }.into_any()
}

/// The last verdict: of a decided case the one in force, of a repaired one what was asked for.
#[component]
fn LastDecision(case: Signal<CaseView>) -> impl IntoView {
    let decision =
        Memo::new(move |_| case.with(|case| case.decision.clone().map(|decision| (decision, case.status, case.role))));
    move || decision.get().map(|(decision, status, role)| view! { <DecisionBanner decision status role /> })
}

#[component]
fn DecisionBanner(decision: DecisionView, status: Status, role: Role) -> impl IntoView {
    let zone = zone();
    let (tone, word) = match decision.verdict {
        Verdict::Approve => (Tone::Done, "Disetujui"),
        Verdict::Reject => (Tone::Error, "Ditolak"),
        Verdict::Return if status.is_waiting() => (Tone::Info, "Sudah diperbaiki; perbaikan diminta"),
        Verdict::Return => (Tone::Waiting, "Perbaikan diminta"),
    };
    let title = format!("{word} oleh {}, {}", decision.by, date_time(decision.at, zone));
    let marks = decision.marks.into_iter().map(move |mark| {
        view! { <li><b>{mark.field.label(role)}</b>": "{mark.note}</li> }
    });
    view! {
        <Banner tone title=title>
            {decision.reason_title.map(|title| view! { <p>{title}</p> })}
            {decision.reason.map(|reason| view! { <p class="lines">{reason}</p> })}
            <ul role="list">{marks.collect_view()}</ul>
        </Banner>
    }
    .into_any()
}

#[component]
fn EarlierCases(case: Signal<CaseView>) -> impl IntoView {
    let zone = zone();
    let rows = move || {
        case.with(|case| case.earlier.clone())
            .into_iter()
            .map(|earlier| {
                let parts = [Some(earlier.role.info().code.to_owned()), earlier.work_unit];
                let title = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
                view! {
                    <li class="stack g1">
                        <div class="row">
                            {if earlier.in_scope {
                                view! { <a href=format!("/verifikasi/{}", earlier.id)>{title}</a> }.into_any()
                            } else {
                                view! { <b>{title}</b> }.into_any()
                            }}
                            <StatusBadge status=earlier.status />
                        </div>
                        <span class="sub">
                            <span class="num">{earlier.reference}</span>
                            {earlier.decided_at.map(|at| format!(" · {}", date_time(at, zone)))}
                        </span>
                        {earlier.reason.map(|reason| view! { <span class="sub lines">{reason}</span> })}
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <h2 class="sr">"Pengajuan lain dari orang ini"</h2>
        <ul class="stack earlier" role="list">{rows}</ul>
        {move || case.with(|case| case.earlier.is_empty()).then(|| view! {
            <p class="sub">"Belum ada pengajuan lain dari orang ini."</p>
        })}
    }
    .into_any()
}

#[component]
fn Timeline(desk: Desk, case: Signal<CaseView>) -> impl IntoView {
    let (id, entries) = (case.with_untracked(|case| case.id), desk.reads.timeline);
    view! {
        <h2 class="sr">"Linimasa"</h2>
        <Transition fallback=|| view! { <span class="skeleton"></span> }>
            {move || Suspend::new(async move {
                match entries.await {
                    Ok(Some((of, entries))) if of == id => view! { <Entries entries /> }.into_any(),
                    // What was asked for is still on its way.
                    Ok(_) => view! { <span class="skeleton"></span> }.into_any(),
                    Err(_) => view! { <p class="sub">"Linimasa belum dapat ditampilkan."</p> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Entries(entries: Vec<EntryView>) -> impl IntoView {
    let zone = zone();
    let rows = entries.into_iter().rev().map(|entry| {
        let by = entry.by.unwrap_or_else(|| "Sistem".to_owned());
        let from = entry.address.map(|address| format!(" dari {address}")).unwrap_or_default();
        view! {
            <li data-done="">
                <b>{entry.what}</b>
                {entry.detail.map(|detail| view! { <small class="lines">{detail}</small> })}
                <small><span class="num">{date_time(entry.at, zone)}</span>{format!(" · {by}{from}")}</small>
            </li>
        }
    });
    view! { <ol class="timeline" role="list">{rows.collect_view()}</ol> }
}
