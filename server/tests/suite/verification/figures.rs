//! The statistics of the desk, and their CSV file.

use std::time::Duration;

use backend::verification::{self, Period, Statistics, VerdictForm, settings};
use domain::{role::Role, status::Verdict, time::Zone, verification::Age};
use time::macros::date;
use uuid::Uuid;

use crate::{
    support::*,
    verification::queue::{REASON, bound, copies, decide, sent_to},
};

const WEEK: Period = Period { first: date!(2026 - 11 - 20), last: date!(2026 - 11 - 26) };

async fn statistics(world: &World, actor: &backend::Actor, institution: Option<Uuid>) -> Statistics {
    verification::statistics(&world.backend, actor, WEEK, institution).await.unwrap()
}

/// Arrived and decided, of all days of the week.
fn by_day(statistics: &Statistics) -> Vec<(u32, u32)> {
    statistics.days.iter().map(|(_, arrived, decided)| (*arrived, *decided)).collect()
}

on_both! {
    async fn arrivals_and_verdicts_by_day_on_ones_own_calendar(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let mut verifier = world.verifier().await;
        // Sunday the 22nd, 10.00 in Jakarta.
        let hers = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        world.advance(13 * HOUR);
        // 23.00 in Jakarta is 01.00 of the next day in Jayapura.
        let his = world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        decide(&world, &verifier, hers, Verdict::Approve).await;
        let western = statistics(&world, &verifier, None).await;
        assert_eq!(western.days.iter().map(|(day, ..)| *day).collect::<Vec<_>>(), [
            date!(2026 - 11 - 20),
            date!(2026 - 11 - 21),
            date!(2026 - 11 - 22),
            date!(2026 - 11 - 23),
            date!(2026 - 11 - 24),
            date!(2026 - 11 - 25),
            date!(2026 - 11 - 26),
        ]);
        assert_eq!(by_day(&western), [(0, 0), (0, 0), (2, 1), (0, 0), (0, 0), (0, 0), (0, 0)]);
        verifier.zone = Zone::Wit;
        assert_eq!(by_day(&statistics(&world, &verifier, None).await)[2..4], [(1, 0), (1, 1)]);
        // Sent again after a repair, it arrived once; both verdicts count.
        verifier.zone = Zone::Wib;
        world.advance(DAY);
        decide(&world, &verifier, his, Verdict::Return).await;
        world.advance(DAY);
        world.submit(&budi, his).await.unwrap();
        world.advance(DAY);
        decide(&world, &verifier, his, Verdict::Reject).await;
        let week = statistics(&world, &verifier, None).await;
        assert_eq!(by_day(&week), [(0, 0), (0, 0), (2, 1), (0, 1), (0, 0), (0, 1), (0, 0)]);
        assert_eq!(week.verdicts, [(Verdict::Approve, 1), (Verdict::Return, 1), (Verdict::Reject, 1)]);
        // A period given the wrong way round is the same; of a very long one, the last year is left.
        let turned = Period { first: WEEK.last, last: WEEK.first };
        assert_eq!(verification::statistics(&world.backend, &verifier, turned, None).await.unwrap(), week);
        let long = Period { first: date!(1900 - 01 - 01), last: WEEK.last };
        let long = verification::statistics(&world.backend, &verifier, long, None).await.unwrap();
        assert_eq!((long.days.len(), long.days[0].0), (366, date!(2025 - 11 - 26)));
    }

    async fn what_was_taken_back_does_not_count(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        decide(&world, &verifier, id, Verdict::Approve).await;
        assert_eq!(by_day(&statistics(&world, &verifier, None).await)[2], (1, 1));
        verification::undo(&world.backend, &verifier, id).await.unwrap();
        let week = statistics(&world, &verifier, None).await;
        assert_eq!((by_day(&week)[2], week.median, week.p90), ((1, 0), None, None));
        assert_eq!(week.verifiers, []);
        assert_eq!(week.queue_age, [(Age::InTime, 1), (Age::DueToday, 0), (Age::Overdue, 0)]);
    }

    async fn time_to_decision_shares_and_load(world) {
        let (siti, ratna, hendra) = (world.siti().await, world.verifier().await, world.verifier2().await);
        let first = world.submitted(&siti, Role::Kpa, "Sekretariat").await;
        let waiting = copies(&world, first, 0, 10).await;
        // The copies were sent 1, 2, … 10 seconds later; each is decided an hour later than the one before.
        for (nth, id) in waiting.iter().enumerate() {
            world.advance(HOUR);
            let verdict = if nth < 7 { Verdict::Reject } else { Verdict::Approve };
            decide(&world, if nth < 4 { &hendra } else { &ratna }, *id, verdict).await;
        }
        let week = statistics(&world, &ratna, None).await;
        // By nearest rank, the fifth and the ninth of ten.
        assert_eq!(week.median, Some(5 * HOUR - Duration::from_secs(5)));
        assert_eq!(week.p90, Some(9 * HOUR - Duration::from_secs(9)));
        assert_eq!(week.verdicts, [(Verdict::Approve, 3), (Verdict::Return, 0), (Verdict::Reject, 7)]);
        assert_eq!(week.verifiers, [("Ratna Wulandari".to_owned(), 6), ("Hendra Gunawan".to_owned(), 4)]);
        assert_eq!(week.reasons.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [7]);
        assert_eq!(week.queue_age, [(Age::InTime, 1), (Age::DueToday, 0), (Age::Overdue, 0)]);
    }

    async fn statistics_are_those_of_ones_scope(world) {
        let (siti, budi, ratna) = (world.siti().await, world.budi().await, world.verifier().await);
        let hers = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        sent_to(&world, &budi, Role::Kpa, "Kementerian Keuangan", "Sekretariat").await;
        decide(&world, &ratna, hers, Verdict::Approve).await;
        let health = world.place("Kementerian Kesehatan", "Sekretariat").0;
        let finance = world.place("Kementerian Keuangan", "Sekretariat").0;
        let hendra = bound(&world, "verifikator2@contoh.go.id", &[finance]).await;
        let week = statistics(&world, &hendra, None).await;
        assert_eq!((by_day(&week)[2], week.queue_age[0], week.verifiers.len()), ((1, 0), (Age::InTime, 1), 0));
        assert_eq!(statistics(&world, &hendra, Some(finance)).await, week);
        not_found(verification::statistics(&world.backend, &hendra, WEEK, Some(health)).await);
        assert_eq!(by_day(&statistics(&world, &ratna, Some(health)).await)[2], (1, 1));
        assert_eq!(by_day(&statistics(&world, &ratna, Some(finance)).await)[2], (1, 0));
        // Administrators see statistics, applicants do not.
        let admin = world.actor("admin@contoh.go.id").await;
        assert_eq!(by_day(&statistics(&world, &admin, None).await)[2], (2, 1));
        forbidden(verification::statistics(&world.backend, &siti, WEEK, None).await);
    }

    async fn no_cell_of_the_file_is_a_formula(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let admin = world.actor("admin@contoh.go.id").await;
        let title = "=HYPERLINK(\"http://contoh.go.id\",\"klik\")".to_owned();
        let change = settings::Change::AddReason { title: title.clone(), advice: REASON.to_owned() };
        settings::change(&world.backend, &admin, &change).await.unwrap();
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        verification::claim(&world.backend, &verifier, id).await.unwrap();
        let case = verification::case_file(&world.backend, &verifier, id).await.unwrap();
        let reason = case.reasons.iter().find(|reason| reason.title == title).unwrap().id;
        let form = VerdictForm {
            version: case.version,
            verdict: Verdict::Reject,
            reason: Some(reason),
            text: REASON.to_owned(),
            marks: vec![],
            checks: vec![],
        };
        verification::decide(&world.backend, &verifier, id, &form).await.unwrap();
        let file = verification::csv(&statistics(&world, &verifier, None).await);
        assert!(file.starts_with("\u{feff}Angka,Rincian,Nilai\r\n"));
        let line = "Penolakan menurut alasan,\"'=HYPERLINK(\"\"http://contoh.go.id\"\",\"\"klik\"\")\",1\r\n";
        assert!(file.contains(line), "{file}");
        assert!(file.contains("Putusan,2026-11-22,1\r\n") && file.contains("Antrean saat ini,Lewat,0\r\n"));
    }
}
