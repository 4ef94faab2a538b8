//! An administrator who appoints administrators or supervisors alone.

use backend::{
    Error,
    accounts::sessions,
    audit,
    staff::{self, Appointed, Invitation},
};
use domain::{
    issues::{Field, Problem, conflict::Conflict},
    permission::StaffRole,
    staff::view::RoleProposal,
};
use rstest::rstest;
use uuid::Uuid;

use crate::support::{browser::Site, *};

const ADMIN: &str = "admin@contoh.go.id";
const ADMIN2: &str = "admin2@contoh.go.id";
const NEWCOMER: &str = "fitri@contoh.go.id";
const HENDRA: &str = "verifikator2@contoh.go.id";
const STRONG: &str = "kuda lari di pantai";

async fn role_of(world: &World, email: &str) -> Option<StaffRole> {
    world.actor(email).await.staff_role
}

async fn proposals(world: &World) -> Vec<RoleProposal> {
    staff::proposals(&world.backend, &world.actor(ADMIN2).await).await.unwrap()
}

/// Proposes Hendra as a supervisor, as the first administrator. Returns the proposal.
async fn proposed(world: &World) -> Uuid {
    let (boss, hendra) = (world.actor(ADMIN).await, world.verifier2().await.user_id);
    let outcome = staff::set_role(&world.backend, &boss, hendra, Some(StaffRole::Supervisor), &[]).await.unwrap();
    assert_eq!(outcome, Appointed::Proposed);
    proposals(world).await[0].id
}

fn invitation(role: StaffRole) -> Invitation {
    Invitation { email: NEWCOMER.into(), role: Some(role), institutions: Vec::new() }
}

/// The details of the events of an action in the trail, oldest first.
async fn trail(world: &World, action: &str) -> Vec<String> {
    let sql = format!("SELECT detail FROM audit_events WHERE action = '{action}' ORDER BY seq");
    world.outside().await.texts(&sql).await
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: backend::Result<T>, expected: &Conflict) {
    assert_eq!(&conflict(outcome.map(drop).expect_err("refused")), expected);
}

