use domain::{
    issue::Field,
    role::{ProfileType, Role},
};
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_query_map};

use super::{Frame, over_draft};
use crate::{
    api::session::me,
    components::{Choice, Choices, FormProblem, Loaded, PageTitle, WizardStep, field::focus_first_issue, page_data},
    forms::{FormState, PostForm},
};

/// `/akses/baru`: Tipe Profil and Role (guide step 2); with `?dari=`, a new start from a refused application (step 15).
pub fn start() -> impl IntoView {
    // Only who is signed in gets to choose.
    let data = page_data(|| (), |()| async { me().await?.ok_or(crate::api::ApiError::SignedOut) });
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
        let offered = each.roles().next().is_some();
        let note = match each {
            ProfileType::NonPenyedia => "Pejabat yang menggunakan anggaran: PA dan KPA.",
            ProfileType::Penyedia if offered => "Pelaku usaha yang memasok barang atau jasa.",
            ProfileType::Penyedia => "Pendaftaran Penyedia belum dibuka di sini.",
        };
        let id = (each == ProfileType::NonPenyedia).then_some("profile_type");
        view! {
            <Choice
                name="profile_type"
                value=each.as_str()
                title=each.label()
                note=note
                checked={profile_type.get_untracked() == each}
                disabled={!offered}
                id=id
                on_choose=Callback::new(move |_| profile_type.set(each))
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
                                    checked={role == Some(each)}
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

/// `/akses/pengajuan/{id}`: on to the first step that is not finished.
pub fn resume() -> impl IntoView {
    over_draft(domain::wizard::Step::Sirup, |draft| {
        let next = draft.next();
        view! { <Redirect path=draft.path(next) /> }.into_any()
    })
}
