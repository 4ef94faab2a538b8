//! Renewal: **Perpanjang** and **Aktifkan Kembali**, by forms and by script, and the reminders that lead there.

use std::collections::BTreeMap;

use backend::{
    accesses,
    applications::{self, renewals},
    verification::{self, VerdictForm},
};
use devtools::development;
use domain::{
    accesses::{AccessState, Renewal},
    issues::{
        Field, Problem,
        conflict::{Conflict, NotRenewable},
    },
    role::{ProfileType, Role},
    status::Verdict,
    validity::DateInput,
};
use rstest::rstest;
use serde_json::json;
use time::{Date, macros::date};
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    outside::Outside,
    verdicts::{approve, decide, form_for, reject},
    *,
};

/// Within sixty days of [`TODAY`].
const SOON: Date = date!(2026 - 12 - 31);

fn page(id: Uuid, step: &str) -> String {
    format!("/akses/pengajuan/{id}/{step}")
}

fn renew(access: Uuid) -> String {
    format!("/akses/perpanjang/{access}")
}

/// An access of Siti's, PA of the Sekretariat, that ends on this day.
async fn ending(site: &Site, last: Date) -> Uuid {
    site.world.granted(&site.world.siti().await, Role::Pa, "Sekretariat", date!(2026 - 11 - 01), last).await
}

/// Presses the button of an access; gives the draft that it leads to.
async fn begin(visitor: &Visitor, access: Uuid) -> Uuid {
    let answer = visitor.post(&renew(access), &[("", "")]).await.expect(303);
    let to = answer.location().unwrap();
    assert!(to.ends_with("/formulir"), "{to}");
    to.split('/').nth(3).unwrap().parse().unwrap()
}

/// Whether the page has a form that posts there.
fn has_form(answer: &Answer, action: &str) -> bool {
    answer.tags().iter().any(|tag| tag.name == "form" && tag.get("action") == Some(action))
}

async fn everything(site: &Site) -> BTreeMap<String, Vec<String>> {
    let url = secrecy::ExposeSecret::expose_secret(&site.world.config.database.url).to_owned();
    Outside::of(&url).await.everything().await
}

