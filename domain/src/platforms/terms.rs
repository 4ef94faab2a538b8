//! Terms of a platform (guide step 19): which version is in force, which a person must accept, and what an administrator
//! may publish.

use ::time::{Date, Duration};
use uuid::Uuid;

use crate::{
    issues::{Field, Issue, Problem},
    text::check_paragraphs,
    validity::DateInput,
};

/// The length of a version in characters. The longest must fit into a posted form.
pub const TEXT_LENGTH: std::ops::RangeInclusive<usize> = 20..=40_000;
/// The longest period of grace.
pub const MOST_GRACE_DAYS: u32 = 90;

/// The two documents of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum TermsKind {
    /// Terms of use.
    Syarat,
    /// Privacy policy.
    Privasi,
}

crate::text_enum!(TermsKind);

impl TermsKind {
    /// In reading order (guide step 19).
    pub const ALL: [Self; 2] = [Self::Syarat, Self::Privasi];

    /// The name that the guide uses.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Syarat => "Syarat dan Ketentuan",
            Self::Privasi => "Kebijakan Privasi",
        }
    }
}

/// A published version of a document, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsVersion {
    pub id: Uuid,
    pub kind: TermsKind,
    /// Counts from 1 in the order of publication.
    pub version: u32,
    pub in_force_on: Date,
    /// For this many days, people who accepted an earlier version can enter without accepting this one.
    pub grace_days: u32,
}

impl TermsVersion {
    /// True during its days of grace.
    fn may_wait(&self, today: Date) -> bool {
        today < self.in_force_on.saturating_add(Duration::days(i64::from(self.grace_days)))
    }
}

/// The version of a document in force on `today`: the one published last of those that have begun. So one more version
/// corrects a mistake, even if it begins before one that was announced.
pub fn in_force(versions: &[TermsVersion], kind: TermsKind, today: Date) -> Option<&TermsVersion> {
    let begun = versions.iter().filter(|version| version.kind == kind && version.in_force_on <= today);
    begun.max_by_key(|version| version.version)
}

/// The versions that a person must accept on `today`, given those that they accepted before: of each document the one in
/// force, unless they accepted it or are within days of grace.
pub fn due(versions: &[TermsVersion], accepted: &[Uuid], today: Date) -> Vec<Uuid> {
    TermsKind::ALL
        .into_iter()
        .filter_map(|kind| in_force(versions, kind, today))
        .filter(|current| !accepted.contains(&current.id) && !waits(versions, current, accepted, today))
        .map(|current| current.id)
        .collect()
}

/// True while the last accepted version still suffices: until the days of grace of any later version are over, so that
/// two new versions in a row do not extend the grace. Without an accepted version there is no grace.
fn waits(versions: &[TermsVersion], current: &TermsVersion, accepted: &[Uuid], today: Date) -> bool {
    let kind = current.kind;
    let of_kind = || versions.iter().filter(move |version| version.kind == kind);
    let before = of_kind().filter(|version| version.version < current.version && accepted.contains(&version.id));
    let Some(last) = before.map(|version| version.version).max() else { return false };
    let mut followed = of_kind().filter(|version| version.version > last && ever_in_force(versions, version, today));
    followed.all(|version| version.may_wait(today))
}

/// True if a version was in force at some time up to `today`. One that was corrected before its day never was.
fn ever_in_force(versions: &[TermsVersion], version: &TermsVersion, today: Date) -> bool {
    let first_day = version.in_force_on;
    first_day <= today && in_force(versions, version.kind, first_day).is_some_and(|then| then.id == version.id)
}

/// A version as an administrator types it.
#[derive(Clone, Debug)]
pub struct TermsInput {
    pub kind: TermsKind,
    /// In Markdown.
    pub text: String,
    pub in_force_on: DateInput,
    pub grace_days: String,
}

/// A valid version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedTerms {
    /// With `\n` as line ends, so that the hash does not depend on the browser.
    pub text: String,
    pub in_force_on: Date,
    pub grace_days: u32,
}

