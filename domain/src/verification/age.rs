//! How long a case has waited, compared with the promise.

use ::time::Date;

use crate::calendar::{Deadline, Holidays};

/// A waiting case compared with the promised deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str)]
pub enum Age {
    /// Working days are left.
    #[strum(serialize = "dalam_janji")]
    InTime,
    /// Today is the last day.
    #[strum(serialize = "hari_ini")]
    DueToday,
    /// The deadline has passed.
    #[strum(serialize = "lewat")]
    Overdue,
}

crate::text_enum!(Age);

impl Age {
    pub const ALL: [Self; 3] = [Self::InTime, Self::DueToday, Self::Overdue];

    /// Label on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::InTime => "Dalam janji",
            Self::DueToday => "Batas hari ini",
            Self::Overdue => "Lewat",
        }
    }

    pub const fn of(deadline: Deadline) -> Self {
        if deadline.overdue > 0 {
            Self::Overdue
        } else if deadline.left == 0 {
            Self::DueToday
        } else {
            Self::InTime
        }
    }
}

/// The age of all cases, as seen on one day. A case that waits longer is never younger, so two dates are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// Cases sent on this day or later are not overdue.
    pub due_from: Date,
    /// Cases sent on this day or later are in time.
    pub in_time_from: Date,
}

impl Ages {
    /// Compares the days before `today` with the deadline, latest first.
    pub fn new(today: Date, holidays: &Holidays) -> Self {
        let after = today.next_day().unwrap_or(today);
        let mut ages = Self { due_from: after, in_time_from: after };
        let mut sent = today;
        loop {
            match Age::of(Deadline::new(sent, today, holidays)) {
                Age::InTime => ages = Self { due_from: sent, in_time_from: sent },
                Age::DueToday => ages.due_from = sent,
                Age::Overdue => return ages,
            }
            match sent.previous_day() {
                Some(before) => sent = before,
                None => return ages,
            }
        }
    }

    /// The age of a case sent on `sent`.
    pub fn of(&self, sent: Date) -> Age {
        if sent >= self.in_time_from {
            Age::InTime
        } else if sent >= self.due_from {
            Age::DueToday
        } else {
            Age::Overdue
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::{Duration as Days, macros::date};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn two_dates_give_the_age_of_every_case(
            today in 0i64..800,
            back in 0i64..60,
            off in proptest::collection::vec(0i64..800, 0..40),
        ) {
            let day = |nth| date!(2026 - 01 - 01) + Days::days(nth);
            let holidays = Holidays::new(off.into_iter().map(day).collect());
            let (today, sent) = (day(today), day(today - back));
            let age = Age::of(Deadline::new(sent, today, &holidays));
            prop_assert_eq!(Ages::new(today, &holidays).of(sent), age);
        }
    }
}
