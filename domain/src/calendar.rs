//! Working days, and the promise to decide an application within a number of them.

use ::time::{Date, Duration, Month, Weekday};
use serde::{Deserialize, Serialize};

/// Working days within which an application is decided, counted from the day after it was sent. The operator can set
/// another number.
pub const PROMISED_WORKING_DAYS: u32 = 3;

/// Public holidays that fall on the same date every year: New Year, Labour Day, Pancasila Day, Independence Day,
/// Christmas. Holidays that move are rows of the table `holidays`.
const FIXED_HOLIDAYS: [(Month, u8); 5] =
    [(Month::January, 1), (Month::May, 1), (Month::June, 1), (Month::August, 17), (Month::December, 25)];

/// The days that do not count (weekends, fixed and moving holidays), and the number of working days within which a
/// decision is promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holidays {
    moving: Vec<Date>,
    promised: u32,
}

impl Default for Holidays {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Holidays {
    /// `moving` may be in any order and hold duplicates. The promise is [`PROMISED_WORKING_DAYS`].
    pub fn new(mut moving: Vec<Date>) -> Self {
        moving.sort_unstable();
        moving.dedup();
        Self { moving, promised: PROMISED_WORKING_DAYS }
    }

    /// Replaces the number of promised working days.
    #[must_use]
    pub fn promising(self, promised: u32) -> Self {
        Self { promised, ..self }
    }

    pub fn is_working_day(&self, day: Date) -> bool {
        is_weekday(day)
            && !FIXED_HOLIDAYS.contains(&(day.month(), day.day()))
            && self.moving.binary_search(&day).is_err()
    }

    /// The `count`-th working day after `start`; `start` itself does not count.
    pub fn after(&self, start: Date, count: u32) -> Date {
        let mut day = start;
        let mut left = count;
        while left > 0 {
            let Some(next) = day.next_day() else { return day };
            day = next;
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    /// The last day of the promise for an application sent on `sent`.
    pub fn due(&self, sent: Date) -> Date {
        self.after(sent, self.promised)
    }

    /// Counts the working days after `from`, up to and including `to`; zero if `to` is not after `from`.
    ///
    /// The cost does not depend on the length of the period, because the queue calls this for every row.
    pub fn between(&self, from: Date, to: Date) -> u32 {
        if to <= from {
            return 0;
        }
        let in_years = (from.year()..=to.year())
            .flat_map(|year| FIXED_HOLIDAYS.map(|(month, day)| Date::from_calendar_date(year, month, day)));
        let fixed = in_years.flatten().filter(|day| self.moving.binary_search(day).is_err());
        let first = self.moving.partition_point(|day| *day <= from);
        let moving = self.moving[first..].iter().copied().take_while(|day| *day <= to);
        let off = fixed.chain(moving).filter(|day| from < *day && *day <= to && is_weekday(*day)).count();
        let weekdays = weekdays_until(to) - weekdays_until(from);
        u32::try_from(weekdays).unwrap_or(0).saturating_sub(u32::try_from(off).unwrap_or(u32::MAX))
    }
}

fn is_weekday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Counts Mondays to Fridays from the first Julian day up to and including `day`.
fn weekdays_until(day: Date) -> i32 {
    let days = day.to_julian_day() + 1; // Julian day 0 is a Monday
    days.div_euclid(7) * 5 + days.rem_euclid(7).min(5)
}

/// The meaning of a day to the applicant who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DayKind {
    /// The day on which the application was sent.
    Sent,
    /// The n-th promised working day, before the last.
    Working(u32),
    /// A weekend or holiday; it does not count.
    Off,
    /// The last promised working day.
    Due,
}

/// One cell of the calendar strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// In the time zone of the reader.
    pub date: Date,
    pub kind: DayKind,
    /// True before today.
    pub past: bool,
    pub today: bool,
}

/// The last promised day and its distance from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    pub due: Date,
    /// Working days left, without today; zero on the last day and after it.
    pub left: u32,
    /// Working days since the last day; zero until then.
    pub overdue: u32,
}

impl Deadline {
    /// `sent` and `today` must be dates in the same time zone.
    pub fn new(sent: Date, today: Date, holidays: &Holidays) -> Self {
        let due = holidays.due(sent);
        Self { due, left: holidays.between(today, due), overdue: holidays.between(due, today) }
    }
}

