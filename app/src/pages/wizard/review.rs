use domain::{
    calendar::PROMISED_WORKING_DAYS,
    indonesian::{period, size},
    issue::Field,
    wizard::{Draft, Link, Step, validity},
};
use leptos::prelude::*;

use super::{Frame, link_words, over_draft, role_words};
use crate::{
    api::wizard::DraftView,
    components::{
        Banner, FormProblem, PageTitle, Tick, Tone, WizardStep,
        field::{FieldError, focus_first_issue},
    },
    forms::{FormState, PostForm},
    session::Session,
};

/// `/akses/pengajuan/{id}/tinjau`: everything that was entered, and **Kirim** (guide step 12).
pub fn review_step() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    view! {
        <PageTitle text="Tinjau dan Kirim" />
        {over_draft(Step::Review, move |draft| view! { <ReviewPage form draft /> }.into_any())}
    }
    .into_any()
}

#[component]
fn ReviewPage(form: FormState, draft: DraftView) -> impl IntoView {
    let DraftView { id, version, draft: entered, .. } = draft;
    let change = format!("/akses/pengajuan/{id}/formulir");
    let letter = entered.letter.as_ref().map(|letter| letter.id.to_string());
    let role = role_words(entered.profile_type, entered.role);
    let sirup = link_words(&entered.link);
    let differing = entered.differing_sirup_role().map(str::to_owned);
    view! {
        <Frame step=WizardStep::Review role=Some(role) sirup aside=aside()>
            <div class="stack g2">
                <h1>"Tinjau sebelum mengirim"</h1>
                <p class="lead">"Pastikan setiap data sama dengan yang tertulis pada surat."</p>
            </div>
            <FormProblem form />
            {differing.map(|sirup_role| view! {
                <Banner tone=Tone::Waiting title=format!("SiRUP mencatat role {sirup_role}")>
                    "Perbedaan ini juga ditampilkan kepada verifikator."
                </Banner>
            })}
            <Entered id entered change=Some(change.clone()) />
            <PostForm form action=format!("/akses/pengajuan/{id}/tinjau") class="stack g6">
                <input type="hidden" name="version" value=version.to_string() />
                <input type="hidden" name="letter" value=letter />
                <div class="field">
                    <Tick
                        name="confirmation"
                        title="Saya menyatakan bahwa data dan dokumen di atas benar."
                        note="Data yang tidak benar dapat membatalkan akses dan menjadi tanggung jawab saya."
                        invalid=Signal::derive(move || form.issue(Field::Confirmation).is_some())
                        error="confirmation-e"
                    />
                    <FieldError form field=Field::Confirmation />
                </div>
                <div class="row actions">
                    <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>"Kirim"</button>
                    <a class="btn btn--quiet" href=change>"Kembali ke formulir"</a>
                </div>
            </PostForm>
        </Frame>
    }
    .into_any()
}

fn aside() -> AnyView {
    let session = expect_context::<Session>();
    view! {
        <aside class="stack g3" aria-labelledby="as">
            <h2 id="as" class="label">"Setelah dikirim"</h2>
            <p class="sub">
                {format!(
                    "Pengajuan diperiksa oleh Verifikator Akses INAPROC paling lama {PROMISED_WORKING_DAYS} hari kerja. \
                     Keputusan dikirim ke ",
                )}
                <Transition>
                    {move || Suspend::new(async move {
                        session.me.await.ok().flatten().map(|me| view! { <b>{me.email}</b> })
                    })}
                </Transition>
                "."
            </p>
            <p class="sub">"Selama menunggu, data tidak dapat diubah, tetapi pengajuan dapat dibatalkan kapan saja."</p>
        </aside>
    }
    .into_any()
}

/// All that was entered, with links to change it where it still can be.
#[component]
pub fn Entered(
    /// The application.
    id: uuid::Uuid,
    /// What was entered.
    entered: Draft,
    /// The page that changes it.
    change: Option<String>,
) -> impl IntoView {
    let to = |anchor: &str| change.as_ref().map(|path| format!("{path}#{anchor}"));
    let again = change.as_ref().map(|_| "/akses/baru".to_owned());
    let period = validity(&entered.answers).map(|validity| period(validity.first(), validity.last()));
    let username = match &entered.link {
        Link::Linked(account) => Some(account.username.clone()),
        _ => None,
    };
    let address = entered
        .work_unit
        .as_ref()
        .filter(|unit| unit.address_required)
        .map(|_| entered.answers.address.trim().to_owned());
    let kind = entered.institution.as_ref().map(|institution| institution.kind.label());
    let role = entered.role;
    let row = |term: &'static str, value: String, note: Option<String>, change: Option<String>| {
        let value = move || value.clone();
        view! {
            <div>
                <dt>{term}</dt>
                <dd>{value()}{note.map(|note| view! { <small class="num">{note}</small> })}</dd>
                {change.map(|to| view! { <dd><a href=to>"Ubah"<span class="sr">" "{term}</span></a></dd> })}
            </div>
        }
        .into_any()
    };
    view! {
        <section class="stack g3" aria-labelledby="t1">
            <h2 id="t1">"Peran"</h2>
            <dl class="summary">
                {row("Tipe Profil", entered.profile_type.label().to_owned(), None, None)}
                <div>
                    <dt>"Role"</dt>
                    <dd>{role.title()}</dd>
                    {again.map(|to| view! {
                        <dd><a href=to>"Mulai ulang"<span class="sr">" untuk mengganti Role"</span></a></dd>
                    })}
                </div>
                {username.map(|username| row("Username pada Platform Sebelumnya", username, None, None))}
                {row("Masa Berlaku Peran", period.unwrap_or_default(), None, to("first_day"))}
            </dl>
        </section>
        <section class="stack g3" aria-labelledby="t2">
            <h2 id="t2">"Instansi dan satuan kerja"</h2>
            <dl class="summary">
                {row("Jenis Instansi", kind.unwrap_or_default().to_owned(), None, to("institution_type"))}
                {entered.institution.clone().map(|chosen| {
                    row("Nama Instansi", chosen.name, chosen.kd_klpd, to("institution"))
                })}
                {entered.work_unit.clone().map(|chosen| row("Satuan Kerja", chosen.name, chosen.code, to("work_unit")))}
                {address.map(|address| view! {
                    <div>
                        <dt>"Alamat Satuan Kerja"</dt>
                        <dd class="lines">{address}</dd>
                        {to("address").map(|to| view! {
                            <dd><a href=to>"Ubah"<span class="sr">" Alamat Satuan Kerja"</span></a></dd>
                        })}
                    </div>
                })}
            </dl>
        </section>
        <section class="stack g3" aria-labelledby="t3">
            <h2 id="t3">"Dokumen"</h2>
            <dl class="summary">
                {entered.letter.clone().map(|letter| view! {
                    <div>
                        <dt>{role.info().letter}</dt>
                        <dd>
                            <a href=format!("/akses/pengajuan/{id}/surat") rel="external" download="">{letter.file_name}</a>
                            <small class="num">{format!("PDF · {} halaman · {}", letter.pages, size(letter.bytes))}</small>
                        </dd>
                        {to("letter").map(|to| view! {
                            <dd><a href=to>"Ubah"<span class="sr">" "{role.info().letter}</span></a></dd>
                        })}
                    </div>
                })}
            </dl>
        </section>
    }
    .into_any()
}
