use domain::{
    role::Role,
    status::{Status, Verdict},
    verification::{CaseFile, Decision},
};
use leptos::prelude::*;

use crate::{
    components::{Banner, Tone},
    session::zone,
    verification::texts,
};

/// The last verdict: in force for a decided case; for a repaired case, the request for repair.
#[component]
pub fn LastDecision(case: Signal<CaseFile>) -> impl IntoView {
    let decision =
        Memo::new(move |_| case.with(|case| case.decision.clone().map(|decision| (decision, case.status, case.role))));
    move || decision.get().map(|(decision, status, role)| view! { <DecisionBanner decision status role /> })
}

#[component]
fn DecisionBanner(decision: Decision, status: Status, role: Role) -> impl IntoView {
    let zone = zone();
    let tone = match decision.verdict {
        Verdict::Approve => Tone::Done,
        Verdict::Reject => Tone::Error,
        Verdict::Return if status.is_waiting() => Tone::Info,
        Verdict::Return => Tone::Waiting,
    };
    let title = texts::decision(&decision, status, zone);
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
