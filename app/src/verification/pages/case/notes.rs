use domain::{
    indonesian::date_time,
    search::normalised,
    status::Status,
    time::Zone,
    verification::{CaseFile, EarlierApplication, OtherAccess, SameLetter, SharedThing, SharedWith},
};
use leptos::prelude::*;

use crate::{components::Icon, session::zone, verification::texts};

/// Maximum number of earlier rejections that are noted.
const MAX_REJECTIONS: usize = 2;

/// What deserves attention: other accesses with this role, earlier rejections, the same file, the address on record.
#[component]
pub fn Notes(case: Signal<CaseFile>) -> impl IntoView {
    let zone = zone();
    let notes = move || case.with(|case| notes(case, zone)).into_iter().collect_view();
    view! { <ul class="stack notes g2" role="list">{notes}</ul> }.into_any()
}

fn notes(case: &CaseFile, zone: Zone) -> Vec<AnyView> {
    let rejections = case.earlier.iter().filter(|earlier| earlier.status == Status::Rejected).take(MAX_REJECTIONS);
    let mut notes: Vec<AnyView> = case.shared.iter().map(shared_with).collect();
    notes.extend(case.renews.map(|renews| {
        note("info", "info", view! { <b>{texts::RENEWAL}</b>{texts::renewed_access(renews)} }.into_any())
    }));
    notes.extend(case.others.iter().map(|other| other_access(case, other)));
    notes.extend(rejections.map(|earlier| rejection(earlier, zone)));
    if case.same_letter.is_empty() {
        notes.push(note("active", "check", texts::FILE_IS_NEW.into_any()));
    }
    notes.extend(case.same_letter.iter().map(same_letter));
    notes.extend(address(case));
    if case.sirup.is_none() && case.role.info().in_sirup {
        notes.push(note("info", "info", texts::WITHOUT_SIRUP.into_any()));
    }
    if case.over {
        let text = view! { <b>{texts::PERIOD_OVER}</b>{texts::PERIOD_OVER_EFFECT} }.into_any();
        notes.push(note("waiting", "alert", text));
    }
    notes
}

fn note(state: &'static str, icon: &'static str, body: AnyView) -> AnyView {
    view! { <li data-state=state><Icon name=icon /><span>{body}</span></li> }.into_any()
}

fn other_access(case: &CaseFile, other: &OtherAccess) -> AnyView {
    let (title, text) = texts::other_access(case, other);
    note("waiting", "alert", view! { <b>{title}</b>{text} }.into_any())
}

fn rejection(earlier: &EarlierApplication, zone: Zone) -> AnyView {
    let title = format!("Ditolak {}", earlier.decided_at.map(|at| date_time(at, zone)).unwrap_or_default());
    let text = format!(" sebagai {}: {}", earlier.role.info().code, earlier.reason.clone().unwrap_or_default());
    let link = earlier.in_scope.then(|| format!("/verifikasi/{}", earlier.id));
    let body = view! { <b>{title}</b>{text}" "{link.map(|href| view! { <a href=href>"Buka"</a> })} };
    note("info", "info", body.into_any())
}

fn shared_with(shared: &SharedWith) -> AnyView {
    let (title, text) = texts::shared_with(shared);
    let suspicious = shared.has_staff() || matches!(shared.thing, SharedThing::EmployeeNumber { .. });
    let state = if suspicious { "rejected" } else { "waiting" };
    note(state, "alert", view! { <b>{title}</b>{text} }.into_any())
}

fn same_letter(same: &SameLetter) -> AnyView {
    let link = same.in_scope.then(|| format!("/verifikasi/{}", same.id));
    let (state, icon) = if same.same_person { ("info", "info") } else { ("rejected", "alert") };
    let text = texts::same_file(same);
    let body = view! { <b>{texts::SAME_FILE}</b>{text}{link.map(|href| view! { <a href=href>"Buka"</a> })} };
    note(state, icon, body.into_any())
}

/// Only the first applicant of a work unit is asked for its address; for the others, the one on record is shown.
fn address(case: &CaseFile) -> Option<AnyView> {
    let known = case.address_on_record.as_ref()?;
    let text = format!(" {known}");
    Some(match &case.address {
        Some(sent) if normalised(sent) == normalised(known) => note("active", "check", texts::SAME_ADDRESS.into_any()),
        Some(_) => note("waiting", "office", view! { <b>{texts::OTHER_ADDRESS}</b>{text} }.into_any()),
        None => note("info", "office", view! { <b>{texts::ADDRESS_ON_RECORD}</b>{text} }.into_any()),
    })
}
