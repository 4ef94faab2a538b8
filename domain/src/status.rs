//! The states of an application and the one table of its transitions ([`TRANSITIONS`]).

use crate::permission::Permission;

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

/// Something that moves an application from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The person sends it (**Kirim**).
    Submit,
    /// The person takes it back (**Batalkan pengajuan**) or discards a draft.
    Withdraw,
    /// A draft ends by itself, long after its last change.
    Lapse,
    /// A verifier takes it up, or goes on holding it.
    Claim,
    /// A supervisor takes it from its holder (**Ambil alih**).
    TakeOver,
    /// Its holder gives it back to the queue (**Lepaskan**).
    Release,
    /// Its lease ends.
    EndLease,
    /// Its holder is disabled or loses the role.
    ReleaseHeld,
    /// A verifier grants it (**Setujui**).
    Approve,
    /// A verifier sends it back with marks (**Minta Perbaikan**).
    Return,
    /// A verifier refuses it (**Tolak**).
    Reject,
    /// The verifier takes the verdict back within its seconds (**Urungkan**).
    Undo,
    /// A supervisor opens a decided case again (**Buka kembali**).
    Reopen,
}

/// Who may perform an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The person whose application it is.
    Applicant,
    /// A member of the staff with this permission, on somebody else's application.
    Staff(Permission),
    /// The product itself, by time or as a consequence.
    System,
}

/// When the mail about an action leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTiming {
    /// There is none.
    None,
    /// As soon as the action is committed.
    AtOnce,
    /// Once the verdict can no longer be taken back ([`crate::verification::UNDO`]).
    AfterUndo,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    pub action: Action,
    pub from: &'static [Status],
    pub to: Status,
    pub by: By,
    pub mail: MailTiming,
    /// Whether the version increases: whoever read the application before must read it again. Who holds a case is no
    /// part of its version.
    pub new_version: bool,
}

/// Every way in which an application moves, one row for each action, in the order of [`Action`].
#[rustfmt::skip]
pub const TRANSITIONS: &[Transition] = &[
    row(Action::Submit,      Status::EDITABLE,     Status::Submitted, By::Applicant,                    MailTiming::AtOnce,    true),
    row(Action::Withdraw,    Status::WITHDRAWABLE, Status::Withdrawn, By::Applicant,                    MailTiming::None,      true),
    row(Action::Lapse,       &[Status::Draft],     Status::Withdrawn, By::System,                       MailTiming::None,      true),
    row(Action::Claim,       Status::WAITING,      Status::InReview,  By::Staff(Permission::Verify),    MailTiming::None,      false),
    row(Action::TakeOver,    Status::WAITING,      Status::InReview,  By::Staff(Permission::Supervise), MailTiming::None,      false),
    row(Action::Release,     &[Status::InReview],  Status::Submitted, By::Staff(Permission::Verify),    MailTiming::None,      false),
    row(Action::EndLease,    &[Status::InReview],  Status::Submitted, By::System,                       MailTiming::None,      false),
    row(Action::ReleaseHeld, &[Status::InReview],  Status::Submitted, By::System,                       MailTiming::None,      false),
    row(Action::Approve,     &[Status::InReview],  Status::Approved,  By::Staff(Permission::Verify),    MailTiming::AfterUndo, true),
    row(Action::Return,      &[Status::InReview],  Status::Returned,  By::Staff(Permission::Verify),    MailTiming::AfterUndo, true),
    row(Action::Reject,      &[Status::InReview],  Status::Rejected,  By::Staff(Permission::Verify),    MailTiming::AfterUndo, true),
    row(Action::Undo,        Status::JUDGED,       Status::InReview,  By::Staff(Permission::Verify),    MailTiming::None,      true),
    row(Action::Reopen,      Status::DECIDED,      Status::Submitted, By::Staff(Permission::Supervise), MailTiming::AtOnce,    true),
];

const fn row(
    action: Action,
    from: &'static [Status],
    to: Status,
    by: By,
    mail: MailTiming,
    new_version: bool,
) -> Transition {
    Transition { action, from, to, by, mail, new_version }
}

// `Action::transition` finds its row by position.
const _: () = {
    let mut nth = 0;
    while nth < TRANSITIONS.len() {
        assert!(TRANSITIONS[nth].action as usize == nth, "the rows are in the order of the actions");
        nth += 1;
    }
    assert!(TRANSITIONS.len() == Action::Reopen as usize + 1, "every action has a row");
};

impl Action {
    pub const fn transition(self) -> &'static Transition {
        &TRANSITIONS[self as usize]
    }
}

impl Status {
    pub const ALL: [Self; 7] =
        [Self::Draft, Self::Submitted, Self::InReview, Self::Returned, Self::Approved, Self::Rejected, Self::Withdrawn];