/// The form is short: the place stays, whatever is sent; period and letter are new.
async fn renewal_form_keeps_the_place(world: &World, siti: &Visitor, id: Uuid) {
    let form = page(id, "formulir");
    let drawn = siti.get(&form).await.expect(200);
    drawn.shows(&["Perpanjangan Akses PA", "Akses sekarang berlaku 1 November 2026 sampai 31 Desember 2026"]);
    assert!(drawn.tags().iter().any(|tag| tag.get("id") == Some("work_unit") && tag.has("readonly")));
    assert!(!drawn.says("Jenis Instansi") && !drawn.says("Terunggah"), "{}", drawn.text());
    let value = |name: &str| drawn.value(&form, name).unwrap();
    assert_eq!([value("first_day"), value("first_day_month"), value("first_day_year")], ["1", "1", "2027"]);
    assert_eq!(value("last_day"), "");
    let (institution, unit) = world.place("Kementerian Keuangan", "Sekretariat");
    let elsewhere = [("institution", institution.to_string()), ("work_unit", unit.to_string())];
    let elsewhere: Vec<(&str, &str)> = elsewhere.iter().map(|(name, id)| (*name, id.as_str())).collect();
    let period = [("last_day", "31"), ("last_day_month", "12"), ("last_day_year", "2027"), ("aksi", "ajukan")];
    let fields = changed(changed(drawn.form(&form), &elsewhere), &period);
    let without = siti.post(&form, &fields).await.expect(422);
    without.expect_says("Surat belum diunggah.");
    let answer = siti.upload(&form, &fields, "surat baru.pdf", letter()).await.expect(303);
    assert_eq!(answer.location(), Some(&*page(id, "tinjau")));
    let pick = siti.post(&page(id, "satker"), &[("version", "3"), ("pilih", &unit.to_string())]).await;
    assert_eq!(pick.status, 303);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_access_goes_on_without_a_gap(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let (world, siti) = (&site.world, site.siti().await);
    let access = ending(&site, SOON).await;
    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&["Aktif", "Berlaku sampai 31 Desember 2026", "39 hari lagi", "Perpanjang"]);
    assert!(has_form(&overview, &renew(access)));

    // The link of a mail asks first.
    let before = everything(&site).await;
    let asked = siti.get(&renew(access)).await.expect(200);
    asked.shows(&["Perpanjang akses", "Sekretariat Jenderal", "sampai 31 Desember 2026", "tanpa jeda"]);
    assert_eq!(everything(&site).await, before, "nothing changes on GET");
    let id = begin(&siti, access).await;
    assert_eq!(begin(&siti, access).await, id, "a second click");
    assert_eq!(world.count("applications").await, 2);
    siti.get(&renew(access)).await.expect(200).expect_says("Perpanjangan akses ini sudah Anda mulai.");
    // Whoever starts another application for the role gets another draft.
    let another = applications::start(&world.backend, &world.siti().await, ProfileType::NonPenyedia, Role::Pa).await;
    assert_ne!(another.unwrap(), id);

    renewal_form_keeps_the_place(world, &siti, id).await;

    let review = siti.get(&page(id, "tinjau")).await.expect(200);
    review.shows(&[
        "Melanjutkan akses",
        "1 November 2026 sampai 31 Desember 2026",
        "1 Januari 2027 sampai 31 Desember 2027",
        "Sekretariat Jenderal",
        "Kementerian Kesehatan",
        "surat baru.pdf",
    ]);
    assert!(!review.says("Mulai ulang"), "{}", review.text());
    let fields = changed(review.form(&page(id, "tinjau")), &[("confirmation", "ya")]);
    let status = siti.send(&page(id, "tinjau"), &fields).await.expect(200);
    status.shows(&["GB-26-000002-1", "Melanjutkan akses", "Paling lambat"]);

    // It is asked for once.
    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&["Perpanjangan GB-26-000002-1: Menunggu Verifikasi."]);
    assert!(!has_form(&overview, &renew(access)));
    let twice = siti.post(&renew(access), &[("", "")]).await.expect(409);
    twice.expect_says("Perpanjangan akses ini sudah diajukan dengan nomor GB-26-000002-1.");

    approve(world, &world.verifier().await, id).await.unwrap();
    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&["Berlanjut sampai 31 Desember 2027.", "Belum Berlaku"]);
    let states = async || {
        let list = accesses::list(&world.backend, &world.siti().await).await.unwrap();
        list.iter().map(|access| access.state).collect::<Vec<_>>()
    };
    world.advance(39 * DAY);
    assert_eq!(states().await, [AccessState::Upcoming, AccessState::Active], "on 31 December the old one");
    world.advance(DAY);
    assert_eq!(states().await, [AccessState::Active, AccessState::Expired], "on 1 January the new one");
    let siti = site.siti().await;
    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&["Satu akses aktif.", "Kedaluwarsa", "Berlanjut sampai 31 Desember 2027."]);
    assert!(!overview.says("Aktifkan Kembali"), "{}", overview.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_access_that_ended_is_taken_up_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let access = ending(&site, date!(2026 - 11 - 30)).await;
    site.world.advance(8 * DAY);
    assert!(site.siti().await.get("/akses").await.says("Hari terakhir"));
    site.world.advance(2 * DAY);
    let siti = site.siti().await;
    let overview = siti.get("/akses").await.expect(200);
    overview.shows(&["Belum ada akses aktif.", "Kedaluwarsa", "Berakhir pada 30 November 2026", "Aktifkan Kembali"]);
    assert!(!overview.says("Perpanjang "));
    siti.get(&renew(access)).await.expect(200).expect_says("Aktifkan kembali akses");
    let id = begin(&siti, access).await;
    let form = page(id, "formulir");
    let drawn = siti.get(&form).await.expect(200).expect_says("Akses lama berlaku 1 November 2026");
    assert_eq!(drawn.value(&form, "first_day").as_deref(), Some("2"), "today");
    assert_eq!(drawn.value(&form, "first_day_month").as_deref(), Some("12"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn too_early_is_told_with_the_day(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let siti = site.siti().await;
    let access = ending(&site, date!(2027 - 12 - 31)).await;
    assert!(!has_form(&siti.get("/akses").await.expect(200), &renew(access)));
    let why = "Akses ini belum dapat diperpanjang. Perpanjangan dibuka pada 1 November 2027.";
    let asked = siti.get(&renew(access)).await.expect(200).expect_says(why);
    assert!(!asked.tags().iter().any(|tag| tag.name == "button" && tag.get("class") == Some("btn btn--primary")));
    let refused = siti.post(&renew(access), &[("", "")]).await.expect(409).expect_says(why);
    assert_eq!(refused.text().matches(why).count(), 1, "said once");
    let from = date!(2027 - 11 - 01);
    let reply = siti.post_by_script(&renew(access), &[("", "")]).await.expect(200).json();
    let conflict = Conflict::NotRenewable(NotRenewable::TooEarly { from });
    assert_eq!(reply["Stay"][0]["problem"]["of"], serde_json::to_value(conflict).unwrap());
    assert_eq!(site.world.count("applications").await, 1);
    // On that day it opens.
    site.world.advance(344 * DAY);
    let siti = site.siti().await;
    assert!(has_form(&siti.get("/akses").await.expect(200), &renew(access)));
    begin(&siti, access).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_renews_for_another(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let site = Site::new(database).await;
    let access = ending(&site, SOON).await;
    let strangers = [site.budi().await, site.verifier().await, site.admin().await];
    let path = renew(access);
    for stranger in &strangers {
        stranger.get(&path).await.expect(404).expect_says("Halaman tidak ditemukan");
        stranger.post(&path, &[("", "")]).await.expect(404);
        let reply = stranger.post_by_script(&path, &[("", "")]).await.expect(200).json();
        assert_eq!(reply, json!({ "Go": { "to": path, "session": false } }));
        stranger.ask(&format!("/api/akses/perpanjangan?id={access}")).await.expect(404);
    }
    for nothing in ["/akses/perpanjang/bukan-nomor".to_owned(), renew(Uuid::nil())] {
        site.siti().await.get(&nothing).await.expect(404);
        site.siti().await.post(&nothing, &[("", "")]).await.expect(404);
    }
    let nobody = site.visitor();
    assert_eq!(nobody.get(&path).await.location(), Some(format!("/masuk?lanjut={path}").as_str()));
    nobody.post(&path, &[("", "")]).await.expect(401);
    // From a page that is not ours, not even its owner.
    let siti = site.siti().await;
    let foreign = siti.bare(reqwest::Method::POST, &path).header("origin", "https://jahat.example");
    assert_eq!(foreign.form(&[("", "")]).send().await.unwrap().status(), 403);
    assert_eq!(site.world.count("applications").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_renewal_begins_from_what_was_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let site = Site::new(database).await;
    let (world, siti) = (&site.world, site.siti().await);
    let access = ending(&site, SOON).await;
    let id = begin(&siti, access).await;
    finish(world, id).await;
    reject(world, &world.verifier().await, id, "Surat tidak ditandatangani.").await.unwrap();
    let overview = siti.get("/akses").await.expect(200);
    assert!(has_form(&overview, &renew(access)), "the access still ends");
    let again = begin(&siti, access).await;
    assert_ne!(again, id);
    let drawn = siti.get(&page(again, "formulir")).await.expect(200);
    drawn.shows(&["Alasan penolakan GB-26-000002-1", "Surat tidak ditandatangani.", "Perpanjangan Akses PA"]);
    assert_eq!(drawn.value(&page(again, "formulir"), "last_day_year").as_deref(), Some("2027"));
    assert_eq!(begin(&siti, access).await, again);
    world.submit(&world.siti().await, again).await.unwrap();
    approve(world, &world.verifier().await, again).await.unwrap();
    siti.get("/akses").await.expect(200).expect_says("Berlanjut sampai 31 Desember 2027.");
}

/// Fills in a renewal and sends it.
async fn finish(world: &World, id: Uuid) {
    let siti = world.siti().await;
    let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
    let last_day = DateInput::from_date(date!(2027 - 12 - 31));
    let answers = domain::applications::answers::Answers { last_day, ..stored.draft.answers };
    applications::save(&world.backend, &siti, id, stored.version, answers).await.unwrap();
    applications::attach_letter(&world.backend, &siti, id, "baru.pdf", letter()).await.unwrap();
    world.submit(&siti, id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_can_come_back_for_repair() {
    let site = Site::new(Database::Sqlite).await;
    let (world, siti) = (&site.world, site.siti().await);
    let id = begin(&siti, ending(&site, SOON).await).await;
    finish(world, id).await;
    let ratna = world.verifier().await;
    decide(world, &ratna, id, domain::status::Verdict::Return, "Mohon dilengkapi.").await.unwrap();
    siti.get("/akses").await.expect(200).expect_says("Perpanjangan GB-26-000002-1: Perlu Perbaikan.");
    let drawn = siti.get(&page(id, "formulir")).await.expect(200);
    drawn.shows(&[
        "Perbaiki Pengajuan Akses PA",
        "Perlu perbaikan: Pindai ulang suratnya.",
        "tidak dapat diubah di sini",
    ]);
    world.submit(&world.siti().await, id).await.unwrap();
}

on_both! {
    async fn two_simultaneous_clicks_make_one_draft(world) {
        let siti = world.siti().await;
        let access = world.granted(&siti, Role::Pa, "Sekretariat", date!(2026 - 11 - 01), SOON).await;
        let start = || renewals::start(&world.backend, &siti, access);
        let (a, b) = tokio::join!(start(), start());
        assert_eq!(a.unwrap(), b.unwrap());
        assert_eq!(world.count("applications").await, 2);
    }

    async fn an_access_that_goes_on_otherwise_is_not_renewed(world) {
        let siti = world.siti().await;
        let access = world.granted(&siti, Role::Pa, "Sekretariat", date!(2026 - 11 - 01), SOON).await;
        assert_eq!(renewals::look(&world.backend, &siti, access).await.unwrap().renewal, Ok(Renewal::Extend));
        world.granted(&siti, Role::Pa, "Sekretariat", date!(2027 - 01 - 01), date!(2027 - 06 - 30)).await;
        let refused = renewals::start(&world.backend, &siti, access).await.err().unwrap();
        let until = date!(2027 - 06 - 30);
        assert_eq!(conflict(refused), Conflict::NotRenewable(NotRenewable::Continued { until }));
        world.advance(20 * DAY);
        assert_eq!(renewals::remind(&world.backend).await.unwrap(), 0);
        not_found(renewals::look(&world.backend, &world.budi().await, access).await);
        not_found(renewals::start(&world.backend, &world.budi().await, access).await);
    }

    async fn an_access_of_the_development_data_has_ended_and_can_be_taken_up_again(world) {
        // Twice: a second start of the server changes nothing.
        development::fill_former(&world.backend).await.unwrap();
        development::fill_former(&world.backend).await.unwrap();
        world.advance(development::FORMER_ACCESS_AGE);
        let wayan = world.actor("wayan.pa@contoh.go.id").await;
        let list = accesses::list(&world.backend, &wayan).await.unwrap();
        let seen: Vec<_> = list.iter().map(|access| (access.state, access.renewal.clone())).collect();
        assert_eq!(seen, [(AccessState::Expired, Ok(Renewal::Revive))]);
        let draft = renewals::start(&world.backend, &wayan, list[0].id).await.unwrap();
        let answers = applications::draft(&world.backend, &wayan, draft).await.unwrap().draft.answers;
        assert_eq!(answers.first_day, DateInput::from_date(world.backend.world.today(wayan.zone)));
    }

    async fn the_end_is_announced_three_times(world) {
        let siti = world.siti().await;
        // 31 days from today.
        let access = world.granted(&siti, Role::Pa, "Sekretariat", date!(2026 - 11 - 01), date!(2026 - 12 - 23)).await;
        assert_eq!(renewals::remind(&world.backend).await.unwrap(), 0);
        let mut left = 31;
        for days in [30, 14, 3] {
            world.advance((left - days) * DAY);
            left = days;
            // Two servers at once send one.
            let (a, b) = tokio::join!(renewals::remind(&world.backend), renewals::remind(&world.backend));
            assert_eq!(a.unwrap() + b.unwrap(), 1, "{days}");
            assert_eq!(renewals::remind(&world.backend).await.unwrap(), 0, "{days}: once");
            let (recipient, subject, text) = world.mails().await.remove(0);
            assert_eq!(recipient, "siti.pa@contoh.go.id");
            assert_eq!(subject, format!("Berakhir {days} hari lagi: akses PA Sekretariat Jenderal"));
            assert!(text.contains(&format!("http://gerbang.test/akses/perpanjang/{access}")), "{text}");
        }
        world.advance(4 * DAY);
        assert_eq!(renewals::remind(&world.backend).await.unwrap(), 0);
    }

    async fn the_place_of_a_renewal_is_nothing_to_repair(world) {
        let (siti, ratna) = (world.siti().await, world.verifier().await);
        let access = world.granted(&siti, Role::Pa, "Sekretariat", date!(2026 - 11 - 01), SOON).await;
        let renewal = renewals::start(&world.backend, &siti, access).await.unwrap();
        finish(&world, renewal).await;
        let case = verification::case_file(&world.backend, &ratna, renewal).await.unwrap();
        verification::claim(&world.backend, &ratna, renewal).await.unwrap();
        let marks = vec![(Field::WorkUnit, "Satuan kerja pada surat lain.".to_owned())];
        let form = VerdictForm { marks, ..form_for(&case, Verdict::Return, "") };
        let refused = verification::decide(&world.backend, &ratna, renewal, &form).await.err().unwrap();
        assert_eq!(problem_at(refused, Field::WorkUnit), Problem::NotOffered);
    }

    async fn who_renews_is_left_in_peace_and_who_was_late_hears_the_nearest(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let hers = world.granted(&siti, Role::Pa, "Sekretariat", date!(2026 - 11 - 01), SOON).await;
        let his = world.granted(&budi, Role::Kpa, "Inspektorat", date!(2026 - 11 - 01), date!(2026 - 11 - 22)).await;
        let renewal = renewals::start(&world.backend, &siti, hers).await.unwrap();
        finish(&world, renewal).await;
        // His ends today, and nobody was reminded before: one mail, not three.
        assert_eq!(renewals::remind(&world.backend).await.unwrap(), 1);
        let mails = world.mails().await;
        let mut reminders = mails.iter().filter(|(_, subject, _)| subject.starts_with("Berakhir"));
        let (_, subject, text) = reminders.next().unwrap();
        assert_eq!(subject, "Berakhir hari ini: akses KPA Inspektorat Jenderal");
        assert!(text.contains(&his.to_string()), "{text}");
        world.advance(37 * DAY);
        assert_eq!(renewals::remind(&world.backend).await.unwrap(), 0, "hers is being renewed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_reminder_leads_to_the_renewal() {
    let site = Site::new(Database::Sqlite).await;
    let access = ending(&site, date!(2026 - 12 - 10)).await;
    site.world.advance(MINUTE);
    assert_eq!(renewals::remind(&site.world.backend).await.unwrap(), 1);
    let (_, _, text) = site.world.mails().await.remove(0);
    let (_, rest) = text.split_once(site.base.as_str().trim_end_matches('/')).expect("a link");
    let path = rest.split_whitespace().next().unwrap();
    assert_eq!(path, renew(access));
    // By way of the sign-in, as from any mail.
    let nobody = site.visitor();
    let sign_in = nobody.open(path).await.expect(200);
    let fields = changed(sign_in.form("/masuk"), &[("email", "siti.pa@contoh.go.id"), ("password", PASSWORD)]);
    let asked = nobody.send("/masuk", &fields).await.expect(200);
    assert_eq!(asked.path, path);
    let form = nobody.send(path, &asked.form(path)).await.expect(200);
    form.expect_says("Perpanjangan Akses PA");
}
