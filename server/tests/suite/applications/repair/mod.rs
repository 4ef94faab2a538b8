//! Applications that come back: repair, timeline, and decisions that are reopened.

mod desk;
mod forms;

use std::time::Duration;

use backend::{
    Actor,
    applications::{self, Saved},
    verification::{self, VerdictForm},
};
use domain::{
    applications::answers::Answers, issues::Field, master_data::institution::InstitutionType, status::Verdict,
    verification::UNDO,
};
use uuid::Uuid;

use crate::support::{browser::Answer, verdicts::form_for, *};

const SECOND: Duration = Duration::from_secs(1);

const LAST_DAY: &str = "Samakan hari terakhir dengan surat.";

const LETTER: &str = "Halaman 2 tidak ada. Pindai seluruh halaman.";

const REASON: &str = "Surat ternyata milik orang lain.";

fn page(id: Uuid, step: &str) -> String {
    format!("/akses/pengajuan/{id}/{step}")
}

/// Ratna sends it back with these marks; the verdict stands from then on.
async fn returned(world: &World, id: Uuid, marks: &[(Field, &str)]) {
    let ratna = world.verifier().await;
    let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
    verification::claim(&world.backend, &ratna, id).await.unwrap();
    let marks = marks.iter().map(|(field, note)| (*field, (*note).to_owned())).collect();
    let form = VerdictForm { marks, ..form_for(&case, Verdict::Return, "Mohon dilengkapi.") };
    verification::decide(&world.backend, &ratna, id, &form).await.unwrap();
    world.advance(UNDO + SECOND);
}

/// The person chooses an office of another institution for what came back; gives what was saved, and the answers.
async fn moved(world: &World, person: &Actor, id: Uuid) -> (Saved, Answers) {
    let (institution, work_unit) = world.place("Provinsi Bali", "Dinas Kesehatan");
    let stored = applications::draft(&world.backend, person, id).await.unwrap();
    let answers = Answers {
        institution_type: Some(InstitutionType::Provinsi),
        institution: Some(institution),
        work_unit: Some(work_unit),
        ..stored.draft.answers
    };
    let saved = applications::save(&world.backend, person, id, stored.version, answers.clone()).await.unwrap();
    (saved, answers)
}

/// A supervisor opens a decided case again.
async fn reopened(world: &World, id: Uuid) {
    world.advance(MINUTE);
    let made = world.actor("penyelia@contoh.go.id").await;
    verification::reopen(&world.backend, &made, id, REASON).await.unwrap();
}

/// Whether a link of the page leads there.
fn links(answer: &Answer, to: &str) -> bool {
    answer.tags().iter().any(|tag| tag.name == "a" && tag.get("href") == Some(to))
}

/// The ids that describe the control with this id.
fn described_by(answer: &Answer, id: &str) -> String {
    let tags = answer.tags();
    let control = tags.iter().find(|tag| tag.get("id") == Some(id)).unwrap_or_else(|| panic!("no {id}"));
    control.get("aria-describedby").unwrap_or_default().to_owned()
}

#[track_caller]
fn names_no_verifier(answer: &Answer) {
    for name in ["Ratna", "Hendra", "Made Suardana"] {
        assert!(!answer.html().contains(name), "{} names {name}", answer.path);
    }
}
