//! A verifier who applies from a second account, and accounts that share something with an applicant.

use std::net::IpAddr;

use backend::{
    Actor, Origin,
    accounts::{self, ProfileForm, sessions},
    applications,
    verification::{self, VerdictForm},
};
use domain::{
    accounts::person::EmployeeNumberKind,
    issues::conflict::Conflict,
    permission::StaffRole,
    role::Role,
    status::{Status, Verdict},
    time::Zone,
    verification::{SharedThing, SharedWith, UNDO},
};
use uuid::Uuid;

use crate::support::{
    browser::Site,
    verdicts::{approve, decide, form_for},
    *,
};

const SUPERVISOR: &str = "penyelia@contoh.go.id";
/// Siti's number, as in the development data.
const HERS: &str = "197804122003122003";
const OTHER: &str = "198501012010011009";
const REASON: &str = "Perlu diperiksa sekali lagi.";

/// Changes number and telephone number of a profile; empty texts remove them.
async fn profile(world: &World, actor: &Actor, number: &str, phone: &str) {
    let form = ProfileForm {
        name: actor.name.clone(),
        employee_number_kind: EmployeeNumberKind::Nip,
        employee_number: number.into(),
        phone: phone.into(),
        zone: Zone::Wib,
    };
    accounts::change_profile(&world.backend, actor, &form).await.unwrap();
}

#[track_caller]
fn close<T: std::fmt::Debug>(outcome: backend::Result<T>) {
    assert_eq!(conflict(outcome.map(drop).expect_err("refused")), Conflict::CloseApplicant);
}

async fn shared(world: &World, id: Uuid) -> Vec<SharedWith> {
    verification::case_file(&world.backend, &world.verifier().await, id).await.unwrap().shared
}

fn rejection(version: i64) -> VerdictForm {
    let (reason, text) = (None, String::new());
    VerdictForm { version, verdict: Verdict::Reject, reason, text, marks: Vec::new(), checks: Vec::new() }
}

/// Signs in from an address of the outside.
async fn from(world: &World, email: &str, address: &str, user_agent: &str) {
    let origin = Origin { address: address.parse::<IpAddr>().unwrap(), user_agent: user_agent.into(), device: None };
    accounts::sign_in(&world.backend, email, &PASSWORD.into(), &origin).await.unwrap();
}

