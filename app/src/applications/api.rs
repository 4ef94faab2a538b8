//! The wizard: drafts, SiRUP, the form, the pickers, review and status (guide steps 2 to 13).

use domain::{
    accesses::Renewal,
    applications::{
        answers::Answers,
        company::CompanyInput,
        wizard::{Draft, Step},
    },
    issues::conflict::Conflict,
    master_data::institution::InstitutionType,
    role::Role,
    search::Mark,
    time::Timestamp,
    validity::{DateInput, Validity},
    verification,
};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::{GetUrl, Json};
use time::Date;
use uuid::Uuid;

use crate::{accesses::api::ApplicationView, error::ApiError};

/// A draft, for any page of the wizard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftView {
    /// The application.
    pub id: Uuid,
    /// The version that a change must name.
    pub version: i64,
    /// What it holds.
    pub draft: Draft,
    /// When it was last saved.
    pub saved_at: Timestamp,
    /// Today, in the person's zone; the browser's clock may be wrong.
    pub today: Date,
    /// The types of institution that are offered.
    pub types: Vec<InstitutionType>,
    /// Number and reason of the refusal it starts again from.
    pub refusal: Option<(String, String)>,
    /// What the desk asked to repair.
    pub repair: Option<RepairView>,
    /// The period of the access that it is to continue.
    pub renews: Option<Validity>,
    /// What the master data says of the work unit's address.
    pub listed_address: Option<String>,
    /// SiRUP accounts that the person linked before.
    pub accounts: Vec<String>,
}

/// What the desk asked to repair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairView {
    /// The text above the marks.
    pub text: Option<String>,
    /// What is to be repaired, in the order of the form.
    pub marks: Vec<verification::Mark>,
}

impl RepairView {
    /// What is to be repaired at a field.
    pub fn note(&self, field: domain::issues::Field) -> Option<String> {
        self.marks.iter().find(|mark| mark.field == field).map(|mark| mark.note.clone())
    }

    /// The form at the first mark.
    pub fn path(&self, id: Uuid) -> String {
        let anchor = self.marks.first().map(|mark| format!("#{}", mark.field)).unwrap_or_default();
        format!("/akses/pengajuan/{id}/{}{anchor}", Step::Form.slug())
    }
}

#[cfg(feature = "ssr")]
impl From<backend::applications::Repair> for RepairView {
    fn from(repair: backend::applications::Repair) -> Self {
        let mut marks = repair.marks;
        // The desk's own order does not matter here.
        marks.sort_by_key(|mark| verification::MARKABLE.iter().position(|field| *field == mark.field));
        Self { text: repair.text, marks }
    }
}

impl DraftView {
    /// The page of a step.
    pub fn path(&self, step: Step) -> String {
        format!("/akses/pengajuan/{}/{}", self.id, step.slug())
    }

    /// What the desk asked to repair at a field.
    pub fn note(&self, field: domain::issues::Field) -> Option<String> {
        self.repair.as_ref().and_then(|repair| repair.note(field))
    }

    /// The first step that is not finished.
    pub fn next(&self) -> Step {
        domain::applications::wizard::next_step(&self.draft, self.today)
    }
}

/// The person's own draft. `for_step` says which page asks: the SiRUP page also gets the accounts linked before.
#[server(name = DraftFn, prefix = "/api", endpoint = "pengajuan/draf", input = GetUrl)]
pub async fn draft(id: Uuid, for_step: Step) -> Result<DraftView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let stored = backend::applications::draft(&caller.backend, actor, id).await?;
    let accounts = match for_step {
        Step::Sirup => backend::applications::known_accounts(&caller.backend, actor).await?,
        Step::Form | Step::Review => Vec::new(),
    };
    Ok(DraftView {
        id: stored.id,
        version: stored.version,
        draft: stored.draft,
        saved_at: stored.saved_at,
        today: caller.backend.world.today(actor.zone),
        types: caller.backend.master_data.snapshot().types(),
        refusal: stored.previous.map(|refusal| (refusal.reference, refusal.reason)),
        repair: stored.repair.map(RepairView::from),
        renews: stored.renews.map(|(_, period)| period),
        listed_address: stored.listed_address,
        accounts,
    })
}

