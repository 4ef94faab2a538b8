//! The promised working days: a strip of dates, and the words for what is left.

use domain::{
    calendar::{DayKind, Deadline, Promise},
    indonesian::{weekday_short, words},
};
use leptos::prelude::*;

/// A strip of dates from the submission to the promised day; weekends and holidays are hatched.
#[component]
pub fn DayStrip(promise: Promise) -> impl IntoView {
    let cells = promise.days.into_iter().map(|day| {
        let word = match day.kind {
            DayKind::Sent => "Dikirim".to_owned(),
            DayKind::Working(nth) => format!("Hari {nth}"),
            DayKind::Off => "Libur".to_owned(),
            DayKind::Due => "Batas".to_owned(),
        };
        let off = day.kind == DayKind::Off;
        let done = (day.past && !off).then_some("");
        let due = (day.kind == DayKind::Due && !day.today && !day.past).then_some("");
        view! {
            <li
                data-done=done
                data-off=off.then_some("")
                data-due=due
                aria-current=day.today.then_some("date")
            >
                {weekday_short(day.date.weekday())}
                <b>{day.date.day()}</b>
                {word}
            </li>
        }
    });
    view! {
        <ol class="days" role="list" aria-label="Hari kerja sejak diajukan">
            {cells.collect_view()}
        </ol>
    }
}

/// `2 hari kerja lagi`, `Hari ini batasnya`, `Lewat satu hari kerja`.
pub fn remaining(deadline: Deadline) -> String {
    if deadline.overdue > 0 {
        format!("Lewat {} hari kerja", words(deadline.overdue as usize))
    } else if deadline.left == 0 {
        "Hari ini batasnya".to_owned()
    } else {
        format!("{} hari kerja lagi", deadline.left)
    }
}

/// `Menunggu 2 hari kerja`: working days since the submission.
pub fn waited(promise: &Promise) -> String {
    let Deadline { left, overdue, .. } = promise.deadline;
    match (promise.working_days() + overdue).saturating_sub(left) {
        0 => "Menunggu kurang dari 1 hari kerja".to_owned(),
        days => format!("Menunggu {days} hari kerja"),
    }
}

/// `Tersisa 2 hari kerja` and `dari janji 3 hari kerja`.
pub fn remaining_of_promise(promise: &Promise) -> (String, String) {
    let of = format!("dari janji {} hari kerja", promise.working_days());
    let Deadline { left, overdue, .. } = promise.deadline;
    if overdue > 0 {
        (format!("Lewat {} hari kerja", words(overdue as usize)), of)
    } else if left == 0 {
        ("Hari ini batas".to_owned(), of)
    } else {
        (format!("Tersisa {left} hari kerja"), of)
    }
}

#[cfg(test)]
mod tests {
    use domain::calendar::Holidays;
    use rstest::rstest;
    use time::{Date, macros::date};

    use super::*;

    #[rstest]
    #[case(date!(2026 - 11 - 26), "Menunggu kurang dari 1 hari kerja")] // Thursday, the day it was sent
    #[case(date!(2026 - 11 - 29), "Menunggu 1 hari kerja")] // Sunday
    #[case(date!(2026 - 12 - 01), "Menunggu 3 hari kerja")] // the last promised day
    #[case(date!(2026 - 12 - 07), "Menunggu 7 hari kerja")]
    fn waiting_is_counted_in_working_days(#[case] today: Date, #[case] text: &str) {
        let promise = Promise::new(date!(2026 - 11 - 26), today, &Holidays::default());
        assert_eq!(waited(&promise), text);
    }

    #[test]
    fn a_promise_keeps_its_number_of_days() {
        let promise = Promise::new(date!(2026 - 11 - 26), date!(2026 - 11 - 29), &Holidays::default().promising(5));
        assert_eq!(waited(&promise), "Menunggu 1 hari kerja");
        assert_eq!(remaining_of_promise(&promise), ("Tersisa 4 hari kerja".into(), "dari janji 5 hari kerja".into()));
    }
}
