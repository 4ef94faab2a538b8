//! The page of statistics.

use std::time::Duration;

use domain::{
    indonesian::{count, date, period},
    status::Verdict,
    verification::{Age, Statistics, StatisticsPage},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use crate::{
    components::{
        Icon, Loaded, PageTitle,
        chart::{BarChart, ColumnChart, Shade, ShareBar},
    },
    data::page_data,
    forms::AskForm,
    verification::{api::statistics, texts},
};

/// The query: first and last day as typed, and an institution.
type StatisticsQuery = (Option<String>, Option<String>, Option<Uuid>);

/// `/verifikasi/statistik`
pub fn statistics_page() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let id: Option<Uuid> = query.get("instansi").and_then(|id| id.parse().ok());
            (query.get("dari"), query.get("sampai"), id)
        })
    });
    let data = page_data(move || asked.get(), |(first, last, institution)| statistics(first, last, institution));
    view! {
        <PageTitle text="Statistik verifikasi" />
        <Loaded data view={move |page: StatisticsPage| view! { <StatisticsView page asked /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn StatisticsView(page: StatisticsPage, asked: Memo<StatisticsQuery>) -> impl IntoView {
    let Statistics { period: days, .. } = page.statistics;
    let days = period(days.first, days.last);
    let chosen = page.institutions.iter().find(|(id, _)| Some(*id) == page.institution);
    let lead = texts::statistics_lead(&days, chosen.map(|(_, name)| name.as_str()));
    let statistics = page.statistics.clone();
    view! {
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>"Statistik"</h1>
                    <p class="lead">{lead}</p>
                </div>
                <PeriodForm page asked />
            </div>
            <KeyFigures statistics=statistics.clone() />
            <div class="charts">
                <Daily days=statistics.days />
                <QueueAge ages=statistics.queue_age />
                <Reasons reasons=statistics.reasons />
                <Verdicts verdicts=statistics.verdicts />
                <Verifiers verifiers=statistics.verifiers />
            </div>
        </main>
    }
    .into_any()
}

/// The most important numbers, in large type.
#[component]
fn KeyFigures(statistics: Statistics) -> impl IntoView {
    let submitted: u32 = statistics.days.iter().map(|(_, submitted, _)| submitted).sum();
    let decided: u32 = statistics.days.iter().map(|(.., decided)| decided).sum();
    let waiting: u32 = statistics.queue_age.iter().map(|(_, number)| number).sum();
    let overdue = statistics.queue_age.iter().find(|(age, _)| *age == Age::Overdue).map_or(0, |(_, number)| *number);
    let approved = statistics.verdicts.iter().find(|(verdict, _)| *verdict == Verdict::Approve).map_or(0, |(_, n)| *n);
    view! {
        <dl class="cols kpis g6">
            <Kpi term="Masuk" value=count(u64::from(submitted)) note="dikirim pertama kali".to_owned() />
            <Kpi term="Diputus" value=count(u64::from(decided)) note=format!("{} disetujui", percent(approved, decided)) />
            <Kpi term="Dalam antrean" value=count(u64::from(waiting)) note=format!("{} lewat dari janji", count(u64::from(overdue))) />
            <Kpi
                term="Median sampai putusan"
                value=statistics.median.map_or_else(|| "–".to_owned(), span)
                note=format!("Persentil ke-90: {}", statistics.p90.map_or_else(|| "–".to_owned(), span))
            />
        </dl>
    }
    .into_any()
}

/// `84 %`
fn percent(part: u32, whole: u32) -> String {
    format!("{} %", u64::from(part) * 100 / u64::from(whole.max(1)))
}

/// `1 hari 4 jam`, `3 jam 20 menit`, `12 menit`
fn span(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} menit"),
        (0, hours, minutes) => format!("{hours} jam {minutes} menit"),
        (days, hours, _) => format!("{days} hari {hours} jam"),
    }
}

#[component]
fn Kpi(term: &'static str, value: String, note: String) -> impl IntoView {
    view! { <div><dt class="sub">{term}</dt><dd><b class="big">{value}</b><span class="cap">{note}</span></dd></div> }
}

#[component]
fn PeriodForm(page: StatisticsPage, asked: Memo<StatisticsQuery>) -> impl IntoView {
    let shown = asked.get_untracked();
    let is_awaited = move || asked.with(|asked| *asked != shown).then_some("true");
    let days = page.statistics.period;
    let (first, last) = (days.first.to_string(), days.last.to_string());
    let chosen = page.institution;
    let csv = format!(
        "/verifikasi/statistik.csv?dari={first}&sampai={last}{}",
        chosen.map(|id| format!("&instansi={id}")).unwrap_or_default()
    );
    view! {
        <AskForm class="row" action="/verifikasi/statistik">
            <div class="control"><input type="date" name="dari" prop:value=first.clone() value=first aria-label="Dari tanggal" /></div>
            <div class="control"><input type="date" name="sampai" prop:value=last.clone() value=last aria-label="Sampai tanggal" /></div>
            <div class="control">
                <Icon name="office" small=true />
                <select name="instansi" aria-label="Instansi">
                    <option value="">"Semua instansi"</option>
                    {page.institutions.into_iter().map(|(id, name)| view! {
                        <option value=id.to_string() prop:selected=chosen == Some(id) selected=chosen == Some(id)>{name}</option>
                    }).collect_view()}
                </select>
                <Icon name="down" small=true />
            </div>
            <button class="btn btn--primary" aria-busy=is_awaited>"Tampilkan"</button>
            <a class="btn" href=csv rel="external" download=""><Icon name="download" />"Unduh CSV"</a>
        </AskForm>
    }
    .into_any()
}

/// The table behind a chart.
#[component]
fn Behind(head: Vec<&'static str>, rows: Vec<Vec<String>>) -> impl IntoView {
    let head = head.into_iter().enumerate().map(|(at, text)| {
        view! { <th scope="col" class=(at > 0).then_some("n")>{text}</th> }
    });
    let rows = rows.into_iter().map(|row| {
        let cells =
            row.into_iter().enumerate().map(|(at, text)| view! { <td class=(at > 0).then_some("n")>{text}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <details>
            <summary class="row sub g1"><Icon name="right" small=true />"Tabel"</summary>
            <table class="table">
                <thead><tr>{head.collect_view()}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    }
    .into_any()
}

#[component]
fn Daily(days: Vec<(time::Date, u32, u32)>) -> impl IntoView {
    let columns = days.iter().map(|(day, submitted, decided)| (day.day().to_string(), *submitted, *decided)).collect();
    let rows = days
        .iter()
        .map(|(day, submitted, decided)| vec![date(*day), count(u64::from(*submitted)), count(u64::from(*decided))])
        .collect();
    view! {
        <section class="span-8" aria-labelledby="s1">
            <header class="row">
                <h2 id="s1">"Masuk dan diputus per hari"</h2>
                <span class="row g2 key push">"Masuk"</span>
                <span class="row g2 key b">"Diputus"</span>
            </header>
            <ColumnChart title="Pengajuan masuk dan diputus per hari" columns />
            <Behind head=vec!["Hari", "Masuk", "Diputus"] rows />
        </section>
    }
    .into_any()
}

#[component]
fn QueueAge(ages: Vec<(Age, u32)>) -> impl IntoView {
    let bars = ages
        .iter()
        .map(|(age, number)| {
            let shade = match age {
                Age::InTime => Shade::First,
                Age::DueToday => Shade::Warning,
                Age::Overdue => Shade::Alarm,
            };
            (age.label().to_owned(), *number, shade)
        })
        .collect();
    let rows = ages.iter().map(|(age, number)| vec![age.label().to_owned(), count(u64::from(*number))]).collect();
    view! {
        <section class="span-4" aria-labelledby="s2">
            <h2 id="s2">"Umur antrean"</h2>
            <BarChart title="Umur antrean" bars />
            <Behind head=vec!["Umur", "Pengajuan"] rows />
        </section>
    }
    .into_any()
}

#[component]
fn Reasons(reasons: Vec<(String, u32)>) -> impl IntoView {
    let whole: u32 = reasons.iter().map(|(_, number)| number).sum();
    let bars = reasons.iter().take(8).map(|(reason, number)| (short(reason), *number, Shade::First)).collect();
    let rows = reasons
        .iter()
        .map(|(reason, number)| vec![reason.clone(), count(u64::from(*number)), percent(*number, whole)])
        .collect();
    view! {
        <section aria-labelledby="s3">
            <h2 id="s3">"Alasan ditolak"</h2>
            {if reasons.is_empty() {
                view! { <p class="sub">{texts::NO_REJECTIONS}</p> }.into_any()
            } else {
                view! {
                    <BarChart title="Alasan ditolak" bars labels=190 />
                    <Behind head=vec!["Alasan", "Jumlah", "Bagian"] rows />
                }.into_any()
            }}
        </section>
    }
    .into_any()
}

/// A label that fits beside its bar.
fn short(text: &str) -> String {
    match text.char_indices().nth(30) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[component]
fn Verdicts(verdicts: Vec<(Verdict, u32)>) -> impl IntoView {
    let whole: u32 = verdicts.iter().map(|(_, number)| number).sum();
    let style = |verdict| match verdict {
        Verdict::Approve => ("Disetujui", Shade::First),
        Verdict::Return => ("Perlu Perbaikan", Shade::Second),
        Verdict::Reject => ("Ditolak", Shade::Alarm),
    };
    let parts = verdicts.iter().map(|(verdict, number)| (*number, style(*verdict).1)).collect();
    let words: Vec<String> =
        verdicts.iter().map(|(verdict, number)| format!("{} {}", percent(*number, whole), style(*verdict).0)).collect();
    let rows = verdicts
        .iter()
        .map(|(verdict, number)| vec![style(*verdict).0.to_owned(), count(u64::from(*number)), percent(*number, whole)])
        .collect();
    view! {
        <section aria-labelledby="s4">
            <header class="row">
                <h2 id="s4">"Putusan"</h2>
                <span class="row g2 key push">"Disetujui"</span>
                <span class="row g2 key b">"Perlu Perbaikan"</span>
                <span class="row g2 key r">"Ditolak"</span>
            </header>
            <ShareBar title=words.join(", ") parts />
            <Behind head=vec!["Putusan", "Jumlah", "Bagian"] rows />
        </section>
    }
    .into_any()
}

#[component]
fn Verifiers(verifiers: Vec<(String, u32)>) -> impl IntoView {
    let bars = verifiers.iter().take(20).map(|(name, number)| (short(name), *number, Shade::First)).collect();
    let rows = verifiers.iter().map(|(name, number)| vec![name.clone(), count(u64::from(*number))]).collect();
    view! {
        <section class="span-12" aria-labelledby="s5">
            <h2 id="s5">"Beban per verifikator"</h2>
            {if verifiers.is_empty() {
                view! { <p class="sub">{texts::NO_VERDICTS}</p> }.into_any()
            } else {
                view! {
                    <BarChart title="Putusan per verifikator" bars labels=190 />
                    <Behind head=vec!["Verifikator", "Putusan"] rows />
                }.into_any()
            }}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_two_units() {
        let told: Vec<String> = [720, 12_000, 100_800].map(|seconds| span(Duration::from_secs(seconds))).to_vec();
        assert_eq!(told, ["12 menit", "3 jam 20 menit", "1 hari 4 jam"]);
        assert_eq!(percent(84, 100), "84 %");
        assert_eq!(percent(0, 0), "0 %");
    }
}