/// What saving gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// The version that the next change must name.
    pub version: i64,
    /// When it was saved.
    pub at: Timestamp,
    /// Whether the form asks for the work unit's address.
    pub address_required: bool,
}

/// Saves the answers while one types.
#[server(name = SaveFn, prefix = "/api", endpoint = "pengajuan/simpan", input = Json)]
pub async fn save(id: Uuid, version: i64, answers: Answers) -> Result<SavedView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let saved = backend::applications::save(&caller.backend, actor, id, version, answers).await?;
    let stored = backend::applications::draft(&caller.backend, actor, id).await?;
    let address_required = stored.draft.work_unit.is_some_and(|unit| unit.address_required);
    Ok(SavedView { version: saved.version, at: saved.at, address_required })
}

/// Takes the letter off while one types.
#[server(name = RemoveLetterFn, prefix = "/api", endpoint = "pengajuan/hapus-surat", input = Json)]
pub async fn remove_letter(id: Uuid) -> Result<(), ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::applications::remove_letter(&caller.backend, caller.actor()?, id).await?)
}

/// Something that a picker offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickerOption {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: Option<String>,
    /// Which parts of the name answered.
    pub marks: Vec<Mark>,
}

/// What a picker found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The best of them.
    pub options: Vec<PickerOption>,
    /// How many answer.
    pub total: usize,
    /// How many were searched.
    pub of: usize,
    /// The year whose work units were searched.
    pub year: i32,
}

/// Most options of a picker.
pub const MOST_OPTIONS: usize = 30;

/// Institutions of a type that answer a query.
#[server(name = InstitutionsFn, prefix = "/api", endpoint = "instansi", input = GetUrl)]
pub async fn institutions(kind: InstitutionType, query: String) -> Result<Options, ApiError> {
    let caller = crate::state::Caller::current()?;
    caller.actor()?;
    let snapshot = caller.backend.master_data.snapshot();
    let found = snapshot.institutions(kind, &query, MOST_OPTIONS);
    let options = found
        .hits
        .into_iter()
        .map(|(item, marks)| PickerOption { id: item.id, name: item.name, code: item.kd_klpd, marks })
        .collect();
    Ok(Options { options, total: found.total, of: found.of, year: snapshot.year() })
}

/// Work units of an institution, active this year, that answer a query.
#[server(name = WorkUnitsFn, prefix = "/api", endpoint = "satker", input = GetUrl)]
pub async fn work_units(institution: Uuid, query: String) -> Result<Options, ApiError> {
    let caller = crate::state::Caller::current()?;
    caller.actor()?;
    let snapshot = caller.backend.master_data.snapshot();
    let found = snapshot.work_units(institution, &query, MOST_OPTIONS);
    let options =
        found.hits.into_iter().map(|((id, code, name), marks)| PickerOption { id, name, code, marks }).collect();
    Ok(Options { options, total: found.total, of: found.of, year: snapshot.year() })
}

/// An application that was sent, with all that was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusView {
    /// Its row of the list.
    pub application: ApplicationView,
    /// What was entered.
    pub draft: Draft,
    /// The period; of a supplier, once it was approved.
    pub validity: Option<Validity>,
    /// The address that was sent with it.
    pub address: Option<String>,
    /// What is to be repaired, while it is back for that.
    pub repair: Option<RepairView>,
    /// The period of the access that it is to continue.
    pub renews: Option<Validity>,
    /// What happened so far, oldest first.
    pub timeline: Vec<(Timestamp, String)>,
    /// Now, by the server's clock.
    pub now: Timestamp,
    /// Where the decision is mailed to.
    pub email: String,
}

/// The person's own application.
#[server(name = StatusFn, prefix = "/api", endpoint = "pengajuan/status", input = GetUrl)]
pub async fn status(id: Uuid) -> Result<StatusView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let detail = backend::applications::detail(&caller.backend, actor, id).await?;
    let timeline = backend::applications::timeline(&caller.backend, actor, id).await?;
    let timeline =
        crate::applications::texts::steps(&timeline).into_iter().map(|(at, words)| (at, words.to_owned())).collect();
    Ok(StatusView {
        repair: detail.summary.repair.clone().map(RepairView::from),
        application: ApplicationView::of(detail.summary, actor.zone),
        draft: detail.draft,
        validity: detail.validity,
        address: detail.address,
        renews: detail.renews,
        timeline,
        now: caller.backend.world.now(),
        email: actor.email.clone(),
    })
}

