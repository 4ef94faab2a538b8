use std::collections::HashSet;

use domain::{
    applications::{
        answers::Answers,
        company::{CompanyInput, CompanyName, Nib, Npwp},
        wizard::{Draft, Link, Step, check_address, issues},
    },
    indonesian::{period, time},
    issues::{Field, Problem, letter::Letter},
    master_data::{
        institution::{Institution, InstitutionType},
        work_unit::WorkUnit,
    },
    role::ProfileType,
    time::Timestamp,
    validity::Validity,
};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_query_map;

use crate::applications::pages::{Frame, link_words, over_draft, repairs, role_words};
use crate::{
    applications::api::{DraftView, FormFields, institutions, work_units},
    components::{
        Banner, Choice, Choices, ErrorSummary, FormProblem, Icon, PageTitle, ReadOnlyField, TextArea, TextField, Tone,
        WizardStep,
        combobox::{Chosen, Combobox, Search},
        date::DateField,
        field::{Check, FieldError, RepairNote},
        letter::LetterField,
    },
    forms::{FormState, PostForm},
    session::zone,
};

const CHECK_COMPANY: Check = |value| CompanyName::parse(value).map(|_| ());
const CHECK_NPWP: Check = |value| Npwp::parse(value).map(|_| ());
const CHECK_NIB: Check = |value| Nib::parse(value).map(|_| ());

/// `/akses/pengajuan/{id}/formulir`: the form of guide step 10; of a supplier, that of the company.
pub fn form_step() -> impl IntoView {
    let form = FormState::new();
    view! { {over_draft(Step::Form, move |draft| view! { <FormPage form draft /> }.into_any())} }.into_any()
}

/// Where saving stands.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "saving goes on in the browser alone"))]
pub(super) enum Saving {
    /// All that is on screen is stored since then.
    Saved(Timestamp),
    /// It is being stored, or about to be.
    Pending,
    /// It could not be stored; it is tried again.
    Failed,
    /// Somebody else changed it; nothing is stored until the latest was loaded.
    Stopped,
}

/// The draft while it is filled in.
#[derive(Clone, Copy)]
pub(super) struct Filling {
    pub(super) form: FormState,
    /// What is stored, as the page was opened with it.
    pub(super) draft: StoredValue<DraftView>,
    pub(super) answers: RwSignal<Answers>,
    institution: RwSignal<Option<Institution>>,
    pub(super) work_unit: RwSignal<Option<WorkUnit>>,
    letter: RwSignal<Option<Letter>>,
    pub(super) version: RwSignal<i64>,
    pub(super) saving: RwSignal<Saving>,
    /// Fields that were left once: from then on they are checked as one types.
    touched: RwSignal<HashSet<Field>>,
}

impl Filling {
    fn new(form: FormState, draft: DraftView) -> Self {
        let refused = form.problem_untracked(Field::Form);
        let Shown { mut answers, institution, work_unit, version } =
            refused.as_ref().and_then(|_| Shown::typed(form, &draft)).unwrap_or_else(|| Shown::stored(&draft));
        // The place of a renewal is not typed.
        let (institution, work_unit) = match draft.renews {
            Some(_) => (draft.draft.institution.clone(), draft.draft.work_unit.clone()),
            None => (institution, work_unit),
        };
        // The address that the master data knows is a beginning.
        if answers.address.is_empty()
            && work_unit.as_ref().is_some_and(|unit| unit.address_required)
            && let Some(listed) = &draft.listed_address
        {
            answers.address.clone_from(listed);
        }
        let saving = match refused {
            Some(Problem::Conflict(_)) => Saving::Stopped,
            _ => Saving::Saved(draft.saved_at),
        };
        Self {
            form,
            institution: RwSignal::new(institution),
            work_unit: RwSignal::new(work_unit),
            letter: RwSignal::new(draft.draft.letter.clone()),
            version: RwSignal::new(version),
            saving: RwSignal::new(saving),
            touched: RwSignal::new(HashSet::new()),
            answers: RwSignal::new(answers),
            draft: StoredValue::new(draft),
        }
    }