impl TermsInput {
    /// Checks a version that is published on `today`.
    ///
    /// # Errors
    /// Every issue, at its field.
    pub fn check(&self, today: Date) -> Result<CheckedTerms, Vec<Issue>> {
        let text = self.text.replace("\r\n", "\n").trim().to_owned();
        let checked_text = check_paragraphs(&text, TEXT_LENGTH);
        let day = self.in_force_on.parse().and_then(|day| {
            // People who entered yesterday cannot have accepted what is written today.
            if day < today { Err(Problem::DayInPast { day }) } else { Ok(day) }
        });
        match (checked_text, day, self.check_grace_days()) {
            (Ok(()), Ok(in_force_on), Ok(grace_days)) => Ok(CheckedTerms { text, in_force_on, grace_days }),
            (text, day, grace_days) => {
                let issues = [
                    text.err().map(|problem| Issue::new(Field::Text, problem)),
                    day.err().map(|problem| Issue::new(Field::Day, problem)),
                    grace_days.err().map(|problem| Issue::new(Field::GraceDays, problem)),
                ];
                Err(issues.into_iter().flatten().collect())
            }
        }
    }

    /// Empty means none.
    fn check_grace_days(&self) -> Result<u32, Problem> {
        let days = match self.grace_days.trim() {
            "" => 0,
            typed => typed.parse::<u32>().map_err(|_| Problem::BadCharacters)?,
        };
        if days > MOST_GRACE_DAYS { Err(Problem::TooMany { max: MOST_GRACE_DAYS }) } else { Ok(days) }
    }
}

#[cfg(test)]
mod tests {
    use ::time::macros::date;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const DAY: Date = date!(2026 - 12 - 01);

    fn day(nth: i64) -> Date {
        DAY.saturating_add(Duration::days(nth))
    }

    /// The `version`-th version of the terms of use, in force from the `nth` day.
    fn syarat(version: u32, nth: i64, grace_days: u32) -> TermsVersion {
        TermsVersion {
            id: Uuid::from_u128(u128::from(version)),
            kind: TermsKind::Syarat,
            version,
            in_force_on: day(nth),
            grace_days,
        }
    }

    fn ids(versions: &[u32]) -> Vec<Uuid> {
        versions.iter().map(|version| Uuid::from_u128(u128::from(*version))).collect()
    }

    #[rstest]
    #[case(-1, None)]
    #[case(0, Some(1))]
    #[case(9, Some(1))]
    #[case(10, Some(2))]
    #[case(100, Some(2))]
    fn a_version_is_in_force_from_its_day_on(#[case] nth: i64, #[case] expected: Option<u32>) {
        let versions = [syarat(2, 10, 0), syarat(1, 0, 0)];
        assert_eq!(in_force(&versions, TermsKind::Syarat, day(nth)).map(|version| version.version), expected);
        assert_eq!(in_force(&versions, TermsKind::Privasi, day(nth)), None);
    }

    #[test]
    fn an_announced_version_is_corrected_before_its_day() {
        let versions = [syarat(1, 0, 0), syarat(2, 20, 0), syarat(3, 10, 14)];
        for nth in [10, 20, 30] {
            assert_eq!(in_force(&versions, TermsKind::Syarat, day(nth)).unwrap().version, 3, "day {nth}");
        }
        // The second was never in force, so its lack of grace does not count.
        assert_eq!(due(&versions, &ids(&[1]), day(20)), ids(&[]));
        assert_eq!(due(&versions, &ids(&[1]), day(24)), ids(&[3]));
    }

    #[rstest]
    // Nothing accepted: no grace.
    #[case(&[], 0, &[1])]
    #[case(&[], 10, &[2])]
    // The first accepted: the second has fourteen days of grace.
    #[case(&[1], 9, &[])]
    #[case(&[1], 10, &[])]
    #[case(&[1], 23, &[])]
    #[case(&[1], 24, &[2])]
    // The third follows within them and does not extend the grace of the second.
    #[case(&[1], 20, &[])]
    #[case(&[1], 26, &[3])]
    #[case(&[1, 2], 26, &[])]
    #[case(&[2], 33, &[])]
    #[case(&[2], 34, &[3])]
    #[case(&[2, 3], 34, &[])]
    fn a_new_version_must_be_accepted_after_its_days_of_grace(
        #[case] accepted: &[u32],
        #[case] nth: i64,
        #[case] expected: &[u32],
    ) {
        // On the 24th day the third has not begun, so that only the second is asked for.
        let third = syarat(3, if nth == 24 { 25 } else { 20 }, 14);
        let versions = [syarat(1, 0, 30), syarat(2, 10, 14), third];
        assert_eq!(due(&versions, &ids(accepted), day(nth)), ids(expected));
    }

