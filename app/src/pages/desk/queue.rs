use domain::indonesian::date_time;
use leptos::prelude::*;

use crate::{
    api::desk::{QueueView, WaitingView, queue},
    components::{
        Icon, Loaded, PageTitle,
        calendar::{remaining, waited},
        page_data,
    },
    session::zone,
};

/// `/verifikasi`: the queue, oldest first.
pub fn queue_page() -> impl IntoView {
    let data = page_data(|| (), |()| queue());
    view! {
        <PageTitle text="Antrean verifikasi" />
        <Loaded data view={|queue: QueueView| view! { <Queue queue /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn Queue(queue: QueueView) -> impl IntoView {
    let QueueView { waiting, total } = queue;
    let shown = waiting.len();
    let lead = match total {
        0 => "Tidak ada pengajuan yang menunggu.".to_owned(),
        total if total as usize > shown => format!("{total} pengajuan menunggu. Ditampilkan {shown} yang terlama."),
        total => format!("{total} pengajuan menunggu, yang terlama lebih dahulu."),
    };
    view! {
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>"Antrean verifikasi"</h1>
                    <p class="lead">{lead}</p>
                </div>
            </div>
            {if waiting.is_empty() {
                view! {
                    <section class="panel stack empty">
                        <Icon name="inbox" tile=true />
                        <h2>"Antrean kosong"</h2>
                        <p class="sub">"Pengajuan baru tampil di sini setelah dikirim pemohon."</p>
                    </section>
                }.into_any()
            } else {
                view! {
                    <div class="scroll" tabindex="0" role="region" aria-label="Antrean">
                        <table class="table queue-table">
                            <thead>
                                <tr>
                                    <th scope="col">"Pemohon"</th>
                                    <th scope="col">"Instansi dan satuan kerja"</th>
                                    <th scope="col">"Role"</th>
                                    <th scope="col">"SiRUP"</th>
                                    <th scope="col">"Dikirim"</th>
                                    <th scope="col">"Sisa waktu"</th>
                                </tr>
                            </thead>
                            <tbody>{waiting.into_iter().map(|row| view! { <Row row /> }).collect_view()}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
        </main>
    }
    .into_any()
}

#[component]
fn Row(row: WaitingView) -> impl IntoView {
    let state = if row.promise.overdue > 0 {
        Some("rejected")
    } else if row.promise.left == 0 {
        Some("waiting")
    } else {
        None
    };
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/verifikasi/{}", row.id)>{row.name}</a>
                <br />
                <span class="cap num">{row.reference}</span>
                <br />
                // Here, where a narrow screen shows it without scrolling.
                <span class="cap">{waited(&row.promise)}</span>
            </th>
            <td><b>{row.work_unit}</b><br />{row.institution}</td>
            <td>{row.role.info().code}</td>
            <td>{if row.linked { "Terhubung" } else { "Akses baru" }}</td>
            <td>{date_time(row.submitted_at, zone())}</td>
            <td><span class="badge" data-state=state>{remaining(&row.promise)}</span></td>
        </tr>
    }
    .into_any()
}