    /// The draft as it is on screen.
    fn current(self) -> Draft {
        self.draft.with_value(|stored| Draft {
            answers: self.answers.get(),
            institution: self.institution.get(),
            work_unit: self.work_unit.get(),
            letter: self.letter.get(),
            ..stored.draft.clone()
        })
    }

    /// What the desk asked to repair at a field.
    fn note(self, field: Field) -> Option<String> {
        self.draft.with_value(|draft| draft.note(field))
    }

    /// From now on this field is checked as one types.
    fn touch(self, field: Field) {
        if self.touched.try_with_untracked(|touched| touched.contains(&field)) == Some(false) {
            self.touched.try_update(|touched| touched.insert(field));
        }
    }

    /// Shows what is wrong with the fields that were left, and takes away what no longer is.
    fn check_as_one_types(self) {
        Effect::new(move |before: Option<()>| {
            let today = self.draft.with_value(|draft| draft.today);
            let found = issues(&self.current(), Step::Form, today);
            let touched = self.touched.get();
            // The first run is the page as it was drawn.
            if before.is_none() {
                return;
            }
            let shown: HashSet<Field> =
                self.form.issues.with_untracked(|issues| issues.iter().map(|issue| issue.field).collect());
            for field in touched.union(&shown).copied().filter(|field| !matches!(field, Field::Form | Field::Letter)) {
                let problem = found.iter().find(|issue| issue.field == field).map(|issue| issue.problem.clone());
                self.form.set_issue(field, problem);
            }
        });
    }

    /// Changes the answers. What hung on an old choice goes with it, on screen as where it is stored.
    fn change(self, change: impl FnOnce(&mut Answers)) {
        // While the latest is loaded, the old page is still on screen, but no more than that.
        let Some(before) = self.answers.try_get_untracked() else { return };
        let mut answers = before.clone();
        change(&mut answers);
        let answers = answers.following(&before);
        if answers == before {
            return;
        }
        if answers.institution != before.institution && answers.institution.is_none() {
            self.institution.set(None);
        }
        if answers.work_unit != before.work_unit {
            // The address too begins anew.
            self.form.forget_typed();
            if answers.work_unit.is_none() {
                self.work_unit.set(None);
            }
        }
        self.answers.set(answers);
    }

