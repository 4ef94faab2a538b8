use domain::{indonesian::date_time, verification::CaseFile};
use leptos::prelude::*;

use crate::{components::StatusBadge, session::zone, verification::texts};

/// Other applications of the same person.
#[component]
pub fn EarlierApplications(case: Signal<CaseFile>) -> impl IntoView {
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
            <p class="sub">{texts::NO_EARLIER_APPLICATIONS}</p>
        })}
    }
    .into_any()
}