/// The promise for one application, day by day, as of today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub deadline: Deadline,
    /// Every day from the one of sending to the due date.
    pub days: Vec<Day>,
}

impl Promise {
    /// `sent` and `today` must be dates in the same time zone.
    pub fn new(sent: Date, today: Date, holidays: &Holidays) -> Self {
        let deadline = Deadline::new(sent, today, holidays);
        let due = deadline.due;
        let mut days = Vec::new();
        let mut working = 0;
        let mut date = sent;
        while date <= due {
            let kind = if date == sent {
                DayKind::Sent
            } else if !holidays.is_working_day(date) {
                DayKind::Off
            } else if date == due {
                DayKind::Due
            } else {
                working += 1;
                DayKind::Working(working)
            };
            days.push(Day { date, kind, past: date < today, today: date == today });
            date = date.saturating_add(Duration::DAY);
        }
        Self { deadline, days }
    }

    /// The number of promised working days.
    pub fn working_days(&self) -> u32 {
        self.days.iter().map(|day| u32::from(matches!(day.kind, DayKind::Working(_) | DayKind::Due))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::date;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(date!(2026 - 11 - 26), date!(2026 - 12 - 01))] // Thursday: Friday, Monday, Tuesday
    #[case(date!(2026 - 11 - 28), date!(2026 - 12 - 02))] // Saturday: Monday to Wednesday
    #[case(date!(2026 - 12 - 23), date!(2026 - 12 - 29))] // over Christmas
    #[case(date!(2026 - 12 - 30), date!(2027 - 01 - 05))] // over New Year
    fn decision_is_due_after_the_promised_working_days(#[case] sent: Date, #[case] due: Date) {
        assert_eq!(Deadline::new(sent, sent, &Holidays::default()).due, due);
    }

    #[test]
    fn moving_holidays_are_not_counted() {
        let holidays = Holidays::new(vec![date!(2026 - 11 - 27), date!(2026 - 11 - 27)]);
        let promise = Promise::new(date!(2026 - 11 - 26), date!(2026 - 11 - 30), &holidays);
        assert_eq!(promise.deadline, Deadline { due: date!(2026 - 12 - 02), left: 2, overdue: 0 });
        let kinds: Vec<_> = promise.days.iter().map(|day| day.kind).collect();
        use DayKind::{Due, Off, Sent, Working};
        assert_eq!(kinds, [Sent, Off, Off, Off, Working(1), Working(2), Due]);
    }

    #[test]
    fn overdue_is_counted_in_working_days() {
        let deadline = Deadline::new(date!(2026 - 11 - 23), date!(2026 - 11 - 30), &Holidays::default());
        assert_eq!(deadline, Deadline { due: date!(2026 - 11 - 26), left: 0, overdue: 2 });
    }

    #[test]
    fn operator_can_promise_another_number_of_days() {
        let holidays = Holidays::new(vec![date!(2026 - 11 - 27)]).promising(5);
        let promise = Promise::new(date!(2026 - 11 - 26), date!(2026 - 11 - 30), &holidays);
        assert_eq!(promise.deadline, Deadline { due: date!(2026 - 12 - 04), left: 4, overdue: 0 });
        assert_eq!(promise.working_days(), 5);
        let usual = Promise::new(date!(2026 - 11 - 26), date!(2026 - 11 - 30), &Holidays::default());
        assert_eq!(usual.working_days(), PROMISED_WORKING_DAYS);
    }

    proptest! {
        #[test]
        fn the_due_day_is_a_working_day_and_days_add_up(offset in 0i64..4000, count in 1u32..30) {
            let start = date!(2024 - 01 - 01) + Duration::days(offset);
            let holidays = Holidays::default();
            let end = holidays.after(start, count);
            prop_assert!(holidays.is_working_day(end));
            prop_assert_eq!(holidays.between(start, end), count);
        }

        #[test]
        fn between_equals_counting_day_by_day(
            offset in 0i64..4000,
            days in -40i64..1200,
            moving in prop::collection::vec(0i64..5200, 0..60),
        ) {
            let day = |offset: i64| date!(2024 - 01 - 01) + Duration::days(offset);
            let holidays = Holidays::new(moving.into_iter().map(day).collect());
            let counted = (offset + 1..=offset + days).filter(|nth| holidays.is_working_day(day(*nth))).count();
            prop_assert_eq!(holidays.between(day(offset), day(offset + days)) as usize, counted);
        }
    }
}