    /// What was typed and chosen before this code arrived, or given back by the browser, is on screen already; here it
    /// becomes part of the answers. `within` is any box of the form.
    fn take_over(self, within: NodeRef<html::Input>) {
        #[cfg(feature = "hydrate")]
        Effect::new(move |done: Option<bool>| {
            if done == Some(true) {
                return true;
            }
            let Some(form) = within.get().and_then(|input| input.form()) else { return false };
            if let Ok(data) = web_sys::FormData::new_with_form(&form) {
                let fields = FormFields::read(|name| data.get(name).as_string());
                self.change(|answers| *answers = fields.answers());
            }
            true
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = within;
    }
}

/// What the form begins with.
struct Shown {
    answers: Answers,
    institution: Option<Institution>,
    work_unit: Option<WorkUnit>,
    version: i64,
}

impl Shown {
    /// What is stored.
    fn stored(draft: &DraftView) -> Self {
        Self {
            answers: draft.draft.answers.clone(),
            institution: draft.draft.institution.clone(),
            work_unit: draft.draft.work_unit.clone(),
            version: draft.version,
        }
    }

    /// What was typed into a form that came back: where it was not stored, it is shown whole, with the version that it
    /// was typed over. The names of its choices are those that stood in their boxes.
    fn typed(form: FormState, draft: &DraftView) -> Option<Self> {
        let version = form.typed("version")?.parse().ok()?;
        let fields = FormFields::read(|name| form.typed(name));
        let answers = fields.answers().following(&draft.draft.answers);
        let institution = answers.institution.zip(answers.institution_type);
        let institution =
            institution.map(|(id, kind)| Institution { id, kind, kd_klpd: None, name: fields.institution_query });
        let work_unit = answers.work_unit.zip(answers.institution).map(|(id, institution_id)| WorkUnit {
            id,
            institution_id,
            code: None,
            name: fields.work_unit_query,
            active: true,
            address_required: !answers.address.is_empty(),
        });
        Some(Self { answers, institution, work_unit, version })
    }
}

#[component]
fn FormPage(form: FormState, draft: DraftView) -> impl IntoView {
    let (id, today) = (draft.id, draft.today);
    let role = draft.draft.role;
    let supplier = draft.draft.profile_type == ProfileType::Penyedia;
    let (repair, renews) = (draft.repair.clone(), draft.renews);
    let title = match (&repair, renews) {
        (Some(_), _) => format!("Perbaiki Pengajuan Akses {}", role.info().code),
        (None, Some(_)) => format!("Perpanjangan Akses {}", role.info().code),
        (None, None) => format!("Formulir Pendaftaran Akses {}", role.info().code),
    };
    let lead = match (&repair, renews) {
        (Some(_), _) => "Ubah yang ditandai; isian lain tetap tersimpan. ",
        (None, Some(_)) if supplier => "Periksa data perusahaan dan unggah bukti yang terbaru. ",
        (None, Some(_)) => "Isi masa berlaku yang baru dan unggah surat yang baru. ",
        (None, None) => "Semua isian wajib. ",
    };
    let path = draft.path(Step::Form);
    // Sent on from the review: what is missing shows at once.
    if use_query_map().with_untracked(|query| query.get("periksa").is_some())
        && form.issues.with_untracked(Vec::is_empty)
    {
        form.issues.set(issues(&draft.draft, Step::Form, today));
    }
    let role_words = role_words(draft.draft.profile_type, role);
    let link = draft.draft.link.clone();
    let sirup_words = link_words(&draft.draft);
    let differing = draft.draft.differing_sirup_role().map(str::to_owned);
    let username = match &link {
        Link::Linked(account) => Some(account.username.clone()),
        _ => None,
    };
    let filled_from_sirup =
        username.is_some() && draft.draft.institution.is_some() && repair.is_none() && renews.is_none();
    let refusal = draft.refusal.clone();
    let types = draft.types.clone();
    let filling = Filling::new(form, draft);
    filling.check_as_one_types();
    #[cfg(feature = "hydrate")]
    crate::applications::pages::saving::Saver::watch(filling);
    let version = NodeRef::new();
    filling.take_over(version);
    show_what_was_asked_for();

    view! {
        <PageTitle text=title.clone() />
        <Frame step=WizardStep::Form role=Some(role_words) sirup=sirup_words aside=aside(supplier, refusal.clone())>
            <div class="stack g2">
                <h1>{title}</h1>
                <p class="lead">{lead}<span class="scripted">"Tersimpan sendiri selagi Anda mengisi."</span></p>
            </div>
            <ErrorSummary form />
            {repair.map(|repair| repairs(role, repair, Some(String::new())))}
            {refusal.map(|(reference, reason)| view! {
                <div class="only-narrow">
                    <Banner tone=Tone::Error title=format!("Alasan penolakan {reference}")>{reason}</Banner>
                </div>
            })}
            {differing.map(|sirup_role| view! {
                <Banner tone=Tone::Waiting title=format!("SiRUP mencatat role {sirup_role}")>
                    {format!(
                        "Anda mengajukan {}. Anda dapat melanjutkan; perbedaan ini juga ditampilkan kepada verifikator.",
                        role.info().code,
                    )}
                </Banner>
            })}
            {filled_from_sirup.then(|| view! {
                <Banner tone=Tone::Info title="Data diisi dari SiRUP">
                    "Periksa instansi dan satuan kerja Anda sebelum melanjutkan."
                </Banner>
            })}
            <PostForm form action=path.clone() class="stack g8" multipart=true>
                <input type="hidden" name="version" value=move || filling.version.get().to_string() node_ref=version />
                // Enter in any field sends the form like its main button, not like the first button in it.
                <button class="sr" name="aksi" value="ajukan" tabindex="-1" aria-hidden="true">"Ajukan Akses"</button>
                <FormProblem form />
                {move || (filling.saving.get() == Saving::Stopped).then(|| view! { <LoadLatest path=path.clone() /> })}
                <section class="stack g6" aria-labelledby="b1">
                    <h2 id="b1" class="sr">"Peran"</h2>
                    <div class="cols">
                        <ReadOnlyField id="pilih-role" label="Pilih Role" value=role.title() />
                        {username.map(|username| view! {
                            <ReadOnlyField id="username" label="Username pada Platform Sebelumnya" value=username />
                        })}
                    </div>
                </section>
                <hr />
                {match renews {
                    _ if supplier => view! { <CompanySection filling held=renews.is_some() /> }.into_any(),
                    Some(_) => view! { <HeldPlace filling /> }.into_any(),
                    None => view! { <InstitutionSection filling types /> }.into_any(),
                }}
                <hr />
                <section class="stack g6" aria-labelledby="b3">
                    <div class="stack g1">
                        <h2 id="b3">"Masa Berlaku Peran"</h2>
                        {renews.map(|before| view! { <Before before over={before.last() < today} /> })}
                        {supplier.then(|| view! {
                            <p class="sub">
                                {if renews.is_some() {
                                    "Akses dilanjutkan sampai satu tahun sejak disetujui."
                                } else {
                                    "Akses berlaku satu tahun sejak disetujui."
                                }}
                            </p>
                        })}
                    </div>
                    {(!supplier).then(|| view! {
                        <div class="cols">
                            <PeriodField filling field=Field::FirstDay label="Hari pertama" />
                            <PeriodField filling field=Field::LastDay label="Hari terakhir" />
                        </div>
                    })}
                </section>
                <hr />
                <section class="stack g6" aria-labelledby="b4">
                    <div class="stack g1">
                        <h2 id="b4">{role.info().letter}</h2>
                        <p class="sub">"Satu berkas PDF, paling besar 2 MB."</p>
                    </div>
                    <LetterField
                        form
                        application=id
                        label=role.info().letter
                        letter=filling.letter
                        note=filling.note(Field::Letter)
                    />
                </section>
                <div class="row actions">
                    <button
                        class="btn btn--primary"
                        name="aksi"
                        value="ajukan"
                        aria-busy=move || form.pending.get().then_some("true")
                    >
                        "Ajukan Akses"
                    </button>
                    <button class="btn btn--quiet" name="aksi" value="simpan">"Simpan dan keluar"</button>
                    <SavingNote saving=filling.saving />
                </div>
            </PostForm>
        </Frame>
    }
    .into_any()
}

/// The period of the access that is continued.
#[component]
fn Before(before: Validity, over: bool) -> impl IntoView {
    view! {
        <p class="sub">
            {if over { "Akses lama berlaku " } else { "Akses sekarang berlaku " }}
            <b>{period(before.first(), before.last())}</b>
            "."
        </p>
    }
}

/// What to prepare, or, after a refusal, why.
fn aside(supplier: bool, refusal: Option<(String, String)>) -> AnyView {
    let (paper, sought) = if supplier {
        let sought = [
            ("office", "Nama perusahaan, NPWP, NIB, dan alamat yang sama dengan isian."),
            ("user", "Nama Anda sebagai pengurus atau kuasa perusahaan."),
            ("calendar", "NIB yang masih berlaku."),
        ];
        ("Verifikator mencari tiga hal ini pada bukti:", sought)
    } else {
        let sought = [
            ("calendar", "Tanggal mulai dan berakhirnya peran."),
            ("user", "Nama yang sama dengan nama pada akun."),
            ("edit", "Tanda tangan pejabat yang berwenang."),
        ];
        ("Verifikator mencari tiga hal ini pada surat:", sought)
    };
    view! {
        <aside class="stack g3" aria-labelledby="as">
            {refusal.map(|(reference, reason)| view! {
                <div class="only-wide">
                    <Banner tone=Tone::Error title=format!("Alasan penolakan {reference}")>{reason}</Banner>
                </div>
            })}
            <h2 id="as" class="label">"Agar sekali jadi"</h2>
            <p class="sub">{paper}</p>
            <ul class="stack g3 notes sub" role="list">
                {sought.map(|(name, text)| view! { <li><Icon name /><span>{text}</span></li> }).collect_view()}
            </ul>
            <p class="sub"><a href="/bantuan?langkah=formulir">"Pusat Bantuan"</a></p>
        </aside>
    }
    .into_any()
}

#[component]
fn InstitutionSection(filling: Filling, types: Vec<InstitutionType>) -> impl IntoView {
    let form = filling.form;
    let typed = filling.answers.with_untracked(|answers| answers.institution_type);
    let choose_type = Callback::new(move |value: &'static str| {
        let kind = value.parse().ok();
        filling.touch(Field::InstitutionType);
        filling.change(|answers| answers.institution_type = kind);
    });
    let kind = Memo::new(move |_| filling.answers.with(|answers| answers.institution_type));
    let choose_institution = Callback::new(move |chosen: Option<Chosen>| {
        filling.touch(Field::Institution);
        let id = chosen.as_ref().map(|chosen| chosen.id);
        let kind = kind.get_untracked();
        filling.institution.set(chosen.zip(kind).map(|(Chosen { id, name, code }, kind)| Institution {
            id,
            kind,
            kd_klpd: code,
            name,
        }));
        filling.change(|answers| answers.institution = id);
    });
    let search_institution: Search = Callback::new(move |(query, answer): (String, Callback<_>)| {
        if let Some(kind) = kind.get_untracked() {
            leptos::task::spawn_local(async move { answer.run(institutions(kind, query).await) });
        }
    });
    let choose_unit = Callback::new(move |chosen: Option<Chosen>| {
        filling.touch(Field::WorkUnit);
        let id = chosen.as_ref().map(|chosen| chosen.id);
        let (institution, before) = filling.answers.with_untracked(|answers| (answers.institution, answers.work_unit));
        if id == before {
            return;
        }
        filling.work_unit.set(chosen.zip(institution).map(|(Chosen { id, name, code }, institution_id)| WorkUnit {
            id,
            institution_id,
            code,
            name,
            active: true,
            // Whether the address is asked for, saving tells.
            address_required: false,
        }));
        filling.change(|answers| answers.work_unit = id);
    });
    let search_unit: Search = Callback::new(move |(query, answer): (String, Callback<_>)| {
        if let Some(institution) = filling.answers.with_untracked(|answers| answers.institution) {
            leptos::task::spawn_local(async move { answer.run(work_units(institution, query).await) });
        }
    });
    let institution = move || {
        filling.institution.get().map(|chosen| Chosen { id: chosen.id, name: chosen.name, code: chosen.kd_klpd })
    };
    let unit =
        move || filling.work_unit.get().map(|chosen| Chosen { id: chosen.id, name: chosen.name, code: chosen.code });
    view! {
        <section class="stack g6" aria-labelledby="b2">
            <h2 id="b2">"Instansi dan satuan kerja"</h2>
            <Choices form field=Field::InstitutionType label="Jenis Instansi" beside=true>
                    {types.into_iter().enumerate().map(|(nth, each)| {
                        let id = (nth == 0).then_some("institution_type");
                        view! {
                            <Choice
                                name="institution_type"
                                value=each.as_str()
                                title=each.label()
                                checked={typed == Some(each)}
                                id=id
                                on_choose=choose_type
                            />
                        }
                    }).collect_view()}
            </Choices>
            <Combobox
                form
                field=Field::Institution
                label="Nama Instansi"
                hint="Ketik nama atau kode. Singkatan seperti Kemen. dikenali."
                noun="instansi"
                action="instansi"
                chosen=Signal::derive(institution)
                on_choose=choose_institution
                search=search_institution
                blocked=Signal::derive(move || kind.get().is_none().then_some("Pilih Jenis Instansi lebih dahulu."))
                note=filling.note(Field::Institution)
            />
            <Combobox
                form
                field=Field::WorkUnit
                label="Satuan Kerja"
                hint="Ketik nama atau kode, dalam urutan apa pun. Singkatan seperti Ditjen dikenali."
                noun="satuan kerja"
                action="satker"
                chosen=Signal::derive(unit)
                on_choose=choose_unit
                search=search_unit
                blocked=Signal::derive(move || {
                    filling.answers.with(|answers| answers.institution.is_none()).then_some("Pilih Nama Instansi lebih dahulu.")
                })
                note=filling.note(Field::WorkUnit)
            />
            <AddressField filling />
        </section>
    }
    .into_any()
}

/// The company of a supplier, in the place of institution and work unit; of an access that is renewed, its number stays.
#[component]
fn CompanySection(filling: Filling, held: bool) -> impl IntoView {
    let form = filling.form;
    let typed = filling.answers.with_untracked(|answers| answers.company.clone());
    let change = move |put: fn(&mut CompanyInput, String)| {
        Callback::new(move |value| filling.change(|answers| put(&mut answers.company, value)))
    };
    let nib = typed.nib.clone();
    let nib_note = filling.note(Field::Nib);
    view! {
        <section class="stack g6" aria-labelledby="b2">
            <h2 id="b2">"Perusahaan"</h2>
            <TextField
                form
                field=Field::CompanyName
                label="Nama Perusahaan"
                hint="Sama dengan nama pada NIB, boleh dengan PT, CV, atau bentuk lain."
                value=typed.name
                autocomplete="organization"
                check=CHECK_COMPANY
                on_change=change(|company, value| company.name = value)
                note=filling.note(Field::CompanyName)
            />
            <TextField
                form
                field=Field::Npwp
                label="NPWP"
                hint="15 atau 16 angka. Titik dan tanda hubung boleh ditulis."
                value=typed.npwp
                inputmode="numeric"
                check=CHECK_NPWP
                on_change=change(|company, value| company.npwp = value)
                note=filling.note(Field::Npwp)
            />
            {if held {
                view! {
                    <div class="stack g2">
                        <input type="hidden" name="nib" value=nib.clone() />
                        <ReadOnlyField id="nib" label="NIB" value=nib />
                        <p class="sub">
                            "Sama dengan akses yang dilanjutkan. Untuk perusahaan lain, "
                            <a href="/akses/baru">"daftarkan akses baru"</a>
                            "."
                        </p>
                        <FieldError form field=Field::Nib />
                    </div>
                }
                .into_any()
            } else {
                view! {
                    <TextField
                        form
                        field=Field::Nib
                        label="NIB"
                        hint="13 angka."
                        value=nib
                        inputmode="numeric"
                        check=CHECK_NIB
                        on_change=change(|company, value| company.nib = value)
                        note=nib_note
                    />
                }
                .into_any()
            }}
            <TextArea
                form
                field=Field::CompanyAddress
                label="Alamat Perusahaan"
                hint="Sama dengan alamat pada bukti."
                value=typed.address
                autocomplete="street-address"
                check={|value| check_address(value)}
                on_change=change(|company, value| company.address = value)
                note=filling.note(Field::CompanyAddress)
            />
        </section>
    }
    .into_any()
}

/// Instansi and Satuan Kerja of a renewal: those of the access, which stay.
#[component]
fn HeldPlace(filling: Filling) -> impl IntoView {
    let form = filling.form;
    let draft = filling.draft.with_value(|draft| draft.draft.clone());
    let chosen = [
        ("institution_type", draft.answers.institution_type.map(|kind| kind.to_string())),
        ("institution", draft.answers.institution.map(|id| id.to_string())),
        ("work_unit", draft.answers.work_unit.map(|id| id.to_string())),
    ];
    let shown = [
        (Field::Institution, "institution", "Nama Instansi", draft.institution.map(|institution| institution.name)),
        (Field::WorkUnit, "work_unit", "Satuan Kerja", draft.work_unit.map(|unit| unit.name)),
    ];
    view! {
        <section class="stack g6" aria-labelledby="b2">
            <div class="stack g1">
                <h2 id="b2">"Instansi dan satuan kerja"</h2>
                <p class="sub">
                    "Sama dengan akses yang dilanjutkan dan tidak dapat diubah di sini. Untuk satuan kerja lain, "
                    <a href="/akses/baru">"daftarkan akses baru"</a>
                    "."
                </p>
            </div>
            {chosen.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()}
            {shown.map(|(field, id, label, value)| view! {
                <div class="stack g2">
                    <RepairNote field note=filling.note(field) />
                    <ReadOnlyField id label value=value.unwrap_or_default() />
                    <FieldError form field />
                </div>
            }).collect_view()}
            <AddressField filling />
        </section>
    }
    .into_any()
}

/// Alamat Satuan Kerja, where it is asked for.
#[component]
fn AddressField(filling: Filling) -> impl IntoView {
    let form = filling.form;
    let note = StoredValue::new(filling.note(Field::Address));
    // The desk may ask for one that meanwhile somebody else gave too.
    let needs_address = Memo::new(move |_| {
        let first = filling.work_unit.with(|unit| unit.as_ref().is_some_and(|unit| unit.address_required));
        first || note.with_value(Option::is_some)
    });
    view! {
        {move || if needs_address.get() {
            view! {
                <TextArea
                    form
                    field=Field::Address
                    label="Alamat Satuan Kerja"
                    hint="Anda pendaftar pertama di sini. Alamat ini dipakai untuk pendaftar berikutnya."
                    value=filling.answers.with_untracked(|answers| answers.address.clone())
                    autocomplete="street-address"
                    check={|value| check_address(value)}
                    on_change=Callback::new(move |value| filling.change(|answers| answers.address = value))
                    note=note.get_value()
                />
            }
            .into_any()
        } else {
            // Asked for once, and no more since somebody else gave one: what was given is kept.
            let address = move || filling.answers.with(|answers| answers.address.clone());
            view! { <input type="hidden" name="address" value=address /> }.into_any()
        }}
    }
    .into_any()
}

#[component]
fn PeriodField(filling: Filling, field: Field, label: &'static str) -> impl IntoView {
    let first = field == Field::FirstDay;
    let value = Memo::new(move |_| {
        filling.answers.with(|answers| if first { answers.first_day.clone() } else { answers.last_day.clone() })
    });
    let on_change = Callback::new(move |typed| {
        filling.change(|answers| {
            let date = if first { &mut answers.first_day } else { &mut answers.last_day };
            *date = typed;
        });
    });
    let on_leave = Callback::new(move |()| {
        // A date is checked once all its boxes are filled.
        if value.with_untracked(|date| [&date.day, &date.month, &date.year].iter().all(|part| !part.is_empty())) {
            filling.touch(field);
        }
    });
    view! { <DateField form=filling.form field label value on_change on_leave note=filling.note(field) /> }
}

/// `Tersimpan 15.04 WIB`
#[component]
fn SavingNote(saving: RwSignal<Saving>) -> impl IntoView {
    let zone = zone();
    view! {
        <span class="sub push row g2 scripted" role="status">
            {move || match saving.get() {
                Saving::Saved(at) => view! {
                    <Icon name="check" small=true />
                    {format!("Tersimpan {}", time(at, zone))}
                }.into_any(),
                Saving::Pending => "Menyimpan…".into_any(),
                Saving::Failed => view! {
                    <Icon name="alert" small=true />
                    "Belum tersimpan. Mencoba lagi…"
                }.into_any(),
                Saving::Stopped => view! {
                    <Icon name="alert" small=true />
                    "Tidak disimpan"
                }.into_any(),
            }}
        </span>
    }
}

/// Leads to the field that the address names (`#address`, from the review), once the form is drawn. A page that was loaded
/// whole is led there by the browser.
fn show_what_was_asked_for() {
    #[cfg(feature = "hydrate")]
    Effect::new(move |before: Option<()>| {
        use wasm_bindgen::JsCast;
        let hash = window().location().hash().unwrap_or_default();
        let id = hash.trim_start_matches('#').to_owned();
        if before.is_some() || id.is_empty() {
            return;
        }
        leptos::task::spawn_local(async move {
            for _ in 0..40 {
                gloo_timers::future::TimeoutFuture::new(50).await;
                let element = document().get_element_by_id(&id);
                if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
                    element.scroll_into_view();
                    let _ = element.focus();
                    return;
                }
            }
        });
    });
}

/// Loads the page anew, with what is stored: nothing of what stands here may stay.
#[component]
fn LoadLatest(path: String) -> impl IntoView {
    view! {
        <p>
            <a class="btn" href=path rel="external">
                <Icon name="rotate" />
                "Muat isian terbaru"
            </a>
        </p>
    }
}
