//! Moves applications from one state to another, by the domain's table. Nothing else writes `applications.status`.

use domain::{
    status::{Action, By, MailTiming, Transition},
    time::Timestamp,
    verification::UNDO,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    audit::{self, Who},
    db::{Args, Tx, literals::States},
    error::{Error, Result},
};

/// Who performs an action.
#[derive(Clone, Copy)]
pub(crate) enum Doer<'a> {
    Applicant(&'a Actor),
    Staff(&'a Actor),
    System,
}

/// An action on some applications.
pub(crate) struct Change {
    pub action: Action,
    /// What the action writes besides status and version.
    pub set: &'static str,
    /// Which applications it may move; their states are added from the table.
    pub only: &'static str,
}

/// An application that was moved.
#[derive(sqlx::FromRow)]
pub(crate) struct Moved {
    pub id: Uuid,
    pub user_id: Uuid,
    pub institution_id: Option<Uuid>,
}

/// Performs an action: one guarded `UPDATE`, and an audit event with `detail` for each application that it moved (none
/// without a `detail`). An empty result means that the guard held: the caller knows which conflict that is.
///
/// # Errors
/// [`Error::Forbidden`] if the table does not allow the action to `doer`.
pub(crate) async fn perform(
    backend: &Backend,
    tx: &mut Tx,
    doer: Doer<'_>,
    change: Change,
    args: Args,
    detail: Option<impl Serialize>,
) -> Result<Vec<Moved>> {
    let transition = change.action.transition();
    if !doer.may(transition.by) {
        return Err(Error::Forbidden);
    }
    let sql = statement(transition, change.set, change.only);
    let moved: Vec<Moved> = tx.fetch_all_with(sql, args).await?;
    if let Some(detail) = detail {
        for application in &moved {
            backend.record(tx, doer.who(), event(change.action), Some(application.id), &detail)?;
        }
    }
    Ok(moved)
}

fn statement(transition: &Transition, set: &str, only: &str) -> String {
    let Transition { from, to, new_version, .. } = transition;
    let version = if *new_version { "version = version + 1, " } else { "" };
    let from = States(from);
    format!(
        "UPDATE applications SET status = '{to}', {version}{set}
         WHERE {only} AND status IN {from} RETURNING id, user_id, institution_id"
    )
}

/// When the mail about an action leaves; `None` if there is none.
pub(crate) fn mail_due(action: Action, now: Timestamp) -> Option<Timestamp> {
    match action.transition().mail {
        MailTiming::None => None,
        MailTiming::AtOnce => Some(now),
        MailTiming::AfterUndo => Some(now.plus(UNDO)),
    }
}

impl Doer<'_> {
    fn may(self, by: By) -> bool {
        match (by, self) {
            (By::Applicant, Self::Applicant(_)) | (By::System, Self::System) => true,
            (By::Staff(permission), Self::Staff(actor)) => actor.may(permission),
            _ => false,
        }
    }

    fn who(self) -> Who {
        match self {
            Self::Applicant(actor) | Self::Staff(actor) => actor.into(),
            Self::System => Who::nobody(),
        }
    }
}

const fn event(action: Action) -> audit::Action {
    match action {
        Action::Submit => audit::Action::ApplicationSubmitted,
        Action::Withdraw => audit::Action::ApplicationWithdrawn,
        Action::Lapse => audit::Action::DraftLapsed,
        Action::Claim => audit::Action::CaseClaimed,
        Action::TakeOver => audit::Action::CaseTakenOver,
        Action::Release | Action::ReleaseHeld => audit::Action::CaseReleased,
        Action::EndLease => audit::Action::LeaseEnded,
        Action::Approve => audit::Action::ApplicationApproved,
        Action::Return => audit::Action::ApplicationReturned,
        Action::Reject => audit::Action::ApplicationRejected,
        Action::Undo => audit::Action::VerdictUndone,
        Action::Reopen => audit::Action::CaseReopened,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statement_takes_its_states_from_the_table() {
        assert_eq!(
            statement(Action::Claim.transition(), "lease_holder = $2", "id = $1"),
            "UPDATE applications SET status = 'in_review', lease_holder = $2
         WHERE id = $1 AND status IN ('submitted', 'in_review') RETURNING id, user_id, institution_id"
        );
        let withdraw = statement(Action::Withdraw.transition(), "updated_at = $2", "id = $1");
        assert!(withdraw.contains("SET status = 'withdrawn', version = version + 1, updated_at = $2"), "{withdraw}");
    }
}
