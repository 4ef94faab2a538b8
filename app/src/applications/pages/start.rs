//! Choosing profile type and role, starting again, renewing, and resuming a draft.

use domain::{
    accesses::{Renewal, overview::Access},
    applications::wizard::Step,
    indonesian::period,
    issues::{Field, Problem, conflict::Conflict},
    role::{ProfileType, Role},
    status::Status,
};
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_query_map};

use super::{Frame, over_draft};
use crate::{
    applications::{api::renewal, texts},
    components::{Choice, Choices, FormProblem, Loaded, PageTitle, WizardStep, field::focus_first_issue},
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    location::path_id,
    session::api::me,
};

/// `/akses/baru`: Tipe Profil and Role (guide step 2); with `?dari=`, a new start from a rejected application (step 15).
pub fn start() -> impl IntoView {
    // Only for people who are signed in.
    let data = page_data(|| (), |()| async { me().await?.ok_or(ApiError::SignedOut) });
    let form = FormState::new();
    focus_first_issue(form);
    view! {
        <PageTitle text="Hubungkan atau Buat Akses" />
        <Loaded data view={move |_| view! { <StartPage form /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn StartPage(form: FormState) -> impl IntoView {
    // A form that came back has it among its values.
    let from = form.typed("dari").or_else(|| use_query_map().with_untracked(|query| query.get("dari")));
    if let Some(from) = from {
        return again(form, from).into_any();
    }
    let typed: Option<ProfileType> = form.typed("profile_type").and_then(|value| value.parse().ok());
    let profile_type = RwSignal::new(typed.unwrap_or(ProfileType::NonPenyedia));
    let role: Option<Role> = form.typed("role").and_then(|value| value.parse().ok());
    view! {
        <Frame step=WizardStep::Role aside=aside()>
            <div class="stack g2">
                <h1>"Hubungkan atau buat akses"</h1>
                <p class="lead">{texts::start::LEAD}</p>
            </div>
            <PostForm form action="/akses/baru" class="stack g8">
                <FormProblem form />
                <ProfileTypes form profile_type />
                <Roles form profile_type typed=role />
                <div class="row actions">
                    <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                        "Lanjutkan"
                    </button>
                    <a class="btn btn--quiet" href="/akses">"Kembali"</a>
                </div>
            </PostForm>
        </Frame>
    }
    .into_any()
}

#[component]
fn ProfileTypes(form: FormState, profile_type: RwSignal<ProfileType>) -> impl IntoView {
    let types = ProfileType::ALL.map(|each| {
        let id = (each == ProfileType::NonPenyedia).then_some("profile_type");
        view! {
            <Choice
                name="profile_type"
                value=each.as_str()
                title=each.label()
                note=texts::start::profile_type_note(each)
                checked={profile_type.get_untracked() == each}
                id=id
                on_choose=Callback::new(move |_| {
                    profile_type.set(each);
                    form.set_issue(Field::Role, None);
                })
            />
        }
    });
    view! { <Choices form field=Field::ProfileType label="Tipe Profil">{types.collect_view()}</Choices> }.into_any()
}

/// The roles of the chosen profile type.
#[component]
fn Roles(
    form: FormState,
    profile_type: RwSignal<ProfileType>,
    #[prop(optional_no_strip)] typed: Option<Role>,
) -> impl IntoView {
    let roles = move || {
        let roles = profile_type.get().roles().enumerate().map(|(nth, each)| {
            let id = (nth == 0).then_some("role");
            view! {
                <Choice
                    name="role"
                    value=each.as_str()
                    title=each.title()
                    note=format!("Dibuktikan dengan {}.", each.info().letter)
                    checked={typed == Some(each) || each.info().profile_type.only_role() == Some(each)}
                    id=id
                    on_choose=Callback::new(move |_| form.set_issue(Field::Role, None))
                />
            }
        });
        roles.collect_view()
    };
    view! { <Choices form field=Field::Role label="Role">{roles}</Choices> }.into_any()
}

fn aside() -> AnyView {
    view! {
        <aside class="stack g3" aria-labelledby="as">
            <h2 id="as" class="label">"Yang perlu disiapkan"</h2>
            {texts::start::PREPARE.map(|line| view! { <p class="sub">{line}</p> }).collect_view()}
            <p class="sub"><a href="/bantuan?langkah=formulir">"Pusat Bantuan"</a></p>
        </aside>
    }
    .into_any()
}

/// A new start from a rejected application. Nothing changes before the button is pressed, since links lead here.
fn again(form: FormState, from: String) -> impl IntoView {
    view! {
        <Frame step=WizardStep::Role aside=view! { <aside></aside> }.into_any()>
            <div class="stack g2">
                <h1>"Daftar ulang"</h1>
                <p class="lead">{texts::start::AGAIN}</p>
            </div>
            <PostForm form action="/akses/baru" class="stack g6">
                <FormProblem form />
                <input type="hidden" name="dari" value=from />
                <div class="row actions">
                    <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                        "Daftar Ulang"
                    </button>
                    <a class="btn btn--quiet" href="/akses">"Kembali"</a>
                </div>
            </PostForm>
        </Frame>
    }
}

/// `/akses/perpanjang/{id}`: an access to be renewed. Nothing changes before the button is pressed, since mails link
/// here.
pub fn renew() -> impl IntoView {
    let data = page_data(path_id(), |id| async move { renewal(id.ok_or(ApiError::NotFound)?).await });
    let form = FormState::new();
    view! {
        <PageTitle text="Perpanjang akses" />
        <Loaded data view={move |access: Access| view! { <RenewPage form access /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn RenewPage(form: FormState, access: Access) -> impl IntoView {
    let renewal = access.renewal.as_ref().ok().copied();
    let begun = access.renewed_by.is_some_and(|(_, status)| status == Status::Draft);
    let (title, lead) = texts::start::renewal(renewal, begun, access.role.info().profile_type);
    // Shown like the issue of a refused form.
    if let Err(why) = &access.renewal
        && form.problem_untracked(Field::Form).is_none()
    {
        form.set_issue(Field::Form, Some(Problem::Conflict(Conflict::NotRenewable(why.clone()))));
    }
    let button = renewal.map(Renewal::label);
    let valid = period(access.validity.first(), access.validity.last());
    view! {
        <main class="wrap stack g8 notice" id="isi" tabindex="-1">
            <div class="stack g2">
                <h1>{title}</h1>
                <p class="lead">{lead}</p>
            </div>
            <PostForm form action=format!("/akses/perpanjang/{}", access.id) class="stack g6 narrow">
                <FormProblem form />
                <dl class="summary">
                    <div><dt>"Role"</dt><dd>{access.role.title()}</dd></div>
                    <div><dt>{access.role.place_labels().0}</dt><dd>{access.work_unit}<small class="sub">{access.institution}</small></dd></div>
                    <div><dt>"Masa Berlaku Peran"</dt><dd>{valid}</dd></div>
                </dl>
                <p class="row">
                    {button.map(|label| view! {
                        <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>{label}</button>
                    })}
                    <a class="btn" href="/akses">"Manajemen Akses"</a>
                </p>
            </PostForm>
        </main>
    }
    .into_any()
}

/// `/akses/pengajuan/{id}`: redirects to the first unfinished step, or to what is to be repaired.
pub fn resume() -> impl IntoView {
    over_draft(Step::Sirup, |draft| {
        let path = match &draft.repair {
            Some(repair) if draft.next() > Step::Sirup => repair.path(draft.id),
            _ => draft.path(draft.next()),
        };
        view! { <Redirect path /> }.into_any()
    })
}
