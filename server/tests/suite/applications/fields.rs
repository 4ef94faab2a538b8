//! Every field of the form is asked on the form, and shown by the review, the desk's case page and the receipt.

use backend::applications;
use domain::{
    applications::{
        answers::Answers,
        company::CompanyInput,
        fields,
        wizard::{Draft, validity},
    },
    indonesian::{date, period},
    issues::Field,
    role::{ProfileType, Role},
};
use lopdf::Document;
use rstest::rstest;
use uuid::Uuid;

use crate::support::{
    browser::{Site, Visitor},
    *,
};

/// Where a field is shown after the form.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Review,
    Desk,
    Receipt,
}

/// What is left out on purpose: the name of an institution tells its type.
const LEFT_OUT: &[(Field, Place)] = &[(Field::InstitutionType, Place::Desk), (Field::InstitutionType, Place::Receipt)];

/// The text that shows a field. Fails for a new choice or date, which needs an arm here.
fn shown(draft: &Draft, field: Field, place: Place) -> String {
    let typed = fields::typed(draft.profile_type).find(|(each, _)| *each == field);
    let period_typed = validity(&draft.answers);
    match (typed, field) {
        (Some((_, typed)), _) => (typed.text)(&draft.answers),
        (None, Field::InstitutionType) => draft.answers.institution_type.unwrap().label().to_owned(),
        (None, Field::Institution) => draft.institution.as_ref().unwrap().name.clone(),
        (None, Field::WorkUnit) => draft.work_unit.as_ref().unwrap().name.clone(),
        (None, Field::FirstDay | Field::LastDay) if place != Place::Desk => {
            let days = period_typed.unwrap();
            period(days.first(), days.last())
        }
        (None, Field::FirstDay) => date(period_typed.unwrap().first()),
        (None, Field::LastDay) => date(period_typed.unwrap().last()),
        (None, field) => panic!("{field} is shown neither as typed nor by an arm of this test"),
    }
}

/// A complete draft of the profile type, and its owner.
async fn filled(site: &Site, profile_type: ProfileType) -> (Uuid, Visitor) {
    let world = &site.world;
    match profile_type {
        ProfileType::NonPenyedia => (site.draft("Sekretariat").await, site.siti().await),
        ProfileType::Penyedia => {
            let email = "toko@contoh.co.id";
            let (backend, toko) = (&world.backend, world.actor(email).await);
            let id = applications::start(backend, &toko, profile_type, Role::Penyedia).await.unwrap();
            let version = applications::draft(backend, &toko, id).await.unwrap().version;
            let company = CompanyInput {
                name: "PT Sinar Jaya Abadi".into(),
                npwp: "01.234.567.8-901.000".into(),
                nib: "9120001234567".into(),
                address: "Jalan Raya Bogor Kilometer 26 Nomor 8, Jakarta Timur".into(),
            };
            let answers = Answers { company, ..Answers::default() };
            applications::save(backend, &toko, id, version, answers).await.unwrap();
            applications::attach_letter(backend, &toko, id, "nib.pdf", letter()).await.unwrap();
            (id, site.signed_in(email).await)
        }
    }
}

/// The text with every run of white space as one space: the receipt breaks long lines.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_field_is_asked_and_shown(
    #[values(ProfileType::NonPenyedia, ProfileType::Penyedia)] profile_type: ProfileType,
) {
    let site = Site::new(Database::Sqlite).await;
    let world = &site.world;
    let (id, person) = filled(&site, profile_type).await;
    let owner = match profile_type {
        ProfileType::NonPenyedia => world.siti().await,
        ProfileType::Penyedia => world.actor("toko@contoh.co.id").await,
    };
    let draft = applications::draft(&world.backend, &owner, id).await.unwrap().draft;
    let path = |step: &str| format!("/akses/pengajuan/{id}/{step}");

    let form = person.get(&path("formulir")).await.expect(200);
    let tags = form.tags();
    for control in fields::of(profile_type).flat_map(|field| field.controls) {
        let found = tags.iter().any(|tag| tag.get("name") == Some(control.name));
        assert!(found, "the form should have a control {}", control.name);
    }

    let review = person.get(&path("tinjau")).await.expect(200).text();
    world.submit(&owner, id).await.unwrap();
    let desk = site.verifier().await.get(&format!("/verifikasi/{id}")).await.expect(200).text();
    let receipt = person.get(&path("bukti.pdf")).await.expect(200);
    let receipt = Document::load_mem(&receipt.body).unwrap().extract_text(&[1]).unwrap();

    for field in fields::of(profile_type).map(|field| field.field) {
        for (place, text) in [(Place::Review, &review), (Place::Desk, &desk), (Place::Receipt, &receipt)] {
            let expected = shown(&draft, field, place);
            assert!(!expected.is_empty(), "{field} should be filled in");
            if !LEFT_OUT.contains(&(field, place)) {
                assert!(squeezed(text).contains(&expected), "{place:?} should show {field} as {expected:?}: {text}");
            }
        }
    }
}
