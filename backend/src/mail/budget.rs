//! How many mails of one purpose a recipient gets. Strangers can cause some of them, and none may fill a mailbox or use up
//! what another purpose needs.

use domain::{accounts::email::Email, time::Timestamp};

use super::message::Mail;
use crate::{
    Backend,
    db::Tx,
    error::Result,
    throttle::{self, Purpose, Scope, within},
};

impl Mail {
    /// The budget that it counts to; `None` for mails that only the recipient's own deeds and the desk's cause.
    const fn purpose(&self) -> Option<Purpose> {
        Some(match self {
            Self::ConfirmEmail { .. } => Purpose::Confirmation,
            Self::AlreadyRegistered { .. } => Purpose::AlreadyRegistered,
            Self::ResetPassword { .. } => Purpose::Reset,
            Self::NoAccount => Purpose::NoAccount,
            Self::StaffInvited { .. } => Purpose::Invitation,
            Self::NewDevice { .. } => Purpose::NewDevice,
            Self::PasswordChanged { .. } => Purpose::PasswordChanged,
            Self::SirupLinked { .. } => Purpose::SirupLinked,
            Self::StaffRoleLost { .. } => Purpose::RoleLost,
            _ => return None,
        })
    }
}

impl Backend {
    /// Writes a mail into the outbox, unless its recipient got many of its purpose lately. Returns false if it did not.
    /// `ends` is the end of the link for which the recipient waits.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn post_within_budget(
        &self,
        tx: &mut Tx,
        recipient: &Email,
        mail: &Mail,
        ends: Option<Timestamp>,
    ) -> Result<bool> {
        if let Some(purpose) = mail.purpose()
            && !within(self.count_mail(tx, purpose, recipient.as_str()).await)?
        {
            return Ok(false);
        }
        match ends {
            Some(ends) => self.post_link(tx, recipient, mail, ends).await?,
            None => self.post(tx, recipient, mail).await?,
        }
        Ok(true)
    }

    /// Gives a recipient the whole budget of a purpose again.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn forget_mails(&self, tx: &mut Tx, purpose: Purpose, recipient: &str) -> Result<()> {
        throttle::forget(tx, Scope::Mail(purpose), recipient).await?;
        throttle::forget(tx, Scope::LateMail(purpose), recipient).await
    }
}