on_both! {
    /// Enabling a powerful account would give its role back by one administrator alone.
    async fn account_that_is_enabled_again_has_no_powerful_role(world) {
        let (boss, backend) = (world.actor(ADMIN).await, &world.backend);
        let (hendra, ratna) = (world.verifier2().await.user_id, world.verifier().await.user_id);
        staff::set_staff_role(backend, HENDRA, Some(StaffRole::Supervisor)).await.unwrap();
        for (id, disabled) in [(hendra, true), (ratna, true), (hendra, false), (ratna, false)] {
            staff::set_disabled(backend, &boss, id, disabled).await.unwrap();
        }
        assert_eq!(role_of(&world, HENDRA).await, Some(StaffRole::Verifier), "the other must be proposed anew");
        assert_eq!(role_of(&world, "verifikator@contoh.go.id").await, Some(StaffRole::Verifier));
    }

    async fn one_administrator_appoints_nobody(world) {
        let (backend, boss, second) = (&world.backend, world.actor(ADMIN).await, world.actor(ADMIN2).await);
        let id = proposed(&world).await;
        assert_eq!(role_of(&world, HENDRA).await, Some(StaffRole::Verifier), "nothing has changed");
        assert!(!staff::proposals(backend, &boss).await.unwrap()[0].confirmable);
        refused(staff::confirm(backend, &boss, id).await, &Conflict::OwnProposal);
        assert_eq!(role_of(&world, HENDRA).await, Some(StaffRole::Verifier));

        let listed = proposals(&world).await.remove(0);
        assert_eq!((listed.email.as_str(), listed.role, listed.confirmable), (HENDRA, StaffRole::Supervisor, true));
        assert_eq!((listed.proposed_by.as_str(), listed.expires_at), ("Agus Setiawan", NOW.plus(7 * DAY)));
        staff::confirm(backend, &second, id).await.unwrap();
        assert_eq!(role_of(&world, HENDRA).await, Some(StaffRole::Supervisor));
        assert!(proposals(&world).await.is_empty());
        not_found(staff::confirm(backend, &second, id).await);
        let (proposed, confirmed) = (trail(&world, "staff_role_proposed").await, trail(&world, "staff_role_confirmed").await);
        assert!(proposed.len() == 1 && proposed[0].contains(HENDRA) && proposed[0].contains("supervisor"), "{proposed:?}");
        assert!(confirmed.len() == 1 && confirmed[0].contains(&boss.user_id.to_string()), "{confirmed:?}");
        assert_eq!(world.mails().await[0].1, "Anda menjadi Penyelia Gerbang");
        assert!(matches!(audit::verify(backend).await.unwrap(), audit::Verified::Whole(_)));
    }

    async fn who_gets_the_role_cannot_confirm_it(world) {
        let (backend, boss, second) = (&world.backend, world.actor(ADMIN).await, world.actor(ADMIN2).await);
        // Of two administrators, nobody could confirm what one proposes for the other.
        let outcome = staff::set_role(backend, &boss, second.user_id, Some(StaffRole::Supervisor), &[]).await;
        refused(outcome, &Conflict::NoSecondAdministrator);
        staff::set_staff_role(backend, "verifikator@contoh.go.id", Some(StaffRole::Admin)).await.unwrap();
        staff::set_role(backend, &boss, second.user_id, Some(StaffRole::Supervisor), &[]).await.unwrap();
        let id = proposals(&world).await[0].id;
        refused(staff::confirm(backend, &second, id).await, &Conflict::OwnProposal);
        refused(staff::confirm(backend, &boss, id).await, &Conflict::OwnProposal);
        staff::confirm(backend, &world.verifier().await, id).await.unwrap();
        assert_eq!(role_of(&world, ADMIN2).await, Some(StaffRole::Supervisor));
        // A role of one's own making, too.
        staff::set_role(backend, &boss, boss.user_id, Some(StaffRole::Supervisor), &[]).await.unwrap();
        assert_eq!(role_of(&world, ADMIN).await, Some(StaffRole::Admin));
    }

    async fn administrator_invited_by_one_gets_no_link(world) {
        let (backend, boss, second) = (&world.backend, world.actor(ADMIN).await, world.actor(ADMIN2).await);
        for role in [StaffRole::Supervisor, StaffRole::Admin] {
            let outcome = staff::invite(backend, &boss, &invitation(role)).await.unwrap();
            assert_eq!(outcome, Appointed::Proposed);
        }
        let listed = proposals(&world).await;
        assert_eq!(listed.len(), 1, "the later proposal takes the place of the earlier");
        assert_eq!((listed[0].name.clone(), listed[0].role), (None, StaffRole::Admin));
        assert_eq!((world.count("invitations").await, world.mails().await.len()), (0, 0));
        refused(staff::confirm(backend, &boss, listed[0].id).await, &Conflict::OwnProposal);
        staff::confirm(backend, &second, listed[0].id).await.unwrap();
        let token = world.secret_for(NEWCOMER).await;
        let session = staff::accept(backend, &token, "Fitri Hasan", &STRONG.into(), &origin()).await.unwrap();
        assert_eq!(world.actor_of(&session).await.unwrap().staff_role, Some(StaffRole::Admin));
    }

    /// As invitations are that one administrator sent before a second one was needed, or that somebody wrote otherwise.
    async fn invitation_without_a_second_administrator_gives_nothing(world) {
        let (backend, boss, second) = (&world.backend, world.actor(ADMIN).await, world.actor(ADMIN2).await);
        staff::invite(backend, &boss, &invitation(StaffRole::Admin)).await.unwrap();
        staff::confirm(backend, &second, proposals(&world).await[0].id).await.unwrap();
        let token = world.secret_for(NEWCOMER).await;
        world.sql("UPDATE invitations SET confirmed_by = NULL").await.unwrap();
        let outcome = staff::accept(backend, &token, "Fitri Hasan", &STRONG.into(), &origin()).await;
        assert_eq!(problem_at(outcome.err().unwrap(), Field::Form), Problem::LinkExpired);
        assert!(staff::members(backend, &boss).await.unwrap().1.is_empty());
    }

    async fn proposal_ends_by_time_withdrawal_or_its_authors_end(world) {
        let (backend, boss, second) = (&world.backend, world.actor(ADMIN).await, world.actor(ADMIN2).await);
        let late = proposed(&world).await;
        world.advance(7 * DAY);
        not_found(staff::confirm(backend, &second, late).await);
        assert!(proposals(&world).await.is_empty());
        sessions::sweep(backend).await.unwrap();
        assert_eq!(world.count("role_proposals").await, 0);

        let taken_back = proposed(&world).await;
        staff::withdraw_proposal(backend, &boss, taken_back).await.unwrap();
        not_found(staff::confirm(backend, &second, taken_back).await);
        not_found(staff::withdraw_proposal(backend, &boss, taken_back).await);

        let orphan = proposed(&world).await;
        staff::set_disabled(backend, &second, boss.user_id, true).await.unwrap();
        not_found(staff::confirm(backend, &second, orphan).await);
        staff::set_disabled(backend, &second, boss.user_id, false).await.unwrap();
        staff::set_staff_role(backend, ADMIN, Some(StaffRole::Admin)).await.unwrap();

        // Nor is somebody appointed who was dismissed meanwhile.
        let (void, hendra) = (proposed(&world).await, world.verifier2().await.user_id);
        staff::set_role(backend, &second, hendra, None, &[]).await.unwrap();
        not_found(staff::confirm(backend, &second, void).await);
        assert_eq!(role_of(&world, HENDRA).await, None);
    }

    async fn wider_scope_of_a_powerful_role_needs_a_second_too(world) {
        let (backend, boss) = (&world.backend, world.actor(ADMIN).await);
        let (here, _) = world.place("Kementerian Kesehatan", "Sekretariat");
        let (there, _) = world.place("Kementerian Keuangan", "Sekretariat");
        let made = world.actor("penyelia@contoh.go.id").await.user_id;
        let to = async |institutions: &[Uuid]| {
            staff::set_role(backend, &boss, made, Some(StaffRole::Supervisor), institutions).await.unwrap()
        };
        assert_eq!(to(&[here, there]).await, Appointed::AtOnce, "less than before");
        assert_eq!(to(&[here]).await, Appointed::AtOnce);
        for wider in [&[][..], &[there], &[here, there]] {
            assert_eq!(to(wider).await, Appointed::Proposed, "{wider:?}");
        }
        // Lowering is nobody else's business.
        let outcome = staff::set_role(backend, &boss, made, Some(StaffRole::Verifier), &[]).await.unwrap();
        assert_eq!(outcome, Appointed::AtOnce);
        assert!(proposals(&world).await.is_empty(), "what was proposed before is void");
    }

    async fn lone_administrator_uses_the_command_on_the_machine(world) {
        let (backend, boss) = (&world.backend, world.actor(ADMIN).await);
        assert!(staff::has_second(backend, &boss).await.unwrap());
        staff::set_disabled(backend, &boss, world.actor(ADMIN2).await.user_id, true).await.unwrap();
        assert!(!staff::has_second(backend, &boss).await.unwrap());
        let (events, hendra) = (world.count("audit_events").await, world.verifier2().await.user_id);
        for role in [StaffRole::Supervisor, StaffRole::Admin] {
            refused(staff::set_role(backend, &boss, hendra, Some(role), &[]).await, &Conflict::NoSecondAdministrator);
            refused(staff::invite(backend, &boss, &invitation(role)).await, &Conflict::NoSecondAdministrator);
        }
        // Signing in to look at the accounts left an event for each of them.
        assert_eq!(world.count("audit_events").await, events + 1);
        assert_eq!(staff::invite(backend, &boss, &invitation(StaffRole::Verifier)).await.unwrap(), Appointed::AtOnce);
        staff::set_staff_role(backend, HENDRA, Some(StaffRole::Admin)).await.unwrap();
        assert_eq!(role_of(&world, HENDRA).await, Some(StaffRole::Admin));
    }

    async fn of_two_who_confirm_at_once_one_does(world) {
        let backend = &world.backend;
        staff::set_staff_role(backend, "verifikator@contoh.go.id", Some(StaffRole::Admin)).await.unwrap();
        let (second, third) = (world.actor(ADMIN2).await, world.verifier().await);
        let id = proposed(&world).await;
        let (a, b) = tokio::join!(staff::confirm(backend, &second, id), staff::confirm(backend, &third, id));
        let failures: Vec<Error> = [a.err(), b.err()].into_iter().flatten().collect();
        assert!(matches!(failures[..], [Error::NotFound]), "{failures:?}");
        assert_eq!(trail(&world, "staff_role_changed").await.len(), 2, "that of the third administrator, and this one");
    }

    async fn nobody_but_administrators_confirms_or_withdraws(world) {
        let (id, backend) = (proposed(&world).await, &world.backend);
        let made = world.actor("penyelia@contoh.go.id").await;
        for stranger in [&world.siti().await, &world.verifier2().await, &made] {
            forbidden(staff::proposals(backend, stranger).await);
            forbidden(staff::confirm(backend, stranger, id).await);
            forbidden(staff::withdraw_proposal(backend, stranger, id).await);
        }
        assert_eq!((world.count("role_proposals").await, role_of(&world, HENDRA).await), (1, Some(StaffRole::Verifier)));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn staff_page_confirms_by_a_second_administrator_only(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let site = Site::new(database).await;
    let id = proposed(&site.world).await.to_string();
    let confirm = [("kukuhkan", id.as_str())];
    let (boss, second) = (site.signed_in(ADMIN).await, site.signed_in(ADMIN2).await);
    boss.get("/admin")
        .await
        .expect(200)
        .shows(&["Hendra Gunawan, verifikator2@contoh.go.id", "Menunggu administrator lain."]);
    boss.post("/admin", &confirm).await.expect(409).shows(&["Administrator lain harus mengukuhkannya."]);
    for stranger in [site.siti().await, site.verifier2().await, site.signed_in("penyelia@contoh.go.id").await] {
        stranger.post("/admin", &confirm).await.expect(404);
    }
    second.get(&format!("/admin?kukuhkan={id}")).await.expect(200);
    assert_eq!(role_of(&site.world, HENDRA).await, Some(StaffRole::Verifier), "reading a page confirms nothing");
    second.send("/admin", &confirm).await.expect(200).shows(&["Peran dikukuhkan"]);
    assert_eq!(role_of(&site.world, HENDRA).await, Some(StaffRole::Supervisor));

    let endang = site.world.actor(ADMIN2).await.user_id;
    staff::set_role(&site.world.backend, &site.world.actor(ADMIN).await, endang, None, &[]).await.unwrap();
    let form = "/admin?tindak=undang";
    boss.get(form).await.expect(200).shows(&["memerlukan administrator kedua", "gerbang admin role"]);
    let fields = [("tindak", "undang"), ("email", NEWCOMER), ("staff_role", "admin"), ("lingkup", "nasional")];
    let refused = boss.post(form, &fields).await.expect(409);
    refused.shows(&["Berikan peran ini dengan perintah di mesin server: gerbang admin role."]);
    assert_eq!(refused.value(form, "email").as_deref(), Some(NEWCOMER), "what was typed stays");
}
