//! The trail of what was done: appended in the transaction of its cause, never changed.

use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    db::{Tx, execute},
    error::Result,
};

/// Something that leaves a trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A sign-up was confirmed; the account exists from then on.
    AccountConfirmed,
    /// Somebody signed in.
    SignedIn,
    /// Somebody signed out.
    SignedOut,
    /// A forgotten password was set anew.
    PasswordReset,
    /// The password was changed.
    PasswordChanged,
    /// Name, number, telephone or time zone were changed.
    ProfileChanged,
    /// Sessions other than the one that speaks were ended.
    SessionEnded,
    /// An account became part of the staff, or ceased to be.
    StaffRoleChanged,
    /// A draft was opened.
    DraftStarted,
    /// A SiRUP account was put to a draft.
    SirupLinked,
    /// A draft goes on without SiRUP.
    NewAccessConfirmed,
    /// A letter was put to a draft.
    LetterTaken,
    /// A letter was taken off a draft.
    LetterRemoved,
    /// An application was sent.
    ApplicationSubmitted,
    /// An application was taken back, or a draft discarded.
    ApplicationWithdrawn,
    /// A verifier opened an application.
    ApplicationOpened,
    /// A verifier approved an application.
    ApplicationApproved,
    /// A verifier refused an application.
    ApplicationRejected,
    /// Somebody wrote to the help desk.
    HelpRequested,
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AccountConfirmed => "account_confirmed",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::ProfileChanged => "profile_changed",
            Self::SessionEnded => "session_ended",
            Self::StaffRoleChanged => "staff_role_changed",
            Self::DraftStarted => "draft_started",
            Self::SirupLinked => "sirup_linked",
            Self::NewAccessConfirmed => "new_access_confirmed",
            Self::LetterTaken => "letter_taken",
            Self::LetterRemoved => "letter_removed",
            Self::ApplicationSubmitted => "application_submitted",
            Self::ApplicationWithdrawn => "application_withdrawn",
            Self::ApplicationOpened => "application_opened",
            Self::ApplicationApproved => "application_approved",
            Self::ApplicationRejected => "application_rejected",
            Self::HelpRequested => "help_requested",
        }
    }
}

/// Who did it: the person and the address of their device, where known.
#[derive(Clone, Debug)]
pub struct Who {
    user_id: Option<Uuid>,
    address: Option<String>,
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        Self { user_id: Some(actor.user_id), address: Some(actor.address.to_string()) }
    }
}

impl Who {
    /// A person who is not signed in (yet).
    pub fn at(user_id: Option<Uuid>, address: std::net::IpAddr) -> Self {
        Self { user_id, address: Some(address.to_string()) }
    }

    /// The operator, on the command line of the machine itself.
    pub const fn operator() -> Self {
        Self { user_id: None, address: None }
    }
}

impl Backend {
    /// Appends to the trail. `subject` is the row it is about; `detail` is JSON without secrets.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        who: impl Into<Who>,
        action: Action,
        subject: Option<Uuid>,
        detail: impl Serialize,
    ) -> Result<()> {
        let who = who.into();
        execute!(
            tx,
            "INSERT INTO audit_events (id, at, actor_id, address, action, subject_id, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            self.world.id(),
            self.world.now().micros(),
            who.user_id,
            who.address.as_deref(),
            action.as_str(),
            subject,
            Json(serde_json::to_value(&detail)?)
        )?;
        Ok(())
    }
}
