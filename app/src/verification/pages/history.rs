//! The page of decided cases.

use domain::{
    indonesian::{count, date_time},
    verification::{Cursor, DecidedCase},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Icon, Loaded, PageTitle, StatusBadge},
    data::page_data,
    forms::AskForm,
    session::zone,
    verification::{api::history, texts},
};

/// The query: words, only own verdicts, and the end of the page before.
type HistoryQuery = (String, bool, Option<Cursor>);

/// `/verifikasi/riwayat`: decided cases, latest first, with a search.
pub fn history_page() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let after = query.get("setelah").and_then(|after| after.parse().ok());
            (query.get("cari").unwrap_or_default(), query.get("saya").is_some(), after)
        })
    });
    let data = page_data(move || asked.get(), |(words, mine, after)| history(words, mine, after));
    view! {
        <PageTitle text="Riwayat verifikasi" />
        <Loaded data view={move |(rows, next)| view! { <History rows next asked /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn History(
    rows: Vec<DecidedCase>,
    #[prop(optional_no_strip)] next: Option<Cursor>,
    asked: Memo<HistoryQuery>,
) -> impl IntoView {
    let shown = asked.get_untracked();
    let (words, mine, _) = shown.clone();
    let number = rows.len() as u64;
    let is_awaited = {
        let shown = shown.clone();
        move || asked.with(|asked| *asked != shown).then_some("true")
    };
    view! {
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>"Riwayat"</h1>
                    <p class="lead">{texts::HISTORY_LEAD}</p>
                </div>
            </div>
            <AskForm class="row search-row" action="/verifikasi/riwayat" role="search">
                <div class="control grow">
                    <Icon name="search" small=true />
                    <input
                        type="search"
                        name="cari"
                        prop:value=words.clone()
                        value=words
                        aria-label="Cari nama, NIP, satuan kerja, atau nomor"
                        placeholder="Nama, NIP, satuan kerja, atau nomor pengajuan"
                        autocomplete="off"
                    />
                </div>
                <label class="tick"><input type="checkbox" name="saya" value="1" prop:checked=mine checked=mine />"Putusan saya"</label>
                <button class="btn btn--primary" aria-busy=is_awaited>"Cari"</button>
            </AskForm>
            <p class="sr" role="status">{format!("{} pengajuan ditampilkan", count(number))}</p>
            <Rows rows next asked=shown />
        </main>
    }
    .into_any()
}

#[component]
fn Rows(rows: Vec<DecidedCase>, #[prop(optional_no_strip)] next: Option<Cursor>, asked: HistoryQuery) -> impl IntoView {
    if rows.is_empty() {
        return view! {
            <section class="panel stack empty">
                <Icon name="inbox" tile=true />
                <h2>{texts::NOTHING_MATCHES}</h2>
                <p class="sub">{texts::SEARCH_ADVICE}</p>
            </section>
        }
        .into_any();
    }
    let zone = zone();
    let rows = rows.into_iter().map(|row| {
        view! {
            <tr>
                <th scope="row">
                    <a href=format!("/verifikasi/{}", row.id)>{row.name}</a>
                    <br />
                    <span class="cap num">{row.reference}</span>
                </th>
                <td><b>{row.work_unit}</b><br />{row.institution}</td>
                <td>{row.role.info().code}</td>
                <td><StatusBadge status=row.status /></td>
                <td>{date_time(row.decided_at, zone)}<br /><span class="cap">{row.by}</span></td>
            </tr>
        }
    });
    let (words, mine, _) = asked;
    let more = next.map(|next| {
        let mine = if mine { "&saya=1" } else { "" };
        format!("/verifikasi/riwayat?cari={}{mine}&setelah={next}", crate::query_value(&words))
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Riwayat">
            <table class="table queue-table">
                <thead>
                    <tr>
                        <th scope="col">"Pemohon"</th>
                        <th scope="col">"Instansi dan satuan kerja"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Putusan"</th>
                        <th scope="col">"Diputus"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {more.map(|href| view! { <p><a class="btn" href=href>"Tampilkan berikutnya"</a></p> })}
    }
    .into_any()
}
