//! Rejection reasons, check lists, holidays and the promised number of days.

use backend::{
    Error,
    master_data::Directory,
    verification::{
        self,
        settings::{self, Change},
    },
};
use domain::{
    issues::{Field, Problem},
    role::Role,
    status::Verdict,
    verification::QueueFilter,
};
use time::macros::date;

use super::*;
use crate::support::{
    browser::Site,
    verdicts::{form_for, reject},
    *,
};

on_both! {
    async fn reasons_are_added_worded_moved_and_retired(world) {
        let (siti, verifier, boss) = (world.siti().await, world.verifier().await, admin(&world).await);
        let change = async |change: Change| settings::change(&world.backend, &boss, &change).await;
        let titles = async || -> Vec<String> {
            let reasons = settings::reasons(&world.backend, &boss).await.unwrap();
            reasons.into_iter().map(|reason| reason.title).collect()
        };
        let before = titles().await;
        let (title, advice) = (" Cap instansi tidak ada ".to_owned(), "Lampirkan surat bercap instansi.".to_owned());
        change(Change::AddReason { title, advice }).await.unwrap();
        assert_eq!(titles().await, [before.clone(), vec!["Cap instansi tidak ada".to_owned()]].concat());
        let reasons = settings::reasons(&world.backend, &boss).await.unwrap();
        let (first, last) = (reasons[0].clone(), reasons[reasons.len() - 1].clone());
        change(Change::RaiseReason { id: first.id }).await.unwrap();
        assert_eq!(titles().await[0], first.title, "the first stays the first");
        change(Change::RaiseReason { id: last.id }).await.unwrap();
        assert_eq!(titles().await[before.len() - 1], last.title);
        let (id, advice) = (first.id, first.advice.clone());
        let worded = |title: &str| Change::EditReason { id, title: title.into(), advice: advice.clone() };
        change(worded("Masa berlaku belum disebut")).await.unwrap();

        // The desk is offered what is on the list; a verdict keeps its words when the list goes on.
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let offered = verification::case_file(&world.backend, &verifier, id).await.unwrap().reasons;
        assert_eq!(offered.iter().map(|reason| reason.title.clone()).collect::<Vec<_>>(), titles().await);
        reject(&world, &verifier, id, "Surat tidak memuat masa berlaku sebagai PA.").await.unwrap();
        assert_eq!(settings::reasons(&world.backend, &boss).await.unwrap()[0].used, 1);
        change(Change::RetireReason { id: first.id }).await.unwrap();
        assert!(!titles().await.contains(&"Masa berlaku belum disebut".to_owned()));
        let decision = verification::case_file(&world.backend, &verifier, id).await.unwrap().decision.unwrap();
        assert_eq!(decision.reason_title.as_deref(), Some("Masa berlaku belum disebut"));

        not_found(change(Change::RetireReason { id: first.id }).await);
        not_found(change(worded("Judul yang lain")).await);
        not_found(change(Change::RaiseReason { id: first.id }).await);
        let written = trail(&world, "settings_changed").await;
        assert_eq!(written.len(), 5);
        assert!(written[0].contains("add_reason") && written[4].contains("retire_reason"), "{written:?}");
    }

    async fn check_lists_hold_for_the_next_approval(world) {
        let (siti, verifier, boss) = (world.siti().await, world.verifier().await, admin(&world).await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let seen = verification::case_file(&world.backend, &verifier, id).await.unwrap();
        verification::claim(&world.backend, &verifier, id).await.unwrap();
        let change = async |change: Change| settings::change(&world.backend, &boss, &change).await;
        change(Change::AddCheck { role: Role::Pa, text: "Nomor surat terbaca".into() }).await.unwrap();
        change(Change::AddCheck { role: Role::Kpa, text: "Hanya untuk KPA".into() }).await.unwrap();
        // What was ticked on the page as it was is not enough any more.
        let early = verification::decide(&world.backend, &verifier, id, &form_for(&seen, Verdict::Approve, "")).await;
        assert_eq!(problem_at(early.err().unwrap(), Field::Checks), Problem::ChecksLeft { count: 1 });
        let now = verification::case_file(&world.backend, &verifier, id).await.unwrap();
        assert_eq!(now.checks.len(), seen.checks.len() + 1);
        let added = now.checks.last().unwrap().clone();
        assert_eq!(added.text, "Nomor surat terbaca");
        change(Change::RaiseCheck { id: added.id }).await.unwrap();
        change(Change::EditCheck { id: added.id, text: "Nomor dan tanggal surat terbaca".into() }).await.unwrap();
        let mut of_pa = settings::checks(&world.backend, &boss).await.unwrap();
        of_pa.retain(|row| row.role == Role::Pa);
        assert_eq!(of_pa[of_pa.len() - 2].text, "Nomor dan tanggal surat terbaca");
        change(Change::RetireCheck { id: added.id }).await.unwrap();
        verification::decide(&world.backend, &verifier, id, &form_for(&seen, Verdict::Approve, "")).await.unwrap();
    }

    async fn lists_say_what_is_wrong_with_words(world) {
        let boss = admin(&world).await;
        let events = world.count("audit_events").await;
        let change = async |change: Change| settings::change(&world.backend, &boss, &change).await.err().unwrap();
        let both = Change::AddReason { title: "Cap".into(), advice: " ".into() };
        let Error::Invalid(issues) = change(both).await else { panic!("not about input") };
        let found: Vec<_> = issues.into_iter().map(|issue| (issue.field, issue.problem)).collect();
        assert_eq!(found, [(Field::Title, Problem::TooShort { min: 5 }), (Field::Text, Problem::Missing)]);
        let long = Change::AddCheck { role: Role::Pa, text: "x".repeat(121) };
        assert_eq!(problem_at(change(long).await, Field::Text), Problem::TooLong { max: 120 });
        let unnamed = Change::SetHoliday { day: date!(2027 - 03 - 19), name: String::new() };
        assert_eq!(problem_at(change(unnamed).await, Field::Title), Problem::Missing);
        // Among them zero bytes, which PostgreSQL refuses; advice alone may have several lines.
        let zero = Change::AddReason { title: "Cap\0 tidak ada".into(), advice: "Lampirkan\0 surat bercap.".into() };
        let Error::Invalid(issues) = change(zero).await else { panic!("not about input") };
        let found: Vec<_> = issues.into_iter().map(|issue| (issue.field, issue.problem)).collect();
        assert_eq!(found, [(Field::Title, Problem::BadCharacters), (Field::Text, Problem::BadCharacters)]);
        let lines = Change::AddReason { title: "Cap\ntidak ada".into(), advice: "Lampirkan surat\nbercap.".into() };
        let Error::Invalid(issues) = change(lines).await else { panic!("not about input") };
        let found: Vec<_> = issues.into_iter().map(|issue| (issue.field, issue.problem)).collect();
        assert_eq!(found, [(Field::Title, Problem::BadCharacters)]);
        let check = Change::AddCheck { role: Role::Pa, text: "Nomor\0 terbaca".into() };
        assert_eq!(problem_at(change(check).await, Field::Text), Problem::BadCharacters);
        let holiday = Change::SetHoliday { day: date!(2027 - 03 - 19), name: "Hari\0 Raya Nyepi".into() };
        assert_eq!(problem_at(change(holiday).await, Field::Title), Problem::BadCharacters);
        assert_eq!(world.count("audit_events").await, events);
    }

    async fn a_holiday_moves_every_promise(world) {
        let (siti, verifier, boss) = (world.siti().await, world.verifier().await, admin(&world).await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let due = async || verification::case_file(&world.backend, &verifier, id).await.unwrap().deadline.due;
        assert_eq!(due().await, date!(2026 - 11 - 25), "sent on a Sunday");
        let day = date!(2026 - 11 - 24);
        let change = async |change: Change| {
            let outcome = settings::change(&world.backend, &boss, &change).await;
            Directory::refresh(&world.backend).await.unwrap();
            outcome
        };
        change(Change::SetHoliday { day, name: "Libur pemilihan".into() }).await.unwrap();
        assert_eq!(due().await, date!(2026 - 11 - 26));
        let queue = verification::queue(&world.backend, &verifier, &QueueFilter::default(), None).await.unwrap();
        assert_eq!(queue.rows[0].deadline.due, date!(2026 - 11 - 26));
        change(Change::SetHoliday { day, name: "Libur pemilihan umum".into() }).await.unwrap();
        let known = settings::holidays(&world.backend, &boss).await.unwrap().holidays;
        let that_day = known.iter().filter(|holiday| holiday.day == day);
        let named: Vec<_> = that_day.map(|holiday| holiday.name.as_str()).collect();
        assert_eq!(named, ["Libur pemilihan umum"], "one day, one name");
        change(Change::RemoveHoliday { day }).await.unwrap();
        assert_eq!(due().await, date!(2026 - 11 - 25));
        not_found(change(Change::RemoveHoliday { day }).await);
        assert_eq!(trail(&world, "settings_changed").await.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn promised_number_of_days_appears_everywhere() {
    let site = Site::with(Database::Sqlite, &[("promised_working_days", "5")], false).await;
    let (siti, verifier, boss) = (site.siti().await, site.verifier().await, site.signed_in(ADMIN).await);
    let id = site.draft("Sekretariat").await;
    let review = format!("/akses/pengajuan/{id}/tinjau");
    siti.get(&review).await.expect(200).shows(&["paling lama 5 hari kerja", "Paling lama 5 hari kerja"]);
    // On a Sunday.
    site.world.submit(&site.world.siti().await, id).await.unwrap();
    let mail = site.world.mails().await.remove(0).2;
    assert!(mail.contains("paling lambat Jumat, 27 November 2026"), "{mail}");
    siti.get("/akses").await.expect(200).shows(&["Tersisa 5 hari kerja", "dari janji 5 hari kerja"]);
    verifier.get("/verifikasi").await.expect(200).expect_says("5 hari kerja lagi");
    boss.get("/admin/libur").await.expect(200).expect_says("Tidak dihitung dalam janji lima hari kerja.");
    site.visitor().get("/bantuan").await.expect(200).expect_says("memutuskan paling lama 5 hari kerja");
}
