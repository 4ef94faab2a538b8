use std::collections::HashSet;

use domain::{
    answers::Answers,
    indonesian::time,
    institution::InstitutionType,
    issue::Field,
    time::Timestamp,
    wizard::{Draft, Link, Step, check_address, issues},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Frame, link_words, over_draft, role_words};
use crate::{
    api::wizard::{DraftView, institutions, work_units},
    components::{
        Banner, Choice, Choices, ErrorSummary, FormProblem, Icon, PageTitle, ReadOnlyField, TextArea, Tone, WizardStep,
        combobox::{Chosen, Combobox, Search},
        date::DateField,
        letter::LetterField,
    },
    forms::{FormState, PostForm, Refresh},
    session::zone,
};

/// `/akses/pengajuan/{id}/formulir`: the form of guide step 10.
pub fn form_step() -> impl IntoView {
    let form = FormState::new();
    view! { {over_draft(Step::Form, move |draft| view! { <FormPage form draft /> }.into_any())} }.into_any()
}

/// Where saving stands.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "saving goes on in the browser alone"))]
enum Saving {
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
struct Filling {
    form: FormState,
    /// What never changes here.
    draft: StoredValue<DraftView>,
    answers: RwSignal<Answers>,
    institution: RwSignal<Option<domain::institution::Institution>>,
    work_unit: RwSignal<Option<domain::work_unit::WorkUnit>>,
    letter: RwSignal<Option<domain::letter::Letter>>,
    version: RwSignal<i64>,
    saving: RwSignal<Saving>,
    /// Fields that were left once: from then on they are checked as one types.
    touched: RwSignal<HashSet<Field>>,
}

impl Filling {
    fn new(form: FormState, draft: DraftView) -> Self {
        let mut answers = draft.draft.answers.clone();
        // The address that the master data knows is a beginning.
        if answers.address.is_empty()
            && draft.draft.work_unit.as_ref().is_some_and(|unit| unit.address_required)
            && let Some(listed) = &draft.listed_address
        {
            answers.address.clone_from(listed);
        }
        Self {
            form,
            institution: RwSignal::new(draft.draft.institution.clone()),
            work_unit: RwSignal::new(draft.draft.work_unit.clone()),
            letter: RwSignal::new(draft.draft.letter.clone()),
            version: RwSignal::new(draft.version),
            saving: RwSignal::new(Saving::Saved(draft.saved_at)),
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

    /// From now on this field is checked as one types.
    fn touch(self, field: Field) {
        if !self.touched.with_untracked(|touched| touched.contains(&field)) {
            self.touched.update(|touched| {
                touched.insert(field);
            });
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

    /// Stores what is typed, a moment after the last change.
    fn save_as_one_types(self) {
        #[cfg(feature = "hydrate")]
        {
            use crate::api::{ApiError, wizard::save};
            use domain::issue::Problem;

            let stored = StoredValue::new(self.answers.get_untracked());
            let round = StoredValue::new(0u32);
            let refresh_address = move |required: bool| {
                self.work_unit.update(|unit| {
                    if let Some(unit) = unit {
                        unit.address_required = required;
                    }
                });
            };
            Effect::new(move |_| {
                let answers = self.answers.get();
                if stored.with_value(|stored| *stored == answers) || self.saving.get_untracked() == Saving::Stopped {
                    return;
                }
                self.saving.set(Saving::Pending);
                round.update_value(|round| *round += 1);
                let mine = round.get_value();
                leptos::task::spawn_local(async move {
                    gloo_timers::future::TimeoutFuture::new(700).await;
                    loop {
                        // A later change saves for this one too; a form that is being sent saves by itself.
                        if round.try_get_value() != Some(mine) || self.form.pending.get_untracked() {
                            return;
                        }
                        // One save at a time: each names the version that the one before it gave.
                        if self.form.hold.get_untracked() {
                            gloo_timers::future::TimeoutFuture::new(100).await;
                            continue;
                        }
                        self.form.hold.set(true);
                        let (id, version) = (self.draft.with_value(|draft| draft.id), self.version.get_untracked());
                        let answers = self.answers.get_untracked();
                        let outcome = save(id, version, answers.clone()).await;
                        match outcome {
                            Ok(saved) => {
                                self.version.try_set(saved.version);
                                stored.try_update_value(|stored| *stored = answers);
                                if self.work_unit.with_untracked(|unit| unit.as_ref().map(|unit| unit.address_required))
                                    != Some(saved.address_required)
                                {
                                    refresh_address(saved.address_required);
                                }
                                if round.try_get_value() == Some(mine) {
                                    self.saving.try_set(Saving::Saved(saved.at));
                                }
                                self.form.hold.try_set(false);
                                return;
                            }
                            Err(ApiError::Conflict(conflict)) => {
                                self.saving.try_set(Saving::Stopped);
                                self.form.set_issue(Field::Form, Some(Problem::Conflict(conflict)));
                                self.form.hold.try_set(false);
                                return;
                            }
                            Err(ApiError::SignedOut) => {
                                self.saving.try_set(Saving::Failed);
                                self.form.hold.try_set(false);
                                crate::forms::session_is_over(self.form);
                                gloo_timers::future::TimeoutFuture::new(5000).await;
                            }
                            Err(_) => {
                                self.saving.try_set(Saving::Failed);
                                self.form.hold.try_set(false);
                                gloo_timers::future::TimeoutFuture::new(5000).await;
                            }
                        }
                    }
                });
            });
        }
    }
}

#[component]
fn FormPage(form: FormState, draft: DraftView) -> impl IntoView {
    let (id, today) = (draft.id, draft.today);
    let role = draft.draft.role;
    let title = format!("Formulir Pendaftaran Akses {}", role.info().code);
    let path = draft.path(Step::Form);
    // Sent on from the review: what is missing shows at once.
    if use_query_map().with_untracked(|query| query.get("periksa").is_some())
        && form.issues.with_untracked(Vec::is_empty)
    {
        form.issues.set(issues(&draft.draft, Step::Form, today));
    }
    let role_words = role_words(draft.draft.profile_type, role);
    let link = draft.draft.link.clone();
    let sirup_words = link_words(&link);
    let differing = draft.draft.differing_sirup_role().map(str::to_owned);
    let username = match &link {
        Link::Linked(account) => Some(account.username.clone()),
        _ => None,
    };
    let filled_from_sirup = username.is_some() && draft.draft.institution.is_some();
    let refusal = draft.refusal.clone();
    let types = draft.types.clone();
    let filling = Filling::new(form, draft);
    filling.check_as_one_types();
    filling.save_as_one_types();

    view! {
        <PageTitle text=title.clone() />
        <Frame step=WizardStep::Form role=Some(role_words) sirup=sirup_words aside=aside(refusal.clone())>
            <div class="stack g2">
                <h1>{title}</h1>
                <p class="lead">"Semua isian wajib. "<span class="scripted">"Tersimpan sendiri selagi Anda mengisi."</span></p>
            </div>
            <ErrorSummary form />
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
                <input type="hidden" name="version" value=move || filling.version.get().to_string() />
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
                <InstitutionSection filling types />
                <hr />
                <section class="stack g6" aria-labelledby="b3">
                    <h2 id="b3">"Masa Berlaku Peran"</h2>
                    <div class="cols">
                        <PeriodField filling field=Field::FirstDay label="Hari pertama" />
                        <PeriodField filling field=Field::LastDay label="Hari terakhir" />
                    </div>
                </section>
                <hr />
                <section class="stack g6" aria-labelledby="b4">
                    <div class="stack g1">
                        <h2 id="b4">{role.info().letter}</h2>
                        <p class="sub">"Satu berkas PDF, paling besar 2 MB."</p>
                    </div>
                    <LetterField form application=id label=role.info().letter letter=filling.letter />
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

/// What to prepare, or, after a refusal, why.
fn aside(refusal: Option<(String, String)>) -> AnyView {
    view! {
        <aside class="stack g3" aria-labelledby="as">
            {refusal.map(|(reference, reason)| view! {
                <div class="only-wide">
                    <Banner tone=Tone::Error title=format!("Alasan penolakan {reference}")>{reason}</Banner>
                </div>
            })}
            <h2 id="as" class="label">"Agar sekali jadi"</h2>
            <p class="sub">"Verifikator mencari tiga hal ini pada surat:"</p>
            <ul class="stack g3 notes sub" role="list">
                <li><Icon name="calendar" /><span>"Tanggal mulai dan berakhirnya peran."</span></li>
                <li><Icon name="user" /><span>"Nama yang sama dengan nama pada akun."</span></li>
                <li><Icon name="edit" /><span>"Tanda tangan pejabat yang berwenang."</span></li>
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
        filling.answers.update(|answers| {
            if answers.institution_type != kind {
                answers.institution_type = kind;
                answers.institution = None;
                answers.work_unit = None;
            }
        });
        if filling.answers.with_untracked(|answers| answers.institution.is_none()) {
            filling.institution.set(None);
            filling.work_unit.set(None);
        }
    });
    let kind = Memo::new(move |_| filling.answers.with(|answers| answers.institution_type));
    let choose_institution = Callback::new(move |chosen: Option<Chosen>| {
        filling.touch(Field::Institution);
        filling.work_unit.set(None);
        filling.institution.set(chosen.as_ref().zip(kind.get_untracked()).map(|(chosen, kind)| {
            domain::institution::Institution {
                id: chosen.id,
                kind,
                kd_klpd: chosen.code.clone(),
                name: chosen.name.clone(),
            }
        }));
        filling.answers.update(|answers| {
            answers.institution = chosen.map(|chosen| chosen.id);
            answers.work_unit = None;
        });
    });
    let search_institution: Search = Callback::new(move |(query, answer): (String, Callback<_>)| {
        if let Some(kind) = kind.get_untracked() {
            leptos::task::spawn_local(async move { answer.run(institutions(kind, query).await) });
        }
    });
    let choose_unit = Callback::new(move |chosen: Option<Chosen>| {
        filling.touch(Field::WorkUnit);
        let institution = filling.answers.with_untracked(|answers| answers.institution);
        filling.work_unit.set(chosen.as_ref().zip(institution).map(|(chosen, institution_id)| {
            domain::work_unit::WorkUnit {
                id: chosen.id,
                institution_id,
                code: chosen.code.clone(),
                name: chosen.name.clone(),
                active: true,
                // Whether the address is asked for, saving tells.
                address_required: false,
            }
        }));
        filling.answers.update(|answers| answers.work_unit = chosen.map(|chosen| chosen.id));
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
    let needs_address =
        Memo::new(move |_| filling.work_unit.with(|unit| unit.as_ref().is_some_and(|unit| unit.address_required)));
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
            />
            {move || needs_address.get().then(|| view! {
                <TextArea
                    form
                    field=Field::Address
                    label="Alamat Satuan Kerja"
                    hint="Anda pendaftar pertama di sini. Alamat ini dipakai untuk pendaftar berikutnya."
                    value=filling.answers.with_untracked(|answers| answers.address.clone())
                    autocomplete="street-address"
                    check={|value| check_address(value)}
                    on_change=Callback::new(move |value| filling.answers.update(|answers| answers.address = value))
                />
            })}
        </section>
    }
    .into_any()
}

#[component]
fn PeriodField(filling: Filling, field: Field, label: &'static str) -> impl IntoView {
    let first = field == Field::FirstDay;
    let initial = filling
        .answers
        .with_untracked(|answers| if first { answers.first_day.clone() } else { answers.last_day.clone() });
    let value = RwSignal::new(initial);
    Effect::new(move |before: Option<()>| {
        let value = value.get();
        if before.is_some() {
            filling.answers.update(|answers| {
                let date = if first { &mut answers.first_day } else { &mut answers.last_day };
                *date = value;
            });
        }
    });
    let on_leave = Callback::new(move |()| {
        // A date is checked once all its boxes are filled.
        if value.with_untracked(|date| [&date.day, &date.month, &date.year].iter().all(|part| !part.is_empty())) {
            filling.touch(field);
        }
    });
    view! { <DateField form=filling.form field label value on_leave /> }
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

/// Loads the latest answers over what is on screen, after another tab saved.
#[component]
fn LoadLatest(path: String) -> impl IntoView {
    let refresh = Refresh::current();
    view! {
        <p>
            <a
                class="btn"
                href=path
                rel="external"
                on:click=move |ev| {
                    ev.prevent_default();
                    refresh.ring();
                }
            >
                <Icon name="rotate" />
                "Muat isian terbaru"
            </a>
        </p>
    }
}
