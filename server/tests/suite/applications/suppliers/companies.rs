//! Accesses of companies: one application for each, renewals, several people.

use backend::{
    accesses,
    applications::{self, renewals},
    platforms::launch,
    verification::{self, VerdictForm},
};
use devtools::development;
use domain::{
    accesses::AccessState,
    issues::{Field, Problem, conflict::Conflict},
    role::Role,
    status::{Status, Verdict},
    validity::Validity,
};
use rstest::rstest;
use time::macros::date;
use uuid::Uuid;

use super::*;
use crate::support::{
    browser::{Site, changed},
    verdicts::{approve, form_for},
    *,
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_company_is_applied_for_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let (world, toko) = (&site.world, site.signed_in(TOKO).await);
    let actor = world.actor(TOKO).await;
    let first = sent(world, &actor, NIB).await;
    let again = draft(world, &actor, company("9120-0012-3456-7")).await;
    let refused = send(&toko, again).await.expect(409);
    refused.expect_says("Anda masih memiliki pengajuan GB-26-000001-3 untuk perusahaan dengan NIB yang sama.");
    // Another company of the same person, and the same company of another person, are other matters.
    sent(world, &actor, OTHER_NIB).await;
    sent(world, &world.siti().await, NIB).await;
    approve(world, &world.verifier().await, first).await.unwrap();
    let refused = send(&toko, again).await.expect(409);
    refused.shows(&[
        "Anda sudah memiliki akses untuk perusahaan dengan NIB ini",
        "22 November 2026 sampai 21 November 2027",
        "Perpanjang akses itu",
    ]);
    assert_eq!(world.count("accesses").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_access_of_a_company_goes_on(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let world = &site.world;
    let access = granted(world, &world.actor(TOKO).await, NIB).await;
    let renew = format!("/akses/perpanjang/{access}");
    let toko = site.signed_in(TOKO).await;
    toko.post(&renew, &[("", "")]).await.expect(409).expect_says("Perpanjangan dibuka pada 22 September 2027");

    // Thirty days before its end.
    world.advance(334 * DAY);
    renewals::remind(&world.backend).await.unwrap();
    let (to, subject, text) = world.mails().await.remove(0);
    assert_eq!((to.as_str(), subject.as_str()), (TOKO, "Berakhir 30 hari lagi: akses Penyedia PT Sinar Jaya Abadi"));
    assert!(text.contains("bukti badan usaha yang terbaru") && text.contains(&renew), "{text}");
    let toko = site.signed_in(TOKO).await;
    toko.get(&renew).await.expect(200).shows(&["Perpanjang akses", "PT Sinar Jaya Abadi", "NIB 9120001234567"]);
    let form = toko.send(&renew, &[("", "")]).await.expect(200);
    let id: Uuid = form.path.split('/').nth(3).unwrap().parse().unwrap();
    let path = page(id, "formulir");
    form.shows(&[
        "Perpanjangan Akses Penyedia",
        "Akses sekarang berlaku 22 November 2026 sampai 21 November 2027",
        "Sama dengan akses yang dilanjutkan.",
    ]);
    // The name may have changed since; the number is that of the access, whatever is sent.
    let fields = changed(form.form(&path), &[("company_name", "PT Sinar Jaya Abadi Tbk"), ("nib", OTHER_NIB)]);
    let fields = changed(fields, &[("aksi", "ajukan")]);
    let review = toko.upload(&path, &fields, "nib 2027.pdf", proof()).await.expect(303);
    assert_eq!(review.location(), Some(&*page(id, "tinjau")));
    let review = toko.get(&page(id, "tinjau")).await.expect(200);
    review.shows(&["Melanjutkan akses", "PT Sinar Jaya Abadi Tbk", NIB]);
    assert!(!review.says(OTHER_NIB) && !review.says("Mulai ulang"), "{}", review.text());
    send(&toko, id).await.expect(303);
    let overview = toko.get("/akses").await.expect(200);
    overview.shows(&["Perpanjangan GB-27-000001", ": Menunggu Verifikasi."]);

    // Its number is not to be repaired.
    let ratna = world.verifier().await;
    let case = verification::case_file(&world.backend, &ratna, id).await.unwrap();
    verification::claim(&world.backend, &ratna, id).await.unwrap();
    let marks = vec![(Field::Nib, "NIB pada bukti lain.".to_owned())];
    let form = VerdictForm { marks, ..form_for(&case, Verdict::Return, "") };
    let refused = verification::decide(&world.backend, &ratna, id, &form).await;
    assert_eq!(problem_at(refused.err().unwrap(), Field::Nib), Problem::NotOffered);
    approve(world, &ratna, id).await.unwrap();
    let list = accesses::list(&world.backend, &world.actor(TOKO).await).await.unwrap();
    let periods: Vec<_> = list.iter().map(|access| (access.validity.first(), access.validity.last())).collect();
    let (old, new) = ((date!(2026 - 11 - 22), date!(2027 - 11 - 21)), (date!(2027 - 11 - 22), date!(2028 - 10 - 21)));
    assert_eq!(periods, [new, old], "without a gap, and a year from the day of the look");
    toko.get("/akses").await.expect(200).shows(&["Belum Berlaku", "Berlanjut sampai 21 Oktober 2028."]);
    assert_eq!(renewals::remind(&world.backend).await.unwrap(), 0, "who has renewed is left in peace");
}

on_both! {
    async fn one_person_holds_accesses_of_both_profile_types(world) {
        let siti = world.siti().await;
        world.granted(&siti, Role::Pa, "Sekretariat", TODAY, date!(2027 - 12 - 31)).await;
        let supplier = granted(&world, &siti, NIB).await;
        let list = accesses::list(&world.backend, &siti).await.unwrap();
        let states: Vec<_> = list.iter().map(|access| (access.role, access.state)).collect();
        assert_eq!(states, [(Role::Pa, AccessState::Active), (Role::Penyedia, AccessState::Active)]);
        // Each is usable where its profile type is admitted.
        let (_, both) = launch::accesses_for(&world.backend, &siti, development::DEMO_CLIENT).await.unwrap();
        assert_eq!(both.len(), 2);
        let (_, one) = launch::accesses_for(&world.backend, &siti, "toko-daring").await.unwrap();
        let one: Vec<_> = one.iter().map(|choice| (choice.id, choice.place.as_str())).collect();
        assert_eq!(one, [(supplier, "PT Sinar Jaya Abadi")]);
        // Neither is in the way of the other's renewal, nor of another application.
        sent(&world, &siti, OTHER_NIB).await;
        world.submitted(&siti, Role::Pa, "Inspektorat").await;
    }

    async fn one_of_two_simultaneous_applications_of_a_company_is_submitted(world) {
        let toko = world.actor(TOKO).await;
        let (one, two) = (draft(&world, &toko, company(NIB)).await, draft(&world, &toko, company(NIB)).await);
        assert_ne!(one, two);
        let (first, second) = tokio::join!(world.submit(&toko, one), world.submit(&toko, two));
        let refused = match (first, second) {
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
            other => panic!("{other:?}"),
        };
        assert!(matches!(conflict(refused), Conflict::OpenForCompany { .. }));
        assert_eq!(world.count("companies").await, 1);
    }

    async fn another_who_speaks_for_the_company_is_shown(world) {
        granted(&world, &world.siti().await, NIB).await;
        let id = sent(&world, &world.actor(TOKO).await, NIB).await;
        let case = verification::case_file(&world.backend, &world.verifier().await, id).await.unwrap();
        let others: Vec<_> = case.others.iter().map(|other| (other.name.as_str(), other.same_person)).collect();
        assert_eq!(others, [("Siti Rahmawati", false)]);
        assert_eq!(case.same_letter.len(), 1);
    }

    async fn second_approval_of_a_company_is_valid_for_a_year(world) {
        let toko = world.actor(TOKO).await;
        let id = sent(&world, &toko, NIB).await;
        let ratna = world.verifier().await;
        approve(&world, &ratna, id).await.unwrap();
        world.advance(MINUTE);
        let made = world.actor("penyelia@contoh.go.id").await;
        verification::reopen(&world.backend, &made, id, "Bukti ternyata milik perusahaan lain.").await.unwrap();
        let detail = applications::detail(&world.backend, &toko, id).await.unwrap();
        assert_eq!((detail.summary.status, detail.validity), (Status::Submitted, None));
        world.advance(DAY);
        approve(&world, &world.verifier().await, id).await.unwrap();
        let access = accesses::list(&world.backend, &toko).await.unwrap().remove(0);
        let period = Validity::new(date!(2026 - 11 - 23), date!(2027 - 11 - 22)).unwrap();
        assert_eq!((access.validity, access.state, access.revoked_at), (period, AccessState::Active, None));
    }

    async fn the_supplier_of_development_has_an_access_and_waits_for_another(world) {
        development::fill_supplier(&world.backend).await.unwrap();
        development::fill_supplier(&world.backend).await.unwrap();
        let toko = world.actor(TOKO).await;
        let list = accesses::list(&world.backend, &toko).await.unwrap();
        assert_eq!(list.iter().map(|access| access.state).collect::<Vec<_>>(), [AccessState::Active]);
        let open = applications::open(&world.backend, &toko).await.unwrap();
        assert_eq!(open.iter().map(|item| item.status).collect::<Vec<_>>(), [Status::Submitted]);
        let found = verification::findings(&world.backend, &world.verifier().await, open[0].id).await.unwrap();
        let verification::Findings::Text(found) = found else { panic!("no text") };
        assert!(found.iter().all(|finding| finding.pages == [1]), "{found:?}");
    }
}
