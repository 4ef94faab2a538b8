//! Verdicts on cases, through the use cases.

use std::time::Duration;

use backend::{
    Actor,
    verification::{self, CaseFile, VerdictForm},
};
use domain::{
    issues::Field,
    status::{Status, Verdict},
    verification::UNDO,
};
use uuid::Uuid;

use super::World;

/// A complete verdict, as the page of `case` sends it.
pub fn form_for(case: &CaseFile, verdict: Verdict, text: &str) -> VerdictForm {
    VerdictForm {
        version: case.version,
        verdict,
        reason: (verdict == Verdict::Reject).then(|| case.reasons[0].id),
        text: text.into(),
        marks: if verdict == Verdict::Return { vec![(Field::Letter, "Pindai ulang suratnya.".into())] } else { vec![] },
        checks: case.checks.iter().map(|item| item.id).collect(),
    }
}

/// Claims a case and decides it, then advances the clock until the verdict can no longer be undone and its mail is due.
pub async fn decide(world: &World, actor: &Actor, id: Uuid, verdict: Verdict, text: &str) -> backend::Result<Status> {
    let case = verification::case_file(&world.backend, actor, id).await?;
    verification::claim(&world.backend, actor, id).await?;
    let given = verification::decide(&world.backend, actor, id, &form_for(&case, verdict, text)).await?;
    world.advance(UNDO + Duration::from_secs(1));
    Ok(given.status)
}

pub async fn approve(world: &World, actor: &Actor, id: Uuid) -> backend::Result<Status> {
    decide(world, actor, id, Verdict::Approve, "").await
}

pub async fn reject(world: &World, actor: &Actor, id: Uuid, reason: &str) -> backend::Result<Status> {
    decide(world, actor, id, Verdict::Reject, reason).await
}
