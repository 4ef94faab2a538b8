//! Administration: invitations, roles and scopes, disabled accounts, the lists of the desk, holidays, mails, jobs.

mod invitations;
mod lists;
mod operations;
mod pages;
mod roles;

use backend::{
    Actor, Origin, accounts,
    secrets::Token,
    staff::{self, Appointed, Invitation},
    verification,
};
use domain::{master_data::institution::InstitutionType, permission::StaffRole, verification::QueueFilter};
use uuid::Uuid;

use crate::support::{outside::Outside, *};

const ADMIN: &str = "admin@contoh.go.id";
const ADMIN2: &str = "admin2@contoh.go.id";

const NEWCOMER: &str = "fitri@contoh.go.id";

const STRONG: &str = "kuda lari di pantai";

async fn admin(world: &World) -> Actor {
    world.actor(ADMIN).await
}

/// The second administrator of the development data.
async fn admin2(world: &World) -> Actor {
    world.actor(ADMIN2).await
}

/// Gives a role by two administrators.
async fn appoint(world: &World, user_id: Uuid, role: StaffRole, institutions: &[Uuid]) {
    let (boss, second) = (admin(world).await, admin2(world).await);
    let appointed = staff::set_role(&world.backend, &boss, user_id, Some(role), institutions).await.unwrap();
    assert_eq!(appointed, Appointed::Proposed);
    let proposals = staff::proposals(&world.backend, &second).await.unwrap();
    staff::confirm(&world.backend, &second, proposals[0].id).await.unwrap();
}

/// Leaves one administrator.
async fn dismiss_second(world: &World) {
    staff::set_staff_role(&world.backend, ADMIN2, None).await.unwrap();
}

/// Signs in, from a device that the account knows; gives the session.
async fn session(world: &World, email: &str) -> Token {
    let known = Origin { device: Some(world.device(email).await), ..origin() };
    accounts::sign_in(&world.backend, email, &PASSWORD.into(), &known).await.unwrap()
}

fn invitation(email: &str, role: StaffRole, institutions: &[Uuid]) -> Invitation {
    Invitation { email: email.into(), role: Some(role), institutions: institutions.to_vec() }
}

/// Invites the newcomer as a verifier; gives the secret of the link.
async fn invited(world: &World, institutions: &[Uuid]) -> Token {
    let admin = admin(world).await;
    staff::invite(&world.backend, &admin, &invitation(NEWCOMER, StaffRole::Verifier, institutions)).await.unwrap();
    world.secret_for(NEWCOMER).await
}

async fn accept(world: &World, token: &Token) -> backend::Result<Token> {
    staff::accept(&world.backend, token, "Fitri Hasan", &STRONG.into(), &origin()).await
}

async fn outside(world: &World) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&world.config.database.url)).await
}

/// What the trail says of an action, oldest first.
async fn trail(world: &World, action: &str) -> Vec<String> {
    let sql = format!("SELECT detail FROM audit_events WHERE action = '{action}' ORDER BY seq");
    outside(world).await.texts(&sql).await
}

/// The institutions of the tests: the one whose applications are sent, and another.
fn institutions(world: &World) -> (Uuid, Uuid) {
    let here = world.place("Kementerian Kesehatan", "Sekretariat").0;
    let provinces = world.backend.master_data.snapshot().institutions(InstitutionType::Provinsi, "", 1).hits;
    (here, provinces[0].0.id)
}

async fn queue(world: &World, actor: &Actor) -> Vec<Uuid> {
    let queue = verification::queue(&world.backend, actor, &QueueFilter::default(), None).await.unwrap();
    queue.rows.into_iter().map(|row| row.id).collect()
}
