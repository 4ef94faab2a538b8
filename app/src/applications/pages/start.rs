use domain::{
    accesses::Renewal,
    applications::wizard::Step,
    indonesian::period,
    issues::{Field, Problem},
    role::{ProfileType, Role},
};
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_query_map};

use crate::applications::pages::{Frame, over_draft};
use crate::{
    applications::api::{RenewalView, renewal},
    components::{Choice, Choices, FormProblem, Loaded, PageTitle, WizardStep, field::focus_first_issue},
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    location::path_id,
    session::api::me,
};

/// `/akses/baru`: Tipe Profil and Role (guide step 2); with `?dari=`, a new start from a refused application (step 15).
pub fn start() -> impl IntoView {
    // Only who is signed in gets to choose.
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
    // A form that came back has it among what was typed.
    let from = form.typed("dari").or_else(|| use_query_map().with_untracked(|query| query.get("dari")));
    if let Some(from) = from {
        return again(form, from).into_any();
    }
    let typed: Option<ProfileType> = form.typed("profile_type").and_then(|value| value.parse().ok());
    let profile_type = RwSignal::new(typed.unwrap_or(ProfileType::NonPenyedia));
    let role: Option<Role> = form.typed("role").and_then(|value| value.parse().ok());
    let types = ProfileType::ALL.map(|each| {
        let note = match each {
            ProfileType::NonPenyedia => "Pejabat yang menggunakan anggaran: PA dan KPA.",
            ProfileType::Penyedia => "Pelaku usaha yang memasok barang atau jasa. Role tidak perlu dipilih.",
        };
        let id = (each == ProfileType::NonPenyedia).then_some("profile_type");
        view! {
            <Choice
                name="profile_type"
                value=each.as_str()
                title=each.label()
                note=note
                checked={profile_type.get_untracked() == each}
                id=id
                on_choose=Callback::new(move |_| {
                    profile_type.set(each);
                    form.set_issue(Field::Role, None);
                })
            />
        }
    });
    view! {
        <Frame step=WizardStep::Role aside=aside()>
            <div class="stack g2">
                <h1>"Hubungkan atau buat akses"</h1>
                <p class="lead">"Pilih untuk peran apa akses ini dipakai."</p>
            </div>
            <PostForm form action="/akses/baru" class="stack g8">
                <FormProblem form />
                <Choices form field=Field::ProfileType label="Tipe Profil">{types.collect_view()}</Choices>
                <Choices form field=Field::Role label="Role">
                        {move || profile_type.get().roles().enumerate().map(|(nth, each)| {
                            let id = (nth == 0).then_some("role");
                            view! {
                                <Choice
                                    name="role"
                                    value=each.as_str()
                                    title=each.title()
                                    note=format!("Dibuktikan dengan {}.", each.info().letter)
                                    checked={role == Some(each) || each.info().profile_type.only_role() == Some(each)}
                                    id=id
                                    on_choose=Callback::new(move |_| form.set_issue(Field::Role, None))
                                />
                            }
                        }).collect_view()}
                </Choices>
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

fn aside() -> AnyView {
    view! {
        <aside class="stack g3" aria-labelledby="as">
            <h2 id="as" class="label">"Yang perlu disiapkan"</h2>
            <p class="sub">"Username dan kata sandi SiRUP bila Anda terdaftar sebelum tanggal batas pada langkah berikutnya."</p>
            <p class="sub">"Surat yang membuktikan peran Anda, satu berkas PDF paling besar 2 MB."</p>
            <p class="sub">"Untuk Penyedia: NPWP, NIB, dan bukti badan usaha sebagai PDF."</p>
            <p class="sub"><a href="/bantuan?langkah=formulir">"Pusat Bantuan"</a></p>
        </aside>
    }
    .into_any()
}

/// A new start from a refused application, asked for by a link: nothing changes before the button is pressed.
fn again(form: FormState, from: String) -> impl IntoView {
    view! {
        <Frame step=WizardStep::Role aside=view! { <aside></aside> }.into_any()>
            <div class="stack g2">
                <h1>"Daftar ulang"</h1>
                <p class="lead">"Isian, surat, dan hubungan SiRUP dari pengajuan lama kami siapkan kembali. Alasan penolakan tampil di sampingnya."</p>
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

/// `/akses/perpanjang/{id}`: an access that goes on, asked for by the link of a mail; nothing changes before the button is
/// pressed.
pub fn renew() -> impl IntoView {
    let data = page_data(path_id(), |id| async move { renewal(id.ok_or(ApiError::NotFound)?).await });
    let form = FormState::new();
    view! {
        <PageTitle text="Perpanjang akses" />
        <Loaded data view={move |access: RenewalView| view! { <RenewPage form access /> }.into_any()} />
    }
    .into_any()
}

#[component]
fn RenewPage(form: FormState, access: RenewalView) -> impl IntoView {
    let supplier = access.role.info().profile_type == ProfileType::Penyedia;
    let (title, lead) = match (&access.renewal, access.begun) {
        (Ok(_), true) => {
            ("Lanjutkan perpanjangan", "Perpanjangan akses ini sudah Anda mulai. Isian yang tersimpan masih ada.")
        }
        (Ok(Renewal::Extend), false) if supplier => (
            "Perpanjang akses",
            "Periksa data perusahaan dan unggah bukti yang terbaru. Setelah disetujui, akses berlanjut tanpa jeda.",
        ),
        (Ok(Renewal::Revive), false) if supplier => (
            "Aktifkan kembali akses",
            "Periksa data perusahaan dan unggah bukti yang terbaru. Akses aktif kembali setelah disetujui.",
        ),
        (Ok(Renewal::Extend), false) => (
            "Perpanjang akses",
            "Isi masa berlaku yang baru dan unggah surat yang baru. Setelah disetujui, akses berlanjut tanpa jeda.",
        ),
        (Ok(Renewal::Revive), false) => (
            "Aktifkan kembali akses",
            "Isi masa berlaku yang baru dan unggah surat yang baru. Akses aktif kembali setelah disetujui.",
        ),
        (Err(_), _) => ("Perpanjang akses", "Akses ini tidak dapat diperpanjang sekarang."),
    };
    // Why not is said where a refusal of the button would be said.
    if let Err(why) = &access.renewal
        && form.problem_untracked(Field::Form).is_none()
    {
        form.set_issue(Field::Form, Some(Problem::Conflict(why.clone())));
    }
    let button = access.renewal.as_ref().ok().map(|renewal| renewal.label());
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

/// `/akses/pengajuan/{id}`: on to the first step that is not finished, or to what is to be repaired.
pub fn resume() -> impl IntoView {
    over_draft(Step::Sirup, |draft| {
        let path = match &draft.repair {
            Some(repair) if draft.next() > Step::Sirup => repair.path(draft.id),
            _ => draft.path(draft.next()),
        };
        view! { <Redirect path /> }.into_any()
    })
}
