use domain::{
    indonesian::{date, date_with_weekday, words},
    issues::Field,
    validity::DateInput,
};
use leptos::prelude::*;
use time::Date;

use crate::administration::{AdminPage, DoneBanner, page_form, query};
use crate::{
    components::{FormProblem, Icon, Loaded, TextField, date::DateField},
    data::page_data,
    forms::{FormState, PostForm},
    session::promised_working_days,
    staff::api::{HolidaysView, holidays},
};

/// Where the page is.
const PAGE: &str = "/admin/libur";

/// What was done, by the word in the address.
const DONE: &[(&str, &str, &str)] = &[
    ("disimpan", "Hari libur tersimpan", "Batas waktu semua pengajuan yang menunggu dihitung ulang."),
    ("dihapus", "Hari libur dihapus", "Hari itu dihitung sebagai hari kerja lagi."),
];

/// `/admin/libur`: the public holidays that move from year to year.
pub fn holidays_page() -> impl IntoView {
    let form = page_form();
    let data = page_data(query(), |_| holidays());
    view! { <Loaded data view={move |data: HolidaysView| view! { <Holidays form data /> }.into_any()} /> }.into_any()
}

#[component]
fn Holidays(form: FormState, data: HolidaysView) -> impl IntoView {
    let HolidaysView { today, holidays } = data;
    // After a change of the list, the form begins anew.
    let generation = holidays.clone();
    let (past, coming): (Vec<_>, Vec<_>) = holidays.into_iter().partition(|(day, _)| *day < today);
    let lead = format!("Tidak dihitung dalam janji {} hari kerja.", words(promised_working_days() as usize));
    view! {
        <AdminPage title="Hari libur" lead>
            <DoneBanner texts=DONE />
            <FormProblem form />
            <section class="section" aria-labelledby="h-tambah">
                <header>
                    <h2 id="h-tambah">"Tambah hari libur"</h2>
                    <p class="sub">
                        "Akhir pekan, 1 Januari, 1 Mei, 1 Juni, 17 Agustus, dan 25 Desember sudah termasuk. Tanggal \
                         yang sudah ada mendapat nama baru."
                    </p>
                </header>
                <For
                    each=move || [generation.clone()]
                    key=|holidays| holidays.clone()
                    children=move |_| view! { <NewHoliday form /> }
                />
            </section>
            <section class="section" aria-labelledby="h-mendatang">
                <header><h2 id="h-mendatang">"Mendatang"</h2></header>
                {if coming.is_empty() {
                    view! {
                        <p class="sub">"Belum ada hari libur mendatang. Isi menurut keputusan bersama para menteri."</p>
                    }
                    .into_any()
                } else {
                    view! { <HolidayList form holidays=coming label="Hari libur mendatang" /> }.into_any()
                }}
            </section>
            {(!past.is_empty()).then(|| view! {
                <details class="stack fold">
                    <summary class="row sub g1"><Icon name="right" small=true />"Yang sudah lewat"</summary>
                    <HolidayList form holidays=past label="Hari libur yang sudah lewat" />
                </details>
            })}
        </AdminPage>
    }
    .into_any()
}

#[component]
fn NewHoliday(form: FormState) -> impl IntoView {
    let typed = |name: &str| form.typed(name).unwrap_or_default();
    let day = RwSignal::new(DateInput { day: typed("day"), month: typed("day_month"), year: typed("day_year") });
    let check = Callback::new(move |()| {
        let typed = day.get_untracked();
        // While a box is still empty, the next one is on its way.
        if [&typed.day, &typed.month, &typed.year].iter().all(|part| !part.is_empty()) {
            form.set_issue(Field::Day, typed.parse().err());
        }
    });
    view! {
        <PostForm form action=PAGE class="stack g6 narrow">
            <DateField
                form
                field=Field::Day
                label="Tanggal"
                value=day
                on_change=Callback::new(move |typed| day.set(typed))
                on_leave=check
            />
            <TextField form field=Field::Title label="Judul" hint="Misalnya Hari Raya Nyepi." />
            <div class="row">
                <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                    "Tambah"
                </button>
            </div>
        </PostForm>
    }
    .into_any()
}

#[component]
fn HolidayList(form: FormState, holidays: Vec<(Date, String)>, label: &'static str) -> impl IntoView {
    let row = |(day, name): (Date, String)| {
        view! {
            <li class="row">
                <span class="words">
                    <b>{name}</b>
                    <small class="sub num">{date_with_weekday(day)}</small>
                </span>
                <button class="btn btn--quiet push" name="hapus" value=day.to_string()>
                    "Hapus"<span class="sr">" "{date(day)}</span>
                </button>
            </li>
        }
    };
    view! {
        <PostForm form action=PAGE>
            <ul class="panel results" role="list" aria-label=label>{holidays.into_iter().map(row).collect_view()}</ul>
        </PostForm>
    }
    .into_any()
}
