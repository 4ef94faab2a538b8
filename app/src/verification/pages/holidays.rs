//! The settings of holidays.

use domain::{
    indonesian::{date, date_with_weekday},
    issues::Field,
    validity::DateInput,
    verification::settings::{Holiday, HolidayList},
};
use leptos::prelude::*;

use crate::administration::{AdminPage, DoneBanner, page_form, query};
use crate::{
    components::{FormProblem, Icon, Loaded, TextField, date::DateField},
    data::page_data,
    forms::{FormState, PostForm},
    session::promised_working_days,
    verification::{api::holidays, texts},
};

const PAGE: &str = "/admin/libur";

/// `/admin/libur`: public holidays that move from year to year.
pub fn holidays_page() -> impl IntoView {
    let form = page_form();
    let data = page_data(query(), |_| holidays());
    view! { <Loaded data view={move |list: HolidayList| view! { <Holidays form list /> }.into_any()} /> }.into_any()
}

#[component]
fn Holidays(form: FormState, list: HolidayList) -> impl IntoView {
    let HolidayList { today, holidays } = list;
    // A change of the list clears the form.
    let generation = holidays.clone();
    let (past, coming): (Vec<_>, Vec<_>) = holidays.into_iter().partition(|holiday| holiday.day < today);
    let lead = texts::holidays_lead(promised_working_days());
    view! {
        <AdminPage title="Hari libur" lead>
            <DoneBanner texts=texts::HOLIDAYS_DONE />
            <FormProblem form />
            <section class="section" aria-labelledby="h-tambah">
                <header>
                    <h2 id="h-tambah">"Tambah hari libur"</h2>
                    <p class="sub">
                        {texts::FIXED_HOLIDAYS}
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
                        <p class="sub">{texts::NO_COMING_HOLIDAYS}</p>
                    }
                    .into_any()
                } else {
                    view! { <HolidayRows form holidays=coming label="Hari libur mendatang" /> }.into_any()
                }}
            </section>
            {(!past.is_empty()).then(|| view! {
                <details class="stack fold">
                    <summary class="row sub g1"><Icon name="right" small=true />"Yang sudah lewat"</summary>
                    <HolidayRows form holidays=past label="Hari libur yang sudah lewat" />
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
        // An empty box will be filled next.
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
fn HolidayRows(form: FormState, holidays: Vec<Holiday>, label: &'static str) -> impl IntoView {
    let row = |Holiday { day, name }| {
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
