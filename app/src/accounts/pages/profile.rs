//! The pages of a person's own account: profile, password, sessions.

use domain::{
    accounts::{
        person::{EmployeeNumber, EmployeeNumberKind, Phone, grouped},
        view::{OwnSession, Profile},
    },
    indonesian::date_time,
    issues::Field,
    time::Zone,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use crate::{
    accounts::{
        api::{profile, sessions},
        texts,
    },
    components::{
        Banner, Choice, Choices, FormProblem, Loaded, PageTitle, PasswordField, TextField, Tone,
        checks::{CHECK_NAME, CHECK_PASSWORD},
        field::{Check, focus_first_issue},
    },
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    session::{api::me, zone},
    texts::NEW_PASSWORD_HINT,
};

const CHECK_PHONE: Check = |value| if value.trim().is_empty() { Ok(()) } else { Phone::parse(value).map(|_| ()) };
const CHECK_NUMBER: Check = |value| {
    // The radio button says which kind it is; while typing, only a number that fits neither kind is an issue.
    let nip = EmployeeNumber::parse(EmployeeNumberKind::Nip, value);
    let nrp = EmployeeNumber::parse(EmployeeNumberKind::Nrp, value);
    if value.trim().is_empty() || nip.is_ok() || nrp.is_ok() { Ok(()) } else { nip.map(|_| ()) }
};

/// The frame of the pages of an account.
#[component]
pub(crate) fn AccountPage(title: &'static str, lead: &'static str, children: Children) -> impl IntoView {
    let leaving = FormState::new();
    let path = use_location().pathname;
    let tab = move |to: &'static str, label: &'static str| {
        let current = move || (path.get() == to).then_some("page");
        view! { <a href=to aria-current=current>{label}</a> }
    };
    view! {
        <PageTitle text=title />
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>{title}</h1>
                    <p class="lead">{lead}</p>
                </div>
                <PostForm form=leaving action="/keluar">
                    <button class="btn" aria-busy=move || leaving.pending.get().then_some("true")>"Keluar"</button>
                </PostForm>
            </div>
            <FormProblem form=leaving />
            <nav class="tabs tabs--page" aria-label="Akun">
                {tab("/profil", "Profil")}
                {tab("/profil/kata-sandi", "Kata sandi")}
                {tab("/profil/sesi", "Sesi")}
                {tab("/profil/platform", "Platform")}
            </nav>
            <div class="narrow stack g6">{children()}</div>
        </main>
    }
    .into_any()
}

/// The banner after a form was saved.
#[component]
fn Saved(text: &'static str) -> impl IntoView {
    let query = use_query_map();
    let saved = move || query.with(|query| query.get("tersimpan").is_some());
    view! {
        <div class="slot" role="status">
            {move || saved().then(|| view! { <Banner tone=Tone::Done title="Tersimpan">{text}</Banner> })}
        </div>
    }
}

/// `/profil`
pub fn profile_page() -> impl IntoView {
    let data = page_data(|| (), |()| profile());
    let form = FormState::new();
    focus_first_issue(form);
    view! {
        <AccountPage title="Profil" lead=texts::PROFILE>
            <Saved text=texts::PROFILE_SAVED />
            <Loaded data view={move |profile: Profile| view! { <ProfileForm form profile /> }.into_any()} />
        </AccountPage>
    }
    .into_any()
}

#[component]
fn ProfileForm(form: FormState, profile: Profile) -> impl IntoView {
    let kind =
        form.typed("employee_number_kind").and_then(|kind| kind.parse().ok()).unwrap_or(profile.employee_number_kind);
    let number = grouped(profile.employee_number_kind, &profile.employee_number.unwrap_or_default());
    let zone = form.typed("zone").and_then(|zone| zone.parse().ok()).unwrap_or(profile.zone);
    view! {
        <PostForm form action="/profil" class="stack g6">
            <FormProblem form />
            <TextField
                form
                field=Field::Name
                label="Nama lengkap"
                hint=texts::PROFILE_NAME_HINT
                value=profile.name
                autocomplete="name"
                check=CHECK_NAME
            />
            <div class="field">
                <span class="label" id="email-l">"Alamat surel"</span>
                <p aria-labelledby="email-l">{profile.email}</p>
            </div>
            <Choices form field=Field::EmployeeNumberKind label="Jenis nomor pegawai" beside=true>
                <Choice name="employee_number_kind" value="nip" title="NIP" checked={kind == EmployeeNumberKind::Nip} />
                <Choice name="employee_number_kind" value="nrp" title="NRP" checked={kind == EmployeeNumberKind::Nrp} />
            </Choices>
            <TextField
                form
                field=Field::EmployeeNumber
                label="NIP atau NRP"
                hint=texts::NUMBER_HINT
                value=number
                inputmode="numeric"
                check=CHECK_NUMBER
            />
            <TextField
                form
                field=Field::Phone
                label="Nomor telepon"
                hint=texts::PHONE_HINT
                value=profile.phone.unwrap_or_default()
                kind="tel"
                autocomplete="tel"
                check=CHECK_PHONE
            />
            <ZoneChoices form zone />
            <div class="row actions">
                <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                    "Simpan profil"
                </button>
            </div>
        </PostForm>
    }
    .into_any()
}

#[component]
fn ZoneChoices(form: FormState, zone: Zone) -> impl IntoView {
    let choice = move |each: Zone| {
        view! {
            <Choice name="zone" value=each.as_str() title=each.abbreviation() checked={each == zone} />
        }
    };
    view! {
        <Choices form field=Field::Zone label="Zona waktu" beside=true>{Zone::ALL.map(choice).collect_view()}</Choices>
    }
}

/// `/profil/kata-sandi`
pub fn password_page() -> impl IntoView {
    // Only a person who is signed in has a password to change.
    let data = page_data(|| (), |()| async { me().await?.ok_or(ApiError::SignedOut) });
    let form = FormState::new();
    focus_first_issue(form);
    view! {
        <AccountPage title="Kata sandi" lead=texts::PASSWORD>
            <Saved text=texts::PASSWORD_SAVED />
            <Loaded data view={move |_| view! { <PasswordForm form /> }.into_any()} />
        </AccountPage>
    }
    .into_any()
}

#[component]
fn PasswordForm(form: FormState) -> impl IntoView {
    view! {
        <PostForm form action="/profil/kata-sandi" class="stack g6">
            <FormProblem form />
            <PasswordField
                form
                field=Field::CurrentPassword
                label="Kata sandi saat ini"
                autocomplete="current-password"
            />
            <PasswordField
                form
                field=Field::Password
                label="Kata sandi baru"
                hint=NEW_PASSWORD_HINT
                autocomplete="new-password"
                check=CHECK_PASSWORD
            />
            <div class="row actions">
                <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                    "Ganti kata sandi"
                </button>
            </div>
        </PostForm>
    }
    .into_any()
}

/// `/profil/sesi`
pub fn sessions_page() -> impl IntoView {
    let data = page_data(|| (), |()| sessions());
    let form = FormState::new();
    view! {
        <AccountPage title="Sesi" lead=texts::SESSIONS>
            <FormProblem form />
            <Loaded data view={move |sessions: Vec<OwnSession>| view! { <SessionList form sessions /> }.into_any()} />
        </AccountPage>
    }
    .into_any()
}

#[component]
fn SessionList(form: FormState, sessions: Vec<OwnSession>) -> impl IntoView {
    let others = sessions.iter().any(|session| !session.current);
    view! {
        <PostForm form action="/profil/sesi" class="stack g6">
            <ul class="panel" role="list">
                {sessions.into_iter().map(|session| view! { <SessionItem session /> }).collect_view()}
            </ul>
            {others.then(|| view! {
                <div class="row actions">
                    <button class="btn btn--danger" name="sesi" value="lain">"Akhiri semua sesi lain"</button>
                </div>
            })}
        </PostForm>
    }
    .into_any()
}

#[component]
fn SessionItem(session: OwnSession) -> impl IntoView {
    let zone = zone();
    let device = session.device.clone();
    let times = format!(
        "{} · masuk {} · terakhir dipakai {}",
        session.address,
        date_time(session.created_at, zone),
        date_time(session.seen_at, zone),
    );
    view! {
        <li class="pass">
            <div class="row">
                <div class="stack g1">
                    <b>{session.device}</b>
                    <p class="sub">{times}</p>
                </div>
                {if session.current {
                    view! { <span class="badge push" data-state="active">"Sesi ini"</span> }.into_any()
                } else {
                    view! {
                        <button class="btn push" name="sesi" value=session.id.to_string()>
                            "Akhiri"<span class="sr">{format!(" {device}")}</span>
                        </button>
                    }.into_any()
                }}
            </div>
        </li>
    }
}
