//! The page of jobs.

use domain::{
    indonesian::date_time,
    jobs::{JobRun, JobStatus},
};
use leptos::prelude::*;

use crate::administration::{AdminPage, query};
use crate::{
    components::{Icon, Loaded},
    data::Refresh,
    data::page_data,
    jobs::{api::jobs, texts},
    session::zone,
};

/// `/admin/tugas`
pub fn jobs_page() -> impl IntoView {
    let data = page_data(query(), |_| jobs());
    view! { <Loaded data view={|jobs: Vec<JobStatus>| view! { <Jobs jobs /> }.into_any()} /> }.into_any()
}

#[component]
fn Jobs(jobs: Vec<JobStatus>) -> impl IntoView {
    let refresh = Refresh::current();
    let reload = view! {
        // Without script, the link loads the page again.
        <a
            class="btn"
            href="/admin/tugas"
            rel="external"
            on:click=move |event| {
                event.prevent_default();
                refresh.request();
            }
        >
            <Icon name="rotate" />
            "Perbarui"
        </a>
    }
    .into_any();
    view! {
        <AdminPage title="Tugas" lead=texts::LEAD action=reload>
            <div class="scroll" tabindex="0" role="region" aria-label="Tugas">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Tugas"</th>
                            <th scope="col">"Berjalan"</th>
                            <th scope="col">"Terakhir"</th>
                            <th scope="col">"Hasil"</th>
                        </tr>
                    </thead>
                    <tbody>{jobs.into_iter().map(|job| view! { <JobRow job /> }).collect_view()}</tbody>
                </table>
            </div>
        </AdminPage>
    }
    .into_any()
}

#[component]
fn JobRow(job: JobStatus) -> impl IntoView {
    let zone = zone();
    let (at, outcome) = match job.last {
        None => (None, view! { <span class="badge"><Icon name="clock" />"Belum berjalan"</span> }.into_any()),
        Some(JobRun { at, outcome: Ok(done) }) => (
            Some(date_time(at, zone)),
            view! {
                <span class="badge" data-state="done"><Icon name="check" />"Berhasil"</span>
                <br />
                <span class="sub num">{texts::done(done)}</span>
            }
            .into_any(),
        ),
        Some(JobRun { at, outcome: Err(fault) }) => (
            Some(date_time(at, zone)),
            view! {
                <span class="badge" data-state="error"><Icon name="alert" />"Gagal"</span>
                <br />
                <span class="sub">{fault}</span>
            }
            .into_any(),
        ),
    };
    view! {
        <tr>
            <th scope="row">{job.name}</th>
            <td>{texts::every(job.pace)}</td>
            <td class="num">{at}</td>
            <td>{outcome}</td>
        </tr>
    }
    .into_any()
}
