use domain::verification::{CaseFile, findings::Findings};
use leptos::prelude::*;

use super::rows::{ComparedRow, InSirup, rows};
use crate::{
    components::Icon,
    verification::{pages::state::Desk, texts},
};

/// The submitted data beside SiRUP's data and the pages of the letter. Words and colour mark differences.
#[component]
pub fn Comparison(desk: Desk, case: Signal<CaseFile>) -> impl IntoView {
    let (id, found) = (case.with_untracked(|case| case.id), desk.data.findings);
    view! {
        <Transition fallback=move || view! { <Table case found=None /> }>
            {move || Suspend::new(async move {
                let found = found.await.ok().flatten().filter(|(of, _)| *of == id).map(|(_, found)| found);
                if found == Some(Findings::Reading) {
                    ask_again(desk);
                }
                view! { <Table case found /> }
            })}
        </Transition>
    }
}

/// Asks for the findings again in two seconds.
fn ask_again(desk: Desk) {
    #[cfg(feature = "hydrate")]
    gloo_timers::callback::Timeout::new(2000, move || {
        desk.data.changes.try_update(|changes| *changes += 1);
    })
    .forget();
    #[cfg(not(feature = "hydrate"))]
    let _ = desk;
}

#[component]
fn Table(case: Signal<CaseFile>, #[prop(optional_no_strip)] found: Option<Findings>) -> impl IntoView {
    let notice = found.as_ref().and_then(texts::findings);
    // The findings may arrive when the case is no longer shown.
    let rows = move || case.try_with(|case| rows(case, found.as_ref())).unwrap_or_default();
    // SiRUP has no suppliers.
    let sirup = case.with_untracked(|case| case.role.info().in_sirup);
    let (caption, letter) = texts::comparison(sirup);
    view! {
        <table class="table compare">
            <caption class="sr">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Data"</th>
                    <th scope="col">"Diajukan"</th>
                    {sirup.then(|| view! { <th scope="col">"SiRUP"</th> })}
                    <th scope="col">{letter}</th>
                </tr>
            </thead>
            <tbody>{move || rows().into_iter().map(|row| view! { <TableRow row sirup /> }).collect_view()}</tbody>
        </table>
        {notice.map(|text| view! { <p class="sub row g2"><Icon name="info" small=true />{text}</p> })}
    }
    .into_any()
}

#[component]
fn TableRow(row: ComparedRow, sirup: bool) -> impl IntoView {
    let differs = matches!(row.sirup, InSirup::Other(_)) || row.pages.as_ref().is_some_and(Vec::is_empty);
    view! {
        <tr data-state=differs.then_some("waiting")>
            <th scope="row">{row.term}</th>
            <td class="lines">{row.submitted}</td>
            {sirup.then(|| view! {
                <td>
                    {match row.sirup {
                        InSirup::Same => view! { <Icon name="check" small=true /><span class="sr">"sama"</span> }.into_any(),
                        InSirup::Other(text) => view! { <b>{text}</b><span class="sr">" (berbeda)"</span> }.into_any(),
                        InSirup::Nothing => view! { <span class="cap">"tidak ada"</span> }.into_any(),
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
