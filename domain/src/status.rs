//! The state machine of an application.

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Status {
    /// Being filled in.
    Draft,
    /// Sent, waiting for a verifier.
    Submitted,
    /// Held by a verifier.
    InReview,
    /// Back with the person, with marks on what to repair.
    Returned,
    /// Granted; an access came of it.
    Approved,
    /// Refused, with a reason.
    Rejected,
    /// Taken back by the person.
    Withdrawn,
}

crate::text_enum!(Status);

/// What can be done to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The person sends it (**Kirim**).
    Submit,
    /// A verifier takes it up.
    Review,
    /// A verifier sends it back with marks.
    Return,
    /// A verifier grants it.
    Approve,
    /// A verifier refuses it.
    Reject,
    /// The person takes it back.
    Withdraw,
    /// A verifier gives it back to the queue, or a lease ends.
    Release,
    /// The verifier takes the verdict back within its seconds (**Urungkan**).
    Undo,
    /// A supervisor opens a decided case again.
    Reopen,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Draft, Self::Submitted, Self::InReview, Self::Returned, Self::Approved, Self::Rejected, Self::Withdrawn];

    /// The state after `action`, or `None` if it is not allowed now.
    pub const fn after(self, action: Action) -> Option<Self> {
        use Action::{Approve, Reject, Release, Reopen, Return, Review, Submit, Undo, Withdraw};
        use Status::{Approved, Draft, InReview, Rejected, Returned, Submitted, Withdrawn};
        Some(match (self, action) {
            (Draft | Returned, Submit) => Submitted,
            (Submitted, Review) => InReview,
            (Submitted | InReview, Return) => Returned,
            (Submitted | InReview, Approve) => Approved,
            (Submitted | InReview, Reject) => Rejected,
            (Draft | Submitted | Returned, Withdraw) => Withdrawn,
            (InReview, Release) => Submitted,
            (Approved | Rejected | Returned, Undo) => InReview,
            (Approved | Rejected, Reopen) => Submitted,
            _ => return None,
        })
    }

    /// Sent and not yet decided: with the desk, or back for repair. At most one for a person, role and work unit.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Submitted | Self::InReview | Self::Returned)
    }

    /// In the hands of the desk.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Submitted | Self::InReview)
    }

    /// Whether a verdict ended it.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected)
    }

    /// Its name on screen. `Rejected` is the guide's word (step 15).
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draf",
            Self::Submitted => "Menunggu Verifikasi",
            Self::InReview => "Sedang Ditinjau",
            Self::Returned => "Perlu Perbaikan",
            Self::Approved => "Disetujui",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Dibatalkan",
        }
    }

    /// Its name in running text.
    pub const fn in_text(self) -> &'static str {
        match self {
            Self::Rejected => "Ditolak",
            status => status.label(),
        }
    }
}

/// A verdict of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Verdict {
    /// **Setujui**
    Approve,
    /// **Minta Perbaikan**
    Return,
    /// **Tolak**
    Reject,
}

crate::text_enum!(Verdict);

impl Verdict {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Return, Self::Reject];

    /// What it does to the application.
    pub const fn action(self) -> Action {
        match self {
            Self::Approve => Action::Approve,
            Self::Return => Action::Return,
            Self::Reject => Action::Reject,
        }
    }
}

/// The fewest and the most characters of the reason of a refusal.
pub const REASON_LENGTH: std::ops::RangeInclusive<usize> = 10..=2000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ACTIONS: [Action; 9] = [
        Action::Submit,
        Action::Review,
        Action::Return,
        Action::Approve,
        Action::Reject,
        Action::Withdraw,
        Action::Release,
        Action::Undo,
        Action::Reopen,
    ];

    #[test]
    fn what_is_decided_moves_only_by_undoing_or_reopening() {
        for status in [Status::Approved, Status::Rejected] {
            let moved: Vec<_> = ACTIONS.into_iter().filter(|action| status.after(*action).is_some()).collect();
            assert_eq!(moved, [Action::Undo, Action::Reopen]);
        }
        assert!(ACTIONS.iter().all(|action| Status::Withdrawn.after(*action).is_none()));
    }

    #[test]
    fn a_case_under_review_is_not_withdrawn_under_the_verifiers_hands() {
        assert_eq!(Status::InReview.after(Action::Withdraw), None);
    }

    proptest! {
        #[test]
        fn nothing_is_decided_before_it_was_sent(steps in proptest::collection::vec(0usize..9, 0..12)) {
            let mut status = Status::Draft;
            let mut sent = false;
            for step in steps {
                if let Some(next) = status.after(ACTIONS[step]) {
                    sent |= ACTIONS[step] == Action::Submit;
                    status = next;
                }
            }
            prop_assert!(sent || !status.is_decided());
        }
    }
}
