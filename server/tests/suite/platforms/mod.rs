//! Platforms: who sees and enters them with what (guide steps 16 to 19), terms in versions, and administration.
//!
//! What the protocol itself refuses is in `oidc::hostile`.

mod administration;
mod consent;
mod launcher;

use backend::platforms::{admin, launch::Launch, terms};
use domain::{
    platforms::{
        form::PlatformForm,
        terms::{TermsInput, TermsKind},
    },
    role::ProfileType,
    validity::DateInput,
};
use time::Date;
use url::Url;
use uuid::Uuid;

use crate::support::{outside::Outside, *};

const ADMIN: &str = "admin@contoh.go.id";

const UNIT: &str = "Sekretariat";

const BEGIN: &str = "https://platform.contoh.go.id/masuk/mulai";

const TEXT: &str = "# Aturan\n\nData pada platform ini **hanya** dipakai untuk pengadaan pemerintah.";

async fn outside(world: &World) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await
}

fn draft(kind: TermsKind, day: Date, grace_days: &str) -> TermsInput {
    TermsInput { kind, text: TEXT.into(), in_force_on: DateInput::from_date(day), grace_days: grace_days.into() }
}

/// Publishes the next version of both documents, in force today.
async fn published(world: &World, platform: Uuid) -> [Uuid; 2] {
    let boss = world.actor(ADMIN).await;
    let mut ids = Vec::new();
    for kind in [TermsKind::Syarat, TermsKind::Privasi] {
        ids.push(terms::publish(&world.backend, &boss, platform, &draft(kind, TODAY, "0")).await.unwrap());
    }
    [ids[0], ids[1]]
}

/// A platform for every profile type, whose terms are asked of all.
async fn platform(world: &World, slug: &str) -> Uuid {
    world.platform(slug, |form| form.terms_for = ProfileType::ALL.to_vec()).await.id
}

/// The versions that stand before a way in.
fn asked(launch: Launch) -> Vec<Uuid> {
    match launch {
        Launch::Accept(due) => due.into_iter().map(|version| version.id).collect(),
        Launch::Go(url) => panic!("the way is open: {url}"),
    }
}

/// The way in.
fn gone(launch: Launch) -> Url {
    match launch {
        Launch::Go(url) => url,
        Launch::Accept(due) => panic!("terms stand before it: {due:?}"),
    }
}

/// The form of a platform as it is stored.
async fn stored(world: &World, id: Uuid) -> (PlatformForm, i64) {
    let details = admin::find(&world.backend, &world.actor(ADMIN).await, id).await.unwrap();
    (details.form, details.version)
}
