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
    AccountConfirmed,
    SignedIn,
    SignedOut,
    PasswordReset,
    PasswordChanged,
    ProfileChanged,
    SessionEnded,
    DraftStarted,
    SirupLinked,
    NewAccessConfirmed,
    LetterTaken,
    LetterRemoved,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ApplicationOpened,
    ApplicationApproved,
    ApplicationRejected,
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
    address: String,
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        Self { user_id: Some(actor.user_id), address: actor.address.to_string() }
    }
}

impl Who {
    /// A person who is not signed in (yet).
    pub fn at(user_id: Option<Uuid>, address: std::net::IpAddr) -> Self {
        Self { user_id, address: address.to_string() }
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
            &who.address,
            action.as_str(),
            subject,
            Json(serde_json::to_value(&detail)?)
        )?;
        Ok(())
    }
}
