//! The wizard and the status page (guide steps 2 to 15). Each step is a page over a stored draft.

mod entered;
mod form;
mod picking;
mod review;
mod sirup;
mod start;
mod status;

pub use form::form_step;
pub use picking::{institution_search, work_unit_search};
pub use review::review_step;
pub use sirup::sirup_step;
pub use start::{renew, resume, start};
pub use status::{detail_page, status_page};

use domain::{
    applications::{
        views::{DraftPage, Repair},
        wizard::{Draft, Link, Step},
    },
    indonesian::period,
    issues::conflict::Conflict,
    role::{ProfileType, Role},
    validity::Validity,
};
use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::{
    applications::api::draft,
    components::{Loaded, Steps, WizardStep},
    data::page_data,
    error::ApiError,
    location::path_id,
};

/// The layout of every step: progress, the step itself, help beside it.
#[component]
fn Frame(
    step: WizardStep,
    /// Profile type and role, once chosen.
    #[prop(optional_no_strip)]
    role: Option<String>,
    /// [`link_words`] of the draft.
    #[prop(optional_no_strip)]
    sirup: Option<&'static str>,
    aside: AnyView,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="wrap wizard">
            <Steps current=step role sirup />
            <main id="isi" tabindex="-1">{children()}</main>
            {aside}
        </div>
    }
    .into_any()
}

/// `Non Penyedia · PA`
fn role_words(profile_type: ProfileType, role: Role) -> String {
    format!("{} · {}", profile_type.label(), role.info().code)
}

/// The state of the SiRUP link, for the stepper.
fn link_words(draft: &Draft) -> Option<&'static str> {
    match draft.link {
        _ if !draft.role.info().in_sirup => Some("Tidak diperlukan"),
        Link::Undecided => None,
        Link::Linked(_) => Some("Terhubung"),
        Link::New => Some("Akses baru"),
    }
}

/// Masa Berlaku Peran. For a supplier it begins with the approval.
fn period_words(validity: Option<Validity>, role: Role) -> Option<String> {
    let begins_later = role.info().profile_type == ProfileType::Penyedia;
    let in_words = validity.map(|validity| period(validity.first(), validity.last()));
    in_words.or_else(|| begins_later.then(|| "Satu tahun sejak disetujui".to_owned()))
}

/// The repair that the desk asked for. `form` is the path of the form (empty on the form itself); with it, each mark
/// links to its field.
fn repairs(role: Role, repair: Repair, form: Option<String>) -> AnyView {
    let marks = repair.marks.into_iter().map(|mark| {
        let label = mark.field.label(role);
        let heading = match &form {
            None => view! { <b>{label}</b> }.into_any(),
            Some(path) => {
                // On the same page the browser must follow the link: it moves the focus.
                let rel = path.is_empty().then_some("external");
                view! { <a href=format!("{path}#{}", mark.field) rel=rel>{label}</a> }.into_any()
            }
        };
        view! { <li>{heading}<p class="lines">{mark.note}</p></li> }
    });
    view! {
        <section class="stack g3 repairs" aria-labelledby="perbaikan">
            <h2 id="perbaikan" class="label">"Yang perlu diperbaiki"</h2>
            {repair.text.map(|text| view! { <p class="lines">{text}</p> })}
            <ul class="stack g3" role="list">{marks.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// A page over the draft in the path. Redirects to the status of an application that was sent, and to the first
/// unfinished step if that comes before `step`.
fn over_draft(step: Step, view: impl Fn(DraftPage) -> AnyView + Clone + Send + Sync + 'static) -> impl IntoView {
    let id = path_id();
    let data = page_data(id, move |id| async move {
        let id = id.ok_or(ApiError::NotFound)?;
        match draft(id, step).await {
            Ok(draft) => Ok(Target::Draft(Box::new(draft))),
            Err(ApiError::Conflict(Conflict::StatusChanged { .. })) => {
                Ok(Target::Elsewhere(format!("/akses/pengajuan/{id}/status")))
            }
            Err(error) => Err(error),
        }
    });
    let view = move |found: Target| match found {
        Target::Draft(draft) if draft.next() < step => view! { <Redirect path=draft.path(draft.next()) /> }.into_any(),
        Target::Draft(draft) => view(*draft),
        Target::Elsewhere(path) => view! { <Redirect path /> }.into_any(),
    };
    view! { <Loaded data view /> }
}

/// What the address of a draft leads to.
#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
enum Target {
    Draft(Box<DraftPage>),
    /// The path of another page.
    Elsewhere(String),
}