    /// The person can change the answers.
    pub const EDITABLE: &[Self] = &[Self::Draft, Self::Returned];
    /// The person can take it back. Not while a verifier holds it.
    pub const WITHDRAWABLE: &[Self] = &[Self::Draft, Self::Submitted, Self::Returned];
    /// Sent and not yet decided: with the desk, or back for repair. A person has at most one for a role and place.
    pub const OPEN: &[Self] = &[Self::Submitted, Self::InReview, Self::Returned];
    /// Waits for the desk's verdict.
    pub const WAITING: &[Self] = &[Self::Submitted, Self::InReview];
    /// A verdict ended it.
    pub const DECIDED: &[Self] = &[Self::Approved, Self::Rejected];
    /// A verdict brought it here.
    pub const JUDGED: &[Self] = &[Self::Approved, Self::Rejected, Self::Returned];
    /// Neither decided nor withdrawn.
    pub const UNFINISHED: &[Self] = &[Self::Draft, Self::Submitted, Self::InReview, Self::Returned];
    /// Open or approved: it speaks for its role and place.
    pub const STANDING: &[Self] = &[Self::Submitted, Self::InReview, Self::Returned, Self::Approved];

    /// The state after `action`, or `None` if it is not allowed now.
    pub fn after(self, action: Action) -> Option<Self> {
        let transition = action.transition();
        transition.from.contains(&self).then_some(transition.to)
    }

    /// See [`Self::EDITABLE`].
    pub fn is_editable(self) -> bool {
        Self::EDITABLE.contains(&self)
    }

    /// See [`Self::OPEN`].
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    /// See [`Self::WAITING`].
    pub fn is_waiting(self) -> bool {
        Self::WAITING.contains(&self)
    }

    /// See [`Self::DECIDED`].
    pub fn is_decided(self) -> bool {
        Self::DECIDED.contains(&self)
    }

    /// See [`Self::JUDGED`].
    pub fn is_judged(self) -> bool {
        Self::JUDGED.contains(&self)
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
    pub const ALL: [Self; 3] = [Self::Approve, Self::Return, Self::Reject];

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

    fn actions() -> impl Iterator<Item = Action> {
        TRANSITIONS.iter().map(|transition| transition.action)
    }

    #[test]
    fn decided_applications_move_only_by_undo_or_reopen() {
        for status in [Status::Approved, Status::Rejected] {
            let moved: Vec<_> = actions().filter(|action| status.after(*action).is_some()).collect();
            assert_eq!(moved, [Action::Undo, Action::Reopen]);
        }
        assert!(actions().all(|action| Status::Withdrawn.after(action).is_none()));
    }

    #[test]
    fn case_under_review_cannot_be_withdrawn() {
        assert_eq!(Status::InReview.after(Action::Withdraw), None);
    }

    #[test]
    fn every_state_is_reached_and_only_withdrawn_is_final() {
        for status in Status::ALL {
            let reached = TRANSITIONS.iter().any(|transition| transition.to == status);
            assert_eq!(reached, status != Status::Draft, "{status} is reached, unless everything begins there");
            let is_final = actions().all(|action| status.after(action).is_none());
            assert_eq!(is_final, status == Status::Withdrawn, "{status} is left again, unless the person gave up");
        }
    }

    #[test]
    fn only_verdicts_wait_for_the_end_of_undo() {
        for transition in TRANSITIONS {
            let is_verdict = Verdict::ALL.iter().any(|verdict| verdict.action() == transition.action);
            let judges = Status::JUDGED.contains(&transition.to);
            assert_eq!(
                is_verdict, judges,
                "{:?} leads to a judged state exactly if it is a verdict",
                transition.action
            );
            assert_eq!(is_verdict, transition.mail == MailTiming::AfterUndo, "{:?}", transition.action);
            assert!(!is_verdict || Action::Undo.transition().from.contains(&transition.to));
        }
    }

    #[test]
    fn whoever_holds_a_case_changes_no_version() {
        for transition in TRANSITIONS {
            let stays_at_desk = transition.from.iter().chain([&transition.to]).all(|status| status.is_waiting());
            assert_eq!(transition.new_version, !stays_at_desk, "{:?}", transition.action);
        }
    }

    #[test]
    fn sets_agree_with_each_other() {
        let in_order = |sets: &[&[Status]]| {
            let all: Vec<Status> = sets.concat();
            Status::ALL.into_iter().filter(|status| all.contains(status)).collect::<Vec<_>>()
        };
        assert_eq!(in_order(&[Status::OPEN]), in_order(&[Status::WAITING, &[Status::Returned]]));
        assert_eq!(in_order(&[Status::JUDGED]), in_order(&[Status::DECIDED, &[Status::Returned]]));
        assert_eq!(in_order(&[Status::UNFINISHED]), in_order(&[Status::OPEN, &[Status::Draft]]));
        assert_eq!(in_order(&[Status::STANDING]), in_order(&[Status::OPEN, &[Status::Approved]]));
        let final_or_decided = in_order(&[Status::DECIDED, &[Status::Withdrawn]]);
        let unfinished = Status::ALL.into_iter().filter(|status| !final_or_decided.contains(status));
        assert_eq!(in_order(&[Status::UNFINISHED]), unfinished.collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn nothing_is_decided_before_it_was_sent(steps in proptest::collection::vec(0..TRANSITIONS.len(), 0..12)) {
            let mut status = Status::Draft;
            let mut sent = false;
            for step in steps {
                let action = TRANSITIONS[step].action;
                if let Some(next) = status.after(action) {
                    sent |= action == Action::Submit;
                    status = next;
                }
            }
            prop_assert!(sent || !status.is_decided());
        }
    }
}
