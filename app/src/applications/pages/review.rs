use domain::{
    applications::{
        company::{CompanyInput, CompanyName, Nib, Npwp},
        wizard::{Draft, Link, Step, validity},
    },
    indonesian::{period, size},
    issues::Field,
    role::ProfileType,
    validity::Validity,
};
use leptos::prelude::*;

use crate::applications::pages::{Frame, link_words, over_draft, period_words, repairs, role_words};
use crate::{
    applications::api::DraftView,
    components::{
        Banner, FormProblem, PageTitle, Tick, Tone, WizardStep,
        field::{FieldError, focus_first_issue},
    },
    forms::{FormState, PostForm},
    session::{Session, promised_working_days},
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
    let marked_address = draft.note(Field::Address).is_some();
    let DraftView { id, version, draft: mut entered, repair, renews, .. } = draft;
    // Where the form asked for it, it is shown.
    if let Some(unit) = &mut entered.work_unit {
        unit.address_required |= marked_address;
    }
    let sent_before = repair.is_some();
    let change = format!("/akses/pengajuan/{id}/formulir");
    let letter = entered.letter.as_ref().map(|letter| letter.id.to_string());
    let role = entered.role;
    let role_words = role_words(entered.profile_type, role);
    let lead = match entered.profile_type {
        ProfileType::NonPenyedia => "Pastikan setiap data sama dengan yang tertulis pada surat.",
        ProfileType::Penyedia => "Pastikan setiap data sama dengan yang tertulis pada bukti.",
    };
    let sirup = link_words(&entered);
    let differing = entered.differing_sirup_role().map(str::to_owned);
    view! {
        <Frame step=WizardStep::Review role=Some(role_words) sirup aside=aside(sent_before)>
            <div class="stack g2">
                <h1>"Tinjau sebelum mengirim"</h1>
                <p class="lead">{lead}</p>
            </div>
            <FormProblem form />
            {repair.map(|repair| repairs(role, repair, Some(change.clone())))}
            {differing.map(|sirup_role| view! {
                <Banner tone=Tone::Waiting title=format!("SiRUP mencatat role {sirup_role}")>
                    "Perbedaan ini juga ditampilkan kepada verifikator."
                </Banner>
            })}
            <Entered id entered change=Some(change.clone()) renews />
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

fn aside(sent_before: bool) -> AnyView {
    let session = expect_context::<Session>();
    view! {
        <aside class="stack g3" aria-labelledby="as">
            <h2 id="as" class="label">"Setelah dikirim"</h2>
            {sent_before.then(|| view! {
                <p class="sub">"Pengajuan kembali kepada verifikator yang meminta perbaikan, dengan nomor yang sama."</p>
            })}
            <p class="sub">
                {format!(
                    "Pengajuan diperiksa oleh Verifikator Akses INAPROC paling lama {} hari kerja. Keputusan dikirim ke ",
                    promised_working_days(),
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
    /// The period of the access that it continues; role and place are then those of the access.
    renews: Option<Validity>,
    /// The period that an approval gave a supplier.
    #[prop(optional_no_strip)]
    granted: Option<Validity>,
) -> impl IntoView {
    let supplier = entered.profile_type == ProfileType::Penyedia;
    let to = |anchor: &str| change.as_ref().map(|path| format!("{path}#{anchor}"));
    let to_place = |anchor: &str| to(anchor).filter(|_| renews.is_none());
    let again = change.as_ref().filter(|_| renews.is_none()).map(|_| "/akses/baru".to_owned());
    let continued = renews.map(|before| period(before.first(), before.last()));
    let valid = period_words(validity(&entered.answers).or(granted), entered.role);
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
                {continued.map(|continued| row("Melanjutkan akses", continued, None, None))}
                {row("Masa Berlaku Peran", valid.unwrap_or_default(), None, to("first_day").filter(|_| !supplier))}
            </dl>
        </section>
        {supplier.then(|| view! {
            <EnteredCompany company=entered.answers.company.clone() change=change.clone() held=renews.is_some() />
        })}
        {(!supplier).then(|| view! {
            <section class="stack g3" aria-labelledby="t2">
                <h2 id="t2">"Instansi dan satuan kerja"</h2>
                <dl class="summary">
                    {row("Jenis Instansi", kind.unwrap_or_default().to_owned(), None, to_place("institution_type"))}
                    {entered.institution.clone().map(|chosen| {
                        row("Nama Instansi", chosen.name, chosen.kd_klpd, to_place("institution"))
                    })}
                    {entered.work_unit.clone().map(|chosen| row("Satuan Kerja", chosen.name, chosen.code, to_place("work_unit")))}
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
        })}
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

/// The company that a supplier entered, with links to change it; of an access that is renewed, the number stays.
#[component]
fn EnteredCompany(
    /// As typed.
    company: CompanyInput,
    /// The page that changes it.
    #[prop(optional_no_strip)]
    change: Option<String>,
    /// Whether its number is that of an access.
    held: bool,
) -> impl IntoView {
    let name = CompanyName::parse(&company.name).map_or(company.name, |name| name.as_str().to_owned());
    let npwp = Npwp::parse(&company.npwp).map_or(company.npwp, |npwp| npwp.printed());
    let nib = Nib::parse(&company.nib).map_or(company.nib, |nib| nib.as_str().to_owned());
    let rows = [
        ("Nama Perusahaan", name, "company_name"),
        ("NPWP", npwp, "npwp"),
        ("NIB", nib, "nib"),
        ("Alamat Perusahaan", company.address.trim().to_owned(), "company_address"),
    ];
    let rows = rows.map(|(term, value, anchor)| {
        let to = change.as_ref().filter(|_| !(held && anchor == "nib")).map(|path| format!("{path}#{anchor}"));
        view! {
            <div>
                <dt>{term}</dt>
                <dd class="lines">{value}</dd>
                {to.map(|to| view! { <dd><a href=to>"Ubah"<span class="sr">" "{term}</span></a></dd> })}
            </div>
        }
    });
    view! {
        <section class="stack g3" aria-labelledby="t2">
            <h2 id="t2">"Perusahaan"</h2>
            <dl class="summary">{rows.collect_view()}</dl>
        </section>
    }
    .into_any()
}