on_both! {
    async fn verifier_cannot_act_on_a_case_with_the_number_of_their_own_account(world) {
        let (siti, ratna, made) = (world.siti().await, world.verifier().await, world.actor(SUPERVISOR).await);
        let backend = &world.backend;
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        profile(&world, &made, HERS, "").await;
        let case = verification::case_file(backend, &made, id).await.unwrap();
        assert!(case.close && !case.own);
        close(verification::claim(backend, &made, id).await);
        assert_eq!(verification::claim_next(backend, &made).await.unwrap(), None);
        verification::claim(backend, &ratna, id).await.unwrap();
        close(verification::take_over(backend, &made, id, REASON).await);
        close(verification::renew(backend, &made, id).await);
        close(verification::decide(backend, &made, id, &form_for(&case, Verdict::Approve, "")).await);
        // A stranger to the applicant may.
        approve(&world, &ratna, id).await.unwrap();
        close(verification::reopen(backend, &made, id, REASON).await);
        assert_eq!(world.count("verdicts").await, 1);
    }

    async fn removing_the_number_from_the_profile_helps_nobody(world) {
        let (siti, made) = (world.siti().await, world.actor(SUPERVISOR).await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        profile(&world, &made, HERS, "").await;
        profile(&world, &made, "", "").await;
        close(verification::claim(&world.backend, &made, id).await);
        profile(&world, &made, OTHER, "").await;
        close(verification::claim(&world.backend, &made, id).await);
        assert_eq!(verification::claim_next(&world.backend, &made).await.unwrap(), None);
    }

    async fn snapshot_and_profile_of_the_applicant_both_count(world) {
        let (siti, ratna, made) = (world.siti().await, world.verifier().await, world.actor(SUPERVISOR).await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        // What was sent says one number, the profile says another by now.
        profile(&world, &siti, OTHER, "").await;
        profile(&world, &made, HERS, "").await;
        profile(&world, &ratna, OTHER, "").await;
        close(verification::claim(&world.backend, &made, id).await);
        close(verification::claim(&world.backend, &ratna, id).await);
        approve(&world, &world.verifier2().await, id).await.unwrap();
    }

    /// Somebody who becomes close while they hold the case, or within the seconds of Urungkan.
    async fn number_that_changes_while_a_case_is_held_counts_at_once(world) {
        let (siti, budi, made) = (world.siti().await, world.budi().await, world.actor(SUPERVISOR).await);
        let backend = &world.backend;
        let decided = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(backend, &made, decided).await.unwrap();
        verification::claim(backend, &made, decided).await.unwrap();
        verification::decide(backend, &made, decided, &form_for(&case, Verdict::Approve, "")).await.unwrap();
        profile(&world, &made, HERS, "").await;
        close(verification::undo(backend, &made, decided).await);
        world.advance(UNDO);
        close(verification::reopen(backend, &made, decided, REASON).await);
        assert_eq!(applications::detail(backend, &siti, decided).await.unwrap().summary.status, Status::Approved);

        let held = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        let case = verification::case_file(backend, &made, held).await.unwrap();
        verification::claim(backend, &made, held).await.unwrap();
        profile(&world, &budi, OTHER, "").await;
        profile(&world, &made, OTHER, "").await;
        close(verification::decide(backend, &made, held, &form_for(&case, Verdict::Approve, "")).await);
        close(verification::renew(backend, &made, held).await);
        verification::release(backend, &made, held).await.unwrap();
        assert_eq!(world.count("verdicts").await, 1);
    }

    /// Nobody waits a day for a verifier who may no longer take the case.
    async fn case_reserved_for_somebody_close_is_for_everybody(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        decide(&world, &ratna, id, Verdict::Return, "Mohon dilengkapi.").await.unwrap();
        world.submit(&siti, id).await.unwrap();
        let hendra = world.verifier2().await;
        assert_eq!(verification::claim_next(&world.backend, &hendra).await.unwrap(), None, "it is hers");
        profile(&world, &ratna, HERS, "").await;
        assert_eq!(verification::claim_next(&world.backend, &ratna).await.unwrap(), None);
        assert_eq!(verification::claim_next(&world.backend, &hendra).await.unwrap(), Some(id));
    }

    async fn accounts_with_the_same_number_or_telephone_are_shown_masked(world) {
        let (siti, budi, dewi) = (world.siti().await, world.budi().await, world.actor("dewi@contoh.go.id").await);
        let made = world.actor(SUPERVISOR).await;
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        assert_eq!(shared(&world, id).await, []);
        profile(&world, &siti, HERS, "0812-3456-7890").await;
        profile(&world, &budi, HERS, "").await;
        profile(&world, &made, "", "0812 3456 7890").await;
        profile(&world, &dewi, "", "0813 3456 7890").await;
        // Removed again: still known.
        profile(&world, &budi, "", "").await;
        let found = shared(&world, id).await;
        let things: Vec<_> = found.iter().map(|shared| shared.thing.clone()).collect();
        let masked = |shown: &str, hidden: usize| format!("{}{shown}", "•".repeat(hidden));
        let expected = [
            SharedThing::EmployeeNumber { masked: masked("2003", 14) },
            SharedThing::Phone { masked: masked("7890", 10) },
        ];
        assert_eq!(things, expected);
        let names = |nth: usize| found[nth].accounts.iter().map(|one| (one.name.as_str(), one.staff_role)).collect::<Vec<_>>();
        assert_eq!(names(0), [("Budi Santoso", None)]);
        assert_eq!(names(1), [("Made Suardana", Some(StaffRole::Supervisor))]);
        assert!(!found[0].has_staff() && found[1].has_staff());
    }

    async fn accounts_of_one_device_are_shown_for_thirty_days(world) {
        let siti = world.siti().await;
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let device = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0";
        from(&world, "siti.pa@contoh.go.id", "2001:db8:1:2::7", device).await;
        from(&world, "budi.kpa@contoh.go.id", "2001:db8:1:2::8", device).await;
        from(&world, "verifikator2@contoh.go.id", "2001:db8:1:2:3::9", device).await;
        // Another browser, another network.
        from(&world, "dewi@contoh.go.id", "2001:db8:1:2::7", "curl/8").await;
        from(&world, "dewi@contoh.go.id", "2001:db8:1:3::7", device).await;
        let found = shared(&world, id).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].thing, SharedThing::Device);
        let names: Vec<_> = found[0].accounts.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["Hendra Gunawan", "Budi Santoso"], "the staff first");
        world.advance(29 * DAY);
        sessions::sweep(&world.backend).await.unwrap();
        assert_eq!(shared(&world, id).await.len(), 1);
        world.advance(DAY);
        assert_eq!(shared(&world, id).await, []);
        sessions::sweep(&world.backend).await.unwrap();
        assert_eq!(world.count("seen_devices").await, 0);
    }

    /// Behind a proxy that is not trusted, everybody comes from this machine.
    async fn the_own_machine_is_no_device(world) {
        let siti = world.siti().await;
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        for email in ["siti.pa@contoh.go.id", "budi.kpa@contoh.go.id"] {
            for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
                from(&world, email, address, "Firefox").await;
            }
        }
        assert_eq!((shared(&world, id).await, world.count("seen_devices").await), (vec![], 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn desk_warns_and_refuses_without_script() {
    let site = Site::new(Database::Sqlite).await;
    let id = site.sent("Sekretariat").await;
    let (siti, made) = (site.world.siti().await, site.world.actor(SUPERVISOR).await);
    profile(&site.world, &siti, HERS, "081234567890").await;
    profile(&site.world, &made, HERS, "").await;
    profile(&site.world, &site.world.budi().await, "", "081234567890").await;
    let (visitor, path) = (site.signed_in(SUPERVISOR).await, format!("/verifikasi/{id}"));
    let page = visitor.get(&path).await.expect(200);
    page.shows(&[
        "Nomor pegawai yang sama (••••••••••••••2003) dipakai akun Made Suardana (penyelia@contoh.go.id, Penyelia, akun Anda).",
        "Nomor ponsel yang sama (••••••••••7890) dipakai akun Budi Santoso (budi.kpa@contoh.go.id).",
        "Pemohon memakai NIP atau NRP yang tercatat pada akun Anda. Putusan harus diberikan oleh verifikator lain.",
    ]);
    assert!(!page.says("Ambil kasus ini") && !page.says("081234567890") && !page.says("+6281234567890"));
    let refused = visitor.post(&format!("{path}/ambil"), &[("", "")]).await.expect(409);
    refused.shows(&["Pemohon memakai NIP atau NRP yang tercatat pada akun Anda."]);
    let fields = [("version", "3"), ("verdict", "approve")];
    visitor.post(&path, &fields).await;
    verification::decide(&site.world.backend, &made, id, &rejection(3)).await.unwrap_err();
    assert_eq!(site.world.count("verdicts").await, 0);
}