    #[test]
    fn both_documents_must_be_accepted_in_reading_order() {
        let privacy = TermsVersion { id: Uuid::from_u128(9), kind: TermsKind::Privasi, ..syarat(1, 0, 0) };
        let versions = [privacy, syarat(1, 0, 0)];
        assert_eq!(due(&versions, &[], DAY), ids(&[1, 9]));
        assert_eq!(due(&versions, &ids(&[1]), DAY), ids(&[9]));
        assert_eq!(due(&versions, &ids(&[1, 9]), DAY), ids(&[]));
        assert_eq!(due(&[], &[], DAY), ids(&[]));
    }

    fn input(text: &str, day: Date, grace_days: &str) -> TermsInput {
        TermsInput {
            kind: TermsKind::Syarat,
            text: text.into(),
            in_force_on: DateInput::from_date(day),
            grace_days: grace_days.into(),
        }
    }

    #[test]
    fn line_ends_of_a_form_do_not_change_the_hash() {
        let text = "# Aturan\r\n\r\nData pada platform ini hanya dipakai untuk pengadaan.\r\n";
        let checked = input(text, DAY, " 14 ").check(DAY).unwrap();
        assert_eq!(checked.text, "# Aturan\n\nData pada platform ini hanya dipakai untuk pengadaan.");
        assert_eq!((checked.in_force_on, checked.grace_days), (DAY, 14));
    }

    #[rstest]
    #[case(
        "",
        date!(2026 - 11 - 30),
        "91",
        &[Problem::Missing, Problem::DayInPast { day: date!(2026 - 11 - 30) }, Problem::TooMany { max: 90 }],
    )]
    #[case("Terlalu pendek.", DAY, "-1", &[Problem::TooShort { min: 20 }, Problem::BadCharacters])]
    fn every_issue_is_reported(
        #[case] text: &str,
        #[case] day: Date,
        #[case] grace_days: &str,
        #[case] expected: &[Problem],
    ) {
        let issues = input(text, day, grace_days).check(DAY).unwrap_err();
        let problems: Vec<Problem> = issues.into_iter().map(|issue| issue.problem).collect();
        assert_eq!(problems, expected);
    }

    fn published() -> impl Strategy<Value = Vec<TermsVersion>> {
        proptest::collection::vec((0i64..40, 0u32..20), 0..6)
            .prop_map(|drawn| (1..).zip(drawn).map(|(nth, (from, grace))| syarat(nth, from, grace)).collect())
    }

    proptest! {
        #[test]
        fn what_is_due_is_in_force_and_not_accepted(
            versions in published(),
            accepted in proptest::collection::vec(1u32..7, 0..4),
            nth in -1i64..80,
        ) {
            let accepted = ids(&accepted);
            let due = due(&versions, &accepted, day(nth));
            prop_assert!(due.len() <= 1);
            for id in due {
                prop_assert_eq!(in_force(&versions, TermsKind::Syarat, day(nth)).map(|current| current.id), Some(id));
                prop_assert!(!accepted.contains(&id));
            }
        }

        #[test]
        fn accepting_what_is_due_leaves_nothing_due(versions in published(), nth in -1i64..80) {
            let first = due(&versions, &[], day(nth));
            prop_assert_eq!(due(&versions, &first, day(nth)), Vec::<Uuid>::new());
        }

        #[test]
        fn there_is_no_grace_without_an_accepted_version(versions in published(), nth in -1i64..80) {
            let current = in_force(&versions, TermsKind::Syarat, day(nth)).map(|current| current.id);
            prop_assert_eq!(due(&versions, &[], day(nth)), Vec::from_iter(current));
        }

        #[test]
        fn no_wait_is_longer_than_the_longest_grace(versions in published(), accepted in 1u32..7) {
            // The last day of any version is the 39th, its grace at most 19 days.
            let current = in_force(&versions, TermsKind::Syarat, day(59)).map(|current| current.id);
            let expected: Vec<Uuid> = current.into_iter().filter(|id| !ids(&[accepted]).contains(id)).collect();
            prop_assert_eq!(due(&versions, &ids(&[accepted]), day(59)), expected);
        }
    }
}
