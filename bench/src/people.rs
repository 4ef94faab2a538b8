//! People of the development data, with sessions, drafts, letters and accesses. Everything is created through the use
//! cases, in process.

use std::net::{IpAddr, Ipv4Addr};

use backend::{
    Actor, Backend, Origin,
    accounts::{self, sessions},
    applications::{self, Submission},
    master_data::Directory,
    secrets::Token,
    verification,
};
use bytes::Bytes;
use devtools::{DEMO_URL, development};
use domain::{
    applications::answers::Answers,
    master_data::institution::InstitutionType,
    role::{ProfileType, Role},
    status::Verdict,
    validity::DateInput,
};
use lopdf::{Document, Stream, dictionary};
use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    data::Dice,
    stage::{Failure, Stage, Store},
};

pub const APPLICANT: &str = "siti.pa@contoh.go.id";
const VERIFIER: &str = "verifikator@contoh.go.id";

/// A signed-in person.
pub struct Person {
    pub actor: Actor,
    /// The value of the session's cookie.
    pub session: String,
}

pub async fn sign_in(backend: &Backend, email: &str) -> Result<Person, Failure> {
    let origin = Origin { address: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: "bench".to_owned(), device: None };
    let token = accounts::sign_in(backend, email, &development::PASSWORD.into(), &origin).await?;
    let actor = sessions::resolve(backend, &token, &origin).await?.ok_or("nobody is signed in")?;
    Ok(Person { actor, session: token.expose().to_owned() })
}

/// Fills an empty store with the development data. The applicant gets two accesses, a submitted application and a draft,
/// like somebody after some months of use.
pub async fn settle(stage: &Stage, store: &Store) -> Result<Person, Failure> {
    let backend = store.open(stage).await?;
    development::fill(&backend, &DEMO_URL.parse()?).await?;
    Directory::refresh(&backend).await?;
    let (applicant, verifier) = (sign_in(&backend, APPLICANT).await?, sign_in(&backend, VERIFIER).await?);
    for (nth, answers) in answers(&backend, 4).into_iter().enumerate() {
        let id = draft(&backend, &applicant.actor, answers).await?;
        applications::attach_letter(&backend, &applicant.actor, id, "surat.pdf", letter(60_000)?).await?;
        if nth < 3 {
            let stored = applications::draft(&backend, &applicant.actor, id).await?;
            let letter = stored.draft.letter.map(|letter| letter.id);
            let submission = Submission { version: stored.version, letter, confirmed: true };
            applications::submit(&backend, &applicant.actor, id, submission).await?;
        }
        if nth < 2 {
            let case = verification::case_file(&backend, &verifier.actor, id).await?;
            verification::claim(&backend, &verifier.actor, id).await?;
            let verdict = verification::VerdictForm {
                version: case.version,
                verdict: Verdict::Approve,
                reason: None,
                text: String::new(),
                marks: Vec::new(),
                checks: case.checks.into_iter().map(|item| item.id).collect(),
            };
            verification::decide(&backend, &verifier.actor, id, &verdict).await?;
        }
    }
    backend.db.close().await;
    Ok(applicant)
}

/// Signs up so many people; returns their sessions.
pub async fn crowd(stage: &Stage, store: &Store, size: usize) -> Result<Vec<String>, Failure> {
    let backend = store.open(stage).await?;
    let password: SecretString = "kuda lari di pantai".into();
    let origin = Origin { address: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: "bench".to_owned(), device: None };
    let mut sessions = Vec::new();
    for nth in 0..size {
        let email = format!("orang.{nth}@contoh.go.id");
        let form = accounts::SignUp { name: "Rina Marpaung".into(), email, password: password.clone() };
        accounts::sign_up(&backend, &form, IpAddr::V4(Ipv4Addr::LOCALHOST)).await?;
        let mails = backend::mail::recent(&backend, 1).await?;
        let text = mails.first().map(|mail| mail.rendered.text.as_str()).unwrap_or_default();
        let token = text.split_once("token=").and_then(|(_, rest)| rest.split_whitespace().next());
        let token = Token::presented(token.ok_or("the mail has no link")?);
        sessions.push(accounts::confirm(&backend, &token, &password, &origin).await?.expose().to_owned());
    }
    backend.db.close().await;
    Ok(sessions)
}

/// Creates a complete draft without SiRUP and without its letter.
pub async fn draft(backend: &Backend, actor: &Actor, answers: Answers) -> Result<Uuid, Failure> {
    let id = applications::start(backend, actor, ProfileType::NonPenyedia, Role::Pa).await?;
    applications::confirm_new_access(backend, actor, id).await?;
    let version = applications::draft(backend, actor, id).await?.version;
    applications::save(backend, actor, id, version, answers).await?;
    Ok(id)
}

/// Complete answers, each for a different work unit.
pub fn answers(backend: &Backend, wanted: usize) -> Vec<Answers> {
    let snapshot = backend.master_data.snapshot();
    let today = backend.world.today(Default::default());
    let institutions = snapshot.institutions(InstitutionType::Kementerian, "", wanted).hits;
    let units = institutions.into_iter().flat_map(|(institution, _)| {
        let units = snapshot.work_units(institution.id, "", wanted).hits;
        units.into_iter().map(move |((unit, ..), _)| (institution.id, unit))
    });
    units
        .take(wanted)
        .map(|(institution, unit)| Answers {
            institution_type: Some(InstitutionType::Kementerian),
            institution: Some(institution),
            work_unit: Some(unit),
            address: "Jalan Merdeka Timur Nomor 3, Jakarta".to_owned(),
            first_day: DateInput::from_date(today),
            last_day: DateInput::from_date(today + time::Duration::days(365)),
            ..Answers::default()
        })
        .collect()
}

/// A PDF of exactly `size` bytes: one page with an incompressible picture, as from a scanner.
pub fn letter(size: usize) -> Result<Bytes, Failure> {
    let mut picture = size;
    // The size of the rest hardly depends on the picture, so that a few steps suffice.
    for _ in 0..4 {
        let bytes = scan(picture)?;
        if bytes.len() == size {
            return Ok(bytes.into());
        }
        picture = (picture + size).checked_sub(bytes.len()).ok_or("a letter is longer than that")?;
    }
    Err("no letter has this length".into())
}

fn scan(picture: usize) -> Result<Vec<u8>, Failure> {
    let mut document = Document::with_version("1.5");
    let mut dice = Dice::new(2);
    let noise = (0..picture).map(|_| dice.roll(256) as u8).collect();
    let header = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 1654, "Height" => 2339, "BitsPerComponent" => 8,
        "ColorSpace" => "DeviceGray", "Filter" => "DCTDecode",
    };
    let image = document.add_object(Stream::new(header, noise));
    let content = document.add_object(Stream::new(dictionary! {}, b"q 595 0 0 842 0 0 cm /I Do Q".to_vec()));
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "XObject" => dictionary! { "I" => image } },
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, tree.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes)?;
    Ok(bytes)
}