/// An access that its owner wants to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalView {
    /// The access.
    pub id: Uuid,
    /// The role it proves.
    pub role: Role,
    /// Name of the institution; of a supplier, the number of the company.
    pub institution: String,
    /// Name of the work unit, or of the company.
    pub work_unit: String,
    /// Its period.
    pub validity: Validity,
    /// How it goes on, or why it cannot.
    pub renewal: Result<Renewal, Conflict>,
    /// Whether its renewal was begun already.
    pub begun: bool,
}

/// The person's own access, before it is renewed.
#[server(name = RenewalFn, prefix = "/api", endpoint = "akses/perpanjangan", input = GetUrl)]
pub async fn renewal(id: Uuid) -> Result<RenewalView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let access = backend::applications::renewals::look(&caller.backend, caller.actor()?, id).await?;
    Ok(RenewalView {
        id: access.id,
        role: access.role,
        institution: access.institution,
        work_unit: access.work_unit,
        validity: access.validity,
        begun: access.renewed_by.is_some_and(|(_, status)| status == domain::status::Status::Draft),
        renewal: access.renewal.map_err(Conflict::NotRenewable),
    })
}

/// The form of guide step 10, as it is posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FormFields {
    /// The version that the form was drawn from.
    pub version: String,
    /// What the button says: `ajukan`, `simpan`, `instansi`, `satker`, `unggah`, `hapus-surat`.
    pub aksi: String,
    /// Jenis Instansi.
    pub institution_type: String,
    /// Nama Instansi.
    pub institution: String,
    /// Satuan Kerja.
    pub work_unit: String,
    /// What is sought, without script.
    pub institution_query: String,
    /// What is sought, without script.
    pub work_unit_query: String,
    /// Alamat Satuan Kerja.
    pub address: String,
    /// Masa Berlaku Peran.
    pub first_day: String,
    /// Month of it.
    pub first_day_month: String,
    /// Year of it.
    pub first_day_year: String,
    /// Masa Berlaku Peran.
    pub last_day: String,
    /// Month of it.
    pub last_day_month: String,
    /// Year of it.
    pub last_day_year: String,
    /// Nama Perusahaan.
    pub company_name: String,
    /// NPWP.
    pub npwp: String,
    /// NIB.
    pub nib: String,
    /// Alamat Perusahaan.
    pub company_address: String,
}

impl FormFields {
    /// From what gives the value of a field by its name.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| value(name).unwrap_or_default();
        Self {
            version: value("version"),
            aksi: value("aksi"),
            institution_type: value("institution_type"),
            institution: value("institution"),
            work_unit: value("work_unit"),
            institution_query: value("institution_query"),
            work_unit_query: value("work_unit_query"),
            address: value("address"),
            first_day: value("first_day"),
            first_day_month: value("first_day_month"),
            first_day_year: value("first_day_year"),
            last_day: value("last_day"),
            last_day_month: value("last_day_month"),
            last_day_year: value("last_day_year"),
            company_name: value("company_name"),
            npwp: value("npwp"),
            nib: value("nib"),
            company_address: value("company_address"),
        }
    }

    /// The answers in it.
    pub fn answers(&self) -> Answers {
        Answers {
            institution_type: self.institution_type.parse().ok(),
            institution: self.institution.parse().ok(),
            work_unit: self.work_unit.parse().ok(),
            // Browsers send line breaks as CR LF.
            address: self.address.replace("\r\n", "\n"),
            first_day: DateInput {
                day: self.first_day.clone(),
                month: self.first_day_month.clone(),
                year: self.first_day_year.clone(),
            },
            last_day: DateInput {
                day: self.last_day.clone(),
                month: self.last_day_month.clone(),
                year: self.last_day_year.clone(),
            },
            company: CompanyInput {
                name: self.company_name.clone(),
                npwp: self.npwp.clone(),
                nib: self.nib.clone(),
                address: self.company_address.replace("\r\n", "\n"),
            },
        }
    }
}

#[cfg(feature = "ssr")]
pub use handlers::*;

