//! Terms of a platform (guide step 19): which version is in force, and which a person must accept.

use ::time::{Date, Duration};
use uuid::Uuid;

/// Which of a platform's two documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum TermsKind {
    /// What holds for whoever uses the platform.
    Syarat,
    /// What becomes of their data there.
    Privasi,
}

crate::text_enum!(TermsKind);

impl TermsKind {
    /// Both, in the order in which they are read (guide step 19).
    pub const ALL: [Self; 2] = [Self::Syarat, Self::Privasi];

    /// The guide's name for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Syarat => "Syarat dan Ketentuan",
            Self::Privasi => "Kebijakan Privasi",
        }
    }
}

/// A version of a document, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsVersion {
    /// Its row.
    pub id: Uuid,
    /// Which of the two documents.
    pub kind: TermsKind,
    /// Its number, from 1, in the order in which they were published.
    pub version: u32,
    /// From which day it is in force.
    pub in_force_on: Date,
    /// For how many days from then on who accepted an earlier one may still wait.
    pub grace_days: u32,
}

impl TermsVersion {
    /// Whether it may still wait on `today`.
    fn may_wait(&self, today: Date) -> bool {
        today < self.in_force_on.saturating_add(Duration::days(i64::from(self.grace_days)))
    }
}

/// The version of a document that is in force on `today`: of those whose day has come, the one published last, so that
/// a mistake is mended by one more version, also one that begins earlier than another that was announced.
pub fn in_force(versions: &[TermsVersion], kind: TermsKind, today: Date) -> Option<&TermsVersion> {
    let begun = versions.iter().filter(|version| version.kind == kind && version.in_force_on <= today);
    begun.max_by_key(|version| version.version)
}

/// The versions that a person must accept on `today`, who accepted the versions `accepted` before: of each document the
/// one in force, if they did not accept it and its days of grace are over for them.
pub fn due(versions: &[TermsVersion], accepted: &[Uuid], today: Date) -> Vec<Uuid> {
    TermsKind::ALL
        .into_iter()
        .filter_map(|kind| in_force(versions, kind, today))
        .filter(|current| !accepted.contains(&current.id) && !waits(versions, current, accepted, today))
        .map(|current| current.id)
        .collect()
}

/// Whether a person may go on with what they accepted last: not once the days of grace of any version that followed are
/// over, since two new versions in a row must not make one wait longer. Who accepted none has nothing to go on with.
fn waits(versions: &[TermsVersion], current: &TermsVersion, accepted: &[Uuid], today: Date) -> bool {
    let kind = current.kind;
    let of_kind = || versions.iter().filter(move |version| version.kind == kind);
    let before = of_kind().filter(|version| version.version < current.version && accepted.contains(&version.id));
    let Some(last) = before.map(|version| version.version).max() else { return false };
    let mut followed = of_kind().filter(|version| version.version > last && ever_in_force(versions, version, today));
    followed.all(|version| version.may_wait(today))
}

/// Whether a version was in force at some time until `today`; one that was mended before its day never was.
fn ever_in_force(versions: &[TermsVersion], version: &TermsVersion, today: Date) -> bool {
    let first_day = version.in_force_on;
    first_day <= today && in_force(versions, version.kind, first_day).is_some_and(|then| then.id == version.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::date;
    use proptest::prelude::*;
    use rstest::rstest;

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
    fn a_version_that_was_announced_is_mended_before_its_day() {
        let versions = [syarat(1, 0, 0), syarat(2, 20, 0), syarat(3, 10, 14)];
        for nth in [10, 20, 30] {
            assert_eq!(in_force(&versions, TermsKind::Syarat, day(nth)).unwrap().version, 3, "day {nth}");
        }
        // The second was never in force: that it grants no days is nobody's concern.
        assert_eq!(due(&versions, &ids(&[1]), day(20)), ids(&[]));
        assert_eq!(due(&versions, &ids(&[1]), day(24)), ids(&[3]));
    }

    #[rstest]
    // Nothing was accepted: no days of grace.
    #[case(&[], 0, &[1])]
    #[case(&[], 10, &[2])]
    // The first was accepted: the second waits for fourteen days, and no longer.
    #[case(&[1], 9, &[])]
    #[case(&[1], 10, &[])]
    #[case(&[1], 23, &[])]
    #[case(&[1], 24, &[2])]
    // The third follows within them: the days of the second go on as they were.
    #[case(&[1], 20, &[])]
    #[case(&[1], 26, &[3])]
    #[case(&[1, 2], 26, &[])]
    #[case(&[2], 33, &[])]
    #[case(&[2], 34, &[3])]
    #[case(&[2, 3], 34, &[])]
    fn a_new_version_is_asked_for_after_its_days_of_grace(
        #[case] accepted: &[u32],
        #[case] nth: i64,
        #[case] expected: &[u32],
    ) {
        // The third begins on the 25th day, so that on the 24th the second is asked for by itself.
        let third = syarat(3, if nth == 24 { 25 } else { 20 }, 14);
        let versions = [syarat(1, 0, 30), syarat(2, 10, 14), third];
        assert_eq!(due(&versions, &ids(accepted), day(nth)), ids(expected));
    }

    #[test]
    fn both_documents_are_asked_for_in_their_order() {
        let privacy = TermsVersion { id: Uuid::from_u128(9), kind: TermsKind::Privasi, ..syarat(1, 0, 0) };
        let versions = [privacy, syarat(1, 0, 0)];
        assert_eq!(due(&versions, &[], DAY), ids(&[1, 9]));
        assert_eq!(due(&versions, &ids(&[1]), DAY), ids(&[9]));
        assert_eq!(due(&versions, &ids(&[1, 9]), DAY), ids(&[]));
        assert_eq!(due(&[], &[], DAY), ids(&[]));
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
        fn who_accepted_nothing_is_asked_at_once(versions in published(), nth in -1i64..80) {
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
