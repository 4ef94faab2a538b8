//! Applications of the development data: an access that has ended, and a supplier with one access and one open case.
//! They go through the use cases that a person would go through.

use std::time::Duration;

use backend::{
    Actor, Backend, Result,
    applications::{self, Submission},
    documents::receipt::receipt,
    master_data::Directory,
    seed,
    verification::{self, VerdictForm},
};
use domain::{
    applications::{answers::Answers, company::CompanyInput},
    indonesian::period,
    master_data::institution::InstitutionType,
    permission::Permission,
    role::{ProfileType, Role},
    status::Verdict,
    validity::DateInput,
};
use uuid::Uuid;

use super::accounts::{FORMER, SUPPLIER, VERIFIER};

/// How far back the clock of [`fill_former`] must be set.
pub const FORMER_ACCESS_AGE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// What a made-up letter says about itself.
const SAMPLE: &str = "Dokumen contoh untuk mencoba Gerbang.";

/// The province and the work unit of the access that has ended.
const FORMER_PROVINCE: &str = "Provinsi Bali";
const FORMER_WORK_UNIT: &str = "Dinas Pariwisata Bali";

/// The companies of the supplier: name, NPWP, NIB, address.
const COMPANIES: [[&str; 4]; 2] = [
    [
        "PT Sinar Jaya Abadi",
        "01.234.567.8-901.000",
        "9120001234567",
        "Jalan Raya Bogor Kilometer 26 Nomor 8, Ciracas, Jakarta Timur",
    ],
    [
        "CV Sinar Jaya Mandiri",
        "02.345.678.9-012.000",
        "9120007654321",
        "Jalan Pemuda Nomor 112, Rawamangun, Jakarta Timur",
    ],
];

/// Gives one account an access of a month. `past` is the backend with a clock that is [`FORMER_ACCESS_AGE`] behind, so
/// the access has ended for everybody else. Does nothing if the account has any application, or if the accounts were
/// changed.
///
/// # Errors
/// If a use case refuses.
pub async fn fill_former(past: &Backend) -> Result<()> {
    let Some((former, verifier)) = applicant(past, FORMER).await? else { return Ok(()) };
    let Some((institution, work_unit)) = former_work_unit(past).await? else { return Ok(()) };
    let first = past.world.today(former.zone);
    let last = first + time::Duration::days(30);
    let facts = vec![
        ("Nama", former.name.clone()),
        ("Jabatan", Role::Pa.title()),
        ("Satuan kerja", FORMER_WORK_UNIT.to_owned()),
        ("Berlaku", period(first, last)),
    ];
    let answers = Answers {
        institution_type: Some(InstitutionType::Provinsi),
        institution: Some(institution),
        work_unit: Some(work_unit),
        address: "Jalan Letjen S. Parman Nomor 1, Renon, Denpasar".to_owned(),
        first_day: DateInput::from_date(first),
        last_day: DateInput::from_date(last),
        ..Answers::default()
    };
    let letter = receipt(Role::Pa.info().letter, &facts, SAMPLE)?;
    let id = applications::start(past, &former, ProfileType::NonPenyedia, Role::Pa).await?;
    applications::confirm_new_access(past, &former, id).await?;
    submit(past, &former, id, answers, "surat tanda jabatan.pdf", letter).await?;
    approve(past, &verifier, id).await
}

/// The ids of the province and the work unit; `None` if somebody changed the master data.
async fn former_work_unit(backend: &Backend) -> Result<Option<(Uuid, Uuid)>> {
    Directory::refresh(backend).await?;
    let snapshot = backend.master_data.snapshot();
    let provinces = snapshot.institutions(InstitutionType::Provinsi, FORMER_PROVINCE, usize::MAX).hits;
    let Some((province, _)) = provinces.into_iter().find(|(province, _)| province.name == FORMER_PROVINCE) else {
        return Ok(None);
    };
    let units = snapshot.work_units(province.id, FORMER_WORK_UNIT, usize::MAX).hits;
    let unit = units.into_iter().find(|((_, _, name), _)| name == FORMER_WORK_UNIT);
    Ok(unit.map(|((unit, ..), _)| (province.id, unit)))
}

/// Gives the supplier an access for one company, and an application for another that waits in the queue. Does nothing
/// if the account has any application, or if the accounts were changed.
///
/// # Errors
/// If a use case refuses.
pub async fn fill_supplier(backend: &Backend) -> Result<()> {
    let Some((supplier, verifier)) = applicant(backend, SUPPLIER).await? else { return Ok(()) };
    let [first, second] = COMPANIES;
    let approved = submit_for_company(backend, &supplier, first).await?;
    approve(backend, &verifier, approved).await?;
    submit_for_company(backend, &supplier, second).await.map(drop)
}

/// A person without any application, and the verifier who will decide.
async fn applicant(backend: &Backend, email: &str) -> Result<Option<(Actor, Actor)>> {
    let verifier = seed::actor(backend, VERIFIER).await?.filter(|verifier| verifier.may(Permission::Verify));
    let (Some(person), Some(verifier)) = (seed::actor(backend, email).await?, verifier) else { return Ok(None) };
    Ok((!seed::has_applied(backend, &person).await?).then_some((person, verifier)))
}

/// Applies for a company with a made-up business licence; returns the application's id.
async fn submit_for_company(backend: &Backend, supplier: &Actor, company: [&str; 4]) -> Result<Uuid> {
    let [name, npwp, nib, address] = company.map(str::to_owned);
    let facts = vec![
        ("Nama", name.clone()),
        ("NPWP", npwp.clone()),
        ("NIB", nib.clone()),
        ("Alamat", address.clone()),
        ("Penanggung jawab", supplier.name.clone()),
    ];
    let licence = receipt("Perizinan Berusaha", &facts, SAMPLE)?;
    let id = applications::start(backend, supplier, ProfileType::Penyedia, Role::Penyedia).await?;
    let answers = Answers { company: CompanyInput { name, npwp, nib, address }, ..Answers::default() };
    submit(backend, supplier, id, answers, "perizinan berusaha.pdf", licence).await?;
    Ok(id)
}

/// Fills in a draft, attaches its letter and submits it.
async fn submit(
    backend: &Backend,
    person: &Actor,
    id: Uuid,
    answers: Answers,
    file_name: &str,
    letter: Vec<u8>,
) -> Result<()> {
    let version = applications::draft(backend, person, id).await?.version;
    applications::save(backend, person, id, version, answers).await?;
    applications::attach_letter(backend, person, id, file_name, letter.into()).await?;
    let stored = applications::draft(backend, person, id).await?;
    let letter = stored.draft.letter.map(|letter| letter.id);
    let submission = Submission { version: stored.version, letter, confirmed: true };
    applications::submit(backend, person, id, submission).await.map(drop)
}

/// Claims a case and approves it with everything on the check list ticked.
async fn approve(backend: &Backend, verifier: &Actor, id: Uuid) -> Result<()> {
    verification::claim(backend, verifier, id).await?;
    let case = verification::case_file(backend, verifier, id).await?;
    let verdict = VerdictForm {
        version: case.version,
        verdict: Verdict::Approve,
        reason: None,
        text: String::new(),
        marks: Vec::new(),
        checks: case.checks.iter().map(|item| item.id).collect(),
    };
    verification::decide(backend, verifier, id, &verdict).await.map(drop)
}