#[cfg(feature = "ssr")]
mod handlers {
    use axum::{
        Json,
        body::Body,
        extract::{FromRequest, Multipart, Request, State},
        http::{StatusCode, header},
        response::{IntoResponse, Response},
    };
    use backend::applications;
    use bytes::{Bytes, BytesMut};
    use domain::{
        applications::wizard::{Step, issues},
        issues::{
            Field, Issue, Problem,
            letter::{LetterProblem, MAX_BYTES},
        },
        role::{ProfileType, Role},
    };
    use secrecy::SecretString;
    use serde::Deserialize;
    use uuid::Uuid;

    use super::FormFields;
    use crate::{
        error::ApiError,
        forms::server::{Done, Id, NoFields, Post, Unread},
        state::{AppState, Caller},
    };

    fn path(id: Uuid, page: &str) -> String {
        format!("/akses/pengajuan/{id}/{page}")
    }

    /// `POST /akses/baru`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct StartForm {
        profile_type: String,
        role: String,
        dari: Option<Uuid>,
    }

    /// Opens a draft (guide step 2), or one from a refused application (step 15).
    pub async fn start(Post { caller, form, answer }: Post<StartForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            if let Some(previous) = form.dari {
                // To the form, where the reason stands beside the old answers, even if nothing in them is missing.
                let id = applications::start_again(&caller.backend, actor, previous).await?;
                return Ok(Done::go(path(id, "formulir")));
            }
            let profile_type: Option<ProfileType> = form.profile_type.parse().ok();
            // Where but one role is offered there is nothing to choose; without script, those of the other type are still
            // on screen.
            let only = profile_type.and_then(ProfileType::only_role);
            let role: Option<Role> = only.or_else(|| form.role.parse().ok());
            let (Some(profile_type), Some(role)) = (profile_type, role) else {
                let missing = [(Field::ProfileType, profile_type.is_none()), (Field::Role, role.is_none())];
                let missing = missing.into_iter().filter(|(_, missing)| *missing);
                let issues = missing.map(|(field, _)| Issue::new(field, Problem::Missing)).collect();
                return Err(ApiError::Invalid(issues));
            };
            let id = applications::start(&caller.backend, actor, profile_type, role).await?;
            Ok(Done::go(format!("/akses/pengajuan/{id}")))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /akses/perpanjang/{id}`: opens the renewal of an access, or goes on with the one that was begun.
    pub async fn renew(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let id = backend::applications::renewals::start(&caller.backend, caller.actor()?, id).await?;
            Ok(Done::go(path(id, "formulir")))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /akses/pengajuan/{id}/sirup`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct SirupForm {
        aksi: String,
        akun: String,
        sirup_username: String,
        sirup_password: String,
    }

    /// Links a SiRUP account (guide steps 3 to 7), takes one linked before, or goes on without (step 9).
    pub async fn sirup(Id(id): Id, Post { caller, form, answer }: Post<SirupForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            match form.aksi.as_str() {
                "baru" => applications::confirm_new_access(&caller.backend, actor, id).await?,
                "akun" => applications::reuse_account(&caller.backend, actor, id, &form.akun).await?,
                _ => {
                    let password = SecretString::from(form.sirup_password);
                    applications::link_sirup(&caller.backend, actor, id, &form.sirup_username, &password).await?;
                }
            }
            Ok(Done::go(path(id, "formulir")))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /akses/pengajuan/{id}/formulir`, with fields alone or, without script, with the letter among them.
    pub async fn form(Id(id): Id, State(state): State<AppState>, request: Request) -> Response {
        let multipart = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("multipart/form-data"));
        if !multipart {
            return match Post::<FormFields>::from_request(request, &state).await {
                Ok(post) => save_form(id, post, None).await,
                Err(refusal) => refusal,
            };
        }
        let (parts, body) = request.into_parts();
        let again = parts.clone();
        let read = match Multipart::from_request(Request::from_parts(parts, body), &state).await {
            Ok(multipart) => read_multipart(multipart).await,
            Err(_) => Err(Unread::NoForm),
        };
        let (values, letter) = match read {
            Ok(read) => read,
            Err(why) => return why.refuse(again, &state).await,
        };
        match Post::new(again, &state, values).await {
            Ok(post) => save_form(id, post, letter).await,
            Err(refusal) => refusal,
        }
    }

    /// A letter that came with the form: its name, and its bytes or why there are none.
    type SentLetter = (String, Result<Bytes, LetterProblem>);

    /// Reads a form with a file, counting as it arrives.
    async fn read_multipart(mut multipart: Multipart) -> Result<(Vec<(String, String)>, Option<SentLetter>), Unread> {
        const MOST_TEXT: usize = 16 * 1024;
        const MOST_FIELDS: usize = 40;
        let (mut values, mut letter) = (Vec::new(), None::<SentLetter>);
        // The rest is read past: an answer before its end would meet a browser that still sends, and be lost.
        let mut too_large = false;
        loop {
            let mut field = match multipart.next_field().await {
                Ok(Some(_)) if too_large => continue,
                Ok(Some(field)) => field,
                Ok(None) | Err(_) if too_large => return Err(Unread::TooLarge),
                Ok(None) => return Ok((values, letter)),
                // Nothing is read behind a letter that broke off or was too big; all that is typed comes before it.
                Err(_) if letter.as_ref().is_some_and(|(_, bytes)| bytes.is_err()) => return Ok((values, letter)),
                // Broken off elsewhere: what did not arrive must not be taken for emptied.
                Err(_) => return Err(Unread::BrokenOff),
            };
            let name = field.name().unwrap_or_default().to_owned();
            if name == Field::Letter.as_str() {
                let file_name = field.file_name().unwrap_or_default().to_owned();
                let mut bytes = BytesMut::new();
                let mut outcome = Ok(());
                loop {
                    match field.chunk().await {
                        Ok(Some(chunk)) if (bytes.len() + chunk.len()) as u64 > MAX_BYTES => {
                            outcome = Err(LetterProblem::TooBig { bytes: None });
                            bytes.clear();
                        }
                        // Once too big, the rest is read past, so that the other fields are not lost.
                        Ok(Some(_)) if outcome.is_err() => {}
                        Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                        Ok(None) => break,
                        // What ends because it is far too big is too big.
                        Err(_) => {
                            outcome = outcome.and(Err(LetterProblem::Interrupted));
                            break;
                        }
                    }
                }
                // An empty box: no file was chosen.
                if !(file_name.is_empty() && bytes.is_empty() && outcome.is_ok()) {
                    letter = Some((file_name, outcome.map(|()| bytes.freeze())));
                }
            } else {
                let text = field.text().await.map_err(|_| Unread::BrokenOff)?;
                if text.len() > MOST_TEXT || values.len() >= MOST_FIELDS {
                    too_large = true;
                    continue;
                }
                values.push((name, text));
            }
        }
    }

    /// Saves the answers, keeps the letter if one came, and does what the button says.
    async fn save_form(
        id: Uuid,
        Post { caller, form, answer }: Post<FormFields>,
        letter: Option<SentLetter>,
    ) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let version = form.version.parse().unwrap_or(0);
            applications::save(&caller.backend, actor, id, version, form.answers()).await?;
            if let Some((file_name, bytes)) = letter {
                let bytes =
                    bytes.map_err(|problem| backend::Error::invalid(Field::Letter, Problem::Letter(problem)))?;
                applications::attach_letter(&caller.backend, actor, id, &file_name, bytes).await?;
            }
            match form.aksi.as_str() {
                "hapus-surat" => {
                    applications::remove_letter(&caller.backend, actor, id).await?;
                    Ok(Done::go(format!("{}#letter", path(id, "formulir"))))
                }
                "unggah" => Ok(Done::go(format!("{}#letter", path(id, "formulir")))),
                "instansi" => {
                    Ok(Done::go(format!("{}?q={}", path(id, "instansi"), crate::query_value(&form.institution_query))))
                }
                "satker" => {
                    Ok(Done::go(format!("{}?q={}", path(id, "satker"), crate::query_value(&form.work_unit_query))))
                }
                "simpan" => Ok(Done::go("/akses")),
                _ => {
                    let stored = applications::draft(&caller.backend, actor, id).await?;
                    let today = caller.backend.world.today(actor.zone);
                    let found = issues(&stored.draft, Step::Form, today);
                    if found.is_empty() {
                        Ok(Done::go(path(id, "tinjau")))
                    } else {
                        Err(ApiError::from(backend::Error::Invalid(found)))
                    }
                }
            }
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /akses/pengajuan/{id}/instansi` and `/satker`: a choice on the result page.
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct PickForm {
        version: i64,
        pilih: String,
    }

    /// Chooses an institution.
    pub async fn pick_institution(Id(id): Id, post: Post<PickForm>) -> Response {
        pick(id, post, "institution", |answers, chosen| answers.institution = Some(chosen)).await
    }

    /// Chooses a work unit.
    pub async fn pick_work_unit(Id(id): Id, post: Post<PickForm>) -> Response {
        pick(id, post, "work_unit", |answers, chosen| answers.work_unit = Some(chosen)).await
    }

    async fn pick(
        id: Uuid,
        Post { caller, form, answer }: Post<PickForm>,
        anchor: &str,
        choose: impl FnOnce(&mut domain::applications::answers::Answers, Uuid),
    ) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let chosen = form.pilih.parse().map_err(|_| backend::Error::NotFound)?;
            let mut answers = applications::draft(&caller.backend, actor, id).await?.draft.answers;
            choose(&mut answers, chosen);
            applications::save(&caller.backend, actor, id, form.version, answers).await?;
            Ok(Done::go(format!("{}#{anchor}", path(id, "formulir"))))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /akses/pengajuan/{id}/tinjau`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct ReviewForm {
        version: i64,
        letter: String,
        confirmation: Option<String>,
    }

    /// Sends the application (guide step 12, **Kirim**).
    pub async fn submit(Id(id): Id, Post { caller, form, answer }: Post<ReviewForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let submission = applications::Submission {
                version: form.version,
                letter: form.letter.parse().ok(),
                confirmed: form.confirmation.is_some(),
            };
            match applications::submit(&caller.backend, actor, id, submission).await {
                Ok(_) => Ok(Done::go(path(id, "status"))),
                // What is wrong is not on this page: on to the one that shows it.
                Err(backend::Error::Invalid(issues))
                    if issues.iter().any(|issue| issue.field != Field::Confirmation) =>
                {
                    Ok(Done::go(format!("{}?periksa", path(id, "formulir"))))
                }
                Err(error) => Err(error.into()),
            }
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /akses/pengajuan/{id}/status`: takes the application back, or discards the draft.
    pub async fn withdraw(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            applications::withdraw(&caller.backend, actor, id).await?;
            Ok(Done::go("/akses"))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /akses/pengajuan/{id}/surat`: the letter alone, its bytes as the body, its name in `X-File-Name` (percent
    /// encoded). Answers JSON of `Result<Letter, ApiError>`.
    pub async fn upload(Id(id): Id, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let Some(caller) = parts.extensions.get::<Caller>().cloned() else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let outcome: Result<_, ApiError> = async {
            let actor = caller.actor()?;
            // Refused before the first byte is read, where the size is known.
            let announced: Option<u64> =
                parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
            if let Some(bytes) = announced.filter(|bytes| *bytes > MAX_BYTES) {
                return Err(refuse(LetterProblem::TooBig { bytes: Some(bytes) }));
            }
            let letter = read_letter(body).await.map_err(refuse)?;
            let name = parts.headers.get("x-file-name").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
            Ok(applications::attach_letter(&caller.backend, actor, id, &name, letter).await?)
        }
        .await;
        let status = outcome.as_ref().err().map_or(StatusCode::OK, ApiError::status);
        (status, Json(outcome)).into_response()
    }

    fn refuse(problem: LetterProblem) -> ApiError {
        ApiError::from(backend::Error::invalid(Field::Letter, Problem::Letter(problem)))
    }

    async fn read_letter(body: Body) -> Result<Bytes, LetterProblem> {
        use axum::body::HttpBody;
        let mut body = std::pin::pin!(body);
        let mut bytes = BytesMut::new();
        while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
            let frame = frame.map_err(|_| LetterProblem::Interrupted)?;
            let Ok(chunk) = frame.into_data() else { continue };
            if (bytes.len() + chunk.len()) as u64 > MAX_BYTES {
                return Err(LetterProblem::TooBig { bytes: None });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }
}
